/**
 * The audit of a count beside the least that any auditor does: entries verified, sealed ballots opened. From a hundredth of the country the time of
 * the whole is told, and drawn: what a station costs does not depend on how many others there are.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sodium from 'sodium-native'
import { auditCount } from '../../audit/count/audit-count.ts'
import { rebuildKey } from '../../audit/open/rebuild-key.ts'
import { parseBatches } from '../../core/bundle/bundle.ts'
import { boxPublicKey } from '../../core/keys/sealed-box.ts'
import { shareFile } from '../../core/package/trustee-share.ts'
import { valueOrThrow } from '../../core/result.ts'
import { type Country, makeCountry } from '../audit/country.ts'
import { measureFloor } from './audit-floor.ts'
import { auditPlot, type Measured } from './audit-plot.ts'
import { machine, table } from './table.ts'

const DEVICES_EACH = 4
const STATIONS = 80
const ENTRIES = 1_500
const BALLOTS = 500
/** The whole country's devices; of them so many here. */
const COUNTRY_DEVICES = 32_000
const PARTS = [8, 24, 48, STATIONS]
const ROUNDS = 3

export async function main(): Promise<void> {
  const say = (text: string) => process.stdout.write(`${text}\n`)
  const scratch = mkdtempSync(join(tmpdir(), 'sandogh-bench-audit-'))
  try {
    say(`${machine()}\n`)
    const country = makeCountry({
      seed: 'bench audit',
      stations: STATIONS,
      devicesEach: DEVICES_EACH,
      ballots: BALLOTS,
      entries: ENTRIES,
    })
    const stations = Array.from({ length: STATIONS }, (_, i) => writeStation(scratch, country, i))
    say('## Entries verified, of whole bundles\n')
    for (const threads of [1, 2]) say(await verifying(country, stations, threads))
    say('## Sealed ballots opened\n')
    say(await opening(country, stations))
    say('## A growing part of the country, verified on two threads\n')
    const { text, measured } = await growing(country, stations)
    say(text)
    writeFileSync('audit-time.svg', auditPlot(measured, COUNTRY_DEVICES))
    say('drawn: audit-time.svg')
  } finally {
    rmSync(scratch, { recursive: true })
  }
}

interface WrittenStation {
  readonly folders: readonly string[]
  readonly journals: readonly string[]
  readonly entries: number
  readonly sealed: readonly Uint8Array[]
}

function writeStation(scratch: string, country: Country, number: number): WrittenStation {
  const folders: string[] = []
  const journals: string[] = []
  const sealed: Uint8Array[] = []
  let entries = 0
  for (const [name, files] of country.station(number)) {
    const folder = join(scratch, name)
    mkdirSync(folder)
    folders.push(folder)
    for (const [file, bytes] of files) writeFileSync(join(folder, file), bytes)
    const journal = files.get('journal.jsonl')
    const batches = files.get('batches.jsonl')
    if (journal === undefined || batches === undefined) continue
    journals.push(join(folder, 'journal.jsonl'))
    entries += journal.filter((byte) => byte === 0x0a).length
    for (const batch of valueOrThrow(parseBatches(batches, file(folder))).values()) sealed.push(...batch)
  }
  return { folders, journals, entries, sealed }
}

const file = (folder: string) => join(folder, 'batches.jsonl')

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
  const journals = stations.flatMap((station) => station.journals)
  const entries = sumOf(stations, (station) => station.entries)
  let [floor, ours] = [0, 0]
  for (let round = 0; round < ROUNDS; round += 1) {
    floor = Math.max(floor, await measureFloor(journals, threads))
    ours = Math.max(ours, entries / (await audit(country, stations, { workers: threads, opens: false })))
  }
  return table(
    [`${entries.toLocaleString('en')} entries, threads: ${threads}`, 'entries a second', 'ratio'],
    [
      ['floor: parse, canonical comparison, two SHA-256 an entry', whole(floor), '1.00'],
      ['`audit verify`: everything else of a bundle too', whole(ours), (ours / floor).toFixed(2)],
    ],
  )
}

async function opening(country: Country, stations: readonly WrittenStation[]): Promise<string> {
  const some = stations.slice(0, 24)
  const boxes = some.flatMap(({ sealed }) => sealed)
  const secretKey = valueOrThrow(rebuildKey(sharesOf(country), country.electionPackage))
  const publicKey = boxPublicKey(secretKey)
  const begun = performance.now()
  for (const sealed of boxes) {
    const message = new Uint8Array(sealed.length - sodium.crypto_box_SEALBYTES)
    if (!sodium.crypto_box_seal_open(message, sealed, publicKey, secretKey))
      throw new Error('a box does not open')
  }
  const floor = boxes.length / ((performance.now() - begun) / 1000)
  const rows = [['floor: sodium-native opens the same boxes, one thread', whole(floor), '1.00']]
  for (const workers of [1, 2]) {
    const verified = await audit(country, some, { workers, opens: false })
    const opened = await audit(country, some, { workers, opens: true })
    const ours = boxes.length / (opened - verified)
    rows.push([
      `\`audit open\` beyond verifying: opened, parsed, ruled on, recounted; threads: ${workers}`,
      whole(ours),
      (ours / floor).toFixed(2),
    ])
  }
  return table([`${boxes.length.toLocaleString('en')} ballots`, 'ballots a second', 'ratio'], rows)
}

async function growing(country: Country, stations: readonly WrittenStation[]) {
  const measured: Measured[] = []
  for (const part of PARTS) {
    const seconds = await audit(country, stations.slice(0, part), { workers: 2, opens: false })
    measured.push({ devices: part * DEVICES_EACH, seconds })
  }
  const opened = await audit(country, stations, { workers: 2, opens: true })
  const scale = COUNTRY_DEVICES / (STATIONS * DEVICES_EACH)
  const last = measured.at(-1)?.seconds ?? Number.NaN
  const text = table(
    ['journals', 'verified in', 'a journal'],
    [
      ...measured.map(({ devices, seconds }) => [
        String(devices),
        `${seconds.toFixed(1)} s`,
        `${((1000 * seconds) / devices).toFixed(1)} ms`,
      ]),
      [`**${COUNTRY_DEVICES.toLocaleString('en')}, told from the last**`, `${minutes(last * scale)}`, ''],
    ],
  )
  const ballots = STATIONS * DEVICES_EACH * BALLOTS
  const openText = `\n${ballots.toLocaleString('en')} ballots verified and opened in ${opened.toFixed(1)} s on two threads; ${(ballots * scale).toLocaleString('en')}, told from them: ${minutes(opened * scale)}.\n`
  return { text: `${text}${openText}`, measured }
}

const minutes = (seconds: number) => `${(seconds / 60).toFixed(0)} min`
const whole = (value: number) => Math.round(value).toLocaleString('en')

function sumOf<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((sum, item) => sum + value(item), 0)
}
