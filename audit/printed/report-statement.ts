/** Who vouches for a report: the SHA-256 of its files, signed. A signed document `audit-report`; its members are in `docs/formats.md`. */
import { sha256, toBase64 } from '../../core/keys/hash.ts'
import { signDocument } from '../../core/keys/signed-document.ts'
import type { Signer } from '../../core/ports.ts'
import type { AuditedCount } from '../count/audit-count.ts'
import { PROGRAM } from '../open/statement.ts'
import type { HeldAgainst } from '../report.ts'

/** Signs the files of a report, and what the count was held against. */
export function signReport(
  files: ReadonlyMap<string, Uint8Array>,
  count: AuditedCount,
  against: HeldAgainst,
  signer: Signer,
): string {
  return signDocument(
    'audit-report',
    {
      version: 1,
      program: PROGRAM,
      authority: toBase64(count.authorityKey),
      package: toBase64(count.electionPackage.hash),
      ...heldJson(against),
      verdict: count.findings.length === 0 ? 'holds' : 'does not hold',
      files: [...files]
        .map(([name, bytes]) => ({ name, size: bytes.length, sha256: toBase64(sha256(bytes)) }))
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
    },
    [signer],
  )
}

/** Which policy and lists of programs were used. */
export function heldJson({ policy, programs }: HeldAgainst) {
  return { policy: policy?.hash ?? null, programs: programs.map(({ hash }) => hash).sort() }
}
