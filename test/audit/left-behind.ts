/** What the station of `fixtures.ts` leaves behind, in memory: bundles, and what stands in them. */
import { MANIFEST_FILE } from '../../audit/read-folders.ts'
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
import { type Again, signIssued } from '../../core/bundle/issued.ts'
import { witnessNameOf } from '../../core/bundle/names.ts'
import { releaseOf, type SaltedTally, sealTally } from '../../core/bundle/sealed-tally.ts'
import { type StationSheet, signStationSheet } from '../../core/bundle/station-sheet.ts'
import { sumTallies, tallyJson } from '../../core/election/tally.ts'
import { signerFromSeed } from '../../core/keys/ed25519.ts'
import { fromBase64, toBase64 } from '../../core/keys/hash.ts'
import { signCheckpoint } from '../../core/tlog/checkpoint.ts'
import { addSignatureLine, cosign } from '../../core/tlog/cosignature.ts'
import { appendLeaf, emptyFrontier, frontierRoot, leafHash, rootOf } from '../../core/tlog/tree.ts'
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
export function totalsFiles(station: TestStation, device: TestDevice): readonly [BundleFile, Uint8Array][] {
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
  const sheet = { station: 's-1', journals, tally: tallyJson(definition, sum), without: [], ...parts }
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
export function issuedText(
  station: TestStation,
  counts: { issued: number; returned: number; again?: readonly Again[] },
): string {
  const { executive, supervisory } = station
  const given = { packageHash: station.electionPackage.hash, station: 's-1', ...counts }
  return signIssued(given, { executive, supervisory })
}
