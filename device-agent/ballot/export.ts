/** Writes the device's bundle: everything an auditor needs and no secret. */
import { chmodSync, closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
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
import { sync, writeAll } from '../durable-file.ts'
import type { DeviceStore } from '../store/device-store.ts'
import type { DeviceHome } from './home.ts'
import { releaseKnown } from './release.ts'

/**
 * Writes the bundle as `<bundles>/<device>`: first beside it, synced, then renamed, so that a torn bundle never carries the name and the one before
 * is gone only when the new one stands. Throws if there is no folder for bundles: no memory stick is there.
 * @returns the folder
 */
export function exportBundle(home: DeviceHome, store: DeviceStore, messageSigner: Signer): string {
  const files = bundleFiles(home, store)
  const folder = join(home.config.bundles, home.config.device)
  const fresh = `${folder}.part`
  rmSync(fresh, { recursive: true, force: true })
  mkdirSync(fresh)
  publish(fresh, 0o755)
  for (const [name, bytes] of files) writeSynced(join(fresh, name), bytes)
  writeSynced(join(fresh, 'manifest.json'), Buffer.from(signManifest(store.origin, files, messageSigner)))
  sync(fresh)
  const old = `${folder}.old`
  rmSync(old, { recursive: true, force: true })
  if (existsSync(folder)) renameSync(folder, old)
  renameSync(fresh, folder)
  sync(home.config.bundles)
  rmSync(old, { recursive: true, force: true })
  return folder
}

function bundleFiles(home: DeviceHome, store: DeviceStore): Map<BundleFile, Uint8Array> {
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

/** Everyone may read a bundle, whatever this process's mask; a stick that keeps no modes has none to set. */
function publish(path: string, mode: number): void {
  try {
    chmodSync(path, mode)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error
  }
}

function writeSynced(path: string, bytes: Uint8Array): void {
  const file = openSync(path, 'wx', 0o644)
  publish(path, 0o644)
  writeAll(file, bytes)
  fsyncSync(file)
  closeSync(file)
}
