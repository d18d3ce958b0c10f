/**
 * The audit of a count beside the least that any auditor does: entries verified, sealed ballots opened. From a tenth of the country the time of
 * the whole is told, and drawn: what a station costs does not depend on how many others there are.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { auditCount } from '../../audit/count/audit-count.ts'
import { rebuildKey } from '../../audit/open/rebuild-key.ts'
import { boxPublicKey } from '../../core/keys/sealed-box.ts'
import { shareFile } from '../../core/package/trustee-share.ts'
import { valueOrThrow } from '../../core/result.ts'
import type { Country } from '../audit/country.ts'
import { measureOnThreads } from './audit-floor.ts'
import { boxesOf, measureParts, readEntries, verificationsOf } from './audit-parts.ts'
import { auditPlot, type Measured } from './audit-plot.ts'
import { type WrittenStation, writeStations } from './audit-stations.ts'
import { machine, table } from './table.ts'

const DEVICES_EACH = 4
/** A tenth of the country's devices. */
const STATIONS = 800
const COUNTRY_DEVICES = 32_000
const ENTRIES = 1_500
const BALLOTS = 500
/** Stations of which the whole is told as it grows. */
const PARTS = [8, 80, 240, STATIONS]
/** As many are held beside their floor; on two threads three times as many, so that starting the threads counts for less. */
const BESIDE = 80
const ROUNDS = 3
const PLOT = 'docs/pictures/audit-time.svg'

export async function main(): Promise<void> {
  const say = (text: string) => process.stdout.write(`${text}\n`)
  const scratch = mkdtempSync(join(tmpdir(), 'sandogh-bench-audit-'))
  try {
    say(`${machine()}\n`)
    const wishes = {
      seed: 'bench audit',
      stations: STATIONS,
      devicesEach: DEVICES_EACH,
      ballots: BALLOTS,
      entries: ENTRIES,
    }
    const { country, stations } = await writeStations(wishes, scratch)
    const some = stations.slice(0, BESIDE)
    say('## Entries verified, of whole bundles\n')
    say(await verifying(country, some, 1))
    say(await verifying(country, stations.slice(0, 3 * BESIDE), 2))
    say('## What a bundle asks for\n')
    say(await asking(country, some))
    say(await askingTwice(country, stations.slice(0, 3 * BESIDE)))
    say('## Sealed ballots opened\n')
    for (const threads of [1, 2]) say(await opening(country, some, threads))
    say('## A growing part of the country, on two threads\n')
    const { text, verified, opened } = await growing(country, stations)
    say(text)
    const series = [
      { name: 'verified and opened', colour: '#9f4060', measured: opened },
      { name: 'verified', colour: '#40609f', measured: verified },
    ]
    writeFileSync(join(import.meta.dirname, '../..', PLOT), auditPlot(series, COUNTRY_DEVICES))
    say(`drawn: ${PLOT}`)
  } finally {
    rmSync(scratch, { recursive: true })
  }
}

/** Seconds of one audit. */
async function audit(
  country: Country,
  stations: readonly WrittenStation[],
  { workers, opens }: { readonly workers: number; readonly opens: boolean },
): Promise<number> {
  const begun = performance.now()
  const count = valueOrThrow(
    await auditCount({
      paths: stations.flatMap(({ folders }) => folders),
      authorityKey: country.authorityKey,
      policy: undefined,
      programs: undefined,
      ...(opens && { opening: { shares: sharesOf(country), lost: [] } }),
      workers,
      progress: { write: () => {} },
    }),
  )
  if (count.findings.length > 0) throw new Error(`it does not hold: ${count.findings[0]?.code}`)
  return (performance.now() - begun) / 1000
}

function sharesOf({ shares, electionPackage }: Country) {
  return shares.slice(0, 3).map((share, i) => ({
    where: `share-${i + 1}.json`,
    text: shareFile(share, electionPackage),
  }))
}

/** Floor and audit in turns; the best of each counts, for whatever else this machine does only slows. */
async function verifying(country: Country, stations: readonly WrittenStation[], threads: number) {
  const bundles = bundlesOf(stations)
  const entries = readEntries(bundles)
  const journalsTask = { is: 'journals', authorityKey: country.authorityKey } as const
  let [floor, journals, ours] = [0, 0, 0]
  for (let round = 0; round < ROUNDS; round += 1) {
    floor = Math.max(floor, await measureOnThreads({ is: 'entries' }, bundles, threads))
    journals = Math.max(journals, await measureOnThreads(journalsTask, bundles, threads))
    ours = Math.max(ours, entries / (await audit(country, stations, { workers: threads, opens: false })))
  }
  return table(
    [`${whole(entries)} entries, threads: ${threads}`, 'entries a second', 'ratio'],
    [
      ['floor: parse, canonical comparison, two SHA-256 an entry', whole(floor), '1.00'],
      [
        '`audit verify`, of the entries alone: leaf hashes, tree, checkpoint and the legal day too',
        whole(journals),
        (journals / floor).toFixed(2),
      ],
      ['`audit verify`: everything else of a bundle too', whole(ours), (ours / floor).toFixed(2)],
    ],
  )
}

/** One thread; each part and the audit in turns, the best of each. */
async function asking(country: Country, stations: readonly WrittenStation[]): Promise<string> {
  const bundles = bundlesOf(stations)
  const verify = () => audit(country, stations, { workers: 1, opens: false })
  const verifications = await verificationsOf(verify)
  const best = new Map<string, number>()
  let ours = Number.POSITIVE_INFINITY
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const { what, seconds } of measureParts(bundles, verifications))
      best.set(what, Math.min(seconds, best.get(what) ?? seconds))
    ours = Math.min(ours, await verify())
  }
  const floor = [...best.values()].reduce((sum, seconds) => sum + seconds, 0)
  const row = (what: string, seconds: number, ratio = '') => [
    what,
    `${((1000 * seconds) / bundles.length).toFixed(2)} ms`,
    ratio,
  ]
  return table(
    [`${whole(bundles.length)} bundles, one thread`, 'a bundle', 'ratio'],
    [
      ...[...best].map(([what, seconds]) => row(what, seconds)),
      row('floor: all of these', floor, '1.00'),
      row('`audit verify`', ours, (floor / ours).toFixed(2)),
    ],
  )
}

/** The same on two threads, all parts together. */
async function askingTwice(country: Country, stations: readonly WrittenStation[]): Promise<string> {
  const bundles = bundlesOf(stations)
  const verifications = await verificationsOf(() => audit(country, stations, { workers: 1, opens: false }))
  const verify = () => audit(country, stations, { workers: 2, opens: false })
  let [floor, ours] = [0, 0]
  for (let round = 0; round < ROUNDS; round += 1) {
    floor = Math.max(floor, await measureOnThreads({ is: 'bundles', verifications }, bundles, 2))
    ours = Math.max(ours, bundles.length / (await verify()))
  }
  return table(
    [`${whole(bundles.length)} bundles, two threads`, 'bundles a second', 'ratio'],
    [
      ['floor: all that a bundle asks for', whole(floor), '1.00'],
      ['`audit verify`', whole(ours), (ours / floor).toFixed(2)],
    ],
  )
}

/** Opening is what an audit that opens takes longer than one that only verifies. */
async function opening(country: Country, stations: readonly WrittenStation[], threads: number) {
  const bundles = bundlesOf(stations)
  const ballots = bundles.reduce((sum, bundle) => sum + boxesOf(bundle).length, 0)
  const secretKey = valueOrThrow(rebuildKey(sharesOf(country), country.electionPackage))
  const task = { is: 'boxes', publicKey: boxPublicKey(secretKey), secretKey } as const
  let floor = 0
  let [verified, opened] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
  for (let round = 0; round < ROUNDS; round += 1) {
    floor = Math.max(floor, await measureOnThreads(task, bundles, threads))
    verified = Math.min(verified, await audit(country, stations, { workers: threads, opens: false }))
    opened = Math.min(opened, await audit(country, stations, { workers: threads, opens: true }))
  }
  const ours = ballots / (opened - verified)
  return table(
    [`${whole(ballots)} ballots, threads: ${threads}`, 'ballots a second', 'ratio'],
    [
      ['floor: sodium-native opens the same boxes', whole(floor), '1.00'],
      [
        '`audit open` beyond verifying: opened, parsed, ruled on, recounted',
        whole(ours),
        (ours / floor).toFixed(2),
      ],
    ],
  )
}

async function growing(country: Country, stations: readonly WrittenStation[]) {
  const [verified, opened]: [Measured[], Measured[]] = [[], []]
  for (const part of PARTS) {
    const some = stations.slice(0, part)
    const devices = part * DEVICES_EACH
    verified.push({ devices, seconds: await audit(country, some, { workers: 2, opens: false }) })
    opened.push({ devices, seconds: await audit(country, some, { workers: 2, opens: true }) })
  }
  const secondsOf = (all: readonly Measured[], at: number) => all.at(at)?.seconds ?? Number.NaN
  const told = (all: readonly Measured[]) =>
    `${((secondsOf(all, -1) * COUNTRY_DEVICES) / (STATIONS * DEVICES_EACH) / 60).toFixed(1)} min`
  const text = table(
    ['journals', 'sealed ballots', 'verified in', 'verified and opened in'],
    [
      ...verified.map(({ devices, seconds }, i) => [
        whole(devices),
        whole(devices * BALLOTS),
        `${seconds.toFixed(1)} s`,
        `${secondsOf(opened, i).toFixed(1)} s`,
      ]),
      [
        `**${whole(COUNTRY_DEVICES)}, told from the last**`,
        whole(COUNTRY_DEVICES * BALLOTS),
        told(verified),
        told(opened),
      ],
    ],
  )
  return { text, verified, opened }
}

const bundlesOf = (stations: readonly WrittenStation[]) => stations.flatMap(({ bundles }) => bundles)
const whole = (value: number) => Math.round(value).toLocaleString('en')
