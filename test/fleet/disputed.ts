/** Devices and spares that give a place a second account, and totals signed in a way in which no device signs. */
import { createHash } from 'node:crypto'
import sodium from 'sodium-native'
import { ballotsIn, type Tally } from '../../core/election/tally.ts'
import type { JournalEvent } from '../../core/journal/catalogue.ts'
import { sha256 } from '../../core/keys/hash.ts'
import { putTogether } from '../../core/keys/signed-document.ts'
import { canonicalJson, type Json } from '../../core/text/canonical-json.ts'
import { type TestDevice, votes } from './office.ts'
import { hash, spareOf } from './spares.ts'

const officers = { executive: hash('executive'), supervisory: hash('supervisory') }

/** A closing entry for those votes. */
export function closingWith(device: TestDevice, tally: Tally): JournalEvent {
  const casts = tally[0] === undefined ? 0 : ballotsIn(tally[0])
  const commitment = device.commitment(tally)
  return {
    type: 'polls.closed',
    ...officers,
    casts,
    voids: 0,
    batches: 1,
    spent: hash('spent'),
    tally: commitment,
  }
}

/** A spare that says it took over after so many entries of a device, and closes with as many votes of its own. */
export function spareThatSays(
  dead: TestDevice,
  size: number,
  casts: number,
  of: Parameters<typeof spareOf>[3] = {},
): TestDevice {
  const spare = spareOf(dead, size, 'device-8', of)
  for (let count = 1; count <= casts; count += 1) spare.append({ type: 'ballot.cast', count })
  spare.append({ type: 'batch.sealed', batch: 1, count: casts, root: hash('batch') })
  spare.append(closingWith(spare, votes(casts, 1)))
  spare.waitingTally = spare.signedTally(votes(casts, 1))
  return spare
}

/** It is there, and not in the types that signing and verifying need. */
const { crypto_scalarmult_ed25519_base_noclamp: baseTimes } = sodium as unknown as {
  readonly crypto_scalarmult_ed25519_base_noclamp: (point: Buffer, scalar: Buffer) => void
}

/** The order of the group of Ed25519. */
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n

/** The same document under a signature that is as good as the device's own, by another nonce than RFC 8032 draws from the message. */
export function signedAgain(
  { deviceId, messageSigner: { publicKey } }: TestDevice,
  document: string,
  nonce: string,
): string {
  const { type, payload } = JSON.parse(document) as { readonly type: string; readonly payload: Json }
  const message = Buffer.from(`sandogh/v1/${type}\n${canonicalJson(payload)}`)
  const secret = sha512(sha256(Buffer.from(`message ${deviceId}`))).subarray(0, 32)
  secret.writeUInt8(secret.readUInt8(0) & 248, 0)
  secret.writeUInt8((secret.readUInt8(31) & 127) | 64, 31)
  const r = numberIn(sha512(Buffer.from(nonce))) % ORDER
  const point = Buffer.alloc(32)
  baseTimes(point, bytesOf(r))
  const k = numberIn(sha512(point, publicKey, message)) % ORDER
  const signature = Buffer.concat([point, bytesOf((r + k * numberIn(secret)) % ORDER)])
  return putTogether(type, payload, [{ key: publicKey, signature }])
}

function sha512(...parts: readonly Uint8Array[]): Buffer {
  return parts.reduce((sum, part) => sum.update(part), createHash('sha512')).digest()
}

/** Little-endian. */
function numberIn(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`)
}

function bytesOf(number: bigint): Buffer {
  return Buffer.from(number.toString(16).padStart(64, '0'), 'hex').reverse()
}
