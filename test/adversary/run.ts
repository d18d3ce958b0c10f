/**
 * The long run, for evidence: `npm run soak -- adversary --days 200 [--seed S] [--weakened NAME] [--everywhere] [--processes 2]`. Prints
 * every line of the verdict.
 */
import { parseArgs } from 'node:util'
import { falseAlarm, findings } from './evidence.ts'
import { attackDays, freshSeed } from './parts.ts'

/** @returns 0 if no line of the verdict shows a leak, else 1 */
export async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      days: { type: 'string', default: '200' },
      seed: { type: 'string' },
      weakened: { type: 'string' },
      everywhere: { type: 'boolean', default: false },
      processes: { type: 'string', default: '2' },
    },
  })
  const seed = values.seed ?? freshSeed()
  process.stdout.write(`seed ${seed}, build ${values.weakened ?? 'as it is'}\n`)
  const evidence = await attackDays({
    seed,
    days: Number(values.days),
    processes: Number(values.processes),
    everywhere: values.everywhere,
    ...(values.weakened !== undefined && { weakened: values.weakened }),
  })
  const { days, ballots, images, keysTried } = evidence
  process.stdout.write(`${days} days, ${ballots} ballots, ${images} images, ${keysTried} keys tried\n\n`)
  const lines = findings(evidence)
  for (const { passes, what, observed, limit } of lines) {
    process.stdout.write(`${passes ? '     ' : 'LEAK '} ${what}: ${observed} (limit: ${limit})\n`)
  }
  process.stdout.write(
    `\nprobability of a false alarm in this run: below ${falseAlarm(evidence).toExponential(0)}\n`,
  )
  return lines.every(({ passes }) => passes) ? 0 : 1
}
