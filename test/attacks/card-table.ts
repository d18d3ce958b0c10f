/** A check-in desk, a voting device and a reader of a build, and whoever puts cards into it. */
import { type Issued, openIssued } from '../../core/bundle/issued.ts'
import { type Result, valueOrThrow } from '../../core/result.ts'
import type { DayKeyGathering } from '../../device-agent/ballot/polls/day-key.ts'
import type { ClaimInDoubt } from '../../device-agent/check-in/cards/desk.ts'
import { encodeHeads, type StationHead } from '../../device-agent/witness/station-heads.ts'
import type { CardReader } from '../../firmware/card-reader/driver.ts'
import type { CardTerminal } from '../../firmware/card-reader/secure-channel.ts'
import type { OfficerCard } from '../../simulator/cards/officer-card.ts'
import type { SmartCard } from '../../simulator/cards/smart-card.ts'
import type { VoterCard } from '../../simulator/cards/voter-card.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { CardBench } from '../device-agent/ballot/card-bench.ts'
import { device, station } from '../device-agent/store/voting.ts'
import { CARD_PIN, done, StationCards } from '../fixtures/station-cards.ts'
import type { CardsBuild } from './weakened/weaken.ts'

const { electionPackage, authority, executive, supervisory } = station
const STYLE = 'city'

/** One station's dealings with cards. */
export class CardTable {
  readonly cards: StationCards
  /** The device, and its private key for whoever copied it. */
  readonly device: CardTerminal & { readonly scalar: Uint8Array }
  readonly #build: CardsBuild
  readonly #bench: CardBench
  readonly #random = seededRandom('card table')
  readonly #desk

  /** @param heard is given what the device writes on the reader's line */
  constructor(build: CardsBuild, heard?: (bytes: Uint8Array) => void) {
    this.#build = build
    this.#bench = new CardBench(heard)
    this.cards = new StationCards('card table', station, build)
    this.device = this.cards.terminal('ballot-device')
    this.#desk = new build.CardDesk({
      electionPackage,
      station: 's-1',
      signers: { executive, supervisory },
      terminal: this.cards.terminal('check-in'),
      authorityKey: authority.publicKey,
      clock: this.#bench.clock,
      random: this.#random,
    })
  }

  /** The desk issues to a card, or says why not. */
  async issue(card: SmartCard): Promise<string> {
    return outcome(await this.#bench.during(card, (reader) => this.#desk.issue(reader, STYLE)), 'issued')
  }

  /** An officer's card with these heads on it. */
  async officerWith(kind: 'executive' | 'supervisory', heads: readonly StationHead[]): Promise<OfficerCard> {
    const card = this.cards.officer(kind)
    await this.#bench.during(card, async (reader) => {
      const officer = await this.cards.openOfficer(reader, this.device)
      done(await officer.writeHeads(encodeHeads(heads)))
    })
    return card
  }

  /** The desk admits an officer for a decision, or says why not. */
  async meet(card: SmartCard, pin = CARD_PIN): Promise<string> {
    return outcome(await this.#bench.during(card, (reader) => this.#desk.meetOfficer(reader, pin)), 'met')
  }

  /** The desk takes a claimed card in, or says why not. */
  async takeClaimed(card: SmartCard, dead = device.id): Promise<ClaimInDoubt | string> {
    const taken = await this.#bench.during(card, (reader) => this.#desk.takeClaimed(reader, dead))
    return taken.ok ? taken.value : taken.error.what
  }

  /**
   * The desk gives another card for that claim, or says why not.
   * @param through what is in the reader
   */
  async issueAgain(
    card: SmartCard,
    claim: ClaimInDoubt,
    through: (reader: CardReader) => CardReader = (reader) => reader,
  ): Promise<string> {
    const given = await this.#bench.during(card, (reader) => this.#desk.issueAgain(through(reader), claim))
    return outcome(given, 'issued')
  }

  /** What the desk signs at the end of the day. */
  get issuedCount(): Pick<Issued, 'issued' | 'again'> {
    const keys = { executive: executive.publicKey, supervisory: supervisory.publicKey }
    const { issued, again } = valueOrThrow(openIssued(this.#desk.statement(), keys, 'issued.json'))
    return { issued, again }
  }

  /** A voter's card that the desk has issued. */
  async issued(): Promise<VoterCard> {
    const card = this.cards.voter()
    if ((await this.issue(card)) !== 'issued') throw new Error('a good card was refused')
    return card
  }

  /**
   * The device takes a card, or says why not.
   * @param through what is in the reader
   */
  async claim(card: SmartCard, through: (reader: CardReader) => CardReader = (reader) => reader) {
    const checks = {
      electionPackage,
      station: 's-1',
      origin: device.origin,
      terminal: this.device,
      random: this.#random,
      isSpent: () => false,
    }
    const claimed = await this.#bench.during(card, (reader) =>
      this.#build.claimVoterCard(through(reader), checks),
    )
    return claimed.ok ? 'claimed' : claimed.error
  }

  /**
   * The device admits an officer with the card's PIN, or says why not.
   * @param through what is in the reader
   * @param gathering for which the card's share of the day key is read, or drawn
   */
  async admit(
    card: SmartCard,
    role: 'executive' | 'supervisory',
    {
      through = (reader: CardReader) => reader,
      gathering,
    }: { readonly through?: (reader: CardReader) => CardReader; readonly gathering?: DayKeyGathering } = {},
  ): Promise<string> {
    const wanted = gathering && { gathering, mayDraw: true, drawn: () => {}, shared: () => {} }
    const checks = {
      authorityKey: authority.publicKey,
      station: 's-1',
      origin: device.origin,
      terminal: this.device,
      certificatesAt: this.#bench.clock.now(),
      random: this.#random,
    }
    const met = async () => ({ is: 'met' as const })
    const input = await this.#bench.during(card, (reader) =>
      this.#build.admitOfficer(through(reader), { role, pin: CARD_PIN }, checks, met, wanted),
    )
    return input.is === 'officer-refused' ? input.why : input.is
  }

  /** The share of the day key that an officer's card holds. */
  dayShare(card: SmartCard): Promise<Uint8Array | null> {
    return this.#bench.during(card, async (reader) => {
      const officer = await this.cards.openOfficer(reader, this.device)
      return done(await officer.readDayShare())
    })
  }
}

function outcome(result: Result<void>, good: string): string {
  return result.ok ? good : result.error.what
}
