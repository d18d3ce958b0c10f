/** Whole counts audited in this process from bundles in memory or on a disk: what the command line does with threads. */
import type { AuditedCount } from '../../audit/count/audit-count.ts'
import { openStation } from '../../audit/open/open-station.ts'
import { combineOpened, type OpenedCount } from '../../audit/open/opened-count.ts'
import { factsOf } from '../../audit/verify/facts.ts'
import { sortFindings } from '../../audit/verify/findings.ts'
import { openReference, type Reference } from '../../audit/verify/reference.ts'
import {
  findReference,
  type GivenFolders,
  groupByStation,
  type StationVerdict,
  verifyGiven,
} from '../../audit/verify/verify-count.ts'
import type { Random } from '../../core/ports.ts'
import { valueOrThrow } from '../../core/result.ts'
import type { TestStation } from './fixtures.ts'

/** What a station's bundles are held against. */
export function referenceFor(of: TestStation): Reference {
  return valueOrThrow(openReference(Buffer.from(of.packageText), of.authority.publicKey, 'package.json'))
}

/** Verifies what was given; findings do not keep the rest from being told. */
export function auditedCount(given: GivenFolders, authorityKey: Uint8Array): AuditedCount {
  const { reference, bundles } = valueOrThrow(findReference(given, authorityKey))
  return audited({ ...given, bundles }, reference).count
}

/** Verifies and opens, with this program or a weakened one. Throws if something does not hold before it is opened. */
export function openCount(
  given: GivenFolders,
  authorityKey: Uint8Array,
  opening: { readonly secretKey: Uint8Array; readonly random: Random; readonly lost: readonly string[] },
  open = openStation,
): {
  readonly count: AuditedCount
  readonly opened: OpenedCount
  readonly verdicts: readonly StationVerdict[]
} {
  const { reference } = valueOrThrow(findReference(given, authorityKey))
  const { count, verdicts } = audited(given, reference)
  const [first] = count.findings
  if (first !== undefined) throw new Error(`${first.where}: ${first.what}`)
  const stations = verdicts.flatMap(({ verified }) =>
    verified === undefined ? [] : [open(verified, given.bundles, reference, opening)],
  )
  const opened = combineOpened(reference.electionPackage.definition, stations)
  return { count: { ...count, opened }, opened, verdicts }
}

function audited(given: GivenFolders, reference: Reference) {
  const verdicts = groupByStation(given, reference).map((station) => verifyGiven(station, reference, {}))
  const count: AuditedCount = {
    electionPackage: reference.electionPackage,
    authorityKey: reference.authorityKey,
    stations: verdicts.flatMap(({ verified }) => (verified === undefined ? [] : [factsOf(verified)])),
    findings: sortFindings(verdicts.flatMap(({ findings }) => findings)),
    spoiled: verdicts.flatMap(({ spoiled }) => spoiled),
    checkIns: [],
  }
  return { count, verdicts }
}
