/** Paper work of the device: a document is printed and cut with the printer's own proof, or it is said why not. */

import type { PrinterStatus } from '../../firmware/printer/decoder.ts'
import type { Printer, PrintOutcome, PrintProgress } from '../../firmware/printer/driver.ts'
import type { PaperDocument } from '../../ui/paper/document.ts'
import type { DeviceStore } from '../store/device-store.ts'
import type { PrinterTrouble } from './session/session.ts'

/** What paper work asks of a printer. */
export type PaperPrinter = Pick<Printer, 'print' | 'cut'>

/** Done with proof; refused with nothing sent; or unknown after bytes were sent. */
export type PaperOutcome = 'done' | { readonly is: 'unknown' | 'refused'; readonly trouble: PrinterTrouble }

/** Where it is written what became of the slip in hand. */
type SlipMemory = Pick<DeviceStore, 'slip' | 'setSlip' | 'countVoidSlip'>

const NO_PRINTER: PaperOutcome = { is: 'refused', trouble: 'silent' }

/**
 * Prints and leaves it hanging.
 * @param secondsLeft is told each time that another second begins, counted by the bytes that are still to go
 */
export async function print(
  printer: PaperPrinter | undefined,
  document: PaperDocument,
  secondsLeft?: (seconds: number) => void,
): Promise<PaperOutcome> {
  if (printer === undefined) return NO_PRINTER
  return outcomeOf(await printer.print(document, secondsLeft && inSeconds(secondsLeft)))
}

function inSeconds(secondsLeft: (seconds: number) => void): (progress: PrintProgress) => void {
  let told: number | undefined
  return ({ msLeft }) => {
    const seconds = Math.max(1, Math.ceil(msLeft / 1000))
    if (seconds === told) return
    told = seconds
    secondsLeft(seconds)
  }
}

/** Cuts what hangs. */
export async function cut(printer: PaperPrinter | undefined): Promise<PaperOutcome> {
  return printer === undefined ? NO_PRINTER : outcomeOf(await printer.cut())
}

/** Prints and cuts. */
export async function printAndCut(
  printer: PaperPrinter | undefined,
  document: PaperDocument,
): Promise<PaperOutcome> {
  const printed = await print(printer, document)
  return printed === 'done' ? cut(printer) : printed
}

/**
 * Voids the slip that hangs: the mark under it, the cut, the count. Once the mark is proven only the cut is asked for, after a restart too: a
 * second mark behind a cut of which no proof came would drop as a void slip that no journal knows.
 * @param store remembers the slip in hand
 */
export async function voidHangingSlip(
  printer: PaperPrinter | undefined,
  mark: PaperDocument,
  store: SlipMemory,
): Promise<PaperOutcome> {
  if (store.slip !== 'void') {
    const marked = await print(printer, mark)
    if (marked !== 'done') return marked
    store.setSlip('void')
  }
  const outcome = await cut(printer)
  // A session and officers who resume the polls may both have been at it.
  if (outcome === 'done' && store.slip === 'void') store.countVoidSlip()
  return outcome
}

function outcomeOf(outcome: PrintOutcome): PaperOutcome {
  switch (outcome.is) {
    case 'printed':
      return 'done'
    case 'indeterminate':
      return { is: 'unknown', trouble: troubleOf(outcome.why) }
    case 'refused':
      return { is: 'refused', trouble: troubleOf(outcome.condition) }
  }
}

/** What a poll worker has to mend. */
function troubleOf(
  reason: (PrintOutcome & { is: 'refused' })['condition'] | (PrintOutcome & { is: 'indeterminate' })['why'],
): PrinterTrouble {
  switch (reason) {
    case 'paper-end':
      return 'paper-out'
    case 'cover-open':
      return 'cover-open'
    case 'recoverable-error':
      return 'hot'
    case 'unrecoverable-error':
    case 'false-proof':
      return 'broken'
    case 'no-answer':
    case 'timeout':
    case 'lost':
    case 'lost-bytes':
      return 'silent'
    case 'mechanical-error':
    case 'cutter-error':
    case 'offline':
      return 'error'
  }
}

/** Whether the roll is near its end. Only a new roll ends that: the sensor flickers as a roll gets thin, and the journal is told once. */
export class RollWatch {
  #isLow = false
  #opened = false

  get isLow(): boolean {
    return this.#isLow
  }

  /** @returns whether this says of a roll for the first time that it is near its end */
  take({ coverOpen, paperEnd, paperNearEnd }: PrinterStatus): boolean {
    if (coverOpen || paperEnd) {
      this.#opened = true
      return false
    }
    const before = this.#isLow
    this.#isLow = paperNearEnd || (before && !this.#opened)
    this.#opened = false
    return this.#isLow && !before
  }
}
