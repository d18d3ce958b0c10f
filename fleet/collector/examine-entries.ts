/** A message of entries by itself: whose it is, what the device signed, and whether a device writes such entries. */

import { deviceNamedIn, deviceOfOrigin } from '../../core/bundle/names.ts'
import { placeOf } from '../../core/election/place.ts'
import { pollingNoon } from '../../core/election/polling-time.ts'
import { type Entry, parseEntry } from '../../core/journal/entry.ts'
import { LONGEST_JOURNAL } from '../../core/journal/longest.ts'
import { readCertificate } from '../../core/keys/certificate.ts'
import { sha256, toBase64 } from '../../core/keys/hash.ts'
import { MAX_HELD_CHARS } from '../../core/messages/answer.ts'
import { type EntriesMessage, parseEntriesMessage } from '../../core/messages/entries.ts'
import { ok, type Refusal, type Result, refuse } from '../../core/result.ts'
import { type Checkpoint, openCheckpoint } from '../../core/tlog/checkpoint.ts'
import { leafHash } from '../../core/tlog/tree.ts'
import type { Owner } from '../store/store.ts'
import type { Ground } from './desk.ts'
import { type Refused, refused } from './examine.ts'

export const SUSPECT = 'Ask the device again; if it stays so, keep the device as evidence.'

/** A device's clock that goes on further than this ahead of the centre's is wrong: what is late may have come late, what is early cannot. */
export const AHEAD_MS = 10 * 60_000

/** An entry, by its number, and what its time says of the device's clock. */
export interface ClockTrouble {
  readonly seq: number
  readonly at: string
  readonly what: 'ahead' | 'backwards'
}

export interface ExaminedEntries {
  readonly is: 'entries'
  readonly owner: Owner
  readonly from: number
  readonly entries: readonly Uint8Array[]
  /** RFC 6962 leaf hashes, one for each entry. */
  readonly leaves: readonly Uint8Array[]
  readonly note: string
  readonly checkpoint: Checkpoint
  /** The first entry that no device would have written in its place. */
  readonly problem?: { readonly seq: number; readonly refusal: Refusal }
  readonly clock: readonly ClockTrouble[]
  /** What a device comes to write that is not dead, and what says that one is, are among them. */
  readonly telling: readonly number[]
  /** Time of the first entry as it says it, and of the last one, seconds since 1970. */
  readonly firstAt: string
  readonly writtenAt: number
  /** Devices of whose stations it speaks besides its own. */
  readonly alsoOf: readonly string[]
}

export function examineEntries(
  ground: Ground,
  device: string,
  payload: Uint8Array,
  now: number,
): Refused | ExaminedEntries {
  const where = `entries of ${device}`
  const message = parseEntriesMessage(payload, where)
  return message.ok
    ? examineJournalPart(ground, device, message.value, now, where)
    : refused('malformed', device, message.error)
}

/** The same of entries that came by another way and in another form. */
export function examineJournalPart(
  ground: Ground,
  device: string,
  message: EntriesMessage,
  now: number,
  where: string,
): Refused | ExaminedEntries {
  const { origin, from, entries, checkpoint: note } = message
  const owner = readOwner(ground, device, message, where)
  if (!owner.ok) return refused('forged', device, owner.error)
  // Lines of others make it as long as whoever sends it likes; a device that was set back is told so by the one that is kept.
  if (note.length > MAX_HELD_CHARS) {
    const what = `a checkpoint of ${note.length} characters, and no answer could show its device more than ${MAX_HELD_CHARS}`
    return refused('malformed', device, { code: 'entries.checkpoint', where, what, next: SUSPECT })
  }
  const checkpoint = openCheckpoint(note, { origin, publicKey: owner.value.logKey })
  if (!checkpoint.ok) return refused('forged', device, checkpoint.error)
  if (checkpoint.value.size !== from + entries.length) {
    const what = 'the entries do not end at the checkpoint'
    return refused('malformed', device, { code: 'entries.size', where, what, next: SUSPECT })
  }
  const tooLong = findTooLong(checkpoint.value, where)
  if (tooLong !== undefined) return refused('malformed', device, tooLong)
  return {
    is: 'entries',
    owner: owner.value,
    from,
    entries,
    leaves: entries.map(leafHash),
    note,
    checkpoint: checkpoint.value,
    ...readEntries(ground, owner.value, message, now, where),
  }
}

/** Why a head is none of any device's journal, though its device signed it. */
export function findTooLong({ size }: Checkpoint, where: string): Refusal | undefined {
  if (size <= LONGEST_JOURNAL) return undefined
  const what = `a journal of ${size} entries, and no day has more than ${LONGEST_JOURNAL}`
  return { code: 'entries.too-many', where, what, next: SUSPECT }
}

/** The certificate's owner, if it may write this journal from this topic. */
function readOwner(
  ground: Ground,
  device: string,
  { origin, certificate: der }: EntriesMessage,
  where: string,
): Result<Owner> {
  // Disputes last longer than certificates, and a centre's clock may be wrong; a broker asks whether they are good now.
  const at = pollingNoon(ground.package.definition)
  const certificate = readCertificate(der, ground.authorityKey, at, where)
  if (!certificate.ok) return certificate
  const { subject, role, keys } = certificate.value
  const { log: logKey, message: messageKey } = keys
  const bad = (what: string) => refuse('entries.owner', where, what, SUSPECT)
  if (role !== 'device' || subject !== device) return bad('the certificate is not that of this device')
  if (logKey === undefined || messageKey === undefined)
    return bad('the certificate names no key for journals')
  if (deviceOfOrigin(ground.package.definition, origin) !== device)
    return bad('the journal is not one of this device')
  return ok({ origin, device, certificate: der, logKey, messageKey })
}

/** What a device comes to write, and what says that one is dead; nothing else is worth looking at a station's declarations for. */
const TELLING: ReadonlySet<Entry['type']> = new Set([
  'device.started',
  'device.stopped',
  'polls.closed',
  'device.declared_dead',
])

function readEntries(
  ground: Ground,
  owner: Owner,
  { from, entries }: EntriesMessage,
  now: number,
  where: string,
): Pick<ExaminedEntries, 'problem' | 'clock' | 'telling' | 'firstAt' | 'writtenAt' | 'alsoOf'> {
  const clock: ClockTrouble[] = []
  const telling: number[] = []
  const alsoOf: string[] = []
  let problem: ExaminedEntries['problem']
  let [firstAt, before] = ['', 0]
  for (const [index, bytes] of entries.entries()) {
    const seq = from + index
    const entry = parseEntry(bytes, seq, `${where} entry ${seq}`)
    const refusal = entry.ok ? findEntryProblem(ground, owner, entry.value, where) : entry.error
    if (refusal !== undefined || !entry.ok) {
      problem = refusal && { seq, refusal }
      break
    }
    const { at, type } = entry.value
    const time = Date.parse(at)
    if (time < before) clock.push({ seq, at, what: 'backwards' })
    if (time > now + AHEAD_MS) clock.push({ seq, at, what: 'ahead' })
    before = time
    if (index === 0) firstAt = at
    if (TELLING.has(type)) telling.push(seq)
    const taken = seq === 1 && entry.value.type === 'takeover' ? deviceNamedIn(entry.value.origin) : undefined
    if (taken !== undefined) alsoOf.push(taken)
  }
  const writtenAt = Math.floor(before / 1000)
  return { ...(problem && { problem }), clock, telling, firstAt, writtenAt, alsoOf }
}

function findEntryProblem(ground: Ground, owner: Owner, entry: Entry, where: string): Refusal | undefined {
  if (entry.seq === 1) return findPlaceProblem(ground, owner.device, entry, where)
  if (entry.seq > 0) return undefined
  const opening = checkOpening(ground, owner, entry, where)
  return opening.ok ? undefined : opening.error
}

/** The first entry binds journal, certificate and election. */
function checkOpening(ground: Ground, owner: Owner, entry: Entry, where: string): Result<undefined> {
  const bound =
    entry.type === 'journal.opened' &&
    entry.origin === owner.origin &&
    entry.certificate === toBase64(sha256(owner.certificate)) &&
    entry.package === toBase64(ground.package.hash)
  if (bound) return ok(undefined)
  return refuse(
    'entries.opening',
    `${where} entry 0`,
    'the journal is not bound to this device, certificate and election package',
    'Check which package the device was given.',
  )
}

/**
 * Why a journal of this device cannot have this second entry: a spare takes a device's place there, and nobody else does. A device that no station lists is not
 * asked for more: whoever has its certificate may be at a rehearsal, or at another election of the authority.
 */
function findPlaceProblem(ground: Ground, device: string, entry: Entry, where: string): Refusal | undefined {
  const { definition } = ground.package
  const tookOver = entry.type === 'takeover' ? (deviceOfOrigin(definition, entry.origin) ?? '') : undefined
  const stations = ground.stations.of(device)
  const isOfNoStation = stations.length === 0 && tookOver === undefined
  if (isOfNoStation || placeOf({ stations }, device, tookOver) !== undefined) return undefined
  return {
    code: 'entries.takeover',
    where: `${where} entry 1`,
    what:
      tookOver === undefined ? 'a spare took no device’s place' : 'this device is no spare for that place',
    next: 'Find out what was done at the station; keep the device and the medium it was given.',
  }
}
