/** The thread of a medium that fails: `failing-thread.ts?from=5&fault=hangs`. */
import { workerData } from 'node:worker_threads'
import { openMedium, serveMedium } from '../../device-agent/store/medium-worker.ts'
import type { MediumThread } from '../../device-agent/store/worker-medium.ts'
import { type Fault, failingFrom } from './failing-media.ts'

const { searchParams } = new URL(import.meta.url)
const { folder, ...thread } = (workerData ?? {}) as MediumThread
// Whoever loads this module elsewhere has no medium for it.
if (searchParams.has('from'))
  serveMedium(
    thread,
    failingFrom(
      openMedium(folder),
      Number(searchParams.get('from')),
      (searchParams.get('fault') ?? '') as Fault,
    ),
  )
