/** The report of a run: every figure with the words that say where it comes from. */
import { cpus, loadavg, totalmem } from 'node:os'
import type { FaultyFigures } from './faulty-run.ts'
import { inSeconds, type PlainFigures, rate } from './plain-run.ts'
import type { Cost } from './processes.ts'
import { CAVEAT } from './telling.ts'

/** What a run was asked for. */
export interface Asked {
  readonly devices: number
  readonly seed: string
  readonly store: string
  readonly broker: string
}

/** The middle one. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

/** The report of the plain plan, a line each. */
export function plainReport(asked: Asked, figures: PlainFigures): readonly string[] {
  const { devices } = asked
  const { handshakesMs, connectMs, rounds, loaders, brokers } = figures
  const [floor, entries, tallies] = [
    median(rounds.map(({ floorMs }) => floorMs)),
    median(rounds.map(({ entriesMs }) => entriesMs)),
    median(rounds.map(({ talliesMs }) => talliesMs)),
  ]
  const ratio = median(rounds.map(({ floorMs, talliesMs }) => talliesMs / floorMs))
  const cpu = median(rounds.map(({ centre }) => centre.cpuSeconds))
  const connecting = loaders.cpuSeconds + brokers.cpuSeconds
  const last = rounds.at(-1)
  return [
    ...head(asked, 'plain'),
    `floor: bare TLS 1.3 handshakes, both sides    ${inSeconds(handshakesMs)}, ${rate(devices, handshakesMs)} a second (${CAVEAT})`,
    `connected and subscribed                      ${inSeconds(connectMs)}, ${(connectMs / handshakesMs).toFixed(2)} times the floor (${CAVEAT})`,
    `floor: tallies to subscribers that drop them  ${inSeconds(floor)} (median of ${rounds.length}; ${CAVEAT})`,
    `journals stored, cosigned, receipts checked   ${inSeconds(entries)} (median of ${rounds.length}; ${CAVEAT})`,
    `tallies stored, answers checked               ${inSeconds(tallies)}, ${ratio.toFixed(2)} times the floor (medians of ${rounds.length}; ${CAVEAT})`,
    `processor, a device: ${milliseconds(connecting, devices)} to connect, both ends; ${milliseconds(cpu, devices)} of the centre for a tally (${CAVEAT})`,
    `memory, a device: ${memory(loaders, devices)} its own side, ${memory(brokers, devices)} brokers, ${memory(last?.collectors, devices)} collectors and database (${CAVEAT})`,
    ...counts(last?.verdict),
  ]
}

/** The report of the plan with faults. */
export function faultyReport(asked: Asked, figures: FaultyFigures): readonly string[] {
  const { plan, entriesMs, statuses, spreadMs, talliesMs, linksLost, alarms, verdict } = figures
  const raised = Object.entries(alarms).map(([kind, count]) => `${count} ${kind}`)
  return [
    ...head(asked, 'with faults'),
    ...plan.map((line) => `fault: ${line}`),
    `journals of one half, before that, stored and cosigned   ${inSeconds(entriesMs)} (${CAVEAT})`,
    `statuses of ${statuses} devices stored`,
    `tallies sent within ${inSeconds(spreadMs)}, the last answered after ${inSeconds(talliesMs)}; ${linksLost} links lost on the way (${CAVEAT})`,
    `alarms: ${raised.length === 0 ? 'none' : raised.join(', ')}`,
    ...counts(verdict),
    'not in it: spares, sheets of stations, devices that are declared dead, collectors that share a broker',
  ]
}

/** What does not hold, over all rounds; nothing if all does. */
export function problemsOf(verdicts: readonly { readonly problems: readonly string[] }[]): readonly string[] {
  return [...new Set(verdicts.flatMap(({ problems }) => problems))]
}

function head({ devices, seed, store, broker }: Asked, plan: string): readonly string[] {
  const memoryGiB = Math.round(totalmem() / 2 ** 30)
  const load = loadavg().map((average) => average.toFixed(1))
  return [
    `Sandogh: a simulated country, ${plan}: ${devices} devices, seed ${seed}, brokers ${broker}, store ${store}`,
    `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, ${memoryGiB} GiB, Node ${process.versions.node}; load when it ended ${load.join(' ')}`,
  ]
}

function counts(
  verdict: { readonly accepted: number; readonly receipts: number; readonly ballots: number } | undefined,
): readonly string[] {
  if (verdict === undefined) return []
  const { accepted, receipts, ballots } = verdict
  return [`${accepted} tallies accepted once, ${receipts} receipts held by devices, ${ballots} ballots`]
}

function memory(cost: Cost | undefined, devices: number): string {
  return `${((cost?.residentBytes ?? 0) / 1_024 / devices).toFixed(0)} KiB`
}

function milliseconds(cpuSeconds: number, devices: number): string {
  return `${((1_000 * cpuSeconds) / devices).toFixed(2)} ms`
}
