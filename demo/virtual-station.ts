/** The ballot devices of a polling station on virtual hardware, each with its bench. */
import type { Clock, Logger, Random } from '../core/ports.ts'
import { valueOrThrow } from '../core/result.ts'
import { type Agent, startAgent } from '../device-agent/ballot/agent.ts'
import { readHome } from '../device-agent/ballot/home.ts'
import type { PeripheralName } from '../device-agent/ballot/peripherals.ts'
import { setUpStore } from '../device-agent/ballot/setup.ts'
import { programHash } from '../device-agent/program-files.ts'
import { type Bench, setUpBench } from '../simulator/people/bench.ts'
import type { VirtualClock } from '../simulator/virtual-clock.ts'
import { CALIBRATION, deviceFolder, type Provisioned } from './provisioned.ts'
import { virtualLine } from './virtual-line.ts'

/** What the station is made of. */
interface StationParts {
  readonly out: string
  readonly provisioned: Provisioned
  readonly clock: VirtualClock
  readonly networkClock: Clock
  readonly random: Random
  readonly logger: Logger
}

/** A running ballot device and the bench before it. */
export interface VirtualDevice {
  readonly id: string
  readonly bench: Bench
  readonly agent: Agent
}

/** Sets the device's journal up, puts a bench on its lines and starts its program. */
export function startVirtualDevice(id: string, parts: StationParts): VirtualDevice {
  const { out, clock, random } = parts
  const home = valueOrThrow(readHome(deviceFolder(out, id)))
  valueOrThrow(setUpStore(home, clock, random, programHash())).close()
  return restartVirtualDevice(id, parts)
}

/** Starts the program of a device that has a journal, with parts that are new to it. */
export function restartVirtualDevice(id: string, parts: StationParts): VirtualDevice {
  const { out, clock, networkClock, random, logger } = parts
  const home = valueOrThrow(readHome(deviceFolder(out, id)))
  const program = programHash()
  const lines = forEachPeripheral((name) => virtualLine(name, clock))
  const opens = forEachPeripheral((name) => lines[name].open)
  const bench = setUpBench(
    forEachPeripheral((name) => lines[name].plug),
    clock,
    CALIBRATION,
    'firmware',
  )
  const hold = () => clock.hold()
  const agent = valueOrThrow(
    startAgent({
      home,
      program,
      lines: opens,
      clock,
      networkClock,
      random,
      logger,
      hold,
    }),
  )
  return { id, bench, agent }
}

function forEachPeripheral<T>(make: (name: PeripheralName) => T): Readonly<Record<PeripheralName, T>> {
  return {
    touchscreen: make('touchscreen'),
    'card-reader': make('card-reader'),
    printer: make('printer'),
    'io-board': make('io-board'),
    display: make('display'),
  }
}
