/**
 * A touch as a SmartSet controller tells it: in its own packet, or in the form of an older controller that it was told to speak like
 * (manual, pages 80, 102, 107, 110 and 111).
 *
 * ```
 * 0  E271-140 binary    11 X11-6 | 10 X5-0 | 01 Y11-6 | 00 Y5-0            bit pairs highest
 * 1  E271-140 ASCII     CR LF XXXX space YYYY [space T or U]               decimal
 * 2  E261-280 binary    01, or 81 on release | X | Y                       eight bits each
 * 3  E261-280 ASCII     XX , YY [, T or U] CR LF                           hexadecimal
 * 4  SmartSet binary    55 T status X Y Z checksum
 * 6  E281A-4002 binary  as 0, and 00 Z11-6 | 00 Z5-0
 * 7  E281A-4002 ASCII   CR LF XXXX space YYYY space ZZZZ
 * ```
 *
 * Format 5, SmartSet in ASCII, is on a page that could not be read; it is told as format 4.
 */
import { TOUCH, touchPacket } from './smartset.ts'
import { calibrated, isBeyond, type Place, scaled, trimmed } from './touch-axes.ts'
import { PROCESSING, type TouchSettings } from './touch-settings.ts'

/** A touch as the host is told it, in whatever it counts. */
interface ToldTouch {
  readonly status: number
  readonly x: number
  readonly y: number
  readonly z: number
}

/** Largest Z of the E281A-4002: four bits. */
const SMALL_Z = 15

/** What the host is told of a touch with that status at a place of the converter's: swapped, checked, trimmed, calibrated, scaled as set. */
export function toldTouch(status: number, raw: Place, settings: TouchSettings): ToldTouch {
  const { reports, processing, calibration, scaling, axesSwapped } = settings
  const is = (bit: number): boolean => (processing & bit) !== 0
  const at = axesSwapped ? { x: raw.y, y: raw.x } : raw
  const told = (name: 'x' | 'y'): number => {
    const inside = is(PROCESSING.trim) ? trimmed(calibration[name], at[name]) : at[name]
    const value = is(PROCESSING.calibration) ? calibrated(calibration[name], inside) : at[name]
    return is(PROCESSING.scaling) ? scaled(scaling[name], value) : value
  }
  // Range checking needs calibration to be on, and so does trimming.
  const beyond = isBeyond(calibration.x, at.x) || isBeyond(calibration.y, at.y)
  const isOut = beyond && is(PROCESSING.calibration) && (reports & TOUCH.outOfRange) !== 0
  const z = is(PROCESSING.scaling) ? scaling.z.offset + scaling.z.numerator : calibration.z.numerator
  return { status: isOut ? status | TOUCH.outOfRange : status, x: told('x'), y: told('y'), z }
}

/** The bytes of a touch in the format that is set. */
export function touchBytes(touch: ToldTouch, { emulation, key }: TouchSettings): Uint8Array {
  const [flag, format] = emulation
  const tells = flag === 0x31
  const isRelease = (touch.status & TOUCH.release) !== 0
  const z = tells && isRelease ? 0 : SMALL_Z
  const mark = isRelease ? 'U' : 'T'
  const { x, y } = touch
  switch (format) {
    case 0x30:
      return Uint8Array.from(fourBytes(x, y))
    case 0x31:
      return Buffer.from(`\r\n${decimal(x)} ${decimal(y)}${tells ? ` ${mark}` : ''}`, 'latin1')
    case 0x32:
      return Uint8Array.of(tells && isRelease ? 0x81 : 0x01, x >> 4, y >> 4)
    case 0x33:
      return Buffer.from(`${hexadecimal(x)},${hexadecimal(y)}${tells ? `,${mark}` : ''}\r\n`, 'latin1')
    case 0x36:
      return Uint8Array.from([...fourBytes(x, y), 0, z])
    case 0x37:
      return Buffer.from(`\r\n${decimal(x)} ${decimal(y)} ${decimal(z)}`, 'latin1')
    default:
      return touchPacket(touch.status, touch, key)
  }
}

function fourBytes(x: number, y: number): number[] {
  return [0xc0 | ((x >> 6) & 0x3f), 0x80 | (x & 0x3f), 0x40 | ((y >> 6) & 0x3f), y & 0x3f]
}

function decimal(value: number): string {
  return String(value).padStart(4, '0')
}

function hexadecimal(value: number): string {
  return ((value >> 4) & 0xff).toString(16).toUpperCase().padStart(2, '0')
}
