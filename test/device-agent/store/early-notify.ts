/** A medium's thread that wakes the one who waits for it a moment before it answers. Started by `worker-medium.test.ts`. */
import { workerData } from 'node:worker_threads'
import type { MediumThread, StepOrder } from '../../../device-agent/store/worker-medium.ts'

const EARLY_MS = 50

const { port, signal } = workerData as MediumThread
port.on('message', ({ step, args }: StepOrder) => {
  Atomics.notify(signal, 0)
  setTimeout(() => {
    port.postMessage({ value: args[0] })
    Atomics.add(signal, 0, 1)
    Atomics.notify(signal, 0)
    if (step === 'close') port.close()
  }, EARLY_MS)
})
