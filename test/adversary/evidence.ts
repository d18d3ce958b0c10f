/**
 * What days of attacking add up to, and the verdict. Sums only, so that days run in several processes can be put together.
 */
import { poissonLimit } from './statistics.ts'

/** Terms of mean 0 and variance 1 if nothing leaks. */
export interface Score {
  readonly sum: number
  readonly terms: number
}

/** Named voters, how many rightly, and how many by chance. */
export interface Guesses {
  readonly ballots: number
  readonly hits: number
  readonly expected: number
}

export interface Evidence {
  readonly days: number
  readonly ballots: number
  readonly images: number
  /** Windows of 32 bytes tried as a key. */
  readonly keysTried: number
  readonly scores: Readonly<Record<string, Score>>
  readonly guesses: Readonly<Record<string, Guesses>>
  /** What must not happen once, in any day. */
  readonly never: Readonly<Record<string, number>>
}

export interface Finding {
  readonly what: string
  readonly observed: string
  readonly limit: string
  readonly passes: boolean
}

/** Probability that a normal variable is farther out, either way: 8e-11. */
export const SCORE_LIMIT = 6.5
/** For each count of right guesses. */
export const GUESS_ALARM = 1e-9
/**
 * Given who is in which batch, the number of right guesses has no larger factorial moments than a Poisson variable of the same mean; who is in
 * which batch adds a little spread, since e^(s/n) - 1 < 1.05 s/n for the s that matter and n >= 32.
 */
export const SPREAD = 1.05

/** Collects one day. */
export class Notes {
  keysTried = 0
  readonly #scores: Record<string, Score> = {}
  readonly #guesses: Record<string, Guesses> = {}
  readonly #never: Record<string, number> = {}

  /** Adds a term of a score; undefined says nothing and is counted as nothing. */
  score(what: string, value: number | undefined): void {
    const { sum, terms } = this.#scores[what] ?? { sum: 0, terms: 0 }
    this.#scores[what] = value === undefined ? { sum, terms } : { sum: sum + value, terms: terms + 1 }
  }

  guess(what: string, { ballots, hits, expected }: Guesses): void {
    const before = this.#guesses[what] ?? { ballots: 0, hits: 0, expected: 0 }
    this.#guesses[what] = {
      ballots: before.ballots + ballots,
      hits: before.hits + hits,
      expected: before.expected + expected,
    }
  }

  never(what: string, times: number): void {
    this.#never[what] = (this.#never[what] ?? 0) + times
  }

  /** The day's sums. */
  done(ballots: number, images: number): Evidence {
    return {
      days: 1,
      ballots,
      images,
      keysTried: this.keysTried,
      scores: this.#scores,
      guesses: this.#guesses,
      never: this.#never,
    }
  }
}

/** Adds up evidence; at least one. */
export function together(all: readonly Evidence[]): Evidence {
  const notes = new Notes()
  const scores: Record<string, Score> = {}
  for (const { guesses, never, keysTried } of all) {
    for (const [what, value] of Object.entries(guesses)) notes.guess(what, value)
    for (const [what, times] of Object.entries(never)) notes.never(what, times)
    notes.keysTried += keysTried
  }
  for (const [what, { sum, terms }] of all.flatMap((evidence) => Object.entries(evidence.scores))) {
    const before = scores[what] ?? { sum: 0, terms: 0 }
    scores[what] = { sum: before.sum + sum, terms: before.terms + terms }
  }
  const total = (of: 'days' | 'ballots' | 'images') => all.reduce((sum, evidence) => sum + evidence[of], 0)
  return { ...notes.done(total('ballots'), total('images')), days: total('days'), scores }
}

/** Judges evidence: every line with its limit. */
export function findings({ scores, guesses, never }: Evidence): readonly Finding[] {
  return [
    ...Object.entries(never).map(([what, times]) => ({
      what,
      observed: String(times),
      limit: 'never',
      passes: times === 0,
    })),
    ...Object.entries(scores).map(([what, { sum, terms }]) => {
      const z = terms === 0 ? 0 : sum / Math.sqrt(terms)
      return {
        what: `rank correlation, ${what}`,
        observed: terms === 0 ? 'says nothing' : `z = ${z.toFixed(2)} over ${terms}`,
        limit: `|z| < ${SCORE_LIMIT}`,
        passes: Math.abs(z) < SCORE_LIMIT,
      }
    }),
    ...Object.entries(guesses).map(([what, { ballots, hits, expected }]) => {
      const limit = poissonLimit(expected * SPREAD, GUESS_ALARM)
      return {
        what: `guesses, ${what}`,
        observed: `${hits} of ${ballots} right; chance gives ${expected.toFixed(1)}`,
        limit: `< ${limit}`,
        passes: hits < limit,
      }
    }),
  ]
}

/** Probability that a build without any leak fails: the sum over all lines, which is an upper bound. */
export function falseAlarm({ scores, guesses }: Evidence): number {
  return Object.keys(scores).length * 8.1e-11 + Object.keys(guesses).length * GUESS_ALARM
}
