/**
 * Who vouches for a report: the SHA-256 of its files and what the count was held against, signed. A signed document `audit-report`; its members are in
 * `docs/formats.md`.
 */
import { z } from 'zod'
import { sha256, toBase64 } from '../../core/keys/hash.ts'
import { openDocument, signDocument } from '../../core/keys/signed-document.ts'
import type { Signer } from '../../core/ports.ts'
import { ok, type Result, refuse } from '../../core/result.ts'
import type { AuditedCount } from '../count/audit-count.ts'
import { incompleteOf } from '../missing.ts'
import { PROGRAM } from '../open/statement.ts'
import type { HeldAgainst } from '../report.ts'
import { VERDICTS, verdictOn } from '../verdict.ts'
import { signerOf } from '../verify/reference.ts'

export const STATEMENT_FILE = 'statement.json'
const TYPE = 'audit-report'

const hash = z.string().length(44)
const shape = z.strictObject({
  version: z.literal(1),
  program: z.string().min(1).max(120),
  authority: hash,
  package: hash,
  policy: hash.nullable(),
  programs: z.array(hash),
  verdict: z.enum(VERDICTS),
  files: z.array(z.strictObject({ name: z.string().regex(/^[a-z.]{1,40}$/), size: z.int(), sha256: hash })),
})

/** A report's statement that was verified: by which key, and what it says. */
export interface ReportStatement {
  /** Ed25519 public key, 32 bytes. */
  readonly key: Uint8Array
  readonly payload: z.infer<typeof shape>
}

/** Signs the files of a report, and what the count was held against. */
export function signReport(
  files: ReadonlyMap<string, Uint8Array>,
  count: AuditedCount,
  against: HeldAgainst,
  signer: Signer,
): string {
  const payload: z.infer<typeof shape> = {
    version: 1,
    program: PROGRAM,
    authority: toBase64(count.authorityKey),
    package: toBase64(count.electionPackage.hash),
    ...heldJson(against),
    verdict: verdictOn(count.findings, incompleteOf(count)),
    files: [...files]
      .map(([name, bytes]) => ({ name, size: bytes.length, sha256: toBase64(sha256(bytes)) }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
  }
  return signDocument(TYPE, payload, [signer])
}

/** Reads a report's statement and verifies the signature of the key that it names itself: whose it is, people compare. */
export function openReportStatement(text: string, where: string): Result<ReportStatement> {
  const next = `Give the folder that "sandogh audit report --sign" wrote.`
  const key = signerOf(text)
  if (key === undefined)
    return refuse('input.statement', where, 'this is not the signed statement of a report', next)
  const opened = openDocument(text, { type: TYPE, keys: [key], where })
  if (!opened.ok) return opened
  const parsed = shape.safeParse(opened.value.payload)
  if (!parsed.success) return refuse('input.statement', where, 'this is not the statement of a report', next)
  return ok({ key, payload: parsed.data })
}

/** Which policy and lists of programs were used. */
export function heldJson({ policy, programs }: HeldAgainst) {
  return { policy: policy?.hash ?? null, programs: programs.map(({ hash: own }) => own).sort() }
}
