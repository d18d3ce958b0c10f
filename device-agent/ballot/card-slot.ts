/** The card in the reader, and which of the two machines deals with it. */
import type { CardReader } from '../../firmware/card-reader/driver.ts'

/** Guards who is told that the card goes: the one that was told that it came, and always the session that it began. */
export class CardSlot {
  readonly #moved: (movement: 'in' | 'out') => void
  #isIn = false
  owner: 'session' | 'polls' = 'polls'
  /** It came in for a session, whoever deals with it by now. */
  isVoters = false

  constructor(moved: (movement: 'in' | 'out') => void) {
    this.#moved = moved
  }

  get isIn(): boolean {
    return this.#isIn
  }

  /** A reader that was lost takes nobody's choices away: only a card that is gone when it is back ends a session. */
  take(connected: CardReader): void {
    const before = this.#isIn
    this.#isIn = false
    let returning = before
    connected.onCard((movement) => {
      this.#isIn = movement === 'in'
      if (!returning) this.#moved(movement)
    })
    returning = false
    if (before && !this.#isIn) this.#moved('out')
  }
}
