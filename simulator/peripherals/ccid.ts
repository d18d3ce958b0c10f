/**
 * The reader's side of CCID over a serial line, as the GemPC Twin speaks it (CCID specification 1.1, section 6;
 * LudovicRousseau/CCID, src/ccid_serial.c).
 *
 * ```
 * 03 06 | type, length (32 bit little-endian), slot, sequence, three bytes | data | LRC = xor of all before
 * 03 15 16   the last message did not arrive well: send it again
 * ```
 */

/** A CCID message in either direction. `parameters` are the three bytes that end the header. */
export interface CcidMessage {
  readonly type: number
  readonly slot: number
  readonly sequence: number
  readonly parameters: readonly [number, number, number]
  readonly data: Uint8Array
}

/** What the device sent: a message, a frame whose LRC or length is wrong, or the request to answer again. */
export type CcidInput =
  | { readonly is: 'message'; readonly message: CcidMessage }
  | { readonly is: 'damaged' }
  | { readonly is: 'again' }

const SYNC = 0x03
const ACK = 0x06
const NAK = 0x15

/** Largest message of this reader: header and a short APDU (dwMaxCCIDMessageLength 271). */
export const LARGEST_MESSAGE = 271
const HEADER_BYTES = 10

/** The frame that asks for the last message again. */
export const NAK_FRAME: readonly number[] = [SYNC, NAK, SYNC ^ NAK]

/** A message in its frame. Throws when it is too long for this reader. */
export function ccidFrame({ type, slot, sequence, parameters, data }: CcidMessage): Uint8Array {
  if (HEADER_BYTES + data.length > LARGEST_MESSAGE)
    throw new RangeError('no message of this reader is so long')
  const frame = new Uint8Array(2 + HEADER_BYTES + data.length + 1)
  frame.set([SYNC, ACK, type])
  new DataView(frame.buffer).setUint32(3, data.length, true)
  frame.set([slot, sequence, ...parameters], 7)
  frame.set(data, 2 + HEADER_BYTES)
  frame[frame.length - 1] = xorOf(frame.subarray(0, -1))
  return frame
}

/** Cuts the bytes that a device sends into frames. Bytes outside a frame are thrown away. */
export class CcidReader {
  readonly #frame = new Uint8Array(2 + LARGEST_MESSAGE + 1)
  #length = 0

  /** What these bytes complete. */
  feed(bytes: Uint8Array): CcidInput[] {
    const inputs: CcidInput[] = []
    for (const byte of bytes) {
      this.#frame[this.#length++] = byte
      const input = this.#look()
      if (input === 'more') continue
      this.#length = 0
      if (input !== 'nothing') inputs.push(input)
    }
    return inputs
  }

  /** Forgets a frame that has begun. */
  reset(): void {
    this.#length = 0
  }

  #look(): CcidInput | 'more' | 'nothing' {
    const frame = this.#frame.subarray(0, this.#length)
    if (frame[0] !== SYNC) return 'nothing'
    if (frame.length === 1) return 'more'
    if (frame[1] === NAK) {
      if (frame.length < NAK_FRAME.length) return 'more'
      return frame[2] === NAK_FRAME[2] ? { is: 'again' } : { is: 'damaged' }
    }
    if (frame[1] !== ACK) return { is: 'damaged' }
    if (frame.length < 2 + HEADER_BYTES) return 'more'
    const view = new DataView(frame.buffer, frame.byteOffset)
    const dataLength = view.getUint32(3, true)
    if (HEADER_BYTES + dataLength > LARGEST_MESSAGE) return { is: 'damaged' }
    const whole = 2 + HEADER_BYTES + dataLength + 1
    if (frame.length < whole) return 'more'
    if (xorOf(frame) !== 0) return { is: 'damaged' }
    const [type = 0, slot = 0, sequence = 0] = [frame[2], frame[7], frame[8]]
    const parameters = [frame[9] ?? 0, frame[10] ?? 0, frame[11] ?? 0] as const
    return { is: 'message', message: { type, slot, sequence, parameters, data: frame.slice(12, whole - 1) } }
  }
}

function xorOf(bytes: Uint8Array): number {
  return bytes.reduce((lrc, byte) => lrc ^ byte, 0)
}
