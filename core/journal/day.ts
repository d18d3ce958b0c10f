/**
 * What a journal says of the day so far, and whether its events came in a legal order. The device derives where it stands from
 * this at every start, and the auditor checks the same. The rules in words: `docs/formats.md`.
 */
import { fail, ok, type Refusal, type Result, refuse } from '../result.ts'
import type { MediumName } from './catalogue.ts'
import {
  AFTER_THE_END,
  batchCount,
  findBatchProblem,
  findDeclarationProblem,
  findOrderProblem,
  findTakeoverProblem,
  isLastBatchSealed,
  lockOf,
  ONE_OFFICER,
  VOTING,
} from './day-rules.ts'
import type { Entry } from './entry.ts'

/** A batch as the journal names it; `seq` is the entry that does. */
export interface SealedBatch {
  readonly batch: number
  readonly count: number
  readonly root: string
  readonly seq: number
}

type OfficerRole = (Entry & { readonly type: 'officer.admitted' })['role']

/** That two officers declared a neighbour dead. */
export type DeclaredDead = Entry & { readonly type: 'device.declared_dead' }

/** An order of the election office that was taken. */
export type AcceptedOrder = Entry & { readonly type: 'order.accepted' }

export interface Day {
  /** Number of entries taken in. */
  readonly size: number
  readonly origin: string
  readonly certificate: string
  readonly packageHash: string
  readonly random: 'system' | 'seeded, not secret'
  /** Programs that ran, as SHA-256 over their files; the one before is not said again. */
  readonly programs: readonly string[]
  /** The entry before the next one. */
  readonly last: Entry
  /** The first entry earlier than the one before it, and how many there are. No rule is broken: clocks get set. */
  readonly clockWentBack?: { readonly entry: number; readonly times: number }
  readonly polls: 'closed' | 'open' | 'paused' | 'finished'
  /** The zero report was printed, with proof. */
  readonly zeroReport: boolean
  /** Of a spare: what it took over. Its counts go on from there. */
  readonly adopted?: Entry & { readonly type: 'takeover' }
  readonly casts: number
  readonly voids: number
  /** Those that this journal names; before them come those of the journal that it took over. */
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
  /** Storage media that do not count: one at most, for somebody has to tell it. */
  readonly lostMedia: readonly MediumName[]
  /** Neighbours that showed two histories or two journals. */
  readonly alarms: readonly (Entry & { readonly type: 'witness.alarm' })[]
  /** Neighbours that two officers declared dead here. */
  readonly dead: readonly DeclaredDead[]
  /** Orders that were taken, by their numbers. */
  readonly orders: readonly AcceptedOrder[]
  /** Openings of tamper switches, as the I/O board had counted them last. */
  readonly openings?: number
  readonly power: (Entry & { readonly type: 'power.changed' })['power']
  readonly temperature: (Entry & { readonly type: 'temperature.changed' })['temperature']
  readonly room: (Entry & { readonly type: 'storage.changed' })['room']
  /** Where the clock stands, as it was last told. */
  readonly clock: (Entry & { readonly type: 'clock.checked' })['stands']
  readonly openedAt?: string
  readonly closedAt?: string
  readonly closing?: Entry & { readonly type: 'polls.closed' }
  /** A tamper switch was opened, or nobody could have seen it, since two officers last let voting begin or go on. */
  readonly tampered: boolean
  /** Entries a poll worker or auditor wants to see in the minutes. */
  readonly incidents: readonly Entry[]
}

/** Reads whole entries in order into a day; the first that does not fit is named. */
export function replayDay(entries: Iterable<Entry>, where: string): Result<Day> {
  const replay = new DayReplay(where)
  for (const entry of entries) {
    const refusal = replay.take(entry)
    if (refusal !== undefined) return fail(refusal)
  }
  return replay.day()
}

/** The day after one more entry, or why that entry cannot stand there. */
export function stepDay(day: Day | undefined, entry: Entry, where: string): Result<Day> {
  const replay = new DayReplay(where, day)
  const refusal = replay.take(entry)
  return refusal === undefined ? replay.day() : fail(refusal)
}

/** A day that changes in place, so that a long journal costs no copy for each of its entries. */
type Draft = { -readonly [K in keyof Day]: Day[K] } & {
  readonly batches: SealedBatch[]
  readonly incidents: Entry[]
  readonly alarms: (Entry & { readonly type: 'witness.alarm' })[]
  readonly dead: DeclaredDead[]
  readonly orders: AcceptedOrder[]
  readonly programs: string[]
  readonly drawnKeys: string[]
  readonly sharedKeys: string[]
  readonly carried: Partial<Record<OfficerRole, number>>
}

/** Takes the entries of one journal in, in order; after the first that does not fit it is of no more use. */
export class DayReplay {
  readonly #where: string
  readonly #drawn: Set<string>
  #day: Draft | undefined

  /**
   * @param where the file or table; an entry is named behind it
   * @param day to go on from; it stays as it is
   */
  constructor(where: string, day?: Day) {
    this.#where = where
    this.#day = day && draftOf(day)
    this.#drawn = new Set(day?.drawnKeys)
  }

  /** The day so far. It goes on changing with every entry that is taken in; refused if there was none. */
  day(): Result<Day> {
    if (this.#day !== undefined) return ok(this.#day)
    return refuse(
      'journal.empty',
      this.#where,
      'the journal has no entries',
      'Get the bundle again from the device.',
    )
  }

  /** Takes in one more entry. @returns why it cannot stand there */
  take(entry: Entry): Refusal | undefined {
    const what = this.#findProblem(entry)
    if (what === undefined) return undefined
    return {
      code: 'journal.order',
      where: `${this.#where} entry ${entry.seq} (${entry.type})`,
      what,
      next: 'The journal does not tell a legal day: keep it and have it examined.',
    }
  }

  #findProblem(entry: Entry): string | undefined {
    const day = this.#day
    if (day === undefined) {
      if (entry.type !== 'journal.opened' || entry.seq !== 0) return 'the first entry must be journal.opened'
      this.#day = openedDay(entry)
      return undefined
    }
    if (entry.seq !== day.size) return `it stands where entry ${day.size} belongs`
    if (entry.type === 'journal.opened') return 'the journal is opened a second time'
    if (day.polls === 'finished' && !AFTER_THE_END.has(entry.type))
      return 'polls were already closed for good'
    if (isLastBatchSealed(day) && entry.type !== 'polls.closed')
      return 'every ballot is in a batch: nothing but the closing may follow the last batch'
    if (day.stopped !== undefined && VOTING.has(entry.type)) return 'the device had to stop before'
    const problem = this.#takeEvent(day, entry)
    if (problem !== undefined) return problem
    noteClock(day, entry)
    day.size += 1
    day.last = entry
    return undefined
  }

  /** What the event itself asks for and changes. */
  #takeEvent(day: Draft, entry: Exclude<Entry, { readonly type: 'journal.opened' }>): string | undefined {
    switch (entry.type) {
      case 'takeover':
        return takeOver(day, entry)
      case 'polls.opened':
        if (day.polls !== 'closed') return 'polls were already open'
        if (!day.zeroReport) return 'no zero report was printed before'
        if (entry.executive === entry.supervisory) return ONE_OFFICER
        day.polls = 'open'
        day.tampered = false
        day.openedAt = entry.at
        return undefined
      case 'polls.paused':
        if (day.polls === 'closed') return 'polls were not open'
        day.polls = 'paused'
        day.tampered ||= entry.reason === 'tamper'
        day.incidents.push(entry)
        return undefined
      case 'polls.resumed': {
        if (day.polls !== 'paused') return 'polls were not paused'
        const [one, other] = entry.by
        if (one?.certificate === other?.certificate || one?.role === other?.role) return ONE_OFFICER
        day.polls = 'open'
        day.tampered = false
        day.incidents.push(entry)
        return undefined
      }
      case 'ballot.cast': {
        if (day.polls !== 'open') return 'polls were not open'
        const lock = lockOf(day)
        if (lock !== undefined) return `order ${lock.number} had locked the device`
        if (entry.count !== day.casts + 1) return `count ${entry.count} after ${day.casts}`
        day.casts = entry.count
        return undefined
      }
      case 'slip.voided':
        if (day.polls === 'closed') return 'polls were not open'
        if (entry.count !== day.voids + 1) return `count ${entry.count} after ${day.voids}`
        day.voids = entry.count
        return undefined
      case 'batch.sealed': {
        const problem = findBatchProblem(day, entry)
        if (problem !== undefined) return problem
        const { batch, count, root, seq } = entry
        day.sealed += count
        day.batches.push({ batch, count, root, seq })
        return undefined
      }
      case 'polls.closed':
        return closeDay(day, entry)
      case 'printer.trouble':
      case 'printer.paper_low':
      case 'line.lost':
      case 'line.restored':
      case 'officer.card_damaged':
      case 'officer.pin_wrong':
      case 'slip.miscounted':
      case 'storage.failed':
      case 'entries.left_out':
      case 'clock.jumped':
        day.incidents.push(entry)
        return undefined
      case 'medium.lost':
        if (day.lostMedia.length > 0) return `medium ${day.lostMedia.join()} was lost before`
        day.lostMedia = [entry.medium]
        day.incidents.push(entry)
        return undefined
      case 'medium.restored':
        if (!day.lostMedia.includes(entry.medium)) return 'that medium was not lost'
        day.lostMedia = []
        day.incidents.push(entry)
        return undefined
      case 'power.changed':
        day.incidents.push(entry)
        day.power = entry.power
        return undefined
      case 'temperature.changed':
        day.incidents.push(entry)
        day.temperature = entry.temperature
        return undefined
      case 'storage.changed':
        day.incidents.push(entry)
        day.room = entry.room
        return undefined
      case 'clock.checked':
        day.incidents.push(entry)
        day.clock = entry.stands
        return undefined
      case 'tamper.counted':
        day.openings = entry.openings
        return undefined
      case 'tamper.opened':
        day.incidents.push(entry)
        day.tampered = true
        return undefined
      case 'witness.alarm':
        day.incidents.push(entry)
        day.alarms.push(entry)
        return undefined
      case 'device.stopped':
        day.incidents.push(entry)
        day.stopped = entry.why
        return undefined
      case 'device.declared_dead': {
        const problem = findDeclarationProblem(day, entry)
        if (problem !== undefined) return problem
        day.incidents.push(entry)
        day.dead.push(entry)
        // They are printed once more, with it.
        day.minutes = false
        return undefined
      }
      case 'order.accepted': {
        const problem = findOrderProblem(day, entry)
        if (problem !== undefined) return problem
        day.incidents.push(entry)
        day.orders.push(entry)
        return undefined
      }
      case 'day_key.drawn':
        if (day.polls !== 'closed') return 'polls were already open'
        day.drawnKeys.push(entry.id)
        this.#drawn.add(entry.id)
        return undefined
      case 'day_key.shared':
        if (!this.#drawn.has(entry.id)) return 'that key was not drawn here'
        day.sharedKeys.push(entry.id)
        return undefined
      case 'officer.admitted':
        day.carried[entry.role] = day.size + 1
        return undefined
      case 'report.printed':
        if ((entry.report === 'zero') === (day.polls === 'finished')) return 'this report is not printed now'
        if (entry.report === 'zero') day.zeroReport = true
        else if (entry.report === 'minutes') day.minutes = true
        else day.totals = true
        return undefined
      case 'device.started':
        if (day.programs.at(-1) !== entry.program) day.programs.push(entry.program)
        return undefined
      case 'card.refused':
      case 'card.released':
        return undefined
    }
  }
}

function takeOver(day: Draft, entry: Entry & { readonly type: 'takeover' }): string | undefined {
  const problem = findTakeoverProblem(day, entry)
  if (problem !== undefined) return problem
  day.adopted = entry
  day.casts = entry.casts
  day.voids = entry.voids
  day.sealed = entry.casts - entry.pooled
  day.polls = 'open'
  day.openedAt = entry.at
  day.incidents.push(entry)
  return undefined
}

function closeDay(day: Draft, entry: Entry & { readonly type: 'polls.closed' }): string | undefined {
  if (day.polls === 'closed') return 'polls were not open'
  const { casts, voids, batches } = entry
  if (casts !== day.casts || voids !== day.voids || batches !== batchCount(day))
    return 'its counts are not those of the entries before it'
  if (entry.executive === entry.supervisory) return ONE_OFFICER
  if (day.sealed !== day.casts) return `${day.casts} ballots cast but ${day.sealed} sealed`
  day.polls = 'finished'
  day.closedAt = entry.at
  day.closing = entry
  return undefined
}

/** Noted if the entry says an earlier time than the one before it; the text form of times sorts as they do. */
function noteClock(day: Draft, { at, seq }: Entry): void {
  if (at >= day.last.at) return
  const { entry, times } = day.clockWentBack ?? { entry: seq, times: 0 }
  day.clockWentBack = { entry, times: times + 1 }
}

function draftOf(day: Day): Draft {
  return {
    ...day,
    batches: [...day.batches],
    incidents: [...day.incidents],
    alarms: [...day.alarms],
    dead: [...day.dead],
    orders: [...day.orders],
    programs: [...day.programs],
    drawnKeys: [...day.drawnKeys],
    sharedKeys: [...day.sharedKeys],
    carried: { ...day.carried },
  }
}

function openedDay(entry: Entry & { readonly type: 'journal.opened' }): Draft {
  return {
    size: 1,
    origin: entry.origin,
    certificate: entry.certificate,
    packageHash: entry.package,
    random: entry.random,
    programs: [entry.program],
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
    lostMedia: [],
    alarms: [],
    dead: [],
    orders: [],
    power: 'mains',
    temperature: 'fine',
    room: 'enough',
    clock: 'in-the-day',
    tampered: false,
    incidents: [],
  }
}
