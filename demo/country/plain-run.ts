/** The plain plan: everybody connects, every journal and every tally arrives; each beside its floor, the tallies five times. */
import type { ElectionPackage } from '../../core/package/package.ts'
import { type CentreChoice, CentreProcesses, type Named, SIDES } from './centre-processes.ts'
import { Child } from './children.ts'
import type { CountryFile } from './country-file.ts'
import type { FromFloor, ToFloor } from './floor-program.ts'
import { judge, type Verdict } from './judge.ts'
import { Loaders } from './loaders.ts'
import { type Cost, costOf, difference } from './processes.ts'
import type { Telling } from './telling.ts'
import { watched } from './waiting.ts'

/** Of so many rounds the median counts; a country that is too small to be measured has one. */
const ROUNDS = 5
const FEWEST_TO_MEASURE = 1_000
const FLOOR = new URL('floor-program.ts', import.meta.url)

/** What a run works with. */
export interface RunParts {
  readonly seed: string
  readonly devices: number
  readonly out: string
  readonly path: string
  readonly file: CountryFile
  readonly electionPackage: ElectionPackage
  readonly telling: Telling
  readonly broker: CentreChoice['broker']
  readonly store: CentreChoice['store']
}

/** One round of entries and tallies. */
export interface Round {
  readonly floorMs: number
  readonly entriesMs: number
  readonly talliesMs: number
  /** What brokers, collectors and database spent and grew by while the tallies came. */
  readonly centre: Cost
  /** What collectors and database grew by since nothing was said. */
  readonly collectors: Cost
  readonly verdict: Verdict
}

/** What was measured. */
export interface PlainFigures {
  readonly handshakesMs: number
  readonly connectMs: number
  readonly rounds: readonly Round[]
  /** What every device's connection took on its own side, and at the brokers. */
  readonly loaders: Cost
  readonly brokers: Cost
}

/** Runs it. */
export async function plainRun(parts: RunParts): Promise<PlainFigures> {
  const { seed, devices, out, path, file, telling, broker, store } = parts
  const named: Named[] = []
  const centre = new CentreProcesses({ seed, out, packageText: file.packageText, broker, store }, (alarm) =>
    named.push(alarm),
  )
  const loaders = new Loaders(devices, out)
  try {
    await loaders.make(seed, path)
    telling.stage(
      `bare handshakes: TLS 1.3, both sides with a certificate, ${loaders.pids.length} loaders, ${SIDES} servers`,
    )
    const handshakesMs = await handshakes(parts, loaders, centre)
    telling.detail(`${devices} in ${inSeconds(handshakesMs)}, ${rate(devices, handshakesMs)} a second`)
    telling.stage('every device connects to its broker and subscribes')
    for (let side = 0; side < SIDES; side += 1) await centre.startBroker(side)
    const urls = Array.from({ length: SIDES }, (_, side) => ({ steady: centre.url(side), flapping: '' }))
    const [loadersBefore, brokersBefore] = [costOf(loaders.pids), costOf(centre.brokers)]
    const { ms: connectMs, isWhole } = await watched(
      { telling, loaders, devices },
      'up',
      loaders.connect(urls, []),
    )
    if (!isWhole) throw new Error('the brokers do not let all devices in: see centre.log')
    telling.detail(
      `${devices} in ${inSeconds(connectMs)}, ${rate(devices, connectMs)} a second, ${(connectMs / handshakesMs).toFixed(2)} times the floor`,
    )
    const connected = {
      loaders: difference(loadersBefore, costOf(loaders.pids)),
      brokers: difference(brokersBefore, costOf(centre.brokers)),
    }
    const done: Round[] = []
    const rounds = devices < FEWEST_TO_MEASURE ? 1 : ROUNDS
    for (let round = 1; round <= rounds; round += 1) {
      telling.stage(`round ${round} of ${rounds}: tallies to nobody, then journals and tallies to the centre`)
      done.push(await oneRound(parts, { loaders, centre, named }))
    }
    return { handshakesMs, connectMs, rounds: done, ...connected }
  } finally {
    await loaders.end()
    await centre.end()
  }
}

interface Running {
  readonly loaders: Loaders
  readonly centre: CentreProcesses
  readonly named: Named[]
}

async function oneRound(parts: RunParts, running: Running): Promise<Round> {
  const { devices, telling } = parts
  const { loaders, centre } = running
  const floorMs = await dropped(parts, loaders, centre)
  telling.detail(`floor: ${devices} tallies to subscribers that drop them: ${inSeconds(floorMs)}`)
  await centre.emptyStore()
  for (let side = 0; side < SIDES; side += 1) await centre.startCollector(side)
  const atFirst = costOf(centre.collectors)
  const { ms: entriesMs } = await watched({ telling, loaders, devices }, 'answered', loaders.say('journal'))
  telling.detail(`${devices} journals stored and cosigned, receipts checked: ${inSeconds(entriesMs)}`)
  const before = costOf([...centre.brokers, ...centre.collectors])
  const { ms: talliesMs } = await watched({ telling, loaders, devices }, 'answered', loaders.say('tally'))
  const spent = difference(before, costOf([...centre.brokers, ...centre.collectors]))
  const collectors = difference(atFirst, costOf(centre.collectors))
  telling.detail(
    `${devices} tallies stored, answers checked: ${inSeconds(talliesMs)}, ${(talliesMs / floorMs).toFixed(1)} times the floor`,
  )
  const verdict = await judged(parts, running, {
    attackers: [],
    mayBeNamed: () => false,
    doubled: new Set(),
    secondJournals: new Set(),
  })
  await centre.endCollectors()
  loaders.forget()
  return { floorMs, entriesMs, talliesMs, centre: spent, collectors, verdict }
}

/** Holds what the centre has against the country, and tells what does not hold. */
export async function judged(
  { file, electionPackage, telling }: RunParts,
  { loaders, centre, named }: Running,
  awaited: Pick<Parameters<typeof judge>[0], 'attackers' | 'mayBeNamed' | 'doubled' | 'secondJournals'>,
): Promise<Verdict> {
  const { store } = centre
  const held = await loaders.held()
  const verdict = await judge({ file, electionPackage, store, held, named, ...awaited })
  for (const problem of verdict.problems) telling.detail(`DOES NOT HOLD: ${problem}`)
  return verdict
}

/** From the first handshake that a loader begins to the last that a server has seen whole. */
async function handshakes(
  { seed, out }: RunParts,
  loaders: Loaders,
  centre: CentreProcesses,
): Promise<number> {
  const servers = sides().map((side) => floor(`server ${side + 1}`, out))
  try {
    const addresses = await Promise.all(
      servers.map(async (server, side) => {
        const host = centre.host(side)
        server.tell({ be: 'server', seed, host, awaited: loaders.onSide(side) })
        return {
          host,
          port: await server.until((message) => (message.is === 'ready' ? message.port : undefined)),
        }
      }),
    )
    const all = servers.map((server, side) => seenAll(server, loaders.onSide(side)))
    const began = performance.timeOrigin + performance.now()
    const { ms } = await loaders.shakeHands(addresses)
    return Math.max(ms, Math.max(...(await Promise.all(all))) - began)
  } finally {
    for (const server of servers) await server.end()
  }
}

/** From the word to send to the last message that a subscriber has heard. */
async function dropped(
  { seed, out, path }: RunParts,
  loaders: Loaders,
  centre: CentreProcesses,
): Promise<number> {
  const droppers = sides().map((side) => floor(`dropper ${side + 1}`, out))
  try {
    await Promise.all(
      droppers.map(async (dropper, side) => {
        dropper.tell({
          be: 'dropper',
          seed,
          file: path,
          broker: centre.url(side),
          awaited: loaders.onSide(side),
        })
        await dropper.until((message) => message.is === 'ready' || undefined)
      }),
    )
    const all = droppers.map((dropper, side) => seenAll(dropper, loaders.onSide(side)))
    const began = performance.timeOrigin + performance.now()
    loaders.sayUnanswered()
    const ended = Math.max(...(await Promise.all(all)))
    loaders.hush()
    return ended - began
  } finally {
    for (const dropper of droppers) await dropper.end()
  }
}

function sides(): readonly number[] {
  return Array.from({ length: SIDES }, (_, side) => side)
}

function floor(name: string, out: string): Child<ToFloor, FromFloor> {
  return new Child<ToFloor, FromFloor>(name, FLOOR, out, 'floors')
}

/** When a floor had seen everything; at once where it awaits nothing. */
async function seenAll(child: Child<ToFloor, FromFloor>, awaited: number): Promise<number> {
  return awaited === 0 ? 0 : await child.until((message) => (message.is === 'all' ? message.at : undefined))
}

/** Milliseconds as seconds, in words. */
export function inSeconds(ms: number): string {
  return `${(ms / 1_000).toFixed(2)} s`
}

/** So many in so many milliseconds, a second. */
export function rate(count: number, ms: number): string {
  return ((1_000 * count) / ms).toFixed(0)
}
