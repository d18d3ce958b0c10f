import { expect, test } from 'vitest'
import type { LinkFault } from '../../../firmware/link/fault.ts'
import { HEARTBEAT_MS, LINK_LIMIT_MS } from '../../../firmware/link/link-state.ts'
import { Supervisor } from '../../../firmware/link/supervisor.ts'
import { connectPrinter, type Printer, type PrintOutcome } from '../../../firmware/printer/driver.ts'
import { inProcessLine } from '../../../simulator/lines/in-process.ts'
import { VirtualPrinter } from '../../../simulator/peripherals/printer.ts'
import { seededRandom } from '../../../simulator/seeded-random.ts'
import { VirtualClock } from '../../../simulator/virtual-clock.ts'
import { ballot, type Connect, rowsOf, rowsOn } from './polling-booth.ts'
import { asksDuringPrint, asksUntilFirstByte, weakened } from './weakened.ts'

const BAUD = 9_600
const logger = { info: () => {}, warn: () => {}, error: () => {} }

/** 72 bytes a row, 68 seconds on a slow line; minutes of a long day take as long on a fast one. */
const LONG = ballot(1, 900, 72)
/** When it is ordered, milliseconds after the printer is ready: at once, and around the moment of a heartbeat. */
const MOMENTS = [0, ...Array.from({ length: 12 }, (_, i) => HEARTBEAT_MS - 30 + 4 * i)]

/** Prints it on a supervised line. */
async function printed(connect: Connect, after: number) {
  const clock = new VirtualClock(0, 1_000)
  const line = inProcessLine({ clock, baudRate: BAUD, paced: true })
  const paper = new VirtualPrinter({ line: line.plug, clock })
  const { promise, resolve } = Promise.withResolvers<Printer>()
  const open = line.open
  const lost: LinkFault[] = []
  const supervisor = new Supervisor<Printer>(
    'printer',
    (opener) => connect({ open: opener, clock, logger, baudRate: BAUD, firstProcess: 1 }),
    { open, clock, random: seededRandom('long print'), logger },
    (printer) => {
      printer?.onLost((fault) => lost.push(fault))
      if (printer !== undefined) resolve(printer)
    },
  )
  let outcome: PrintOutcome | undefined
  supervisor.start()
  const print = promise
    .then((printer) => new Promise<Printer>((ordered) => clock.after(after, () => ordered(printer))))
    .then((printer) => printer.print(LONG))
    .then((how) => {
      outcome = how
    })
  await clock.run(
    Promise.race([print, new Promise((end) => clock.after(3 * LINK_LIMIT_MS, () => end(null)))]),
  )
  const rows = rowsOn(paper.hanging())
  supervisor.close()
  return { outcome, lost, rows, ms: clock.now() }
}

test('a document that takes longer on the line than a heartbeat may is printed, once, whenever it is ordered', async () => {
  for (const after of MOMENTS) {
    const { outcome, lost, rows, ms } = await printed(connectPrinter, after)
    expect(outcome, `after ${after} ms`).toEqual({ is: 'printed' })
    expect(lost).toEqual([])
    expect(rows).toEqual(rowsOf(LONG))
    expect(ms).toBeGreaterThan(LINK_LIMIT_MS)
  }
})

test('a printer whose heartbeat waits behind a print never prints it', async () => {
  const { outcome } = await printed(await weakened(asksDuringPrint), 0)
  expect(outcome).not.toEqual({ is: 'printed' })
})

test('one whose heartbeat waits behind the questions before a print does not always print it', async () => {
  const connect = await weakened(asksUntilFirstByte)
  const outcomes = []
  for (const after of MOMENTS) outcomes.push((await printed(connect, after)).outcome?.is)
  expect(outcomes).toContain('indeterminate')
})
