/** Pictures of a report as SVG: the day of a device, and ballots by half hour. Time runs from left to right in every language. */
import type { DayStory } from '../story/day-story.ts'
import { HALF_HOUR_MS, HOUR_MS, type PollingWindow } from '../story/polling-window.ts'
import { MARK_LETTERS, marksWithin, pollsWithin, type Range } from '../story/timeline.ts'
import type { Words } from '../strings.ts'
import { html, type Markup } from './markup.ts'

/** Units of the drawings; a page is this wide between its margins. */
const WIDTH = 720
const LABELS = 12
const BARS = 34
const BAND = 12
const MARKS = 14

/** Marks that one column of a picture has room for; of more the first are drawn. */
const MARKS_DRAWN = 200

const round = (value: number) => Math.round(value * 10) / 10

/** Where an instant is, from the left. */
function placeIn({ from, until }: Range): (ms: number) => number {
  return (ms) => round(((ms - from) / (until - from)) * WIDTH)
}

/** One device: marks above, bars of ballots, the band of the polls, hours below. */
export function devicePicture(
  story: DayStory,
  window: PollingWindow,
  range: Range,
  most: number,
  words: Words,
  label: string,
): Markup {
  const place = placeIn(range)
  const bottom = MARKS + BARS
  const bands = pollsWithin(story, range).map(
    ({ state, from, until }) =>
      html`<rect class="${state}" x="${place(from)}" y="${bottom}" width="${Math.max(1.5, round(place(until) - place(from)))}" height="${BAND}"/>`,
  )
  // A pause is drawn over what surrounds it, however short.
  const marks = marksWithin(story, range)
    .slice(0, MARKS_DRAWN)
    .map(
      ({ mark, at }) =>
        html`<line class="mark" x1="${place(at)}" x2="${place(at)}" y1="${MARKS - 2}" y2="${bottom + BAND}"/><text class="mark" x="${place(at)}" y="${MARKS - 4}">${MARK_LETTERS[mark]}</text>`,
    )
  return html`<svg viewBox="0 0 ${WIDTH} ${bottom + BAND + LABELS + 4}" role="img" aria-label="${label}">
${bars(story.halfHours, window, range, most, { top: MARKS, height: BARS })}
${bands}
${hours(range, bottom + BAND, words)}
${marks}
</svg>`
}

/** Ballots of all devices in each half hour, with their numbers above the bars. */
export function halfHoursPicture(
  halfHours: readonly number[],
  window: PollingWindow,
  range: Range,
  words: Words,
  label: string,
): Markup {
  const most = Math.max(1, ...halfHours)
  const [top, height] = [12, 80]
  const place = placeIn(range)
  const numbers = halfHours.flatMap((ballots, i) => {
    const from = window.from + i * HALF_HOUR_MS
    if (ballots === 0 || from < range.from || from >= range.until) return []
    const y = round(top + height - (height * ballots) / most - 2)
    return [
      html`<text class="number" x="${round(place(from + HALF_HOUR_MS / 2))}" y="${y}">${words.number(ballots)}</text>`,
    ]
  })
  return html`<svg viewBox="0 0 ${WIDTH} ${top + height + LABELS + 4}" role="img" aria-label="${label}">
${bars(halfHours, window, range, most, { top, height })}
${hours(range, top + height, words)}
${numbers}
</svg>`
}

function bars(
  halfHours: readonly number[],
  window: PollingWindow,
  range: Range,
  most: number,
  { top, height }: { readonly top: number; readonly height: number },
): readonly Markup[] {
  const place = placeIn(range)
  return halfHours.flatMap((ballots, i) => {
    const from = window.from + i * HALF_HOUR_MS
    if (ballots === 0 || from < range.from || from >= range.until) return []
    const size = round((height * ballots) / most)
    const width = round(place(from + HALF_HOUR_MS) - place(from) - 1)
    return [
      html`<rect class="ballots" x="${place(from)}" y="${round(top + height - size)}" width="${width}" height="${size}"/>`,
    ]
  })
}

/** A tick an hour; its number where there is room. */
function hours(range: Range, y: number, { hour }: Words): readonly Markup[] {
  const count = Math.ceil((range.until - range.from) / HOUR_MS)
  const place = placeIn(range)
  const ticks = Array.from({ length: count }, (_, i) => {
    const at = range.from + i * HOUR_MS
    const x = place(at)
    return html`<line class="tick" x1="${x}" x2="${x}" y1="${y}" y2="${y + 3}"/><text class="hour" x="${x + 1}" y="${y + LABELS}">${hour(at)}</text>`
  })
  return [html`<line class="tick" x1="0" x2="${WIDTH}" y1="${y}" y2="${y}"/>`, ...ticks]
}
