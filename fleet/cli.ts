/** The command line of the centre. */
import { describeRefusal, RefusalError } from '../core/result.ts'
import { misuse } from './commands/inputs.ts'

export const usage = `sandogh centre: what the national centre has received

  sandogh centre status --store <store> [--check] [--package <package.json> --authority <base64 key>]
      says which journals, tallies and sheets of stations the centre's database holds. What is said of each journal
      was checked against the checkpoint that the device signed, and sheets against their signatures; --check
      also reads every entry again. With the package it names each device of which something is missing.

<store> is the file of the centre's database (after "npm start" out/centre/centre.db), or postgres://user:password@host/database.

Exit code: 0 all is well, 1 the database contradicts itself, 2 the file is not the centre's, or the command was refused,
3 something is missing.
`

const VERBS: Readonly<Record<string, () => Promise<(args: readonly string[]) => Promise<number>>>> = {
  status: async () => (await import('./commands/status.ts')).status,
}

/** Runs `sandogh centre …` on the arguments behind `centre`; resolves to the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    const [name, ...rest] = args
    const load = name !== undefined && Object.hasOwn(VERBS, name) ? VERBS[name] : undefined
    if (load === undefined) throw misuse(`say what to do: ${Object.keys(VERBS).join(', ')}`)
    return await (await load())(rest)
  } catch (error) {
    if (!(error instanceof RefusalError)) throw error
    process.stderr.write(`${describeRefusal(error.refusal)}\n`)
    return 2
  }
}
