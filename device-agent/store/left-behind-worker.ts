/** The thread that marks a medium which was left behind (`left-behind.ts`). */
import { workerData } from 'node:worker_threads'
import { replaceFile } from '../durable-file.ts'
import type { MarkThread } from './left-behind.ts'

// Whoever loads this module elsewhere has no medium for it.
const thread = workerData as Partial<MarkThread> | null
if (
  thread?.path !== undefined &&
  thread.text !== undefined &&
  thread.signal !== undefined &&
  thread.refusal !== undefined
) {
  const { path, text, signal, refusal } = thread
  let answer = 1
  try {
    replaceFile(path, Buffer.from(text))
  } catch (error) {
    answer = 2
    refusal.set(
      Buffer.from((error as NodeJS.ErrnoException).code ?? 'EIO', 'latin1').subarray(0, refusal.length),
    )
  }
  Atomics.store(signal, 0, answer)
  Atomics.notify(signal, 0)
}
