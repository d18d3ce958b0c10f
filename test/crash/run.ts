/**
 * The long run, for evidence: `npm run soak -- crash [--part kills]… [--ballots 70] [--first 0] [--minutes 60] [--seed S]`: every call of a day at which the
 * device can be killed or its disk refuse, and every power cut; in the order of time, so that a run that is cut short says how far it came.
 */
import { parseArgs } from 'node:util'
import { openHome } from '../device-agent/store/home.ts'
import { findBroken } from './judge.ts'
import { allPowerCuts, describeBroken, judgePowerCuts } from './power-cuts.ts'
import { ANSWERS, type Answer, countCalls, failedDay, READ_ERRORS } from './refusing-disk.ts'
import { type Day, faultAtCall, type OneMedium, ROOT, record } from './strace.ts'
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
      minutes: { type: 'string', default: '60' },
      seed: { type: 'string', default: crypto.randomUUID().slice(0, 8) },
    },
  })
  const [ballots, minutes, first] = [Number(values.ballots), Number(values.minutes), Number(values.first)]
  if (![ballots, minutes, first + 1].every((number) => Number.isSafeInteger(number) && number > 0)) {
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
  const until = performance.now() + minutes * 60_000
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
  /** When no more is begun, as `performance.now()` tells it. */
  readonly until: number
}

const MEDIA = ['first', 'second'] as const

/** What a run consists of, each to be had alone; each gives whether all of it was tried and nothing broke. */
const PARTS = {
  kills: ({ short, until }) => all(MEDIA, (watched) => killEverywhere(short, watched, until)),
  takeover: ({ short, until }) => takeOverEverywhere(short, until),
  refusals: ({ short, until }) => refuseAll(short, ANSWERS, until),
  restarts: ({ short, until }) => refuseAll({ ...short, isRestart: true }, READ_ERRORS, until),
  cuts: ({ short, ballots, first, until }) => cutEverywhere({ ...short, ballots }, first, until),
} satisfies Record<string, (plan: Plan) => boolean>
type Part = keyof typeof PARTS

function isPart(word: string): word is Part {
  return Object.hasOwn(PARTS, word)
}

function refuseAll(day: Day, answers: readonly Answer[], until: number): boolean {
  return all(MEDIA, (watched) => all(answers, (answer) => refuseEverywhere(day, watched, answer, until)))
}

/** Tries each, also after one that failed. */
function all<T>(things: readonly T[], holds: (thing: T) => boolean): boolean {
  return things.map(holds).every(Boolean)
}

function killEverywhere(day: Day, watched: OneMedium, until: number): boolean {
  const calls = record(day, watched).filter(({ act }) => act.is !== 'done')
  const counts = new Map<string, number>()
  let [tried, broken] = [0, 0]
  for (const { name } of calls) {
    if (performance.now() > until) break
    const n = (counts.get(name) ?? 0) + 1
    counts.set(name, n)
    const { folder, done, status, remove } = faultAtCall(day, watched, 'SIGKILL', name, n)
    const what = findBroken({ ...day, home: openHome(folder), done })
    remove()
    tried += 1
    if (status === null && what === undefined) continue
    broken += 1
    process.stdout.write(`killed at ${name} ${n}: ${status === null ? what : 'it was not killed'}\n`)
  }
  return tell(`kill -9, ${watched} medium`, tried, calls.length, broken)
}

function refuseEverywhere(day: Day, watched: OneMedium, answer: Answer, until: number): boolean {
  const count = countCalls(day, watched, answer)
  let [tried, broken] = [0, 0]
  for (let n = 1; n <= count && performance.now() < until; n += 1) {
    const what = failedDay(day, watched, answer, n)
    tried += 1
    if (what === undefined) continue
    broken += 1
    process.stdout.write(`${what}\n`)
  }
  const when = day.isRestart ? ' when a day is taken up again' : ''
  return tell(`${answer.join(' ')}, ${watched} medium${when}`, tried, count, broken)
}

function cutEverywhere(day: Day, first: number, until: number): boolean {
  const acts = record(day).map(({ act }) => act)
  const cuts = allPowerCuts(acts).slice(first)
  let [tried, broken] = [0, 0]
  for (const { cut, broken: what } of judgePowerCuts(day, acts, cuts)) {
    tried += 1
    if (what !== undefined) {
      broken += 1
      process.stdout.write(`${describeBroken(cut, what)}\n`)
    }
    if (tried % 1000 === 0)
      process.stdout.write(`${tried} of ${cuts.length} power cuts, ${broken} broke something\n`)
    if (performance.now() > until) break
  }
  return tell('power cuts', tried, cuts.length, broken)
}
