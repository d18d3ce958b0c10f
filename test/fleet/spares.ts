/** Spares in the place of test devices. */
import { hmacSha256, sha256, toBase64 } from '../../core/keys/hash.ts'
import type { ElectionPackage } from '../../core/package/package.ts'
import { canonicalJson } from '../../core/text/canonical-json.ts'
import { leafHash, rootOf } from '../../core/tlog/tree.ts'
import { election, TestDevice } from './office.ts'

/** A hash of nothing that matters. */
export const hash = (name: string) => toBase64(hmacSha256(Buffer.from('people'), Buffer.from(name)))

/**
 * A spare that took over after so many entries of a device.
 * @param of which journal of the spare it is, and of which package, if not of those of these tests
 */
export function spareOf(
  dead: TestDevice,
  size: number,
  id = 'device-8',
  of: { readonly journal?: string; readonly package?: Uint8Array } = {},
): TestDevice {
  const root = rootOf(dead.entries.slice(0, size).map(leafHash))
  return new TestDevice(id, of.journal, of).append({
    type: 'takeover',
    origin: dead.origin,
    size,
    root: toBase64(root),
    casts: 0,
    voids: 0,
    batches: 0,
    pooled: 0,
    slip: 'none',
    media: 'both',
    executive: hash('executive'),
    supervisory: hash('supervisory'),
    technician: hash('technician'),
  })
}

const station = (id: string, devices: string[], spares: string[]) =>
  election.definition.stations.slice(0, 1).map((first) => ({ ...first, id, devices, spares }))

const definition = {
  ...election.definition,
  stations: [
    ...station('station-1', ['device-1', 'device-2', 'device-3'], ['device-8', 'device-9']),
    ...station('station-2', ['device-4', 'device-5', 'device-6'], ['device-8']),
  ],
}
/** An election of two stations, both of which list device-8. */
export const twoStations: ElectionPackage = {
  definition,
  hash: sha256(Buffer.from(canonicalJson(definition))),
}
