/** A page as PDF, by Debian's Chromium without a window. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ok, type Result, refuse } from '../../core/result.ts'

/** Where Debian's package puts it. */
export const CHROMIUM = '/usr/bin/chromium'

const DEADLINE_MS = 120_000
/** Node's limit on what the browser says. */
const MAX_OUTPUT_BYTES = 1024 * 1024

/**
 * Prints a page that lies in a file.
 * @param day `YYYY-MM-DD`, which takes the place of the time of printing
 * @returns the PDF; or a refusal `input.browser`
 */
export function printPdf(page: string, day: string, browser: string): Result<Uint8Array> {
  if (!existsSync(browser)) {
    const what = 'report.pdf was not made: there is no Chromium on this computer; report.html is written'
    return refuse(
      'input.browser',
      browser,
      what,
      'Install it, "apt-get install chromium", or print report.html by hand.',
    )
  }
  const folder = mkdtempSync(join(tmpdir(), 'sandogh-report-'))
  const pdf = join(folder, 'report.pdf')
  try {
    // Chromium does not start its sandbox for root.
    const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : []
    const args = [
      '--headless',
      '--disable-gpu',
      ...asRoot,
      `--user-data-dir=${join(folder, 'profile')}`,
      '--no-first-run',
      '--no-pdf-header-footer',
      '--disable-quic',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      // A report needs no network, and gets none.
      '--host-resolver-rules=MAP * ~NOTFOUND',
      `--print-to-pdf=${pdf}`,
      pathToFileURL(page).href,
    ]
    spawnSync(browser, args, {
      stdio: 'ignore',
      timeout: DEADLINE_MS,
      maxBuffer: MAX_OUTPUT_BYTES,
      env: { ...process.env, HOME: folder },
    })
    if (!existsSync(pdf)) {
      const what = 'report.pdf was not made: Chromium did not print the page; report.html is written'
      return refuse('input.browser', browser, what, 'Print report.html by hand, from any browser.')
    }
    return ok(repeatable(readFileSync(pdf), day))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * The same page gives the same bytes: the document's two dates (ISO 32000-1, 14.3.3 and 7.9.4) become the day, and the ids of table cells (14.7.2),
 * which count nodes of the browser's that come and go, are numbered anew in their order. All stay of their length, so that nothing behind them moves.
 */
function repeatable(pdf: Buffer, day: string): Uint8Array {
  const fixed = `D:${day.replaceAll('-', '')}000000+00'00'`
  const text = pdf.toString('latin1')
  const ids = [...new Set(text.match(NODE_ID))].sort()
  const numbers = new Map(ids.map((id, i) => [id, `(node${String(i + 1).padStart(8, '0')})`]))
  const same = text
    .replace(/\/(CreationDate|ModDate) \(D:\d{14}\+00'00'\)/g, (_, name: string) => `/${name} (${fixed})`)
    .replace(NODE_ID, (id) => numbers.get(id) ?? id)
  return Buffer.from(same, 'latin1')
}

const NODE_ID = /\(node\d{8}\)/g
