/** The long run, for evidence: `npm run soak -- count [--ballots 20000000] [--seed S]`: ballots of one contest against a shadow count. */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { TEHRAN } from '../fixtures/tehran.ts'
import { countBeside, countingOf } from './shadow-count.ts'

/** @returns 0 if the counts are the same, 1 if not, 2 for a number that is none */
export async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      ballots: { type: 'string', default: '20000000' },
      seed: { type: 'string', default: crypto.randomUUID().slice(0, 8) },
    },
  })
  const ballots = Number(values.ballots)
  if (!Number.isSafeInteger(ballots) || ballots < 1) {
    process.stderr.write('--ballots is a whole number from 1 on\n')
    return 2
  }
  const counting = await countingOf(join(import.meta.dirname, '../..'))
  process.stdout.write(`seed ${values.seed}\n`)
  const told = (done: number) => process.stdout.write(`${done} ballots\n`)
  const { positions, differences } = countBeside(counting, TEHRAN, { ballots, seed: values.seed, told })
  for (const difference of differences) process.stdout.write(`${difference}\n`)
  process.stdout.write(`${ballots} ballots, ${positions} positions, ${differences.length} differences\n`)
  return differences.length === 0 ? 0 : 1
}
