/**
 * What a journal tells of one device's day, entry by entry. Of when ballots were cast it keeps how many each half hour, and where a silence began
 * and ended: the journal has the second, which is public (who voted when may be known, what they chose may not), and a story needs less.
 */
import type { Day } from '../../core/journal/day.ts'
import type { Entry } from '../../core/journal/entry.ts'
import { HALF_HOUR_MS, halfHourOf, halfHoursOf, type PollingWindow } from './polling-window.ts'

type EntryOf<T extends Entry['type']> = Entry & { readonly type: T }
export type Polls = Day['polls']
export type Peripheral = EntryOf<'line.lost'>['peripheral']
type MediumName = EntryOf<'medium.lost'>['medium']

/** Entries that are counted and not told one by one. */
type Counted = 'ballot.cast' | 'batch.sealed' | 'card.refused' | 'card.released' | 'tamper.counted'
export type ToldEntry = Exclude<Entry, { readonly type: Counted }>

/** Something that happened, maybe several times with nothing else in between. */
export interface ToldEvent {
  readonly entry: ToldEntry
  readonly times: number
  /** Milliseconds since 1970, of the last of them. */
  readonly until: number
  /** How long voting was stopped or a line was lost, if this ended it. */
  readonly afterMs?: number
}

/** A stretch of time; null where the journal does not tell its end. */
export interface Stretch {
  readonly from: number
  readonly until: number | null
}

export interface DayStory {
  readonly first: EntryOf<'journal.opened'>
  /** The day after the last entry. */
  readonly day: Day
  /** Milliseconds since 1970, of the first and the last entry of the polling day; undefined if none is of that day. */
  readonly seen: { readonly from: number; readonly until: number } | undefined
  readonly events: readonly ToldEvent[]
  /** Ballots cast in each half hour of the polling day. */
  readonly halfHours: readonly number[]
  /** Ballots that the clock says were cast on another day. */
  readonly castsOutside: number
  /** While polls were open, no entry for half an hour or longer. */
  readonly silences: readonly Stretch[]
  /** Starts of the program after the first. */
  readonly restarts: readonly number[]
  readonly pauses: readonly (Stretch & { readonly reason: EntryOf<'polls.paused'>['reason'] })[]
  readonly outages: readonly (Stretch & { readonly peripheral: Peripheral })[]
  /** When the device wrote on one storage medium only. */
  readonly media: readonly (Stretch & Pick<EntryOf<'medium.lost'>, 'medium' | 'why'>)[]
  readonly troubles: ReadonlyMap<EntryOf<'printer.trouble'>['trouble'], number>
  /** When the printer had a trouble, and when there was an alarm or the device stopped for good. */
  readonly troubled: readonly number[]
  readonly alarmed: readonly number[]
  readonly refusedCards: ReadonlyMap<EntryOf<'card.refused'>['reason'], number>
  readonly tampers: readonly number[]
  readonly wrongPins: number
  readonly peripherals: ReadonlyMap<string, string>
  readonly polls: readonly (Stretch & { readonly state: Polls })[]
}

/** Silence shorter than this is a quiet hour, not a gap. */
export const SILENCE_MS = HALF_HOUR_MS

type Open<T> = { -readonly [K in keyof T]: T[K] }

/** What grows while entries are taken in. */
interface Growing {
  readonly events: Open<ToldEvent>[]
  readonly halfHours: number[]
  readonly silences: Stretch[]
  readonly restarts: number[]
  readonly pauses: Open<DayStory['pauses'][number]>[]
  readonly outages: Open<DayStory['outages'][number]>[]
  readonly media: Open<DayStory['media'][number]>[]
  readonly troubles: Map<EntryOf<'printer.trouble'>['trouble'], number>
  readonly troubled: number[]
  readonly alarmed: number[]
  readonly refusedCards: Map<EntryOf<'card.refused'>['reason'], number>
  readonly tampers: number[]
  readonly peripherals: Map<string, string>
  readonly polls: Open<DayStory['polls'][number]>[]
}
type Draft = Omit<Open<DayStory>, keyof Growing> & Growing

/** What begins with one entry and ends with another. */
type Unended = Peripheral | MediumName | 'pause'

/** Takes in the entries of a legal day, in order. */
export class StoryTeller {
  readonly #window: PollingWindow
  readonly #story: Draft
  /** What has no end yet. */
  readonly #unended = new Map<Unended, Open<Stretch>[]>()
  #last: number
  #started = false

  /** @param day the day after the first entry */
  constructor(first: EntryOf<'journal.opened'>, day: Day, window: PollingWindow) {
    this.#window = window
    this.#last = Date.parse(first.at)
    this.#story = {
      first,
      day,
      seen: undefined,
      events: [],
      halfHours: Array.from({ length: halfHoursOf(window) }, () => 0),
      castsOutside: 0,
      silences: [],
      restarts: [],
      pauses: [],
      outages: [],
      media: [],
      troubles: new Map(),
      troubled: [],
      alarmed: [],
      refusedCards: new Map(),
      tampers: [],
      wrongPins: 0,
      peripherals: new Map(),
      polls: [{ state: 'closed', from: this.#last, until: null }],
    }
    this.#see(this.#last)
    this.#tell(first, this.#last)
  }

  /** Takes the next entry. @param day the day after it */
  take(entry: Entry, day: Day): void {
    const story = this.#story
    const at = Date.parse(entry.at)
    const before = story.polls.at(-1)
    if (before?.state === 'open' && at - this.#last >= SILENCE_MS)
      story.silences.push({ from: this.#last, until: at })
    this.#last = at
    this.#see(at)
    if (before !== undefined && before.state !== day.polls) {
      before.until = at
      story.polls.push({ state: day.polls, from: at, until: null })
    }
    this.#takeEvent(entry, at)
  }

  /** The story so far. */
  story(day: Day): DayStory {
    return { ...this.#story, day }
  }

  #takeEvent(entry: Entry, at: number): void {
    const story = this.#story
    switch (entry.type) {
      case 'ballot.cast': {
        const half = halfHourOf(at, this.#window)
        if (half === undefined) story.castsOutside += 1
        else story.halfHours[half] = (story.halfHours[half] ?? 0) + 1
        return
      }
      case 'batch.sealed':
      case 'card.released':
      case 'tamper.counted':
        return
      case 'card.refused':
        addOne(story.refusedCards, entry.reason)
        return
      case 'device.started':
        if (this.#started) story.restarts.push(at)
        this.#started = true
        for (const [name, text] of Object.entries(entry.peripherals)) story.peripherals.set(name, text)
        break
      case 'polls.paused':
        this.#begin('pause', story.pauses, { reason: entry.reason, from: at, until: null })
        break
      case 'polls.resumed': {
        const lasted = this.#end('pause', at)
        this.#tell(entry, at, lasted)
        return
      }
      case 'polls.closed':
        this.#end('pause', at)
        break
      case 'line.lost':
        this.#begin(entry.peripheral, story.outages, { peripheral: entry.peripheral, from: at, until: null })
        break
      case 'line.restored': {
        const lasted = this.#end(entry.peripheral, at)
        this.#tell(entry, at, lasted)
        return
      }
      case 'medium.lost': {
        const { medium, why } = entry
        this.#begin(medium, story.media, { medium, why, from: at, until: null })
        break
      }
      case 'medium.restored': {
        const lasted = this.#end(entry.medium, at)
        this.#tell(entry, at, lasted)
        return
      }
      case 'printer.trouble':
        addOne(story.troubles, entry.trouble)
        story.troubled.push(at)
        break
      case 'witness.alarm':
      case 'device.stopped':
      case 'device.declared_dead':
        story.alarmed.push(at)
        break
      case 'tamper.opened':
        story.tampers.push(at)
        break
      case 'officer.pin_wrong':
        story.wrongPins += 1
        break
    }
    this.#tell(entry, at)
  }

  #begin<T extends Open<Stretch>>(what: Unended, all: T[], stretch: T): void {
    all.push(stretch)
    const unended = this.#unended.get(what)
    if (unended === undefined) this.#unended.set(what, [stretch])
    else unended.push(stretch)
  }

  /** Ends what has no end yet. @returns how long the first of it lasted */
  #end(what: Unended, at: number): number | undefined {
    const unended = this.#unended.get(what) ?? []
    for (const stretch of unended) stretch.until = at
    this.#unended.delete(what)
    const [first] = unended
    return first && at - first.from
  }

  #tell(entry: ToldEntry, at: number, afterMs?: number): void {
    const last = this.#story.events.at(-1)
    if (last !== undefined && afterMs === undefined && isSame(last.entry, entry)) {
      last.times += 1
      last.until = at
      return
    }
    this.#story.events.push({ entry, times: 1, until: at, ...(afterMs !== undefined && { afterMs }) })
  }

  #see(at: number): void {
    const { from, until } = this.#window
    if (at < from || at >= until) return
    const { seen } = this.#story
    this.#story.seen = { from: Math.min(seen?.from ?? at, at), until: Math.max(seen?.until ?? at, at) }
  }
}

/** Whether two entries say the same but for place, time and running count. */
function isSame(a: ToldEntry, b: ToldEntry): boolean {
  return a.type === b.type && withoutPlace(a) === withoutPlace(b)
}

function withoutPlace(entry: ToldEntry): string {
  return JSON.stringify({ ...entry, seq: 0, at: '', count: 0 })
}

function addOne<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}
