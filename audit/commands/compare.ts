/** `sandogh audit compare`: two parties' signed statements side by side. */
import { type Result, valueOrThrow } from '../../core/result.ts'
import { compareStatements } from '../open/compare.ts'
import { openStatement, type Statement } from '../open/statement.ts'
import { textOf } from '../verify/reference.ts'
import { misuse, type Outcome, parsed, readInput, refused } from './inputs.ts'

const OPTIONS = { json: { type: 'boolean', default: false } } as const

/** Runs the verb. */
export function compare(args: readonly string[]): { outcome: Outcome; json: boolean } {
  const { values, positionals } = parsed({ args: [...args], options: OPTIONS, allowPositionals: true })
  const [a, b, ...more] = positionals
  if (a === undefined || b === undefined || more.length > 0)
    throw misuse('compare takes two statements, one of each party')
  const [one, other] = [a, b].map(read) as [Result<Statement>, Result<Statement>]
  if (!one.ok) return { outcome: refused(one.error), json: values.json }
  if (!other.ok) return { outcome: refused(other.error), json: values.json }
  const { exitCode, report } = compareStatements(one.value, other.value)
  return { outcome: { exitCode, report }, json: values.json }
}

function read(path: string): Result<Statement> {
  return openStatement(textOf(valueOrThrow(readInput(path))), path)
}
