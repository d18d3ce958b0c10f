/**
 * The check-in's card desk: writes one authorization to one voter card at a time and counts them. A first form: who may vote is
 * decided elsewhere. The nonce exists in memory only, for as long as it takes to write it.
 */
import { signIssued } from '../../../core/bundle/issued.ts'
import { NONCE_BYTES, signAuthorization } from '../../../core/cards/authorization.ts'
import type { ElectionPackage } from '../../../core/package/package.ts'
import type { Random, Signer } from '../../../core/ports.ts'
import type { Result } from '../../../core/result.ts'
import { ok, refuse } from '../../../core/result.ts'
import { openCard } from '../../../firmware/card-reader/card.ts'
import type { CardReader } from '../../../firmware/card-reader/driver.ts'

/** What a desk issues for and with. */
interface DeskParts {
  readonly electionPackage: ElectionPackage
  readonly station: string
  readonly signers: { readonly executive: Signer; readonly supervisory: Signer }
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
    const { electionPackage, station, signers, random } = this.#parts
    const card = await openCard(reader)
    if (!card.ok || card.value.kind !== 'voter') return badCard('this is no voter card, or it cannot be read')
    const cardKey = await card.value.readPublicKey()
    if (!cardKey.ok) return badCard('its key cannot be read')
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
    const written = await card.value.issue(authorization)
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
}

function badCard(what: string) {
  return refuse('desk.card', 'voter card in the reader', what, 'Take another card.')
}
