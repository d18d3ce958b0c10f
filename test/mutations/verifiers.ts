/** Verifiers as processes: asked one command after another, with a limit for time and memory. */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createInterface, type Interface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { DEBIAN_PYTHON } from '../oracles/needs.ts'
import type { Verdict } from './judge.ts'

/** Whoever takes longer hangs. An honest station takes a fraction of a second, 64 MiB of the worst a quarter of a minute; a processor that others use too takes more. */
const LONGEST_MS = 300_000

export class Verifier {
  readonly name: string
  /** The longest answer so far. */
  longestMs = 0
  readonly #process: ChildProcessByStdio<Writable, Readable, null>
  readonly #lines: Interface
  readonly #answers: AsyncIterator<string>

  constructor(name: string, command: string, args: readonly string[]) {
    this.name = name
    this.#process = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] })
    this.#lines = createInterface({ input: this.#process.stdout })
    this.#answers = this.#lines[Symbol.asyncIterator]()
  }

  /** Verifies the bundles in a folder. Throws if it crashed, or takes too long. */
  async ask(folder: string, authorityKey: string): Promise<Verdict> {
    const begun = performance.now()
    this.#process.stdin.write(`${JSON.stringify(['--authority', authorityKey, '--json', folder])}\n`)
    const late = setTimeout(() => this.#process.kill('SIGKILL'), LONGEST_MS)
    const answer = await this.#answers.next()
    clearTimeout(late)
    this.longestMs = Math.max(this.longestMs, performance.now() - begun)
    if (answer.done)
      throw new Error(`${this.name} crashed, or took longer than ${LONGEST_MS / 1000} s, on ${folder}`)
    const { exit, out, err } = JSON.parse(answer.value) as { exit: number; out: string; err: string }
    const findings = findingsIn(exit, out, err).map((finding) => finding.replaceAll(`${folder}/`, ''))
    return { exitCode: exit, findings }
  }

  /** The most memory that it had at once, in MiB; 0 where the system does not say. */
  peakMiB(): number {
    try {
      const status = readFileSync(`/proc/${this.#process.pid}/status`, 'utf8')
      return Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024)
    } catch {
      return 0
    }
  }

  close(): void {
    this.#lines.close()
    this.#process.kill()
  }
}

function findingsIn(exit: number, out: string, err: string): readonly string[] {
  if (exit === 2) return [/^(.*?): .*\(([a-z.-]+)\)/.exec(err)?.slice(1).toReversed().join(' ') ?? err]
  const { findings } = JSON.parse(out) as { findings: readonly { code: string; where: string }[] }
  // What stands behind a place is for people.
  return findings.map(({ code, where }) => `${code} ${where.replace(/ (?:\(|at ).*$/, '')}`)
}

/** Ours. */
export function firstVerifier(): Verifier {
  const program = fileURLToPath(new URL('first-verifier.ts', import.meta.url))
  return new Verifier('the first verifier', process.execPath, [program])
}

/** The one in Python. */
export function secondVerifier(): Verifier {
  const program = fileURLToPath(new URL('../../audit/independent/judged.py', import.meta.url))
  // -B: no compiled copy beside the program.
  return new Verifier('the second verifier', DEBIAN_PYTHON, ['-B', program])
}
