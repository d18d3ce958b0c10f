/** The least that any verifier of a journal does to an entry: parse it, compare it with its canonical form, hash it for the tree and for the file. On threads. */
import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'

/** @returns entries a second over all threads, which each take every so many of the files */
export async function measureFloor(files: readonly string[], threads: number): Promise<number> {
  const workers = Array.from({ length: threads }, () => new Worker(new URL(import.meta.url)))
  await Promise.all(workers.map((worker) => new Promise((ready) => worker.once('message', ready))))
  const begun = performance.now()
  const counts = await Promise.all(
    workers.map(
      (worker, i) =>
        new Promise<number>((done, failed) => {
          worker.once('message', done)
          worker.once('error', failed)
          worker.postMessage(files.filter((_, at) => at % threads === i))
        }),
    ),
  )
  const seconds = (performance.now() - begun) / 1000
  await Promise.all(workers.map((worker) => worker.terminate()))
  return counts.reduce((sum, count) => sum + count, 0) / seconds
}

function readAll(files: readonly string[]): number {
  let entries = 0
  for (const file of files) {
    for (const text of readFileSync(file, 'utf8').split('\n').slice(0, -1)) {
      if (JSON.stringify(JSON.parse(text)) !== text) throw new Error('an entry that is not canonical')
      hash('sha256', `\0${text}`, 'buffer')
      hash('sha256', text, 'buffer')
      entries += 1
    }
  }
  return entries
}

if (!isMainThread) {
  parentPort?.once('message', (files: readonly string[]) => parentPort?.postMessage(readAll(files)))
  parentPort?.postMessage('ready')
}
