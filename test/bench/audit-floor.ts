/**
 * The least that any auditor does, on threads, each with its part of the files; what is read before the clock runs is not counted.
 *
 *     entries    each parsed, compared with its canonical form, hashed twice: for its leaf and for a node of the tree
 *     boxes      each opened by libsodium
 */
import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import sodium from 'sodium-native'

/** What is done with the files of some bundles. */
export type Task =
  | { readonly is: 'entries' }
  | { readonly is: 'boxes'; readonly publicKey: Uint8Array; readonly secretKey: Uint8Array }

interface Part {
  readonly task: Task
  readonly bundles: readonly string[]
}

/** @returns how many a second over all threads */
export async function measureFloor(task: Task, bundles: readonly string[], threads: number): Promise<number> {
  const workers = Array.from({ length: threads }, (_, i) => {
    const part: Part = { task, bundles: bundles.filter((_, at) => at % threads === i) }
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

/** Does it in this thread. @returns how many */
export function readEntries(bundles: readonly string[]): number {
  let entries = 0
  for (const bundle of bundles) {
    for (const text of readFileSync(join(bundle, 'journal.jsonl'), 'utf8').split('\n').slice(0, -1)) {
      if (JSON.stringify(JSON.parse(text)) !== text) throw new Error('an entry that is not canonical')
      hash('sha256', `\0${text}`, 'buffer')
      hash('sha256', text, 'buffer')
      entries += 1
    }
  }
  return entries
}

/** The sealed ballots of a bundle. */
export function boxesOf(bundle: string): readonly Uint8Array[] {
  const lines = readFileSync(join(bundle, 'batches.jsonl'), 'utf8').split('\n').slice(0, -1)
  return lines.flatMap((line) => {
    const { sealed } = JSON.parse(line) as { readonly sealed: readonly string[] }
    return sealed.map((text) => Buffer.from(text, 'base64'))
  })
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
  const boxes = bundles.flatMap(boxesOf)
  return () => openBoxes(boxes, task.publicKey, task.secretKey)
}

if (!isMainThread && parentPort !== null) {
  const port = parentPort
  const run = work(workerData as Part)
  port.once('message', () => port.postMessage(run()))
  port.postMessage(0)
}
