/**
 * The day of a device in four lines for a terminal, oldest time at the left whatever the language: the lines hold digits, blocks and Latin letters
 * only, so that no terminal turns them around.
 *
 * ```
 *   07  08  09  10  11
 *   ··██████████▒▒████··
 *     ▂▂▄▄██▆▆▆▆  ▂▂▁▁
 *              R
 * ```
 */
import type { Words } from '../strings.ts'
import type { DayStory, Polls } from './day-story.ts'
import { HALF_HOUR_MS, HOUR_MS, type PollingWindow } from './polling-window.ts'
import { MARK_LETTERS, MARKS, marksWithin, pollsWithin, type Range, rangeOf } from './timeline.ts'

const STEP_MS = HALF_HOUR_MS / 2
const HEIGHTS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█']
const CLOSED = '·'
const OPEN = '█'
const STOPPED = '▒'

/** The lines, two spaces in, and what their signs mean. */
export function timelineText(story: DayStory, window: PollingWindow, words: Words): readonly string[] {
  const { plot } = words.strings
  const range = rangeOf([story], window)
  if (range === undefined) return [plot.noPolls]
  const { marks, line } = markLine(story, range)
  const legend = [
    ...([
      [OPEN, plot.open],
      [STOPPED, plot.stopped],
      [CLOSED, plot.closed],
    ] as const),
    ...marks.map((mark) => [words.latin(MARK_LETTERS[mark]), plot.marks[mark]] as const),
  ]
  return [
    hourLine(range, words),
    stateLine(story, range),
    heightLine(story, window, range),
    line,
    '',
    `${legend.map(([sign, meaning]) => `${sign} ${meaning}`).join(words.ui.peripherals.comma)}`,
    plot.ballots(Math.max(0, ...story.halfHours)),
  ]
    .filter((text, i) => text !== '' || i === 4)
    .map((text) => `  ${text}`.trimEnd())
}

function columnsOf({ from, until }: Range): number {
  return Math.ceil((until - from) / STEP_MS)
}

function hourLine({ from, until }: Range, { hour }: Words): string {
  const hours = Math.ceil((until - from) / HOUR_MS)
  return Array.from({ length: hours }, (_, i) =>
    hour(from + i * HOUR_MS)
      .slice(0, 2)
      .padEnd(4),
  )
    .join('')
    .trimEnd()
}

/** A pause is seen however short it was. */
function stateLine(story: DayStory, range: Range): string {
  const columns: string[] = Array.from({ length: columnsOf(range) }, () => ' ')
  const graver = (state: Polls) => ({ open: 1, paused: 2, closed: 0, finished: 0 })[state]
  for (const { state, from, until } of [...pollsWithin(story, range)].sort(
    (a, b) => graver(a.state) - graver(b.state),
  )) {
    const [first, end] = [
      Math.floor((from - range.from) / STEP_MS),
      Math.ceil((until - range.from) / STEP_MS),
    ]
    columns.fill(graver(state) === 0 ? CLOSED : state === 'open' ? OPEN : STOPPED, first, end)
  }
  return columns.join('').trimEnd()
}

function heightLine({ halfHours }: DayStory, window: PollingWindow, range: Range): string {
  const most = Math.max(1, ...halfHours)
  const first = Math.floor((range.from - window.from) / HALF_HOUR_MS)
  const shown = halfHours.slice(first, first + Math.ceil(columnsOf(range) / 2))
  return shown
    .map((ballots) =>
      (ballots === 0 ? ' ' : (HEIGHTS[Math.ceil((ballots / most) * HEIGHTS.length) - 1] ?? '')).repeat(2),
    )
    .join('')
    .trimEnd()
}

function markLine(story: DayStory, range: Range) {
  const there = marksWithin(story, range)
  const marks = MARKS.filter((mark) => there.some((one) => one.mark === mark))
  const columns = Array.from({ length: columnsOf(range) }, () => ' ')
  for (const mark of marks.toReversed())
    for (const { mark: own, at } of there)
      if (own === mark) columns[Math.floor((at - range.from) / STEP_MS)] = MARK_LETTERS[mark]
  return { marks, line: columns.join('').trimEnd() }
}
