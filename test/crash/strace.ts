/** What a program does in a device's home folder, as strace(1) tells it; and its death at a chosen system call. */
import { type SpawnSyncReturns, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeHome } from '../device-agent/store/home.ts'
import { beginDay } from './begun-day.ts'
import { Disk } from './disk.ts'
import { type Call, callsIn, countsIn, FILES, isInjected } from './strace-log.ts'

/** Of the programs as they are. */
export const ROOT = join(import.meta.dirname, '../..')
const PROGRAM = join(import.meta.dirname, 'day-program.ts')
/** Of which medium calls are looked at: the first is written by the program's main thread, which sets both up; the second by a thread of its own. */
export const WATCHED = {
  first: ['', 'medium-a', 'medium-a.part', 'medium-b.part'],
  second: ['medium-b'],
  both: ['', 'medium-a', 'medium-a.part', 'medium-b', 'medium-b.part'],
} as const
export type Watched = keyof typeof WATCHED
export type OneMedium = Exclude<Watched, 'both'>
/** What may not be there any more afterwards: nothing, or a medium. */
export const GONE = [undefined, 'first', 'second'] as const
/** What is taken of a medium lest votes lack it. */
const ROOM = 'reserve.bin'
/** Media that were set up. */
const NAMED = ['medium-a', 'medium-b']
/** Every call that changes a file or a folder or says that a change is safe; one that this reader does not know is an error. */
const CHANGING = [
  ...['open', 'openat', 'creat', 'write', 'pwrite64', 'writev', 'pwritev', 'pwritev2', 'fsync', 'fdatasync'],
  ...['sync_file_range', 'ftruncate', 'truncate', 'fallocate', 'rename', 'renameat', 'renameat2', 'mkdir'],
  ...['mkdirat', 'rmdir', 'unlink', 'unlinkat', 'link', 'linkat'],
]
/** How SQLite and the slots are read. */
export const READING = 'pread64'
/** More than any single write of the store. */
const LONGEST_WRITE = 1 << 20

/** A day of a device. */
export interface Day {
  /** Of the programs: the project's own, or a weakened build. */
  readonly root: string
  readonly ballots: number
  readonly seed: string
  /** Its device was killed while it cast the last ballot but one: the program takes the day up again, has it unlocked, and goes on to what an export reads. */
  readonly isRestart?: true
  /** Of such a day: the medium that lacks the vote that was in hand. */
  readonly behind?: OneMedium
  /** Of such a day: the medium that takes no row any more from when it is unlocked, to its end. */
  readonly loses?: OneMedium
  /** It takes the room of a day on both media when it opens or goes on, and gives it back when it closes; of its calls only those on that are looked at. */
  readonly takesRoom?: true
}

/** All that a program did to its media, in order, and their disk as it was before. */
export interface Recording {
  readonly calls: readonly Call[]
  readonly disk: Disk
}

/** A home folder as a program left it that was killed or stopped. */
export interface Remains {
  readonly folder: string
  /** Steps that it had acknowledged; undefined if not even that it was set up. */
  readonly done: number | undefined
  /** The exit code; null if it was killed. */
  readonly status: number | null
  /** What it said of why it stopped. */
  readonly said: string
  /** Whether a call was answered with the error. */
  readonly isMet: boolean
  remove(): void
}

/** What is done to a call: `kill -9` as it is made, or it is not made and answers with an error. */
export type Fault = 'SIGKILL' | 'ENOSPC' | 'EIO' | 'EROFS'

/** Runs a day to its end. */
export function record(day: Day, watched: Watched = 'both'): Recording {
  const place = makePlace(day)
  try {
    return recordProgram(programOf(day, place), place, watchedIn(place.home, watched, day))
  } finally {
    rmSync(place.parent, { recursive: true })
  }
}

/** Runs a program to its end that has its media in a home folder. */
export function recordProgram(
  program: readonly string[],
  place: Pick<Place, 'home' | 'told'>,
  watched: readonly string[] = watchedIn(place.home, 'both'),
): Recording {
  const disk = Disk.holding(place.home, NAMED)
  const log = `${place.told}.log`
  const told = ['-P', place.told, '-xx', '-s', String(LONGEST_WRITE), '-o', log]
  const ended = runUnderStrace(program, watched, told)
  if (ended.status !== 0) throw new Error(`the program did not end: ${ended.stderr}`)
  return { calls: callsIn(log, place), disk }
}

/** Runs a day to its end. @returns how often each call is made on a medium that changes or reads it, in the thread that makes most of them */
export function countCalls(day: Day, watched: OneMedium): ReadonlyMap<string, number> {
  const place = makePlace(day)
  const log = join(place.parent, 'log')
  try {
    const ended = runUnderStrace(programOf(day, place), watchedIn(place.home, watched, day), [
      ...['-e', `trace=${[...CHANGING, READING].join()}`, '-o', log],
    ])
    if (ended.status !== 0) throw new Error(`the day did not end: ${ended.stderr}`)
    return countsIn(log)
  } finally {
    rmSync(place.parent, { recursive: true })
  }
}

/**
 * Runs a day in which the n-th of these calls on a medium, from 1 on, meets a fault; with `+`, every one from then on. Of one medium, since
 * strace counts for each thread by itself.
 */
export function faultAtCall(
  day: Day,
  watched: OneMedium,
  fault: Fault,
  name: string,
  n: number,
  lasting: '' | '+' = '',
): Remains {
  const place = makePlace(day)
  const effect = fault === 'SIGKILL' ? `signal=${fault}` : `error=${fault}`
  const inject = `inject=${name}:${effect}:when=${n}${lasting}`
  const only = ['-e', `trace=${name}`, '-e', inject]
  const log = join(place.parent, 'log')
  const files = watchedIn(place.home, watched, day)
  const ended = runUnderStrace(programOf(day, place), files, ['-o', log, ...only])
  const steps = readFileSync(place.told, 'latin1').length
  return {
    folder: place.home,
    done: steps === 0 ? undefined : steps - 1,
    status: ended.status,
    said: ended.stderr,
    isMet: isInjected(log),
    remove: () => rmSync(place.parent, { recursive: true }),
  }
}

interface Place {
  readonly parent: string
  readonly home: string
  /** Where the program says what is done. */
  readonly told: string
}

function makePlace(day: Day): Place {
  const parent = mkdtempSync(join(tmpdir(), 'sandogh-crash-'))
  const [home, told] = [join(parent, 'home'), join(parent, 'told')]
  mkdirSync(home)
  writeHome(home)
  if (day.isRestart) beginDay(home, day)
  writeFileSync(told, '')
  return { parent, home, told }
}

/** These folders and every file of a medium in each. */
export function filesIn(folders: readonly string[]): readonly string[] {
  return [...folders, ...folders.flatMap((folder) => FILES.map((name) => join(folder, name)))]
}

function watchedIn(
  home: string,
  watched: Watched,
  { takesRoom }: Pick<Day, 'takesRoom'> = {},
): readonly string[] {
  const folders = WATCHED[watched].map((name) => join(home, name))
  return takesRoom ? folders.map((folder) => join(folder, ROOM)) : filesIn(folders)
}

function programOf(day: Day, { home, told }: Place): readonly string[] {
  const { root, ballots, seed, isRestart, loses, takesRoom } = day
  const begins = isRestart ? 'restart' : 'set-up'
  const room = takesRoom ? 'takes-room' : ''
  return [process.execPath, PROGRAM, root, home, told, String(ballots), seed, begins, loses ?? '', room]
}

function runUnderStrace(
  program: readonly string[],
  watched: readonly string[],
  options: readonly string[],
): SpawnSyncReturns<string> {
  const paths = watched.flatMap((path) => ['-P', path])
  const calls = ['-f', '-qq', '-y', '-e', `trace=${CHANGING.join()}`]
  return spawnSync('strace', [...calls, ...paths, ...options, ...program], { encoding: 'utf8' })
}
