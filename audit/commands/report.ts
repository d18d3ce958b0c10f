/** `sandogh audit report`: a count as a page, as PDF, and with every figure's source, in a new folder. */
import { join } from 'node:path'
import { sha256, toHex } from '../../core/keys/hash.ts'
import type { Signer } from '../../core/ports.ts'
import { RefusalError, valueOrThrow } from '../../core/result.ts'
import { type AuditedCount, auditCount } from '../count/audit-count.ts'
import { beginFolder, type UnfinishedOutput } from '../finished-output.ts'
import { incompleteOf } from '../missing.ts'
import { readSigner } from '../open/statement.ts'
import { checkOutside } from '../outside-bundles.ts'
import { headline } from '../printed/headline.ts'
import { printReport } from '../printed/page.ts'
import { CHROMIUM, printPdf } from '../printed/print-pdf.ts'
import { readInputs } from '../printed/read-inputs.ts'
import { signReport } from '../printed/report-statement.ts'
import { type FoundFolder, findFolders } from '../read-folders.ts'
import { findingsJson, type HeldAgainst } from '../report.ts'
import { zoneOf } from '../story/polling-window.ts'
import { type AuditLanguage, wordsIn } from '../strings.ts'
import { EXIT_CODES, verdictOn } from '../verdict.ts'
import { textOf } from '../verify/reference.ts'
import { parseLanguage } from './explain.ts'
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
  language: { type: 'string', default: 'en' },
  out: { type: 'string' },
  sign: { type: 'string' },
} as const

/** More devices than anybody reads about on paper. */
const MOST_FOLDERS = 400

/** Runs the verb. @param browser Chromium */
export async function report(
  args: readonly string[],
  browser = CHROMIUM,
): Promise<{ outcome: Outcome; json: boolean }> {
  const { values, positionals } = parsed({ args: [...args], options: OPTIONS, allowPositionals: true })
  const { out, json } = values
  if (positionals.length === 0) throw misuse('there is no bundle to report on')
  if (out === undefined) throw misuse('say where the report goes: --out <folder>')
  const language = parseLanguage(values.language)
  const signer =
    values.sign === undefined
      ? undefined
      : valueOrThrow(readSigner(textOf(valueOrThrow(readInput(values.sign))), values.sign))
  const { order, against } = countInputs(values)
  const folders = valueOrThrow(findFolders(positionals))
  if (folders.length > MOST_FOLDERS) throw tooMany(folders.length)
  valueOrThrow(checkOutside(out, positionals))
  const output = beginFolder(out)
  try {
    const count = await auditCount({ ...order, paths: positionals })
    if (!count.ok) return { outcome: refused(count.error), json }
    const [first] = count.value.findings
    if (first !== undefined && !isFinding(first)) throw new RefusalError(first)
    const outcome = write(output, count.value, { out, folders, against, language, signer, browser })
    return { outcome, json }
  } finally {
    output.discard()
  }
}

function write(
  output: UnfinishedOutput,
  count: AuditedCount,
  order: {
    readonly out: string
    readonly folders: readonly FoundFolder[]
    readonly against: HeldAgainst
    readonly language: AuditLanguage
    readonly signer: Signer | undefined
    readonly browser: string
  },
): Outcome {
  const { out, against, language, signer } = order
  const { definition } = count.electionPackage
  const inputs = valueOrThrow(readInputs(order.folders, count))
  const printed = printReport(count, inputs, against, language)
  const files = new Map<string, Uint8Array>()
  const put = (name: string, bytes: Uint8Array) => {
    output.write(bytes, name)
    files.set(name, bytes)
  }
  put('report.html', Buffer.from(printed.html))
  put('figures.json', Buffer.from(printed.figures))
  const pdf = printPdf(join(output.part, 'report.html'), definition.pollingDay, order.browser)
  if (pdf.ok) put('report.pdf', pdf.value)
  if (signer !== undefined) put('statement.json', Buffer.from(signReport(files, count, against, signer)))
  output.finish()
  if (!pdf.ok) throw new RefusalError(pdf.error)
  const verdict = verdictOn(count.findings, incompleteOf(count))
  const words = wordsIn(language, { timeZone: zoneOf(definition) })
  const hashes = [...files].map(([name, bytes]) => ({ name, sha256: toHex(sha256(bytes)) }))
  return {
    exitCode: EXIT_CODES[verdict],
    report: {
      text: [
        headline(count, words),
        ...hashes.map(({ name, sha256: hash }) => `  ${words.latin(`${hash}  ${join(out, name)}`)}`),
        words.strings.tallyNotVerified,
        '',
      ].join('\n'),
      json: {
        verdict,
        findings: findingsJson(count.findings),
        out,
        files: hashes,
      },
    },
  }
}

function tooMany(folders: number): RefusalError {
  return new RefusalError({
    code: 'input.too-many',
    where: 'what was given',
    what: `${folders} folders, and a report that people read has ${MOST_FOLDERS} at most`,
    next: 'Verify all of them at once, and make a report of each part.',
  })
}
