/** What the board's tamper switches say, beside what the journal knows: which opening is new, and whether the board has counted one that nobody told. */
import type { Tamper } from '../../firmware/io-board/tamper.ts'
import type { DeviceStore } from '../store/device-store.ts'

/** Guards which switches are known to be open. */
export class TamperWatch {
  readonly #store: Pick<DeviceStore, 'append' | 'day'>
  readonly #opened: () => void
  #open: Tamper['open'] = []

  /** @param opened is called for each opening, once it is in the journal */
  constructor(store: Pick<DeviceStore, 'append' | 'day'>, opened: () => void) {
    this.#store = store
    this.#opened = opened
  }

  get isOpen(): boolean {
    return this.#open.length > 0
  }

  /** A switch that is open since before, and is told again by a board that comes back, opened once. */
  take({ open, opened, openings }: Tamper): void {
    const known = this.#open
    this.#open = open
    const { openings: counted } = this.#store.day
    const told = opened.filter((name) => !known.includes(name) || !open.includes(name))
    for (const name of told) this.#note(name)
    if (openings === counted) return
    // Somebody ended the latch who is not this device, or this is not its board.
    if (counted !== undefined && opened.length === 0) this.#note('unknown')
    this.#store.append({ type: 'tamper.counted', openings })
  }

  #note(name: Tamper['open'][number] | 'unknown'): void {
    this.#store.append({ type: 'tamper.opened', switch: name })
    this.#opened()
  }
}
