/** An officer's card at the device: who it is, its PIN, its proof of the key, and its share of the day key. */
import { officerSubject } from '../../../core/cards/officer.ts'
import { readCertificate } from '../../../core/keys/certificate.ts'
import { sha256, toBase64 } from '../../../core/keys/hash.ts'
import { verifyP256 } from '../../../core/keys/p256.ts'
import type { Random } from '../../../core/ports.ts'
import {
  authenticationMessage,
  isOfficerCard,
  type OfficerCard,
  officerObjectHash,
  openCard,
} from '../../../firmware/card-reader/card.ts'
import { type CardProblem, isDenial } from '../../../firmware/card-reader/card-line.ts'
import type { CardReader } from '../../../firmware/card-reader/driver.ts'
import type { CardTerminal } from '../../../firmware/card-reader/secure-channel.ts'
import type { Met } from './card-witness.ts'
import type { DayKeyGathering } from './day-key.ts'
import type { Admitted, OfficerRole, PollsInput } from './polls.ts'

/** What is done with an admitted card before anything else: it brings and takes heads. */
export type Meet = (card: OfficerCard, admitted: Admitted) => Promise<Met>

/** The gathering of the day key to which a card adds its share. */
export interface ShareWanted {
  readonly gathering: DayKeyGathering
  /** Whether this device may draw the day key, which only an opening may. */
  readonly mayDraw: boolean
  /** Called once a key was drawn, before any card has its share. */
  readonly drawn: (id: string) => void
  /** Called once the two cards that open the polls have their shares of it. */
  readonly shared: (id: string) => void
}

/** How a card that was put in was not taken. */
export type CardFailure = PollsInput & { readonly is: 'officer-refused' | 'pin-wrong' }

/** What officers' cards are checked against. */
export interface OfficerChecks {
  readonly authorityKey: Uint8Array
  readonly origin: string
  readonly station: string
  readonly terminal: CardTerminal
  /** The time by which certificates are judged, not that of a clock that may be wrong. */
  readonly certificatesAt: number
  readonly random: Random
}

/** Whose card is in the reader; nothing is proved yet. */
export async function findOfficer(reader: CardReader): Promise<PollsInput> {
  const opened = await openCard(reader)
  if (!opened.ok) return refused('unreadable')
  if (!isOfficerCard(opened.value)) return refused('not-an-officer-card')
  return { is: 'officer-found', role: opened.value.kind }
}

/**
 * PIN, certificate, proof of the key, the station's heads, then the share of the day key: read, or written if the key was drawn here.
 * @param wanted undefined where no day key is wanted
 */
export async function admitOfficer(
  reader: CardReader,
  { role, pin }: { readonly role: OfficerRole; readonly pin: string },
  checks: OfficerChecks,
  meet: Meet,
  wanted: ShareWanted | undefined,
): Promise<PollsInput> {
  const proved = await proveOfficer(reader, role, pin, checks)
  if ('is' in proved) return proved
  const { card, certificate } = proved
  const admitted = { role, certificate }
  const met = await meet(card, admitted)
  if (met.is === 'stopped') return met
  if (met.is !== 'met') return refused(met.is)
  if (wanted === undefined) return { is: 'officer-admitted', admitted, drawn: false }
  const { gathering, mayDraw, drawn, shared } = wanted
  const stored = await card.readDayShare()
  if (!stored.ok) return refused('unreadable')
  const before = gathering.drawnId
  const presented = gathering.present(role, stored.value ?? undefined, mayDraw)
  if (presented.is === 'refused')
    return refused(presented.why === 'no-share' && !mayDraw ? 'no-share-today' : presented.why)
  if (presented.is === 'erase') {
    const erased = await card.eraseDayShare()
    return refused(erased.ok ? 'no-share' : 'unreadable')
  }
  if (presented.is === 'write') {
    const id = gathering.drawnId
    if (id !== undefined && id !== before) drawn(id)
    const written = await card.writeDayShare(presented.share)
    if (!written.ok) return refused('unreadable')
    const wasShared = gathering.isShared
    gathering.written(role)
    if (id !== undefined && gathering.isShared && !wasShared) shared(id)
  }
  return { is: 'officer-admitted', admitted, drawn: gathering.wantsAllCards }
}

/**
 * After the end of the day: PIN, proof, the station's heads; then the card forgets its share, if every device is known to be closed.
 * @param openDevices devices of the station that are not known to be closed, asked once the card's heads are read
 */
export async function takeLeave(
  reader: CardReader,
  { role, pin }: { readonly role: OfficerRole; readonly pin: string },
  checks: OfficerChecks,
  meet: Meet,
  openDevices: () => readonly string[],
): Promise<PollsInput> {
  const proved = await proveOfficer(reader, role, pin, checks)
  if ('is' in proved) return proved
  const met = await meet(proved.card, { role, certificate: proved.certificate })
  if (met.is === 'stopped') return met
  if (met.is !== 'met') return refused(met.is)
  const open = openDevices()
  if (open.length > 0) return { is: 'heads-carried', open }
  const erased = await proved.card.eraseDayShare()
  return erased.ok ? { is: 'share-erased' } : refused('unreadable')
}

/** PIN, certificate and proof of the key of an officer of this station. */
export async function proveOfficer(
  reader: CardReader,
  role: OfficerRole,
  pin: string,
  { authorityKey, origin, station, terminal, certificatesAt, random }: OfficerChecks,
): Promise<CardFailure | { readonly card: OfficerCard; readonly certificate: string }> {
  const opened = await openCard(reader)
  if (!opened.ok) return refused('unreadable')
  const card = opened.value
  if (!isOfficerCard(card) || card.kind !== role) return refused('not-an-officer-card')
  const der = await card.readCertificate()
  if (!der.ok) return refused('unreadable')
  const certificate = readCertificate(der.value, authorityKey, certificatesAt, "officer's card")
  if (!certificate.ok || certificate.value.role !== role) return refused('forged')
  if (certificate.value.subject !== officerSubject(station, role)) return refused('other-station')
  // The PIN goes to no card but the one that the certificate names, and in no clear text.
  const secured = await card.secure(terminal, certificate.value.publicKeyRaw, random)
  if (!secured.ok) return refused(whyNot(secured.error))
  const verified = await card.verifyPin(pin)
  if (!verified.ok) return refused(whyNot(verified.error))
  if (verified.value === 'dead') return refused('dead')
  if (verified.value !== 'verified') return { is: 'pin-wrong', triesLeft: verified.value.triesLeft }
  const challenge = random.bytes(32)
  const context = sha256(Buffer.from(origin))
  const signature = await card.internalAuthenticate(challenge, context)
  if (!signature.ok) return refused(whyNot(signature.error))
  const message = authenticationMessage(challenge, context, officerObjectHash(der.value))
  if (!verifyP256(certificate.value.publicKeyRaw, message, signature.value)) return refused('forged')
  return { card, certificate: toBase64(certificate.value.fingerprint) }
}

function whyNot(problem: CardProblem): 'unreadable' | 'forged' {
  return isDenial(problem) ? 'forged' : 'unreadable'
}

function refused(why: (PollsInput & { is: 'officer-refused' })['why']): CardFailure {
  return { is: 'officer-refused', why }
}
