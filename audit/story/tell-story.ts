/** The story of one bundle in words: the verdict first, then the day. */
import { batchCount } from '../../core/journal/day-rules.ts'
import { sha256, toBase64, toHex } from '../../core/keys/hash.ts'
import type { Refusal } from '../../core/result.ts'
import type { Json } from '../../core/text/canonical-json.ts'
import { shownText } from '../../core/text/drawable.ts'
import { nameIn } from '../../ui/strings.ts'
import { findingsJson, type HeldAgainst, type Report, table } from '../report.ts'
import { type AuditLanguage, dayLine, type Words, wordsIn } from '../strings.ts'
import type { DayStory, Stretch } from './day-story.ts'
import { eventText, shortFingerprint } from './event-text.ts'
import { alarmsOf, clockLines, faultLines, silenceLines } from './faults-text.ts'
import { HALF_HOUR_MS } from './polling-window.ts'
import type { ReadStory } from './read-story.ts'
import { timelineText } from './timeline-text.ts'

/** Events that are told one by one. */
const MOST_EVENTS = 300
const BAR_WIDTH = 30

/** The story of a bundle, for people and for machines. */
export function storyReport(read: ReadStory, language: AuditLanguage, keyFrom: HeldAgainst['key']): Report {
  const { story, window, stopped, verified, finding, reference } = read
  const words = wordsIn(language, window)
  const { strings } = words
  const lines = [
    ...verdictLines(read, words),
    ...(reference === undefined ? [] : electionLines(reference, keyFrom, words)),
    ...(finding === undefined ? [] : ['', strings.unverified]),
    ...(story === undefined ? ['', strings.noStory] : storyLines(story, read, words)),
    ...(stopped === undefined ? [] : ['', strings.notReadOn(placeOf(stopped, words))]),
    '',
    strings.tallyNotVerified,
  ]
  return {
    text: `${lines.join('\n')}\n`,
    json: {
      verdict: finding === undefined ? 'holds' : 'does not hold',
      findings: finding === undefined ? [] : findingsJson([finding]),
      device: verified?.facts.device ?? null,
      station: verified?.station ?? null,
      stopped: stopped === undefined ? null : findingsJson([stopped]),
      timeZone: window.timeZone,
      story: story === undefined ? null : storyJson(story),
      tally: 'tally not verified: that needs the paper or the trustees',
    },
  }
}

/** A finding in one line. The words of findings are English in every language. */
export function placeOf({ where, what, code }: Refusal, { latin }: Words): string {
  return latin(`${shownText(where, 300)}: ${shownText(what, 300)} (${code})`)
}

function verdictLines({ verified, finding, reference }: ReadStory, words: Words): readonly string[] {
  const { strings, latin, either, language } = words
  if (finding !== undefined) return [strings.doesNotHold(placeOf(finding, words)), latin(finding.next)]
  const known = reference?.electionPackage.definition.stations.find(({ id }) => id === verified?.station)
  const name =
    known === undefined ? '' : `${words.ui.peripherals.comma}${either(nameIn(language, known.name).text)}`
  return [
    strings.holds(
      `${strings.bundleOf(latin(verified?.facts.device ?? ''), latin(verified?.station ?? ''))}${name}`,
    ),
  ]
}

/** Which election, and what a person compares where no key was given. */
function electionLines(
  { electionPackage: { definition, hash }, authorityKey }: NonNullable<ReadStory['reference']>,
  keyFrom: HeldAgainst['key'],
  { strings, latin, either, language }: Words,
): readonly string[] {
  const title = either(nameIn(language, definition.title).text)
  return [
    strings.election(latin(`${definition.authority}/${definition.election}`), title, latin(toBase64(hash))),
    ...(definition.rehearsal ? [strings.rehearsal] : []),
    ...(keyFrom === 'given' ? [] : [strings.authorityFromPackage, `  ${latin(toHex(sha256(authorityKey)))}`]),
  ]
}

function storyLines(
  story: DayStory,
  { window, reference, verified, stopped }: ReadStory,
  words: Words,
): readonly string[] {
  const { strings, latin, number } = words
  const { day, first } = story
  const definition = reference?.electionPackage.definition
  const faults = faultLines(story, words)
  const section = (heading: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : ['', heading, ...lines.map((line) => `  ${line}`)]
  return [
    '',
    definition === undefined
      ? strings.noZone(first.at.slice(0, 10))
      : dayLine(words, definition.pollingDay, window.timeZone),
    strings.numbers(day.casts, day.voids, batchCount(day), day.size),
    hoursLine(story, stopped === undefined, words),
    strings.program(
      latin(shownText(first.software, 120)),
      day.programs.map((program) => shortFingerprint(program, words)).join(' '),
    ),
    ...(day.random === 'system' ? [] : [strings.seeded]),
    '',
    ...timelineText(story, window, words),
    ...section(strings.heading.day, eventLines(story, words)),
    ...section(strings.heading.byHour, [
      ...hourBars(story, window.from, words),
      ...(story.castsOutside === 0 ? [] : [strings.outsideDay(story.castsOutside)]),
    ]),
    ...section(
      strings.heading.refused,
      [...story.refusedCards].map(([reason, times]) => `${number(times)}  ${strings.refused[reason]}`),
    ),
    ...section(strings.heading.silences, silenceLines(story, words)),
    ...section(strings.heading.faults, faults.length === 0 ? [strings.none] : faults),
    ...section(strings.heading.clock, clockLines(story, verified?.facts, words)),
    ...(stopped === undefined
      ? section(strings.heading.remained, remainedLines(story, verified?.facts, words))
      : []),
  ]
}

function hoursLine({ day }: DayStory, isWhole: boolean, { strings, time, duration }: Words): string {
  const [from, until] = [day.openedAt, day.closedAt].map((at) =>
    at === undefined ? undefined : Date.parse(at),
  )
  if (from === undefined) return strings.neverOpened
  if (until === undefined)
    return isWhole ? strings.openedNeverClosed(time(from)) : strings.openedFrom(time(from))
  return strings.openFromTo(time(from), time(until), duration(Math.max(0, until - from)))
}

function eventLines({ events }: DayStory, words: Words): readonly string[] {
  const firstStart = events.find(({ entry }) => entry.type === 'device.started')
  const lines = events
    .slice(0, MOST_EVENTS)
    .map(
      (event) =>
        `${words.time(Date.parse(event.entry.at))}  ${eventText(event, event === firstStart, words)}`,
    )
  const more = events.length - lines.length
  return more === 0 ? lines : [...lines, words.strings.moreEvents(more)]
}

/** From the first hour with a ballot to the last. */
function hourBars({ halfHours }: DayStory, from: number, { hour, number }: Words): readonly string[] {
  const hours = Array.from({ length: Math.ceil(halfHours.length / 2) }, (_, i) => ({
    at: from + 2 * i * HALF_HOUR_MS,
    ballots: (halfHours[2 * i] ?? 0) + (halfHours[2 * i + 1] ?? 0),
  }))
  const most = Math.max(1, ...hours.map(({ ballots }) => ballots))
  const first = hours.findIndex(({ ballots }) => ballots > 0)
  const last = hours.findLastIndex(({ ballots }) => ballots > 0)
  if (first === -1) return []
  const rows = hours
    .slice(first, last + 1)
    .map(({ at, ballots }) => [
      `${hour(at)}–${hour(at + 2 * HALF_HOUR_MS)}`,
      number(ballots).padStart(4),
      '█'.repeat(Math.ceil((BAR_WIDTH * ballots) / most)),
    ])
  return table(rows).map((line) => line.trim())
}

function remainedLines(story: DayStory, facts: ReadStoryFacts, words: Words): readonly string[] {
  const { remained } = words.strings
  const { day, outages } = story
  const waiting = day.casts - day.sealed
  return [
    day.casts === 0
      ? remained.noBallots
      : waiting === 0
        ? remained.allSealed(day.casts, batchCount(day))
        : remained.waiting(waiting),
    remained.slips(day.casts + day.voids),
    ...(day.openedAt !== undefined && day.closedAt === undefined ? [remained.notClosed] : []),
    ...outages
      .filter(({ until }) => until === null)
      .slice(0, 5)
      .map(({ peripheral }) => remained.lineLost(words.ui.peripherals.name[peripheral])),
    ...day.lostMedia.map((medium) => remained.lineLost(words.ui.incidents.medium[medium])),
    ...(day.closedAt !== undefined && !day.minutes ? [remained.minutesMissing] : []),
    ...(day.closedAt !== undefined && !day.totals ? [remained.totalsMissing] : []),
    ...(facts === undefined ? [] : [remained.receipt(facts.receipt !== null)]),
    ...(facts === undefined || facts.seenBy.of === 0
      ? []
      : [remained.neighbours(facts.seenBy.neighbours.length, facts.seenBy.of)]),
  ]
}

type ReadStoryFacts = NonNullable<ReadStory['verified']>['facts'] | undefined

/** What the words were made of. */
export function storyJson({ day, ...story }: DayStory): Json {
  return {
    entries: day.size,
    ballots: day.casts,
    voidSlips: day.voids,
    batches: batchCount(day),
    waiting: day.casts - day.sealed,
    opened: day.openedAt ?? null,
    closed: day.closedAt ?? null,
    polls: story.polls.map(stretchJson),
    halfHours: [...story.halfHours],
    castsOutside: story.castsOutside,
    peripherals: Object.fromEntries(story.peripherals),
    ...faultsJson({ day, ...story }),
  }
}

/** What went wrong, for machines. */
export function faultsJson(story: DayStory) {
  return {
    restarts: story.restarts.map(timeText),
    pauses: story.pauses.map(stretchJson),
    outages: story.outages.map(stretchJson),
    media: story.media.map(stretchJson),
    tampers: story.tampers.map(timeText),
    wrongPins: story.wrongPins,
    voids: story.day.voids,
    troubles: Object.fromEntries(story.troubles),
    refusedCards: Object.fromEntries(story.refusedCards),
    alarms: alarmsOf(story).map(({ entry: { seq, at, ...said }, times }) => ({ ...said, times })),
    silences: story.silences.map(stretchJson),
  }
}

function stretchJson<T extends Stretch>({ from, until, ...rest }: T) {
  return { ...rest, from: timeText(from), until: until === null ? null : timeText(until) }
}

function timeText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`
}
