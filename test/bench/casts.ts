/**
 * A cast on two media as a device has them, the second in its thread, beside one on one medium and beside its floor, the same bytes written and
 * synced plainly on the same disk; appends to the journal beside `hypercore`, each durable before the next; and what the files grow by. One run, one
 * disk, all in turns. hypercore is no part of this project and is fetched for the run.
 */
import { execFileSync } from 'node:child_process'
import {
  closeSync,
  fdatasyncSync,
  fsyncSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { valueOrThrow } from '../../core/result.ts'
import { DeviceStore } from '../../device-agent/store/device-store.ts'
import { ballotBytes } from '../../device-agent/store/media-space.ts'
import { Medium } from '../../device-agent/store/medium.ts'
import { DEADLINES, WorkerMedium } from '../../device-agent/store/worker-medium.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import {
  atLeastOne,
  deviceRow,
  opening,
  openPolls,
  partsFor,
  station,
  Voters,
} from '../device-agent/store/voting.ts'
import { machine, quantile, table } from './table.ts'

const FETCHED = 'hypercore@11.39.5'
const ROUNDS = 5
const EACH = 100

interface Core {
  ready(): Promise<void>
  append(block: Uint8Array): Promise<unknown>
  close(): Promise<void>
}

/** One thing that is measured: what it does, and the milliseconds of each time. */
interface Measured {
  readonly does: () => unknown
  readonly ms: number[]
}

export async function main(): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), 'sandogh-bench-casts-'))
  try {
    process.stdout.write(`${machine()}\n\n`)
    execFileSync('npm', ['install', '--no-audit', '--no-fund', '--prefix', scratch, FETCHED], {
      stdio: 'ignore',
    })
    const [two, one] = [openPair(scratch), openStore(scratch).store]
    const voters = { two: new Voters('bench two'), one: new Voters('bench one') }
    const core = await openCore(scratch)
    const writes = writesOfCast(scratch)
    const entry = Buffer.from(entryLike(one))
    await core.append(entry)
    const logs = openLogs(join(scratch, 'core'))
    const measured = {
      floor: { does: () => writes.go(), ms: [] },
      castOnOne: { does: () => voters.one.vote(one), ms: [] },
      cast: { does: () => voters.two.vote(two), ms: [] },
      appendOnOne: { does: () => appendEntry(one), ms: [] },
      append: { does: () => appendEntry(two), ms: [] },
      hypercore: { does: () => core.append(entry), ms: [] },
      durable: {
        does: async () => {
          await core.append(entry)
          logs.sync()
        },
        ms: [],
      },
    } satisfies Record<What, Measured>
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const each of Object.values(measured)) await take(each)
    }
    print(measured)
    printGrowth(scratch)
    logs.close()
    writes.close()
    await core.close()
    one.close()
    two.close()
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

function openStore(scratch: string) {
  const folder = mkdtempSync(join(scratch, 'medium-'))
  const medium = valueOrThrow(Medium.create(folder, deviceRow, seededRandom('bench medium')))
  const store = DeviceStore.begin(partsFor([medium], 'bench'), opening)
  openPolls(store)
  return { store, folder }
}

/** Set up, and then opened as a device's program opens them. */
function openPair(scratch: string): DeviceStore {
  const folders = ['a', 'b'].map((name) => mkdtempSync(join(scratch, `medium-${name}-`)))
  const made = folders.map((folder) => valueOrThrow(Medium.create(folder, deviceRow, seededRandom(folder))))
  DeviceStore.begin(partsFor(atLeastOne(made), 'bench two'), opening).close()
  const [first = '', second = ''] = folders
  const media = [
    valueOrThrow(Medium.open(first, seededRandom(first))),
    new WorkerMedium(second, DEADLINES),
  ] as const
  const store = valueOrThrow(DeviceStore.resume(partsFor(media, 'bench two again')))
  openPolls(store)
  return store
}

async function openCore(scratch: string): Promise<Core> {
  const { default: Hypercore } = await import(join(scratch, 'node_modules/hypercore/index.js'))
  const core: Core = new Hypercore(join(scratch, 'core'))
  await core.ready()
  return core
}

/** hypercore writes to a log and syncs nothing; here its log, which stays open, is synced behind each append, as ours is. */
function openLogs(folder: string) {
  const names = () =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.log'))
      .toSorted()
  const before = names()
  const logs = before.map((name) => openSync(join(folder, name), 'r'))
  return {
    sync: () => {
      for (const log of logs) fdatasyncSync(log)
    },
    close: () => {
      for (const log of logs) closeSync(log)
      if (names().join() !== before.join())
        throw new Error('hypercore began another log, which was not synced')
    },
  }
}

/** An entry of a kind that is written however often it comes: of others an hour has only so many, and nothing would be measured. */
function appendEntry(store: DeviceStore): void {
  const { size } = store.day
  store.append({ type: 'line.restored', peripheral: 'printer' })
  if (store.day.size !== size + 1) throw new Error('no entry was appended')
}

/** The newest entry of the journal: as many bytes as an append of ours. */
function entryLike(store: DeviceStore): Uint8Array {
  return store.entriesFrom(store.day.size - 1)[0] ?? new Uint8Array()
}

/**
 * The writes of a cast as strace(1) counts them, on files that are there already: a slot of 4,096 bytes and its sync, some pages of a log and their
 * sync, a slot and its sync.
 */
function writesOfCast(scratch: string) {
  const slots = openSync(join(scratch, 'floor-slots'), 'w')
  const log = openSync(join(scratch, 'floor-log'), 'w')
  const slot = new Uint8Array(4_096)
  const pages = new Uint8Array(LOG_FRAMES * (4_096 + 24))
  let at = 0
  return {
    go: () => {
      writeSync(slots, slot, 0, slot.length, 0)
      fdatasyncSync(slots)
      writeSync(log, pages, 0, pages.length, at)
      at = (at + pages.length) % (1_000 * 4_120)
      fsyncSync(log)
      writeSync(slots, slot, 0, slot.length, 4_096)
      fdatasyncSync(slots)
    },
    close: () => {
      closeSync(slots)
      closeSync(log)
    },
  }
}

/** Frames of the log that a cast of the test station writes, by strace: 147 in 20 casts. */
const LOG_FRAMES = 7

async function take({ does, ms }: Measured): Promise<void> {
  for (let time = 0; time < EACH; time += 1) {
    const begun = performance.now()
    await does()
    ms.push(performance.now() - begun)
  }
}

type What = 'floor' | 'castOnOne' | 'cast' | 'appendOnOne' | 'append' | 'hypercore' | 'durable'

function print(measured: Record<What, Measured>): void {
  const { floor, castOnOne, cast, appendOnOne, append, hypercore, durable } = measured
  const ms = (value: number) => `${value.toFixed(2)} ms`
  const row = (name: string, one: Measured, beside: Measured): string[] => [
    name,
    ms(quantile(one.ms, 0.5)),
    ms(quantile(one.ms, 0.95)),
    (quantile(one.ms, 0.5) / quantile(beside.ms, 0.5)).toFixed(2),
  ]
  process.stdout.write(
    table(
      [`${ROUNDS * EACH} of each, in turns of ${EACH}, on one disk`, 'median', '95 %', 'ratio of medians'],
      [
        row('floor: the bytes of a cast, written and synced', floor, floor),
        row('a cast on one medium: sealed, pool, tag, entry, signed checkpoint', castOnOne, floor),
        row('a cast as a device has it: on two media, the second in its thread', cast, floor),
        row('hypercore, `append` of a block as long as an entry, its log synced', durable, durable),
        row('the same as it comes: nothing synced', hypercore, durable),
        row('an entry appended with its signed checkpoint, synced, on one medium', appendOnOne, durable),
        row('the same on two media', append, durable),
      ],
    ),
  )
}

/** On a store of its own, switched off before and after, so that no log stands beside it. */
function printGrowth(scratch: string): void {
  const ballots = 1_000
  const grown = (casts: number) => {
    const { store, folder } = openStore(scratch)
    const voters = new Voters('bench growth')
    for (let cast = 0; cast < casts; cast += 1) voters.vote(store)
    const { size } = store.day
    const bytes = (of: readonly (Uint8Array | string | undefined)[]) =>
      of.reduce((sum, one) => sum + (one?.length ?? 0), 0)
    const entries = bytes(store.entriesFrom(0))
    const checkpoints = bytes(Array.from({ length: size }, (_, i) => store.checkpointAt(i + 1)))
    store.close()
    return { entries, checkpoints, database: sizeOf(folder) }
  }
  const [none, all] = [grown(0), grown(ballots)]
  const each = (what: keyof typeof all) => Math.round((all[what] - none[what]) / ballots).toLocaleString('en')
  process.stdout.write(
    `\n${table(
      ['a ballot adds, mean of 1,000', 'bytes'],
      [
        ['to the journal: its entry, and a thirty-second of a batch’s', each('entries')],
        ['to the checkpoints', each('checkpoints')],
        ['to the database, with its sealed ballot, tag and pages', each('database')],
        [
          'counted for it when room is taken',
          ballotBytes(station.electionPackage.definition).toLocaleString('en'),
        ],
      ],
    )}`,
  )
}

function sizeOf(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)
}
