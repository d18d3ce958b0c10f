/** All bundles that were given, station by station. */
import { fromBase64, toBase64 } from '../../core/keys/hash.ts'
import { peekDocument } from '../../core/keys/signed-document.ts'
import type { ElectionPackage } from '../../core/package/package.ts'
import { ok, type Result, refuse } from '../../core/result.ts'
import { parseCanonicalJson } from '../../core/text/canonical-json.ts'
import type { BundleContent } from '../read-folders.ts'
import { textOf, type VerifiedBundle, verifyBundle } from './verify-bundle.ts'
import { type IssuedFile, type VerifiedStation, verifyStation } from './verify-station.ts'

/** Everything that was given, and it holds. */
export interface VerifiedCount {
  readonly electionPackage: ElectionPackage
  readonly authorityKey: Uint8Array
  /** Stations of which something was given, in the package's order. */
  readonly stations: readonly VerifiedStation[]
}

/** What was given to verify. */
export interface GivenFolders {
  /** One or more. */
  readonly bundles: readonly BundleContent[]
  readonly checkIns: readonly IssuedFile[]
}

/**
 * Verifies each bundle, then each station.
 * @param authorityKey Ed25519 key of the election authority; if it is not given, the key that signed the first package is taken
 * @returns the first thing that does not hold; its code begins `input.` if what was given does not belong together
 */
export function verifyCount(
  given: GivenFolders,
  authorityKey: Uint8Array | undefined,
): Result<VerifiedCount> {
  const [first] = given.bundles
  if (first === undefined) {
    return refuse(
      'input.no-bundle',
      'what was given',
      'there is no bundle of a device',
      'Name at least one bundle.',
    )
  }
  const key = authorityKey ?? signerOf(textOf(first.files.get('package.json') ?? new Uint8Array()))
  if (key === undefined) return noSigner(first)
  const bundles: VerifiedBundle[] = []
  for (const content of given.bundles) {
    const bundle = verifyBundle(content, key)
    if (!bundle.ok) return bundle
    const other = toBase64(bundle.value.electionPackage.hash) !== hashOf(bundles[0] ?? bundle.value)
    if (other) return otherPackage(content.where)
    bundles.push(bundle.value)
  }
  const electionPackage = bundles[0]?.electionPackage
  if (electionPackage === undefined) throw new Error('a first bundle was verified')
  const stations = verifyStations(bundles, given.checkIns, electionPackage)
  return stations.ok ? ok({ electionPackage, authorityKey: key, stations: stations.value }) : stations
}

/** The key that a signed document says it was signed with. It proves nothing until a person compares it with the published one. */
export function signerOf(text: string): Uint8Array | undefined {
  const json = parseCanonicalJson(text, 'package')
  if (!json.ok) return undefined
  const { signatures } = (json.value ?? {}) as { readonly signatures?: unknown }
  const [first] = Array.isArray(signatures) ? (signatures as readonly unknown[]) : []
  const { key } = (first ?? {}) as { readonly key?: unknown }
  const bytes = typeof key === 'string' ? fromBase64(key) : undefined
  return bytes?.length === 32 ? bytes : undefined
}

/** Why a bundle's package tells no signer. */
function noSigner({ where, files }: BundleContent): Result<never> {
  const text = textOf(files.get('package.json') ?? new Uint8Array())
  const document = peekDocument(text, 'package', `${where}/package.json`)
  if (document.ok) throw new Error('a signed document names a signer')
  return document
}

function verifyStations(
  bundles: readonly VerifiedBundle[],
  checkIns: readonly IssuedFile[],
  electionPackage: ElectionPackage,
): Result<readonly VerifiedStation[]> {
  const issuedOf = new Map<string, IssuedFile>()
  for (const file of checkIns) {
    const station = stationOf(file)
    if (!electionPackage.definition.stations.some(({ id }) => id === station)) {
      const what = 'it is no count of authorizations of a station of this election'
      return refuse('station.issued', file.where, what, 'Get it again from the check-in.')
    }
    if (issuedOf.has(station)) {
      const what = `there is a second count of authorizations of station ${station}`
      return refuse('station.issued', file.where, what, 'Keep both and have the two officers explain them.')
    }
    issuedOf.set(station, file)
  }
  const verified: VerifiedStation[] = []
  for (const station of electionPackage.definition.stations) {
    const own = bundles.filter((bundle) => bundle.station === station.id)
    const file = issuedOf.get(station.id)
    if (own.length === 0 && file === undefined) continue
    const result = verifyStation(station, own, electionPackage, file)
    if (!result.ok) return result
    verified.push(result.value)
  }
  return ok(verified)
}

/** The station that an `issued.json` says it is of, unverified: it tells whose keys must have signed it. */
function stationOf({ text, where }: IssuedFile): string {
  const peeked = peekDocument(text, 'issued', where)
  const { station } = (peeked.ok ? (peeked.value ?? {}) : {}) as { readonly station?: unknown }
  return typeof station === 'string' ? station : ''
}

function hashOf({ electionPackage }: VerifiedBundle): string {
  return toBase64(electionPackage.hash)
}

function otherPackage(where: string) {
  return refuse(
    'input.other-package',
    where,
    'this bundle is of another election package than the first one',
    'Audit the bundles of one election at a time.',
  )
}
