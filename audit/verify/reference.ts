/** What every bundle of a count is held against: the authority's key, one package, and what follows from the two. */
import type { Definition, Station } from '../../core/election/definition.ts'
import { equalBytes, fromBase64, sha256, toBase64 } from '../../core/keys/hash.ts'
import { peekDocument } from '../../core/keys/signed-document.ts'
import { type ElectionPackage, openPackage } from '../../core/package/package.ts'
import { ok, type Result } from '../../core/result.ts'
import { parseCanonicalJson } from '../../core/text/canonical-json.ts'
import { utf8Text } from '../../core/text/utf8.ts'

export interface Reference {
  /** Ed25519, 32 bytes. */
  readonly authorityKey: Uint8Array
  readonly electionPackage: ElectionPackage
  /** `package.json`, signed, as it was read. */
  readonly packageBytes: Uint8Array
  /** SHA-256 of it, base64. */
  readonly packageDigest: string
  readonly stationOf: (device: string) => Station | undefined
  /** Whether any station lists it as a spare. */
  readonly isSpare: (device: string) => boolean
  /** Whether a station lists it, as a device or as a spare. */
  readonly isOfStation: (device: string, station: string) => boolean
  /** Absent where this computer does not know the zone: no verdict rests on its database. */
  readonly pollingDay?: PollingDay
}

/** A day in the election's time zone, both ends as UTC in the form of journals; `until` is the first second after it. */
export interface PollingDay {
  readonly from: string
  readonly until: string
}

/**
 * Opens the package that a count is held against.
 * @param authorityKey if it is not given, the key that signed the package is taken: it proves nothing until a person compares it
 * @param where the package's file
 */
export function openReference(
  packageBytes: Uint8Array,
  authorityKey: Uint8Array | undefined,
  where: string,
): Result<Reference> {
  const text = textOf(packageBytes)
  const key = authorityKey ?? signerOf(text)
  if (key === undefined) {
    const document = peekDocument(text, 'package', where)
    if (document.ok) throw new Error('a signed document names a signer')
    return document
  }
  const electionPackage = openPackage(text, key, where)
  if (!electionPackage.ok) return electionPackage
  const { definition } = electionPackage.value
  const stations = new Map(
    definition.stations.flatMap((station) => station.devices.map((device) => [device, station] as const)),
  )
  const spares = new Map<string, Set<string>>()
  for (const station of definition.stations)
    for (const spare of station.spares ?? [])
      spares.set(spare, (spares.get(spare) ?? new Set()).add(station.id))
  const pollingDay = pollingDayOf(definition)
  return ok({
    authorityKey: key,
    electionPackage: electionPackage.value,
    packageBytes,
    packageDigest: toBase64(sha256(packageBytes)),
    stationOf: (device) => stations.get(device),
    isOfStation: (device, id) => stations.get(device)?.id === id || spares.get(device)?.has(id) === true,
    isSpare: (device) => spares.has(device),
    ...(pollingDay !== undefined && { pollingDay }),
  })
}

/** What a bundle is held against by its own package. Bytes that are those of the count's need not be parsed again. */
export function referenceOfBundle(bytes: Uint8Array, reference: Reference, where: string): Result<Reference> {
  return equalBytes(bytes, reference.packageBytes)
    ? ok(reference)
    : openReference(bytes, reference.authorityKey, where)
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

/** The file as text; what is no UTF-8 becomes text that no parser takes, as U+0000 is in no canonical JSON and no note. */
export function textOf(bytes: Uint8Array): string {
  return utf8Text(bytes) ?? '\0'
}

function pollingDayOf({ pollingDay, timeZone }: Definition): PollingDay | undefined {
  const format = dateFormatIn(timeZone)
  if (format === undefined) return undefined
  const dateOf = (ms: number) => {
    const parts = new Map(format.formatToParts(ms).map(({ type, value }) => [type, value]))
    return ['year', 'month', 'day'].map((part) => parts.get(part as 'year')).join('-')
  }
  const noon = Date.parse(`${pollingDay}T12:00:00Z`)
  // A zone is less than a day from UTC, so that these bracket both midnights.
  const isBefore = (ms: number) => dateOf(ms) < pollingDay
  const isNotAfter = (ms: number) => dateOf(ms) <= pollingDay
  const day = 86_400_000
  return {
    from: utcText(firstWhereNot(noon - 2 * day, noon + 2 * day, isBefore)),
    until: utcText(firstWhereNot(noon - 2 * day, noon + 2 * day, isNotAfter)),
  }
}

/** Undefined for a zone that is not in this computer's database. */
function dateFormatIn(timeZone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat('en-CA', {
      timeZone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
    })
  } catch {
    return undefined
  }
}

/** The first second of a range at which something that held before no longer does. */
function firstWhereNot(from: number, until: number, holds: (ms: number) => boolean): number {
  let [low, high] = [from, until]
  while (high - low > 1000) {
    const middle = low + Math.floor((high - low) / 2000) * 1000
    if (holds(middle)) low = middle
    else high = middle
  }
  return high
}

function utcText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`
}
