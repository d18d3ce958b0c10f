/**
 * What a UART reads when it is set to another speed than the one that was sent. Bytes are 8N1 without pause between them; the line then
 * rests. The receiver waits for a falling edge, looks at the middle of each of its own bits, and takes ten of them for a byte:
 *
 * ```
 * sent    ‾\_s_/b0\b1/…      start bit 0, eight data bits from the lowest, stop bit 1
 * read      ^   ^   ^        samples at (k + ½) of its own bit times from the edge
 * ```
 *
 * A stop bit that reads as 0 is a framing error, which a Linux terminal in raw mode gives as a byte 00 (termios(3), without PARMRK and
 * IGNPAR). Noise, drifting edges and a receiver's majority of three samples are left out.
 */

const BITS = 10
const DATA_BITS = 8

/**
 * @param bytes what was sent, back to back
 * @param ratio the receiver's speed divided by the sender's; 1 reads what was sent
 */
export function misread(bytes: Uint8Array, ratio: number): Uint8Array {
  if (!(ratio > 0)) throw new RangeError('a speed is more than nothing')
  if (ratio === 1) return Uint8Array.from(bytes)
  const end = bytes.length * BITS
  /** The line's level at a time in sent bits. */
  const level = (time: number): number => {
    const bit = Math.floor(time)
    if (bit < 0 || bit >= end) return 1
    const place = bit % BITS
    if (place === 0) return 0
    return place > DATA_BITS ? 1 : ((bytes[Math.floor(bit / BITS)] ?? 0) >> (place - 1)) & 1
  }
  const step = 1 / ratio
  const read: number[] = []
  for (let at = 0; at < end; ) {
    if (level(at) !== 0 || level(at - 1) !== 1) {
      at += 1
      continue
    }
    const sample = (bit: number) => level(at + (bit + 0.5) * step)
    let byte = 0
    for (let bit = 0; bit < DATA_BITS; bit += 1) byte |= sample(bit + 1) << bit
    read.push(sample(DATA_BITS + 1) === 1 ? byte : 0)
    at = Math.max(at + 1, Math.ceil(at + (DATA_BITS + 1.5) * step))
  }
  return Uint8Array.from(read)
}
