/**
 * The check-in's count of a station against its journals: authorizations issued = ballots + returned, and what two officers decided where a device was
 * dead and nobody could tell whether the cards that it had claimed had voted.
 */
import { givenAgain, type Issued, openIssued } from '../../core/bundle/issued.ts'
import type { Station } from '../../core/election/definition.ts'
import { fromBase64, sha256, toBase64 } from '../../core/keys/hash.ts'
import type { ElectionPackage } from '../../core/package/package.ts'
import { type Refusal, type Result, refuse } from '../../core/result.ts'
import type { VerifiedStation } from './verify-station.ts'

/** A check-in's `issued.json` as read. */
export interface IssuedFile {
  readonly where: string
  readonly text: string
  /** Why it could not even be read. */
  readonly problem?: Refusal
}

const EXPLAIN = 'Have the two officers explain the difference in writing.'
const KEEP = 'Keep all of it as it is and compare it with the devices, the check-in and the centre.'

/**
 * Verifies the count of a station of which everything else holds.
 * @param isSpoiled a bundle that is or may be of it does not hold: then ballots over all its devices cannot be told
 */
export function verifyCheckIn(
  file: IssuedFile,
  verified: VerifiedStation,
  electionPackage: ElectionPackage,
  isSpoiled: boolean,
): Result<Issued> {
  const { station, bundles, missing, declared } = verified
  const opened = readIssued(file, station, electionPackage)
  if (!opened.ok || isSpoiled) return opened
  const issued = opened.value
  const where = `station ${station.id}`
  const unexplained = missing.filter((id) => !declared.some(({ device }) => device === id))
  if (unexplained.length > 0) {
    const what = `the bundle of ${unexplained.join(', ')} is missing, so its count cannot be compared with the check-in's`
    return refuse('station.device-missing', where, what, 'Bring the bundle, or have its loss recorded.')
  }
  const problem = findAgainProblem(issued, verified)
  if (problem !== undefined) return refuse('station.issued', where, problem, EXPLAIN)
  const casts = bundles.reduce((sum, { day }) => sum + day.casts, 0)
  const open = issued.issued - casts - issued.returned
  // How many were cast on a device that is dead nobody knows before its paper is counted. A card in whose place another was given is spent nowhere else: its authorization is among those that are open.
  if (declared.length > 0 ? open < givenAgain(issued) : open !== 0) {
    const again = givenAgain(issued) === 0 ? '' : `, ${givenAgain(issued)} of them again`
    const what = `${issued.issued} authorizations issued${again}, but ${casts} ballots cast and ${issued.returned} returned`
    return refuse('station.issued', where, what, EXPLAIN)
  }
  return opened
}

/**
 * Another card is given only where nobody can tell whether the claimed one has voted: a device was declared dead, and of the journal that claimed it nothing is here, neither its
 * own bundle nor that of a spare in its place.
 */
function findAgainProblem({ again }: Issued, { bundles, declared }: VerifiedStation) {
  for (const { claimedBy, cards } of again) {
    const here = bundles.find(({ origin, adopted }) =>
      [origin, adopted?.origin].some((name) => name !== undefined && hashOf(name) === claimedBy),
    )
    const given = `${cards} given again in the place of cards that a device had claimed`
    if (here !== undefined)
      return `${given}, whose journal is here with ${here.device}: so many voters may have voted twice`
    if (declared.length === 0) return `${given}, and no device was declared dead`
  }
  return undefined
}

function hashOf(origin: string): string {
  return toBase64(sha256(Buffer.from(origin)))
}

function readIssued(
  { text, where }: IssuedFile,
  { id, authorizationKeys }: Station,
  { hash }: ElectionPackage,
): Result<Issued> {
  const executive = fromBase64(authorizationKeys.executive) ?? new Uint8Array()
  const supervisory = fromBase64(authorizationKeys.supervisory) ?? new Uint8Array()
  const issued = openIssued(text, { executive, supervisory }, where)
  if (!issued.ok) return issued
  if (issued.value.package === toBase64(hash) && issued.value.station === id) return issued
  return refuse('station.issued', where, 'it is of another election package or station', KEEP)
}
