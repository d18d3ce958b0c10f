/** The polling day of the demonstration: opening, 365 voters on three devices, closing, everything received by the centre. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { shuffle, uniform } from '../core/ballot-box/draw.ts'
import type { Clock, Logger, Random } from '../core/ports.ts'
import { RefusalError, valueOrThrow } from '../core/result.ts'
import { resultOf } from '../fleet/results/results.ts'
import type { CentreStore } from '../fleet/store/store.ts'
import { closePolls, openPolls, takeLeave } from '../simulator/people/officers.ts'
import { vote } from '../simulator/people/voter.ts'
import type { VirtualClock } from '../simulator/virtual-clock.ts'
import { DEVICES, type RealBallot, realBallots } from './elections/gy-les-nonains.ts'
import type { Progress } from './progress.ts'
import { type Provisioned, writeConfig } from './provisioned.ts'
import { startVirtualCentre } from './virtual-centre.ts'
import { VirtualDesk } from './virtual-desk.ts'
import { startVirtualDevice, type VirtualDevice } from './virtual-station.ts'

/** Voters come this far apart at a device, at most: some ten hours for all. */
const LONGEST_GAP_MS = 9 * 60_000
/** A day that takes longer is stuck. */
const LONGEST_DAY_MS = 30 * 3_600_000

interface DayParts {
  readonly out: string
  readonly provisioned: Provisioned
  readonly clock: VirtualClock
  readonly networkClock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly progress: Progress
}

/** What the day left for the audit to be held against. */
interface DayResult {
  /** Ballots that virtual voters cast on each device, as they meant them. */
  readonly castOn: ReadonlyMap<string, readonly RealBallot[]>
  readonly devices: readonly VirtualDevice[]
}

/** Runs the whole day on the virtual clock. */
export async function pollingDay(parts: DayParts): Promise<DayResult> {
  const { clock } = parts
  const tooLong = new Promise<never>((_, reject) => {
    clock.after(LONGEST_DAY_MS, () =>
      reject(new Error('the polling day never ends: somebody waits for something')),
    )
  })
  return clock.run(Promise.race([day(parts), tooLong]))
}

async function day(parts: DayParts): Promise<DayResult> {
  const { out, provisioned, clock, progress } = parts
  const { centre, store } = await whileHeld(clock, () => startVirtualCentre(parts))
  const broker = { host: '127.0.0.1', port: centre.port }
  const inProcess = { touchscreen: '-', cardReader: '-', printer: '-', ioBoard: '-', display: '-' }
  progress.stage(`polls open: ${DEVICES.length} devices start, two officers' cards each, zero reports`)
  const desk = new VirtualDesk(parts)
  const devices = DEVICES.map((id) => {
    writeConfig(out, id, provisioned.authority, inProcess, broker)
    return startVirtualDevice(id, parts)
  })
  for (const { bench } of devices) await openPolls(bench, clock, provisioned.officers)
  progress.stage('voters vote: card, codes by touch, review, slip compared, cast')
  const castOn = await allVote(parts, devices, desk)
  progress.stage('polls close: minutes printed, tallies and journals go to the centre')
  for (const { bench } of devices) await closePolls(bench, clock, provisioned.officers)
  // Twice round: the first time the cards gather that each device is closed, the second time they tell it.
  for (const { bench } of [...devices, ...devices]) await takeLeave(bench, clock, provisioned.officers)
  progress.detail("the officers' cards have told each device of the others and forgotten the day key")
  for (const { id, agent } of devices) await received(id, agent, progress)
  const checkIn = join(out, 'bundles', 'check-in')
  mkdirSync(checkIn, { recursive: true })
  desk.writeStatement(checkIn)
  await desk.close()
  await whileHeld(clock, () => tellCentre(parts, store))
  for (const { agent } of devices) await whileHeld(clock, () => agent.close())
  await whileHeld(clock, () => centre.close())
  await store.close()
  return { castOn, devices }
}

/** Every voter gets a card at the desk, goes to a device and votes; the devices work side by side. */
async function allVote(parts: DayParts, devices: readonly VirtualDevice[], desk: VirtualDesk) {
  const { provisioned, clock, random, progress } = parts
  const ballots = shuffle(realBallots(), random)
  const castOn = new Map<string, RealBallot[]>(devices.map(({ id }) => [id, []]))
  let done = 0
  await Promise.all(
    devices.map(async ({ id, bench }, place) => {
      for (const codes of ballots.filter((_, i) => i % devices.length === place)) {
        await pause(clock, uniform(LONGEST_GAP_MS, random))
        const card = provisioned.voterCard(random)
        await desk.authorise(card)
        const outcome = await vote(bench, clock, { card, codes: shuffle(codes, random) })
        if (outcome !== 'voted') throw new Error(`a voter was refused at ${id}`)
        castOn.get(id)?.push(codes)
        done += 1
        progress.bar(done, ballots.length, 'votes')
      }
    }),
  )
  progress.detail(
    `${done} ballots cast, ${ballots.filter((codes) => codes.length === 0).length} of them blank`,
  )
  return castOn
}

async function received(id: string, agent: VirtualDevice['agent'], progress: Progress): Promise<void> {
  const end = await agent.handedOver()
  if (end.is === 'failed')
    throw end.error instanceof RefusalError
      ? end.error
      : new Error(`device ${id} stopped`, { cause: end.error })
  if (end.sync !== 'received') throw new Error(`the centre did not take everything of ${id}: ${end.sync}`)
  progress.detail(`${id}: journal and tally received and cosigned by the centre`)
}

/** What the centre has from the wire alone. */
async function tellCentre({ provisioned, progress }: DayParts, store: CentreStore): Promise<void> {
  const { definition } = provisioned.electionPackage
  const [tallies, sheets] = [await store.tallies(), await store.sheets()]
  const result = valueOrThrow(await resultOf(definition, store))
  const ballots = result.sum[0] === undefined ? 0 : result.sum[0].valid + result.sum[0].blank
  progress.detail(
    `the centre holds ${tallies.length} tallies, ${sheets.length} sheets of stations, ${ballots} ballots`,
  )
}

/** Virtual time stands still while real time is needed. */
async function whileHeld<T>(clock: VirtualClock, work: () => Promise<T>): Promise<T> {
  const release = clock.hold()
  try {
    return await work()
  } finally {
    release()
  }
}

function pause(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => clock.after(ms, resolve))
}
