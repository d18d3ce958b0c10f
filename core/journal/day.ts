/**
 * What a journal says of the day so far, and whether its events came in a legal order. The device derives where it stands from
 * this at every start, and the auditor checks the same.
 */
import type { Result } from '../result.ts'
import { ok, refuse } from '../result.ts'
import type { Entry } from './entry.ts'

/** A batch as the journal names it; `seq` is the entry that does. */
export interface SealedBatch {
  readonly batch: number
  readonly count: number
  readonly root: string
  readonly seq: number
}

export interface Day {
  /** Number of entries taken in. */
  readonly size: number
  readonly origin: string
  readonly certificate: string
  readonly packageHash: string
  readonly random: 'system' | 'seeded, not secret'
  readonly polls: 'closed' | 'open' | 'paused' | 'finished'
  readonly casts: number
  readonly voids: number
  readonly batches: readonly SealedBatch[]
  /** Ballots in sealed batches. */
  readonly sealed: number
  /** The minutes were printed, with proof. */
  readonly minutes: boolean
  readonly openedAt?: string
  readonly closedAt?: string
  readonly closing?: Entry & { readonly type: 'polls.closed' }
  /** Entries a poll worker or auditor wants to see in the minutes. */
  readonly incidents: readonly Entry[]
}

/** Reads whole entries in order into a day; the first that does not fit is named. */
export function replayDay(entries: readonly Entry[], where: string): Result<Day> {
  let day: Day | undefined
  for (const entry of entries) {
    const next = stepDay(day, entry, where)
    if (!next.ok) return next
    day = next.value
  }
  if (day !== undefined) return ok(day)
  return refuse('journal.empty', where, 'the journal has no entries', 'Get the bundle again from the device.')
}

/** The day after one more entry, or why that entry cannot stand there. */
export function stepDay(day: Day | undefined, entry: Entry, where: string): Result<Day> {
  const bad = (what: string) =>
    refuse(
      'journal.order',
      `${where} entry ${entry.seq} (${entry.type})`,
      what,
      'The journal does not tell a legal day: keep it and have it examined.',
    )
  if (day === undefined) {
    if (entry.type !== 'journal.opened' || entry.seq !== 0)
      return bad('the first entry must be journal.opened')
    return ok(openedDay(entry))
  }
  if (entry.seq !== day.size) return bad(`it stands where entry ${day.size} belongs`)
  if (entry.type === 'journal.opened') return bad('the journal is opened a second time')
  if (day.polls === 'finished' && !AFTER_THE_END.has(entry.type))
    return bad('polls were already closed for good')
  const next = { ...day, size: day.size + 1 }
  switch (entry.type) {
    case 'polls.opened':
      if (day.polls !== 'closed') return bad('polls were already open')
      return ok({ ...next, polls: 'open', openedAt: entry.at })
    case 'polls.paused':
      if (day.polls === 'closed') return bad('polls were not open')
      return ok({ ...next, polls: 'paused', incidents: [...day.incidents, entry] })
    case 'polls.resumed':
      if (day.polls !== 'paused') return bad('polls were not paused')
      return ok({ ...next, polls: 'open', incidents: [...day.incidents, entry] })
    case 'ballot.cast':
      if (day.polls !== 'open') return bad('polls were not open')
      if (entry.count !== day.casts + 1) return bad(`count ${entry.count} after ${day.casts}`)
      return ok({ ...next, casts: entry.count })
    case 'slip.voided':
      if (day.polls === 'closed') return bad('polls were not open')
      if (entry.count !== day.voids + 1) return bad(`count ${entry.count} after ${day.voids}`)
      return ok({ ...next, voids: entry.count })
    case 'batch.sealed': {
      if (day.polls === 'closed') return bad('polls were not open')
      if (entry.batch !== day.batches.length + 1)
        return bad(`batch ${entry.batch} after ${day.batches.length}`)
      const sealed = day.sealed + entry.count
      if (entry.count === 0 || sealed > day.casts)
        return bad(`${sealed} ballots sealed but ${day.casts} cast`)
      const batch = { batch: entry.batch, count: entry.count, root: entry.root, seq: entry.seq }
      return ok({ ...next, sealed, batches: [...day.batches, batch] })
    }
    case 'polls.closed': {
      if (day.polls === 'closed') return bad('polls were not open')
      const { casts, voids, batches } = entry
      if (casts !== day.casts || voids !== day.voids || batches !== day.batches.length) {
        return bad('its counts are not those of the entries before it')
      }
      if (day.sealed !== day.casts) return bad(`${day.casts} ballots cast but ${day.sealed} sealed`)
      return ok({ ...next, polls: 'finished', closedAt: entry.at, closing: entry })
    }
    case 'printer.trouble':
    case 'line.lost':
    case 'line.restored':
    case 'tamper.opened':
    case 'officer.pin_wrong':
      return ok({ ...next, incidents: [...day.incidents, entry] })
    case 'report.printed':
      if ((entry.report === 'minutes') !== (day.polls === 'finished'))
        return bad('this report is not printed now')
      return ok({ ...next, minutes: day.minutes || entry.report === 'minutes' })
    case 'device.started':
    case 'card.refused':
      return ok(next)
  }
}

/** What may still happen to a device whose polls are closed for good. */
const AFTER_THE_END: ReadonlySet<Entry['type']> = new Set([
  'report.printed',
  'device.started',
  'printer.trouble',
  'line.lost',
  'line.restored',
  'tamper.opened',
  'officer.pin_wrong',
])

function openedDay(entry: Entry & { readonly type: 'journal.opened' }): Day {
  return {
    size: 1,
    origin: entry.origin,
    certificate: entry.certificate,
    packageHash: entry.package,
    random: entry.random,
    polls: 'closed',
    casts: 0,
    voids: 0,
    batches: [],
    sealed: 0,
    minutes: false,
    incidents: [],
  }
}
