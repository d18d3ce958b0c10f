/**
 * What a journal says of the day so far, and whether its events came in a legal order. The device derives where it stands from
 * this at every start, and the auditor checks the same. The rules in words: `docs/formats.md`.
 */
import { BATCH_SIZE, POOL_PLACES } from '../ballot-box/pool.ts'
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

type OfficerRole = (Entry & { readonly type: 'officer.admitted' })['role']

export interface Day {
  /** Number of entries taken in. */
  readonly size: number
  readonly origin: string
  readonly certificate: string
  readonly packageHash: string
  readonly random: 'system' | 'seeded, not secret'
  /** The entry before the next one. */
  readonly last: Entry
  /** The first entry earlier than the one before it, and how many there are. No rule is broken: clocks get set. */
  readonly clockWentBack?: { readonly entry: number; readonly times: number }
  readonly polls: 'closed' | 'open' | 'paused' | 'finished'
  /** The zero report was printed, with proof. */
  readonly zeroReport: boolean
  readonly casts: number
  readonly voids: number
  readonly batches: readonly SealedBatch[]
  /** Ballots in sealed batches. */
  readonly sealed: number
  /** The minutes were printed, with proof. */
  readonly minutes: boolean
  /** The totals were printed, with proof. */
  readonly totals: boolean
  /** Why nobody may vote on this device any more. */
  readonly stopped?: (Entry & { readonly type: 'device.stopped' })['why']
  /** Size of the journal that each officer's card carries away. */
  readonly carried: Readonly<Partial<Record<OfficerRole, number>>>
  /** Ids of day keys that were drawn here. */
  readonly drawnKeys: readonly string[]
  /** Those of them of which two officers' cards took their shares: some device may have opened with them. */
  readonly sharedKeys: readonly string[]
  /** Neighbours that showed two histories or two journals. */
  readonly alarms: readonly (Entry & { readonly type: 'witness.alarm' })[]
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
  if (isLastBatchSealed(day) && entry.type !== 'polls.closed')
    return bad('every ballot is in a batch: nothing but the closing may follow the last batch')
  if (day.stopped !== undefined && VOTING.has(entry.type)) return bad('the device had to stop before')
  const next = { ...day, size: day.size + 1, last: entry, ...clockAnomaly(day, entry) }
  switch (entry.type) {
    case 'polls.opened':
      if (day.polls !== 'closed') return bad('polls were already open')
      if (!day.zeroReport) return bad('no zero report was printed before')
      if (entry.executive === entry.supervisory) return bad(ONE_OFFICER)
      return ok({ ...next, polls: 'open', openedAt: entry.at })
    case 'polls.paused':
      if (day.polls === 'closed') return bad('polls were not open')
      return ok({ ...next, polls: 'paused', incidents: [...day.incidents, entry] })
    case 'polls.resumed': {
      if (day.polls !== 'paused') return bad('polls were not paused')
      const [one, other] = entry.by
      if (one?.certificate === other?.certificate || one?.role === other?.role) return bad(ONE_OFFICER)
      return ok({ ...next, polls: 'open', incidents: [...day.incidents, entry] })
    }
    case 'ballot.cast':
      if (day.polls !== 'open') return bad('polls were not open')
      if (entry.count !== day.casts + 1) return bad(`count ${entry.count} after ${day.casts}`)
      return ok({ ...next, casts: entry.count })
    case 'slip.voided':
      if (day.polls === 'closed') return bad('polls were not open')
      if (entry.count !== day.voids + 1) return bad(`count ${entry.count} after ${day.voids}`)
      return ok({ ...next, voids: entry.count })
    case 'batch.sealed': {
      const problem = findBatchProblem(day, entry)
      if (problem !== undefined) return bad(problem)
      const batch = { batch: entry.batch, count: entry.count, root: entry.root, seq: entry.seq }
      return ok({ ...next, sealed: day.sealed + entry.count, batches: [...day.batches, batch] })
    }
    case 'polls.closed': {
      if (day.polls === 'closed') return bad('polls were not open')
      const { casts, voids, batches } = entry
      if (casts !== day.casts || voids !== day.voids || batches !== day.batches.length) {
        return bad('its counts are not those of the entries before it')
      }
      if (entry.executive === entry.supervisory) return bad(ONE_OFFICER)
      if (day.sealed !== day.casts) return bad(`${day.casts} ballots cast but ${day.sealed} sealed`)
      return ok({ ...next, polls: 'finished', closedAt: entry.at, closing: entry })
    }
    case 'printer.trouble':
    case 'printer.paper_low':
    case 'line.lost':
    case 'line.restored':
    case 'tamper.opened':
    case 'officer.card_damaged':
    case 'officer.pin_wrong':
      return ok({ ...next, incidents: [...day.incidents, entry] })
    case 'witness.alarm':
      return ok({ ...next, incidents: [...day.incidents, entry], alarms: [...day.alarms, entry] })
    case 'device.stopped':
      return ok({ ...next, incidents: [...day.incidents, entry], stopped: entry.why })
    case 'day_key.drawn':
      if (day.polls !== 'closed') return bad('polls were already open')
      return ok({ ...next, drawnKeys: [...day.drawnKeys, entry.id] })
    case 'day_key.shared':
      if (!day.drawnKeys.includes(entry.id)) return bad('that key was not drawn here')
      return ok({ ...next, sharedKeys: [...day.sharedKeys, entry.id] })
    case 'officer.admitted':
      return ok({ ...next, carried: { ...day.carried, [entry.role]: next.size } })
    case 'report.printed':
      if ((entry.report === 'zero') === (day.polls === 'finished'))
        return bad('this report is not printed now')
      return ok({
        ...next,
        zeroReport: day.zeroReport || entry.report === 'zero',
        minutes: day.minutes || entry.report === 'minutes',
        totals: day.totals || entry.report === 'totals',
      })
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
  'printer.paper_low',
  'line.lost',
  'line.restored',
  'tamper.opened',
  'officer.admitted',
  'officer.card_damaged',
  'officer.pin_wrong',
  'witness.alarm',
  'device.stopped',
])

/** What a device that had to stop never writes again. */
const VOTING: ReadonlySet<Entry['type']> = new Set([
  'polls.opened',
  'polls.resumed',
  'ballot.cast',
  'batch.sealed',
  'polls.closed',
])

const ONE_OFFICER = 'two different officers are needed, each with a certificate and a role of their own'

/** Only the last batch leaves nothing waiting: the pool keeps 32 of 64 ballots when it seals a batch of 32. */
function isLastBatchSealed({ polls, casts, sealed }: Day): boolean {
  return polls !== 'finished' && casts > 0 && sealed === casts
}

/**
 * Why a batch cannot be sealed now. Pools are per ballot style and the journal names no style (`docs/decisions/0002`), so of the 64 ballots
 * of one style that a batch of 32 is drawn from it shows only that so many waited.
 */
function findBatchProblem(day: Day, { batch, count }: Entry & { type: 'batch.sealed' }): string | undefined {
  const waiting = day.casts - day.sealed
  if (day.polls === 'closed') return 'polls were not open'
  if (batch !== day.batches.length + 1) return `batch ${batch} after ${day.batches.length}`
  if (count === 0 || count > waiting) return `${count} ballots sealed but ${waiting} waited`
  // The last batch: whatever remained.
  if (count === waiting) return undefined
  if (count !== BATCH_SIZE) return `${count} ballots sealed: it is ${BATCH_SIZE} of them, or at closing all`
  if (waiting < POOL_PLACES) return `${count} ballots drawn from ${waiting}: fewer than ${POOL_PLACES} waited`
  return day.last.type === 'ballot.cast' ? undefined : 'no ballot was cast directly before'
}

/** Noted if the entry says an earlier time than the one before it; the text form of times sorts as they do. */
function clockAnomaly({ last, clockWentBack }: Day, { at, seq }: Entry): Pick<Day, 'clockWentBack'> {
  if (at >= last.at) return {}
  const { entry, times } = clockWentBack ?? { entry: seq, times: 0 }
  return { clockWentBack: { entry, times: times + 1 } }
}

function openedDay(entry: Entry & { readonly type: 'journal.opened' }): Day {
  return {
    size: 1,
    origin: entry.origin,
    certificate: entry.certificate,
    packageHash: entry.package,
    random: entry.random,
    last: entry,
    polls: 'closed',
    zeroReport: false,
    casts: 0,
    voids: 0,
    batches: [],
    sealed: 0,
    minutes: false,
    totals: false,
    carried: {},
    drawnKeys: [],
    sharedKeys: [],
    alarms: [],
    incidents: [],
  }
}
