/**
 * The voter's card at the device: proves itself, shows its authorization, is claimed before the first choice and marked spent after
 * the last. The nonce and the card's key live here in memory for one session and are written nowhere.
 */
import { openAuthorization } from '../../../core/cards/authorization.ts'
import { equalBytes, sha256 } from '../../../core/keys/hash.ts'
import { verifyP256 } from '../../../core/keys/p256.ts'
import type { ElectionPackage } from '../../../core/package/package.ts'
import type { Random } from '../../../core/ports.ts'
import type { Result } from '../../../core/result.ts'
import { fail, ok } from '../../../core/result.ts'
import {
  authenticationMessage,
  openCard,
  type VoterCard,
  type VoterCardState,
  voterObjectHash,
} from '../../../firmware/card-reader/card.ts'
import { type CardProblem, isDenial } from '../../../firmware/card-reader/card-line.ts'
import type { CardReader } from '../../../firmware/card-reader/driver.ts'
import type { CardTerminal } from '../../../firmware/card-reader/secure-channel.ts'
import type { CardRefusal } from './session.ts'

/** A voter's card that was claimed for this device and may cast one ballot of that style. */
export interface ClaimedCard {
  readonly style: string
  readonly nonce: Uint8Array
  readonly card: VoterCard
}

/** What the reading of a voter's card is checked against. */
export interface VoterCardChecks {
  readonly electionPackage: ElectionPackage
  readonly station: string
  readonly origin: string
  /** Of a spare: the journal it took over. Who had a card claimed there goes on here. */
  readonly adoptedOrigin?: string
  readonly terminal: CardTerminal
  readonly random: Random
  /** Whether this device has recorded a ballot for that authorization. */
  readonly isSpent: (nonce: Uint8Array) => boolean
}

/**
 * Authenticates the card in the reader and claims it for this device. A card that this device had claimed before and that cast
 * nothing goes on; one whose ballot is recorded is marked spent and refused.
 */
export async function claimVoterCard(
  reader: CardReader,
  checks: VoterCardChecks,
): Promise<Result<ClaimedCard, CardRefusal>> {
  const opened = await openCard(reader)
  if (!opened.ok) return fail('unreadable')
  const card = opened.value
  if (card.kind !== 'voter') return fail('not-a-voter-card')
  const state = await card.readState()
  if (!state.ok) return fail('unreadable')
  if (state.value.is === 'blank') return fail('blank')
  if (state.value.is === 'spent') return fail('already-used')
  const originHash = deviceHash(checks.origin)
  const ours = [checks.origin, ...(checks.adoptedOrigin === undefined ? [] : [checks.adoptedOrigin])]
  const claim = state.value.is === 'claimed' ? state.value.originHash : undefined
  const isOurs = claim !== undefined && ours.some((origin) => equalBytes(claim, deviceHash(origin)))
  if (claim !== undefined && !isOurs) return fail('claimed-elsewhere')
  const bytes = await card.readAuthorization()
  if (!bytes.ok) return fail('unreadable')
  const { definition, hash } = checks.electionPackage
  const authorization = openAuthorization(bytes.value, {
    definition,
    packageHash: hash,
    station: checks.station,
  })
  if (!authorization.ok) return authorization
  const { style, nonce, cardKey } = authorization.value
  const secured = await card.secure(checks.terminal, cardKey, checks.random)
  if (!secured.ok) return fail(whyNot(secured.error))
  const proof = await proveCard(card, cardKey, state.value, bytes.value, originHash, checks.random)
  if (proof !== 'holds') return fail(proof)
  if (checks.isSpent(nonce)) {
    if (isOurs) await card.spend()
    return fail('already-used')
  }
  if (!isOurs) {
    // Under the channel this is the card's own word that it is claimed for this device; whoever sits between card and reader cannot give it.
    const claimed = await card.claim(originHash)
    if (!claimed.ok) return fail(whyNot(claimed.error))
  }
  return ok({ style, nonce, card })
}

/** Has the card sign a fresh challenge over the state it shows. */
async function proveCard(
  card: VoterCard,
  cardKey: Uint8Array,
  state: VoterCardState,
  authorization: Uint8Array,
  originHash: Uint8Array,
  random: Random,
): Promise<'holds' | 'unreadable' | 'forged'> {
  const challenge = random.bytes(32)
  const signature = await card.internalAuthenticate(challenge, originHash)
  if (!signature.ok) return whyNot(signature.error)
  const message = authenticationMessage(challenge, originHash, voterObjectHash(state, authorization))
  return verifyP256(cardKey, message, signature.value) ? 'holds' : 'forged'
}

function whyNot(problem: CardProblem): 'unreadable' | 'forged' {
  return isDenial(problem) ? 'forged' : 'unreadable'
}

/** What a claimed card shows of the device that claimed it. */
export function deviceHash(origin: string): Uint8Array {
  return sha256(Buffer.from(origin))
}
