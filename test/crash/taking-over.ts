/** A takeover under strace(1): killed at a chosen system call on the spare's own disk, or answered with an error there or on a dead medium. */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sha256, toHex } from '../../core/keys/hash.ts'
import { valueOrThrow } from '../../core/result.ts'
import { resumeStore } from '../../device-agent/ballot/setup.ts'
import { DeviceStore } from '../../device-agent/store/device-store.ts'
import { Medium } from '../../device-agent/store/medium.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { openHome, writeHome } from '../device-agent/store/home.ts'
import { firstSpare } from '../device-agent/store/spare.ts'
import {
  atLeastOne,
  clock,
  dayKey,
  deviceRow,
  opening,
  openPolls,
  partsFor,
  Voters,
} from '../device-agent/store/voting.ts'
import { type Fault, ROOT } from './strace.ts'

const PROGRAM = join(import.meta.dirname, 'takeover-program.ts')
const FOLDERS = ['takeover.part', 'medium-a.part', 'medium-b.part', 'medium-a', 'medium-b']
const FILES = ['ballots.db', 'ballots.db-journal', 'ballots.db-wal', 'slots.bin']
/** By which a takeover changes the spare's disk, or asks that a change be safe. */
export const CHANGING = [
  ...['write', 'pwrite64', 'fsync', 'fdatasync', 'ftruncate', 'mkdir', 'rename', 'unlink', 'rmdir', 'openat'],
]

/** A device that died, every vote on it, and the build that takes over from it. */
export interface Dead {
  readonly root: string
  /** A folder for all of it. */
  readonly place: string
  readonly media: readonly string[]
  readonly voters: Voters
}

/** Both media of a device that died after so many votes. */
export function deadMedia(seed: string, ballots: number): Dead {
  const place = mkdtempSync(join(tmpdir(), 'sandogh-taking-'))
  const random = seededRandom(`media of ${seed}`)
  const folders = ['first', 'second'].map((name) => join(place, name))
  const made = folders.map((folder) => {
    mkdirSync(folder)
    return valueOrThrow(Medium.create(folder, deviceRow, random))
  })
  const store = DeviceStore.begin(partsFor(atLeastOne(made), seed), opening)
  const voters = new Voters(seed)
  openPolls(store)
  for (let i = 0; i < ballots; i += 1) voters.vote(store)
  const media = folders.map((folder) => {
    cpSync(folder, `${folder} that died`, { recursive: true })
    return `${folder} that died`
  })
  store.close()
  return { root: ROOT, place, media, voters }
}

/** What is left of it all is taken away. */
export function removeDead({ place }: Dead): void {
  rmSync(place, { recursive: true })
}

function newHome({ place }: Dead): string {
  const home = mkdtempSync(join(place, 'home-'))
  writeHome(home, firstSpare)
  return home
}

/** How often a takeover makes each of these calls on the spare's own disk, in the thread that takes over. */
export function countCalls(dead: Dead): ReadonlyMap<string, number> {
  const home = newHome(dead)
  const log = join(dead.place, 'log')
  under(['-e', `trace=${CHANGING.join()}`, '-o', log, ...pathsOf(home)], home, dead)
  const calls = new Map<string, number>()
  const lines = readFileSync(log, 'latin1').trimEnd().split('\n')
  const [main] = lines[0]?.split(' ') ?? []
  for (const line of lines) {
    const [, thread, name = ''] = /^(\d+) +(\w+)\(/.exec(line) ?? []
    if (thread === main) calls.set(name, (calls.get(name) ?? 0) + 1)
  }
  return calls
}

/** A takeover in which the n-th such call on the spare's own disk, or on these files, meets a fault. @returns the spare's home, and its last word */
export function faultyTakeover(
  dead: Dead,
  [fault, name, when]: readonly [fault: Fault, name: string, when: string],
  files?: readonly string[],
) {
  const home = newHome(dead)
  const effect = fault === 'SIGKILL' ? `signal=${fault}` : `error=${fault}`
  const paths = files?.flatMap((path) => ['-P', path]) ?? pathsOf(home)
  const inject = ['-e', `trace=${name}`, '-e', `inject=${name}:${effect}:when=${when}`, '-o', '/dev/null']
  const ended = under([...inject, ...paths], home, dead)
  const isKilled = ended.signal === 'SIGKILL' || ended.status === 137
  return { home, isKilled, said: isKilled ? 'killed' : ended.stdout || ended.stderr }
}

/** What is wrong with a spare that was killed while it took over: it has all of it, or nothing and can do it again. */
export function findUnsound(dead: Dead, home: string): string | undefined {
  const started = resumeStore(openHome(home), clock, seededRandom(home))
  if (!started.ok) {
    if (started.error.code !== 'store.missing') return `it does not start: ${started.error.code}`
    const again = under([], home, dead)
    if (again.stdout !== 'taken over') return `it cannot be done again: ${again.stdout}${again.stderr}`
  }
  const store = started.ok
    ? started.value
    : valueOrThrow(resumeStore(openHome(home), clock, seededRandom(home)))
  try {
    const unlocked = store.unlock(dayKey())
    if (!unlocked.ok) return `it does not open: ${unlocked.error.code}`
    if (store.day.casts !== dead.voters.nonces.length) return `it has ${store.day.casts} votes`
    if (store.day.lostMedia.length > 0) return `it lost medium ${store.day.lostMedia.join()}`
    if (!dead.voters.nonces.every((nonce) => store.isSpent(nonce))) return 'it forgot who voted'
    return undefined
  } finally {
    store.close()
  }
}

/** What stands on the media that are only read. */
export function fingerprintsOf({ media }: Dead): string {
  const files = media.flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
  return files.map((file) => `${file} ${toHex(sha256(readFileSync(file)))}`).join()
}

function pathsOf(home: string): readonly string[] {
  const folders = FOLDERS.map((name) => join(home, name))
  const files = folders.flatMap((folder) => FILES.map((name) => join(folder, name)))
  return [home, ...folders, ...files].flatMap((path) => ['-P', path])
}

function under(options: readonly string[], home: string, { root, media }: Dead) {
  const program = [process.execPath, PROGRAM, root, home, ...media]
  const [command = '', ...rest] =
    options.length === 0 ? program : ['strace', '-f', '-qq', ...options, ...program]
  return spawnSync(command, rest, { encoding: 'utf8' })
}
