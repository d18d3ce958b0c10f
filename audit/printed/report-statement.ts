/** Who vouches for a report: the SHA-256 of its files, signed. A signed document `audit-report`; its members are in `docs/formats.md`. */
import { sha256, toBase64 } from '../../core/keys/hash.ts'
import { signDocument } from '../../core/keys/signed-document.ts'
import type { Signer } from '../../core/ports.ts'
import type { AuditedCount } from '../count/audit-count.ts'
import { PROGRAM } from '../open/statement.ts'
import { incompleteOf } from '../report.ts'
import { verdictOn } from '../verdict.ts'

/** Signs the files of a report. */
export function signReport(
  files: ReadonlyMap<string, Uint8Array>,
  count: AuditedCount,
  signer: Signer,
): string {
  return signDocument(
    'audit-report',
    {
      version: 1,
      program: PROGRAM,
      authority: toBase64(count.authorityKey),
      package: toBase64(count.electionPackage.hash),
      verdict: verdictOn(count.findings, incompleteOf(count)),
      files: [...files]
        .map(([name, bytes]) => ({ name, size: bytes.length, sha256: toBase64(sha256(bytes)) }))
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
    },
    [signer],
  )
}
