/**
 * What a device may have a collector do that brings nothing new: answer what it said before, look up again what it holds, or find out that it refuses what was sent. Whoever asks for more is not served
 * until time has passed, and others are not held up. Counted in entries that are read and hashed; what is stored for the first time costs nothing here.
 */
import type { Clock } from '../../core/ports.ts'
import type { ToldLately } from './told-lately.ts'

/** So much at once: a journal of 1,500 entries looked at a dozen times, or a hundred receipts given again. */
const MOST = 20_000
/** Some two thousandths of a processor. */
const A_SECOND = 400

/** What taking a message costs at least. */
export const A_MESSAGE = 200

interface Account {
  left: number
  at: number
}

export class Allowance {
  readonly #clock: Pick<Clock, 'elapsed'>
  readonly #floods: Pick<ToldLately, 'isNews'>
  readonly #accounts = new Map<string, Account>()

  /** @param floods which floods were told lately */
  constructor(clock: Pick<Clock, 'elapsed'>, floods: Pick<ToldLately, 'isNews'>) {
    this.#clock = clock
    this.#floods = floods
  }

  /**
   * Asks for work before it is done. Whoever has anything left is served, and owes what it costs beyond.
   * @returns where nothing is left `flooded`, or `dropped` if that was told lately
   */
  spend(device: string, entries: number): 'granted' | 'flooded' | 'dropped' {
    const account = this.#accountOf(device)
    if (account.left <= 0) return this.#floods.isNews({ kind: 'flood', device }) ? 'flooded' : 'dropped'
    account.left -= entries
    return 'granted'
  }

  /** Takes what work has cost of which nobody knew before. */
  charge(device: string, entries: number): void {
    this.#accountOf(device).left -= entries
  }

  #accountOf(device: string): Account {
    const now = this.#clock.elapsed()
    const account = this.#accounts.get(device) ?? { left: MOST, at: now }
    this.#accounts.set(device, account)
    account.left = Math.min(MOST, account.left + ((now - account.at) / 1000) * A_SECOND)
    account.at = now
    return account
  }
}
