/** A whole count, from folders to what is told of it: read, grouped by station, verified and maybe opened, on as many threads as there are cores. */
import { sha256, toBase64 } from '../../core/keys/hash.ts'
import { ok, type Refusal, type Result } from '../../core/result.ts'
import { combineOpened, type OpenedCount } from '../open/opened-count.ts'
import { type GivenShare, rebuildKey } from '../open/rebuild-key.ts'
import { type BundleContent, findFolders, readBundle, readCheckIn } from '../read-folders.ts'
import type { IssuedFile } from '../verify/check-in.ts'
import type { StationFacts } from '../verify/facts.ts'
import { sortFindings } from '../verify/findings.ts'
import { type Reference, textOf } from '../verify/reference.ts'
import { findReference, groupByStation } from '../verify/verify-count.ts'
import { auditStations } from './audit-stations.ts'
import { Progress, type ProgressStream } from './progress.ts'
import type { AuditSetup, StationOutcome } from './station-audit.ts'

/** What to audit, and against what. */
export interface CountOrder {
  /** Folders, in any order. */
  readonly paths: readonly string[]
  /** Ed25519; if it is not given, the key that signed the first package is taken. */
  readonly authorityKey: Uint8Array | undefined
  /** A policy file that was parsed before. */
  readonly policy: Uint8Array | undefined
  /** Programs that may have run: SHA-256 over the list of their files, base64. */
  readonly programs: readonly string[] | undefined
  readonly opening?: { readonly shares: readonly GivenShare[]; readonly lost: readonly string[] }
  /** Threads at most. */
  readonly workers: number
  readonly progress: ProgressStream
}

/** What was found. Whatever the order of paths and the number of threads, it is the same. */
export interface AuditedCount {
  readonly electionPackage: Reference['electionPackage']
  readonly authorityKey: Uint8Array
  /** Stations of which something holds, in the package's order. */
  readonly stations: readonly StationFacts[]
  /** What does not hold, the first to be told first. */
  readonly findings: readonly Refusal[]
  /** Folders of bundles that do not hold. */
  readonly spoiled: readonly string[]
  /** Present if it was asked for and everything holds without it. */
  readonly opened?: OpenedCount
  /** SHA-256 of what check-ins gave, base64, sorted. */
  readonly checkIns: readonly string[]
}

/**
 * Audits a count.
 * @returns a refusal `input.*` or `share.*` if what was given cannot be judged, or of the package if none can be opened
 */
export async function auditCount(order: CountOrder): Promise<Result<AuditedCount>> {
  const given = readFolders(order.paths)
  if (!given.ok) return given
  const { checkIns } = given.value
  const found = findReference(given.value, order.authorityKey)
  if (!found.ok) return found
  const { reference, bundles } = found.value
  const { electionPackage, authorityKey, packageBytes } = reference
  const groups = groupByStation({ bundles, checkIns }, reference)
  const secretKey = order.opening && rebuildKey(order.opening.shares, electionPackage)
  const shared = secretKey?.ok ? shareWithThreads(secretKey.value) : undefined
  const setup: AuditSetup = {
    packageBytes,
    authorityKey,
    ...(order.policy !== undefined && { policy: order.policy }),
    ...(order.programs !== undefined && { programs: order.programs }),
    ...(shared !== undefined && { opening: { secretKey: shared, lost: order.opening?.lost ?? [] } }),
  }
  const orders = groups.map(({ station, bundles: own, checkIns: counts, crowds }) => ({
    station,
    crowds,
    bundles: own.map(({ where, problem }) => ({ where, ...(problem !== undefined && { problem }) })),
    checkIns: counts,
  }))
  const progress = new Progress(order.progress, bundles.length)
  try {
    const outcomes = await auditStations(setup, orders, order.workers, (station, outcome) =>
      progress.took(station.bundles.length + station.crowds.flat().length, outcome),
    )
    const count = combine(outcomes, reference, checkIns, shared !== undefined)
    // What does not hold is told before shares that do not fit.
    return secretKey?.ok === false && count.findings.length === 0 ? secretKey : ok(count)
  } finally {
    shared?.fill(0)
    progress.end()
  }
}

function combine(
  outcomes: readonly StationOutcome[],
  { electionPackage, authorityKey }: Reference,
  checkIns: readonly IssuedFile[],
  isOpening: boolean,
): AuditedCount {
  const findings = sortFindings(outcomes.flatMap((outcome) => outcome.findings))
  const opened = outcomes.flatMap((outcome) => (outcome.opened === undefined ? [] : [outcome.opened]))
  return {
    electionPackage,
    authorityKey,
    stations: outcomes.flatMap(({ facts }) => (facts === undefined ? [] : [facts])),
    findings,
    spoiled: outcomes.flatMap((outcome) => outcome.spoiled),
    ...(isOpening && findings.length === 0 && { opened: combineOpened(electionPackage.definition, opened) }),
    checkIns: checkIns.map(({ text }) => toBase64(sha256(Buffer.from(text)))).sort(),
  }
}

function readFolders(paths: readonly string[]): Result<{
  readonly bundles: readonly BundleContent[]
  readonly checkIns: readonly IssuedFile[]
}> {
  const folders = findFolders(paths)
  if (!folders.ok) return folders
  const bundles: BundleContent[] = []
  const checkIns: IssuedFile[] = []
  for (const { where, holds } of folders.value) {
    if (holds === 'bundle') {
      const content = readBundle(where)
      if (!content.ok) return content
      bundles.push(content.value)
    } else {
      const issued = readCheckIn(where)
      checkIns.push(
        issued.ok
          ? { where: `${where}/issued.json`, text: textOf(issued.value) }
          : { where: issued.error.where, text: '', problem: issued.error },
      )
    }
  }
  return ok({ bundles, checkIns })
}

/** One copy for all threads, so that it can be overwritten in all of them. */
function shareWithThreads(secretKey: Uint8Array): Uint8Array {
  const shared = new Uint8Array(new SharedArrayBuffer(secretKey.length))
  shared.set(secretKey)
  secretKey.fill(0)
  return shared
}
