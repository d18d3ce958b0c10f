/** What one head says once its certificate, its signature and its closing entry are verified. */
import { deviceOfOrigin } from '../../core/bundle/names.ts'
import { type Definition, devicesOfStation } from '../../core/election/definition.ts'
import { parseEntry } from '../../core/journal/entry.ts'
import { readCertificate } from '../../core/keys/certificate.ts'
import type { Result } from '../../core/result.ts'
import { ok, refuse } from '../../core/result.ts'
import { openCheckpoint, parseCheckpoint } from '../../core/tlog/checkpoint.ts'
import { parseNote } from '../../core/tlog/note.ts'
import { leafHash, verifyInclusion } from '../../core/tlog/tree.ts'
import type { StationHead } from './station-heads.ts'

/** What heads are held against. */
export interface HeadChecks {
  readonly definition: Definition
  readonly station: string
  /** Ed25519 key of the election authority, 32 bytes. */
  readonly authorityKey: Uint8Array
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
 * @returns a refusal of the certificate, the note, or `heads.*`: `station`, `journal`, `closing`, `takeover`
 */
export function verifyHead(head: StationHead, checks: HeadChecks, where: string): Result<VerifiedHead> {
  const { definition, station, authorityKey, nowMs } = checks
  const certificate = readCertificate(head.certificate, authorityKey, nowMs, where)
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
 * @returns a refusal of the note, or `heads.*`: `journal`, `closing`
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
  const content = { device, origin, size, root, head, ...(tookOver !== undefined && { tookOver }) }
  if (head.closing === undefined) return ok(content)
  const { entry, proof, seq } = head.closing
  const parsed = parseEntry(entry, seq, where)
  const included = verifyInclusion({ leaf: leafHash(entry), index: seq, size, proof, root })
  if (!parsed.ok || parsed.value.type !== 'polls.closed' || !included)
    return bad('heads.closing', where, 'the entry beside it is not the end of its journal')
  return ok({ ...content, closedWith: parsed.value.casts })
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
