/**
 * CCID over a serial line as the GemPC Twin speaks it, 115200 8N2:
 * ```
 * 03 06  type(1) length(4, little-endian) slot(1) sequence(1) p1 p2 p3  data  LRC      LRC = xor of all before
 * 03 15 16                                                                             NAK: the last frame was not understood, again
 * 50 02 / 50 03                                                                        card taken out / put in, unframed
 * 80..FF                                                                               T=0 needs more time, unframed
 * ```
 * The Twin sends every command back before it answers. Sources: USB CCID specification 1.1, chapter 6; LudovicRousseau/CCID,
 * src/ccid_serial.c.
 */
import type { FrameFormat, Scan } from '../link/framer.ts'

/** A CCID message: command or answer. */
export interface CcidMessage {
  readonly type: number
  readonly slot: number
  readonly sequence: number
  /** Header bytes 7 to 9; in an answer: status, error, and one that depends on the type. */
  readonly parameters: readonly [number, number, number]
  readonly data: Uint8Array
}

/** What may come from the reader. */
export type ReaderFrame =
  | { readonly is: 'message'; readonly message: CcidMessage }
  | { readonly is: 'not-understood' }
  | { readonly is: 'card'; readonly present: boolean }
  | { readonly is: 'time-request' }

/** Message types, PC to reader (6x) and reader to PC (8x). */
export const CCID = {
  setParameters: 0x61,
  powerOn: 0x62,
  powerOff: 0x63,
  slotStatus: 0x65,
  escape: 0x6b,
  transferBlock: 0x6f,
  dataBlock: 0x80,
  slotStatusAnswer: 0x81,
  parametersAnswer: 0x82,
  escapeAnswer: 0x83,
} as const

/** A card as the status byte of an answer tells it. */
type CardPresence = 'active' | 'inactive' | 'absent'

/** The outcome in an answer: done, refused with the reader's error byte, or a plea for more time. */
export type CcidStatus =
  | { readonly is: 'done'; readonly card: CardPresence }
  | { readonly is: 'failed'; readonly card: CardPresence; readonly error: number }
  | { readonly is: 'more-time' }

const SYNC = 0x03
const ACK = 0x06
const NAK = 0x15
const CARD_MOVED = 0x50
const CARD_OUT = 0x02
const CARD_IN = 0x03
const HEADER = 10
/** The Twin's longest CCID message, header included. */
const MAX_MESSAGE = 271
/** Data bytes that fit a message. */
export const MAX_DATA = MAX_MESSAGE - HEADER

/** Asks the other side for its last frame again. */
export const NAK_FRAME = Uint8Array.of(SYNC, NAK, SYNC ^ NAK)

/** A message as a frame. Throws if the data does not fit. */
export function encodeMessage(message: CcidMessage): Uint8Array {
  const { type, slot, sequence, parameters, data } = message
  if (data.length > MAX_DATA) throw new Error(`a CCID message carries ${MAX_DATA} bytes at most`)
  const frame = new Uint8Array(2 + HEADER + data.length + 1)
  frame.set([SYNC, ACK, type, data.length & 0xff, data.length >> 8, 0, 0, slot, sequence, ...parameters])
  frame.set(data, 2 + HEADER)
  frame[frame.length - 1] = xor(frame)
  return frame
}

/** How frames are found in the reader's stream. */
export const readerFormat: FrameFormat<ReaderFrame> = { maxLength: 2 + MAX_MESSAGE + 1, scan }

function scan(bytes: Uint8Array): Scan<ReaderFrame> {
  const [first = 0, second] = bytes
  if (first >= 0x80) return { is: 'frame', frame: { is: 'time-request' }, length: 1 }
  if (first !== SYNC && first !== CARD_MOVED) return { is: 'noise' }
  if (second === undefined) return { is: 'incomplete' }
  if (first === CARD_MOVED) {
    if (second !== CARD_IN && second !== CARD_OUT) return { is: 'noise' }
    return { is: 'frame', frame: { is: 'card', present: second === CARD_IN }, length: 2 }
  }
  if (second === NAK) return scanNak(bytes)
  return second === ACK ? scanMessage(bytes) : { is: 'noise' }
}

function scanNak(bytes: Uint8Array): Scan<ReaderFrame> {
  if (bytes.length < 3) return { is: 'incomplete' }
  if (bytes[2] !== (SYNC ^ NAK)) return { is: 'bad-checksum' }
  return { is: 'frame', frame: { is: 'not-understood' }, length: 3 }
}

function scanMessage(bytes: Uint8Array): Scan<ReaderFrame> {
  if (bytes.length < 7) return { is: 'incomplete' }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const size = view.getUint32(3, true)
  if (size > MAX_DATA) return { is: 'noise' }
  const length = 2 + HEADER + size + 1
  if (bytes.length < length) return { is: 'incomplete' }
  if (xor(bytes.subarray(0, length)) !== bytes[length - 1]) return { is: 'bad-checksum' }
  const message: CcidMessage = {
    type: view.getUint8(2),
    slot: view.getUint8(7),
    sequence: view.getUint8(8),
    parameters: [view.getUint8(9), view.getUint8(10), view.getUint8(11)],
    data: bytes.slice(12, length - 1),
  }
  return { is: 'frame', frame: { is: 'message', message }, length }
}

/** Xor of all bytes but the last, which is the LRC's own place. */
function xor(frame: Uint8Array): number {
  return frame.subarray(0, -1).reduce((sum, byte) => sum ^ byte, 0)
}

/** Status and error of an answer (CCID 1.1, 6.2.6): bits 0-1 the card, bits 6-7 the command. */
export function statusOf(answer: CcidMessage): CcidStatus {
  const [status, error] = answer.parameters
  const command = status >> 6
  if (command === 2) return { is: 'more-time' }
  const card = (['active', 'inactive', 'absent', 'absent'] as const)[status & 0x03] ?? 'absent'
  return command === 0 ? { is: 'done', card } : { is: 'failed', card, error }
}
