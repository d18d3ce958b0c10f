/**
 * Bytes as digits and capital letters, five bits a character, without I, L, O and U: they can be read from paper and typed, and stand in a QR code's
 * alphanumeric mode (ISO/IEC 18004, 7.4.4). The alphabet is Crockford's; a typist's o, i and l are taken for what they look like.
 */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const BITS = 5

/** The last character is filled up with zeros. */
export function toBase32(bytes: Uint8Array): string {
  let [text, held, bits] = ['', 0, 0]
  for (const byte of bytes) {
    held = (held << 8) | byte
    bits += 8
    while (bits >= BITS) {
      bits -= BITS
      text += ALPHABET[(held >> bits) & 31]
    }
    held &= (1 << bits) - 1
  }
  return bits === 0 ? text : text + ALPHABET[(held << (BITS - bits)) & 31]
}

/** Reads {@link toBase32} back; undefined for other characters, and for every text that no bytes are written as. */
export function fromBase32(text: string): Uint8Array | undefined {
  const bytes: number[] = []
  let [held, bits] = [0, 0]
  for (const character of asTyped(text)) {
    const value = ALPHABET.indexOf(character)
    if (value === -1) return undefined
    held = (held << BITS) | value
    bits += BITS
    if (bits >= 8) {
      bits -= 8
      bytes.push((held >> bits) & 0xff)
    }
    held &= (1 << bits) - 1
  }
  return bits < BITS && held === 0 ? Uint8Array.from(bytes) : undefined
}

/** As it is written on paper, whatever somebody typed for it. */
export function asTyped(text: string): string {
  return text.toUpperCase().replaceAll('O', '0').replace(/[IL]/g, '1')
}
