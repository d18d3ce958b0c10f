/** A slip on its way: drawn, driven to the printer by the real driver over a line, and looked at behind the glass. */
import { connectPrinter } from '../../../firmware/printer/driver.ts'
import { inProcessLine } from '../../../simulator/lines/in-process.ts'
import { type PrintedSlip, VirtualPrinter } from '../../../simulator/peripherals/printer.ts'
import { VirtualClock } from '../../../simulator/virtual-clock.ts'
import type { PaperDocument } from '../../../ui/paper/document.ts'

const BAUD = 115_200
const silent = { info: () => {}, warn: () => {}, error: () => {} }

/** Prints each document and cuts it off, one after another on one printer at full speed of the line. */
export async function printAll(documents: readonly PaperDocument[]): Promise<readonly PrintedSlip[]> {
  const clock = new VirtualClock(0)
  const { open, plug } = inProcessLine({ clock, baudRate: BAUD, paced: true })
  const printer = new VirtualPrinter({ line: plug, clock })
  const slips = await clock.run(
    (async () => {
      const connected = await connectPrinter({ open, clock, logger: silent, baudRate: BAUD, firstProcess: 0 })
      if (!connected.ok) throw new Error(connected.error.what)
      const hung: PrintedSlip[] = []
      for (const document of documents) {
        const printed = await connected.value.print(document)
        const slip = printer.hanging()
        if (printed.is !== 'printed' || slip === undefined)
          throw new Error(`the slip is not printed: ${JSON.stringify(printed)}`)
        hung.push(slip)
        await connected.value.cut()
      }
      connected.value.close()
      return hung
    })(),
  )
  const accidents = [printer.unknownCommands, printer.lostBytes, printer.drawerPulses]
  if (accidents.some((count) => count > 0))
    throw new Error(`the printer met with accidents: ${accidents.join()}`)
  return slips
}
