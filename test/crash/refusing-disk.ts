/** Days on which one of two media is full, read-only or broken: the day goes to its end on the other, and what became of the one is told. */
import { valueOrThrow } from '../../core/result.ts'
import { mediaFolders } from '../../device-agent/ballot/home.ts'
import { Medium } from '../../device-agent/store/medium.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { openHome } from '../device-agent/store/home.ts'
import { findBroken } from './judge.ts'
import { NO_ROOM, restOfDay, STOPPED, scriptedDay } from './scripted-day.ts'
import { type Day, type Fault, faultAtCall, type OneMedium, READING } from './strace.ts'

/** An error, the system call that it answers, and whether every later one too. */
export type Answer = readonly [fault: Fault, call: string, lasting: '' | '+']

/** What a day meets, and a restart, its unlocking and an export. */
export const ANSWERS: readonly Answer[] = [
  ['ENOSPC', 'pwrite64', ''],
  ['ENOSPC', 'pwrite64', '+'],
  ['EIO', 'pwrite64', ''],
  ['EIO', 'fdatasync', ''],
  ['EIO', 'fsync', ''],
  ['EROFS', 'pwrite64', '+'],
  ['EIO', READING, ''],
  ['EIO', READING, '+'],
  ['EIO', 'openat', ''],
  ['EIO', 'openat', '+'],
  ['EROFS', 'unlink', ''],
  ['EIO', 'ftruncate', ''],
]

/** The slots' own. Of what SQLite writes and syncs, it may do without that which brings its log into the database: the log is there still. */
export const NEVER_DONE_WITHOUT = 'fdatasync'

/**
 * @param watched the medium that refuses
 * @returns what a day leaves broken in which it answers so to the n-th call of that name, judged as after a restart with a disk that works again
 */
export function failedDay(
  day: Day,
  watched: OneMedium,
  [fault, name, lasting]: Answer,
  n: number,
): string | undefined {
  const { folder, done, status, said, isMet, remove } = faultAtCall(day, watched, fault, name, n, lasting)
  const where = `${fault} from ${name} ${n}${lasting} on the ${watched} medium`
  try {
    if (!isMet) return `${where}: it was not met, ended with ${status}: ${said}`
    // A set-up needs both, a restart does not.
    if (done === undefined && !day.isRestart)
      return status === STOPPED ? undefined : `${where}: ended with ${status}: ${said}`
    const all = scriptedDay(day.ballots).length
    const isFull = day.takesRoom && !day.isRestart && fault === 'ENOSPC' && lasting === '+'
    const steps = isFull ? 0 : day.isRestart ? restOfDay(day.ballots).length : all
    // Where a thread still hangs, the program's own end is a kill (device-agent/hung-threads.ts).
    const hasEnded = isFull ? status === STOPPED && said === NO_ROOM : status === 0 || status === null
    if (!hasEnded || done !== steps) return `${where}: the day did not go on after ${done} steps: ${said}`
    const home = openHome(folder)
    if (name === NEVER_DONE_WITHOUT && !mediaFolders(home).some(tellsLoss)) return `${where}: nobody was told`
    const broken = findBroken({ ...day, home, done: isFull ? 0 : all })
    return broken && `${where}: ${broken}`
  } finally {
    remove()
  }
}

/** Whether a medium says that the other was lost. */
export function tellsLoss(folder: string): boolean {
  const medium = valueOrThrow(Medium.open(folder, seededRandom(folder)))
  const { journal } = valueOrThrow(medium.records())
  medium.close()
  return journal.some(({ entry }) => Buffer.from(entry).includes('"medium.lost"'))
}
