/**
 * The long run, for evidence: `npm run soak -- lines [--plans 10000] [--minutes 120] [--seed S] [--first 0]`. Each line says which plans have all ended,
 * for some are always on their way, and one without end would be among them. One session replayed: `npm run soak -- lines --replay 'S/17'`.
 */
import { parseArgs } from 'node:util'
import { startAgent } from '../../device-agent/ballot/agent.ts'
import { readHome } from '../../device-agent/ballot/home.ts'
import { setUpStore } from '../../device-agent/ballot/setup.ts'
import { Growth } from './growth.ts'
import { describeOutcome, type Outcome, PreparedStation, runSession, runSessions } from './session.ts'

const TOGETHER = 24

/** @returns 0 if all sessions were run and every promise was kept, 1 if not, 2 for numbers that are none */
export async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      plans: { type: 'string', default: '10000' },
      minutes: { type: 'string', default: '120' },
      seed: { type: 'string', default: crypto.randomUUID().slice(0, 8) },
      first: { type: 'string', default: '0' },
      replay: { type: 'string' },
    },
  })
  const build = { readHome, setUpStore, startAgent }
  if (values.replay !== undefined) {
    const station = new PreparedStation()
    const outcome = await runSession(values.replay, station, build).finally(() => station.remove())
    process.stdout.write(`${describeOutcome(outcome)}\n`)
    return outcome.broken.length === 0 ? 0 : 1
  }
  const [plans, minutes, first] = [whole(values.plans), whole(values.minutes), whole(values.first, 0)]
  if (plans === undefined || minutes === undefined || first === undefined) {
    process.stderr.write('--plans and --minutes are whole numbers from 1 on, --first from 0 on\n')
    return 2
  }
  process.stdout.write(`seed ${values.seed}\n`)
  const until = performance.now() + minutes * 60_000
  const growth = new Growth()
  const ended = new Set<number>()
  const sums = { allBefore: first, sessions: 0, voters: 0, faults: 0, helped: 0, failed: 0, longest: 0 }
  const take = (outcome: Outcome, number: number) => {
    sums.sessions += 1
    ended.add(number)
    while (ended.delete(sums.allBefore)) sums.allBefore += 1
    sums.voters += outcome.voters
    sums.faults += outcome.faults
    sums.helped += outcome.helped
    sums.longest = Math.max(sums.longest, outcome.virtualMinutes)
    if (outcome.broken.length > 0) {
      sums.failed += 1
      process.stdout.write(`${describeOutcome(outcome)}\n`)
    }
    growth.after(sums.sessions)
    if (sums.sessions % 50 === 0) process.stdout.write(`${JSON.stringify(sums)} ${growth.told()}\n`)
  }
  const order = { seed: values.seed, first, count: plans, together: TOGETHER }
  await runSessions(order, build, take, () => performance.now() > until)
  process.stdout.write(`\n${JSON.stringify(sums)}\n${growth.told()}\n`)
  if (sums.sessions < plans) process.stdout.write(`cut short: ${sums.sessions} of ${plans} sessions\n`)
  return sums.failed === 0 && sums.sessions === plans ? 0 : 1
}

/** A whole number as somebody typed it; undefined for anything else. */
function whole(text: string, least = 1): number | undefined {
  const number = Number(text)
  return Number.isSafeInteger(number) && number >= least ? number : undefined
}
