/**
 * What a device may have a collector do that brings nothing new: answer what it said before, or look up again what it holds. Whoever asks for more is not served
 * until time has passed, and others are not held up. Counted in entries that are read and hashed; what is stored for the first time costs nothing here.
 */
import type { Clock } from '../../core/ports.ts'

/** So much at once: a journal of 1,500 entries looked at a dozen times, or a hundred receipts given again. */
const MOST = 20_000
/** Some two thousandths of a processor. */
const A_SECOND = 400

interface Account {
  left: number
  at: number
  hasFlooded: boolean
}

export class Allowance {
  readonly #clock: Pick<Clock, 'elapsed'>
  readonly #accounts = new Map<string, Account>()

  constructor(clock: Pick<Clock, 'elapsed'>) {
    this.#clock = clock
  }

  /**
   * Asks for work before it is done. Whoever has anything left is served, and owes what it costs beyond.
   * @returns `flooded` the first time that nothing is left, `dropped` until there is again
   */
  spend(device: string, entries: number): 'granted' | 'flooded' | 'dropped' {
    const now = this.#clock.elapsed()
    const account = this.#accounts.get(device) ?? { left: MOST, at: now, hasFlooded: false }
    this.#accounts.set(device, account)
    account.left = Math.min(MOST, account.left + ((now - account.at) / 1000) * A_SECOND)
    account.at = now
    if (account.left <= 0) {
      const known = account.hasFlooded
      account.hasFlooded = true
      return known ? 'dropped' : 'flooded'
    }
    account.left -= entries
    account.hasFlooded = false
    return 'granted'
  }
}
