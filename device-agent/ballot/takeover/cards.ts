/**
 * The three cards of a takeover: PIN and proof of each, and from the officers' their shares of the day key and what they know of the device that
 * died. Nothing is written on a card: this device has no journal yet.
 */
import { readCertificate } from '../../../core/keys/certificate.ts'
import { equalBytes, sha256, toBase64 } from '../../../core/keys/hash.ts'
import { verifyP256 } from '../../../core/keys/p256.ts'
import { leafHash, rootOf } from '../../../core/tlog/tree.ts'
import { authenticationMessage, officerObjectHash, openCard } from '../../../firmware/card-reader/card.ts'
import { isDenial } from '../../../firmware/card-reader/card-line.ts'
import type { CardReader } from '../../../firmware/card-reader/driver.ts'
import type { FoundMedium } from '../../store/dead-media.ts'
import { verifiedHeads } from '../../witness/exchange.ts'
import { parseHeads } from '../../witness/station-heads.ts'
import type { HeadChecks, VerifiedHead } from '../../witness/verify-head.ts'
import type { DayKeyGathering } from '../polls/day-key.ts'
import { type CardFailure, type OfficerChecks, proveOfficer } from '../polls/officer-card.ts'
import type { GuideInput, TakeoverRefusal, TakeoverRole } from './guide.ts'

/** What the cards are held against. */
export interface TakeoverCards {
  readonly checks: OfficerChecks
  readonly headChecks: HeadChecks
  readonly dead: FoundMedium
  readonly gathering: DayKeyGathering
}

/** Whose card is in the reader; nothing is proved yet. */
export async function findCard(reader: CardReader): Promise<GuideInput> {
  const opened = await openCard(reader)
  if (!opened.ok) return refused('unreadable')
  const { kind } = opened.value
  if (kind === 'executive' || kind === 'supervisory' || kind === 'technician')
    return { is: 'officer-found', role: kind }
  return refused(kind === 'spare' ? 'not-wanted' : 'not-an-officer-card')
}

/** Admits the card in the reader. */
export async function admitCard(
  reader: CardReader,
  role: TakeoverRole,
  pin: string,
  parts: TakeoverCards,
): Promise<GuideInput> {
  return role === 'technician'
    ? admitTechnician(reader, pin, parts.checks)
    : admitOfficerHere(reader, role, pin, parts)
}

async function admitOfficerHere(
  reader: CardReader,
  role: 'executive' | 'supervisory',
  pin: string,
  { checks, headChecks, dead, gathering }: TakeoverCards,
): Promise<GuideInput> {
  const proved = await proveOfficer(reader, role, pin, checks)
  if ('is' in proved) return proved
  const heads = await proved.card.readHeads()
  if (!heads.ok) return refused('unreadable')
  const why = findBetterKnowledge(verifiedHeads(parseHeads(heads.value).heads, headChecks), dead)
  if (why !== undefined) return { is: 'refused', why }
  const stored = await proved.card.readDayShare()
  if (!stored.ok) return refused('unreadable')
  const presented = gathering.present(role, stored.value ?? undefined, false)
  if (presented.is === 'refused')
    return refused(presented.why === 'no-share' ? 'no-share-today' : presented.why)
  return { is: 'admitted', role, certificate: proved.certificate }
}

/** What a card knows of the device that died and the medium does not. */
function findBetterKnowledge(
  heads: readonly VerifiedHead[],
  { device, day, box }: FoundMedium,
): TakeoverRefusal | undefined {
  for (const head of heads) {
    if (head.tookOver === day.origin) return 'already'
    if (head.dead.includes(device)) return 'declared-dead'
    if (head.device !== device) continue
    if (head.origin !== day.origin) return 'forked'
    if (head.size > day.size) return 'older'
    if (!equalBytes(head.root, rootOf(box.entries.slice(0, head.size).map(leafHash)))) return 'forked'
  }
  return undefined
}

/** A technician's card opens nothing alone. */
async function admitTechnician(
  reader: CardReader,
  pin: string,
  { authorityKey, origin, terminal, certificatesAt, random }: OfficerChecks,
): Promise<GuideInput> {
  const opened = await openCard(reader)
  if (!opened.ok) return refused('unreadable')
  const card = opened.value
  if (card.kind !== 'technician') return refused('not-an-officer-card')
  const der = await card.readCertificate()
  if (!der.ok) return refused('unreadable')
  const certificate = readCertificate(der.value, authorityKey, certificatesAt, "technician's card")
  if (!certificate.ok || certificate.value.role !== 'technician') return refused('forged')
  // As with an officer's card, the PIN goes to no card but the one that the certificate names, and in no clear text.
  const secured = await card.secure(terminal, certificate.value.publicKeyRaw, random)
  if (!secured.ok) return refused(isDenial(secured.error) ? 'forged' : 'unreadable')
  const verified = await card.verifyPin(pin)
  if (!verified.ok) return refused(isDenial(verified.error) ? 'forged' : 'unreadable')
  if (verified.value === 'dead') return refused('dead')
  if (verified.value !== 'verified') {
    const { triesLeft } = verified.value
    return triesLeft === 0 ? refused('dead') : { is: 'pin-wrong', triesLeft }
  }
  const challenge = random.bytes(32)
  const context = sha256(Buffer.from(origin))
  const signature = await card.internalAuthenticate(challenge, context)
  if (!signature.ok) return refused(isDenial(signature.error) ? 'forged' : 'unreadable')
  const message = authenticationMessage(challenge, context, officerObjectHash(der.value))
  if (!verifyP256(certificate.value.publicKeyRaw, message, signature.value)) return refused('forged')
  return { is: 'admitted', role: 'technician', certificate: toBase64(certificate.value.fingerprint) }
}

function refused(why: (CardFailure & { is: 'officer-refused' })['why']): GuideInput {
  return { is: 'officer-refused', why }
}
