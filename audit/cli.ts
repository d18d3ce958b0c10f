/**
 * `sandogh audit …` on the command line. Changes nothing that it is given. What it finds goes to standard output; `export-tiles` and `report`
 * fill a new folder and `open --out` a new file.
 */
import { catalogueMarkdown } from '../core/journal/catalogue-document.ts'
import { RefusalError } from '../core/result.ts'
import { checkReportVerb } from './commands/check-report.ts'
import { compare } from './commands/compare.ts'
import { diff } from './commands/diff.ts'
import { explain } from './commands/explain.ts'
import { exportTiles } from './commands/export-tiles.ts'
import { misuse } from './commands/inputs.ts'
import { open } from './commands/open.ts'
import { report } from './commands/report.ts'
import { verify } from './commands/verify.ts'

export const usage = `sandogh audit: checks what devices leave behind, and believes nothing they say

  sandogh audit verify <bundle...> [--policy <file>] [--program <list>...] [--authority <base64 key>] [--json]
      checks bundles without any secret: signatures, certificates, journal, ballots, counts, clocks, what devices saw of
      each other; with a policy (C2SP tlog-policy) also that the witnesses it asks for have seen every journal to its end;
      with lists of files (of "sandogh device program") that no device says that it ran any other program
  sandogh audit verify <device.db> --package <package.json> [--authority <base64 key>] [--json]
      checks the database of a device that is switched off
  sandogh audit open --share <file> --share <file> ... <bundle...> [--lost <device>] [--sign <key.pem> --out <file>]
                     [--policy <file>] [--program <list>...] [--authority <base64 key>] [--json]
      verifies, then opens the ballots with the trustees' shares and recounts them; totals are told by station, and of what
      was given if that is not all of it, which their heading says.
      Where a device is missing, they are told only if the others had released theirs, or if --lost says that its bundle
      is lost for good and no sheet of the station was made; a sheet that is there is told as it was signed, unchecked.
      With --sign what went in (by hashes) and what came out is signed and written, for comparing with another party's
  sandogh audit compare <statement> <statement> [--json]
      says whether two parties who opened a count, each with its own key, saw the same and counted the same
  sandogh audit explain <bundle> [--language fa|en] [--authority <base64 key>] [--json]
      verifies, then tells the day of one device: who opened and closed, ballots by hour, silences, restarts, faults,
      cards refused, what remained. Of a bundle that does not hold only what can be read is told, and marked as such
  sandogh audit diff <bundle> <bundle> [--authority <base64 key>] [--json]
      of two copies of one device's bundle says whether they are identical, one goes on from the other, or they are forked
      and at which entry; of devices of one station (two or more) shows them side by side and marks what stands out
  sandogh audit report <bundle...> --out <folder> [--language fa|en] [--sign <key.pem>] [--policy <file>]
                       [--program <list>...] [--authority <base64 key>] [--json]
      verifies, then makes a new folder with report.html and report.pdf (by Debian's chromium) to print and file,
      figures.json, which says from which file and how to compute each figure again, and with --sign statement.json
  sandogh audit check-report <folder> [<bundle...>] [--policy <file>] [--program <list>...] [--json]
      of a report that somebody signed says by which key, and whether its files are those that were signed; with bundles,
      a policy and lists also whether it was made of them
  sandogh audit export-tiles <bundle> --to <folder> [--authority <base64 key>] [--json]
      verifies, then lays the journal out in a new folder as a C2SP tile tree for other people's tools
  sandogh audit events
      prints the catalogue of journal events

A bundle is a device's folder, a check-in's folder, or a folder in which such lie; thousands are verified on all cores.
Without --authority the key that signed the package is taken, and you compare its fingerprint with the published one.
Languages are Persian (fa) and English (en, if none is named); the words of findings are English in both.
A key for --sign: openssl genpkey -algorithm ed25519 -out my-key.pem

Exit code: 0 holds (compare: both say the same, and that it holds; diff: two copies are identical, devices hold),
1 does not, 2 bad input or command, 3 (verify, open, report, compare) what was given holds, and a device or check-in of
the package was not given: the first line names it.
`

/**
 * Runs one verb.
 * @returns the exit code
 */
export async function main(args: readonly string[]): Promise<number> {
  const [verb, ...rest] = args
  try {
    switch (verb) {
      case 'verify':
      case 'open':
      case 'compare':
      case 'diff':
      case 'explain':
      case 'report':
      case 'check-report':
      case 'export-tiles': {
        const { outcome, json } = await {
          verify,
          open,
          compare,
          diff,
          explain,
          report,
          'check-report': checkReportVerb,
          'export-tiles': exportTiles,
        }[verb](rest)
        process.stdout.write(json ? `${JSON.stringify(outcome.report.json)}\n` : outcome.report.text)
        return outcome.exitCode
      }
      case 'events':
        if (rest.length > 0) throw misuse('events takes nothing behind it')
        process.stdout.write(catalogueMarkdown())
        return 0
      case '--help':
      case '-h':
        process.stdout.write(usage)
        return 0
      default:
        throw misuse(
          verb === undefined
            ? 'say what to do, for example verify'
            : `there is no verb ${JSON.stringify(verb)}`,
        )
    }
  } catch (error) {
    if (!(error instanceof RefusalError)) throw error
    process.stderr.write(`${error.message}\n`)
    return 2
  }
}
