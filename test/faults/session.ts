/** One polling session under fault plans that are drawn from a seed: opening, some voters, closing, and what became of every promise. */
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Random } from '../../core/ports.ts'
import { realBallots } from '../../demo/elections/gy-les-nonains.ts'
import { type Provisioned, provision } from '../../demo/provisioned.ts'
import type { PeripheralName } from '../../device-agent/ballot/peripherals.ts'
import { systemClock } from '../../device-agent/system.ts'
import { drawFaultPlan, printFaultPlan } from '../../simulator/faults/plan.ts'
import type { Officers } from '../../simulator/people/officers.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { VirtualClock } from '../../simulator/virtual-clock.ts'
import { issueCards } from '../end-to-end/station.ts'
import type { Build } from '../end-to-end/weakened/build.ts'
import { forEachPeripheral, type SessionPlan, startHall } from './hall.ts'
import { brokenPromises, type Piece } from './judge.ts'
import { People } from './people.ts'
import { Broken } from './voters.ts'

/** Sessions live in memory where there is such a folder: power cuts are tried elsewhere (test/end-to-end/kill.test.ts). */
const FOLDER = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()
const MORNING = Date.parse('2026-06-19T04:00:00Z')
/** Whatever happens, a session of three voters has an end long before. Virtual time. */
const NO_END_MS = 6 * 3_600_000

/** How many bytes a session of two or three voters sends each way, and how often a line is one that lies. */
const TRAFFIC: Readonly<
  Record<
    PeripheralName,
    { readonly up: number; readonly down: number; readonly longestMs: number; readonly mostLost?: number }
  >
> = {
  touchscreen: { up: 4_000, down: 300, longestMs: 60_000 },
  'card-reader': { up: 20_000, down: 10_000, longestMs: 60_000 },
  printer: { up: 700, down: 460_000, longestMs: 60_000 },
  // Whatever happens on the board's line takes real time too: a try on a dead one five seconds, for some ten lost bytes.
  'io-board': { up: 300, down: 200, longestMs: 2_000, mostLost: 30 },
  display: { up: 1_500, down: 400_000, longestMs: 60_000 },
}

/** How one session went. */
export interface Outcome {
  readonly seed: string
  /** The plans, a line of text each. */
  readonly plan: readonly string[]
  readonly voters: number
  /** Faults that had begun when the day was over. */
  readonly faults: number
  /** What does not hold, a sentence each; empty if every promise was kept. */
  readonly broken: readonly string[]
  readonly virtualMinutes: number
  /** Screens at which the device waited for a poll worker. */
  readonly helped: number
}

/**
 * Draws who lies and how: one line, or two or more at once. Noise on the wire *to* the printer is left out: ESC/POS has no checksum, the
 * printer prints it and proves what it printed, and nothing but eyes on the paper can see it (docs/evidence/lines.md).
 */
export function drawSessionPlan(random: Random): SessionPlan {
  const below = (limit: number) => (random.bytes(1)[0] ?? 0) % limit
  const lying = 1 + below(3)
  const names = Object.keys(TRAFFIC) as PeripheralName[]
  const liars = new Set(Array.from({ length: lying }, () => names[below(names.length)]))
  return forEachPeripheral((name) => {
    if (!liars.has(name)) return []
    const plan = drawFaultPlan(random, { ...TRAFFIC[name], faults: 1 + below(5) })
    return plan.filter((fault) => !(name === 'printer' && fault.way === 'down' && fault.is === 'babble'))
  })
}

/** Keys, package and device folders, made once for many sessions: only what happens on lines is tried here. */
export class PreparedStation {
  readonly #folder = mkdtempSync(join(FOLDER, 'sandogh-provisioned-'))
  readonly #provisioned = provision(this.#folder, seededRandom('provisioned for fault plans'), [
    MORNING,
    systemClock.now(),
  ])

  /** Copies it all into a folder, with officers' cards that no session has used. */
  copyTo(out: string): Provisioned {
    cpSync(this.#folder, out, { recursive: true })
    const { officers } = this.#provisioned
    const fresh = (role: keyof Officers) => ({
      ...officers[role],
      card: officers[role].card.asPersonalised(),
    })
    return {
      ...this.#provisioned,
      officers: {
        executive: fresh('executive'),
        supervisory: fresh('supervisory'),
        spare: fresh('spare'),
      },
    }
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

/** Runs a session from its seed. */
export async function runSession(
  seed: string,
  station: PreparedStation,
  build: Pick<Build, 'readHome' | 'setUpStore' | 'startAgent'>,
  plan: SessionPlan = drawSessionPlan(seededRandom(`${seed} plan`)),
): Promise<Outcome> {
  const out = mkdtempSync(join(FOLDER, 'sandogh-faults-'))
  const random = seededRandom(`${seed} people`)
  const clock = new VirtualClock(MORNING, 20_000)
  const provisioned = station.copyTo(out)
  const ballots = realBallots()
  const [count = 0, ...places] = random.bytes(9)
  const cards = await issueCards(2 + (count % 2), provisioned, random)
  const wishes = cards.map((card, i) => ({
    card,
    codes: ballots[((places[2 * i] ?? 0) * 256 + (places[2 * i + 1] ?? 0)) % ballots.length] ?? [],
  }))
  const hall = startHall({ out, seed, provisioned, clock, plan }, build)
  const pieces: Piece[] = []
  hall.bench.printer.onDrop((slip) => pieces.push({ at: clock.now(), slip }))
  const people = new People(hall, clock, provisioned.officers, wishes)
  const broken: string[] = []
  let over = false
  try {
    const ended = hall.agent.ended.then((end) => {
      over = true
      return end
    })
    const late = Promise.withResolvers<never>()
    const limit = clock.after(NO_END_MS, () => late.reject(new Broken('no end after six hours')))
    await clock.run(Promise.race([people.conduct(() => over), late.promise]))
    limit.cancel()
    const end = await ended
    if (end.is === 'failed')
      broken.push(`the device failed: ${end.error instanceof Error ? end.error.message : end.error}`)
    else if (end.bundle === undefined) broken.push('the device wrote no bundle')
    else broken.push(...brokenPromises(end.bundle, provisioned, people.voters, pieces))
  } catch (error) {
    broken.push(error instanceof Broken ? error.message : `${(error as Error).stack}; ${people.where()}`)
  } finally {
    await hall.agent.close()
    rmSync(out, { recursive: true, force: true })
  }
  const lines = Object.values(hall.lines)
  return {
    seed,
    plan: Object.entries(plan)
      .filter(([, faults]) => faults.length > 0)
      .map(([name, faults]) => `${name} ${printFaultPlan(faults)}`),
    voters: wishes.length,
    faults: lines.reduce((sum, { begun }) => sum + begun, 0),
    broken,
    virtualMinutes: Math.round((clock.now() - MORNING) / 60_000),
    helped: people.seen.filter((name) => /held|trouble|paused|missing|refused/.test(name)).length,
  }
}

/**
 * Runs many sessions, some at a time: most of a session's real time is the I/O board's, whose library knows no other.
 * @param order `seed` of all; session i has the seed `<seed>/<i>`
 * @param done given i too
 * @param isOver asked before each session
 */
export async function runSessions(
  order: { readonly seed: string; readonly first: number; readonly count: number; readonly together: number },
  build: Pick<Build, 'readHome' | 'setUpStore' | 'startAgent'>,
  done: (outcome: Outcome, number: number) => void,
  isOver: () => boolean = () => false,
): Promise<void> {
  let next = order.first
  const station = new PreparedStation()
  const work = async () => {
    while (next < order.first + order.count && !isOver()) {
      const number = next
      next += 1
      done(await runSession(`${order.seed}/${number}`, station, build), number)
    }
  }
  await Promise.all(Array.from({ length: order.together }, work)).finally(() => station.remove())
}

/** An outcome as a person reads it, with what replays it. */
export function describeOutcome({ seed, plan, broken }: Outcome): string {
  return [
    `seed ${seed}`,
    ...plan.map((line) => `  ${line}`),
    ...broken.map((what) => `  BROKEN ${what}`),
  ].join('\n')
}
