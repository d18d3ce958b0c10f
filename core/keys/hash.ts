/**
 * Hashes and the forms in which bytes are written down. One place, so that base64 has one spelling in every file of this project:
 * a text that decodes but would be written otherwise is refused, else two texts could mean the same bytes.
 */
import { createHmac, hash, hkdfSync, timingSafeEqual } from 'node:crypto'

/** The parts one after another. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((size, part) => size + part.length, 0))
  let offset = 0
  for (const part of parts) {
    bytes.set(part, offset)
    offset += part.length
  }
  return bytes
}

/** SHA-256 (FIPS 180-4) of the parts one after another, 32 bytes. Parts of varying length need their own separators. */
export function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  const [only, ...more] = parts
  const digest = sha256Text(only !== undefined && more.length === 0 ? only : concatBytes(...parts))
  const bytes = new Uint8Array(32)
  for (let i = 0; i < bytes.length; i += 1) bytes[i] = digest.charCodeAt(i)
  return bytes
}

/**
 * SHA-256 as text, one character (U+0000 to U+00FF) a byte: for where many are made and compared, since Node makes such a text four times as
 * fast as a buffer.
 */
export function sha256Text(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'binary')
}

/** HMAC-SHA-256 (RFC 2104), 32 bytes. */
export function hmacSha256(key: Uint8Array, message: Uint8Array): Uint8Array {
  return new Uint8Array(createHmac('sha256', key).update(message).digest())
}

/**
 * HKDF-SHA-256 (RFC 5869) with an empty salt: a key of its own for each use of a uniformly random secret.
 * @param info what the key is for; text is taken as UTF-8
 * @param length bytes, 8160 at most (RFC 5869, 2.3)
 */
export function hkdfSha256(secret: Uint8Array, info: string | Uint8Array, length = 32): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, new Uint8Array(0), info, length))
}

/** Whether two byte strings are the same; the time taken tells the lengths and nothing else. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b)
}

/** Standard base64 with padding (RFC 4648, section 4). */
export function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}

/** Reads {@link toBase64} back; undefined for every other spelling of the bytes (no padding, spaces, URL alphabet, stray bits). */
export function fromBase64(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? new Uint8Array(bytes) : undefined
}

/** Lower-case hexadecimal. */
export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
}
