/**
 * The tally of a device whose station has a device of fewer than {@link RELEASE_MINIMUM} ballots: it leaves the device sealed, once for the
 * station's reporting device, which adds the station up, and once for the trustees, who hold it against the commitment of the journal. A signed
 * document `sealed-tally`:
 *
 * ```
 * {"origin":"<journal>","station":"<base64>","trustees":"<base64>","version":1}
 *
 * inside     salt (32) || counts, 4 bytes each, as in the pool: one size for a package, whatever was voted
 * station    secretbox, nonce zero, key HKDF(station key, "sandogh/v1/sealed-tally" || origin), used once
 * trustees   sealed box to the election key
 * ```
 *
 * The station key is HKDF(day key, "sandogh/v1/station-sheet"): every device has it while its polls are open, the reporting one until the sheet
 * is made.
 */
import nacl from 'tweetnacl'
import { z } from 'zod'
import { SALT_BYTES } from '../ballot-box/commitment.ts'
import { BATCH_SIZE } from '../ballot-box/pool.ts'
import type { Definition } from '../election/definition.ts'
import { decodeTally, encodeTally, type Tally, tallySize } from '../election/tally.ts'
import { concatBytes, fromBase64, hkdfSha256, toBase64 } from '../keys/hash.ts'
import { boxPublicKey, openBox, SEALED_BOX_OVERHEAD, sealBox } from '../keys/sealed-box.ts'
import { openDocument, signDocument } from '../keys/signed-document.ts'
import type { Random, Signer } from '../ports.ts'
import { ok, type Result, refuse } from '../result.ts'

/** Ballots of a device from which its totals may be told apart from its station's: those of the smallest batch. */
export const RELEASE_MINIMUM = BATCH_SIZE

const ZERO_NONCE = new Uint8Array(nacl.secretbox.nonceLength)

/** How a station's totals leave: each device's own, or one sheet for the station. */
export type Release = 'device' | 'station'

/**
 * The rule for small devices. One of them is enough: the station's total less those of its neighbours is its own.
 * @param casts ballots of every device of the station
 */
export function releaseOf(casts: readonly number[]): Release {
  return casts.every((count) => count >= RELEASE_MINIMUM) ? 'device' : 'station'
}

/** A tally with the salt of its commitment. */
export interface SaltedTally {
  readonly salt: Uint8Array
  readonly tally: Tally
}

/** A sealed tally as read; the boxes are opened by who may. */
export interface SealedTally {
  readonly origin: string
  readonly station: Uint8Array
  readonly trustees: Uint8Array
}

const shape = z.strictObject({
  version: z.literal(1),
  origin: z.string().min(1).max(256),
  station: z.string().max(2_000_000),
  trustees: z.string().max(2_000_000),
})

/** The key under which a station's tallies are sealed for its reporting device, 32 bytes. */
export function stationSheetKey(dayKey: Uint8Array): Uint8Array {
  return hkdfSha256(dayKey, 'sandogh/v1/station-sheet')
}

/** Seals a tally and signs it with the device's message key. */
export function sealTally(
  salted: SaltedTally & { readonly origin: string },
  keys: { readonly stationKey: Uint8Array; readonly electionKey: Uint8Array },
  signer: Signer,
  random: Random,
): string {
  const { origin, salt, tally } = salted
  const plain = concatBytes(salt, encodeTally(tally))
  const station = nacl.secretbox(plain, ZERO_NONCE, boxKey(keys.stationKey, origin))
  const trustees = sealBox(plain, keys.electionKey, random)
  const payload = { version: 1, origin, station: toBase64(station), trustees: toBase64(trustees) }
  return signDocument('sealed-tally', payload, [signer])
}

/**
 * Reads a sealed tally.
 * @returns a refusal `tally.sealed` if it has not the one size that a sealed tally of this package has, or what `openDocument` says
 */
export function openSealedTally(
  text: string,
  { definition, messageKey }: { readonly definition: Definition; readonly messageKey: Uint8Array },
  where: string,
): Result<SealedTally> {
  const opened = openDocument(text, { type: 'sealed-tally', keys: [messageKey], where })
  if (!opened.ok) return opened
  const parsed = shape.safeParse(opened.value.payload)
  const station = parsed.success ? fromBase64(parsed.data.station) : undefined
  const trustees = parsed.success ? fromBase64(parsed.data.trustees) : undefined
  const size = SALT_BYTES + tallySize(definition)
  const fits =
    station?.length === size + nacl.secretbox.overheadLength &&
    trustees?.length === size + SEALED_BOX_OVERHEAD
  if (parsed.success && station && trustees && fits)
    return ok({ origin: parsed.data.origin, station, trustees })
  return refuse(
    'tally.sealed',
    where,
    'this is not a sealed tally of this package',
    'Get the bundle again from the device.',
  )
}

/** Opens what was sealed for the reporting device; undefined with another day's key, or if it was changed. */
export function openForStation(
  definition: Definition,
  { origin, station }: SealedTally,
  stationKey: Uint8Array,
): SaltedTally | undefined {
  const plain = nacl.secretbox.open(station, ZERO_NONCE, boxKey(stationKey, origin))
  return plain === null ? undefined : split(definition, plain)
}

/** Opens what was sealed for the trustees; undefined with another key, or if it was changed. */
export function openForTrustees(
  definition: Definition,
  { trustees }: SealedTally,
  electionSecretKey: Uint8Array,
): SaltedTally | undefined {
  const plain = openBox(trustees, boxPublicKey(electionSecretKey), electionSecretKey)
  return plain && split(definition, plain)
}

function split(definition: Definition, plain: Uint8Array): SaltedTally | undefined {
  const tally = decodeTally(definition, plain.subarray(SALT_BYTES))
  return tally && { salt: plain.slice(0, SALT_BYTES), tally }
}

function boxKey(stationKey: Uint8Array, origin: string): Uint8Array {
  return hkdfSha256(stationKey, `sandogh/v1/sealed-tally${origin}`)
}
