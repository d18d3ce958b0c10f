/** What is noted of entries when they join a journal, so that no decision has to read them again: closing, takeover, declarations, programs, a legal day. */
import { deviceNamedIn } from '../../core/bundle/names.ts'
import { replayDay } from '../../core/journal/day.ts'
import { type Entry, parseEntry } from '../../core/journal/entry.ts'
import type { Refusal } from '../../core/result.ts'
import type { Closing, HeldJournal, TakenOver } from './store.ts'

/** A spare's journal takes another over in this entry, or none does. */
const TAKEOVER_ENTRY = 1

/** Canonical JSON writes a type in this way only, and no text within an entry can hold it: quotes are escaped there. */
const MARKS = (
  ['takeover', 'polls.closed', 'device.declared_dead', 'journal.opened', 'device.started'] as const
).map((type) => Buffer.from(`"type":"${type}"`))

/** So many programs of a journal are noted, the first: two already tell that it was changed, and whoever starts another one at each entry fills no disk. */
export const MOST_PROGRAMS = 8

const DEVICE = /^[a-z0-9][a-z0-9.-]{0,63}$/

export interface Noted {
  readonly closings: readonly Closing[]
  readonly declarations: readonly { readonly seq: number; readonly device: string }[]
  readonly takeover: (TakenOver & { readonly device: string }) | undefined
  /** Each program that was started, also where it is the one that ran before. */
  readonly started: readonly StartedProgram[]
}

/** What an entry names as the program that runs from then on. */
interface StartedProgram {
  readonly seq: number
  readonly program: string
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
    started: told.flatMap((entry) =>
      entry.type === 'journal.opened' || entry.type === 'device.started'
        ? [{ seq: entry.seq, program: entry.program }]
        : [],
    ),
  }
}

function takeoverIn(entry: Entry): Noted['takeover'] {
  if (entry.type !== 'takeover' || entry.seq !== TAKEOVER_ENTRY) return undefined
  const { origin, size, root } = entry
  const device = deviceNamedIn(origin)
  return device === undefined ? undefined : { origin, size, root, device }
}

/** The starts that changed the program, as far as they are noted beside those before. */
export function programChanges(
  before: readonly string[],
  started: readonly StartedProgram[],
): readonly StartedProgram[] {
  const changes = started.filter(
    ({ program }, i) => program !== (i === 0 ? before.at(-1) : started[i - 1]?.program),
  )
  return changes.slice(0, Math.max(0, MOST_PROGRAMS - before.length))
}

/** Why the day that these entries tell, a closed journal so far, was never legal. */
export function judgeDay(device: string, entries: readonly Uint8Array[]): Refusal | undefined {
  const where = `journal of ${device}`
  const read: Entry[] = []
  for (const [seq, bytes] of entries.entries()) {
    const entry = parseEntry(bytes, seq, `${where} entry ${seq}`)
    if (!entry.ok) return entry.error
    read.push(entry.value)
  }
  const day = replayDay(read, where)
  return day.ok ? undefined : day.error
}

/** A journal with what was noted of entries that joined it. */
export function withNoted(
  journal: HeldJournal,
  { closings, declarations, takeover, started }: Noted,
): HeldJournal {
  const last = closings.at(-1) ?? journal.closing
  const before = closings.length > 0 ? [] : journal.dead
  const casts = [journal.fewestCasts ?? [], closings.map((closing) => closing.casts)].flat()
  const since = declarations.filter(({ seq }) => last !== undefined && seq > last.seq)
  return {
    ...journal,
    dead: [...before, ...since.map(({ device }) => device)],
    programs: [
      ...journal.programs,
      ...programChanges(journal.programs, started).map(({ program }) => program),
    ],
    ...(last && { closing: last }),
    ...(casts.length > 0 && { fewestCasts: Math.min(...casts) }),
    ...(takeover && { takeover: { origin: takeover.origin, size: takeover.size, root: takeover.root } }),
  }
}
