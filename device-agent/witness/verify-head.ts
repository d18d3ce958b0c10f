/** What one head says once its certificate, its signature and its closing entry are verified. */
import { deviceOfOrigin } from '../../core/bundle/names.ts'
import { type Definition, devicesOfStation } from '../../core/election/definition.ts'
import { placeOf } from '../../core/election/place.ts'
import { pollingNoon } from '../../core/election/polling-time.ts'
import type { DeclaredDead } from '../../core/journal/day.ts'
import { findDeclarationProblem } from '../../core/journal/day-rules.ts'
import { type Entry, parseEntry } from '../../core/journal/entry.ts'
import { readCertificate } from '../../core/keys/certificate.ts'
import type { Result } from '../../core/result.ts'
import { ok, refuse } from '../../core/result.ts'
import { openCheckpoint, parseCheckpoint } from '../../core/tlog/checkpoint.ts'
import { parseNote } from '../../core/tlog/note.ts'
import { leafHash, verifyInclusion } from '../../core/tlog/tree.ts'
import type { IncludedEntry, StationHead } from './station-heads.ts'

/** What heads are held against. */
export interface HeadChecks {
  readonly definition: Definition
  readonly station: string
  /** Ed25519 key of the election authority, 32 bytes. */
  readonly authorityKey: Uint8Array
  /** Time of this device's own cosignatures. */
  readonly nowMs: number
}

/** What a head says of its journal. */
export interface HeadContent {
  readonly device: string
  readonly origin: string
  readonly size: number
  readonly root: Uint8Array
  /** Ballots cast, once the polls of the device are closed for good. */
  readonly closedWith?: number
  /** Of a spare: the journal that it took over. */
  readonly tookOver?: string
  /** Places of the station whose devices two officers declared dead there. */
  readonly dead: readonly string[]
  readonly head: StationHead
}

/** A head that its device really signed. */
export interface VerifiedHead extends HeadContent {
  /** Ed25519 keys with which the device signs its journal, and cosigns its neighbours' heads. */
  readonly logKey: Uint8Array
  readonly witnessKey: Uint8Array
}

/**
 * Verifies one head of this station's devices.
 * @returns a refusal of the certificate, the note, or `heads.*`: `station`, `journal`, `closing`, `takeover`, `dead`
 */
export function verifyHead(head: StationHead, checks: HeadChecks, where: string): Result<VerifiedHead> {
  const { definition, station, authorityKey } = checks
  const certificate = readCertificate(head.certificate, authorityKey, pollingNoon(definition), where)
  if (!certificate.ok) return certificate
  const { subject, role, keys } = certificate.value
  const { log, witness } = keys
  const own = definition.stations.find(({ id }) => id === station)
  const listed = own !== undefined && devicesOfStation(own).includes(subject)
  if (role !== 'device' || !listed || log === undefined || witness === undefined)
    return bad('heads.station', where, 'it is not the head of a device of this station')
  const content = readHead(head, definition, where)
  if (!content.ok) return content
  const { device, origin } = content.value
  if (device !== subject)
    return bad('heads.journal', where, 'the journal is not one of the device that the certificate names')
  const signed = openCheckpoint(head.note, { origin, publicKey: log })
  return signed.ok ? ok({ ...content.value, logKey: log, witnessKey: witness }) : signed
}

/**
 * Reads a head whose signatures are not looked at, for those that this device itself has cosigned and stored.
 * @returns a refusal of the note, or `heads.*`: `journal`, `closing`, `takeover`, `dead`
 */
export function readHead(head: StationHead, definition: Definition, where: string): Result<HeadContent> {
  const note = parseNote(head.note)
  if (!note.ok) return note
  const checkpoint = parseCheckpoint(note.value.text)
  if (!checkpoint.ok) return checkpoint
  const { origin, size, root } = checkpoint.value
  const device = deviceOfOrigin(definition, origin)
  if (device === undefined) return bad('heads.journal', where, 'the journal is not one of this election')
  const takenOver = readTakeover(head, checkpoint.value, where)
  if (!takenOver.ok) return takenOver
  const tookOver = takenOver.value
  const declared = readDead(head, checkpoint.value, where)
  const place = placeOf(definition, device, tookOver && deviceOfOrigin(definition, tookOver))
  const isNeighbour = (id: string) => place?.station.devices.includes(id) === true && place.device !== id
  if (declared === undefined || !declared.every(isNeighbour))
    return bad('heads.dead', where, 'an entry beside it declares no neighbour dead as two officers do it')
  const content = {
    device,
    origin,
    size,
    root,
    head,
    dead: declared,
    ...(tookOver !== undefined && { tookOver }),
  }
  if (head.closing === undefined) return ok(content)
  const closing = readIncluded(head.closing, checkpoint.value, where)
  if (closing?.type !== 'polls.closed')
    return bad('heads.closing', where, 'the entry beside it is not the end of its journal')
  return ok({ ...content, closedWith: closing.casts })
}

/** An entry that is in the head; undefined if it is not. */
function readIncluded(
  { entry, proof, seq }: IncludedEntry,
  { size, root }: { readonly size: number; readonly root: Uint8Array },
  where: string,
): Entry | undefined {
  const parsed = parseEntry(entry, seq, where)
  const isIn = verifyInclusion({ leaf: leafHash(entry), index: seq, size, proof, root })
  return parsed.ok && isIn ? parsed.value : undefined
}

/** Devices that the entries beside a head declare dead; undefined if one of them does not, or not as the rules of a day have it. */
function readDead(
  { closing, dead = [] }: StationHead,
  tree: { readonly size: number; readonly root: Uint8Array },
  where: string,
): readonly string[] | undefined {
  const declared: DeclaredDead[] = []
  for (const each of dead) {
    const entry = readIncluded(each, tree, where)
    if (entry?.type !== 'device.declared_dead' || closing === undefined || each.seq < closing.seq)
      return undefined
    if (findDeclarationProblem({ polls: 'finished', dead: declared }, entry) !== undefined) return undefined
    declared.push(entry)
  }
  return declared.map(({ device }) => device)
}

/** The journal that a spare's head says it took over. */
function readTakeover(
  { takeover }: StationHead,
  { size, root }: { readonly size: number; readonly root: Uint8Array },
  where: string,
): Result<string | undefined> {
  if (takeover === undefined) return ok(undefined)
  const { entry, proof } = takeover
  const parsed = parseEntry(entry, 1, where)
  const included = verifyInclusion({ leaf: leafHash(entry), index: 1, size, proof, root })
  if (parsed.ok && parsed.value.type === 'takeover' && included) return ok(parsed.value.origin)
  return bad('heads.takeover', where, 'the entry beside it is not the second one of its journal')
}

function bad(code: string, where: string, what: string) {
  return refuse(code, where, what, 'Keep the card and have the devices of this station compared.')
}
