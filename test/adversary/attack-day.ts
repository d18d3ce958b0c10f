/** One day, all attackers, and the judge, who alone knows whose ballot is whose. */
import { uniform } from '../../core/ballot-box/draw.ts'
import { BATCH_SIZE } from '../../core/ballot-box/pool.ts'
import { fromBase64, toHex } from '../../core/keys/hash.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { chancesByBatch, chancesInPool, expectedHits, namesInOrder } from './chances.ts'
import { type ClosedBox, carveClosedBox } from './closed-box.ts'
import { type DayPlan, type PublicDay, runDay, type Truth } from './day.ts'
import { type Evidence, Notes } from './evidence.ts'
import { Archive, type Image, type InstantKind, keepImage } from './image.ts'
import { blocksIn, openWithDayKey, openWithoutCards, secretKeysOf } from './key-attacks.ts'
import { firstSeenByBatch, type Idea, ideas, type Loot, seenTooEarly, slotTime } from './order-attacks.ts'
import { binomialScore, rankScore } from './statistics.ts'
import { firstImages } from './words.ts'

/** Where keys are looked for: in the slot files, or in every byte of every file. */
export type KeySearch = 'slots' | 'all'

/** The images that attackers keep whole, and what they note of the others. */
class Watcher {
  readonly archive = new Archive()
  readonly kept = new Map<string, Image>()
  /** Time of the slots, by image. */
  readonly slotTimes: number[] = []
  readonly fileNames = new Set<string>()
  readonly slotSizes = new Set<number>()
  readonly blockSizes = new Set<number>()
  readonly alike: number[] = []
  readonly #keep: ReadonlySet<string>
  readonly #known = new Set<string>()
  #block: Buffer | undefined

  constructor(keep: ReadonlySet<string>) {
    this.#keep = keep
  }

  see(image: Image): void {
    this.archive.add(image)
    this.slotTimes.push(slotTime(image))
    for (const [path, { bytes }] of image.files) {
      this.fileNames.add(path)
      if (path.endsWith('slots.bin')) this.slotSizes.add(bytes.length)
    }
    const name = imageName(image.instant.kind, image.instant.casts)
    if (this.#keep.has(name)) this.kept.set(name, keepImage(image))
    if (image.instant.kind === 'at-rest' && image.instant.casts % COMPARED === 0) this.#compare(image)
  }

  /** Two blocks under two keys agree in one byte of 256; under one key in all that did not change. */
  #compare(image: Image): void {
    for (const block of blocksIn(image)) {
      const begin = block.toString('latin1', 0, 32)
      if (this.#known.has(begin)) continue
      this.#known.add(begin)
      this.blockSizes.add(block.length)
      const before = this.#block
      this.#block = block
      if (before === undefined || before.length !== block.length) continue
      let equal = 0
      for (let at = 0; at < block.length; at += 1) if (block[at] === before[at]) equal += 1
      this.alike.push(binomialScore(equal, block.length, 1 / 256))
    }
  }
}

/** Every so many casts the versions of the pool that an image holds are compared. */
const COMPARED = 10

/** Runs a day and attacks it. */
export function attackDay(plan: DayPlan, search: KeySearch): Evidence {
  const choice = seededRandom(`attacker of ${plan.seed}`)
  const early = Math.floor(plan.casts / 4)
  const names = {
    rest: imageName('at-rest', early + 1 + uniform(plan.casts - early, choice)),
    flight: imageName(
      uniform(2, choice) === 0 ? 'slot-written' : 'committed',
      1 + uniform(plan.casts, choice),
    ),
    closed: imageName('closed', plan.casts),
    shut: imageName('shut', plan.casts),
  }
  const watcher = new Watcher(new Set(Object.values(names)))
  const { publicDay, truth } = runDay(plan, (image) => watcher.see(image))
  const image = (name: keyof typeof names) => watcher.kept.get(names[name]) as Image
  const notes = new Notes()

  const box = carveClosedBox(image('closed'), image('shut'), 0)
  const chances = chancesByBatch(publicDay.styles, box.batches)
  const judge = { publicDay, truth, chances, notes }
  for (let medium = 0; medium < plan.media; medium += 1) {
    const loot = lootOf(watcher, carveClosedBox(image('closed'), image('shut'), medium), publicDay)
    const who = medium === 0 ? 'no cards' : 'no cards, second medium'
    for (const idea of ideas(loot)) judgeIdea(judge, who, loot.box, idea)
    notes.never('ballots on the disk before their batch', seenTooEarly(loot))
    notes.never('freed bytes that were not overwritten', loot.box.leftovers)
  }
  judgeBatches(judge, plan, box)
  judgeTraces(judge, watcher)
  judgeKeys(judge, { rest: image('rest'), flight: image('flight'), closed: image('closed'), box, search })
  return notes.done(plan.casts, watcher.archive.instants.length)
}

interface Judge {
  readonly publicDay: PublicDay
  readonly truth: Truth
  readonly chances: readonly (readonly number[])[]
  readonly notes: Notes
}

function lootOf(watcher: Watcher, box: ClosedBox, { styles }: PublicDay): Loot {
  const { archive } = watcher
  const firstSeen = firstSeenByBatch(archive, box.batches)
  const sealedAtMs = firstSeen.map((batch) => {
    const images = batch.filter((image) => image !== undefined)
    return watcher.slotTimes[Math.min(...images)] ?? 0
  })
  return { archive, styles, box, firstSeen, sealedAtMs }
}

/** Within a batch: does the number grow with the voter's place? And how many names are right, read forwards and backwards? */
function judgeIdea({ truth, chances, notes }: Judge, who: string, box: ClosedBox, idea: Idea): void {
  for (const [batch, { ballots }] of box.batches.entries()) {
    const numbers = idea.numbers[batch] ?? []
    const voters = ballots.map(({ sealed }) => voterOf(truth, sealed))
    notes.score(`${who}: ${idea.name}`, rankScore(numbers, voters))
    const order = [...ballots.keys()].sort((a, b) => (numbers[a] ?? 0) - (numbers[b] ?? 0) || a - b)
    const inBatch = chances[batch] ?? []
    const names = idea.names
      ? order.map((ballot) => numbers[ballot] ?? 0)
      : namesInOrder(inBatch, ballots.length)
    const expected = expectedHits(inBatch, names, ballots.length)
    for (const [direction, read] of [
      ['', order],
      [', backwards', [...order].reverse()],
    ] as const) {
      const hits = read.filter((ballot, i) => voters[ballot] === names[i]).length
      notes.guess(`${who}: ${idea.name}${direction}`, { ballots: ballots.length, hits, expected })
    }
  }
}

/** Batches are those of the design: no ballot can be put down to fewer than 32 voters, and age does not decide who is drawn. */
function judgeBatches(
  { truth, chances, notes, publicDay }: Judge,
  plan: DayPlan,
  { batches }: ClosedBox,
): void {
  const carved = batches.reduce((sum, { ballots }) => sum + ballots.length, 0)
  notes.never('attacker is blind: ballots not carved', Math.abs(plan.casts - carved))
  const fewest = Math.min(BATCH_SIZE, plan.casts)
  const surest = batches.filter(({ count }, i) => Math.max(...(chances[i] ?? [])) / count > 1.000001 / fewest)
  notes.never(
    'ballots put down to fewer than 32 voters',
    surest.reduce((sum, { count }) => sum + count, 0),
  )
  const gone = new Set<number>()
  for (const { after, closing, ballots } of batches) {
    const drawn = new Set(ballots.map(({ sealed }) => voterOf(truth, sealed)))
    const style = publicDay.styles[after - 1]
    const pool = publicDay.styles.flatMap((of, voter) =>
      voter < after && !gone.has(voter) && of === style ? [voter] : [],
    )
    if (!closing) {
      const left = pool.map((voter) => (drawn.has(voter) ? 1 : 0))
      notes.score('age of the ballots that are drawn', rankScore(left, pool))
    }
    for (const voter of drawn) gone.add(voter)
  }
}

/** What lay on the disk at any time: no secret, no file but four, one size of slots and pool, no writing that grows with the choice. */
function judgeTraces({ truth, notes }: Judge, watcher: Watcher): void {
  const { archive } = watcher
  const secrets = firstImages(
    archive,
    truth.secrets.map((secret) => [secret]),
  )
  notes.never(
    'day key, ballot id or nonce on the disk',
    secrets.filter((image) => image !== undefined).length,
  )
  const known = /\/(ballots\.db|ballots\.db-wal|ballots\.db-shm|slots\.bin)$/
  notes.never('files of another name', [...watcher.fileNames].filter((path) => !known.test(path)).length)
  notes.never('slot files or pools of another size', watcher.slotSizes.size - 1 + watcher.blockSizes.size - 1)
  for (const score of watcher.alike) notes.score('pool blocks that agree', score)
  const written = new Array<number>(truth.selections.length).fill(0)
  for (const { image, bytes } of archive.regions) {
    const instant = archive.instants[image]
    if (instant !== undefined && instant.casts > 0 && instant.kind !== 'closed')
      written[instant.casts - 1] = (written[instant.casts - 1] ?? 0) + bytes.length
  }
  notes.score('bytes written and options chosen', rankScore(written, truth.selections))
}

interface KeyImages {
  readonly rest: Image
  readonly flight: Image
  readonly closed: Image
  readonly box: ClosedBox
  readonly search: KeySearch
}

/** Attacker (b), and keys left on the disk for anybody. */
function judgeKeys(judge: Judge, { rest, flight, closed, box, search }: KeyImages): void {
  const { publicDay, notes } = judge
  const { dayKey, definition } = publicDay
  const open = openWithDayKey(rest, publicDay, dayKey, search)
  const flying = openWithDayKey(flight, publicDay, dayKey, 'slots')
  const after = openWithDayKey(closed, publicDay, dayKey, search)
  const found = openWithoutCards(rest, publicDay, search)
  notes.never('attacker is blind: the day key opens no pool', open.pools.has(rest.instant.casts) ? 0 : 1)
  notes.never('day key: pools beyond the one at rest', Math.max(0, open.pools.size - 1))
  const { casts } = flight.instant
  notes.never(
    'day key: pools beyond those of the ballot in flight',
    [...flying.pools.keys()].filter((known) => known < casts - 1 || known > casts).length,
  )
  notes.never('day key after closing: pools', after.pools.size)
  notes.never('no cards: pools', found.pools.size)
  const sealed = box.batches.flatMap((batch) => batch.ballots.map((ballot) => ballot.sealed.subarray(0, 32)))
  const electionKey = fromBase64(definition.constituency.electionKey) ?? new Uint8Array(32)
  const secrets = secretKeysOf([...sealed, electionKey], rest, search)
  notes.never('secret keys of sealed ballots', secrets.found)
  notes.keysTried += open.tried + flying.tried + after.tried + found.tried + secrets.tried
  const pool = open.pools.get(rest.instant.casts)
  for (const [style, ballots] of pool?.ballots.entries() ?? []) judgePool(judge, rest, box, style, ballots)
}

/** With the day key the places of the pool lie open: do they tell the order of its ballots? */
function judgePool(
  { publicDay, truth, notes }: Judge,
  rest: Image,
  { batches }: ClosedBox,
  style: number,
  ballots: readonly Uint8Array[],
): void {
  const { casts } = rest.instant
  const voters = ballots.map((sealed) => voterOf(truth, sealed))
  const places = [...ballots.keys()]
  notes.score('day key: place in the pool', rankScore(places, voters))
  const chances = chancesInPool(publicDay.styles, batches, casts).map((chance, voter) =>
    publicDay.styles[voter] === style ? chance : 0,
  )
  const names = namesInOrder(chances, ballots.length)
  const expected = expectedHits(chances, names, ballots.length)
  for (const [direction, read] of [
    ['', voters],
    [', backwards', [...voters].reverse()],
  ] as const) {
    const hits = read.filter((voter, i) => voter === names[i]).length
    notes.guess(`day key: place in the pool${direction}`, { ballots: ballots.length, hits, expected })
  }
}

function voterOf(truth: Truth, sealed: Uint8Array): number {
  const voter = truth.voterOf.get(toHex(sealed))
  if (voter === undefined) throw new Error('a carved ballot is none of the day')
  return voter
}

function imageName(kind: InstantKind, casts: number): string {
  return `${kind} ${casts}`
}
