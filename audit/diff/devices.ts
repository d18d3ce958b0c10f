/** The devices of a station side by side: a row a property, a column a device; rows in which one stands out are marked. */
import { batchCount } from '../../core/journal/day-rules.ts'
import { fromBase64, toHex } from '../../core/keys/hash.ts'
import type { Json } from '../../core/text/canonical-json.ts'
import { shownText } from '../../core/text/drawable.ts'
import { findingsJson, plural, type Report, table, verdictLines } from '../report.ts'
import type { ReadStory } from '../story/read-story.ts'
import { wordsIn } from '../strings.ts'

interface Column {
  readonly device: string
  readonly read: ReadStory
}

/** How it is seen that a device stands out in a row. */
type Judge = (values: readonly string[]) => readonly boolean[]
interface Row {
  readonly name: string
  readonly value: (read: ReadStory) => string
  readonly judge: Judge
}

const PERIPHERALS = ['touchscreen', 'card-reader', 'printer', 'io-board', 'display']
/** A device opens and closes with its neighbours, give or take. */
const MINUTES_APART = 30
const NOTHING = '-'

/** Compares devices of one station; each was verified by itself. */
export function compareDevices(columns: readonly Column[]): {
  readonly holds: boolean
  readonly report: Report
} {
  const findings = columns.flatMap(({ read }) => (read.finding === undefined ? [] : [read.finding]))
  const rows = ROWS.map(({ name, value, judge }) => {
    const values = columns.map(({ read }) => (read.story === undefined ? NOTHING : value(read)))
    return { name, values, odd: judge(values) }
  })
  const odd = rows.filter((row) => row.odd.includes(true))
  const marked = odd.map(
    ({ name, odd: marks }) =>
      `${name} of ${columns
        .filter((_, i) => marks[i])
        .map(({ device }) => device)
        .join(', ')}`,
  )
  const lines = [
    ...(findings.length === 0
      ? [`HOLDS, each by itself: ${plural(columns.length, 'device')}`]
      : verdictLines(findings)),
    marked.length === 0 ? 'nothing stands out' : `what stands out (*): ${marked.join('; ')}`,
    ...(findings.length === 0 ? [] : ['columns marked with ! are of journals that nobody vouches for']),
    '',
    ...table([
      ['', ...columns.map(({ device, read }) => `${read.finding === undefined ? '' : '! '}${device}`)],
      ...rows.map(({ name, values, odd: marks }) => [
        name,
        ...values.map((value, i) => `${value}${marks[i] ? ' *' : ''}`),
      ]),
    ]),
  ]
  return {
    holds: findings.length === 0,
    report: {
      text: `${lines.join('\n')}\n`,
      json: {
        verdict: findings.length === 0 ? 'holds' : 'does not hold',
        findings: findingsJson(findings),
        devices: columns.map(({ device, read }) => ({ device, holds: read.finding === undefined })),
        rows: rows.map(({ name, values, odd: marks }) => ({
          name,
          values: [...values],
          odd: [...marks],
        })) as Json,
      },
    },
  }
}

/** Where most agree, the others stand out; where nobody does, all. */
const unlikeMost: Judge = (values) => {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  if (counts.size <= 1) return values.map(() => false)
  const most = Math.max(...counts.values())
  const usual = [...counts].filter(([, count]) => count === most)
  return values.map((value) => usual.length > 1 || usual[0]?.[0] !== value)
}

/** What is not zero. */
const notZero: Judge = (values) => values.map((value) => value !== '0' && value !== NOTHING)

/** What is farther than half an hour from the middle of the others; `HH:MM` or nothing. */
const farInTime = besideOthers(
  (value) => Number(value.slice(0, 2)) * 60 + Number(value.slice(3)),
  (minutes, others) => Math.abs(minutes - others) > MINUTES_APART,
)

/** Less than half or more than twice the middle of the others. */
const farInNumber = besideOthers(Number, (value, others) => value < others / 2 || value > others * 2)

/** Each against the one in the middle of the others; where there is no value, that stands out. */
function besideOthers(
  numberOf: (text: string) => number,
  isOdd: (value: number, others: number) => boolean,
): Judge {
  return (values) => {
    const numbers = values.map((value) => (value === NOTHING ? undefined : numberOf(value)))
    return numbers.map((value, i) => {
      const others = numbers.filter((other, place) => place !== i && other !== undefined) as readonly number[]
      const sorted = others.toSorted((a, b) => a - b)
      const middle = sorted[Math.floor((sorted.length - 1) / 2)]
      return value === undefined || (middle !== undefined && isOdd(value, middle))
    })
  }
}

const notOdd: Judge = (values) => values.map(() => false)

const counted = (
  name: string,
  count: (story: NonNullable<ReadStory['story']>) => number,
  judge: Judge,
): Row => ({
  name,
  value: ({ story }) => String(story === undefined ? NOTHING : count(story)),
  judge,
})

const clock = (at: string | undefined, { window }: ReadStory) =>
  at === undefined ? NOTHING : wordsIn('en', window).hour(Date.parse(at))

const ROWS: readonly Row[] = [
  {
    name: 'software',
    value: ({ story }) => shownText(story?.first.software ?? NOTHING, 40),
    judge: unlikeMost,
  },
  {
    name: 'program',
    value: ({ story }) => (story?.day.programs ?? []).map(shortHash).join(' '),
    judge: unlikeMost,
  },
  ...PERIPHERALS.map((name) => ({
    name,
    value: ({ story }: ReadStory) => shownText(story?.peripherals.get(name) ?? NOTHING, 40),
    judge: unlikeMost,
  })),
  { name: 'opened', value: (read) => clock(read.story?.day.openedAt, read), judge: farInTime },
  { name: 'closed', value: (read) => clock(read.story?.day.closedAt, read), judge: farInTime },
  counted('entries', ({ day }) => day.size, notOdd),
  counted('ballots', ({ day }) => day.casts, farInNumber),
  counted('void slips', ({ day }) => day.voids, notZero),
  counted('batches', ({ day }) => batchCount(day), notOdd),
  counted('restarts', ({ restarts }) => restarts.length, notZero),
  counted('pauses', ({ pauses }) => pauses.length, notZero),
  counted('parts lost', ({ outages }) => outages.length, notZero),
  counted('media lost', ({ media }) => media.length, notZero),
  counted(
    'printer faults',
    ({ troubles }) => [...troubles.values()].reduce((sum, times) => sum + times, 0),
    notZero,
  ),
  counted('tampering', ({ tampers }) => tampers.length, notZero),
  counted('wrong PINs', ({ wrongPins }) => wrongPins, notZero),
  counted(
    'cards refused',
    ({ refusedCards }) => [...refusedCards.values()].reduce((sum, times) => sum + times, 0),
    notOdd,
  ),
  counted('silences', ({ silences }) => silences.length, notOdd),
  counted('clock went back', ({ day }) => day.clockWentBack?.times ?? 0, notZero),
  counted('ballots on another day', ({ castsOutside }) => castsOutside, notZero),
]

function shortHash(base64: string): string {
  return toHex((fromBase64(base64) ?? new Uint8Array()).subarray(0, 4))
}
