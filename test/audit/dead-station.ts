/** A station of which a device was declared dead, as its bundles and the check-in tell it. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Again, ISSUED_FILE } from '../../core/bundle/issued.ts'
import type { JournalEvent } from '../../core/journal/catalogue.ts'
import { encodeEntry } from '../../core/journal/entry.ts'
import { sha256, toBase64 } from '../../core/keys/hash.ts'
import { shareFile } from '../../core/package/trustee-share.ts'
import { bundleFiles, issuedText, testFolder, writeFiles } from './files.ts'
import { OPENING, type TestDevice, type TestStation } from './fixtures.ts'

const OFFICERS = (['executive', 'supervisory'] as const).map((role) => ({
  role,
  certificate: toBase64(sha256(Buffer.from(role))),
}))

/** The device with this behind its last entry. */
export function declaring(device: TestDevice, dead: string): TestDevice {
  const event: JournalEvent = { type: 'device.declared_dead', device: dead, by: OFFICERS }
  const seq = device.entries.length
  return { ...device, entries: [...device.entries, encodeEntry(event, seq, OPENING + 60_000 * seq)] }
}

/** Devices of which a bundle is given, and what is changed in it. */
export type Given = readonly (readonly [TestDevice, Parameters<typeof bundleFiles>[2]?])[]

/** Bundles of some devices, and the check-in's count. */
export function writeGiven(
  station: TestStation,
  devices: Given,
  issued: number,
  again: readonly Again[] = [],
): { readonly bundles: string; readonly shares: readonly string[] } {
  const folder = testFolder()
  const bundles = join(folder, 'bundles')
  mkdirSync(bundles)
  for (const [device, changed] of devices)
    writeFiles(
      join(bundles, device.id),
      bundleFiles({ ...station, devices: devices.map(([one]) => one) }, device, changed),
    )
  const counts = new Map([[ISSUED_FILE, Buffer.from(issuedText(station, { issued, returned: 1, again }))]])
  writeFiles(join(bundles, 'check-in'), counts)
  const shares = station.shares.slice(0, 3).flatMap((share, i) => {
    const path = join(folder, `share-${i}.json`)
    writeFileSync(path, shareFile(share, station.electionPackage))
    return ['--share', path]
  })
  return { bundles, shares }
}

/** Cards that others were given for, claimed by that journal. */
export function claimedBy(origin: string, cards: number): Again {
  return { claimedBy: toBase64(sha256(Buffer.from(origin))), cards }
}
