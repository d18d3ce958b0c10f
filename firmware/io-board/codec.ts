/**
 * Where the messages of Firmata 2.5 begin and end (github.com/firmata/protocol, protocol.md). What they mean is firmata-io's part; it
 * keeps whatever it does not understand, without limit, so it is given whole messages only.
 *
 * ```
 * 90-9F port | bits 0-6 | bit 7      the levels of a port       E0-EF channel | two bytes   an analogue value
 * F9 major minor                     the protocol's version     F0 command, data, F7        a sysex message
 * ```
 * Every byte but the first, and the last of a sysex message, has seven bits. There is no checksum but in our own messages (status.ts).
 */
import type { FrameFormat, Scan } from '../link/framer.ts'
import { decodeStatus } from './status.ts'

const DIGITAL = 0x90
const ANALOGUE = 0xe0
const SYSEX_START = 0xf0
const SYSEX_END = 0xf7
const VERSION = 0xf9
const ANALOGUE_MAPPING = 0x6a
/** Of every message but sysex. */
const SHORT_LENGTH = 3
/** F0, command, F7. */
const SHORTEST_SYSEX = 3

/** How messages are found in a board's stream. The longest, of a board this size, is its capabilities: some 300 bytes. */
export const firmataFormat: FrameFormat<Uint8Array> = { maxLength: 1024, scan }

/** Whether a whole message says which pins have which analogue channels. */
export function isAnalogueMapping(message: Uint8Array): boolean {
  return message[0] === SYSEX_START && message[1] === ANALOGUE_MAPPING
}

function scan(bytes: Uint8Array): Scan<Uint8Array> {
  const [first = 0] = bytes
  if (first === SYSEX_START) return scanSysex(bytes)
  const kind = first & 0xf0
  if (kind !== DIGITAL && kind !== ANALOGUE && first !== VERSION) return { is: 'noise' }
  const data = bytes.subarray(1, SHORT_LENGTH)
  if (data.some((byte) => byte >= 0x80)) return { is: 'noise' }
  if (bytes.length < SHORT_LENGTH) return { is: 'incomplete' }
  return { is: 'frame', frame: bytes.slice(0, SHORT_LENGTH), length: SHORT_LENGTH }
}

function scanSysex(bytes: Uint8Array): Scan<Uint8Array> {
  const end = bytes.findIndex((byte, i) => i > 0 && byte >= 0x80)
  if (end === -1) return { is: 'incomplete' }
  const length = end + 1
  if (bytes[end] !== SYSEX_END || length < SHORTEST_SYSEX) return { is: 'noise' }
  const frame = bytes.slice(0, length)
  return decodeStatus(frame) === 'damaged' ? { is: 'bad-checksum' } : { is: 'frame', frame, length }
}
