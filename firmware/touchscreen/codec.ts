/**
 * Elo SmartSet, binary, ten bytes a packet, 9600 8N1:
 * ```
 * 55  command  d1 d2 d3 d4 d5 d6 d7  checksum        checksum = (AA + the first nine) mod 256
 * ```
 * Lower-case commands ask, upper-case ones set or answer. Sources: Elo SmartSet technical reference, chapter 6; Linux
 * drivers/input/touchscreen/elo.c; X.Org xf86-input-elographics.
 */
import type { FrameFormat, Scan } from '../link/framer.ts'

/** One packet without its lead byte and checksum. */
export interface EloPacket {
  /** One ASCII letter. */
  readonly command: string
  /** Exactly seven bytes. */
  readonly data: Uint8Array
}

/** A finger on the glass, in the controller's raw units, 0 to 4095 on both axes. */
export interface TouchEvent {
  readonly kind: 'down' | 'move' | 'up'
  readonly x: number
  readonly y: number
}

/** What the controller reports and how it alters it: the two mode bytes of the `M` packet. */
interface EloMode {
  readonly reports: number
  readonly processing: number
}

/** Raw coordinates run from 0 to this. */
const RAW_MAXIMUM = 4095

const LEAD = 0x55
const LENGTH = 10

/** Status byte of a touch packet: bit 0 first contact, bit 1 stream, bit 2 release. */
const FIRST_CONTACT = 0x01
const STREAM = 0x02
const RELEASE = 0x04

/** Mode 1: report initial touches, stream touches and releases. */
const REPORT_ALL = 0x07
/** Mode 2: trim, calibration and scaling alter the coordinates; tracking leaves out repeats. */
const TRIM_CALIBRATION_SCALING = 0x0e

/** A packet as ten bytes. Throws if the command is not one ASCII character or there are more than seven data bytes. */
export function encodePacket(command: string, data: Uint8Array = new Uint8Array(0)): Uint8Array {
  const code = command.charCodeAt(0)
  if (command.length !== 1 || code > 0x7f) throw new Error('an Elo command is one ASCII character')
  if (data.length > LENGTH - 3) throw new Error('an Elo packet carries seven bytes at most')
  const bytes = new Uint8Array(LENGTH)
  bytes[0] = LEAD
  bytes[1] = code
  bytes.set(data, 2)
  bytes[LENGTH - 1] = checksum(bytes)
  return bytes
}

/** How packets are found in the stream. */
export const eloFormat: FrameFormat<EloPacket> = { maxLength: LENGTH, scan }

function scan(bytes: Uint8Array): Scan<EloPacket> {
  if (bytes[0] !== LEAD) return { is: 'noise' }
  if (bytes.length < LENGTH) return { is: 'incomplete' }
  if (bytes[LENGTH - 1] !== checksum(bytes)) return { is: 'bad-checksum' }
  const frame = { command: String.fromCharCode(bytes[1] ?? 0), data: bytes.slice(2, LENGTH - 1) }
  return { is: 'frame', frame, length: LENGTH }
}

function checksum(packet: Uint8Array): number {
  return packet.subarray(0, LENGTH - 1).reduce((sum, byte) => (sum + byte) & 0xff, 0xaa)
}

/**
 * The touch in a `T` packet: `status xl xh yl yh zl zh`. Undefined if it is another packet, says neither contact, stream nor
 * release, or names a place off the controller's range.
 */
export function touchOf(packet: EloPacket): TouchEvent | undefined {
  if (packet.command !== 'T') return undefined
  const [status = 0, xl = 0, xh = 0, yl = 0, yh = 0] = packet.data
  const x = xl | (xh << 8)
  const y = yl | (yh << 8)
  if (x > RAW_MAXIMUM || y > RAW_MAXIMUM) return undefined
  // A release ends the touch, whatever else the packet says.
  if ((status & RELEASE) !== 0) return { kind: 'up', x, y }
  if ((status & FIRST_CONTACT) !== 0) return { kind: 'down', x, y }
  if ((status & STREAM) !== 0) return { kind: 'move', x, y }
  return undefined
}

/** The error digits of an `A` packet that are not `0`, in order; empty is success, undefined is another packet. */
export function acknowledgementOf(packet: EloPacket): string | undefined {
  if (packet.command !== 'A') return undefined
  return String.fromCharCode(...packet.data.subarray(0, 4)).replaceAll(/[0\0]/g, '')
}

/** Name and firmware from an `I` packet: `type io features minor major pending class`. Undefined for another packet. */
export function identityOf(packet: EloPacket): string | undefined {
  if (packet.command !== 'I') return undefined
  const [type = 0, , , minor = 0, major = 0] = packet.data
  const name = ['AccuTouch', 'DuraTouch', 'IntelliTouch', 'CarrollTouch'][type - 0x30] ?? 'touchscreen'
  return `Elo ${name}, firmware ${hex(major)}.${hex(minor)}`
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0')
}

/** The mode in an `M` packet: `0 mode1 mode2`. Undefined for another packet. */
export function modeOf(packet: EloPacket): EloMode | undefined {
  if (packet.command !== 'M') return undefined
  return { reports: packet.data[1] ?? 0, processing: packet.data[2] ?? 0 }
}

/** Whether the controller sends every contact, movement and release, and sends them raw. */
export function isRawMode(mode: EloMode): boolean {
  return (mode.reports & REPORT_ALL) === REPORT_ALL && (mode.processing & TRIM_CALIBRATION_SCALING) === 0
}

/** The data of the `M` packet that makes {@link isRawMode} true: everything reported, nothing altered. */
export const RAW_MODE: Uint8Array = Uint8Array.of(0, REPORT_ALL, 0)
