/** One ballot device in virtual time whose lines lie by plans, and the table before it. */

import type { Clock, OpenLine } from '../../core/ports.ts'
import { valueOrThrow } from '../../core/result.ts'
import { DEVICES } from '../../demo/elections/gy-les-nonains.ts'
import { CALIBRATION, deviceFolder, type Provisioned, writeConfig } from '../../demo/provisioned.ts'
import type { Agent } from '../../device-agent/ballot/agent.ts'
import { BAUD, type DeviceLines, type PeripheralName } from '../../device-agent/ballot/peripherals.ts'
import { systemClock } from '../../device-agent/system.ts'
import { HEARTBEAT_MS } from '../../firmware/link/link-state.ts'
import { type FaultyLine, faultyLine } from '../../simulator/faults/faulty-line.ts'
import type { FaultPlan } from '../../simulator/faults/plan.ts'
import { inProcessLine } from '../../simulator/lines/in-process.ts'
import { type Bench, setUpBench } from '../../simulator/people/bench.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import type { VirtualClock } from '../../simulator/virtual-clock.ts'
import { silent } from '../end-to-end/station.ts'
import type { Build } from '../end-to-end/weakened/build.ts'

export const DEVICE = DEVICES[0]
/** johnny-five settles its inputs in real time. */
const BOARD_SETTLES_MS = 40
const PIECE_BYTES = 500

/** What goes wrong on each line. */
export type SessionPlan = Readonly<Record<PeripheralName, FaultPlan>>

/** The device's program, the peripherals and the plugs between them. */
export interface Hall {
  readonly bench: Bench
  readonly lines: Readonly<Record<PeripheralName, FaultyLine>>
  readonly agent: Agent
}

/** The same of every peripheral. */
export function forEachPeripheral<T>(make: (name: PeripheralName) => T): Readonly<Record<PeripheralName, T>> {
  return {
    touchscreen: make('touchscreen'),
    'card-reader': make('card-reader'),
    printer: make('printer'),
    'io-board': make('io-board'),
    display: make('display'),
  }
}

/** Sets the device's journal up in its folder and starts its program on lines that lie. */
export function startHall(
  parts: {
    readonly out: string
    readonly seed: string
    readonly provisioned: Provisioned
    readonly clock: VirtualClock
    readonly plan: SessionPlan
  },
  { readHome, setUpStore, startAgent }: Pick<Build, 'readHome' | 'setUpStore' | 'startAgent'>,
): Hall {
  const { out, seed, provisioned, clock, plan } = parts
  const nowhere = { touchscreen: '-', cardReader: '-', printer: '-', ioBoard: '-', display: '-' }
  writeConfig(out, DEVICE, provisioned.authority, nowhere, undefined)
  const random = seededRandom(`${seed} device`)
  const home = valueOrThrow(readHome(deviceFolder(out, DEVICE), clock.now()))
  valueOrThrow(setUpStore(home, clock, random)).close()
  const opens = {} as Record<PeripheralName, OpenLine>
  const lines = forEachPeripheral((name) => {
    const bitsPerByte = name === 'card-reader' ? 11 : 10
    const { open, plug } = lineOf(name, clock, bitsPerByte)
    opens[name] = name === 'printer' ? inPieces(open) : open
    return faultyLine({ line: plug, clock, baudRate: BAUD[name], bitsPerByte, plan: plan[name] })
  })
  const bench = setUpBench(lines, clock, CALIBRATION)
  const agent = valueOrThrow(
    startAgent({
      heartbeatMs: HEARTBEAT_MS,
      home,
      lines: opens satisfies DeviceLines,
      clock,
      networkClock: systemClock,
      random,
      logger: silent,
      hold: () => clock.hold(),
    }),
  )
  return { bench, lines, agent }
}

/** A slip arrives bit by bit, as on a wire, so that its middle can be lost. */
function inPieces(open: OpenLine): OpenLine {
  return async () => {
    const line = await open()
    return {
      listen: (receive, lost) => line.listen(receive, lost),
      close: () => line.close(),
      write: (bytes) => {
        for (let from = 0; from < bytes.length; from += PIECE_BYTES)
          line.write(bytes.subarray(from, from + PIECE_BYTES))
      },
    }
  }
}

function lineOf(name: PeripheralName, clock: Clock & { hold(): () => void }, bitsPerByte: number) {
  if (name !== 'io-board') return inProcessLine({ clock, baudRate: BAUD[name], bitsPerByte, paced: true })
  const hold = () => {
    const release = clock.hold()
    return () => void setTimeout(release, BOARD_SETTLES_MS)
  }
  return inProcessLine({ clock, baudRate: BAUD[name], paced: false, hold })
}
