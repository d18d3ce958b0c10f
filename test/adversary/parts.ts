/** Spreads the days of a run over processes. */
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Part } from './days.ts'
import { type Evidence, together } from './evidence.ts'

const DAYS = fileURLToPath(new URL('days.ts', import.meta.url))
const LARGEST_ANSWER = 64 * 1024 * 1024

/** A seed that no run had before; printed, so that the run can be repeated. */
export function freshSeed(): string {
  return randomBytes(8).toString('hex')
}

/** Attacks days number 0 to `days` - 1 in so many processes at a time. Rejects with what a process wrote if one fails. */
export async function attackDays(
  run: Omit<Part, 'days'> & { readonly days: number; readonly processes: number },
): Promise<Evidence> {
  const { days, processes, ...rest } = run
  const parts = Array.from({ length: Math.min(processes, days) }, (_, first) =>
    Array.from({ length: days }, (_, day) => day).filter((day) => day % processes === first),
  )
  const answers = await Promise.all(
    parts.map((numbers) => {
      const part: Part = { ...rest, days: numbers }
      return promisify(execFile)(process.execPath, [DAYS, JSON.stringify(part)], {
        maxBuffer: LARGEST_ANSWER,
      })
    }),
  )
  return together(answers.map(({ stdout }) => JSON.parse(stdout) as Evidence))
}
