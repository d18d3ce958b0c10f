/** The part of the long run in which a spare takes over: what `run.ts` does with a day is done with a takeover, on both of the spare's media. */
import { findUnsound } from './judge-takeover.ts'
import { describeBroken, judgeTakeoverCuts, takeoverCuts } from './power-cuts.ts'
import { refusedTakeover, TAKEOVER_ANSWERS } from './refused-takeover.ts'
import type { Answer } from './refusing-disk.ts'
import type { Day } from './strace.ts'
import {
  countCalls,
  deadMedia,
  faultyTakeover,
  recordTakeover,
  removeDead,
  SECOND,
  SECOND_NAMED,
  type Taking,
} from './taking-over.ts'
import { tell } from './tell.ts'

/**
 * @param day until its device died
 * @param until when no more is begun, as `performance.now()` tells it
 * @returns whether everything was tried until then, and nothing broke
 */
export function takeOverEverywhere({ seed, ballots }: Day, until: number): boolean {
  const dead = deadMedia(seed, ballots)
  try {
    const parts = [
      kill(dead, SET_UP, until),
      kill(dead, NAMED, until),
      ...TAKEOVER_ANSWERS.map((answer) => refuse(dead, answer, until)),
      cut(dead, until),
    ]
    return parts.every(Boolean)
  } finally {
    removeDead(dead)
  }
}

/** The spare's program sets both media up. */
const SET_UP = { watched: undefined, thread: 'in the main thread' } as const
/** Once it has its name the second medium is written by a thread of its own, whose calls strace counts by themselves. */
const NAMED = { watched: SECOND_NAMED, thread: 'in the thread of the second medium' } as const

function kill(dead: Taking, { watched, thread }: typeof SET_UP | typeof NAMED, until: number): boolean {
  const counts = countCalls(dead, watched)
  return tryEach(`kill -9, taking over, ${thread}`, eachOf(counts), until, ([name, n]) => {
    const { home, isDone, isKilled, said, remove } = faultyTakeover(dead, ['SIGKILL', name, `${n}`], watched)
    const unsound = isKilled ? findUnsound({ dead, home, isDone }) : `it was not killed: ${said}`
    remove()
    return unsound && `taking over, killed at ${name} ${n} ${thread}: ${unsound}`
  })
}

function refuse(dead: Taking, answer: Answer, until: number): boolean {
  const [, name] = answer
  const counts = countCalls(dead, SECOND, [name])
  const what = `${answer.join(' ')}, second medium, taking over`
  return tryEach(what, eachOf(counts), until, ([, n]) => refusedTakeover(dead, answer, n))
}

function cut(dead: Taking, until: number): boolean {
  const recording = recordTakeover(dead)
  const cuts = takeoverCuts(recording.calls)
  const judged = judgeTakeoverCuts(dead, recording, cuts)
  return tryEach('power cuts, taking over', cuts, until, () => {
    const { value } = judged.next()
    return value?.broken && describeBroken(value.cut, value.broken)
  })
}

function eachOf(counts: ReadonlyMap<string, number>): readonly (readonly [name: string, n: number])[] {
  return [...counts].flatMap(([name, count]) =>
    Array.from({ length: count }, (_, i) => [name, i + 1] as const),
  )
}

/** @param breaks what a case broke, in words */
function tryEach<Case>(
  what: string,
  cases: readonly Case[],
  until: number,
  breaks: (each: Case) => string | undefined,
): boolean {
  let [tried, broken] = [0, 0]
  for (const each of cases) {
    if (performance.now() > until) break
    const found = breaks(each)
    tried += 1
    if (found === undefined) continue
    broken += 1
    process.stdout.write(`${found}\n`)
  }
  return tell(what, tried, cases.length, broken)
}
