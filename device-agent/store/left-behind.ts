/**
 * What a medium remembers of the other one: how many entries that had when this one was left behind. While no medium has as many, none of them is the
 * day. The mark outlives every start, of the program and of the computer, and says nothing any more once its own medium has caught up.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { z } from 'zod'
import { leaveHanging } from '../hung-threads.ts'
import { SILENT } from './storage-fault.ts'

export const LEFT_BEHIND_FILE = 'left-behind.json'
/** A medium that failed may hang at the next touch, and a voter waits: it is marked in a thread of its own, or not at all. Milliseconds. */
const DEADLINE_MS = 2_000

/** A journal that reaches further. */
export interface Further {
  readonly origin: string
  /** Entries. */
  readonly size: number
}

/** What the thread is started with that writes a mark: `signal[0]` is 1 when it is written, 2 when the system refused. */
export interface MarkThread {
  readonly path: string
  readonly text: string
  readonly signal: Int32Array
  /** The name of the system's error, in ASCII. */
  readonly refusal: Uint8Array
}

const schema = z.strictObject({ origin: z.string(), size: z.int().min(1) })

/** The mark on one medium. */
export class LeftBehind {
  readonly #path: string

  constructor(folder: string) {
    this.#path = join(folder, LEFT_BEHIND_FILE)
  }

  /** On the disk when this returns. Throws what the system answers, and {@link SILENT} where it does not answer in time. */
  mark(further: Further): void {
    const signal = new Int32Array(new SharedArrayBuffer(4))
    const refusal = new Uint8Array(new SharedArrayBuffer(32))
    const workerData: MarkThread = { path: this.#path, text: JSON.stringify(further), signal, refusal }
    const thread = new Worker(new URL('./left-behind-worker.ts', import.meta.url), { workerData })
    thread.unref()
    Atomics.wait(signal, 0, 0, DEADLINE_MS)
    if (signal[0] === 1) return
    if (signal[0] === 0) leaveHanging(thread)
    const code = signal[0] === 0 ? SILENT : Buffer.from(refusal).toString('latin1').replaceAll('\0', '')
    throw Object.assign(new Error(`${this.#path}: not marked`), { code })
  }

  /** How many entries the other one has of this journal at least; 0 if nothing is known. Throws what the system answers. */
  sizeOf(origin: string): number {
    const mark = schema.safeParse(parsed(read(this.#path)))
    return mark.success && mark.data.origin === origin ? mark.data.size : 0
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}

/** What is no JSON was not left by this program. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
