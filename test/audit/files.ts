/** What the station of `fixtures.ts` leaves behind: bundles, the check-in's count, shares and databases, in memory and on disk. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll } from 'vitest'
import { MANIFEST_FILE } from '../../audit/read-folders.ts'
import { batchRoot } from '../../core/ballot-box/batch.ts'
import { commitTally } from '../../core/ballot-box/commitment.ts'
import {
  type BundleFile,
  formatBatches,
  formatJournal,
  formatLeaves,
  formatSpentTags,
  SHEET_FILE,
  signManifest,
  signTally,
} from '../../core/bundle/bundle.ts'
import { formatCosigned } from '../../core/bundle/cosigned.ts'
import { ISSUED_FILE, signIssued } from '../../core/bundle/issued.ts'
import { witnessNameOf } from '../../core/bundle/names.ts'
import { releaseOf, type SaltedTally, sealTally } from '../../core/bundle/sealed-tally.ts'
import { type StationSheet, signStationSheet } from '../../core/bundle/station-sheet.ts'
import { sumTallies, tallyJson } from '../../core/election/tally.ts'
import { signerFromSeed } from '../../core/keys/ed25519.ts'
import { fromBase64, toBase64 } from '../../core/keys/hash.ts'
import { shareFile } from '../../core/package/trustee-share.ts'
import { signCheckpoint } from '../../core/tlog/checkpoint.ts'
import { addSignatureLine, cosign } from '../../core/tlog/cosignature.ts'
import { appendLeaf, emptyFrontier, frontierRoot, leafHash, rootOf } from '../../core/tlog/tree.ts'
import { encodeHeads } from '../../device-agent/witness/station-heads.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { OPENING, type TestDevice, type TestStation } from './fixtures.ts'

export type BundleFileName = BundleFile | typeof MANIFEST_FILE

/**
 * The files of a device's bundle, its totals as the rule for small devices has it. `changed` files replace those of the day before the manifest
 * is signed, so that only they are wrong; `null` takes one away.
 */
export function bundleFiles(
  station: TestStation,
  device: TestDevice,
  changed: Partial<Record<BundleFile, Uint8Array | null>> = {},
  receipt = true,
): Map<BundleFileName, Uint8Array> {
  const message = signerFromSeed(device.keys.message)
  const leaves = device.entries.map(leafHash)
  const files = new Map<BundleFile, Uint8Array>([
    ['package.json', Buffer.from(station.packageText)],
    ['device-certificate.der', device.certificate],
    ['journal.jsonl', formatJournal(device.entries)],
    ['leaves.bin', formatLeaves(leaves)],
    ['checkpoint', Buffer.from(checkpointNote(station, device, receipt))],
    ['batches.jsonl', formatBatches(device.batches)],
    ['spent-tags.json', formatSpentTags(device.tags)],
    ...totalsFiles(station, device),
    ['cosigned.json', changed['cosigned.json'] ?? cosignedFile(station, device)],
  ])
  for (const [name, bytes] of Object.entries(changed)) {
    if (bytes === null) files.delete(name as BundleFile)
    else files.set(name as BundleFile, bytes)
  }
  const manifest = Buffer.from(signManifest(device.origin, files, message))
  return new Map<BundleFileName, Uint8Array>([...files, [MANIFEST_FILE, manifest]])
}

/** Each device its own totals, or all sealed and the station's sheet on the first. */
function totalsFiles(station: TestStation, device: TestDevice): readonly [BundleFile, Uint8Array][] {
  if (releaseOf(station.devices.map(({ tags }) => tags.length)) === 'device')
    return [['tally.json', Buffer.from(tallyDocument(station, device))]]
  const sealed: [BundleFile, Uint8Array] = ['sealed-tally.json', sealedTally(station, device)]
  return device.id === station.devices[0]?.id ? [sealed, [SHEET_FILE, stationSheet(station)]] : [sealed]
}

/** The device's sealed tally; another one inside if it is given. */
export function sealedTally(
  { electionPackage, stationKey }: TestStation,
  { origin, salt, tally, keys }: TestDevice,
  inside: Partial<SaltedTally> = {},
): Uint8Array {
  const electionKey = fromBase64(electionPackage.definition.constituency.electionKey) ?? new Uint8Array()
  const salted = { origin, salt, tally, ...inside }
  const signer = signerFromSeed(keys.message)
  return Buffer.from(sealTally(salted, { stationKey, electionKey }, signer, seededRandom(`seal ${origin}`)))
}

/** The sheet that the first device signs; parts of it as given. */
export function stationSheet(
  { electionPackage: { definition }, devices }: TestStation,
  parts: Partial<StationSheet> = {},
  signer = signerFromSeed(devices[0]?.keys.message ?? new Uint8Array(32)),
): Uint8Array {
  const journals = devices.map(({ origin, salt, tally }) => ({
    origin,
    commitment: toBase64(commitTally(definition, tally, salt)),
  }))
  const sum = sumTallies(
    definition,
    devices.map(({ tally }) => tally),
  )
  const sheet = { station: 's-1', journals, tally: tallyJson(definition, sum), ...parts }
  return Buffer.from(signStationSheet(sheet, signer))
}

/** The tally that the device released at closing. */
export function tallyDocument(station: TestStation, { origin, salt, tally, keys }: TestDevice): string {
  const released = { origin, salt, tally: tallyJson(station.electionPackage.definition, tally) }
  return signTally(released, signerFromSeed(keys.message))
}

/** What device and neighbours saw of each other at opening and at the end: each has cosigned the others' heads. */
export function cosignedFile(station: TestStation, device: TestDevice): Uint8Array {
  const neighbours = station.devices.filter(({ id }) => id !== device.id)
  const sizesOf = ({ entries }: TestDevice) => [Math.min(3, entries.length), entries.length]
  return formatCosigned({
    certificates: neighbours.map(({ certificate }) => certificate),
    notes: neighbours.flatMap((neighbour) => [
      ...sizesOf(device).map((size) => cosignedHead(station, device, size, [neighbour])),
      ...sizesOf(neighbour).map((size) => cosignedHead(station, neighbour, size, [device])),
    ]),
  })
}

/** A device's head at that size with cosignatures of other devices. */
export function cosignedHead(
  station: TestStation,
  device: TestDevice,
  size: number,
  witnesses: readonly Pick<TestDevice, 'id' | 'keys'>[],
): string {
  const { origin, entries, keys } = device
  const checkpoint = { origin, size, root: rootOf(entries.slice(0, size).map(leafHash)) }
  return witnesses.reduce(
    (note, witness) => addSignatureLine(note, neighbourLine(station, note, witness)),
    signCheckpoint(checkpoint, signerFromSeed(keys.log)),
  )
}

/** A device's cosignature on any head. */
export function neighbourLine(
  { electionPackage }: TestStation,
  note: string,
  { id, keys }: Pick<TestDevice, 'id' | 'keys'>,
): string {
  const name = witnessNameOf(electionPackage.definition, id)
  return cosign(note, { name, signer: signerFromSeed(keys.witness), time: OPENING / 1000 + 50_000 })
}

/** The device's last checkpoint, with the centre's cosignature or without. */
export function checkpointNote(station: TestStation, device: TestDevice, receipt: boolean): string {
  const { origin, entries, keys } = device
  const checkpoint = { origin, size: entries.length, root: rootOf(entries.map(leafHash)) }
  const note = signCheckpoint(checkpoint, signerFromSeed(keys.log))
  const { name } = station.electionPackage.definition.witness
  const time = OPENING / 1000 + 50_000
  return receipt ? addSignatureLine(note, cosign(note, { name, signer: station.witness, time })) : note
}

/** The checkpoint after each entry. */
export function notes(device: TestDevice): string[] {
  const signer = signerFromSeed(device.keys.log)
  let frontier = emptyFrontier()
  return device.entries.map((entry) => {
    frontier = appendLeaf(frontier, leafHash(entry))
    return signCheckpoint(
      { origin: device.origin, size: frontier.size, root: frontierRoot(frontier) },
      signer,
    )
  })
}

/** The check-in's `issued.json`. */
export function issuedText(station: TestStation, counts: { issued: number; returned: number }): string {
  const { executive, supervisory } = station
  const given = { packageHash: station.electionPackage.hash, station: 's-1', ...counts }
  return signIssued(given, { executive, supervisory })
}

/** A new folder for one test's files, gone when the test file is done. */
export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sandogh-audit-test-'))
  folders.push(folder)
  return folder
}

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true })
})

/** Writes bundles, check-in and shares into a new folder. */
export function writeStation(station: TestStation): { readonly bundles: string; readonly shares: string[] } {
  const folder = testFolder()
  const bundles = join(folder, 'bundles')
  for (const device of station.devices) writeFiles(join(bundles, device.id), bundleFiles(station, device))
  const casts = station.devices.reduce((sum, { tags }) => sum + tags.length, 0)
  const issued = issuedText(station, { issued: casts + 1, returned: 1 })
  writeFiles(join(bundles, 'check-in'), new Map([[ISSUED_FILE, Buffer.from(issued)]]))
  const shares = station.shares.map((share, i) => {
    const path = join(folder, `share-${i + 1}.json`)
    writeFileSync(path, shareFile(share, station.electionPackage))
    return path
  })
  return { bundles, shares }
}

export function writeFiles(folder: string, files: ReadonlyMap<string, Uint8Array>): void {
  mkdirSync(folder, { recursive: true })
  for (const [name, bytes] of files) writeFileSync(join(folder, name), bytes)
}

/** A database as a device leaves it, in the tables the audit reads. */
export function writeDatabase(station: TestStation, device: TestDevice, path: string): void {
  const database = new Database(path)
  database.pragma('journal_mode = WAL')
  database.exec(`
    CREATE TABLE device (one INTEGER PRIMARY KEY CHECK (one = 1), origin TEXT, package TEXT, certificate BLOB);
    CREATE TABLE journal (seq INTEGER PRIMARY KEY, entry BLOB);
    CREATE TABLE checkpoints (size INTEGER PRIMARY KEY, note TEXT);
    CREATE TABLE batches (batch INTEGER PRIMARY KEY, count INTEGER, root BLOB);
    CREATE TABLE ballots (batch INTEGER, sealed BLOB, PRIMARY KEY (batch, sealed)) WITHOUT ROWID;
    CREATE TABLE spent (tag BLOB PRIMARY KEY) WITHOUT ROWID;
    CREATE TABLE receipts (size INTEGER PRIMARY KEY, cosignature TEXT);
    CREATE TABLE released (one INTEGER PRIMARY KEY CHECK (one = 1), tally TEXT, answered INTEGER);
    CREATE TABLE sheet (one INTEGER PRIMARY KEY CHECK (one = 1), sealed TEXT NOT NULL, key BLOB, sheet TEXT);
    CREATE TABLE heads (number INTEGER PRIMARY KEY, head BLOB NOT NULL);
    CREATE TABLE pool (one INTEGER PRIMARY KEY CHECK (one = 1), block BLOB);`)
  const put = (sql: string, rows: readonly (readonly unknown[])[]) => {
    const statement = database.prepare(sql)
    database.transaction(() => {
      for (const row of rows) statement.run(...row)
    })()
  }
  const { origin, certificate, entries, batches, tags } = device
  put('INSERT INTO device VALUES (1, ?, ?, ?)', [
    [origin, toBase64(station.electionPackage.hash), certificate],
  ])
  put(
    'INSERT INTO journal VALUES (?, ?)',
    entries.map((entry, seq) => [seq, entry]),
  )
  put(
    'INSERT INTO checkpoints VALUES (?, ?)',
    notes(device).map((note, i) => [i + 1, note]),
  )
  put(
    'INSERT INTO batches VALUES (?, ?, ?)',
    [...batches].map(([batch, ballots]) => [batch, ballots.length, batchRoot(ballots)]),
  )
  put(
    'INSERT INTO ballots VALUES (?, ?)',
    [...batches].flatMap(([batch, ballots]) => ballots.map((sealed) => [batch, sealed])),
  )
  put(
    'INSERT INTO spent VALUES (?)',
    tags.map((tag) => [tag]),
  )
  put('INSERT INTO receipts VALUES (?, ?)', [
    [entries.length, checkpointNote(station, device, true).split('\n').at(-2)],
  ])
  put('INSERT INTO released VALUES (1, ?, 1)', [[tallyDocument(station, device)]])
  const files = new Map(totalsFiles(station, device))
  const sealed = Buffer.from(sealedTally(station, device)).toString('utf8')
  const sheet = files.get(SHEET_FILE)
  put('INSERT INTO sheet VALUES (1, ?, NULL, ?)', [
    [sealed, sheet ? Buffer.from(sheet).toString('utf8') : null],
  ])
  const neighbours = station.devices.filter(({ id }) => id !== device.id)
  const size = Math.min(3, device.entries.length)
  const heads = neighbours.flatMap((neighbour) => [
    headRow(neighbour, cosignedHead(station, neighbour, Math.min(3, neighbour.entries.length), [device])),
    headRow(device, cosignedHead(station, device, size, [neighbour])),
  ])
  put(
    'INSERT INTO heads VALUES (?, ?)',
    heads.map((head, i) => [i + 1, head]),
  )
  database.close()
}

/** A head as a device keeps it, one a row. */
export function headRow({ certificate }: TestDevice, note: string): Uint8Array {
  return encodeHeads([{ certificate, note, proofs: [] }])
}
