/** Takes a released tally: it is stored only if the device signed it and its journal's closing entry commits to it. */
import { commitTally, SALT_BYTES } from '../../core/ballot-box/commitment.ts'
import { openTally } from '../../core/bundle/bundle.ts'
import { findTallyProblem } from '../../core/election/check-tally.ts'
import { parseTally } from '../../core/election/tally.ts'
import { type Day, replayDay } from '../../core/journal/day.ts'
import { type Entry, parseEntry } from '../../core/journal/entry.ts'
import { toBase64 } from '../../core/keys/hash.ts'
import { peekTallyMessage } from '../../core/messages/tally.ts'
import { ok, type Result, refuse, valueOrThrow } from '../../core/result.ts'
import type { Json } from '../../core/text/canonical-json.ts'
import type { HeldJournal } from '../store/store.ts'
import { answerReply, type Desk } from './desk.ts'
import { alarmed, type Outcome } from './outcome.ts'

/**
 * What comes of a tally. Where the closing entry is not held yet, the device is asked to send its entries again.
 * Throws only what the store throws.
 */
export function takeTally(desk: Desk, device: string, payload: Uint8Array): Outcome {
  const where = `tally of ${device}`
  const message = peekTallyMessage(payload, where)
  if (!message.ok) return alarmed('malformed', device, message.error)
  const { document, origin } = message.value
  const journal = desk.store.journal(origin)
  if (journal !== undefined && journal.device !== device) {
    const what = 'the tally is for the journal of another device'
    const next = 'Find out which device has this certificate.'
    return alarmed('forged', device, { code: 'tally.owner', where, what, next })
  }
  const have = journal?.frontier.size ?? 0
  const closing = journal === undefined ? undefined : findClosing(desk, journal)
  if (journal === undefined || closing === undefined) {
    return { reply: answerReply(desk, payload, { have, result: 'resend' }) }
  }
  if (desk.store.tally(origin)?.document === document) {
    return { reply: answerReply(desk, payload, { have, result: 'stored' }) }
  }
  const refused = answerReply(desk, payload, { have, result: 'refused' })
  const opened = openTally(document, journal.messageKey, where)
  if (!opened.ok) return { ...alarmed('forged', device, opened.error), reply: refused }
  const legal = checkDay(desk, journal, where)
  if (!legal.ok) return { ...alarmed('malformed', device, legal.error), reply: refused }
  const committed = checkCommitment(desk, { ...opened.value, closing, where })
  if (!committed.ok) return { ...alarmed('other-tally', device, committed.error), reply: refused }
  desk.store.storeTally(origin, document)
  return { reply: answerReply(desk, payload, { have, result: 'stored' }) }
}

type Closing = Entry & { readonly type: 'polls.closed' }

/** The closing entry, looked for from the end, where it stands. */
function findClosing(desk: Desk, { origin, frontier }: HeldJournal): Closing | undefined {
  for (let seq = frontier.size - 1; seq >= 0; seq -= 1) {
    const [bytes] = desk.store.entries(origin, seq, seq + 1)
    const entry = bytes === undefined ? undefined : parseEntry(bytes, seq, origin)
    if (!entry?.ok) throw new Error(`entry ${seq} of ${origin} was stored and cannot be read`)
    if (entry.value.type === 'polls.closed') return entry.value
  }
  return undefined
}

/** A tally counts only behind a legal day: opened, voted, closed once. */
function checkDay(desk: Desk, { origin, frontier }: HeldJournal, where: string): Result<Day> {
  const entries = desk.store
    .entries(origin, 0, frontier.size)
    .map((bytes, seq) => parseEntry(bytes, seq, where))
  return replayDay(entries.map(valueOrThrow), where)
}

function checkCommitment(
  desk: Desk,
  claim: {
    readonly salt: Uint8Array
    readonly tally: unknown
    readonly closing: Closing
    readonly where: string
  },
): Result<undefined> {
  const { salt, closing, where } = claim
  const { definition } = desk.package
  const tally = parseTally(definition, claim.tally as Json, where)
  if (!tally.ok) return tally
  const problem = findTallyProblem(definition, tally.value, closing.casts)
  if (problem !== undefined) {
    return refuse('tally.arithmetic', where, problem, 'Keep the device as evidence and open its ballots.')
  }
  if (salt.length === SALT_BYTES && toBase64(commitTally(definition, tally.value, salt)) === closing.tally)
    return ok(undefined)
  return refuse(
    'tally.commitment',
    where,
    "it is not the tally to which the journal's closing entry commits",
    'Keep the device as evidence and open its ballots.',
  )
}
