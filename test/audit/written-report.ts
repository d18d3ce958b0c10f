/** Reports that a test has made, without their PDF. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { report } from '../../audit/commands/report.ts'
import { RefusalError } from '../../core/result.ts'
import { testFolder } from './files.ts'

/** Where there is no browser. */
export const NOWHERE = '/nowhere/chromium'

/** A report without PDF, of a fresh folder; refused for the want of a browser at its end. */
export async function written(
  args: readonly string[],
): Promise<{ readonly out: string; readonly code: string }> {
  const out = join(testFolder(), 'report')
  try {
    await report([...args, '--out', out], NOWHERE)
  } catch (error) {
    if (error instanceof RefusalError) return { out, code: error.refusal.code }
    throw error
  }
  throw new Error('a report was printed by a browser that is nowhere')
}

/** Its page. */
export const page = (out: string) => readFileSync(join(out, 'report.html'), 'utf8')
/** Its figures, parsed. */
export const figuresOf = (out: string) => JSON.parse(readFileSync(join(out, 'figures.json'), 'utf8'))
