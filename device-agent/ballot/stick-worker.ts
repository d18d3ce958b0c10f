/** The thread that goes to the memory stick (`stick.ts`). */
import { parentPort, workerData } from 'node:worker_threads'
import type { StickAnswer, StickOrder } from './stick.ts'
import { readSealedTally, writeBundle } from './stick-files.ts'

// Whoever loads this module elsewhere has no order for it.
const order = workerData as StickOrder | null
if (parentPort !== null && order !== null && 'stick' in order) parentPort.postMessage(answerTo(order))

function answerTo(given: StickOrder): StickAnswer {
  if (given.do === 'read-sealed') {
    const found = given.devices.map((device) => [device, readSealedTally(given.stick, device)] as const)
    return { is: 'read', sealed: new Map(found.flatMap(([device, text]) => (text ? [[device, text]] : []))) }
  }
  try {
    return { is: 'written', folder: writeBundle(given.stick, given.device, given.files) }
  } catch (error) {
    // What is not the system's is our own mistake.
    if (!(error instanceof Error && 'syscall' in error)) throw error
    return { is: 'refused', what: error.message }
  }
}
