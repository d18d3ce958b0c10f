/**
 * A cast beside its floor, the same bytes written and synced plainly on the same disk; appends to the journal beside `hypercore`, each durable
 * before the next; and what the files grow by. One run, one disk, the three in turns. hypercore is no part of this project and is fetched for the run.
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
import { Medium } from '../../device-agent/store/medium.ts'
import { ballotBytes } from '../../device-agent/store/space.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { deviceRow, opening, openPolls, partsFor, station, Voters } from '../device-agent/store/voting.ts'
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
    const { store } = openStore(scratch)
    const voters = new Voters('bench')
    const core = await openCore(scratch)
    const writes = writesOfCast(scratch)
    const measured = {
      cast: { does: () => voters.vote(store), ms: [] },
      floor: { does: () => writes.go(), ms: [] },
      append: { does: () => store.append({ type: 'printer.paper_low' }), ms: [] },
      hypercore: { does: () => core.append(Buffer.from(entryLike(store))), ms: [] },
      durable: {
        does: async () => {
          await core.append(Buffer.from(entryLike(store)))
          syncLogs(join(scratch, 'core'))
        },
        ms: [],
      },
    } satisfies Record<string, Measured>
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const one of Object.values(measured)) await take(one)
    }
    print(measured)
    printGrowth(scratch)
    writes.close()
    await core.close()
    store.close()
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

async function openCore(scratch: string): Promise<Core> {
  const { default: Hypercore } = await import(join(scratch, 'node_modules/hypercore/index.js'))
  const core: Core = new Hypercore(join(scratch, 'core'))
  await core.ready()
  return core
}

/** hypercore writes to a log and syncs nothing; here its log is synced behind each append, as ours is. */
function syncLogs(folder: string): void {
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.log')) continue
    const log = openSync(join(folder, name), 'r')
    fdatasyncSync(log)
    closeSync(log)
  }
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

type What = 'cast' | 'floor' | 'append' | 'hypercore' | 'durable'

function print({ cast, floor, append, hypercore, durable }: Record<What, Measured>): void {
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
        row('a cast: sealed, pool, tag, entry, signed checkpoint', cast, floor),
        row('hypercore, `append` of a block as long as an entry, its log synced', durable, durable),
        row('the same as it comes: nothing synced', hypercore, durable),
        row('an entry appended to the journal with its signed checkpoint, synced', append, durable),
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
