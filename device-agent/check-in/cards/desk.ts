/**
 * The check-in's card desk: writes one authorization to one voter card at a time and counts them. A first form: who may vote is
 * decided elsewhere. The nonce exists in memory only, for as long as it takes to write it.
 */
import { signIssued } from '../../../core/bundle/issued.ts'
import { NONCE_BYTES, signAuthorization } from '../../../core/cards/authorization.ts'
import { readCertificate } from '../../../core/keys/certificate.ts'
import type { ElectionPackage } from '../../../core/package/package.ts'
import type { Clock, Random, Signer } from '../../../core/ports.ts'
import type { Result } from '../../../core/result.ts'
import { ok, refuse } from '../../../core/result.ts'
import { openCard, type VoterCard } from '../../../firmware/card-reader/card.ts'
import type { CardReader } from '../../../firmware/card-reader/driver.ts'
import type { CardTerminal } from '../../../firmware/card-reader/secure-channel.ts'

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

/** Issues authorizations and knows how many. */
export class CardDesk {
  readonly #parts: DeskParts
  #issued = 0

  constructor(parts: DeskParts) {
    this.#parts = parts
  }

  /** Writes an authorization for a ballot of that style to the blank or spent voter card in the reader. */
  async issue(reader: CardReader, style: string): Promise<Result<void>> {
    const { electionPackage, station, signers, terminal, random } = this.#parts
    const opened = await openCard(reader)
    if (!opened.ok || opened.value.kind !== 'voter')
      return badCard('this is no voter card, or it cannot be read')
    const card = opened.value
    const cardKey = await this.#keyOf(card)
    if (!cardKey.ok) return cardKey
    const secured = await card.secure(terminal, cardKey.value, random)
    if (!secured.ok) return badCard('it does not prove that it is the card of its certificate, or was pulled')
    const nonce = random.bytes(NONCE_BYTES)
    const authorization = signAuthorization(
      {
        packageHash: electionPackage.hash,
        station,
        style,
        day: electionPackage.definition.pollingDay,
        nonce,
        cardKey: cardKey.value,
      },
      signers,
    )
    nonce.fill(0)
    const written = await card.issue(authorization)
    authorization.fill(0)
    if (!written.ok) return badCard('it holds an authorization already, or it was pulled')
    this.#issued += 1
    return ok(undefined)
  }

  /** The signed count for the end of the day, as `issued.json`. */
  statement(): string {
    const { electionPackage, station, signers } = this.#parts
    return signIssued(
      { packageHash: electionPackage.hash, station, issued: this.#issued, returned: 0 },
      signers,
    )
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

function badCard(what: string) {
  return refuse('desk.card', 'voter card in the reader', what, 'Take another card.')
}
