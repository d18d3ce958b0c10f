/** The plan with faults: the same country, while links flap, processes are killed and somebody forges, copies, lies and floods. */
import { setTimeout as pause } from 'node:timers/promises'
import { seededRandom } from '../../simulator/seeded-random.ts'
import type { AttackOrder, FromAttackers, ToAttackers } from './attackers.ts'
import { CentreProcesses, type Named, SIDES } from './centre-processes.ts'
import { Child } from './children.ts'
import { deviceId } from './election.ts'
import { drawFaultPlan, type FaultPlan, type Kill, printFaultPlan } from './fault-plan.ts'
import type { FromLinks, ToLinks } from './flapping-links.ts'
import type { Verdict } from './judge.ts'
import { Loaders, turnMs } from './loaders.ts'
import { inSeconds, judged, type RunParts } from './plain-run.ts'
import { openTables } from './tables.ts'
import { watched } from './waiting.ts'

const ATTACKERS = new URL('attackers.ts', import.meta.url)
const LINKS = new URL('flapping-links.ts', import.meta.url)

/** The time in which devices send their tallies, each at a moment of its own: what is killed is killed in the middle. */
const SHORTEST_SPREAD_MS = 6_000
/** A connection over a link that flaps lives so long at most: in a large country longer, so that as many are made again in a second as two processors can shake hands. */
const SHORTEST_LIFE_MS = 8_000
const LIFE_A_DEVICE_MS = 2
/** Until a killed process is started again. */
const DOWN_MS = 500
/** An attack that was not named is tried again, for the message may have been lost with a process; so often when all is quiet again. */
const QUIET_TRIES = 3
const BETWEEN_TRIES_MS = 1_000
/** Between two looks into the store; and without a status more for so many turns of a device's timer no more will come: a link may be down at one turn, and at the next. */
const STATUS_LOOK_MS = 250
const STATUS_TURNS = 6
const LEAST_STATUS_PATIENCE_MS = 60_000

/** What came of it. */
export interface FaultyFigures {
  readonly plan: readonly string[]
  /** Of the devices that send them before anything is killed. */
  readonly entriesMs: number
  /** Devices of which the store had a status before patience ended. */
  readonly statuses: number
  /** The time in which devices began to send, and until the last was answered. */
  readonly spreadMs: number
  readonly talliesMs: number
  /** Whether every device was answered before patience ended. */
  readonly isWhole: boolean
  readonly linksLost: number
  /** Alarms by their kind. */
  readonly alarms: Readonly<Record<string, number>>
  readonly verdict: Verdict
}

/** Runs it. */
export async function faultyRun(parts: RunParts): Promise<FaultyFigures> {
  const { seed, devices, out, path, file, telling, broker, store } = parts
  const plan = drawFaultPlan(devices, seededRandom(`${seed}: faults`))
  const spreadMs = Math.max(SHORTEST_SPREAD_MS, devices)
  const lines = printFaultPlan(plan, spreadMs)
  telling.stage('the plan of faults')
  for (const line of lines) telling.detail(line)
  const named: Named[] = []
  const centre = new CentreProcesses({ seed, out, packageText: file.packageText, broker, store }, (alarm) =>
    named.push(alarm),
  )
  const loaders = new Loaders(devices, out)
  const links = new Child<ToLinks, FromLinks>('links', LINKS, out, 'links')
  const attackers = new Child<ToAttackers, FromAttackers>('attackers', ATTACKERS, out, 'attackers')
  try {
    await loaders.make(seed, path)
    telling.stage('every device connects, some on links that flap, and one half send their closed journals')
    await centre.emptyStore()
    for (let side = 0; side < SIDES; side += 1) await centre.startBroker(side)
    for (let side = 0; side < SIDES; side += 1) await centre.startCollector(side)
    const longestMs = Math.max(SHORTEST_LIFE_MS, devices * LIFE_A_DEVICE_MS)
    const urls = await flapping(links, { seed, longestMs }, centre)
    const all = { telling, loaders, devices }
    await watched(all, 'up', loaders.connect(urls, plan.flapping))
    const { ms: entriesMs } = await watched(
      all,
      'answered',
      loaders.say('journal', { doubled: plan.doubled, silent: plan.late }),
    )
    const early = devices - plan.late.length
    telling.detail(`${early} journals stored and cosigned: ${inSeconds(entriesMs)}`)
    telling.stage('every device says how it is at each turn of its timer, until the store has it of all')
    loaders.tellHow(true)
    const statuses = await countStatuses(centre.store, devices)
    loaders.tellHow(false)
    telling.detail(`statuses of ${statuses} of ${devices} devices stored`)
    telling.stage('tallies, and the other journals, while processes are killed and others attack')
    const began = performance.now()
    const orders = ordersOf(plan, (number) => centre.url(loaders.sideOf(number)))
    let isQuiet = false
    const attacked = attack({ attackers, seed, path, named, isQuiet: () => isQuiet }, orders)
    // Where something else fails first, that is what is told.
    attacked.catch(() => {})
    const faults = async () => {
      await Promise.all([killInTurn(parts, centre, plan.kills, spreadMs), pause(spreadMs)])
      // From here on everybody has to get through.
      links.tell({ be: 'calm' })
    }
    const [{ isWhole }] = await Promise.all([
      watched(all, 'answered', loaders.say('tally', { spreadMs, doubled: plan.doubled })),
      faults(),
    ])
    const talliesMs = performance.now() - began
    // Until all devices are through, whoever attacks may not be let in either.
    isQuiet = true
    await attacked
    telling.detail(`${loaders.progress.answered} of ${devices} tallies answered: ${inSeconds(talliesMs)}`)
    telling.stage('what the centre holds is held against the country')
    const verdict = await judged(
      parts,
      { loaders, centre, named },
      {
        attackers: orders.map((order) => ({ device: deviceId(order.number), kind: alarmOf(order) })),
        mayBeNamed: (alarm) =>
          byAccident(alarm) || (alarm.kind === 'malformed' && alarm.device === deviceId(plan.flooder)),
        doubled: new Set(plan.doubled.map(deviceId)),
        secondJournals: new Set(
          [...plan.clones].flatMap(([number, clone]) =>
            clone === 'second-journal' ? [deviceId(number)] : [],
          ),
        ),
      },
    )
    const alarms: Record<string, number> = {}
    for (const { kind } of named) alarms[kind] = (alarms[kind] ?? 0) + 1
    return {
      plan: lines,
      entriesMs,
      statuses,
      spreadMs,
      talliesMs,
      isWhole,
      linksLost: loaders.progress.lost,
      alarms,
      verdict:
        statuses === devices ? verdict : withProblem(verdict, `${devices - statuses} statuses did not come`),
    }
  } finally {
    await Promise.all([loaders.end(), links.end(), attackers.end()])
    await centre.end()
  }
}

/** How many devices the store has a status of: waits until it is all of them, or until no more come. */
async function countStatuses(store: string, devices: number): Promise<number> {
  const patienceMs = Math.max(LEAST_STATUS_PATIENCE_MS, STATUS_TURNS * turnMs(devices))
  const tables = await openTables(store)
  try {
    let count = 0
    let since = performance.now()
    while (count < devices && performance.now() - since < patienceMs) {
      await pause(STATUS_LOOK_MS)
      const rows = await tables.rows<{ readonly n: number | string }>('SELECT count(*) AS n FROM statuses')
      const now = Number(rows[0]?.n)
      if (now > count) since = performance.now()
      count = now
    }
    return count
  } finally {
    await tables.close()
  }
}

function withProblem(verdict: Verdict, problem: string): Verdict {
  return { ...verdict, problems: [...verdict.problems, problem] }
}

/** Honest devices of whom something was lost, or that a store in trouble could not serve. */
function byAccident({ kind }: Named): boolean {
  return kind === 'gap' || kind === 'not-stored'
}

async function flapping(
  links: Child<ToLinks, FromLinks>,
  drawn: { readonly seed: string; readonly longestMs: number },
  centre: CentreProcesses,
) {
  const steady = Array.from({ length: SIDES }, (_, side) => centre.url(side))
  const brokers = steady.map((url) => ({ host: new URL(url).hostname, port: Number(new URL(url).port) }))
  links.tell({ be: 'flapping', ...drawn, brokers })
  const ports = await links.until((message) => message.ports)
  return steady.map((url, side) => ({
    steady: url,
    flapping: `mqtts://${brokers[side]?.host}:${ports[side]}`,
  }))
}

function ordersOf(plan: FaultPlan, brokerOf: (number: number) => string): readonly AttackOrder[] {
  const of = (number: number) => ({ number, broker: brokerOf(number) })
  return [
    ...[...plan.forgers].map(([number, forgery]) => ({
      ...of(number),
      as: 'forger' as const,
      forgery,
      other: plan.flooder,
    })),
    ...[...plan.clones].map(([number, clone]) => ({ ...of(number), as: 'clone' as const, clone })),
    ...plan.liars.map((number) => ({ ...of(number), as: 'liar' as const })),
    { ...of(plan.flooder), as: 'flooder' as const },
  ]
}

/** What the centre must say of an attack. */
function alarmOf(order: AttackOrder): string {
  switch (order.as) {
    case 'forger':
      return 'forged'
    case 'clone':
      return order.clone === 'fork' ? 'equivocation' : 'second-journal'
    case 'liar':
      return 'other-tally'
    case 'flooder':
      return 'flood'
  }
}

/** Has them attack, and again whoever was not named. */
async function attack(
  {
    attackers,
    seed,
    path,
    named,
    isQuiet,
  }: {
    readonly attackers: Child<ToAttackers, FromAttackers>
    readonly seed: string
    readonly path: string
    readonly named: readonly Named[]
    readonly isQuiet: () => boolean
  },
  all: readonly AttackOrder[],
): Promise<void> {
  let orders = all
  for (let quiet = 0; quiet < QUIET_TRIES && orders.length > 0; quiet += isQuiet() ? 1 : 0) {
    const done = attackers.until((message) => message.is === 'attacked' || undefined)
    attackers.tell({ seed, file: path, orders })
    await done
    await pause(BETWEEN_TRIES_MS)
    const said = new Set(named.map(({ device, kind }) => `${device} ${kind}`))
    orders = orders.filter((order) => !said.has(`${deviceId(order.number)} ${alarmOf(order)}`))
  }
}

/** `kill -9` of each at its moment, and a new process a little later; the next only when that one serves again. */
async function killInTurn(
  { telling }: RunParts,
  centre: CentreProcesses,
  kills: readonly Kill[],
  spreadMs: number,
): Promise<void> {
  const began = performance.now()
  for (const { what, side, at } of kills) {
    await pause(Math.max(0, began + at * spreadMs - performance.now()))
    telling.detail(what === 'database' ? 'the database is killed' : `${what} ${side + 1} is killed`)
    if (what === 'broker') {
      await centre.killBroker(side)
      await pause(DOWN_MS)
      await centre.startBroker(side)
    } else if (what === 'collector') {
      await centre.killCollector(side)
      await pause(DOWN_MS)
      await centre.startCollector(side)
    } else await centre.restartDatabase(DOWN_MS)
  }
}
