/**
 * A sealed ballot: one cast ballot, readable by the trustees alone, bound to its place so that a copy elsewhere is no ballot.
 *
 * ```
 * sealed     = libsodium sealed box (X25519, XSalsa20-Poly1305) to the constituency's election key, 48 bytes longer than
 * plaintext  = version(1) || context(32) || id(16) || style(1) || choices, filled with FF to one size per package
 * context    = SHA-256(package hash || SHA-256(origin) || SHA-256(style) || id)
 * ```
 */
import { type Ballot, ballotSize, decodeBallot, encodeBallot, listSizesOf } from '../election/ballot.ts'
import { contestsOfStyle, type Definition } from '../election/definition.ts'
import { concatBytes, equalBytes, fromBase64, sha256 } from '../keys/hash.ts'
import { openBox, sealBox } from '../keys/sealed-box.ts'
import type { Random } from '../ports.ts'

const VERSION = 1
/** Random bits of a ballot's id: 128, unique across the count, written nowhere but inside the sealed ballot. */
const ID_BYTES = 16
/** What libsodium's sealed box adds: ephemeral key (32) and authenticator (16). */
const BOX_OVERHEAD = 48
const HEAD_BYTES = 1 + 32 + ID_BYTES + 1

/** Where a ballot was cast. */
interface BallotPlace {
  readonly definition: Definition
  readonly packageHash: Uint8Array
  /** Origin of the journal of the device that took the ballot. */
  readonly origin: string
}

interface OpenedBallot {
  /** 16 bytes, for finding doubles within the count; never shown. */
  readonly id: Uint8Array
  readonly style: string
  readonly ballot: Ballot
}

/** Why an opened box is not a ballot; says nothing of its choices. */
type FaultyBallot = 'does-not-open' | 'size' | 'version' | 'style' | 'context' | 'rules'

/** Bytes of every sealed ballot of a package. */
export function sealedBallotSize(definition: Definition): number {
  return BOX_OVERHEAD + HEAD_BYTES + choicesSize(definition)
}

/** Seals a legal ballot. Randomness: 16 bytes for the id, 32 for the box. */
export function sealBallot(place: BallotPlace, style: string, ballot: Ballot, random: Random): Uint8Array {
  const { definition, packageHash, origin } = place
  const contests = contestsOfStyle(definition, style)
  const electionKey = fromBase64(definition.constituency.electionKey)
  if (contests === undefined || electionKey === undefined)
    throw new Error('style or election key is not of this package')
  const id = random.bytes(ID_BYTES)
  const choices = new Uint8Array(choicesSize(definition)).fill(0xff)
  choices.set(encodeBallot(contests, ballot))
  const styleNumber = definition.styles.findIndex((known) => known.id === style)
  const head = concatBytes(
    Uint8Array.of(VERSION),
    contextHasher(packageHash, origin, style)(id),
    id,
    Uint8Array.of(styleNumber),
  )
  return sealBox(concatBytes(head, choices), electionKey, random)
}

/** Opens one sealed ballot with the election's secret key and checks everything about it. */
export function openBallot(
  place: BallotPlace,
  sealed: Uint8Array,
  secretKey: Uint8Array,
): OpenedBallot | { readonly faulty: FaultyBallot } {
  return ballotOpener(place, secretKey)(sealed)
}

/** {@link openBallot} for many ballots of one place: what is the same for all of them is made once. */
export function ballotOpener(
  { definition, packageHash, origin }: BallotPlace,
  secretKey: Uint8Array,
): (sealed: Uint8Array) => OpenedBallot | { readonly faulty: FaultyBallot } {
  const electionKey = fromBase64(definition.constituency.electionKey)
  const plainSize = HEAD_BYTES + choicesSize(definition)
  const styles = definition.styles.map(({ id }) => {
    const contests = contestsOfStyle(definition, id) ?? []
    const contextOf = contextHasher(packageHash, origin, id)
    return { id, contests, contextOf, size: ballotSize(contests), listSizes: contests.map(listSizesOf) }
  })
  return (sealed) => {
    const plain = electionKey && openBox(sealed, electionKey, secretKey)
    if (plain === undefined) return { faulty: 'does-not-open' }
    if (plain.length !== plainSize) return { faulty: 'size' }
    if (plain[0] !== VERSION) return { faulty: 'version' }
    const context = plain.subarray(1, 33)
    const id = plain.subarray(33, 33 + ID_BYTES)
    const style = styles[plain[HEAD_BYTES - 1] ?? 0]
    if (style === undefined) return { faulty: 'style' }
    if (!equalBytes(context, style.contextOf(id))) return { faulty: 'context' }
    const choices = plain.subarray(HEAD_BYTES)
    const ballot = decodeBallot(style.contests, choices.subarray(0, style.size), style.listSizes)
    const filled = choices.subarray(style.size).every((byte) => byte === 0xff)
    return ballot === undefined || !filled ? { faulty: 'rules' } : { id, style: style.id, ballot }
  }
}

/** The longest ballot of the package: no size tells a style. */
function choicesSize(definition: Definition): number {
  return Math.max(...definition.styles.map(({ id }) => ballotSize(contestsOfStyle(definition, id) ?? [])))
}

/** What binds a ballot of that id to package, journal and style. */
function contextHasher(
  packageHash: Uint8Array,
  origin: string,
  style: string,
): (id: Uint8Array) => Uint8Array {
  const bytes = concatBytes(
    packageHash,
    sha256(Buffer.from(origin)),
    sha256(Buffer.from(style)),
    new Uint8Array(ID_BYTES),
  )
  return (id) => {
    bytes.set(id, bytes.length - ID_BYTES)
    return sha256(bytes)
  }
}
