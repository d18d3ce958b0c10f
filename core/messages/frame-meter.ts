/**
 * The size of MQTT packets, told before they are collected in memory: a parser has no limit and would wait for the 256 MiB that a header may announce.
 * Header (MQTT 3.1.1, 2.2): one byte, then the remaining length in one to four bytes, 7 bits each, lowest first, bit 7 set where another follows.
 */

/** Follows a stream of packets by their headers alone. */
export class FrameMeter {
  readonly #max: number
  /** Bytes of the current packet still to come. */
  #rest = 0
  /** Position within a header: 0 its first byte, 1 to 4 a byte of the length. */
  #place = 0
  #length = 0

  /** @param max bytes of a packet behind its header */
  constructor(max: number) {
    this.#max = max
  }

  /** Takes the next bytes; false once a packet is larger than allowed or has no legal length. */
  take(bytes: Uint8Array): boolean {
    let at = 0
    while (at < bytes.length) {
      if (this.#rest > 0) {
        const taken = Math.min(this.#rest, bytes.length - at)
        this.#rest -= taken
        at += taken
        continue
      }
      const byte = bytes[at] ?? 0
      at += 1
      if (this.#place === 0) {
        this.#place = 1
        this.#length = 0
        continue
      }
      this.#length += (byte & 0x7f) * 128 ** (this.#place - 1)
      if (this.#length > this.#max) return false
      if ((byte & 0x80) === 0) {
        this.#rest = this.#length
        this.#place = 0
      } else if (this.#place === 4) {
        return false
      } else {
        this.#place += 1
      }
    }
    return true
  }
}
