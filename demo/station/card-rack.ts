/** The cards of a station's people: three officers' with their PINs, and the voters' that were handed out. One may be in the device's reader. */
import type { SmartCard } from '../../simulator/cards/smart-card.ts'
import { VoterCard } from '../../simulator/cards/voter-card.ts'
import type { Officers } from '../../simulator/people/officers.ts'
import type { VirtualCardReader } from '../../simulator/peripherals/card-reader.ts'
import type { SeenCard } from '../web/messages.ts'

/** What is written on a voter's card, as its state says. */
const VOTER_STATES = ['blank', 'issued', 'claimed', 'spent'] as const

/** All cards, and the reader that takes them. */
export class CardRack {
  readonly #officers: Officers
  readonly #reader: VirtualCardReader
  readonly #voters: VoterCard[] = []

  constructor(officers: Officers, reader: VirtualCardReader) {
    this.#officers = officers
    this.#reader = reader
  }

  /** Puts a voter's card into the rack. */
  add(card: VoterCard): void {
    this.#voters.push(card)
  }

  /** Puts a card into the device. Throws when there is none of that name, or one in the reader. */
  insert(id: string): void {
    const card = this.#all().get(id)
    if (card === undefined) throw new Error('there is no such card')
    this.#reader.insertCard(card)
  }

  /** Takes the card out of the device. Throws when there is none. */
  takeOut(): void {
    this.#reader.pullCard()
  }

  seen(): readonly SeenCard[] {
    const inReader = this.#reader.card()
    return [...this.#all()].map(([id, card]) => {
      const isInReader = card === inReader
      if (card instanceof VoterCard) return { id, of: 'voter', state: VOTER_STATES[card.state], isInReader }
      const of = id as keyof Officers
      return { id, of, pin: this.#officers[of].pin, isInReader }
    })
  }

  #all(): ReadonlyMap<string, SmartCard> {
    const { executive, supervisory, spare } = this.#officers
    return new Map<string, SmartCard>([
      ['executive', executive.card],
      ['supervisory', supervisory.card],
      ['spare', spare.card],
      ...this.#voters.map((card, i): [string, SmartCard] => [`voter-${i + 1}`, card]),
    ])
  }
}
