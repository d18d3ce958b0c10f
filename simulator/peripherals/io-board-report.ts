/**
 * The board's own sysex messages, as docs/io-board.md has them. Numbers have seven bits a byte, low ones first.
 * ```
 * F0 01 kind | data | checksum, three bytes | F7      CRC-16/IBM-3740 over 01, kind and data
 * ```
 */
import { sysexMessage } from './firmata.ts'

export const USER_SYSEX = 0x01
/** What the host asks. */
export const ASK = { status: 0x01, feed: 0x02, beep: 0x03, acknowledge: 0x04 } as const
const TELL_STATUS = 0x41

/** Bits of a status's `state`. */
export const STATE = { fed: 1, lapsed: 2, hung: 4, new: 8, damaged: 16, sounding: 32, lit: 64 } as const

/** Everything that the board knows of itself. */
export interface Status {
  readonly number: number
  readonly inputs: number
  readonly latched: number
  readonly state: number
  readonly lapses: number
  readonly openings: number
  readonly slips: number
  readonly batteryMv: number
  readonly supplyMv: number
  /** Tenths of a degree Celsius above -100. */
  readonly temperature: number
}

/** The status message. */
export function statusMessage(status: Status): Uint8Array {
  return ownMessage(TELL_STATUS, [
    status.number,
    status.inputs,
    status.latched,
    status.state,
    status.lapses,
    ...sevenBits(status.openings, 4),
    ...sevenBits(status.slips, 3),
    ...sevenBits(status.batteryMv, 2),
    ...sevenBits(status.supplyMv, 2),
    ...sevenBits(status.temperature, 2),
  ])
}

/** Kind and data of what the host asks; undefined if its checksum is wrong. */
export function readAsked(
  sysex: Uint8Array,
): { readonly kind: number; readonly data: Uint8Array } | undefined {
  const [kind] = sysex
  const data = sysex.subarray(1, -3)
  if (kind === undefined || sysex.length < 4) return undefined
  if (fromSevenBits(sysex.subarray(-3)) !== checksum([USER_SYSEX, kind, ...data])) return undefined
  return { kind, data }
}

/** A number of seven bits a byte. */
export function fromSevenBits(bytes: Uint8Array): number {
  return bytes.reduceRight((number, byte) => number * 128 + byte, 0)
}

/** A message of the board's own, either way. */
export function ownMessage(kind: number, data: readonly number[]): Uint8Array {
  const sum = checksum([USER_SYSEX, kind, ...data])
  return sysexMessage(USER_SYSEX, [kind, ...data, ...sevenBits(sum, 3)])
}

function sevenBits(number: number, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, i) => Math.floor(number / 128 ** i) % 128)
}

function checksum(bytes: readonly number[]): number {
  let sum = 0xffff
  for (const byte of bytes) {
    sum ^= byte << 8
    for (let bit = 0; bit < 8; bit += 1) sum = ((sum << 1) ^ (sum & 0x8000 ? 0x1021 : 0)) & 0xffff
  }
  return sum
}
