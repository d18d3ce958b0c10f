/** `sandogh audit report`: a count as a page, as PDF, and with every figure's source, in a new folder. */
import { mkdirSync, rmdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { sha256, toHex } from '../../core/keys/hash.ts'
import type { Signer } from '../../core/ports.ts'
import { RefusalError, valueOrThrow } from '../../core/result.ts'
import { type AuditedCount, auditCount } from '../count/audit-count.ts'
import { readSigner } from '../open/statement.ts'
import { checkOutside } from '../outside-bundles.ts'
import { headline } from '../printed/headline.ts'
import { printReport } from '../printed/page.ts'
import { CHROMIUM, printPdf } from '../printed/print-pdf.ts'
import { readInputs } from '../printed/read-inputs.ts'
import { signReport } from '../printed/report-statement.ts'
import { type FoundFolder, findFolders } from '../read-folders.ts'
import { findingsJson, type HeldAgainst, incompleteOf } from '../report.ts'
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
  makeFolder(out)
  let isEmpty = true
  try {
    const count = await auditCount({ ...order, paths: positionals })
    if (!count.ok) return { outcome: refused(count.error), json }
    const [first] = count.value.findings
    if (first !== undefined && !isFinding(first)) throw new RefusalError(first)
    isEmpty = false
    const outcome = write(out, count.value, { folders, against, language, signer, browser })
    return { outcome, json }
  } finally {
    if (isEmpty) rmdirSync(out)
  }
}

function write(
  out: string,
  count: AuditedCount,
  order: {
    readonly folders: readonly FoundFolder[]
    readonly against: HeldAgainst
    readonly language: AuditLanguage
    readonly signer: Signer | undefined
    readonly browser: string
  },
): Outcome {
  const { against, language, signer } = order
  const { definition } = count.electionPackage
  const inputs = valueOrThrow(readInputs(order.folders, count))
  const printed = printReport(count, inputs, against, language)
  const files = new Map<string, Uint8Array>()
  const put = (name: string, bytes: Uint8Array) => {
    writeFileSync(join(out, name), bytes, { flag: 'wx' })
    files.set(name, bytes)
  }
  put('report.html', Buffer.from(printed.html))
  put('figures.json', Buffer.from(printed.figures))
  const pdf = printPdf(resolve(out, 'report.html'), definition.pollingDay, order.browser)
  if (pdf.ok) put('report.pdf', pdf.value)
  if (signer !== undefined) put('statement.json', Buffer.from(signReport(files, count, signer)))
  if (!pdf.ok) throw new RefusalError(pdf.error)
  const verdict = verdictOn(count.findings, incompleteOf(count))
  const words = wordsIn(language, zoneOf(definition))
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

/** A folder that was not there before. */
function makeFolder(out: string): void {
  try {
    mkdirSync(out)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    const what =
      code === 'EEXIST' ? 'it is there already, and is left as it is' : `it cannot be made (${code})`
    throw new RefusalError({
      code: 'input.out',
      where: out,
      what,
      next: 'Name a new folder: --out <folder>.',
    })
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
