/**
 * A day on one device, with the real store on real SQLite files and real signatures, watched by somebody who copies the disk after every cast
 * and at the instants inside one. Only voters, the clock and the random numbers are made up, each from the day's seed.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { shuffle, uniform } from '../../core/ballot-box/draw.ts'
import { openBallot } from '../../core/ballot-box/sealed-ballot.ts'
import type { Ballot } from '../../core/election/ballot.ts'
import { contestsOfStyle, type Definition } from '../../core/election/definition.ts'
import { signerFromSeed } from '../../core/keys/ed25519.ts'
import { sha256, toBase64, toHex } from '../../core/keys/hash.ts'
import { boxPublicKey } from '../../core/keys/sealed-box.ts'
import type { Clock, Random } from '../../core/ports.ts'
import { valueOrThrow } from '../../core/result.ts'
import { DeviceStore, type StoreParts } from '../../device-agent/store/device-store.ts'
import { Medium } from '../../device-agent/store/medium.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { councilContest, listsContest, testDefinition } from '../fixtures/definition.ts'
import { PROGRAM } from '../fixtures/program.ts'
import { Camera, type Image, type InstantKind } from './image.ts'

export interface DayPlan {
  readonly seed: string
  readonly casts: number
  readonly media: 1 | 2
  /** After how many casts the program is started again, or the polls are paused for a moment. */
  readonly restarts: readonly number[]
  readonly pauses: readonly number[]
  /** Instead of drawn ballots: everybody leaves it blank, or chooses as much as is allowed. */
  readonly choose?: 'blank' | 'full'
  /** How many ballot styles are in use, of two. */
  readonly styles?: 1
}

/** What the attacker is told at the end, beside the images; the day key only as attacker (b). */
export interface PublicDay {
  readonly definition: Definition
  readonly origin: string
  /** By voter in the order of casting: number of the ballot style. Who voted, and when, is public. */
  readonly styles: readonly number[]
  readonly dayKey: Uint8Array
}

/** What only the trustees' key and the harness know; for judging. */
export interface Truth {
  /** Voter by sealed ballot in hexadecimal. */
  readonly voterOf: ReadonlyMap<string, number>
  /** How many options each voter chose. */
  readonly selections: readonly number[]
  /** What must never be on the disk in plain: day key, ballot ids, nonces of authorizations. */
  readonly secrets: readonly Uint8Array[]
}

const OPENING = Date.parse('2026-06-19T04:30:00Z')
const ID_BYTES = 16
const officers = {
  executive: toBase64(sha256(Uint8Array.of(1))),
  supervisory: toBase64(sha256(Uint8Array.of(2))),
}

/** Runs a day; `watch` gets every image as it is taken, and keeps what it wants to keep of it. */
export function runDay(plan: DayPlan, watch: (image: Image) => void): { publicDay: PublicDay; truth: Truth } {
  const folder = mkdtempSync(join(tmpdir(), 'sandogh-adversary-'))
  try {
    return runDayIn(folder, plan, watch)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function runDayIn(folder: string, plan: DayPlan, watch: (image: Image) => void) {
  const people = seededRandom(`people of ${plan.seed}`)
  const random = recorded(seededRandom(`device of ${plan.seed}`))
  const secretKey = people.bytes(32)
  const definition = adversaryDefinition(secretKey)
  const packageHash = sha256(people.bytes(32))
  const origin = `council.example/rehearsal-1405/device/device-1/${toHex(random.bytes(16))}`
  const certificate = people.bytes(300)
  const clock = new DayClock(OPENING)
  const dayKey = people.bytes(32)
  const folders = Array.from({ length: plan.media }, (_, i) => join(folder, `medium-${i}`))
  const camera = new Camera(folders)
  let casts = 0
  let casting = false
  const see = (kind: InstantKind) => watch(camera.take({ kind, casts }))
  const hook = (medium: Medium) => watchSteps(medium, (kind) => casting && see(kind))

  const deviceRow = { origin, package: toBase64(packageHash), certificate }
  const media = folders.map((path) => {
    mkdirSync(path)
    return hook(valueOrThrow(Medium.create(path, deviceRow, random)))
  })
  const parts = {
    electionPackage: { definition, hash: packageHash },
    logSigner: signerFromSeed(people.bytes(32)),
    messageSigner: signerFromSeed(people.bytes(32)),
    witnessSigner: signerFromSeed(people.bytes(32)),
    // No neighbour is ever met.
    authorityKey: new Uint8Array(32),
    boot: 'boot',
    clock,
    random,
  }
  let store = DeviceStore.begin(
    { ...parts, media: media as unknown as StoreParts['media'] },
    {
      version: 1,
      origin,
      certificate: toBase64(sha256(certificate)),
      package: toBase64(packageHash),
      software: 'sandogh test',
      program: PROGRAM,
      random: random.kind,
    },
  )
  valueOrThrow(store.preparePool(Uint8Array.from(dayKey)))
  store.append({ type: 'report.printed', report: 'zero' })
  store.openPolls(officers)
  see('prepared')

  const styles: number[] = []
  const selections: number[] = []
  const nonces: Uint8Array[] = []
  const voterOfId = new Map<string, number>()
  for (let voter = 0; voter < plan.casts; voter += 1) {
    clock.pass(20_000 + uniform(100_000, people))
    const { style, ballot } = drawBallot(definition, plan, people)
    const nonce = people.bytes(16)
    random.drawn.length = 0
    casts += 1
    casting = true
    store.cast(definition.styles[style]?.id ?? '', ballot, nonce)
    casting = false
    styles.push(style)
    selections.push(ballot.flat().length)
    nonces.push(nonce)
    for (const id of random.drawn) voterOfId.set(toHex(id), voter)
    store.setSlip('none')
    see('at-rest')
    const restart = plan.restarts.includes(casts)
    if (restart) {
      store.close()
      const again = folders.map((path) => hook(valueOrThrow(Medium.open(path, random))))
      store = valueOrThrow(DeviceStore.resume({ ...parts, media: again as unknown as StoreParts['media'] }))
      valueOrThrow(store.unlock(Uint8Array.from(dayKey)))
    }
    if (restart || plan.pauses.includes(casts)) {
      store.append({ type: 'polls.paused', reason: restart ? 'restart' : 'tamper' })
      store.append({ type: 'polls.resumed', by: resumedBy() })
      see('restarted')
    }
  }
  clock.pass(60_000)
  store.closePolls(officers)
  see('closed')

  const voterOf = new Map<string, number>()
  const ids: Uint8Array[] = []
  for (const sealed of [...store.batches().values()].flat()) {
    const opened = openBallot({ definition, packageHash, origin }, sealed, secretKey)
    const voter = 'id' in opened ? voterOfId.get(toHex(opened.id)) : undefined
    if (voter === undefined || !('id' in opened))
      throw new Error('a ballot of the day does not open, or is nobody’s')
    voterOf.set(toHex(sealed), voter)
    ids.push(opened.id)
  }
  store.close()
  see('shut')
  if (voterOf.size !== plan.casts) throw new Error('not every ballot of the day is in a batch')
  return {
    publicDay: { definition, origin, styles, dayKey },
    truth: { voterOf, selections, secrets: [dayKey, ...ids, ...nonces] },
  }
}

/** Two styles; nine choices and lists in the one contest, a single choice in the other. */
function adversaryDefinition(electionSecretKey: Uint8Array): Definition {
  const plain = testDefinition()
  const village = {
    ...councilContest,
    id: 'village',
    seats: 1,
    choices: 1,
    candidates: [0, 1].map((i) => ({ code: String(801 + 7 * i), name: { fa: `نامزد ${i}` } })),
  }
  return {
    ...plain,
    constituency: { ...plain.constituency, electionKey: toBase64(boxPublicKey(electionSecretKey)) },
    contests: [listsContest, village],
    styles: [
      { id: 'both', contests: ['council', 'village'] },
      { id: 'city', contests: ['council'] },
    ],
  }
}

/** One voter in six votes by the short style. Anything from blank to full. */
function drawBallot(definition: Definition, { choose, styles }: DayPlan, people: Random) {
  const style = uniform(6, people) === 0 && styles !== 1 ? 1 : 0
  const contests = contestsOfStyle(definition, definition.styles[style]?.id ?? '') ?? []
  const ballot: Ballot = contests.map(({ choices, candidates }) => {
    const order = shuffle([...candidates.keys()], people)
    const count = uniform(choices + 1, people)
    return order.slice(0, choose === 'blank' ? 0 : choose === 'full' ? choices : count).sort((a, b) => a - b)
  })
  return { style, ballot }
}

function resumedBy() {
  return [
    { role: 'executive' as const, certificate: officers.executive },
    { role: 'supervisory' as const, certificate: officers.supervisory },
  ]
}

/** Calls back between the steps that a cast takes on a medium. */
function watchSteps(medium: Medium, step: (kind: 'slot-written' | 'committed') => void): Medium {
  const { slots } = medium
  const writeNext = slots.writeNext.bind(slots)
  const commit = medium.commit.bind(medium)
  slots.writeNext = (key) => {
    writeNext(key)
    step('slot-written')
  }
  medium.commit = (change) => {
    commit(change)
    step('committed')
  }
  return medium
}

/** Remembers what was drawn in the size of a ballot's id: by it the trustees' opening tells whose ballot one is. */
export function recorded(random: Random): Random & { readonly drawn: Uint8Array[] } {
  const drawn: Uint8Array[] = []
  return {
    kind: random.kind,
    drawn,
    bytes(length) {
      const bytes = random.bytes(length)
      if (length === ID_BYTES) drawn.push(Uint8Array.from(bytes))
      return bytes
    },
  }
}

/** A clock that stands still until it is moved. */
class DayClock implements Clock {
  #now: number

  constructor(start: number) {
    this.#now = start
  }

  now(): number {
    return this.#now
  }

  elapsed(): number {
    return this.#now
  }

  pass(ms: number): void {
    this.#now += ms
  }

  after(): never {
    throw new Error('the store sets no timers')
  }
}
