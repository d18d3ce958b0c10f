/** Commands to a card (ISO 7816-4) and how they travel over T=0 (ISO 7816-3, section 10), and the answer to reset. */

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

/** An answer to reset. */
export interface Atr {
  readonly bytes: Uint8Array
  /** Protocols on offer, first the one the card starts in: 0 for T=0, 1 for T=1. */
  readonly protocols: readonly number[]
}

/**
 * The T=0 command: `CLA INS P1 P2 P3 [data]`. P3 is the length of the data if there is any, else of the answer (0 means 256). An
 * answer to a command with data is fetched by GET RESPONSE. Throws on a length that no short command has.
 */
export function encodeTpdu(apdu: Apdu): Uint8Array {
  const { cla, ins, p1, p2, data, expected = 0 } = apdu
  if (data !== undefined && (data.length === 0 || data.length > 255)) throw new Error('1 to 255 data bytes')
  if (expected > 256) throw new Error('256 answer bytes at most')
  if (data === undefined) return Uint8Array.of(cla, ins, p1, p2, expected & 0xff)
  return Uint8Array.of(cla, ins, p1, p2, data.length, ...data)
}

/** What the card answered to one T=0 command; undefined if that is not even a status. */
export function decodeTpduAnswer(bytes: Uint8Array): CardAnswer | undefined {
  const [sw1, sw2] = bytes.subarray(-2)
  if (sw1 === undefined || sw2 === undefined) return undefined
  return { data: bytes.slice(0, -2), status: (sw1 << 8) | sw2 }
}

/**
 * Reads an answer to reset (ISO 7816-3, 8.2): `TS T0 {TAi TBi TCi TDi} T1..TK [TCK]`, 33 bytes at most. Undefined if a byte is
 * missing, too many, or the check byte is wrong.
 */
export function parseAtr(bytes: Uint8Array): Atr | undefined {
  const [ts, t0] = bytes
  if ((ts !== 0x3b && ts !== 0x3f) || t0 === undefined || bytes.length > 33) return undefined
  const protocols: number[] = []
  let offset = 2
  let present: number | undefined = t0 >> 4
  while (present !== undefined) {
    const size = bitCount(present)
    const td: number | undefined = (present & 0x8) === 0 ? undefined : bytes[offset + size - 1]
    offset += size
    // T=15 names no protocol: what follows it is global.
    if (td !== undefined && (td & 0x0f) !== 15) protocols.push(td & 0x0f)
    present = td === undefined ? undefined : td >> 4
  }
  if (protocols.length === 0) protocols.push(0)
  const checked = protocols.some((protocol) => protocol !== 0)
  if (bytes.length !== offset + (t0 & 0x0f) + (checked ? 1 : 0)) return undefined
  if (checked && bytes.subarray(1).reduce((sum, byte) => sum ^ byte, 0) !== 0) return undefined
  return { bytes: bytes.slice(), protocols }
}

function bitCount(nibble: number): number {
  return [1, 2, 4, 8].filter((bit) => (nibble & bit) !== 0).length
}
