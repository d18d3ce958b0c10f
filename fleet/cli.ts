/** The command line of the centre. */
import { existsSync, statSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { openStationSheet } from '../core/bundle/station-sheet.ts'
import { describeRefusal, ok, type Result, refuse, valueOrThrow } from '../core/result.ts'
import { brokerUsage, runBroker, writeBrokerConfig } from './broker/command.ts'
import { findClosing } from './collector/closed-journal.ts'
import { collect, collectUsage } from './collector/command.ts'
import { declarationsIn } from './collector/declared-dead.ts'
import { type CentreStore, type HeldSheet, openCentreStore } from './store/store.ts'

export const usage = `sandogh centre: the processes of the national centre, and what it has received

${brokerUsage}${collectUsage}  sandogh centre status --store <file>
      says which journals, tallies and sheets of stations the centre's database holds, after checking the journals
      against their checkpoints and the sheets against their signatures

After "npm start" the centre's home folder is out/centre, and its database out/centre/centre.db.

Exit code: 0 all is well, 1 the database contradicts itself, 2 a file is not the centre's, or the command was refused.
`

/** Runs `sandogh centre …` on the arguments behind `centre`; resolves to the exit code. */
export async function main(args: string[]): Promise<number> {
  const [verb = '', ...rest] = args
  if (verb === 'broker') return runBroker(rest)
  if (verb === 'broker-config') return writeBrokerConfig(rest)
  if (verb === 'collect') return collect(rest)
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
  if (positionals.length === 0) return misuse('say what to do: broker, broker-config, collect or status')
  if (positionals.join(' ') !== 'status')
    return misuse(`there is no "${positionals.join(' ')}", only broker, broker-config, collect and status`)
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

/** A line for each journal, one for each sheet, then the sums. */
function status(store: CentreStore): string {
  const journals = store.journals()
  const sheets = store.sheets()
  const stationOf = stationsBySheet(sheets)
  const declared = journals.flatMap((by) => declarationsIn({ store }, by).map((said) => ({ by, said })))
  const lines = journals.map((journal) => {
    const { device, origin, frontier } = journal
    const tally = totalsOf(store.tally(origin) !== undefined, stationOf.get(origin))
    const forks = store.forks(origin)
    const loud = forks === 0 ? '' : `  EQUIVOCATION: ${forks} signed checkpoints contradict the entries`
    const takers = store
      .takersOf(origin)
      .map(({ device: spare, takeover }) => `${spare} after ${takeover?.size} entries`)
    const taken = takers.length === 0 ? '' : `  its place was taken by ${takers.join(' and by ')}`
    const says = declared
      .filter(({ by }) => by === journal)
      .map(({ said }) => `  declares ${said.device} dead`)
    const isDead = declared.some(({ said }) => said.device === device)
    const end = findClosing({ store }, journal) === undefined ? '' : ' AND CLOSED'
    const dead = isDead ? `  WAS DECLARED DEAD${end}` : ''
    return `${device}  ${frontier.size} entries  ${tally}  ${origin}${taken}${says.join('')}${dead}${loud}`
  })
  for (const { station, device, document, messageKey } of sheets) {
    const { without } = valueOrThrow(openStationSheet(document, messageKey, `sheet of ${station}`))
    const dead = without.length === 0 ? '' : `, counted without ${without.join(', ')}: declared dead`
    lines.push(`${station}  sheet received from ${device}${dead}`)
  }
  const devices = new Set(journals.map(({ device }) => device)).size
  const entries = journals.reduce((sum, { frontier }) => sum + frontier.size, 0)
  const totals = `${store.tallies().length} tallies received, ${sheets.length} sheets of stations received`
  lines.push(`${devices} devices, ${entries} entries, ${totals}`)
  return `${lines.join('\n')}\n`
}

/** The station whose sheet lists a journal, by its origin. The store verified each sheet when it was opened. */
function stationsBySheet(sheets: readonly HeldSheet[]): ReadonlyMap<string, string> {
  return new Map(
    sheets.flatMap(({ station, document, messageKey }) => {
      const { journals } = valueOrThrow(openStationSheet(document, messageKey, `sheet of ${station}`))
      return journals.map(({ origin }) => [origin, station] as const)
    }),
  )
}

/** How the totals of a journal are there, in words. */
function totalsOf(hasTally: boolean, station: string | undefined): string {
  if (station === undefined) return hasTally ? 'tally received' : 'no tally yet'
  const counted = `counted by the sheet of ${station}`
  return hasTally ? `${counted}, A TALLY OF ITS OWN IS NOT COUNTED and should not have left it` : counted
}
