/**
 * Journals alone, as `audit verify` reads them: every entry parsed and canonical, its leaf hash, the tree over them and the signed checkpoint, the
 * legal day. What it needs before that (package, certificate, manifest) is read before the clock runs.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type BundleContent, readBundle } from '../../audit/read-folders.ts'
import { BundleFiles } from '../../audit/verify/bundle-files.ts'
import type { DeviceIdentity } from '../../audit/verify/identity.ts'
import { verifyJournal } from '../../audit/verify/journal.ts'
import { openReference, type Reference } from '../../audit/verify/reference.ts'
import { Remembered } from '../../audit/verify/remembered.ts'
import { openManifest } from '../../core/bundle/bundle.ts'
import { valueOrThrow } from '../../core/result.ts'

interface Ready {
  readonly content: BundleContent
  readonly identity: DeviceIdentity
  readonly origin: string
}

/** @returns what verifies the journals of these bundles, and counts their entries */
export function journalVerifier(bundles: readonly string[], authorityKey: Uint8Array): () => number {
  const [first = ''] = bundles
  const packageFile = join(first, 'package.json')
  const reference = valueOrThrow(openReference(readFileSync(packageFile), authorityKey, packageFile))
  const ready = bundles.map((bundle) => readyFor(bundle, reference))
  return () => ready.reduce((sum, each) => sum + verifyOne(each, reference), 0)
}

function readyFor(bundle: string, reference: Reference): Ready {
  const content = valueOrThrow(readBundle(bundle))
  const files = new BundleFiles(content, reference)
  const certificate = files.bytes('device-certificate.der')
  const identity = valueOrThrow(new Remembered(reference).identity(certificate, bundle))
  const { origin } = valueOrThrow(openManifest(files.text('manifest.json'), identity.messageKey, bundle))
  return { content, identity, origin }
}

function verifyOne({ content, identity, origin }: Ready, reference: Reference): number {
  const files = new BundleFiles(content, reference)
  const own = { origin, note: files.text('checkpoint') }
  return valueOrThrow(verifyJournal(files, identity, own, reference, new Remembered(reference))).day.size
}
