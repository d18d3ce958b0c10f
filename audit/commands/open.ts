/** `sandogh audit open`: verifies, opens the ballots with the trustees' shares and recounts them. */
import type { Signer } from '../../core/ports.ts'
import { RefusalError, valueOrThrow } from '../../core/result.ts'
import { type AuditedCount, auditCount } from '../count/audit-count.ts'
import { beginFile, type UnfinishedOutput } from '../finished-output.ts'
import { incompleteOf } from '../missing.ts'
import { openReport } from '../open/open-report.ts'
import type { GivenShare } from '../open/rebuild-key.ts'
import { readSigner, signStatement } from '../open/statement.ts'
import { checkOutside } from '../outside-bundles.ts'
import { verifyReport } from '../report.ts'
import { EXIT_CODES, verdictOn } from '../verdict.ts'
import { textOf } from '../verify/reference.ts'
import {
  COUNT_OPTIONS,
  countInputs,
  isFinding,
  misuse,
  type Outcome,
  parsed,
  readInput,
  refused,
} from './inputs.ts'

const OPTIONS = {
  ...COUNT_OPTIONS,
  lost: { type: 'string', multiple: true },
  out: { type: 'string' },
  share: { type: 'string', multiple: true },
  sign: { type: 'string' },
} as const

/** In front of a reader's line, where a file could be named. */
const CARD_PREFIX = 'card:'

/** Runs the verb. */
export async function open(args: readonly string[]): Promise<{ outcome: Outcome; json: boolean }> {
  const { values, positionals } = parsed({ args: [...args], options: OPTIONS, allowPositionals: true })
  if (positionals.length === 0) throw misuse('there is no bundle to open')
  if (values.share === undefined)
    throw misuse("opening needs the trustees' shares: --share <file>, or --share card:<line>, for each")
  const { order, against } = countInputs(values)
  const shares = await sharesOf(values.share)
  const { lost = [] } = values
  const file = statementFile(values, positionals)
  try {
    const count = await auditCount({ ...order, paths: positionals, opening: { shares, lost } })
    if (!count.ok) return { outcome: refused(count.error), json: values.json }
    const outcome = judge(count.value, against, lost)
    const inputs = { policy: order.policy, programs: order.programs ?? [], lost }
    if (file !== undefined) {
      file.output.write(Buffer.from(signStatement(count.value, inputs, file.signer)))
      file.output.finish()
    }
    return { outcome, json: values.json }
  } finally {
    file?.output.discard()
  }
}

/** Files are read before anybody is asked for a card; what talks to a reader is loaded only then. */
async function sharesOf(named: readonly string[]): Promise<readonly GivenShare[]> {
  const files = named.filter((where) => !where.startsWith(CARD_PREFIX))
  const read = files.map((where) => ({ where, text: textOf(valueOrThrow(readInput(where))) }))
  const lines = named.flatMap((where) =>
    where.startsWith(CARD_PREFIX) ? [where.slice(CARD_PREFIX.length)] : [],
  )
  if (lines.length === 0) return read
  if (lines.includes(''))
    throw misuse('--share card: names no reader; it is --share card:<line>, as card:/dev/ttyUSB0')
  const { sharesOnCards } = await import('../open/share-cards.ts')
  return [...read, ...valueOrThrow(await sharesOnCards(lines))]
}

function judge(
  count: AuditedCount,
  against: Parameters<typeof openReport>[2],
  lost: readonly string[],
): Outcome {
  const { findings, opened, stations } = count
  const [first] = findings
  if (first !== undefined && !isFinding(first)) throw new RefusalError(first)
  // Nothing is opened of a count that does not hold.
  if (opened === undefined) return { exitCode: 1, report: verifyReport(count, against) }
  const missing = new Set(stations.flatMap((station) => station.missing))
  const there = lost.find((device) => !missing.has(device))
  if (there !== undefined) throw misuse(`--lost ${there}: no station of these bundles misses such a device`)
  const report = openReport(count, opened, against, lost)
  return { exitCode: EXIT_CODES[verdictOn(opened.findings, incompleteOf(count))], report }
}

interface StatementFile {
  readonly signer: Signer
  readonly output: UnfinishedOutput
}

/** The file of the signed statement, begun before the long work and in the place of no other. */
function statementFile(
  values: { readonly sign?: string | undefined; readonly out?: string | undefined },
  given: readonly string[],
): StatementFile | undefined {
  const { sign, out } = values
  if (sign === undefined && out === undefined) return undefined
  if (sign === undefined || out === undefined)
    throw misuse('a signed statement needs a key and a file: --sign <key.pem> --out <file>')
  const signer = valueOrThrow(readSigner(textOf(valueOrThrow(readInput(sign))), sign))
  valueOrThrow(checkOutside(out, given))
  return { signer, output: beginFile(out) }
}
