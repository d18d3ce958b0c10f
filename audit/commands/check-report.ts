/** `sandogh audit check-report`: a signed report against its statement, and against the bundles it was made of. */
import { join } from 'node:path'
import { sha256, toHex } from '../../core/keys/hash.ts'
import { ok, RefusalError, valueOrThrow } from '../../core/result.ts'
import { listFolder } from '../list-folder.ts'
import { checkReport, type OwnInput } from '../printed/check-report.ts'
import { openReportStatement, STATEMENT_FILE } from '../printed/report-statement.ts'
import { findFolders, readBundle, readCheckIn, readSmallFile, unlessUnreadable } from '../read-folders.ts'
import { textOf } from '../verify/reference.ts'
import { countInputs, misuse, type Outcome, parsed, readInput, refused } from './inputs.ts'

const OPTIONS = {
  json: { type: 'boolean', default: false },
  policy: { type: 'string' },
  program: { type: 'string', multiple: true },
} as const

/** Files that a report has, and some more that do not belong there. */
const MOST_FILES = 20

/** Runs the verb. */
export function checkReportVerb(args: readonly string[]): { outcome: Outcome; json: boolean } {
  const { values, positionals } = parsed({ args: [...args], options: OPTIONS, allowPositionals: true })
  const { json } = values
  const [where, ...bundles] = positionals
  if (where === undefined) throw misuse('check-report takes the folder of a report')
  const { against } = countInputs(values)
  const path = join(where, STATEMENT_FILE)
  const statement = openReportStatement(textOf(valueOrThrow(readInput(path))), path)
  if (!statement.ok) return { outcome: refused(statement.error), json }
  const { holds, report } = checkReport({
    where,
    statement: statement.value,
    files: filesOf(where),
    inputs: bundles.length === 0 ? undefined : inputsIn(bundles),
    against,
  })
  return { outcome: { exitCode: holds ? 0 : 1, report }, json }
}

/** What lies in a report's folder beside its statement. */
function filesOf(where: string): ReadonlyMap<string, Uint8Array> {
  const names = valueOrThrow(listFolder(where)).map(({ name }) => name)
  if (names.length > MOST_FILES) {
    const what = 'it holds more files than a report has'
    throw new RefusalError({ code: 'input.statement', where, what, next: 'Name the folder of a report.' })
  }
  return new Map(
    names.flatMap((name) => {
      const bytes = name === STATEMENT_FILE ? undefined : readSmallFile(join(where, name))
      return bytes === undefined ? [] : [[name, bytes] as const]
    }),
  )
}

/** Every file of the bundles and check-ins, by its hash. */
function inputsIn(paths: readonly string[]): readonly OwnInput[] {
  return valueOrThrow(findFolders(paths)).flatMap(({ where, holds }) => {
    if (holds === 'check-in') {
      const bytes = readCheckIn(where)
      return [ownInput(where, 'issued.json', bytes.ok ? bytes.value : undefined)]
    }
    const bundle = readBundle(where)
    if (!bundle.ok) return []
    const { files } = bundle.value
    return [...files.keys()].map((name) => {
      const bytes = unlessUnreadable(() => ok(files.get(name)))
      return ownInput(where, name, bytes.ok ? bytes.value : undefined)
    })
  })
}

function ownInput(folder: string, name: string, bytes: Uint8Array | undefined): OwnInput {
  return { where: `${folder}/${name}`, name, sha256: bytes === undefined ? null : toHex(sha256(bytes)) }
}
