/** Paper work of the device: a document is printed and cut with the printer's own proof, or it is said why not. */

import type { Printer, PrintOutcome } from '../../firmware/printer/driver.ts'
import type { PaperDocument } from '../../ui/paper/document.ts'
import type { PrinterTrouble } from './session/session.ts'

/** Done with proof; refused with nothing sent; or unknown after bytes were sent. */
export type PaperOutcome = 'done' | 'unknown' | { readonly trouble: PrinterTrouble }

/** Prints and leaves it hanging. */
export async function print(printer: Printer | undefined, document: PaperDocument): Promise<PaperOutcome> {
  return printer === undefined ? { trouble: 'silent' } : outcomeOf(await printer.print(document))
}

/** Cuts what hangs. */
export async function cut(printer: Printer | undefined): Promise<PaperOutcome> {
  return printer === undefined ? { trouble: 'silent' } : outcomeOf(await printer.cut())
}

/** Prints and cuts. */
export async function printAndCut(
  printer: Printer | undefined,
  document: PaperDocument,
): Promise<PaperOutcome> {
  const printed = await print(printer, document)
  return printed === 'done' ? cut(printer) : printed
}

function outcomeOf(outcome: PrintOutcome): PaperOutcome {
  switch (outcome.is) {
    case 'printed':
      return 'done'
    case 'indeterminate':
      return 'unknown'
    case 'refused':
      return { trouble: troubleOf(outcome.condition) }
  }
}

/** What a poll worker has to mend. */
function troubleOf(condition: (PrintOutcome & { is: 'refused' })['condition']): PrinterTrouble {
  switch (condition) {
    case 'paper-end':
      return 'paper-out'
    case 'cover-open':
      return 'cover-open'
    case 'no-answer':
    case 'lost':
      return 'silent'
    default:
      return 'error'
  }
}
