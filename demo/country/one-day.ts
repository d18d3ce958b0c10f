/**
 * One device's polling day, made with the real store and written down: what of it the sync will tell the centre. Nobody touches anything: voters'
 * choices are drawn, and counted beside by hand.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { uniform } from '../../core/ballot-box/draw.ts'
import { JOURNAL_ID_BYTES, originOf } from '../../core/bundle/names.ts'
import { RELEASE_MINIMUM } from '../../core/bundle/sealed-tally.ts'
import type { Contest } from '../../core/election/definition.ts'
import { type DeviceKeys, makeDeviceKeys, requestEnrolment } from '../../core/enrolment/device-request.ts'
import { signerFromSeed } from '../../core/keys/ed25519.ts'
import { sha256, toBase64, toHex } from '../../core/keys/hash.ts'
import type { ElectionPackage } from '../../core/package/package.ts'
import type { Clock, Random } from '../../core/ports.ts'
import { valueOrThrow } from '../../core/result.ts'
import { DeviceStore } from '../../device-agent/store/device-store.ts'
import { Medium } from '../../device-agent/store/medium.ts'
import { enrolDevice } from '../../provisioning/enrolment/enrolment.ts'
import { issuingOf } from './election.ts'
import { fastSeededRandom } from './fast-random.ts'

/** Fewest ballots of a device, and how many more there may be: its own totals may leave, and some devices seal a batch in the middle of the day. */
export const LEAST_BALLOTS = RELEASE_MINIMUM
const MORE_BALLOTS = 4
/** One device in so many has a day of twice as many ballots, with a batch in the middle. */
const LONG_DAY_EVERY = 32
const LONG_DAY_BALLOTS = 70

const MORNING_MS = Date.parse('2026-06-19T04:00:00Z')
const BETWEEN_VOTERS_MS = 900_000

const NO_PERIPHERALS = {
  touchscreen: 'none: simulated',
  'card-reader': 'none: simulated',
  printer: 'none: simulated',
  'io-board': 'none: simulated',
  display: 'none: simulated',
} as const

/** What is kept of a device. */
export interface MadeDevice {
  readonly number: number
  readonly id: string
  readonly keys: DeviceKeys
  /** DER. */
  readonly certificate: Uint8Array
  readonly origin: string
  readonly entries: readonly Uint8Array[]
  /** Checkpoints by size: after the opening, in the middle and at the end. */
  readonly checkpoints: ReadonlyMap<number, string>
  readonly tally: string
  /** Counted by hand: blank, valid, then each option by its position. */
  readonly shadow: Uint32Array
}

/** What is the same for all devices of a run. */
export interface Making {
  readonly seed: string
  readonly electionPackage: ElectionPackage
  readonly authorityKey: Uint8Array
  readonly program: string
  /** A folder in memory, where each device's medium lies for the time of its day. */
  readonly folder: string
}

/** Enrols a device and lets its day pass. */
export function makeDevice(making: Making, number: number, id: string): MadeDevice {
  const { seed, electionPackage, authorityKey, program } = making
  const { definition } = electionPackage
  const random = fastSeededRandom(`${seed}: device ${id}`)
  const keys = makeDeviceKeys(random)
  const issuing = issuingOf(seed, `certificate of ${id}`)
  const certificate = valueOrThrow(enrolDevice(requestEnrolment(id, keys), definition, issuing, id))
  const origin = originOf(definition, id, random.bytes(JOURNAL_ID_BYTES))
  const opening = {
    version: 1 as const,
    origin,
    certificate: toBase64(sha256(certificate)),
    package: toBase64(electionPackage.hash),
    software: 'sandogh simulated country',
    program,
    random: random.kind,
  }
  const folder = mkdtempSync(join(making.folder, 'device-'))
  try {
    const clock = new DayClock(MORNING_MS)
    const row = { origin, package: opening.package, certificate }
    const store = DeviceStore.begin(
      {
        media: [valueOrThrow(Medium.create(folder, row, random))],
        electionPackage,
        logSigner: signerFromSeed(keys.log),
        messageSigner: signerFromSeed(keys.message),
        witnessSigner: signerFromSeed(keys.witness),
        authorityKey,
        clock,
        random,
        boot: 'country',
      },
      opening,
    )
    const { shadow, sizes } = passDay(store, clock, making, number, random)
    const entries = store.entriesFrom(0)
    const checkpoints = new Map(sizes.map((size) => [size, store.checkpointAt(size) ?? '']))
    const tally = store.totals?.tally ?? ''
    store.close()
    return { number, id, keys, certificate, origin, entries, checkpoints, tally, shadow }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Opening, voters, closing. @returns what was voted, and the sizes at which the centre could hear of it */
function passDay(store: DeviceStore, clock: DayClock, making: Making, number: number, random: Random) {
  const { definition } = making.electionPackage
  const [style] = definition.styles
  const [contest] = definition.contests
  if (style === undefined || contest === undefined) throw new Error('an election without a contest')
  const officers = {
    executive: toBase64(sha256(Buffer.from(`executive of ${definition.election}`))),
    supervisory: toBase64(sha256(Buffer.from(`supervisor of ${definition.election}`))),
  }
  const admit = (purpose: 'opening' | 'closing') => {
    for (const role of ['executive', 'supervisory'] as const)
      store.append({ type: 'officer.admitted', role, certificate: officers[role], purpose })
  }
  const shadow = new Uint32Array(2 + contest.candidates.length + contest.lists.length)
  const dayKey = random.bytes(32)
  const id = toHex(sha256(dayKey)).slice(0, 32)
  store.append({ type: 'device.started', peripherals: NO_PERIPHERALS, program: making.program })
  admit('opening')
  store.append({ type: 'day_key.drawn', id })
  store.append({ type: 'day_key.shared', id })
  valueOrThrow(store.preparePool(dayKey))
  store.append({ type: 'report.printed', report: 'zero' })
  store.openPolls(officers)
  const sizes = [store.entriesFrom(0).length]
  const ballots =
    number % LONG_DAY_EVERY === 0 ? LONG_DAY_BALLOTS : LEAST_BALLOTS + uniform(MORE_BALLOTS + 1, random)
  for (let voter = 0; voter < ballots; voter += 1) {
    clock.pass(BETWEEN_VOTERS_MS)
    const choice = drawChoice(contest, random)
    store.cast(style.id, [choice], random.bytes(16))
    shadow[choice.length === 0 ? 0 : 1] = (shadow[choice.length === 0 ? 0 : 1] ?? 0) + 1
    for (const option of choice) shadow[2 + option] = (shadow[2 + option] ?? 0) + 1
    if (voter === Math.floor(ballots / 2)) sizes.push(store.entriesFrom(0).length)
  }
  admit('closing')
  store.closePolls(officers)
  store.append({ type: 'report.printed', report: 'minutes' })
  sizes.push(store.entriesFrom(0).length)
  return { shadow, sizes }
}

/** Blank now and then, a list now and then, else names. */
function drawChoice({ candidates, lists, choices }: Contest, random: Random): readonly number[] {
  const kind = uniform(8, random)
  if (kind === 0) return []
  if (kind <= 2 && lists.length > 0) return [candidates.length + uniform(lists.length, random)]
  const chosen = new Set<number>()
  for (let left = 1 + uniform(choices, random); left > 0; left -= 1)
    chosen.add(uniform(candidates.length, random))
  return [...chosen].sort((a, b) => a - b)
}

/** Time that passes only between voters. */
class DayClock implements Clock {
  #now: number
  constructor(now: number) {
    this.#now = now
  }
  pass(ms: number): void {
    this.#now += ms
  }
  now(): number {
    return this.#now
  }
  elapsed(): number {
    return this.#now
  }
  after(): never {
    throw new Error('nothing waits in a day that is made at once')
  }
}
