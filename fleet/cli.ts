/** The command line of the centre. */
import { existsSync, statSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { describeRefusal, ok, type Result, refuse } from '../core/result.ts'
import { type CentreStore, openCentreStore } from './store/store.ts'

export const usage = `sandogh centre: what the national centre has received

  sandogh centre status --store <file>
      says which journals and tallies the centre's database holds, after checking them against their checkpoints

After "npm start" the file is out/centre/centre.db.

Exit code: 0 all is well, 1 the database contradicts itself, 2 the file is not the centre's, or the command was refused.
`

/** Runs `sandogh centre …` on the arguments behind `centre`; resolves to the exit code. */
export async function main(args: string[]): Promise<number> {
  const path = storePath(args)
  if (!path.ok) {
    process.stderr.write(`${describeRefusal(path.error)}\n`)
    return 2
  }
  const store = openCentreStore(path.value)
  if (!store.ok) {
    process.stderr.write(`${describeRefusal(store.error)}\n`)
    return store.error.code === 'store.changed' ? 1 : 2
  }
  process.stdout.write(status(store.value))
  store.value.close()
  return 0
}

function storePath(args: string[]): Result<string> {
  let parsed: ReturnType<typeof parse>
  try {
    parsed = parse(args)
  } catch (error) {
    // Node adds a second sentence, on how to name a file that begins with a dash.
    return misuse((error as Error).message.split('. ')[0] ?? '')
  }
  const { values, positionals } = parsed
  if (positionals.length === 0) return misuse('say what to do: status')
  if (positionals.join(' ') !== 'status') return misuse(`there is no "${positionals.join(' ')}", only status`)
  if (values.store === undefined) return misuse("the centre's database is missing: --store <file>")
  // SQLite would make the file.
  if (existsSync(values.store) && statSync(values.store).isFile()) return ok(values.store)
  return refuse(
    'store.missing',
    values.store,
    'there is no such file',
    'Give the database that the centre wrote: --store <file>.',
  )
}

function parse(args: string[]) {
  return parseArgs({ args, options: { store: { type: 'string' } }, allowPositionals: true })
}

function misuse(what: string) {
  return refuse('usage', 'sandogh centre', what, 'See "sandogh centre --help".')
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
