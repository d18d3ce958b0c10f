/**
 * Takes a message of entries: verifies whose they are, joins them to what is held, stores them, and only then cosigns. A device may
 * send the same again at any time and gets the same receipt.
 */
import { deviceOfOrigin } from '../../core/bundle/names.ts'
import { type Entry, parseEntry } from '../../core/journal/entry.ts'
import { readCertificate } from '../../core/keys/certificate.ts'
import { equalBytes, sha256, toBase64 } from '../../core/keys/hash.ts'
import { type EntriesMessage, parseEntriesMessage } from '../../core/messages/entries.ts'
import { ok, type Refusal, type Result, refuse } from '../../core/result.ts'
import { type Checkpoint, openCheckpoint } from '../../core/tlog/checkpoint.ts'
import { cosign } from '../../core/tlog/cosignature.ts'
import { appendLeaf, emptyFrontier, type Frontier, frontierRoot, leafHash } from '../../core/tlog/tree.ts'
import type { Owner } from '../store/store.ts'
import { findNotDead } from './declared-dead.ts'
import { answerReply, type Desk, receiptReply } from './desk.ts'
import { alarmed, type Outcome } from './outcome.ts'
import { findForkAtTakeover, findPlaceProblem, findWentOn } from './takeover.ts'

const SUSPECT = 'Ask the device again; if it stays so, keep the device as evidence.'

/**
 * What comes of a message of entries. Throws only what the store throws; then nothing was stored and nothing is to be replied.
 * @param device whose topic it came on
 */
export function takeEntries(desk: Desk, device: string, payload: Uint8Array): Outcome {
  const where = `entries of ${device}`
  const message = parseEntriesMessage(payload, where)
  if (!message.ok) return alarmed('malformed', device, message.error)
  const { origin, from, entries, checkpoint: note } = message.value

  const owner = readOwner(desk, device, message.value, where)
  if (!owner.ok) return alarmed('forged', device, owner.error)
  const checkpoint = openCheckpoint(note, { origin, publicKey: owner.value.logKey })
  if (!checkpoint.ok) return alarmed('forged', device, checkpoint.error)
  const { size, root } = checkpoint.value
  if (size !== from + entries.length) {
    const refusal = {
      code: 'entries.size',
      where,
      what: 'the entries do not end at the checkpoint',
      next: SUSPECT,
    }
    return alarmed('malformed', device, refusal)
  }

  const journal = desk.store.journal(origin)
  const wentOn = findWentOn(desk, { device, origin, size })
  if (wentOn !== undefined) {
    // Evidence, where there is a journal to keep it beside. It is not cosigned, and gets no answer.
    if (journal !== undefined) desk.store.storeFork(origin, size, note)
    return { alarm: wentOn }
  }
  const frontier = journal?.frontier ?? emptyFrontier()
  const have = frontier.size
  const resend = answerReply.bind(undefined, desk, payload, { have, result: 'resend' })
  // The device may have been set back: it is shown what it signed itself.
  const show = () => {
    const held = desk.store.latestCheckpoint(origin)?.note
    return answerReply(desk, payload, { have, result: 'resend', ...(held !== undefined && { held }) })
  }
  if (journal !== undefined && size <= have) {
    // Nothing new: the tree of that size is known, and its head is either this one or a second one.
    if (!equalBytes(rootAt(desk, origin, size), root))
      return { ...equivocation(desk, device, checkpoint.value, note), reply: show() }
    const held = desk.store.checkpoint(origin, size)
    // A witness cosigns no head that is smaller than one it has seen (C2SP tlog-witness), so a size without receipt gets none any more.
    return {
      reply: held === undefined ? show() : receiptReply({ origin, size, cosignature: held.cosignature }),
    }
  }
  if (from > have) return { reply: resend(), alarm: { kind: 'gap', device, origin, have, from } }

  const overlap = desk.store.entries(origin, from, have)
  if (overlap.some((entry, i) => !equalBytes(entry, entries[i] ?? new Uint8Array()))) {
    const shown = frontierRoot(extend(frontierAt(desk, origin, from), entries))
    if (equalBytes(shown, root))
      return { ...equivocation(desk, device, checkpoint.value, note), reply: show() }
    return alarmed('inconsistent', device, notCovered(where))
  }
  const fresh = entries.slice(have - from)
  const next = extend(frontier, fresh)
  if (!equalBytes(frontierRoot(next), root)) return alarmed('inconsistent', device, notCovered(where))
  const problem = findEntryProblem(desk, owner.value, fresh, have, where)
  if (problem !== undefined) return alarmed('malformed', device, problem)

  const time = Math.floor(desk.clock.now() / 1000)
  const cosignature = cosign(note, { ...desk.witness, time })
  const before = journal?.takeover
  const other = have === 0 ? desk.store.journals().find((held) => held.device === device) : undefined
  desk.store.append({ owner: owner.value, entries: fresh, frontier: next, note, cosignature })
  const takeover = desk.store.journal(origin)?.takeover
  const fork =
    before === undefined && takeover !== undefined
      ? findForkAtTakeover(desk, { device, origin }, takeover, (of, at) => rootAt(desk, of, at))
      : undefined
  if (fork !== undefined) return { reply: receiptReply({ origin, size, cosignature }), alarm: fork }
  const held = desk.store.journal(origin)
  const notDead = held && findNotDead(desk, held, fresh)
  if (notDead !== undefined) return { reply: receiptReply({ origin, size, cosignature }), alarm: notDead }
  return {
    reply: receiptReply({ origin, size, cosignature }),
    ...(other && { alarm: { kind: 'second-journal', device, origin, other: other.origin } }),
  }
}

/** The certificate's owner, if it may write this journal from this topic. */
function readOwner(desk: Desk, device: string, message: EntriesMessage, where: string): Result<Owner> {
  const { origin, certificate: der } = message
  const certificate = readCertificate(der, desk.authorityKey, desk.clock.now(), where)
  if (!certificate.ok) return certificate
  const { subject, role, keys } = certificate.value
  const { log: logKey, message: messageKey } = keys
  const bad = (what: string) => refuse('entries.owner', where, what, SUSPECT)
  if (role !== 'device' || subject !== device) return bad('the certificate is not that of this device')
  if (logKey === undefined || messageKey === undefined)
    return bad('the certificate names no key for journals')
  if (deviceOfOrigin(desk.package.definition, origin) !== device)
    return bad('the journal is not one of this device')
  const known = desk.store.journal(origin)
  if (known !== undefined && !equalBytes(known.certificate, der)) {
    return bad('the journal was begun under another certificate')
  }
  return ok({ origin, device, certificate: der, logKey, messageKey })
}

/** The first new entry that no device would have written in its place. */
function findEntryProblem(
  desk: Desk,
  owner: Owner,
  entries: readonly Uint8Array[],
  first: number,
  where: string,
): Refusal | undefined {
  for (const [index, bytes] of entries.entries()) {
    const seq = first + index
    const entry = parseEntry(bytes, seq, `${where} entry ${seq}`)
    if (!entry.ok) return entry.error
    if (seq === 1) {
      const problem = findPlaceProblem(desk, owner.device, entry.value, where)
      if (problem !== undefined) return problem
    }
    if (seq > 0) continue
    const opening = checkOpening(desk, owner, entry.value, where)
    if (!opening.ok) return opening.error
  }
  return undefined
}

/** The first entry binds journal, certificate and election. */
function checkOpening(desk: Desk, owner: Owner, entry: Entry, where: string): Result<undefined> {
  const bound =
    entry.type === 'journal.opened' &&
    entry.origin === owner.origin &&
    entry.certificate === toBase64(sha256(owner.certificate)) &&
    entry.package === toBase64(desk.package.hash)
  if (bound) return ok(undefined)
  return refuse(
    'entries.opening',
    `${where} entry 0`,
    'the journal is not bound to this device, certificate and election package',
    'Check which package the device was given.',
  )
}

/** Keeps the checkpoint that contradicts the entries held, and tells of it. */
function equivocation(desk: Desk, device: string, { origin, size }: Checkpoint, shown: string): Outcome {
  desk.store.storeFork(origin, size, shown)
  const held = desk.store.checkpoint(origin, size) ?? desk.store.latestCheckpoint(origin)
  if (held === undefined) throw new Error(`entries of ${origin} are held without any checkpoint`)
  return { alarm: { kind: 'equivocation', device, origin, size, held: held.note, shown } }
}

function notCovered(where: string): Refusal {
  const what = 'the entries are not those of the checkpoint'
  return { code: 'entries.root', where, what, next: SUSPECT }
}

function extend(frontier: Frontier, entries: readonly Uint8Array[]): Frontier {
  return entries.map(leafHash).reduce(appendLeaf, frontier)
}

/** The tree over the first `size` entries held. */
function frontierAt(desk: Desk, origin: string, size: number): Frontier {
  const head = desk.store.journal(origin)?.frontier
  if (head?.size === size) return head
  return extend(emptyFrontier(), desk.store.entries(origin, 0, size))
}

function rootAt(desk: Desk, origin: string, size: number): Uint8Array {
  return frontierRoot(frontierAt(desk, origin, size))
}
