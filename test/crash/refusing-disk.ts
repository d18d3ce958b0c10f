/** Days on a disk that is full, read-only or broken. */
import { openHome } from '../device-agent/store/home.ts'
import { findBroken } from './judge.ts'
import { STOPPED, scriptedDay } from './scripted-day.ts'
import { type Day, type Fault, faultAtCall } from './strace.ts'

/** An error, the system call that it answers, and whether every later one too. */
export type Answer = readonly [fault: Fault, call: string, lasting: '' | '+']

export const ANSWERS: readonly Answer[] = [
  ['ENOSPC', 'pwrite64', ''],
  ['ENOSPC', 'pwrite64', '+'],
  ['EIO', 'pwrite64', ''],
  ['EIO', 'fdatasync', ''],
  ['EIO', 'fsync', ''],
  ['EROFS', 'pwrite64', '+'],
]
/** The slots' own. Of what SQLite writes and syncs, it may do without that which brings its log into the database: the log is there still. */
const NEVER_DONE_WITHOUT = 'fdatasync'

/** @returns what a day leaves broken in which the disk answers so to the n-th call of that name, judged as after a restart with a disk that works again */
export function failedDay(day: Day, [fault, name, lasting]: Answer, n: number): string | undefined {
  const { folder, done, status, said, remove } = faultAtCall(day, fault, name, n, lasting)
  const where = `${fault} from ${name} ${n}${lasting}`
  const broken = done === undefined ? undefined : findBroken({ ...day, home: openHome(folder), done })
  remove()
  const whole = status === 0 && done === scriptedDay(day.ballots).length && name !== NEVER_DONE_WITHOUT
  if (status !== STOPPED && !whole) return `${where}: the program went on, or ended with ${status}: ${said}`
  return broken === undefined ? undefined : `${where}: ${broken}`
}
