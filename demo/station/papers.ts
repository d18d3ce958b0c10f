/** What a printer has printed, as pictures: the slip that hangs, the box in which slips lie in no order, and the reports that officers keep. */
import { hash } from 'node:crypto'
import type { DroppedSlip, PrintedSlip, VirtualPrinter } from '../../simulator/peripherals/printer.ts'
import { slipPng } from '../../simulator/peripherals/slip-png.ts'
import type { ReportKind, SeenPrinter } from '../web/messages.ts'

/** What is printed while a screen stands. */
const PRINTED_AT: Readonly<Record<string, ReportKind>> = {
  'polls.reporting-zero': 'zero-report',
  'polls.reporting-minutes': 'minutes',
  'polls.reporting-totals': 'results',
}

/** Names of what hangs behind the glass begin so: it grows while it is printed. */
const HANGING = 'hanging-'

/** The paper of one printer. */
export class Papers {
  readonly #printer: VirtualPrinter
  #hanging: PrintedSlip | undefined
  #dropped = 0
  readonly #pictures = new Map<string, PrintedSlip>()
  readonly #box: string[] = []
  readonly #reports: { readonly kind: ReportKind; readonly picture: string }[] = []

  /** @param screen name of the screen that was painted last */
  constructor(printer: VirtualPrinter, screen: () => string | undefined) {
    this.#printer = printer
    printer.onDrop((slip) => this.#take(slip, screen() ?? ''))
  }

  /** A PNG file of one of the pictures that were to be seen; undefined if there is none of that name. */
  png(picture: string): Buffer | undefined {
    const slip = picture.startsWith(HANGING) ? this.#hanging : this.#pictures.get(picture)
    return slip && slipPng(slip)
  }

  seen(): Pick<SeenPrinter, 'hanging' | 'box' | 'reports'> {
    const hanging = this.#printer.hanging()
    // What hung last can still be asked for: a page may be a moment late.
    this.#hanging = hanging ?? this.#hanging
    return {
      ...(hanging !== undefined && { hanging: `${HANGING}${this.#dropped}-${hanging.height}` }),
      // By the names of their pictures: a box has no order.
      box: this.#box.toSorted(),
      reports: this.#reports,
    }
  }

  #take(slip: DroppedSlip, screen: string): void {
    const picture = nameOf(slip)
    this.#dropped += 1
    this.#pictures.set(picture, slip)
    const kind = slip.by === 'cutter' ? PRINTED_AT[screen] : undefined
    if (kind === undefined) this.#box.push(picture)
    else this.#reports.push({ kind, picture })
  }
}

/** A picture is called by its dots. */
function nameOf({ bitmap }: PrintedSlip): string {
  return hash('sha256', bitmap, 'hex').slice(0, 16)
}
