/**
 * Whether a medium answers at all, before anything is asked of it in this thread. A medium that hangs would hold whoever touches it, for as long
 * as the kernel waits; so a thread of its own opens, reads and syncs what lies on it, and this thread sleeps until it has, but not longer than a
 * deadline. An error is an answer too: what it means is found out when the medium is opened.
 *
 * ```
 * signal[0]   1 once the thread is done; what this thread sleeps on
 * signal[1]   1 if the medium's folder is there
 * signal[2]   1 if the folder of a set-up that was interrupted is
 * ```
 */
import { Worker } from 'node:worker_threads'
import { leaveHanging } from '../hung-threads.ts'
import { DISTRUST_FILE } from './distrust.ts'
import { LEFT_BEHIND_FILE } from './left-behind.ts'
import { DATABASE_FILE, SLOTS_FILE } from './medium.ts'

/** All files of a medium are read within it, on a slow card too; officers wait so long before a dark screen at most. */
export const PROBE_MS = 15_000

/** What was found where a medium should be. `part`: the folder of a set-up that was interrupted. */
export type Probed =
  | { readonly is: 'silent' }
  | { readonly is: 'answered'; readonly isThere: boolean; readonly isPartThere: boolean }

/** What a thread is started with. */
export interface ProbeThread {
  readonly folder: string
  readonly files: readonly string[]
  readonly signal: Int32Array
}

/** Whatever a start reads. */
const FILES = [DATABASE_FILE, `${DATABASE_FILE}-wal`, SLOTS_FILE, LEFT_BEHIND_FILE, DISTRUST_FILE]

/** Asks all of them at once. */
export function probeMedia<Folders extends readonly string[]>(
  folders: Folders,
  deadlineMs = PROBE_MS,
): { readonly [I in keyof Folders]: Probed } {
  const asked = folders.map((folder) => {
    const signal = new Int32Array(new SharedArrayBuffer(12))
    const workerData: ProbeThread = { folder, files: FILES, signal }
    const thread = new Worker(new URL('./probe-worker.ts', import.meta.url), { workerData })
    thread.unref()
    return { signal, thread }
  })
  const until = performance.now() + deadlineMs
  return asked.map(({ signal, thread }): Probed => {
    Atomics.wait(signal, 0, 0, Math.max(0, until - performance.now()))
    const [isDone, isThere, isPartThere] = signal
    if (isDone !== 0) return { is: 'answered', isThere: isThere === 1, isPartThere: isPartThere === 1 }
    leaveHanging(thread)
    return { is: 'silent' }
  }) as { [I in keyof Folders]: Probed }
}
