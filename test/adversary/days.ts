/**
 * A part of a run, in a process of its own: `node days.ts <JSON of a Part>` attacks some days and writes their evidence as JSON.
 */
import { seededRandom } from '../../simulator/seeded-random.ts'
import type { DayPlan } from './day.ts'
import type { Evidence } from './evidence.ts'
import { bendSource } from './weakened/bend.ts'
import { WEAKENED } from './weakened/builds.ts'

/** Which days of a run. */
export interface Part {
  readonly seed: string
  /** Numbers of the days. */
  readonly days: readonly number[]
  /** Name of a weakened build; without it the real one. */
  readonly weakened?: string
  /** Looks for keys in every byte on all days, not only on the quiet ones. */
  readonly everywhere?: boolean
}

const part = JSON.parse(process.argv[2] ?? '') as Part
const build = part.weakened === undefined ? undefined : WEAKENED[part.weakened]
if (part.weakened !== undefined && build === undefined) throw new Error(`no weakened build ${part.weakened}`)
const checkBent = bendSource(build?.edits ?? [])
// Only now: what is loaded before the hooks would be the real build.
const { attackDay } = await import('./attack-day.ts')
const { uniform } = await import('../../core/ballot-box/draw.ts')
const { together } = await import('./evidence.ts')
checkBent()

/** The polls pause twice, with no more than so many ballots between: what sealed at a pause would then seal next to nothing. */
const PAUSES_APART = 6

/** Every third day has two media, every sixth is so quiet that a single batch holds it. */
function planOf(day: number): DayPlan & { readonly quiet: boolean } {
  const seed = `${part.seed}/${day}`
  const random = seededRandom(`plan of ${seed}`)
  const quiet = day % 6 === 5
  const casts = quiet ? 20 + uniform(10, random) : 110 + uniform(60, random)
  const draw = () => 1 + uniform(casts, random)
  const pause = 1 + uniform(casts - PAUSES_APART, random)
  return {
    seed,
    casts,
    quiet,
    media: day % 3 === 2 ? 2 : 1,
    // A weakened build would not start again: the check at start finds that its batches are not sorted.
    restarts: build === undefined ? [draw()] : [],
    pauses: [pause, pause + 1 + uniform(PAUSES_APART, random)],
  }
}

const evidence: Evidence[] = part.days.map((day) => {
  const { quiet, ...plan } = planOf(day)
  return attackDay(plan, quiet || part.everywhere ? 'all' : 'slots')
})
process.stdout.write(JSON.stringify(together(evidence)))
