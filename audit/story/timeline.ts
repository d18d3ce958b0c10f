/** What a picture of a device's day shows, wherever it is drawn: in text for a terminal, as SVG for a page. */
import type { DayStory, Polls } from './day-story.ts'
import { HOUR_MS, type PollingWindow } from './polling-window.ts'

/** Kinds of marks, the gravest first. */
export const MARKS = ['alarm', 'tamper', 'restart', 'line', 'printer'] as const
export type Mark = (typeof MARKS)[number]

/** Letters that stand for them; a picture's legend says what they mean. */
export const MARK_LETTERS: Readonly<Record<Mark, string>> = {
  alarm: 'A',
  tamper: 'T',
  restart: 'R',
  line: 'L',
  printer: 'P',
}

/** The part of the day that is shown: whole hours of the polling day, milliseconds since 1970. */
export interface Range {
  readonly from: number
  readonly until: number
}

/** Whole hours around everything that these journals have of the polling day; undefined if they have nothing of it. */
export function rangeOf(stories: readonly DayStory[], window: PollingWindow): Range | undefined {
  const seen = stories.flatMap((story) => (story.seen === undefined ? [] : [story.seen]))
  if (seen.length === 0) return undefined
  const hour = (ms: number) => Math.floor((ms - window.from) / HOUR_MS)
  const [first, last] = seen.reduce(
    ([from, until], own) => [Math.min(from, hour(own.from)), Math.max(until, hour(own.until))],
    [Number.POSITIVE_INFINITY, 0],
  )
  const until = window.from + (last + 1) * HOUR_MS
  return { from: window.from + first * HOUR_MS, until: Math.min(until, window.until) }
}

/** States of the polls within the range, as the clock had them; one that has no end lasts to the last entry. */
export function pollsWithin(
  { polls, seen }: DayStory,
  { from, until }: Range,
): readonly { readonly state: Polls; readonly from: number; readonly until: number }[] {
  return polls.flatMap((stretch) => {
    const cut = {
      state: stretch.state,
      from: Math.max(stretch.from, from),
      until: Math.min(stretch.until ?? seen?.until ?? from, until),
    }
    return cut.until > cut.from ? [cut] : []
  })
}

/** When something that stands out was. */
export interface MarkedTime {
  readonly mark: Mark
  readonly at: number
}

/** What stands out, the gravest kind first. */
export function marksOf(story: DayStory): readonly MarkedTime[] {
  const times: Readonly<Record<Mark, readonly number[]>> = {
    alarm: story.alarmed,
    tamper: story.tampers,
    restart: story.restarts,
    line: story.outages.map(({ from }) => from),
    printer: story.troubled,
  }
  return MARKS.flatMap((mark) => times[mark].map((at) => ({ mark, at })))
}

/** What stands out, within the range. */
export function marksWithin(story: DayStory, range: Range): readonly MarkedTime[] {
  return marksOf(story).filter(({ at }) => at >= range.from && at < range.until)
}
