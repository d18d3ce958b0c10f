/**
 * Takes entries whose signatures hold: joins them to what is held, stores them, and only then cosigns. A device may send the same again at any time
 * and gets the same receipt.
 */
import { equalBytes } from '../../core/keys/hash.ts'
import type { Refusal } from '../../core/result.ts'
import type { Checkpoint } from '../../core/tlog/checkpoint.ts'
import { cosign } from '../../core/tlog/cosignature.ts'
import { appendLeaf, emptyFrontier, type Frontier, frontierRoot, leafHash } from '../../core/tlog/tree.ts'
import type { Held, Owner } from '../store/store.ts'
import type { Alarm } from './alarm.ts'
import { A_MESSAGE } from './allowance.ts'
import { findNotDead } from './declared-dead.ts'
import type { Desk, Reply } from './desk.ts'
import { AHEAD_MS, type ExaminedEntries, SUSPECT } from './examine-entries.ts'
import { alarmed, type Decision, notServed } from './outcome.ts'
import { findForkAtTakeover, findForkOfTaken, findHeadBeyond } from './takeover.ts'

/**
 * What comes of a message of entries. Throws only what the store throws; then nothing was stored and nothing is to be replied.
 * @param device whose topic it came on
 */
export async function takeEntries(
  desk: Desk,
  held: Held,
  device: string,
  message: ExaminedEntries,
): Promise<Decision> {
  const where = `entries of ${device}`
  const { owner, from, entries, leaves, note, checkpoint } = message
  const { origin } = owner
  const { size, root } = checkpoint

  const journal = held.journal(origin)
  if (journal !== undefined && !equalBytes(journal.certificate, owner.certificate)) {
    const what = 'the journal was begun under another certificate'
    return alarmed('forged', device, { code: 'entries.owner', where, what, next: SUSPECT })
  }
  const frontier = journal?.frontier ?? emptyFrontier()
  const have = frontier.size
  // The device may have been set back: it is shown what it signed itself.
  const show = async (): Promise<Reply> => {
    const own = (await held.latestCheckpoint(origin))?.note
    return { kind: 'answer', answer: { have, result: 'resend', ...(own !== undefined && { held: own }) } }
  }
  if (journal !== undefined && size <= have) {
    // Nothing new: the tree of that size is known, and its head is either this one or a second one.
    const kept = await held.tree(origin, size)
    const spent = desk.allowance.spend(device, A_MESSAGE + size - kept.size)
    if (spent !== 'granted') return notServed(device, spent)
    if (!equalBytes(frontierRoot(await grow(held, origin, kept, size)), root))
      return { ...(await equivocation(held, device, checkpoint, note)), reply: await show() }
    const known = await held.checkpoint(origin, size)
    // A witness cosigns no head that is smaller than one it has seen (C2SP tlog-witness), so a size without receipt gets none any more.
    return { reply: known === undefined ? await show() : receipt(origin, size, known.cosignature) }
  }
  if (from > have) {
    const reply: Reply = { kind: 'answer', answer: { have, result: 'resend' } }
    const wentOn = findHeadBeyond(held, { device, origin, size })
    if (wentOn !== undefined) {
      if (journal !== undefined) held.storeFork(origin, size, note)
      return { reply, alarm: wentOn }
    }
    return { reply, alarm: { kind: 'gap', device, origin, have, from } }
  }

  const overlap = from < have ? await held.entries(origin, from, have) : []
  if (overlap.some((entry, i) => !equalBytes(entry, entries[i] ?? new Uint8Array()))) {
    const kept = await held.tree(origin, from)
    const spent = desk.allowance.spend(device, A_MESSAGE + from - kept.size)
    if (spent !== 'granted') return notServed(device, spent)
    const shown = frontierRoot(extend(await grow(held, origin, kept, from), leaves))
    if (equalBytes(shown, root))
      return { ...(await equivocation(held, device, checkpoint, note)), reply: await show() }
    return alarmed('inconsistent', device, notCovered(where))
  }
  const fresh = entries.slice(have - from)
  const next = extend(frontier, leaves.slice(have - from))
  if (!equalBytes(frontierRoot(next), root)) return alarmed('inconsistent', device, notCovered(where))
  if (message.problem !== undefined) return alarmed('malformed', device, message.problem.refusal)

  const others = journal === undefined ? held.journalsOf(device) : []
  if (others.length >= desk.mostJournals) return { alarm: { kind: 'further-journal', device, origin } }
  // Behind the closing the whole day is judged again.
  const spent = journal?.closing === undefined ? 'granted' : desk.allowance.spend(device, have)
  if (spent !== 'granted') return notServed(device, spent)

  const time = Math.floor(desk.clock.now() / 1000)
  const cosignature = cosign(note, { ...desk.witness, time })
  const { writtenAt } = message
  await held.append({
    owner,
    entries: fresh,
    frontier: next,
    note,
    cosignature,
    receiptedAt: time,
    writtenAt,
  })
  const alarm =
    (await findFork(held, owner, journal?.takeover === undefined)) ??
    findForkOfTaken(held, origin, have, (at) =>
      frontierRoot(extend(frontier, leaves.slice(have - from, at - from))),
    ) ??
    (message.telling.some((seq) => seq >= have) ? findNotDead(desk, held, origin) : undefined) ??
    (others[0] && { kind: 'second-journal' as const, device, origin, other: others[0].origin }) ??
    findIllegalDay(held, owner, journal?.illegal !== undefined) ??
    findClockTrouble(desk, device, message, have, journal?.writtenAt)
  return { reply: receipt(origin, size, cosignature), ...(alarm && { alarm }) }
}

function receipt(origin: string, size: number, cosignature: string): Reply {
  return { kind: 'receipt', receipt: { origin, size, cosignature } }
}

async function findFork(held: Held, { device, origin }: Owner, isFirst: boolean): Promise<Alarm | undefined> {
  const takeover = held.journal(origin)?.takeover
  if (!isFirst || takeover === undefined) return undefined
  return findForkAtTakeover(held, { device, origin }, takeover, (of, at) => rootAt(held, of, at))
}

/** Why a closed day is none that a device could have had, told when the entries come that make it so. */
function findIllegalDay(held: Held, { device, origin }: Owner, isKnown: boolean): Alarm | undefined {
  const illegal = held.journal(origin)?.illegal
  return isKnown || illegal === undefined ? undefined : { kind: 'malformed', device, refusal: illegal }
}

/** The first new entry that a device with a right clock would not have written then. */
function findClockTrouble(
  desk: Desk,
  device: string,
  { owner, clock, from, firstAt }: ExaminedEntries,
  have: number,
  writtenAt = 0,
): Alarm | undefined {
  const { origin } = owner
  // Where the centre's own clock is behind, what most devices say is the measure.
  const early = desk.clock.now() + Math.max(0, desk.ownClock.offsetMs()) + AHEAD_MS
  const trouble = clock.find(
    ({ seq, at, what }) => seq >= have && (what !== 'ahead' || Date.parse(at) > early),
  )
  if (trouble !== undefined) return { kind: 'clock', device, origin, ...trouble }
  // Entries held are not in the message as a rule: then its first one follows them.
  if (from < have || Date.parse(firstAt) >= writtenAt * 1000) return undefined
  return { kind: 'clock', device, origin, seq: have, at: firstAt, what: 'backwards' }
}

/** Keeps the checkpoint that contradicts the entries held, and tells of it. */
export async function equivocation(
  held: Held,
  device: string,
  { origin, size }: Checkpoint,
  shown: string,
): Promise<Decision> {
  held.storeFork(origin, size, shown)
  const known = (await held.checkpoint(origin, size)) ?? (await held.latestCheckpoint(origin))
  if (known === undefined) throw new Error(`entries of ${origin} are held without any checkpoint`)
  return { alarm: { kind: 'equivocation', device, origin, size, held: known.note, shown } }
}

function notCovered(where: string): Refusal {
  const what = 'the entries are not those of the checkpoint'
  return { code: 'entries.root', where, what, next: SUSPECT }
}

function extend(frontier: Frontier, leaves: readonly Uint8Array[]): Frontier {
  return leaves.reduce(appendLeaf, frontier)
}

/** A tree with the entries held behind it, up to `size`. */
async function grow(held: Held, origin: string, tree: Frontier, size: number): Promise<Frontier> {
  if (tree.size === size) return tree
  return extend(tree, (await held.entries(origin, tree.size, size)).map(leafHash))
}

/** The root over the first `size` entries held: from the nearest tree that was kept, 500 entries away at most but in a journal that came by stick. */
export async function rootAt(held: Held, origin: string, size: number): Promise<Uint8Array> {
  return frontierRoot(await grow(held, origin, await held.tree(origin, size), size))
}
