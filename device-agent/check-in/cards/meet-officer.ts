/** An officer's card at the desk: whose it is, its PIN, its proof, and what it knows of the station's journals. */
import { officerSubject } from '../../../core/cards/officer.ts'
import { pollingNoon } from '../../../core/election/polling-time.ts'
import { readCertificate } from '../../../core/keys/certificate.ts'
import { sha256 } from '../../../core/keys/hash.ts'
import { verifyP256 } from '../../../core/keys/p256.ts'
import type { ElectionPackage } from '../../../core/package/package.ts'
import type { Clock, Random } from '../../../core/ports.ts'
import { ok, type Result, refuse } from '../../../core/result.ts'
import { authenticationMessage, officerObjectHash, openCard } from '../../../firmware/card-reader/card.ts'
import type { CardReader } from '../../../firmware/card-reader/driver.ts'
import type { CardTerminal } from '../../../firmware/card-reader/secure-channel.ts'
import { verifiedHeads } from '../../witness/exchange.ts'
import { parseHeads } from '../../witness/station-heads.ts'
import type { VerifiedHead } from '../../witness/verify-head.ts'

/** What officers' cards are held against. */
export interface OfficerChecks {
  readonly electionPackage: ElectionPackage
  readonly station: string
  readonly terminal: CardTerminal
  readonly authorityKey: Uint8Array
  readonly clock: Clock
  readonly random: Random
}

/** An officer who is there, with what the card has seen of the station's devices. */
export interface MetOfficer {
  readonly role: 'executive' | 'supervisory'
  readonly heads: readonly VerifiedHead[]
}

/** What the desk is for, where it signs what an officer's card is challenged with. */
const PURPOSE = 'sandogh/v1/desk/claim in doubt'

/** Admits the executive's or the supervisor's card of this station in the reader. */
export async function meetOfficer(
  reader: CardReader,
  pin: string,
  { electionPackage, station, terminal, authorityKey, clock, random }: OfficerChecks,
): Promise<Result<MetOfficer>> {
  const { definition } = electionPackage
  const opened = await openCard(reader)
  if (!opened.ok) return badOfficer('it cannot be read')
  const card = opened.value
  if (card.kind !== 'executive' && card.kind !== 'supervisory')
    return badOfficer('it is no card of an executive or a supervisor')
  const der = await card.readCertificate()
  if (!der.ok) return badOfficer('it cannot be read')
  const certificate = readCertificate(der.value, authorityKey, pollingNoon(definition), "officer's card")
  if (!certificate.ok || certificate.value.role !== card.kind) return badOfficer('it is not genuine')
  if (certificate.value.subject !== officerSubject(station, card.kind))
    return badOfficer('it is of another station')
  const { publicKeyRaw } = certificate.value
  // The PIN goes to no card but the one that the certificate names, and in no clear text.
  if (!(await card.secure(terminal, publicKeyRaw, random)).ok) return badOfficer('it is not genuine')
  const verified = await card.verifyPin(pin)
  if (!verified.ok || verified.value !== 'verified') return badOfficer('its PIN was not right')
  const [challenge, context] = [random.bytes(32), sha256(Buffer.from(PURPOSE))]
  const signature = await card.internalAuthenticate(challenge, context)
  const message = authenticationMessage(challenge, context, officerObjectHash(der.value))
  if (!signature.ok || !verifyP256(publicKeyRaw, message, signature.value))
    return badOfficer('it is not genuine')
  const heads = await card.readHeads()
  if (!heads.ok) return badOfficer('it cannot be read')
  const checks = { definition, station, authorityKey, nowMs: clock.now() }
  return ok({ role: card.kind, heads: verifiedHeads(parseHeads(heads.value).heads, checks) })
}

function badOfficer(what: string) {
  return refuse(
    'desk.officer',
    "officer's card in the reader",
    what,
    'Put in the card of an officer of this station.',
  )
}
