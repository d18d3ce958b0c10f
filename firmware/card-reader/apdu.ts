/** Commands to a card and its answers (ISO 7816-4), and how each goes over T=0 and T=1 (ISO 7816-3, section 12). */

/** A command in short form. */
export interface Apdu {
  readonly cla: number
  readonly ins: number
  readonly p1: number
  readonly p2: number
  /** 1 to 255 bytes, if any. */
  readonly data?: Uint8Array
  /** Bytes wanted back, 1 to 256. */
  readonly expected?: number
}

/** A card's answer. */
export interface CardAnswer {
  readonly data: Uint8Array
  /** SW1 and SW2: 0x9000 is success. */
  readonly status: number
}

/**
 * The T=0 command: `CLA INS P1 P2 P3 [data]`. P3 is the length of the data if there is any, else of the answer (0 means 256). An
 * answer to a command with data is fetched by GET RESPONSE. Throws on a length that no short command has.
 */
export function encodeTpdu(apdu: Apdu): Uint8Array {
  const { cla, ins, p1, p2, data, expected = 0 } = checked(apdu)
  if (data === undefined) return Uint8Array.of(cla, ins, p1, p2, expected & 0xff)
  return Uint8Array.of(cla, ins, p1, p2, data.length, ...data)
}

/** The T=1 command: `CLA INS P1 P2 [Lc data] [Le]`. Throws on a length that no short command has. */
export function encodeApdu(apdu: Apdu): Uint8Array {
  const { cla, ins, p1, p2, data, expected } = checked(apdu)
  const body = data === undefined ? [] : [data.length, ...data]
  const end = expected === undefined ? [] : [expected & 0xff]
  return Uint8Array.of(cla, ins, p1, p2, ...body, ...end)
}

/** What the card answered, over either protocol; undefined if that is not even a status. */
export function decodeAnswer(bytes: Uint8Array): CardAnswer | undefined {
  const [sw1, sw2] = bytes.subarray(-2)
  if (sw1 === undefined || sw2 === undefined) return undefined
  // SW1 is 6X or 9X, and 60 is none (ISO 7816-3, 10.3.3).
  if ((sw1 & 0xf0) !== 0x90 && ((sw1 & 0xf0) !== 0x60 || sw1 === 0x60)) return undefined
  return { data: bytes.slice(0, -2), status: (sw1 << 8) | sw2 }
}

function checked(apdu: Apdu): Apdu {
  const { data, expected } = apdu
  if (data !== undefined && (data.length === 0 || data.length > 255)) throw new Error('1 to 255 data bytes')
  if (expected !== undefined && (expected < 1 || expected > 256)) throw new Error('1 to 256 answer bytes')
  return apdu
}
