/** A program of the simulated centre, as it is installed: started with words, heard by what it writes, ended by a signal. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** The one command. */
const SANDOGH = fileURLToPath(new URL('../../bin/sandogh.js', import.meta.url))
/** A program that was asked to end and has not by then is killed. */
const END_MS = 10_000

/** Where a program of a run works. */
export interface Place {
  /** The folder of the run. */
  readonly out: string
  /** Names the program in its log. */
  readonly name: string
}

/** A program at work. */
export class CommandProcess {
  readonly #process: ChildProcess
  readonly #log: string
  readonly #name: string
  #lines: string[] = []
  #listeners: ((line: string) => void)[] = []

  private constructor(process: ChildProcess, { out, name }: Place) {
    this.#process = process
    this.#name = name
    this.#log = join(out, 'centre.log')
    for (const stream of [process.stdout, process.stderr]) {
      if (stream !== null) createInterface({ input: stream }).on('line', (line) => this.#take(line))
    }
  }

  /** `sandogh …` */
  static sandogh(words: readonly string[], place: Place): CommandProcess {
    // Half of a start is compiling, and a run starts the same few programs many times.
    const env = { ...process.env, NODE_COMPILE_CACHE: join(place.out, 'compiled') }
    return new CommandProcess(
      spawn(process.execPath, [SANDOGH, ...words], { stdio: ['ignore', 'pipe', 'pipe'], env }),
      place,
    )
  }

  /** Any other program. */
  static other(program: string, words: readonly string[], place: Place): CommandProcess {
    return new CommandProcess(spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'] }), place)
  }

  get pid(): number {
    return this.#process.pid ?? 0
  }

  get isGone(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null
  }

  /** Each line that it writes, those before too. */
  hear(listener: (line: string) => void): void {
    for (const line of this.#lines) listener(line)
    this.#listeners.push(listener)
  }

  /** The first line that has these words in it; rejects if it ends before. */
  async said(words: string): Promise<string> {
    return await new Promise((resolve, reject) => {
      const gone = () => reject(new Error(`${this.#name} ended by itself: see ${this.#log}`))
      this.#process.once('close', gone)
      this.hear((line) => {
        if (!line.includes(words)) return
        this.#process.off('close', gone)
        resolve(line)
      })
    })
  }

  /** `kill -9`, by its id. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL')
  }

  /** As a service manager ends it; kills it if that takes long. */
  async end(): Promise<void> {
    const tooLong = setTimeout(() => this.#process.kill('SIGKILL'), END_MS)
    await this.#end('SIGTERM')
    clearTimeout(tooLong)
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    if (this.isGone) return
    const exited = once(this.#process, 'exit')
    this.#process.kill(signal)
    await exited
  }

  #take(line: string): void {
    // A flood fills no disk.
    if (this.#lines.length < 1_000) {
      this.#lines.push(line)
      appendFileSync(this.#log, `${this.#name}: ${line}\n`)
    }
    for (const listener of this.#listeners) listener(line)
  }
}
