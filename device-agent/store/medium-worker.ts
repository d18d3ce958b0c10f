/** The thread of a medium (`worker-medium.ts`). */
import { workerData } from 'node:worker_threads'
import { openMedium, serveMedium } from './serve-medium.ts'
import type { MediumThread } from './worker-medium.ts'

// Whoever loads this module elsewhere has no medium for it.
const thread = workerData as Partial<MediumThread> | null
if (thread?.port !== undefined && thread.folder !== undefined && thread.signal !== undefined) {
  const { port, signal, folder } = thread
  serveMedium({ port, signal }, openMedium(folder))
}
