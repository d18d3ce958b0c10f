/** What an auditor does with what others bring, in this process: a build's verification, and its verdict in a line. */
import { verifyCount } from '../../audit/verify/verify-count.ts'
import type { BundleFile } from '../../core/bundle/bundle.ts'
import { formatCosigned } from '../../core/bundle/cosigned.ts'
import type { JournalEvent } from '../../core/journal/catalogue.ts'
import { encodeEntry } from '../../core/journal/entry.ts'
import { bundleFiles } from '../audit/files.ts'
import { OPENING, type TestDevice, type TestStation } from '../audit/fixtures.ts'

export type VerifyCount = typeof verifyCount
type Given = Parameters<VerifyCount>[0]

/** The bundle of a device that signed all of it, also what was changed. */
export function bundleOf(
  station: TestStation,
  device: TestDevice,
  changed: Partial<Record<BundleFile, Uint8Array | null>> = {},
): Given['bundles'][number] {
  return { where: device.id, files: bundleFiles(station, device, changed) }
}

/** The bundle of a device of which nobody else has seen anything: all of it rests on its own word. */
export function unseenBundle(station: TestStation, device: TestDevice): Given['bundles'][number] {
  const changed = { 'cosigned.json': formatCosigned({ certificates: [], notes: [] }) }
  return { where: device.id, files: bundleFiles(station, device, changed, false) }
}

/** The events of a device's journal, without their numbers and times. */
export function eventsOf({ entries }: Pick<TestDevice, 'entries'>): readonly JournalEvent[] {
  return entries.map((bytes) => {
    const { seq: _seq, at: _at, ...event } = JSON.parse(Buffer.from(bytes).toString())
    return event
  })
}

/** The journal that these events make, an entry a minute as in an honest one. */
export function entriesOf(events: readonly JournalEvent[]): readonly Uint8Array[] {
  return events.map((event, seq) => encodeEntry(event, seq, OPENING + 60_000 * seq))
}

/** `holds`, or the place that is named. */
export function verdictOn(
  given: Partial<Given>,
  { authority }: Pick<TestStation, 'authority'>,
  verify: VerifyCount = verifyCount,
): string {
  const verified = verify({ bundles: [], checkIns: [], ...given }, authority.publicKey)
  return verified.ok ? 'holds' : verified.error.where
}
