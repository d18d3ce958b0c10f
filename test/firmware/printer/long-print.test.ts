import { expect, test } from 'vitest'
import type { LinkFault } from '../../../firmware/link/fault.ts'
import { LINK_LIMIT_MS } from '../../../firmware/link/link-state.ts'
import { Supervisor } from '../../../firmware/link/supervisor.ts'
import { connectPrinter, type Printer, type PrintOutcome } from '../../../firmware/printer/driver.ts'
import { inProcessLine } from '../../../simulator/lines/in-process.ts'
import { VirtualPrinter } from '../../../simulator/peripherals/printer.ts'
import { seededRandom } from '../../../simulator/seeded-random.ts'
import { VirtualClock } from '../../../simulator/virtual-clock.ts'
import { ballot, type Connect, rowsOf, rowsOn } from './polling-booth.ts'
import { asksDuringPrint, weakened } from './weakened.ts'

const BAUD = 115_200
const logger = { info: () => {}, warn: () => {}, error: () => {} }

/** The minutes of a long day: 72 bytes a row, 75 seconds on the line. */
const LONG = ballot(1, 12_000, 72)

/** Prints it on a supervised line. */
async function printed(connect: Connect) {
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
  const print = promise.then((printer) => printer.print(LONG)).then((how) => (outcome = how))
  await clock.run(
    Promise.race([print, new Promise((end) => clock.after(3 * LINK_LIMIT_MS, () => end(null)))]),
  )
  const rows = rowsOn(paper.hanging())
  supervisor.close()
  return { outcome, lost, rows, ms: clock.now() }
}

test('a document that takes longer on the line than a heartbeat may is printed, once', async () => {
  const { outcome, lost, rows, ms } = await printed(connectPrinter)
  expect(outcome).toEqual({ is: 'printed' })
  expect(lost).toEqual([])
  expect(rows).toEqual(rowsOf(LONG))
  expect(ms).toBeGreaterThan(LINK_LIMIT_MS)
})

test('a printer whose heartbeat waits behind a print never prints it', async () => {
  const { outcome } = await printed(await weakened(asksDuringPrint))
  expect(outcome).not.toEqual({ is: 'printed' })
})
