/**
 * Elo SmartSet, binary, ten bytes a packet, 9600 8N1:
 * ```
 * 55  command  d1 d2 d3 d4 d5 d6 d7  checksum        checksum = (AA + the first nine) mod 256
 * ```
 * Lower-case commands ask, upper-case ones set or answer; an acknowledgement `A` follows every command. Sources: Elo SmartSet
 * technical reference, chapter 6; Linux drivers/input/touchscreen/elo.c; X.Org xf86-input-elographics.
 */
import type { FrameFormat, Scan } from '../link/framer.ts'

/** One packet without its lead byte and checksum. */
export interface EloPacket {
  /** One ASCII letter. */
  readonly command: string
  /** Exactly seven bytes. */
  readonly data: Uint8Array
}

/** A place on the glass in the controller's raw units. */
export interface RawPlace {
  readonly x: number
  readonly y: number
}

/** What one packet says of the glass. */
export interface TouchEvent extends RawPlace {
  readonly kind: 'down' | 'move' | 'up'
  /** The controller says, or its own numbers show, that this is no plain finger on the panel. */
  readonly doubtful: boolean
}

/** What the controller reports and how it alters it: the two mode bytes of the `M` packet. */
interface EloMode {
  readonly reports: number
  readonly processing: number
}

/** The `P` packet of a serial controller: kind of interface, baud and frame, and how it talks. */
export interface EloParameters {
  readonly io: number
  readonly serial1: number
  readonly serial2: number
}

const LEAD = 0x55
const LENGTH = 10
const DATA_LENGTH = 7

/** Raw coordinates run from 0 to this. */
const RAW_MAXIMUM = 4095

/** Status byte of a touch packet (reference, page 102): first contact, stream, release; the place is out of range. */
const FIRST_CONTACT = 0x01
const STREAM = 0x02
const RELEASE = 0x04
const OUT_OF_RANGE = 0x40

/** Mode 1 (page 90): report initial touches, stream touches and releases. */
const REPORT_ALL = 0x07
/** Mode 2 (page 91): trim, calibration and scaling alter the coordinates; tracking leaves out repeats. */
const ALTERED_OR_LEFT_OUT = 0x4e

/** Second serial byte (page 96): the controller checks the checksum of what it is told. */
const CHECKS_CHECKSUM = 0x01

/** What an acknowledgement's digits mean (page 73). */
const ERRORS: Readonly<Record<string, string>> = {
  '1': 'divide by zero',
  '2': 'bad packet',
  '3': 'bad checksum',
  '4': 'packet overrun',
  '5': 'illegal command',
  '6': 'calibration cancelled',
  '8': 'bad serial setup',
  '9': 'NVRAM not valid',
}

/** What the controller tests when it is switched on, by bit of the diagnostics packet (page 79). */
const TESTS = [
  'id',
  'CPU',
  'ROM',
  'RAM',
  'NVRAM',
  'touchscreen drive',
  'expansion board',
  'reserved',
] as const

/** A packet as ten bytes. Throws if the command is not one ASCII character or there are more than seven data bytes. */
export function encodePacket(command: string, data: Uint8Array = new Uint8Array(0)): Uint8Array {
  const code = command.charCodeAt(0)
  if (command.length !== 1 || code > 0x7f) throw new Error('an Elo command is one ASCII character')
  if (data.length > DATA_LENGTH) throw new Error('an Elo packet carries seven bytes at most')
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
 * The touch in a `T` packet: `status xl xh yl yh zl zh`. Undefined if it is another packet or says neither contact, stream nor
 * release. A place off the range, or more than one of the three at once, is doubtful.
 */
export function touchOf(packet: EloPacket): TouchEvent | undefined {
  if (packet.command !== 'T') return undefined
  const [status = 0, xl = 0, xh = 0, yl = 0, yh = 0] = packet.data
  const x = xl | (xh << 8)
  const y = yl | (yh << 8)
  const said = status & (FIRST_CONTACT | STREAM | RELEASE)
  if (said === 0) return undefined
  const one = said === FIRST_CONTACT || said === STREAM || said === RELEASE
  const inside = (status & OUT_OF_RANGE) === 0 && x <= RAW_MAXIMUM && y <= RAW_MAXIMUM
  // A release ends the touch, whatever else the packet says.
  const kind = (said & RELEASE) !== 0 ? 'up' : (said & FIRST_CONTACT) !== 0 ? 'down' : 'move'
  return { kind, x, y, doubtful: !(one && inside) }
}

/**
 * The errors in an `A` packet, by name and in order; none is success. Undefined if it is another packet or its four places hold
 * something that the reference does not know there.
 */
export function acknowledgementOf(packet: EloPacket): readonly string[] | undefined {
  if (packet.command !== 'A') return undefined
  const digits = [...packet.data.subarray(0, 4)]
  // '0' to '?'; some firmware fills the rest with nulls.
  if (!digits.every((digit) => digit === 0 || (digit >= 0x30 && digit <= 0x3f))) return undefined
  return digits
    .map((digit) => String.fromCharCode(digit))
    .filter((digit) => digit !== '0' && digit !== '\0')
    .map((digit) => ERRORS[digit] ?? `reserved error ${digit}`)
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

/** The names of the tests that failed, from a `D` packet: `mask`. Undefined for another packet. */
export function diagnosticsOf(packet: EloPacket): readonly string[] | undefined {
  if (packet.command !== 'D') return undefined
  const [mask = 0] = packet.data
  return TESTS.filter((_, bit) => (mask & (1 << bit)) !== 0)
}

/** The mode in an `M` packet: `0 mode1 mode2`. Undefined for another packet. */
export function modeOf(packet: EloPacket): EloMode | undefined {
  const [form = 0, reports = 0, processing = 0] = packet.data
  // Letters in the first place are the form for terminals.
  return packet.command === 'M' && form === 0 ? { reports, processing } : undefined
}

/** Whether the controller sends every contact, movement and release, and sends them raw. */
export function isRawMode(mode: EloMode): boolean {
  return (mode.reports & REPORT_ALL) === REPORT_ALL && (mode.processing & ALTERED_OR_LEFT_OUT) === 0
}

/** The `M` packet that makes {@link isRawMode} true: everything reported, nothing altered. */
export function encodeRawMode(): Uint8Array {
  return encodePacket('M', Uint8Array.of(0, REPORT_ALL, 0))
}

/** The command after which a controller is as when it was switched on; nothing acknowledges it. */
export function encodeHardReset(): Uint8Array {
  return encodePacket('R', Uint8Array.of(0))
}

/** The parameters in a `P` packet: `io serial1 serial2`. Undefined for another packet. */
export function parametersOf(packet: EloPacket): EloParameters | undefined {
  const [io = 0, serial1 = 0, serial2 = 0] = packet.data
  return packet.command === 'P' ? { io, serial1, serial2 } : undefined
}

/** Whether a command with a wrong checksum is refused; by default controllers do not look at it. */
export function checksCommands({ serial2 }: EloParameters): boolean {
  return (serial2 & CHECKS_CHECKSUM) !== 0
}

/** The `P` packet that leaves everything as it is and has commands checked. */
export function encodeChecked({ io, serial1, serial2 }: EloParameters): Uint8Array {
  return encodePacket('P', Uint8Array.of(io, serial1, serial2 | CHECKS_CHECKSUM))
}
