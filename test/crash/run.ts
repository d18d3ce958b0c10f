/**
 * The long run, for evidence: `npm run soak -- crash [--part kills]… [--ballots 70] [--first 0] [--minutes 60] [--seed S]`: every call of a day at which the
 * device can be killed or its disk refuse, and every power cut. It takes hours, and ends when all was tried; with `--minutes` when these are over, and then
 * says how far it came.
 */
import { parseArgs } from 'node:util'
import { killedDay, killingsOf } from './killed-day.ts'
import { allPowerCuts, describeBroken, judgePowerCuts } from './power-cuts.ts'
import { ANSWERS, type Answer, failedDay } from './refusing-disk.ts'
import { countCalls, type Day, type OneMedium, ROOT, record } from './strace.ts'
import { takeOverEverywhere } from './takeover-everywhere.ts'
import { tell } from './tell.ts'

/** Every call with a fault costs a day; a short one has each kind of them. */
const SHORT_BALLOTS = 6

/** @returns 0 if everything was tried and nothing broke, 1 if not, 2 for numbers that are none */
export async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      part: { type: 'string', multiple: true, default: Object.keys(PARTS) },
      ballots: { type: 'string', default: '70' },
      first: { type: 'string', default: '0' },
      minutes: { type: 'string' },
      seed: { type: 'string', default: crypto.randomUUID().slice(0, 8) },
    },
  })
  const [ballots, first] = [Number(values.ballots), Number(values.first)]
  const minutes = values.minutes === undefined ? undefined : Number(values.minutes)
  if (![ballots, minutes ?? 1, first + 1].every((number) => Number.isSafeInteger(number) && number > 0)) {
    process.stderr.write('--ballots and --minutes are whole numbers from 1 on, --first from 0 on\n')
    return 2
  }
  const chosen = values.part.filter(isPart)
  if (chosen.length < values.part.length) {
    process.stderr.write(`--part is one of ${Object.keys(PARTS).join(', ')}\n`)
    return 2
  }
  const { seed } = values
  process.stdout.write(`seed ${seed}\n`)
  const until = minutes === undefined ? Number.POSITIVE_INFINITY : performance.now() + minutes * 60_000
  const short = { root: ROOT, ballots: SHORT_BALLOTS, seed }
  const plan = { short, ballots, first, until }
  return chosen.map((part) => PARTS[part](plan)).every(Boolean) ? 0 : 1
}

interface Plan {
  /** Every call with a fault costs a day: one that is short, and has each kind of them. */
  readonly short: Day
  /** Of the day through which power is cut. */
  readonly ballots: number
  /** How many of the power cuts an earlier run has judged. */
  readonly first: number
  /** When no more is begun, as `performance.now()` tells it; infinite without a limit. */
  readonly until: number
}

const MEDIA = ['first', 'second'] as const

/** What a run consists of, each to be had alone; each gives whether all of it was tried and nothing broke. */
const PARTS = {
  kills: ({ short, until }) => killAll(short, until),
  takeover: ({ short, until }) => takeOverEverywhere(short, until),
  refusals: ({ short, until }) => refuseAll(short, ANSWERS, until),
  restarts: ({ short, until }) => restartEverywhere({ ...short, isRestart: true }, until),
  room: ({ short, until }) => takeRoomEverywhere({ ...short, takesRoom: true }, until),
  cuts: ({ short, ballots, first, until }) => cutEverywhere({ ...short, ballots }, first, until),
} satisfies Record<string, (plan: Plan) => boolean>
type Part = keyof typeof PARTS

function isPart(word: string): word is Part {
  return Object.hasOwn(PARTS, word)
}

function killAll(day: Day, until: number): boolean {
  return all(MEDIA, (watched) => killEverywhere(day, watched, until))
}

/** The day is taken up again with both media whole, with one or the other behind, and with one that is lost then. */
function restartEverywhere(whole: Day, until: number): boolean {
  const days = [
    whole,
    ...MEDIA.map((behind) => ({ ...whole, behind })),
    ...MEDIA.map((loses) => ({ ...whole, loses })),
  ]
  const parts = [
    all(days, (day) => killAll(day, until)),
    refuseAll(whole, ANSWERS, until),
    all(days, (day) => cutEverywhere(day, 0, until)),
  ]
  return parts.every(Boolean)
}

function takeRoomEverywhere(whole: Day, until: number): boolean {
  const days: readonly Day[] = [whole, { ...whole, isRestart: true }]
  const parts = days.flatMap((day) => [killAll(day, until), refuseAll(day, ANSWERS, until)])
  return parts.every(Boolean)
}

/** Of what day something is told. */
function nameOf({ isRestart, behind, loses, takesRoom }: Day): string {
  if (takesRoom) return ` where the room of a day is taken${isRestart ? ' up again' : ''}`
  if (!isRestart) return ''
  const state = behind === undefined ? '' : `, the ${behind} medium behind`
  return ` when a day is taken up again${state}${loses === undefined ? '' : `, and loses the ${loses} medium`}`
}

function refuseAll(day: Day, answers: readonly Answer[], until: number): boolean {
  return all(MEDIA, (watched) => {
    const counts = countCalls(day, watched)
    const counted = answers.map((answer) => [answer, counts.get(answer[1]) ?? 0] as const)
    return all(counted, (each) => refuseEverywhere(day, watched, each, until))
  })
}

/** Tries each, also after one that failed. */
function all<T>(things: readonly T[], holds: (thing: T) => boolean): boolean {
  return things.map(holds).every(Boolean)
}

function killEverywhere(day: Day, watched: OneMedium, until: number): boolean {
  const killings = killingsOf(day, watched)
  let [tried, broken] = [0, 0]
  for (const killing of killings) {
    if (performance.now() > until) break
    const what = killedDay(day, watched, killing)
    tried += 1
    if (what === undefined) continue
    broken += 1
    process.stdout.write(`${what}\n`)
  }
  return tell(`kill -9, ${watched} medium${nameOf(day)}`, tried, killings.length, broken)
}

function refuseEverywhere(
  day: Day,
  watched: OneMedium,
  [answer, count]: readonly [Answer, number],
  until: number,
): boolean {
  let [tried, broken] = [0, 0]
  for (let n = 1; n <= count && performance.now() < until; n += 1) {
    const what = failedDay(day, watched, answer, n)
    tried += 1
    if (what === undefined) continue
    broken += 1
    process.stdout.write(`${what}\n`)
  }
  return tell(`${answer.join(' ')}, ${watched} medium${nameOf(day)}`, tried, count, broken)
}

function cutEverywhere(day: Day, first: number, until: number): boolean {
  const recording = record(day)
  const cuts = allPowerCuts(day, recording.calls).slice(first)
  let [tried, broken] = [0, 0]
  for (const { cut, broken: what } of judgePowerCuts(day, recording, cuts)) {
    tried += 1
    if (what !== undefined) {
      broken += 1
      process.stdout.write(`${describeBroken(cut, what)}\n`)
    }
    if (tried % 1000 === 0)
      process.stdout.write(`${tried} of ${cuts.length} power cuts, ${broken} broke something\n`)
    if (performance.now() > until) break
  }
  return tell(`power cuts${nameOf(day)}`, tried, cuts.length, broken)
}
