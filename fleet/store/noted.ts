/** What is noted of entries when they join a journal, so that no decision has to read them again: closing, takeover, declarations, a legal day. */
import { deviceNamedIn } from '../../core/bundle/names.ts'
import { replayDay } from '../../core/journal/day.ts'
import { type Entry, parseEntry } from '../../core/journal/entry.ts'
import type { Refusal } from '../../core/result.ts'
import type { Closing, HeldJournal, TakenOver } from './store.ts'

/** A spare's journal takes another over in this entry, or none does. */
const TAKEOVER_ENTRY = 1

/** Canonical JSON writes a type in this way only, and no text within an entry can hold it: quotes are escaped there. */
const MARKS = (['takeover', 'polls.closed', 'device.declared_dead'] as const).map((type) =>
  Buffer.from(`"type":"${type}"`),
)

const DEVICE = /^[a-z0-9][a-z0-9.-]{0,63}$/

export interface Noted {
  readonly closings: readonly Closing[]
  readonly declarations: readonly { readonly seq: number; readonly device: string }[]
  readonly takeover: (TakenOver & { readonly device: string }) | undefined
}

/**
 * What entries say that join a journal. Those that are no entries are passed over: the collector takes none.
 * @param first number of the first of them
 */
export function noteEntries(origin: string, first: number, fresh: readonly Uint8Array[]): Noted {
  const told = fresh.flatMap((bytes, i) => {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    if (!MARKS.some((mark) => buffer.includes(mark))) return []
    const entry = parseEntry(bytes, first + i, origin)
    return entry.ok ? [entry.value] : []
  })
  return {
    closings: told.flatMap((entry) =>
      entry.type === 'polls.closed' ? [{ seq: entry.seq, casts: entry.casts, commitment: entry.tally }] : [],
    ),
    declarations: told.flatMap((entry) =>
      entry.type === 'device.declared_dead' && DEVICE.test(entry.device)
        ? [{ seq: entry.seq, device: entry.device }]
        : [],
    ),
    takeover: told.flatMap((entry) => takeoverIn(entry) ?? [])[0],
  }
}

function takeoverIn(entry: Entry): Noted['takeover'] {
  if (entry.type !== 'takeover' || entry.seq !== TAKEOVER_ENTRY) return undefined
  const { origin, size, root } = entry
  const device = deviceNamedIn(origin)
  return device === undefined ? undefined : { origin, size, root, device }
}

/** What the day of a closed journal is, as far as it is held. */
export interface Judged {
  /** Why it was never legal. */
  readonly illegal?: Refusal
  /** The programs that ran, by the hashes of their files; of a day that was not legal none. */
  readonly programs: readonly string[]
}

/** Judges the day that these entries tell, a whole journal so far. */
export function judgeDay(device: string, entries: readonly Uint8Array[]): Judged {
  const where = `journal of ${device}`
  const read: Entry[] = []
  for (const [seq, bytes] of entries.entries()) {
    const entry = parseEntry(bytes, seq, `${where} entry ${seq}`)
    if (!entry.ok) return { illegal: entry.error, programs: [] }
    read.push(entry.value)
  }
  const day = replayDay(read, where)
  return day.ok ? { programs: day.value.programs } : { illegal: day.error, programs: [] }
}

/** A journal with what was noted of entries that joined it. */
export function withNoted(journal: HeldJournal, { closings, declarations, takeover }: Noted): HeldJournal {
  const last = closings.at(-1) ?? journal.closing
  const before = closings.length > 0 ? [] : journal.dead
  const casts = [journal.fewestCasts ?? [], closings.map((closing) => closing.casts)].flat()
  const since = declarations.filter(({ seq }) => last !== undefined && seq > last.seq)
  return {
    ...journal,
    dead: [...before, ...since.map(({ device }) => device)],
    ...(last && { closing: last }),
    ...(casts.length > 0 && { fewestCasts: Math.min(...casts) }),
    ...(takeover && { takeover: { origin: takeover.origin, size: takeover.size, root: takeover.root } }),
  }
}
