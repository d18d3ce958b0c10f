/**
 * What an outsider can bring about again and again (a plug pulled, a card that is refused) must not fill the disk: so many entries of a kind an
 * hour are written, the others are counted, and the first entry after the hour, or the closing, says how many they were.
 */
import type { JournalEvent } from '../../core/journal/catalogue.ts'
import type { Clock } from '../../core/ports.ts'

/** Of a kind, and of a line of each peripheral. */
export const MOST_AN_HOUR = 30
const HOUR_MS = 3_600_000

type LeftOut = JournalEvent & { readonly type: 'entries.left_out' }

interface Hour {
  readonly of: LeftOut['of']
  readonly since: number
  written: number
  leftOut: number
}

/** Guards what of the present hour is written and what is only counted. */
export class Repeats {
  readonly #clock: Pick<Clock, 'elapsed'>
  readonly #hours = new Map<string, Hour>()
  /** Peripherals whose last loss is not written. */
  readonly #lostUnwritten = new Set<string>()

  constructor(clock: Pick<Clock, 'elapsed'>) {
    this.#clock = clock
  }

  /** @returns what is written for an event: maybe not it, maybe how many were left out before */
  take(event: JournalEvent): readonly JournalEvent[] {
    const now = this.#clock.elapsed()
    const over = this.#end(({ since }) => now - since >= HOUR_MS)
    return this.#isWritten(event, now) ? [...over, event] : over
  }

  /** How many were left out up to now: nothing may be said of them later. */
  rest(): readonly JournalEvent[] {
    return this.#end(() => true)
  }

  #end(isOver: (hour: Hour) => boolean): readonly JournalEvent[] {
    const over = [...this.#hours].filter(([, hour]) => isOver(hour))
    for (const [kind] of over) this.#hours.delete(kind)
    const counts = new Map<LeftOut['of'], number>()
    for (const [, { of, leftOut }] of over) counts.set(of, (counts.get(of) ?? 0) + leftOut)
    return [...counts]
      .filter(([, count]) => count > 0)
      .map(([of, count]): LeftOut => ({ type: 'entries.left_out', of, count }))
  }

  #isWritten(event: JournalEvent, now: number): boolean {
    switch (event.type) {
      case 'line.lost': {
        const isWritten = this.#counts(event.type, `${event.type} ${event.peripheral}`, now)
        if (!isWritten) this.#lostUnwritten.add(event.peripheral)
        return isWritten
      }
      // It ends what is written, or nothing.
      case 'line.restored':
        return !this.#lostUnwritten.delete(event.peripheral)
      case 'card.refused':
      case 'printer.trouble':
      case 'printer.paper_low':
      case 'slip.miscounted':
        return this.#counts(event.type, event.type, now)
      default:
        return true
    }
  }

  #counts(of: LeftOut['of'], kind: string, since: number): boolean {
    const hour = this.#hours.get(kind) ?? { of, since, written: 0, leftOut: 0 }
    this.#hours.set(kind, hour)
    const isWritten = hour.written < MOST_AN_HOUR
    if (isWritten) hour.written += 1
    else hour.leftOut += 1
    return isWritten
  }
}
