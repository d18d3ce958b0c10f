/** Processes of a run: started with orders, heard by messages, gone when the run is. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A process that was asked to end and has not by then is killed. */
const END_MS = 5_000

/** A child of a run, which hears `In` and tells `Out`. */
export class Child<In, Out> {
  readonly name: string
  readonly #process: ChildProcess
  readonly #log: string
  #listeners: ((message: Out) => void)[] = []
  #isEnding = false
  #isGone = false

  /**
   * @param program of this folder; it begins by listening to its parent
   * @param out the folder of the run
   * @param log names the file there that takes what it writes
   */
  constructor(name: string, program: URL, out: string, log: string, heapMiB = 4_096) {
    this.name = name
    this.#log = join(out, `${log}.log`)
    const file = openSync(this.#log, 'a')
    this.#process = fork(fileURLToPath(program), [], {
      execArgv: [`--max-old-space-size=${heapMiB}`, '--disable-warning=ExperimentalWarning'],
      // A run starts the same few programs many times: half of a start is compiling.
      env: { ...process.env, NODE_COMPILE_CACHE: join(out, 'compiled') },
      serialization: 'advanced',
      stdio: ['ignore', file, file, 'ipc'],
    })
    closeSync(file)
    this.#process.on('message', (message) => {
      for (const listener of this.#listeners) listener(message as Out)
    })
    this.#process.on('exit', () => {
      this.#isGone = true
    })
  }

  get pid(): number {
    return this.#process.pid ?? 0
  }

  tell(message: In): void {
    // What a process that has just gone is told is told to nobody.
    if (this.#process.connected) this.#process.send(message as object, () => {})
  }

  hear(listener: (message: Out) => void): void {
    this.#listeners.push(listener)
  }

  /** The first message that `pick` takes; rejects if the process ends before. */
  async until<T>(pick: (message: Out) => T | undefined): Promise<T> {
    return await new Promise((resolve, reject) => {
      const gone = () => reject(new Error(`${this.name} ended by itself: see ${this.#log}`))
      if (this.#isGone) return gone()
      this.#process.once('exit', gone)
      const listener = (message: Out) => {
        const found = pick(message)
        if (found === undefined) return
        this.#listeners = this.#listeners.filter((each) => each !== listener)
        this.#process.off('exit', gone)
        resolve(found)
      }
      this.#listeners.push(listener)
    })
  }

  /** `kill -9`, by its id. */
  async kill(): Promise<void> {
    if (this.#isGone) return
    const exited = once(this.#process, 'exit')
    appendFileSync(this.#log, `${this.name} (${this.pid}) is killed\n`)
    this.#process.kill('SIGKILL')
    await exited
  }

  /** Hangs up, by which a child of a run ends; kills it if that takes long. */
  async end(): Promise<void> {
    if (this.#isGone || this.#isEnding) return
    this.#isEnding = true
    const exited = once(this.#process, 'exit')
    const tooLong = setTimeout(() => this.#process.kill('SIGKILL'), END_MS)
    this.#process.disconnect()
    await exited
    clearTimeout(tooLong)
  }
}

/** The child's end: what its parent tells comes to `listen`, and it ends with its parent. @returns what tells the parent */
export function underParent<In, Out>(listen: (message: In) => void | Promise<void>): (message: Out) => void {
  process.on('message', (message) => {
    void Promise.resolve(listen(message as In)).catch((error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
      process.exit(1)
    })
  })
  process.on('disconnect', () => process.exit(0))
  // Ctrl-C at a terminal reaches this process too; the parent says what is to be done.
  process.on('SIGINT', () => {})
  return (message) => {
    if (process.connected) process.send?.(message as object, undefined, undefined, () => {})
  }
}
