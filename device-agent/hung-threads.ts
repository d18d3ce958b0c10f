/**
 * Threads that the system has not answered. Such a thread cannot be ended, and the end of a program waits for all of its threads, for `process.exit` too (seen
 * with Node 24): a device that stops because a medium is silent would stand there dark, and nobody would start it anew. So its program ends as by `kill -9`,
 * when all that is to be said has been said. A thread that another thread left hanging keeps that one from ending: to the main thread both hang.
 */
import { isMainThread, type Worker } from 'node:worker_threads'

const hung = new Set<Worker>()

/** From now on the end of this program does not wait for that thread; until it has come back. Whoever is no main thread has to tell it there. */
export function leaveHanging(thread: Worker): void {
  // The end of a thread is not that of the program.
  if (!isMainThread) return
  if (hung.size === 0) process.once('exit', endAtOnce)
  hung.add(thread)
  thread.once('exit', () => {
    hung.delete(thread)
    if (hung.size === 0) process.off('exit', endAtOnce)
  })
}

function endAtOnce(): void {
  process.kill(process.pid, 'SIGKILL')
}
