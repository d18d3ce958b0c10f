/** The command line of the centre. */
import { brokerUsage, runBroker, writeBrokerConfig } from './broker/command.ts'
import { collect, collectUsage } from './collector/command.ts'
import { misuse } from './command-line.ts'
import { importBrought, importUsage } from './import/command.ts'
import { order, orderUsage } from './orders/command.ts'
import { result, resultUsage } from './results/command.ts'
import { status, statusUsage } from './status/command.ts'

export const usage = `sandogh centre: the processes of the national centre, and what it has received

${brokerUsage}${collectUsage}${statusUsage}${resultUsage}${importUsage}${orderUsage}
<store> is a file, or the URL of a PostgreSQL database: postgres://<user>@<host>/<database>, its password in the environment
as PGPASSWORD (in the URL everybody on this computer could read it).
After "npm start" the centre's home folder is out/centre, and its database out/centre/centre.db.

Exit code: 0 all is well, 1 the database contradicts itself, the result is marked, an alarm that wants people was raised
(at status: every kind but gap, clock, stale and flood), what was brought is one, the result leaves something out, a
device refused an order or its log could not be kept, 2 a file is not the centre's, or the command was refused,
3 something is missing, has to wait, or has not answered. Where several hold, the first of them.
`

const VERBS: Readonly<Record<string, (args: readonly string[]) => number | Promise<number>>> = {
  broker: runBroker,
  'broker-config': writeBrokerConfig,
  collect,
  status,
  result,
  import: importBrought,
  order,
}

/** Runs `sandogh centre …` on the arguments behind `centre`; resolves to the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const [name = '', ...rest] = args
  const verbs = Object.keys(VERBS).join(', ')
  const run = Object.hasOwn(VERBS, name) ? VERBS[name] : undefined
  if (run === undefined)
    throw misuse(name === '' ? `say what to do: ${verbs}` : `there is no "${name}", only ${verbs}`)
  return run(rest)
}
