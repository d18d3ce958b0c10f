/** The thread of a medium that fails, its folder being named `medium?from=5&fault=hangs`. */
import { workerData } from 'node:worker_threads'
import { openMedium, serveMedium } from '../../device-agent/store/serve-medium.ts'
import type { MediumThread } from '../../device-agent/store/worker-medium.ts'
import { type Fault, failingFrom } from './failing-media.ts'

const { folder = '', ...thread } = (workerData ?? {}) as MediumThread
const [path = '', query] = folder.split('?')
const how = new URLSearchParams(query)
// Whoever loads this module elsewhere has no medium for it.
if (how.has('from'))
  serveMedium(
    thread,
    failingFrom(openMedium(path), Number(how.get('from')), (how.get('fault') ?? '') as Fault),
  )
