/** The thread that watches the program's loop (`loop-watch.ts`). It says nothing: what it would write to may be what hangs. */
import { workerData } from 'node:worker_threads'
import type { LoopWatchThread } from './loop-watch.ts'

const SECOND_MS = 1_000

// Whoever loads this module elsewhere has no loop for it.
const thread = workerData as Partial<LoopWatchThread> | null
if (thread?.beats !== undefined && thread.mostSeconds !== undefined) {
  const { beats, mostSeconds } = thread
  let seen = 0
  let still = 0
  // Seconds that this thread saw pass: where the whole process was stopped, the loop is not to blame.
  setInterval(() => {
    const now = Atomics.load(beats, 0)
    still = now === seen ? still + 1 : 0
    seen = now
    if (still >= (now === 0 ? mostSeconds.start : mostSeconds.still)) process.kill(process.pid, 'SIGKILL')
  }, SECOND_MS)
}
