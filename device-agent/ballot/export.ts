/** The device's bundle: everything an auditor needs and no secret. */
import {
  type BundleFile,
  formatBatches,
  formatJournal,
  formatLeaves,
  formatSpentTags,
  signManifest,
} from '../../core/bundle/bundle.ts'
import { formatCosigned } from '../../core/bundle/cosigned.ts'
import type { Signer } from '../../core/ports.ts'
import { addSignatureLine } from '../../core/tlog/cosignature.ts'
import { leafHash } from '../../core/tlog/tree.ts'
import type { DeviceStore } from '../store/device-store.ts'
import type { DeviceHome } from './home.ts'
import { releaseKnown } from './release.ts'

/** All files of the bundle by name, the signed manifest of the others last. Throws before the polls were closed. */
export function bundleFiles(
  home: DeviceHome,
  store: DeviceStore,
  messageSigner: Signer,
): ReadonlyMap<string, Uint8Array> {
  const files = listedFiles(home, store)
  const manifest = Buffer.from(signManifest(store.origin, files, messageSigner))
  return new Map<string, Uint8Array>([...files, ['manifest.json', manifest]])
}

function listedFiles(home: DeviceHome, store: DeviceStore): Map<BundleFile, Uint8Array> {
  const entries = store.entriesFrom(0)
  return new Map<BundleFile, Uint8Array>([
    ['package.json', Buffer.from(home.packageText)],
    ['device-certificate.der', home.certificateDer],
    ['journal.jsonl', formatJournal(entries)],
    ['leaves.bin', formatLeaves(entries.map(leafHash))],
    ['checkpoint', Buffer.from(lastCheckpoint(store))],
    ['batches.jsonl', formatBatches(store.batches())],
    ['spent-tags.json', formatSpentTags(store.spentTags)],
    ...totalsFiles({ home, store }),
    ['cosigned.json', formatCosigned(store.station.cosigned)],
    ...adoptedFiles(store),
  ])
}

/** Of a spare: what it took over, for whoever has no bundle of the device that died. */
function adoptedFiles({ adopted }: DeviceStore): [BundleFile, Uint8Array][] {
  if (adopted === undefined) return []
  return [
    ['taken-over-certificate.der', adopted.certificate],
    ['taken-over-checkpoint', Buffer.from(adopted.checkpoint)],
    ['taken-over-journal.jsonl', formatJournal(adopted.entries)],
  ]
}

/** The device's own totals where they may leave it; else sealed, and the station's sheet if it was made here. */
function totalsFiles(parts: {
  readonly home: DeviceHome
  readonly store: DeviceStore
}): [BundleFile, Uint8Array][] {
  const { totals } = parts.store
  if (totals === undefined) throw new Error('a bundle before the polls were closed')
  if (releaseKnown(parts) === 'device') return [['tally.json', Buffer.from(totals.tally)]]
  return [
    ['sealed-tally.json', Buffer.from(totals.sealed)],
    ...(totals.sheet === undefined
      ? []
      : [['station-sheet.json', Buffer.from(totals.sheet)] as [BundleFile, Uint8Array]]),
  ]
}

/** The newest checkpoint, with the centre's cosignature if the centre has seen the journal to its end. */
function lastCheckpoint(store: DeviceStore): string {
  const { size } = store.day
  const note = store.checkpointAt(size)
  if (note === undefined) throw new Error('a journal has a checkpoint for every entry')
  const { receipt } = store
  return receipt?.size === size ? addSignatureLine(note, receipt.cosignature) : note
}
