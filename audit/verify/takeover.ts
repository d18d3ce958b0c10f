/**
 * A spare's bundle: that it took the place of a device of its station, and that what it went on with is what that device had signed. The old
 * journal stands beside the new one, so that a stranger needs no bundle of the device that died; there is none.
 */
import { ADOPTED_FILES, splitJournal } from '../../core/bundle/bundle.ts'
import { deviceOfOrigin } from '../../core/bundle/names.ts'
import { placeOf } from '../../core/election/place.ts'
import { checkAdopted } from '../../core/journal/check-adopted.ts'
import type { Day } from '../../core/journal/day.ts'
import { parseEntryText } from '../../core/journal/entry.ts'
import { ok, type Result, refuse } from '../../core/result.ts'
import { type LeafTree, leafTree } from '../../core/tlog/leaf-tree.ts'
import { leafHash } from '../../core/tlog/tree.ts'
import type { BundleFiles } from './bundle-files.ts'
import type { DeviceIdentity, PlacedIdentity } from './identity.ts'
import { type Reference, textOf } from './reference.ts'

/** The journal of a device that died, as far as a spare took it over. */
export interface AdoptedJournal {
  readonly device: string
  readonly origin: string
  readonly day: Day
  readonly tree: LeafTree
  readonly identity: DeviceIdentity
  /** What the spare's entry says of the media of the device that died. */
  readonly media: 'both' | 'one'
}

const KEEP = 'Keep it as it is, the media of both devices too, and compare them with the centre.'

/**
 * Verifies in whose place a bundle's device voted.
 * @returns a refusal `bundle.files`, `takeover.missing` of a spare that took no place, or what {@link checkAdopted} says
 */
export function verifyTakeover(
  files: BundleFiles,
  identity: DeviceIdentity,
  { adopted: said }: Day,
  { electionPackage, authorityKey }: Reference,
  identityOf: (der: Uint8Array, where: string) => Result<DeviceIdentity>,
): Result<{ readonly identity: PlacedIdentity; readonly adopted?: AdoptedJournal }> {
  const { device, station } = identity
  if (said === undefined) {
    const stray = ADOPTED_FILES.find((name) => files.has(name))
    if (stray !== undefined)
      return refuse('bundle.files', files.place(stray), 'no entry takes a journal over', KEEP)
    if (station !== undefined) return ok({ identity: { ...identity, station, standsFor: device } })
    const what = `${device} is a spare, and no entry says in whose place it voted`
    return refuse('takeover.missing', files.place('journal.jsonl'), what, KEEP)
  }
  const [certificate, checkpoint, journal] = ADOPTED_FILES
  if (!files.has(certificate))
    return refuse(
      'bundle.files',
      files.place(certificate),
      'it is missing: the journal takes another one over',
      KEEP,
    )
  const entries = splitJournal(files.bytes(journal), files.place(journal), said.size + 1)
  if (!entries.ok) return entries
  const old = checkAdopted(
    { certificate: files.bytes(certificate), checkpoint: files.text(checkpoint), entries: entries.value },
    said,
    {
      electionPackage,
      authorityKey,
      spare: device,
      where: {
        takeover: `${files.place('journal.jsonl')} entry 1`,
        certificate: files.place(certificate),
        checkpoint: files.place(checkpoint),
        journal: files.place(journal),
      },
    },
  )
  if (!old.ok) return old
  const dead = identityOf(files.bytes(certificate), files.place(certificate))
  if (!dead.ok) return dead
  const place = placeOf(electionPackage.definition, device, dead.value.device)
  if (place === undefined) throw new Error('a takeover that was checked has a place')
  return ok({
    identity: { ...identity, station: place.station.id, standsFor: place.device },
    adopted: {
      device: dead.value.device,
      origin: said.origin,
      day: old.value,
      tree: leafTree(Buffer.concat(entries.value.map(leafHash))),
      identity: dead.value,
      media: said.media,
    },
  })
}

/**
 * The device in whose place a spare's bundle says it voted, unverified: it tells to which station the bundle is put.
 * @param journal bytes of `journal.jsonl`
 */
export function peekTakenOver(journal: Uint8Array, { electionPackage }: Reference): string | undefined {
  const start = journal.indexOf(0x0a) + 1
  const end = journal.indexOf(0x0a, start)
  if (start === 0 || end === -1) return undefined
  const entry = parseEntryText(textOf(journal.subarray(start, end)), 1, 'journal.jsonl entry 1')
  if (!entry.ok || entry.value.type !== 'takeover') return undefined
  return deviceOfOrigin(electionPackage.definition, entry.value.origin)
}
