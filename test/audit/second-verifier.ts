/** The second verifier (`audit/independent/`) beside the first: both are given the same words, and say what they found. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { main } from '../../audit/cli.ts'
import { DEBIAN_PYTHON } from '../oracles/needs.ts'
import { ROOT } from '../structure/repository.ts'
import { run } from './run.ts'

export const INDEPENDENT = join(ROOT, 'audit/independent')

/** What a verifier said of what it was given, as far as two have to agree. */
export interface Said {
  readonly exitCode: number
  /** Of a finding code and place, of bad input the code. */
  readonly findings: readonly string[]
  /** All that `--json` told. */
  readonly told: unknown
}

/** What the first verifier says. */
export async function firstSays(words: readonly string[]): Promise<Said> {
  const { exitCode, out, err } = await run(main, ...words, '--json')
  return said(exitCode, out, err)
}

/** What the second verifier says to each of these, in one process. */
export function secondSays(commands: readonly (readonly string[])[]): readonly Said[] {
  const input = commands.map((words) => `${JSON.stringify([...wordsOfSecond(words), '--json'])}\n`).join('')
  // -B: no compiled copy beside the program.
  const output = execFileSync(DEBIAN_PYTHON, ['-B', join(INDEPENDENT, 'judged.py')], {
    input,
    maxBuffer: 2 ** 28,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = output.toString().trimEnd().split('\n')
  return lines.map((line) => {
    const { exit, out, err } = JSON.parse(line) as { exit: number; out: string; err: string }
    return said(exit, out, err)
  })
}

/** It verifies unless it is told to open. */
export function wordsOfSecond([verb = '', ...rest]: readonly string[]): readonly string[] {
  return verb === 'verify' ? rest : [verb, ...rest]
}

function said(exitCode: number, out: string, err: string): Said {
  if (exitCode === 2)
    return { exitCode, findings: [/\(([a-z.-]+)\)/.exec(err)?.[1] ?? err], told: out === '' ? null : out }
  const told = JSON.parse(out) as { readonly findings: readonly { code: string; where: string }[] }
  // What stands behind a place is for people.
  const findings = told.findings.map(({ code, where }) => `${code} ${where.replace(/ (?:\(|at ).*$/, '')}`)
  return { exitCode, findings, told }
}

/** The members that both told and of which they told different things, as paths. */
export function differences(one: unknown, other: unknown, path = ''): readonly string[] {
  if (Array.isArray(one) && Array.isArray(other)) {
    if (one.length !== other.length) return [`${path}.length: ${one.length}, ${other.length}`]
    return one.flatMap((item, i) => differences(item, other[i], `${path}[${i}]`))
  }
  if (isObject(one) && isObject(other)) {
    const both = Object.keys(one).filter((name) => Object.hasOwn(other, name))
    return both.flatMap((name) => differences(one[name], other[name], `${path}.${name}`))
  }
  return one === other ? [] : [`${path}: ${JSON.stringify(one)}, ${JSON.stringify(other)}`]
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
