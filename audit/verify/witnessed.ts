/**
 * What the devices of a station saw of each other: the heads in `cosigned.json`, their signatures, and who has seen a journal to its end.
 * What the heads say about each other is `contradiction.ts`.
 */
import { type CosignedNote, parseCosigned } from '../../core/bundle/cosigned.ts'
import { deviceOfOrigin } from '../../core/bundle/names.ts'
import { type Definition, devicesOfStation } from '../../core/election/definition.ts'
import type { Day } from '../../core/journal/day.ts'
import { toBase64 } from '../../core/keys/hash.ts'
import { fail, ok, type Result, refuse } from '../../core/result.ts'
import type { LeafTree } from '../../core/tlog/leaf-tree.ts'
import { ED25519_TYPE, isSignedBy } from '../../core/tlog/note.ts'
import { headsOf, idTwice } from './contradiction.ts'
import type { DeviceIdentity, PlacedIdentity } from './identity.ts'
import { type Cosigner, type KeyRing, type StationWitness, stationRing } from './key-ring.ts'
import type { Reference } from './reference.ts'
import type { Remembered } from './remembered.ts'
import type { AdoptedJournal } from './takeover.ts'

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
  /** Who signed it too, of those whose keys this bundle shows. */
  readonly cosigners: readonly Cosigner<StationWitness>[]
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
  /** The device in whose place of the station it voted: itself, unless it is a spare. */
  readonly standsFor: string
  /** Of a spare: the journal that it took over. */
  readonly adopted?: AdoptedJournal
  readonly origin: string
  readonly day: Day
  /** Over its journal. */
  readonly tree: LeafTree
  readonly witnessed: Witnessed
}

/** Who has seen a journal to its end. */
export interface Eyes {
  readonly centre: boolean
  /** Ids of the other devices of the station, in the package's order. */
  readonly neighbours: readonly string[]
}

const KEEP = 'Keep it as it is, and compare it with the device, its other copies and the centre.'

/**
 * Verifies every signature in `cosigned.json`: each journal's own, that of every witness whose key is known, and, on a head of a neighbour,
 * this device's. A signature line under an unknown name says nothing and is passed over, as C2SP signed-note asks.
 * @param own.checkpoint the verified head that ends the bundle
 * @param own.adopted of a spare: certificate and last head of the device that died
 * @param where the file
 * @returns a refusal that names certificate or note, `witness.*`: `certificate`, `id-twice`, `journal`, `signature`, `cosignature`
 */
export function verifyWitnessed(
  bytes: Uint8Array,
  own: {
    readonly identity: PlacedIdentity
    readonly checkpoint: WitnessedHead
    readonly adopted?: { readonly identity: DeviceIdentity; readonly checkpoint: WitnessedHead }
  },
  { electionPackage: { definition }, isOfStation }: Reference,
  remembered: Remembered,
  where: string,
): Result<Witnessed> {
  const cosigned = parseCosigned(bytes, where)
  if (!cosigned.ok) return cosigned
  const identities = new Map<string, DeviceIdentity>([[own.identity.device, own.identity]])
  if (own.adopted !== undefined) identities.set(own.adopted.identity.device, own.adopted.identity)
  for (const [i, der] of cosigned.value.certificates.entries()) {
    const place = `${where} certificate ${i}`
    const identity = remembered.identity(der, place)
    if (!identity.ok) return identity
    const { device, fingerprint } = identity.value
    if (!isOfStation(device, own.identity.station))
      return refuse('witness.certificate', place, `device ${device} is of another station`, KEEP)
    const known = identities.get(device)
    if (known !== undefined && known.fingerprint !== fingerprint)
      return fail(
        idTwice(device, 'this certificate is another than the one that this bundle has of it already', place),
      )
    identities.set(device, identity.value)
  }
  const ring = stationRing(identities.values(), definition)
  const heads: WitnessedHead[] = [own.checkpoint]
  for (const [i, note] of cosigned.value.notes.entries()) {
    const known = { identities, ring, definition, remembered }
    const head = verifyNote(note, own.identity.device, known, `${where} note ${i}`)
    if (!head.ok) return head
    heads.push(head.value)
  }
  if (own.adopted !== undefined) heads.push(own.adopted.checkpoint)
  return ok({ heads, identities })
}

function verifyNote(
  note: CosignedNote,
  holder: string,
  known: {
    readonly identities: ReadonlyMap<string, DeviceIdentity>
    readonly ring: KeyRing<StationWitness>
    readonly definition: Definition
    readonly remembered: Remembered
  },
  where: string,
): Result<WitnessedHead> {
  const { identities, ring, definition, remembered } = known
  const device = deviceOfOrigin(definition, note.origin)
  const identity = device === undefined ? undefined : identities.get(device)
  if (device === undefined || identity === undefined) {
    const what = 'it is the head of a journal of no device whose certificate is in this bundle'
    return refuse('witness.journal', where, what, KEEP)
  }
  const log = { name: note.origin, type: ED25519_TYPE, publicKey: identity.logKey } as const
  if (!isSignedBy(note, log, remembered.verify, remembered.idOf(log))) {
    const what = `device ${device}, whose head it is said to be, has not signed it`
    return refuse('witness.signature', where, what, KEEP)
  }
  const cosigners = ring.cosignersOf(note, where, remembered.verify)
  if (!cosigners.ok) return cosigners
  if (device !== holder && !cosigners.value.some((cosigner) => cosigner.owner === holder)) {
    const what = `it is a head of device ${device} that this device has not cosigned`
    return refuse('witness.cosignature', where, what, KEEP)
  }
  const logKey = toBase64(identity.logKey)
  return ok({ ...note, where, device, holder, logKey, cosigners: cosigners.value })
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
  { electionPackage: { definition }, stationOf }: Reference,
  remembered: Remembered,
): Result<Eyes> {
  const identities = new Map(bundles.flatMap(({ witnessed }) => [...witnessed.identities]))
  const ring = stationRing(identities.values(), definition)
  const seen = new Set<StationWitness>()
  for (const head of closingHeads(bundle, bundles)) {
    const cosigners = ring.cosignersOf(head, head.where, remembered.verify)
    if (!cosigners.ok) return cosigners
    for (const { owner } of cosigners.value) seen.add(owner)
  }
  const station = stationOf(bundle.standsFor)
  const neighbours =
    station === undefined
      ? []
      : devicesOfStation(station).filter((id) => id !== bundle.device && seen.has(id))
  return ok({ centre: seen.has(undefined), neighbours })
}
