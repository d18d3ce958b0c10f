/** A takeover under strace(1): killed at a chosen system call on the spare's own disk, or answered with an error there or on a dead medium. */
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sha256, toHex } from '../../core/keys/hash.ts'
import { valueOrThrow } from '../../core/result.ts'
import type { DeviceHome } from '../../device-agent/ballot/home.ts'
import { DeviceStore } from '../../device-agent/store/device-store.ts'
import { Medium } from '../../device-agent/store/medium.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { openHome, writeHome } from '../device-agent/store/home.ts'
import { firstSpare } from '../device-agent/store/spare.ts'
import { atLeastOne, deviceRow, opening, openPolls, partsFor, Voters } from '../device-agent/store/voting.ts'
import type { Dead } from './judge-takeover.ts'
import { type Fault, filesIn, type Recording, ROOT, recordProgram } from './strace.ts'
import { countsIn, isInjected } from './strace-log.ts'

const PROGRAM = join(import.meta.dirname, 'takeover-program.ts')
const FOLDERS = ['takeover.part', 'medium-a.part', 'medium-b.part', 'medium-a', 'medium-b']
/** By which a takeover changes the spare's disk, or asks that a change be safe. */
const CHANGING = [
  ...['write', 'pwrite64', 'fsync', 'fdatasync', 'ftruncate', 'mkdir', 'rename', 'unlink', 'rmdir', 'openat'],
]

/** A device that died, and the build that takes over from it. */
export interface Taking extends Dead {
  readonly root: string
  /** A folder for all of it. */
  readonly place: string
}

/** Both media of a device that died after so many votes. */
export function deadMedia(seed: string, ballots: number): Taking {
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
  return { root: ROOT, place, seed, ballots, media }
}

/** What is left of it all is taken away. */
export function removeDead({ place }: Taking): void {
  rmSync(place, { recursive: true })
}

function newHome({ place }: Taking): string {
  const home = mkdtempSync(join(place, 'home-'))
  writeHome(home, firstSpare)
  return home
}

/** Paths in the home of a spare. */
export type Files = (home: string) => readonly string[]

/** Whatever it has on its own disk. */
const ALL: Files = (home) => [home, ...filesIn(FOLDERS.map((name) => join(home, name)))]
/** Its second medium, which once it has its name is written by a thread of its own. */
export const SECOND: Files = (home) => filesIn([join(home, 'medium-b.part'), join(home, 'medium-b')])
export const SECOND_NAMED: Files = (home) => filesIn([join(home, 'medium-b')])

/** How often a takeover makes each of these calls on such files, in the thread that makes most of them. */
export function countCalls(
  dead: Taking,
  files: Files = ALL,
  names: readonly string[] = CHANGING,
): ReadonlyMap<string, number> {
  const home = newHome(dead)
  const log = join(dead.place, 'log')
  under(['-e', `trace=${names.join()}`, '-o', log, ...onlyOn(files(home))], home, dead)
  return countsIn(log)
}

/** A spare whose takeover met a fault. */
export interface FaultyTakeover {
  readonly home: DeviceHome
  /** It had said that it took over. */
  readonly isDone: boolean
  readonly isKilled: boolean
  /** Whether a call was answered with the error. */
  readonly isMet: boolean
  /** Its last word. */
  readonly said: string
  remove(): void
}

/** A takeover in which the n-th such call on such files meets a fault. */
export function faultyTakeover(
  dead: Taking,
  [fault, name, when]: readonly [fault: Fault, name: string, when: string],
  files: Files = ALL,
): FaultyTakeover {
  const home = newHome(dead)
  const effect = fault === 'SIGKILL' ? `signal=${fault}` : `error=${fault}`
  const log = `${home}.log`
  const inject = ['-e', `trace=${name}`, '-e', `inject=${name}:${effect}:when=${when}`, '-o', log]
  const ended = under([...inject, ...onlyOn(files(home))], home, dead)
  const isKilled = ended.signal === 'SIGKILL' || ended.status === 137
  const said = isKilled ? 'killed' : ended.stdout || ended.stderr
  return {
    home: openHome(home),
    isDone: existsSync(toldOf(home)),
    isKilled,
    isMet: isInjected(log),
    said,
    remove: () => rmSync(home, { recursive: true }),
  }
}

/** Runs a takeover to its end. */
export function recordTakeover(dead: Taking): Recording {
  const home = newHome(dead)
  return recordProgram(programOf(home, dead), { home, told: toldOf(home) })
}

/** What stands on the media that are only read. */
export function fingerprintsOf({ media }: Dead): string {
  const files = media.flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
  return files.map((file) => `${file} ${toHex(sha256(readFileSync(file)))}`).join()
}

function onlyOn(paths: readonly string[]): readonly string[] {
  return paths.flatMap((path) => ['-P', path])
}

/** Where a spare says that it took over. */
const toldOf = (home: string) => `${home}.told`

function programOf(home: string, { root, media }: Taking): readonly string[] {
  return [process.execPath, PROGRAM, root, home, toldOf(home), ...media]
}

function under(options: readonly string[], home: string, dead: Taking) {
  return spawnSync('strace', ['-f', '-qq', ...options, ...programOf(home, dead)], { encoding: 'utf8' })
}
