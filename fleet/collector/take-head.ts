/**
 * Takes the head of a journal that came without its entries: the QR code of the printed minutes. It stores nothing but evidence; it tells whether the
 * centre holds what the paper says.
 */
import { equalBytes } from '../../core/keys/hash.ts'
import { fail, ok, type Result, refuse } from '../../core/result.ts'
import { type Checkpoint, openCheckpoint, parseCheckpoint } from '../../core/tlog/checkpoint.ts'
import { parseNote } from '../../core/tlog/note.ts'
import type { Held } from '../store/store.ts'
import { findTooLong } from './examine-entries.ts'
import type { Decision } from './outcome.ts'
import { equivocation, rootAt } from './take-entries.ts'
import { findHeadBeyond } from './takeover.ts'

/** What the paper and the centre have to say of each other. */
export type HeadFound =
  | { readonly is: 'held'; readonly have: number }
  /** The centre holds fewer entries than the paper names. */
  | { readonly is: 'longer'; readonly have: number }
  /** The device signed another history than the one that is held, went on after a spare took its place, or signed a size that no journal has. */
  | ({ readonly is: 'other' } & Decision)

/** The signed checkpoint behind a code `<origin>|<size>|<base64 root>|<base64 signature>` (docs/formats.md), not verified. */
export function readMinutesCode(text: string, where: string): Result<Checkpoint & { readonly note: string }> {
  const [origin = '', size = '', root = '', signature = '', ...rest] = text.trim().split('|')
  const note = `${origin}\n${size}\n${root}\n\n— ${origin} ${signature}\n`
  const parsed = parseNote(note)
  const checkpoint = parsed.ok ? parseCheckpoint(parsed.value.text) : parsed
  if (checkpoint.ok && rest.length === 0) return ok({ ...checkpoint.value, note })
  const next = 'Read the code of the minutes again: origin, size, root and signature, with | between them.'
  return refuse('minutes.code', where, 'this is not the code of printed minutes', next)
}

/** The signed checkpoint beside printed results, not verified. */
export function readPrintedNote(note: string, where: string): Result<Checkpoint & { readonly note: string }> {
  const parsed = parseNote(note)
  const checkpoint = parsed.ok ? parseCheckpoint(parsed.value.text) : parsed
  return checkpoint.ok ? ok({ ...checkpoint.value, note }) : fail({ ...checkpoint.error, where })
}

/**
 * What comes of a head whose journal is held.
 * @returns a refusal if it is not, or another key signed
 */
export async function takeHead(
  held: Held,
  device: string,
  { origin, note }: { readonly origin: string; readonly note: string },
  where: string,
): Promise<Result<HeadFound>> {
  const journal = held.journal(origin)
  if (journal === undefined) {
    const next = "Bring the device's memory stick, or let the device send."
    return refuse('minutes.journal', where, 'the centre holds nothing of this journal', next)
  }
  const checkpoint = openCheckpoint(note, { origin, publicKey: journal.logKey })
  if (!checkpoint.ok) return fail({ ...checkpoint.error, where })
  const tooLong = findTooLong(checkpoint.value, where)
  if (tooLong !== undefined)
    return ok({ is: 'other', alarm: { kind: 'malformed', device, refusal: tooLong } })
  const have = journal.frontier.size
  const { size, root } = checkpoint.value
  if (size > have) {
    const wentOn = findHeadBeyond(held, { device, origin, size })
    if (wentOn === undefined) return ok({ is: 'longer', have })
    held.storeFork(origin, size, note)
    return ok({ is: 'other', alarm: wentOn })
  }
  if (equalBytes(await rootAt(held, origin, size), root)) return ok({ is: 'held', have })
  return ok({ is: 'other', ...(await equivocation(held, device, checkpoint.value, note)) })
}
