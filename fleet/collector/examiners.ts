/** Messages over worker threads, in which libsodium verifies while the thread of the collector talks to broker and store. */
import { Worker } from 'node:worker_threads'
import type { Ground } from './desk.ts'
import { type Examined, examine, type Inbound } from './examine.ts'
import type { ExamineOrder, ExamineSetup } from './examine-worker.ts'

/** Starting a thread, and carrying messages to it and back, is not worth less. */
const WORTH_A_THREAD = { messages: 8, bytes: 256 * 1024 } as const

export class Examiners {
  readonly #ground: Ground
  readonly #now: () => number
  readonly #most: number
  readonly #threads: Thread[] = []

  /** @param most threads at most; none is started before there is work for it */
  constructor(ground: Ground, now: () => number, most: number) {
    this.#ground = ground
    this.#now = now
    this.#most = most
  }

  /** Each message examined, in their order. Rejects if a thread ended. */
  async examine(messages: readonly Inbound[]): Promise<readonly Examined[]> {
    const now = this.#now()
    const bytes = messages.reduce((sum, { payload }) => sum + payload.length, 0)
    if (messages.length < WORTH_A_THREAD.messages && bytes < WORTH_A_THREAD.bytes)
      return messages.map((message) => examine(this.#ground, message, now))
    const { definition } = this.#ground.package
    const setup: ExamineSetup = {
      package: { definition, hash: this.#ground.package.hash },
      authorityKey: this.#ground.authorityKey,
    }
    while (this.#threads.length < this.#most) this.#threads.push(new Thread(setup))
    const each = Math.ceil(messages.length / this.#threads.length)
    const parts = this.#threads.map((thread, i) => {
      const part = messages.slice(i * each, (i + 1) * each)
      return part.length === 0 ? [] : thread.examine({ messages: part, now })
    })
    return (await Promise.all(parts)).flat()
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()))
  }
}

/** One thread, and another in its place when it ended. */
class Thread {
  readonly #setup: ExamineSetup
  #worker: Worker
  #waiting: PromiseWithResolvers<readonly Examined[]>[] = []
  #isClosed = false

  constructor(setup: ExamineSetup) {
    this.#setup = setup
    this.#worker = this.#start()
  }

  /** Orders are worked off one after another, as they were given. */
  examine(order: ExamineOrder): Promise<readonly Examined[]> {
    const waiting = Promise.withResolvers<readonly Examined[]>()
    this.#waiting.push(waiting)
    this.#worker.postMessage(order)
    return waiting.promise
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#worker.terminate()
  }

  #start(): Worker {
    const worker = new Worker(new URL('./examine-worker.ts', import.meta.url), { workerData: this.#setup })
    worker.unref()
    worker.on('message', (examined: readonly Examined[]) => this.#waiting.shift()?.resolve(examined))
    let reason = 'ended'
    worker.on('error', (error) => {
      reason = error instanceof Error ? error.message : String(error)
    })
    worker.on('exit', () => {
      const lost = this.#waiting
      this.#waiting = []
      if (!this.#isClosed) this.#worker = this.#start()
      for (const { reject } of lost) reject(new Error(`the thread that examines messages: ${reason}`))
    })
    return worker
  }
}
