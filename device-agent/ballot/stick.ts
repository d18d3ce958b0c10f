/**
 * The memory stick, touched in a thread of its own only: one that hangs holds whoever touches it for as long as the kernel waits. The loop goes on
 * meanwhile, so that the screen says what is done and all lines are answered. What is not done within a deadline is taken as not done; the thread is left
 * behind, and no other goes to that stick before it has come back, which it does when somebody pulls the stick.
 */
import { Worker } from 'node:worker_threads'
import { Turns } from '../../firmware/link/turns.ts'
import { leaveHanging } from '../hung-threads.ts'
import { systemClock } from '../system.ts'

/** Some megabytes are written within it on a slow stick too; officers stand before the screen. */
export const STICK_MS = 30_000

/** What a thread is started with. */
export type StickOrder =
  | {
      readonly do: 'write-bundle'
      readonly stick: string
      readonly device: string
      readonly files: ReadonlyMap<string, Uint8Array>
    }
  | { readonly do: 'read-sealed'; readonly stick: string; readonly devices: readonly string[] }

/** What became of it: the bundle's folder, or sealed tallies by device; `refused`: what the system said. */
export type StickAnswer =
  | { readonly is: 'written'; readonly folder: string }
  | { readonly is: 'read'; readonly sealed: ReadonlyMap<string, string> }
  | { readonly is: 'refused'; readonly what: string }

/** The stick is not there, refuses or does not answer: no fault of this program. */
export class StickError extends Error {}

/** Guards one thing: that no more than one thread is at the stick, hanging or not. */
export class MemoryStick {
  readonly #folder: string
  readonly #hold: () => () => void
  readonly #deadlineMs: number
  readonly #turns = new Turns()
  #isThreadAway = false

  /** @param hold stops virtual time while the stick is waited for, until the function it gives is called */
  constructor(folder: string, hold: () => () => void, deadlineMs = STICK_MS) {
    this.#folder = folder
    this.#hold = hold
    this.#deadlineMs = deadlineMs
  }

  /**
   * Writes a device's bundle, in the place of the one before. Rejects with a {@link StickError} where it could not be written in time.
   * @returns its folder
   */
  async writeBundle(device: string, files: ReadonlyMap<string, Uint8Array>): Promise<string> {
    const answer = await this.#ask({ do: 'write-bundle', stick: this.#folder, device, files })
    if (answer.is !== 'written') throw new StickError(answer.is === 'refused' ? answer.what : answer.is)
    return answer.folder
  }

  /** The sealed tallies that lie in these devices' bundles, as somebody left them there; none where the stick does not answer in time. */
  async readSealed(devices: readonly string[]): Promise<ReadonlyMap<string, string>> {
    try {
      const answer = await this.#ask({ do: 'read-sealed', stick: this.#folder, devices })
      return answer.is === 'read' ? answer.sealed : new Map()
    } catch (error) {
      if (error instanceof StickError) return new Map()
      throw error
    }
  }

  /** Resolves when nothing is being done on it any more, or nobody waits for it. */
  settled(): Promise<void> {
    return this.#turns.take(async () => {})
  }

  #ask(order: StickOrder): Promise<StickAnswer> {
    return this.#turns.take(async () => {
      if (this.#isThreadAway) throw this.#silent()
      const release = this.#hold()
      return this.#inThread(order).finally(release)
    })
  }

  #inThread(workerData: StickOrder): Promise<StickAnswer> {
    return new Promise((resolve, reject) => {
      this.#isThreadAway = true
      const thread = new Worker(new URL('./stick-worker.ts', import.meta.url), { workerData })
      const deadline = systemClock.after(this.#deadlineMs, () => {
        leaveHanging(thread)
        reject(this.#silent())
      })
      const back = () => {
        this.#isThreadAway = false
        deadline.cancel()
      }
      thread.once('message', (answer: StickAnswer) => {
        back()
        resolve(answer)
      })
      thread.once('error', (error) => {
        back()
        reject(error)
      })
      // The loop does not go on for one that hangs.
      thread.unref()
    })
  }

  #silent(): StickError {
    return new StickError(`${this.#folder}: no answer in time`)
  }
}
