/**
 * The least that any auditor does, on threads, each with its part of the files. Entries and bundles are read from their files while the clock runs,
 * as an auditor does; of the boxes only the opening is counted.
 *
 *     entries    each parsed, compared with its canonical form, hashed twice: for its leaf and for a node of the tree
 *     journals   ours: each verified as `audit verify` does it (audit-journals.ts)
 *     boxes      each opened by libsodium
 *     bundles    all that a bundle asks for beside its entries too (audit-parts.ts)
 */
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import sodium from 'sodium-native'
import { journalVerifier } from './audit-journals.ts'
import { boxesOf, measureParts, readEntries, type Verification } from './audit-parts.ts'

/** What is done with the files of some bundles. */
export type Task =
  | { readonly is: 'entries' }
  | { readonly is: 'journals'; readonly authorityKey: Uint8Array }
  | { readonly is: 'bundles'; readonly verifications: readonly Verification[] }
  | { readonly is: 'boxes'; readonly publicKey: Uint8Array; readonly secretKey: Uint8Array }

interface Part {
  readonly task: Task
  readonly bundles: readonly string[]
}

/** @returns how many a second over all threads */
export async function measureOnThreads(
  task: Task,
  bundles: readonly string[],
  threads: number,
): Promise<number> {
  const workers = Array.from({ length: threads }, (_, i) => {
    const share = <T>(all: readonly T[]) => all.filter((_, at) => at % threads === i)
    const own = task.is === 'bundles' ? { ...task, verifications: share(task.verifications) } : task
    const part: Part = { task: own, bundles: share(bundles) }
    return new Worker(new URL(import.meta.url), { workerData: part })
  })
  const answerOf = (worker: Worker) =>
    new Promise<number>((done, failed) => worker.once('message', done).once('error', failed))
  await Promise.all(workers.map(answerOf))
  const begun = performance.now()
  const counts = await Promise.all(
    workers.map((worker) => {
      worker.postMessage('go')
      return answerOf(worker)
    }),
  )
  const seconds = (performance.now() - begun) / 1000
  await Promise.all(workers.map((worker) => worker.terminate()))
  return counts.reduce((sum, count) => sum + count, 0) / seconds
}

function openBoxes(boxes: readonly Uint8Array[], publicKey: Uint8Array, secretKey: Uint8Array): number {
  for (const sealed of boxes) {
    const message = new Uint8Array(sealed.length - sodium.crypto_box_SEALBYTES)
    if (!sodium.crypto_box_seal_open(message, sealed, publicKey, secretKey))
      throw new Error('a box does not open')
  }
  return boxes.length
}

function work({ task, bundles }: Part): () => number {
  if (task.is === 'entries') return () => readEntries(bundles)
  if (task.is === 'journals') return journalVerifier(bundles, task.authorityKey)
  if (task.is === 'bundles') {
    return () => {
      measureParts(bundles, task.verifications)
      return bundles.length
    }
  }
  const boxes = bundles.flatMap(boxesOf)
  return () => openBoxes(boxes, task.publicKey, task.secretKey)
}

if (!isMainThread && parentPort !== null) {
  const port = parentPort
  const run = work(workerData as Part)
  port.once('message', () => port.postMessage(run()))
  port.postMessage(0)
}
