/** What the board's tamper switches say, beside what the journal knows: which opening is new, and whether the board has counted one that nobody told. */
import type { Clock, Timer } from '../../core/ports.ts'
import type { Tamper } from '../../firmware/io-board/tamper.ts'
import type { DeviceStore } from '../store/device-store.ts'

/**
 * A switch that shakes must not fill the disk. Once the journal knows that the case was opened, the same switch is named again after this long
 * only, and so is the count: nothing is missing, for it counts every opening.
 */
const AGAIN_MS = 120_000

type Opening = Tamper['open'][number] | 'unknown'

interface TamperParts {
  readonly store: Pick<DeviceStore, 'append' | 'day'>
  readonly clock: Pick<Clock, 'elapsed' | 'after'>
}

/** Guards which switches are known to be open, and what of it is in the journal. */
export class TamperWatch {
  readonly #parts: TamperParts
  readonly #guard: (action: () => void) => void
  readonly #opened: () => void
  /** When each was written last. */
  readonly #written = new Map<Opening | 'count', number>()
  #open: Tamper['open'] = []
  #openings: number | undefined
  #timer: Timer | undefined

  /**
   * @param guard runs what a timer calls
   * @param opened is called for each opening, once the journal knows that there was one
   */
  constructor(parts: TamperParts, guard: (action: () => void) => void, opened: () => void) {
    this.#parts = parts
    this.#guard = guard
    this.#opened = opened
  }

  get isOpen(): boolean {
    return this.#open.length > 0
  }

  /** A switch that is open since before, and is told again by a board that comes back, opened once. */
  take({ open, opened, openings }: Tamper): void {
    const known = this.#open
    this.#open = open
    const counted = this.#openings ?? this.#parts.store.day.openings
    const told = opened.filter((name) => !known.includes(name) || !open.includes(name))
    for (const name of told) this.#note(name)
    // Somebody ended the latch who is not this device, or this is not its board.
    if (counted !== undefined && openings !== counted && opened.length === 0) this.#note('unknown')
    this.#openings = openings
    this.#count()
  }

  /** The polls are being closed, or the program is: an opening that has no entry of its own is counted now, for later nobody may be there to. */
  tellCount(): void {
    this.#written.delete('count')
    this.#count()
  }

  close(): void {
    this.#timer?.cancel()
  }

  #note(name: Opening): void {
    const { store } = this.#parts
    if (!store.day.tampered || this.#waitMs(name) === 0) {
      store.append({ type: 'tamper.opened', switch: name })
      this.#written.set(name, this.#parts.clock.elapsed())
      // An opening that has an entry has its count beside it.
      this.#written.delete('count')
    }
    this.#opened()
  }

  #count(): void {
    const { store, clock } = this.#parts
    if (this.#openings === undefined || this.#openings === store.day.openings) return
    this.#timer?.cancel()
    const waitMs = store.day.tampered ? this.#waitMs('count') : 0
    if (waitMs > 0) {
      this.#timer = clock.after(waitMs, () => this.#guard(() => this.#count()))
      return
    }
    store.append({ type: 'tamper.counted', openings: this.#openings })
    this.#written.set('count', clock.elapsed())
  }

  /** Until it is written again. */
  #waitMs(of: Opening | 'count'): number {
    const written = this.#written.get(of)
    return written === undefined ? 0 : Math.max(0, written + AGAIN_MS - this.#parts.clock.elapsed())
  }
}
