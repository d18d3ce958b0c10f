/** One ballot device in virtual time whose lines lie by plans, and the table before it. */

import type { OpenLine } from '../../core/ports.ts'
import { valueOrThrow } from '../../core/result.ts'
import { DEVICES } from '../../demo/elections/gy-les-nonains.ts'
import { CALIBRATION, deviceFolder, type Provisioned, writeConfig } from '../../demo/provisioned.ts'
import { BITS_PER_BYTE, virtualLine } from '../../demo/virtual-line.ts'
import type { Agent } from '../../device-agent/ballot/agent.ts'
import { BAUD, type DeviceLines, type PeripheralName } from '../../device-agent/ballot/peripherals.ts'
import { systemClock } from '../../device-agent/system.ts'
import { type FaultyLine, faultyLine } from '../../simulator/faults/faulty-line.ts'
import type { FaultPlan } from '../../simulator/faults/plan.ts'
import { type Bench, setUpBench } from '../../simulator/people/bench.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import type { VirtualClock } from '../../simulator/virtual-clock.ts'
import { silent } from '../end-to-end/station.ts'
import type { Build } from '../end-to-end/weakened/build.ts'
import { PROGRAM } from '../fixtures/program.ts'

export const DEVICE = DEVICES[0]
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
  const home = valueOrThrow(readHome(deviceFolder(out, DEVICE)))
  valueOrThrow(setUpStore(home, clock, random, PROGRAM)).close()
  const opens = {} as Record<PeripheralName, OpenLine>
  const lines = forEachPeripheral((name) => {
    const { open, plug } = virtualLine(name, clock)
    opens[name] = name === 'printer' ? inPieces(open) : open
    return faultyLine({
      line: plug,
      clock,
      baudRate: BAUD[name],
      bitsPerByte: BITS_PER_BYTE[name],
      plan: plan[name],
    })
  })
  const bench = setUpBench(lines, clock, CALIBRATION, 'light')
  const agent = valueOrThrow(
    startAgent({
      home,
      program: PROGRAM,
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
