/** The command line of the centre. */
import { existsSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { describeRefusal } from '../core/result.ts'
import { type CentreStore, openCentreStore } from './store/store.ts'

export const usage = `sandogh centre status --store <file>
  Says which journals and tallies the centre's database holds, after checking them against their checkpoints.
  Exit code: 0 all is well, 1 the database is not one of the centre's or contradicts itself,
  2 wrong use or no such file.
`

/** Runs `sandogh centre …` on the arguments behind `centre`; resolves to the exit code. */
export async function main(args: string[]): Promise<number> {
  const path = storePath(args)
  if (path === undefined) {
    process.stderr.write(usage)
    return 2
  }
  if (!existsSync(path)) {
    process.stderr.write(
      `${path}: there is no such file. Give the database that the centre wrote, with --store.\n`,
    )
    return 2
  }
  const store = openCentreStore(path)
  if (!store.ok) {
    process.stderr.write(`${describeRefusal(store.error)}\n`)
    return 1
  }
  process.stdout.write(status(store.value))
  store.value.close()
  return 0
}

function storePath(args: string[]): string | undefined {
  try {
    const { values, positionals } = parseArgs({
      args,
      options: { store: { type: 'string' } },
      allowPositionals: true,
    })
    return positionals.join(' ') === 'status' ? values.store : undefined
  } catch {
    return undefined
  }
}

/** A line for each journal, then the sums. */
function status(store: CentreStore): string {
  const journals = store.journals()
  const lines = journals.map(({ device, origin, frontier }) => {
    const tally = store.tally(origin) === undefined ? 'no tally yet' : 'tally received'
    const forks = store.forks(origin)
    const loud = forks === 0 ? '' : `  EQUIVOCATION: ${forks} signed checkpoints contradict the entries`
    return `${device}  ${frontier.size} entries  ${tally}  ${origin}${loud}`
  })
  const devices = new Set(journals.map(({ device }) => device)).size
  const entries = journals.reduce((sum, { frontier }) => sum + frontier.size, 0)
  lines.push(`${devices} devices, ${entries} entries, ${store.tallies().length} tallies received`)
  return `${lines.join('\n')}\n`
}
