/** Reads bytes from the front; behind their end it reads zeros and knows it. */
export class ByteReader {
  readonly #bytes: Uint8Array
  #at = 0
  #isOver = false

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** Whether all was read, and no more. */
  get isAtEnd(): boolean {
    return !this.#isOver && this.#at === this.#bytes.length
  }

  bytes(length: number): Uint8Array {
    const read = new Uint8Array(length)
    read.set(this.#bytes.subarray(this.#at, this.#at + length))
    this.#isOver ||= this.#at + length > this.#bytes.length
    this.#at += length
    return read
  }

  byte(): number {
    return this.bytes(1)[0] ?? 0
  }

  number32(): number {
    return new DataView(this.bytes(4).buffer).getUint32(0)
  }

  /** {@link shortText}. */
  text(): string {
    return String.fromCharCode(...this.bytes(this.byte()))
  }

  /** As many as the next byte says. */
  list<T>(read: () => T): readonly T[] {
    return Array.from({ length: this.byte() }, read)
  }

  /** {@link counted}; what does not fit reads as -1. */
  count(): number {
    let [value, factor] = [0, 1]
    for (let i = 0; i < COUNT_BYTES; i += 1) {
      const byte = this.byte()
      value += (byte & 0x7f) * factor
      factor *= 0x80
      if (byte < 0x80) return value
    }
    this.#isOver = true
    return -1
  }
}

/** Enough for 35 bits; a count has 32. */
const COUNT_BYTES = 5

/** ASCII of at most 255 characters behind its length in one byte. Throws on any other. */
export function shortText(text: string): Uint8Array {
  if (!/^[\x20-\x7e]{0,255}$/.test(text)) throw new RangeError('no short ASCII text')
  return Uint8Array.of(text.length, ...Buffer.from(text, 'latin1'))
}

/** Four bytes, big-endian. */
export function number32(value: number): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, value)
  return bytes
}

/** LEB128: seven bits a byte, the lowest first, the highest bit set in all but the last. */
export function counted(value: number): Uint8Array {
  if (!Number.isInteger(value) || value < 0 || value > 0xffff_ffff) throw new RangeError('a count of 32 bits')
  const bytes: number[] = []
  let left = value
  do {
    const low = left % 0x80
    left = Math.floor(left / 0x80)
    bytes.push(left > 0 ? low + 0x80 : low)
  } while (left > 0)
  return Uint8Array.from(bytes)
}
