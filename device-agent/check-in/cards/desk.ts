/**
 * The check-in's card desk: writes one authorization to one voter card at a time and counts them. A first form: who may vote is
 * decided elsewhere. The nonce exists in memory only, for as long as it takes to write it.
 *
 * A card that a dead device had claimed, of which both media are lost, frees nobody: it looks the same whether its vote was recorded or not. Two officers decide
 * whether its voter gets another one, and the signed count says how often they did (design, section 6; decision 32).
 */
import { signIssued } from '../../../core/bundle/issued.ts'
import { NONCE_BYTES, openAuthorization, signAuthorization } from '../../../core/cards/authorization.ts'
import { readCertificate } from '../../../core/keys/certificate.ts'
import { equalBytes, sha256, toBase64, toHex } from '../../../core/keys/hash.ts'
import type { ElectionPackage } from '../../../core/package/package.ts'
import type { Clock, Random, Signer } from '../../../core/ports.ts'
import type { Result } from '../../../core/result.ts'
import { fail, ok, refuse } from '../../../core/result.ts'
import { openCard, type VoterCard } from '../../../firmware/card-reader/card.ts'
import { isDenial } from '../../../firmware/card-reader/card-line.ts'
import type { CardReader } from '../../../firmware/card-reader/driver.ts'
import type { CardTerminal } from '../../../firmware/card-reader/secure-channel.ts'
import { findKnowing } from './claim-in-doubt.ts'
import { type MetOfficer, meetOfficer } from './meet-officer.ts'

/** What a desk issues for and with. */
interface DeskParts {
  readonly electionPackage: ElectionPackage
  readonly station: string
  readonly signers: { readonly executive: Signer; readonly supervisory: Signer }
  /** By what it proves to cards that it may issue. */
  readonly terminal: CardTerminal
  /** Ed25519 key of the election authority, which certifies every voter card. */
  readonly authorityKey: Uint8Array
  readonly clock: Clock
  readonly random: Random
}

/** A card that a device claimed and that no other takes; it stays at the desk. */
export interface ClaimInDoubt {
  /** The ballot style that its authorization is good for. */
  readonly style: string
  /** Base64 of SHA-256 of the claiming journal's origin. */
  readonly claimedBy: string
}

interface SecuredCard {
  readonly card: VoterCard
  readonly cardKey: Uint8Array
}

/** Issues authorizations and knows how many. */
export class CardDesk {
  readonly #parts: DeskParts
  #issued = 0
  readonly #again = new Map<string, number>()
  /** Who is there for the next decision. */
  readonly #officers = new Map<MetOfficer['role'], MetOfficer>()
  /** By the hash of their key, and in memory only: a card is decided on once. */
  readonly #decidedOn = new Set<string>()
  readonly #cardOf = new WeakMap<ClaimInDoubt, string>()
  /** Which card was begun in the place of which, by the hashes of their keys. */
  readonly #begunFor = new Map<string, string>()

  constructor(parts: DeskParts) {
    this.#parts = parts
  }

  /** Writes an authorization for a ballot of that style to the blank or spent voter card in the reader. */
  async issue(reader: CardReader, style: string): Promise<Result<void>> {
    const found = await this.#securedCard(reader)
    if (!found.ok) return found
    const written = await this.#write(found.value, style)
    if (written !== 'issued') return badCard(NOT_WRITTEN[written])
    this.#issued += 1
    return ok(undefined)
  }

  /** Admits an officer for the next decision on a claim; it wants both. */
  async meetOfficer(reader: CardReader, pin: string): Promise<Result<void>> {
    const met = await meetOfficer(reader, pin, this.#parts)
    if (!met.ok) return met
    this.#officers.set(met.value.role, met.value)
    return ok(undefined)
  }

  /**
   * Takes in the claimed card in the reader: the two officers that were met decide that its voter gets another, since the device that claimed it is dead and both its media
   * are lost. The card itself is changed in nothing and stays at the desk; once another was given for it, it is refused.
   * @param dead the device that they call dead
   * @returns what {@link issueAgain} gives its voter another card for
   */
  async takeClaimed(reader: CardReader, dead: string): Promise<Result<ClaimInDoubt>> {
    const { electionPackage, station } = this.#parts
    const officers = [...this.#officers.values()]
    if (officers.length < 2)
      return badClaim('no two officers are there', 'Put in the card of each with its PIN first.')
    const found = await this.#securedCard(reader)
    if (!found.ok) return found
    const { card, cardKey } = found.value
    const state = await card.readState()
    if (!state.ok) return badCard('it cannot be read')
    if (state.value.is === 'spent') return badClaim('its vote was recorded', 'Keep the card.')
    if (state.value.is !== 'claimed')
      return badClaim('no device has claimed it', 'Its voter can vote with it at any device.')
    const bytes = await card.readAuthorization()
    if (!bytes.ok) return badCard('it cannot be read')
    const { definition, hash } = electionPackage
    const authorization = openAuthorization(bytes.value, { definition, packageHash: hash, station })
    if (!authorization.ok || !equalBytes(authorization.value.cardKey, cardKey))
      return badClaim('its authorization is not one of this station for today', 'Keep the card.')
    const key = toHex(sha256(cardKey))
    if (this.#decidedOn.has(key)) return badClaim(GIVEN, 'Keep the card and give no other.')
    const { originHash } = state.value
    const knowing = findKnowing(
      originHash,
      dead,
      officers.flatMap(({ heads }) => heads),
    )
    if (knowing !== undefined) return fail(knowing)
    this.#officers.clear()
    const claim = { style: authorization.value.style, claimedBy: toBase64(originHash) }
    this.#cardOf.set(claim, key)
    return ok(claim)
  }

  /**
   * Gives the voter of that claim another card, once: writes an authorization to the blank or spent one in the reader, and counts it as given again. A card that was pulled meanwhile
   * may have it or not; until it says so no other is given.
   */
  async issueAgain(reader: CardReader, claim: ClaimInDoubt): Promise<Result<void>> {
    const key = this.#cardOf.get(claim)
    if (key === undefined || this.#decidedOn.has(key))
      return badClaim(GIVEN, 'Keep the card and give no other.')
    // Before anything is waited for: a second reader must not give a second card.
    this.#decidedOn.add(key)
    const given = await this.#giveFor(reader, claim, key)
    if (!given.ok) {
      this.#decidedOn.delete(key)
      return given
    }
    this.#issued += 1
    this.#again.set(claim.claimedBy, (this.#again.get(claim.claimedBy) ?? 0) + 1)
    return ok(undefined)
  }

  async #giveFor(reader: CardReader, claim: ClaimInDoubt, key: string): Promise<Result<void>> {
    const found = await this.#securedCard(reader)
    if (!found.ok) return found
    const other = toHex(sha256(found.value.cardKey))
    const begun = this.#begunFor.get(key)
    if (begun !== undefined && begun !== other)
      return badClaim('another card was pulled while it was given', 'Put that one in again.')
    this.#begunFor.set(key, other)
    const written = await this.#write(found.value, claim.style)
    // One that was pulled and holds an authorization now was given this one: nobody knew that it had taken it.
    if (written === 'issued' || (written === 'holds-one' && begun === other)) return ok(undefined)
    if (written === 'holds-one') this.#begunFor.delete(key)
    return badCard(NOT_WRITTEN[written])
  }

  /** The signed count for the end of the day, as `issued.json`. */
  statement(): string {
    const { electionPackage, station, signers } = this.#parts
    const again = [...this.#again]
      .map(([claimedBy, cards]) => ({ claimedBy, cards }))
      .sort((one, other) => (one.claimedBy < other.claimedBy ? -1 : 1))
    return signIssued(
      { packageHash: electionPackage.hash, station, issued: this.#issued, returned: 0, again },
      signers,
    )
  }

  /** Draws an authorization for that card and writes it; a card that was pulled may have taken it. */
  async #write({ card, cardKey }: SecuredCard, style: string): Promise<'issued' | keyof typeof NOT_WRITTEN> {
    const { electionPackage, station, signers, random } = this.#parts
    const nonce = random.bytes(NONCE_BYTES)
    const authorization = signAuthorization(
      {
        packageHash: electionPackage.hash,
        station,
        style,
        day: electionPackage.definition.pollingDay,
        nonce,
        cardKey,
      },
      signers,
    )
    nonce.fill(0)
    const written = await card.issue(authorization)
    authorization.fill(0)
    if (written.ok) return 'issued'
    return isDenial(written.error) ? 'holds-one' : 'pulled'
  }

  /** The voter card in the reader, which has proved that it is the one of its certificate, under a channel of this desk. */
  async #securedCard(reader: CardReader): Promise<Result<SecuredCard>> {
    const { terminal, random } = this.#parts
    const opened = await openCard(reader)
    if (!opened.ok || opened.value.kind !== 'voter')
      return badCard('this is no voter card, or it cannot be read')
    const card = opened.value
    const cardKey = await this.#keyOf(card)
    if (!cardKey.ok) return cardKey
    const secured = await card.secure(terminal, cardKey.value, random)
    if (!secured.ok) return badCard('it does not prove that it is the card of its certificate, or was pulled')
    return ok({ card, cardKey: cardKey.value })
  }

  /** The key that the authority certified for the card: one that somebody made at home gets no authorization to make copies of. */
  async #keyOf(card: VoterCard): Promise<Result<Uint8Array>> {
    const { authorityKey, clock } = this.#parts
    const der = await card.readCertificate()
    if (!der.ok) return badCard('its certificate cannot be read')
    const certificate = readCertificate(der.value, authorityKey, clock.now(), 'voter card in the reader')
    if (!certificate.ok || certificate.value.role !== 'voter-card')
      return badCard('it is no voter card of this election')
    return ok(certificate.value.publicKeyRaw)
  }
}

const NOT_WRITTEN = {
  'holds-one': 'it holds an authorization already',
  pulled: 'it was pulled before it said that it holds its authorization',
}
const GIVEN = 'another card was given in its place already'

function badClaim(what: string, next: string) {
  return refuse('desk.claim', 'voter card in the reader', what, next)
}

function badCard(what: string) {
  return refuse('desk.card', 'voter card in the reader', what, 'Take another card.')
}
