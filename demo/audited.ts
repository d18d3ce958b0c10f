/** The audit of the demonstration: a process of its own that sees the bundles and three share files, held against the data file. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { toBase64 } from '../core/keys/hash.ts'
import type { ElectionPackage } from '../core/package/package.ts'
import { countDirectly, type RealBallot } from './elections/gy-les-nonains.ts'
import type { Progress } from './progress.ts'

const COMMAND = fileURLToPath(new URL('../bin/sandogh.js', import.meta.url))
const THRESHOLD = 3

/** What the audit is given and held against. */
export interface AuditOrder {
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
      readonly tally: JsonTally
    }[]
  }[]
  readonly totals: JsonTally
}
type JsonTally = readonly {
  readonly blank: number
  readonly valid: number
  readonly options: Readonly<Record<string, number>>
}[]

function compare(order: AuditOrder, opened: OpenedJson, progress: Progress): boolean {
  const direct = countDirectly(order.ballots)
  const contest = order.electionPackage.definition.contests[0]
  const total = opened.totals[0]
  if (contest === undefined || total === undefined) throw new Error('the audit printed no totals')
  progress.detail('code  candidate     audit   data file')
  for (const { code, name } of contest.candidates) {
    const votes = total.options[code]
    const agree = votes === direct.get(code) ? '' : '   DIFFERENT'
    progress.detail(
      `${code}   ${(name.en ?? name.fa).padEnd(12)} ${String(votes).padStart(6)} ${String(direct.get(code)).padStart(11)}${agree}`,
    )
  }
  const blank = order.ballots.filter((codes) => codes.length === 0).length
  progress.detail(`      blank        ${String(total.blank).padStart(6)} ${String(blank).padStart(11)}`)
  progress.detail(
    `      ballots      ${String(total.valid + total.blank).padStart(6)} ${String(order.ballots.length).padStart(11)}`,
  )
  const equalInAll =
    total.blank === blank &&
    total.valid + total.blank === order.ballots.length &&
    contest.candidates.every(({ code }) => total.options[code] === direct.get(code))
  const devices = opened.stations.flatMap((station) => station.devices)
  const equalOnEach = devices.every(({ device, ballots, equal, tally }) => {
    const cast = order.castOn.get(device) ?? []
    const counted = countDirectly(cast)
    const agrees =
      equal &&
      ballots === cast.length &&
      contest.candidates.every(({ code }) => tally[0]?.options[code] === counted.get(code))
    progress.detail(
      `${device}: ${ballots} ballots, ${agrees ? 'equal to its committed tally and to what its voters meant' : 'DIFFERENT'}`,
    )
    return agrees
  })
  return opened.verdict === 'holds' && devices.length === order.castOn.size && equalInAll && equalOnEach
}

function run(args: readonly string[]): { readonly status: number; readonly stdout: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND, ...args], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  if (stderr !== '') process.stderr.write(stderr)
  return { status: status ?? 1, stdout }
}
