/** The audit of the demonstration: a process of its own that sees the bundles and three share files, held against the data file. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { toBase64 } from '../core/keys/hash.ts'
import type { ElectionPackage } from '../core/package/package.ts'
import { countDirectly, type RealBallot } from './elections/gy-les-nonains.ts'
import type { Progress } from './progress.ts'

const COMMAND = fileURLToPath(new URL('../bin/sandogh.js', import.meta.url))
const THRESHOLD = 3

/** What the audit is given and held against. */
interface AuditOrder {
  readonly out: string
  readonly authorityKey: Uint8Array
  readonly shareFiles: readonly string[]
  readonly electionPackage: ElectionPackage
  /** All ballots of the data file, and those that were cast on each device. */
  readonly ballots: readonly RealBallot[]
  readonly castOn: ReadonlyMap<string, readonly RealBallot[]>
}

/** Verifies, opens and compares. @returns whether everything agrees */
export function auditAndCompare(order: AuditOrder, progress: Progress): boolean {
  const bundles = join(order.out, 'bundles')
  const authority = ['--authority', toBase64(order.authorityKey)]
  progress.stage('audit, first without any secret')
  const verified = run(['audit', 'verify', bundles, ...authority])
  for (const line of verified.stdout.trimEnd().split('\n')) progress.detail(line)
  if (verified.status !== 0) return false
  progress.stage(
    `audit, with ${THRESHOLD} of ${order.shareFiles.length} trustees' shares: ballots are opened, shuffled and recounted`,
  )
  const shares = order.shareFiles.slice(-THRESHOLD).flatMap((file) => ['--share', file])
  const opened = run(['audit', 'open', ...shares, bundles, ...authority, '--json'])
  if (opened.status !== 0) {
    progress.detail(opened.stdout.trimEnd())
    return false
  }
  return compare(order, JSON.parse(opened.stdout), progress)
}

/** What `audit open --json` says, as far as it is compared here. */
interface OpenedJson {
  readonly verdict: string
  readonly stations: readonly {
    readonly devices: readonly {
      readonly device: string
      readonly ballots: number
      readonly equal: boolean
    }[]
  }[]
  readonly contests: readonly {
    readonly valid: number
    readonly blank: number
    readonly candidates: readonly { readonly code: string; readonly votes: number }[]
  }[]
}

/** Prints what the audit counted beside what stands in the data file. @returns whether all of it is equal */
function compare(order: AuditOrder, opened: OpenedJson, progress: Progress): boolean {
  const contest = order.electionPackage.definition.contests[0]
  const audited = opened.contests[0]
  if (contest === undefined || audited === undefined) throw new Error('the audit printed no totals')
  const direct = countDirectly(order.ballots)
  const votes = new Map(audited.candidates.map((candidate) => [candidate.code, candidate.votes]))
  let equal = true
  const row = (code: string, name: string, counted: number | undefined, expected: number | undefined) => {
    if (counted !== expected) equal = false
    const mark = counted === expected ? '' : '   DIFFERENT'
    progress.detail(
      `${code.padEnd(5)} ${name.padEnd(12)} ${String(counted).padStart(6)} ${String(expected).padStart(10)}${mark}`,
    )
  }
  progress.detail('code  candidate     audit  data file')
  for (const { code, name } of contest.candidates)
    row(code, name.en ?? name.fa, votes.get(code), direct.get(code))
  row('', 'blank', audited.blank, order.ballots.filter((codes) => codes.length === 0).length)
  row('', 'ballots', audited.valid + audited.blank, order.ballots.length)
  const devices = opened.stations.flatMap((station) => station.devices)
  for (const device of devices) if (!compareDevice(order, device, progress)) equal = false
  return equal && opened.verdict === 'holds' && devices.length === order.castOn.size
}

/** A device's released tally, which the audit found equal to its ballots, beside what its voters meant to cast. */
function compareDevice(
  order: AuditOrder,
  audited: OpenedJson['stations'][number]['devices'][number],
  progress: Progress,
): boolean {
  const { device, ballots, equal } = audited
  const meant = order.castOn.get(device) ?? []
  const released = JSON.parse(readFileSync(join(order.out, 'bundles', device, 'tally.json'), 'utf8')) as {
    readonly payload: { readonly tally: readonly { readonly options: Readonly<Record<string, number>> }[] }
  }
  const counts = countDirectly(meant)
  const agrees =
    equal &&
    ballots === meant.length &&
    [...counts].every(([code, votes]) => released.payload.tally[0]?.options[code] === votes)
  const words = agrees ? 'equal to its committed tally and to what its voters meant' : 'DIFFERENT'
  progress.detail(`${device}: ${ballots} ballots, ${words}`)
  return agrees
}

function run(args: readonly string[]): { readonly status: number; readonly stdout: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND, ...args], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  if (stderr !== '') process.stderr.write(stderr)
  return { status: status ?? 1, stdout }
}
