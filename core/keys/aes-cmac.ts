/**
 * AES-CMAC (NIST SP 800-38B, RFC 4493) over the AES of node:crypto, which has the cipher but not this mode of it.
 */
import { createCipheriv, createSecretKey } from 'node:crypto'

const BLOCK = 16
const ZERO = new Uint8Array(BLOCK)

/**
 * The authenticator of a message.
 * @param key AES-128, 16 bytes
 * @returns 16 bytes
 */
export function aesCmac(key: Uint8Array, message: Uint8Array): Uint8Array {
  const whole = message.length > 0 && message.length % BLOCK === 0
  const first = doubled(encryptBlock(key, ZERO))
  const subkey = whole ? first : doubled(first)
  const blocks = Math.max(1, Math.ceil(message.length / BLOCK))
  const padded = new Uint8Array(blocks * BLOCK)
  padded.set(message)
  if (!whole) padded[message.length] = 0x80
  const last = (blocks - 1) * BLOCK
  for (const [at, byte] of subkey.entries()) padded[last + at] = (padded[last + at] ?? 0) ^ byte
  const cipher = createCipheriv('aes-128-cbc', createSecretKey(key), ZERO).setAutoPadding(false)
  return Uint8Array.from(cipher.update(padded).subarray(last))
}

/** One block through the cipher alone: subkeys here, initial values in the secure channel of cards. */
export function encryptBlock(key: Uint8Array, block: Uint8Array): Uint8Array {
  const cipher = createCipheriv('aes-128-ecb', createSecretKey(key), null)
  return Uint8Array.from(cipher.setAutoPadding(false).update(block))
}

/** Times x in GF(2^128), as SP 800-38B, 6.1, makes its subkeys. */
function doubled(block: Uint8Array): Uint8Array {
  const shifted = block.map((byte, at) => (byte << 1) | ((block[at + 1] ?? 0) >> 7))
  if ((block[0] ?? 0) >= 0x80) shifted[BLOCK - 1] = (shifted[BLOCK - 1] ?? 0) ^ 0x87
  return shifted
}
