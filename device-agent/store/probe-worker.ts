/** The thread that touches a medium first (`probe.ts`). */
import { closeSync, existsSync, fsyncSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { workerData } from 'node:worker_threads'
import type { ProbeThread } from './probe.ts'

const PIECE = new Uint8Array(256 * 1024)

// Whoever loads this module elsewhere has no medium for it.
const thread = workerData as Partial<ProbeThread> | null
if (thread?.folder !== undefined && thread.files !== undefined && thread.signal !== undefined) {
  const { folder, files, signal } = thread
  for (const name of files) touch(join(folder, name))
  signal[1] = Number(existsSync(folder))
  signal[2] = Number(existsSync(`${folder}.part`))
  Atomics.store(signal, 0, 1)
  Atomics.notify(signal, 0)
}

/** Reads a file to its end, and waits until it is on the disk. */
function touch(path: string): void {
  let file: number | undefined
  try {
    file = openSync(path, 'r')
    while (readSync(file, PIECE) > 0);
    fsyncSync(file)
  } catch {
    // It answered.
  } finally {
    if (file !== undefined) closeSync(file)
  }
}
