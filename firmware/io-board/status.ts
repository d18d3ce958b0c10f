/**
 * What our firmware has beside Firmata: user sysex 01, with a checksum. Numbers have seven bits a byte, low ones first.
 * ```
 * F0 01 kind | data | checksum, three bytes | F7      CRC-16/IBM-3740 over 01, kind and data
 *
 * host to board; the answer to each is a status with the same number, 1 to 127 (so 01, which only asks for one, is not sent from here)
 *   02 number, seconds 1-127         feed the watchdog: unfed after so long, the outputs go off
 *   03 number, milliseconds (2)      beep, 5000 at most
 *   04 number, openings (4)          acknowledge: ends the latch of what is closed, if the board counts as many
 * board to host, by itself with number 0
 *   41 number, inputs, latched, state, lapses, openings (4), slips (3), battery mV (2), supply mV (2), temperature (2)
 * ```
 */

const SYSEX_START = 0xf0
const SYSEX_END = 0xf7
const USER = 0x01
const TELL_STATUS = 0x41
/** F0, 01, kind. */
const BEFORE = 3
/** Checksum and F7. */
const BEHIND = 4
const STATUS_LENGTH = 25

/** Everything that the board knows of itself. */
export interface BoardStatus {
  /** Of the question that this answers; 0 when it is told unasked. */
  readonly number: number
  readonly keys: { readonly executive: boolean; readonly supervisory: boolean }
  /** Tamper switches that are open now. */
  readonly open: TamperSwitches
  /** Tamper switches that were open since the latch was last acknowledged. */
  readonly latched: TamperSwitches
  readonly slipInSlot: boolean
  /** Whether the board is fed, has never been since its start, or was left unfed: then its outputs are off. */
  readonly watchdog: 'never fed' | 'fed' | 'lapsed'
  /** How often it was left unfed since its start; goes round at 128. */
  readonly lapses: number
  /** The chip's own watchdog ended the firmware's last run. */
  readonly hung: boolean
  /** What became of the stored latch at the start. */
  readonly memory: 'kept' | 'new' | 'damaged'
  readonly sounding: boolean
  /** The lamp is lit. */
  readonly lit: boolean
  /** How often any tamper switch has opened, ever. */
  readonly openings: number
  /** How many slips have passed since the start. */
  readonly slips: number
  readonly batteryMv: number
  readonly supplyMv: number
  readonly celsius: number
}

/** The switches that tell of tampering. */
export const TAMPER_SWITCHES = ['chassis', 'ballot-box', 'seal'] as const
export type TamperSwitch = (typeof TAMPER_SWITCHES)[number]
type TamperSwitches = Readonly<Record<TamperSwitch, boolean>>

/** Feeds the watchdog. */
export function encodeFeed(number: number, seconds: number): Uint8Array {
  return encodeUser(0x02, [number, seconds])
}

/** Has the buzzer sound. */
export function encodeBeep(number: number, ms: number): Uint8Array {
  return encodeUser(0x03, [number, ...sevenBits(ms, 2)])
}

/** Ends the latch, if the board has counted no more openings than these. */
export function encodeAcknowledge(number: number, openings: number): Uint8Array {
  return encodeUser(0x04, [number, ...sevenBits(openings, 4)])
}

/** The status in a whole message; undefined if it is another message, `damaged` if its checksum is wrong. */
export function decodeStatus(message: Uint8Array): BoardStatus | 'damaged' | undefined {
  if (message[0] !== SYSEX_START || message[1] !== USER) return undefined
  if (message.length < BEFORE + BEHIND) return 'damaged'
  if (numberOf(message.subarray(-BEHIND, -1)) !== checksum(message.subarray(1, -BEHIND))) return 'damaged'
  if (message[2] !== TELL_STATUS) return undefined
  if (message.length !== STATUS_LENGTH) return 'damaged'
  const [number = 0, inputs = 0, latched = 0, state = 0, lapses = 0] = message.subarray(BEFORE)
  const bit = (of: number, place: number) => ((of >> place) & 1) === 1
  return {
    number,
    keys: { executive: bit(inputs, 0), supervisory: bit(inputs, 1) },
    open: tamperSwitches(inputs),
    latched: tamperSwitches(latched),
    slipInSlot: bit(inputs, 5),
    watchdog: bit(state, 0) ? 'fed' : bit(state, 1) ? 'lapsed' : 'never fed',
    lapses,
    hung: bit(state, 2),
    memory: bit(state, 4) ? 'damaged' : bit(state, 3) ? 'new' : 'kept',
    sounding: bit(state, 5),
    lit: bit(state, 6),
    openings: numberOf(message.subarray(8, 12)),
    slips: numberOf(message.subarray(12, 15)),
    batteryMv: numberOf(message.subarray(15, 17)),
    supplyMv: numberOf(message.subarray(17, 19)),
    celsius: (numberOf(message.subarray(19, 21)) - 1_000) / 10,
  }
}

function tamperSwitches(bits: number): TamperSwitches {
  return { chassis: (bits & 4) !== 0, 'ballot-box': (bits & 8) !== 0, seal: (bits & 16) !== 0 }
}

function encodeUser(kind: number, data: readonly number[]): Uint8Array {
  const summed = Uint8Array.of(USER, kind, ...data)
  return Uint8Array.of(SYSEX_START, ...summed, ...sevenBits(checksum(summed), 3), SYSEX_END)
}

function sevenBits(number: number, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, i) => (number >> (7 * i)) & 0x7f)
}

function numberOf(bytes: Uint8Array): number {
  return bytes.reduceRight((number, byte) => (number << 7) | byte, 0)
}

function checksum(bytes: Uint8Array): number {
  let sum = 0xffff
  for (const byte of bytes) {
    sum ^= byte << 8
    for (let bit = 0; bit < 8; bit += 1) sum = ((sum << 1) ^ (sum & 0x8000 ? 0x1021 : 0)) & 0xffff
  }
  return sum
}
