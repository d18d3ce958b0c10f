/**
 * A watch over the program's own loop, in a thread beside it. What hangs in the kernel (a read of the first medium, a line) hangs the loop, and
 * with it every deadline that the loop keeps. The loop tells the thread that it goes round; when it has not for long the thread ends the process by
 * `kill -9`, so that whoever supervises it starts it anew, and the start leaves out what does not answer (`store/probe.ts`).
 */
import { Worker } from 'node:worker_threads'

/** Well above what the loop ever does in one go (decision 18); and what a start does before it goes round at all. */
const MOST_SECONDS = { start: 600, still: 120 }
const BEAT_MS = 1_000

/** What the thread is started with. */
export interface LoopWatchThread {
  /** One number, how often the loop said that it goes round. */
  readonly beats: Int32Array
  readonly mostSeconds: { readonly start: number; readonly still: number }
}

/** Watches from now on, as long as the process lives. */
export function watchLoop(mostSeconds: LoopWatchThread['mostSeconds'] = MOST_SECONDS): void {
  const workerData: LoopWatchThread = { beats: new Int32Array(new SharedArrayBuffer(4)), mostSeconds }
  new Worker(new URL('./loop-watch-worker.ts', import.meta.url), { workerData }).unref()
  setInterval(() => Atomics.add(workerData.beats, 0, 1), BEAT_MS).unref()
}
