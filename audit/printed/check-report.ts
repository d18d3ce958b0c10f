/** A signed report in somebody else's hands: its files against its statement, and its inputs against what that person has. */
import { z } from 'zod'
import { sha256, toBase64, toHex } from '../../core/keys/hash.ts'
import type { Refusal } from '../../core/result.ts'
import { findingsJson, type HeldAgainst, plural, type Report, verdictLines } from '../report.ts'
import { heldJson, type ReportStatement } from './report-statement.ts'

/** The part of `figures.json` that names inputs. */
const figuresShape = z.object({
  files: z.array(z.object({ path: z.string(), sha256: z.string().nullable() })),
})

/** A file that somebody has of the count: its name without folders, for people its place, and its hash, hexadecimal. */
export interface OwnInput {
  readonly where: string
  readonly name: string
  readonly sha256: string | null
}

/** What a report is held against. */
export interface CheckedReport {
  /** The folder's name as it was given. */
  readonly where: string
  readonly statement: ReportStatement
  /** Files of the folder beside the statement. */
  readonly files: ReadonlyMap<string, Uint8Array>
  /** Of the bundles and check-ins that were given, if any were. */
  readonly inputs: readonly OwnInput[] | undefined
  readonly against: Pick<HeldAgainst, 'policy' | 'programs'>
}

const NEXT = 'Ask whoever signed it for the folder as it was made, and the bundles it was made of.'

/** Holds a report against its statement, and what it was made of against what was given. */
export function checkReport(checked: CheckedReport): { readonly holds: boolean; readonly report: Report } {
  const { where, statement, inputs, files } = checked
  const { payload, key } = statement
  const findings = [...fileFindings(checked), ...heldFindings(checked), ...inputFindings(checked)]
  const compared =
    inputs === undefined
      ? 'what it was made of was not compared: give the bundles behind the folder'
      : `made of ${plural(inputs.length, 'file')}, the same as given`
  const lines = [
    ...(findings.length === 0
      ? [`HOLDS: ${where}: ${plural(payload.files.length, 'file')} as signed; ${compared}`]
      : verdictLines(findings)),
    `by ${payload.program}, signed with the key of fingerprint ${toHex(sha256(key))}`,
    `it says of package ${payload.package}: ${payload.verdict}; policy ${payload.policy ?? 'none'}, lists of programs ${payload.programs.join(', ') || 'none'}`,
    'whether what it says is so was not checked here: that is "sandogh audit verify"',
  ]
  return {
    holds: findings.length === 0,
    report: {
      text: `${lines.join('\n')}\n`,
      json: {
        verdict: findings.length === 0 ? 'holds' : 'does not hold',
        findings: findingsJson(findings),
        fingerprint: toHex(sha256(key)),
        inputsCompared: inputs !== undefined,
        files: [...files.keys()].sort(),
        statement: { ...payload, files: payload.files.map((file) => ({ ...file })) },
      },
    },
  }
}

/** Every file of the folder is signed as it is, and every signed one is there. */
function fileFindings({ where, statement: { payload }, files }: CheckedReport): readonly Refusal[] {
  const signed = new Map(payload.files.map(({ name, sha256: own }) => [name, own]))
  const names = [...new Set([...signed.keys(), ...files.keys()])].sort()
  return names.flatMap((name) => {
    const [listed, bytes] = [signed.get(name), files.get(name)]
    if (bytes !== undefined && listed === toBase64(sha256(bytes))) return []
    const what =
      listed === undefined
        ? 'it is not among the signed files'
        : bytes === undefined
          ? 'it is signed, and cannot be read here'
          : 'it is not the file that was signed'
    return [finding('report.file', `${where}/${name}`, what)]
  })
}

/** A policy or lists that were given are those that were used. */
function heldFindings({ where, statement: { payload }, against }: CheckedReport): readonly Refusal[] {
  const { policy, programs } = heldJson({ ...against, key: 'given' })
  const differs = (what: string) => finding('report.input', where, what)
  return [
    ...(policy !== null && policy !== payload.policy
      ? [differs('it was made with another policy, or none')]
      : []),
    ...(programs.length > 0 && programs.join() !== payload.programs.join()
      ? [differs('it was made with other lists of programs, or none')]
      : []),
  ]
}

/** The files that `figures.json` names are those that were given, whatever their folders are called. */
function inputFindings({ where, files, inputs }: CheckedReport): readonly Refusal[] {
  if (inputs === undefined) return []
  const place = `${where}/figures.json`
  const parsed = figuresShape.safeParse(jsonOf(files.get('figures.json')))
  if (!parsed.success) return [finding('report.file', place, 'it names no files')]
  const used = parsed.data.files.map(({ path, sha256: own }) => ({
    where: path,
    name: nameOf(path),
    sha256: own,
  }))
  return [
    ...without(used, inputs).map((file) =>
      finding('report.input', place, `${file.where} is not among what was given as it was used`),
    ),
    ...without(inputs, used).map((file) =>
      finding('report.input', file.where, 'the report was not made of this file as it is'),
    ),
  ]
}

/** Those of which the others have no equal; of equal ones as many as the others have. */
function without(files: readonly OwnInput[], others: readonly OwnInput[]): readonly OwnInput[] {
  const left = new Map<string, number>()
  const mark = ({ name, sha256: own }: OwnInput) => [own, name].join(' ')
  for (const other of others) left.set(mark(other), (left.get(mark(other)) ?? 0) + 1)
  return files.filter((file) => {
    const count = left.get(mark(file)) ?? 0
    left.set(mark(file), count - 1)
    return count <= 0
  })
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

function jsonOf(bytes: Uint8Array | undefined): unknown {
  try {
    return JSON.parse(Buffer.from(bytes ?? []).toString('utf8'))
  } catch {
    return undefined
  }
}

function finding(code: string, where: string, what: string): Refusal {
  return { code, where, what, next: NEXT }
}
