/** Spares in the place of test devices. */
import { hmacSha256, toBase64 } from '../../core/keys/hash.ts'
import { leafHash, rootOf } from '../../core/tlog/tree.ts'
import { TestDevice } from './office.ts'

/** A hash of nothing that matters. */
export const hash = (name: string) => toBase64(hmacSha256(Buffer.from('people'), Buffer.from(name)))

/** A spare that took over after so many entries of a device. */
export function spareOf(dead: TestDevice, size: number, id = 'device-8'): TestDevice {
  const root = rootOf(dead.entries.slice(0, size).map(leafHash))
  return new TestDevice(id).append({
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
