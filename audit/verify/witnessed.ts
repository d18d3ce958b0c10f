/**
 * What the devices of a station saw of each other: the heads in `cosigned.json`, their signatures, and who has seen a journal to its end.
 * What the heads say about each other is `contradiction.ts`.
 */
import { type CosignedNote, parseCosigned } from '../../core/bundle/cosigned.ts'
import { deviceOfOrigin, witnessNameOf } from '../../core/bundle/names.ts'
import type { Definition } from '../../core/election/definition.ts'
import type { Day } from '../../core/journal/day.ts'
import { fromBase64, toBase64 } from '../../core/keys/hash.ts'
import type { ElectionPackage } from '../../core/package/package.ts'
import { fail, ok, type Result, refuse } from '../../core/result.ts'
import { openCheckpoint } from '../../core/tlog/checkpoint.ts'
import { openCosignature } from '../../core/tlog/cosignature.ts'
import { headsOf, idTwice } from './contradiction.ts'
import { type DeviceIdentity, readIdentity } from './identity.ts'

/** A head that its device really signed. */
export interface WitnessedHead extends CosignedNote {
  /** File and note. */
  readonly where: string
  /** Whose journal it is of. */
  readonly device: string
  /** In whose bundle it is. */
  readonly holder: string
  /** Key that signed it, base64: heads under other keys prove nothing against this one. */
  readonly logKey: string
}

/** What a bundle says of its own device and of its neighbours. */
export interface Witnessed {
  /** This bundle's checkpoint and the notes of `cosigned.json`; their signatures hold. */
  readonly heads: readonly WitnessedHead[]
  /** This device and those whose certificates are there, by device id. */
  readonly identities: ReadonlyMap<string, DeviceIdentity>
}

/** What is compared of a bundle. */
export interface WitnessedBundle {
  readonly where: string
  readonly device: string
  readonly origin: string
  readonly day: Day
  /** Leaf hashes of its journal. */
  readonly leaves: readonly Uint8Array[]
  readonly witnessed: Witnessed
}

/** Who has seen a journal to its end. */
export interface Eyes {
  readonly centre: boolean
  /** Ids of the other devices of the station, in the package's order. */
  readonly neighbours: readonly string[]
}

interface Cosigner {
  /** Undefined for the centre. */
  readonly device?: string
  readonly name: string
  readonly publicKey: Uint8Array
}

const KEEP = 'Keep it as it is, and compare it with the device, its other copies and the centre.'

/**
 * Verifies every signature in `cosigned.json`: each journal's own, that of every witness whose key is known, and, on a head of a neighbour,
 * this device's. A signature line under an unknown name says nothing and is passed over, as C2SP signed-note asks.
 * @param own.checkpoint the verified head that ends the bundle
 * @param where the file
 * @returns a refusal that names certificate or note, `witness.*`: `certificate`, `id-twice`, `journal`, `signature`, `cosignature`
 */
export function verifyWitnessed(
  bytes: Uint8Array,
  own: { readonly identity: DeviceIdentity; readonly checkpoint: WitnessedHead },
  { definition }: ElectionPackage,
  authorityKey: Uint8Array,
  where: string,
): Result<Witnessed> {
  const cosigned = parseCosigned(bytes, where)
  if (!cosigned.ok) return cosigned
  const identities = new Map([[own.identity.device, own.identity]])
  for (const [i, der] of cosigned.value.certificates.entries()) {
    const place = `${where} certificate ${i}`
    const identity = readIdentity(der, definition, authorityKey, place)
    if (!identity.ok) return identity
    const { device, station, fingerprint } = identity.value
    if (station !== own.identity.station)
      return refuse('witness.certificate', place, `device ${device} is of another station`, KEEP)
    const known = identities.get(device)
    if (known !== undefined && known.fingerprint !== fingerprint)
      return fail(
        idTwice(device, 'this certificate is another than the one that this bundle has of it already', place),
      )
    identities.set(device, identity.value)
  }
  const cosigners = cosignersOf([...identities.values()], definition)
  const heads: WitnessedHead[] = [own.checkpoint]
  for (const [i, note] of cosigned.value.notes.entries()) {
    const head = verifyNote(
      note,
      own.identity.device,
      { identities, cosigners, definition },
      `${where} note ${i}`,
    )
    if (!head.ok) return head
    heads.push(head.value)
  }
  return ok({ heads, identities })
}

function verifyNote(
  note: CosignedNote,
  holder: string,
  known: {
    readonly identities: ReadonlyMap<string, DeviceIdentity>
    readonly cosigners: readonly Cosigner[]
    readonly definition: Definition
  },
  where: string,
): Result<WitnessedHead> {
  const device = deviceOfOrigin(known.definition, note.origin)
  const identity = device === undefined ? undefined : known.identities.get(device)
  if (device === undefined || identity === undefined) {
    const what = 'it is the head of a journal of no device whose certificate is in this bundle'
    return refuse('witness.journal', where, what, KEEP)
  }
  const opened = openCheckpoint(note.note, { origin: note.origin, publicKey: identity.logKey })
  if (!opened.ok) {
    const what = `device ${device}, whose head it is said to be, has not signed it`
    return refuse('witness.signature', where, what, KEEP)
  }
  const lines = verifyLines(note.note, known.cosigners, where)
  if (!lines.ok) return lines
  if (device !== holder && !lines.value.some((cosigner) => cosigner.device === holder)) {
    const what = `it is a head of device ${device} that this device has not cosigned`
    return refuse('witness.cosignature', where, what, KEEP)
  }
  return ok({ ...note, where, device, holder, logKey: toBase64(identity.logKey) })
}

/** The cosigners who signed a note; refused if a line of one of them does not verify. */
function verifyLines(
  note: string,
  cosigners: readonly Cosigner[],
  where: string,
): Result<readonly Cosigner[]> {
  const signed: Cosigner[] = []
  for (const cosigner of cosigners) {
    // Without its name there is no line of it: spares the work for the many that did not sign.
    if (!note.includes(cosigner.name)) continue
    const cosignature = openCosignature(note, cosigner)
    if (cosignature.ok) signed.push(cosigner)
    else if (cosignature.error.code !== 'note.unsigned')
      return refuse('witness.cosignature', where, cosignature.error.what, KEEP)
  }
  return ok(signed)
}

/** The witnesses of a station whose keys are known, the centre first. */
function cosignersOf(identities: readonly DeviceIdentity[], definition: Definition): readonly Cosigner[] {
  const { name, key } = definition.witness
  return [
    { name, publicKey: fromBase64(key) ?? new Uint8Array() },
    ...identities.flatMap(({ device, witnessKey }) =>
      witnessKey === undefined
        ? []
        : [{ device, name: witnessNameOf(definition, device), publicKey: witnessKey }],
    ),
  ]
}

/**
 * The heads of a bundle's journal in all these bundles that reach past its entry `polls.closed`. They all are beginnings of one journal
 * (`findContradiction`), so whoever cosigned any of them has seen the closing entry where it stands.
 */
export function closingHeads(
  { origin, day }: WitnessedBundle,
  bundles: readonly WitnessedBundle[],
): readonly WitnessedHead[] {
  const { closing } = day
  if (closing === undefined) return []
  return headsOf(bundles).filter((head) => head.origin === origin && head.size > closing.seq)
}

/** Who has seen a bundle's journal to its end; the device's own witness key never counts for itself. */
export function eyesOn(
  bundle: WitnessedBundle,
  bundles: readonly WitnessedBundle[],
  definition: Definition,
): Result<Eyes> {
  const identities = new Map(bundles.flatMap(({ witnessed }) => [...witnessed.identities]))
  const cosigners = cosignersOf([...identities.values()], definition)
  const seen = new Set<string | undefined>()
  for (const { note, where } of closingHeads(bundle, bundles)) {
    const signed = verifyLines(note, cosigners, where)
    if (!signed.ok) return signed
    for (const { device } of signed.value) seen.add(device)
  }
  const station = definition.stations.find(({ devices }) => devices.includes(bundle.device))
  const neighbours = station?.devices.filter((id) => id !== bundle.device && seen.has(id)) ?? []
  return ok({ centre: seen.has(undefined), neighbours })
}
