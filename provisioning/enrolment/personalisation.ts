/**
 * How a card is made somebody's: its keys are read, a certificate is issued over them, everything that the card is to hold is written, and the card
 * is sealed, by the commands of docs/card.md. What to send next, for what came: whoever holds the card sends it.
 */
import { agreementKeyMessage } from '../../core/cards/agreement-key.ts'
import { officerSubject } from '../../core/cards/officer.ts'
import { stationHash } from '../../core/cards/terminal-certificate.ts'
import type { Definition } from '../../core/election/definition.ts'
import { concatBytes } from '../../core/keys/hash.ts'
import { verifyP256 } from '../../core/keys/p256.ts'
import { type Result, refuse } from '../../core/result.ts'
import { type Issuing, issueCardCertificate } from './certificates.ts'

/** Whose card it becomes. */
export type CardOwner =
  | { readonly kind: 'voter' }
  | { readonly kind: 'technician'; readonly pin: string }
  | {
      readonly kind: 'executive' | 'supervisory' | 'spare'
      readonly pin: string
      /** Whose devices may write it. */
      readonly station: string
    }

/** By whom it is made somebody's. */
export interface CardMaking {
  readonly definition: Definition
  readonly issuing: Issuing
  /** The card authority's public key, P-256: by it the card will know terminals. */
  readonly cardAuthority: Uint8Array
}

/** One command, `CLA INS P1 P2 [Lc data] [Le]`, answered with data and status word. */
type Dialogue<T> = Generator<Uint8Array, T, Uint8Array>

const APPLET = Uint8Array.of(0xf0, 0x53, 0x41, 0x4e, 0x44, 0x4f, 0x47, 0x48)
/** What SELECT answers. */
const KIND_BYTES: Readonly<Record<CardOwner['kind'], number>> = {
  voter: 1,
  executive: 2,
  supervisory: 3,
  spare: 4,
  technician: 5,
}
const PIECE = 200
const POINT_BYTES = 65
const SIGNATURE_BYTES = 64

/**
 * The dialogue with one card that nobody has personalised. Gives its certificate once it is sealed.
 * @param where the reader or place it lies in, for refusals
 * @returns a refusal `card.not-made` where the card is another kind, does not vouch for its keys, or does not take what is written
 */
export function* personalisation(
  owner: CardOwner,
  { definition, issuing, cardAuthority }: CardMaking,
  where: string,
): Dialogue<Result<Uint8Array>> {
  const kind = yield* done([0x00, 0xa4, 0x04, 0x00], APPLET, 1)
  if (kind?.[0] !== KIND_BYTES[owner.kind]) return unfit(where, `this is no card for ${owner.kind}`)
  const publicKey = yield* read(0x0102, POINT_BYTES)
  const vouched = yield* read(0x0103, POINT_BYTES + SIGNATURE_BYTES)
  if (publicKey === undefined || vouched === undefined) return unfit(where, 'it does not show its keys')
  const message = agreementKeyMessage(vouched.subarray(0, POINT_BYTES))
  if (!verifyP256(publicKey, message, vouched.subarray(POINT_BYTES)))
    return unfit(where, 'it does not vouch for its second key with its first')
  const role = owner.kind === 'voter' ? 'voter-card' : owner.kind
  const subject = 'station' in owner ? officerSubject(owner.station, owner.kind) : role
  const certificate = issueCardCertificate({ subject, role, publicKey }, definition, issuing)
  if (!certificate.ok) return certificate
  const objects: [number, Uint8Array][] = [
    [0x0201, certificate.value],
    [0x0301, cardAuthority],
  ]
  if ('pin' in owner) objects.push([0x0302, Buffer.from(owner.pin)])
  if ('station' in owner) objects.push([0x0303, stationHash(owner.station)])
  for (const [id, value] of objects)
    if (!(yield* write(id, value))) return unfit(where, 'it takes nothing: it is personalised already')
  const sealed = yield* done([0x80, 0x14, 0x00, 0x00])
  return sealed === undefined ? unfit(where, 'it cannot be sealed') : certificate
}

function* read(id: number, length: number): Dialogue<Uint8Array | undefined> {
  if ((yield* select(id)) === undefined) return undefined
  const value = yield* done([0x00, 0xb0, 0x00, 0x00], undefined, length)
  return value?.length === length ? value : undefined
}

function* write(id: number, value: Uint8Array): Dialogue<boolean> {
  if ((yield* select(id)) === undefined) return false
  for (let at = 0; at < value.length; at += PIECE) {
    const piece = value.subarray(at, at + PIECE)
    if ((yield* done([0x00, 0xda, at >> 8, at & 0xff], piece)) === undefined) return false
  }
  return true
}

function select(id: number): Dialogue<Uint8Array | undefined> {
  return done([0x00, 0xa4, 0x02, 0x0c], Uint8Array.of(id >> 8, id & 0xff))
}

/** The data of an answer whose status is 90 00. */
function* done(
  header: readonly number[],
  data?: Uint8Array,
  expected?: number,
): Dialogue<Uint8Array | undefined> {
  const body = data === undefined ? new Uint8Array(0) : concatBytes(Uint8Array.of(data.length), data)
  const end = expected === undefined ? new Uint8Array(0) : Uint8Array.of(expected)
  const answer = yield concatBytes(Uint8Array.from(header), body, end)
  const [sw1, sw2] = answer.subarray(-2)
  return sw1 === 0x90 && sw2 === 0x00 ? answer.slice(0, -2) : undefined
}

function unfit(where: string, what: string) {
  return refuse('card.not-made', where, what, 'Take another card, and put this one aside to be examined.')
}
