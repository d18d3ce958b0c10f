/**
 * What a SmartSet controller can be told to be: each setting with the packet that sets it and the one that answers a query for it, the same
 * bytes both ways (manual, chapter 6). Pure: what a setting then does is the controller's.
 */
import { ERROR, type ErrorDigit, TOUCH, word } from './smartset.ts'
import {
  type Axes,
  type Axis,
  type AxisName,
  calibrationOf,
  scalingOf,
  signed,
  UNCHANGED,
  usable,
} from './touch-axes.ts'

export interface TouchSettings {
  /** First mode byte: which touches are reported, and range checking. */
  readonly reports: number
  /** Second mode byte, {@link PROCESSING}. */
  readonly processing: number
  /** Interface, baud and frame, and how it talks. */
  readonly parameters: readonly [number, number, number]
  /** Tens of milliseconds before a release is believed, and between two packets. */
  readonly untouchDelay: number
  readonly repeatDelay: number
  /** Samples, window, states and drive of the filter. */
  readonly filter: readonly [number, number, number, number]
  /** Whether a format of another controller tells touch from release, and that format, both in ASCII. */
  readonly emulation: readonly [number, number]
  readonly key: number
  /** What is not told by itself, {@link QUIET}. */
  readonly quiet: number
  readonly timer: { readonly isOn: boolean; readonly isContinuous: boolean; readonly interval: number }
  readonly calibration: Axes
  readonly axesSwapped: boolean
  readonly scaling: Axes
}

/** Bits of the second mode byte (page 91). */
export const PROCESSING = { trim: 0x02, calibration: 0x04, scaling: 0x08, tracking: 0x40 } as const

/** Bits of the quiet mask (page 98). */
export const QUIET = { everything: 0x01, timer: 0x02, touches: 0x04 } as const

/** Bits of the second serial byte (page 96). */
export const SERIAL = { checksum: 0x01, xonXoff: 0x02, echo: 0x80 } as const

/** AccuTouch, as in every packet that names the kind of touchscreen, and the serial interface. */
export const ACCUTOUCH = 0x30
export const SERIAL_INTERFACE = 0x30

/** Bit 7 of the first mode byte is reserved and always 1; bit 4 is only answered. */
const MODE_RESERVED = 0x80

/** An E271-2210 as it leaves the factory, 9600 8N1 with hardware handshake. */
export const FACTORY: TouchSettings = {
  reports: MODE_RESERVED | TOUCH.first | TOUCH.stream | TOUCH.release,
  processing: 0,
  parameters: [SERIAL_INTERFACE, 0x05, 0x04],
  untouchDelay: 0,
  repeatDelay: 2,
  filter: [4, 32, 8, 0x91],
  emulation: [0x30, 0x34],
  key: 0,
  quiet: 0,
  timer: { isOn: false, isContinuous: false, interval: 100 },
  calibration: UNCHANGED,
  axesSwapped: false,
  scaling: UNCHANGED,
}

/** The letters of a mode packet for terminals (page 92): bits of the first and of the second mode byte. */
const MODE_LETTERS: Readonly<Record<string, readonly [number, number]>> = {
  I: [TOUCH.first, 0],
  S: [TOUCH.stream, 0],
  U: [TOUCH.release, 0],
  T: [0, PROCESSING.tracking],
  P: [TOUCH.outOfRange, PROCESSING.trim | PROCESSING.calibration],
  C: [0, PROCESSING.calibration],
  M: [0, PROCESSING.scaling],
  B: [TOUCH.outOfRange, 0],
}

/** The data of the answer to a query for a setting, by the query's letter; undefined when that letter asks for none, or for no such axis. */
export function settingOf(letter: string, data: Uint8Array, settings: TouchSettings): number[] | undefined {
  switch (letter) {
    case 'b':
      return [settings.untouchDelay, settings.repeatDelay]
    case 'c':
      return data[0] === 0x53 || data[0] === 0x73
        ? [0x53, settings.axesSwapped ? 1 : 0]
        : axisData(settings.calibration, data)
    case 'e':
      return [...settings.emulation]
    case 'f':
      return [ACCUTOUCH, ...settings.filter]
    case 'h': {
      const { isOn, isContinuous, interval } = settings.timer
      return [isOn ? 1 : 0, isContinuous ? 1 : 0, ...word(interval)]
    }
    case 'k':
      return [settings.key]
    case 'm':
      return [0, settings.reports, settings.processing]
    case 'p':
      return [...settings.parameters]
    case 'q':
      return [settings.quiet]
    case 's':
      return axisData(settings.scaling, data)
    default:
      return undefined
  }
}

function axisData(axes: Axes, [letter = 0]: Uint8Array): number[] | undefined {
  const name = axisName(letter)
  if (name === undefined) return undefined
  const { offset, numerator, denominator } = axes[name]
  return [name.charCodeAt(0), ...word(offset), ...word(numerator), ...word(denominator)]
}

function axisName(letter: number): AxisName | undefined {
  const name = String.fromCharCode(letter).toLowerCase()
  return name === 'x' || name === 'y' || name === 'z' ? name : undefined
}

/** The settings after a command that sets one, by its letter, or why the controller does not take it. */
export function settingsAfter(
  letter: string,
  data: Uint8Array,
  settings: TouchSettings,
): TouchSettings | ErrorDigit {
  const [d1 = 0, d2 = 0, d3 = 0, d4 = 0, d5 = 0] = data
  switch (letter) {
    case 'B':
      return d1 > 15 ? ERROR.badPacket : { ...settings, untouchDelay: d1, repeatDelay: d2 }
    case 'C':
      if (d1 === 0x53) return { ...settings, axesSwapped: (d2 & 1) === 1 }
      return withAxis(settings, 'calibration', data)
    case 'E':
      return withEmulation(settings, d1, d2)
    case 'F':
      // The kind of touchscreen is the jumpers'.
      return d2 === 0 || d3 === 0 || d4 === 0 ? ERROR.badPacket : { ...settings, filter: [d2, d3, d4, d5] }
    case 'H':
      return {
        ...settings,
        timer: { isOn: (d1 & 1) === 1, isContinuous: (d2 & 1) === 1, interval: d3 | (d4 << 8) },
      }
    case 'K':
      return { ...settings, key: d1 }
    case 'M':
      return { ...settings, ...(d1 === 0 ? binaryMode(d2, d3) : lettersMode(data)) }
    case 'P': {
      // It takes how it talks, not at which speed and in which frame: the far end of this line would not follow.
      const [io, serial] = settings.parameters
      return d1 !== io || d2 !== serial ? ERROR.badSerialSetup : { ...settings, parameters: [d1, d2, d3] }
    }
    case 'Q':
      return { ...settings, quiet: d1 & (QUIET.everything | QUIET.timer | QUIET.touches) }
    case 'S':
      return withAxis(settings, 'scaling', data)
    default:
      return ERROR.illegalCommand
  }
}

/** An axis in capitals is given by its two points, one in small letters in the controller's own form. */
function withAxis(
  settings: TouchSettings,
  of: 'calibration' | 'scaling',
  data: Uint8Array,
): TouchSettings | ErrorDigit {
  const view = new DataView(data.buffer, data.byteOffset, data.length)
  const name = axisName(view.getUint8(0))
  if (name === undefined) return ERROR.badPacket
  // Calibration points are of the converter and never below zero; scaling points are the host's.
  const first = of === 'calibration' ? view.getUint16(1, true) : view.getInt16(1, true)
  const second = of === 'calibration' ? view.getUint16(3, true) : view.getInt16(3, true)
  const third = view.getInt16(5, true)
  const own = view.getUint8(0) === name.charCodeAt(0)
  const axis: Axis | undefined = own
    ? usable({ offset: first, numerator: signed(second), denominator: third })
    : of === 'calibration'
      ? calibrationOf(name, first, second)
      : scalingOf(name, first, second)
  if (axis === undefined) return ERROR.divideByZero
  return { ...settings, [of]: { ...settings[of], [name]: axis } }
}

/** Formats 0 to 7, in ASCII or not. */
function withEmulation(settings: TouchSettings, flag: number, format: number): TouchSettings | ErrorDigit {
  const ascii = format < 8 ? format + 0x30 : format
  const isFlag = flag === 0x30 || flag === 0x31
  return isFlag && ascii >= 0x30 && ascii <= 0x37
    ? { ...settings, emulation: [flag, ascii] }
    : ERROR.badPacket
}

function binaryMode(reports: number, processing: number): Pick<TouchSettings, 'reports' | 'processing'> {
  const reported = TOUCH.first | TOUCH.stream | TOUCH.release | TOUCH.outOfRange
  const done = PROCESSING.trim | PROCESSING.calibration | PROCESSING.scaling | PROCESSING.tracking
  return { reports: (reports & reported) | MODE_RESERVED, processing: processing & done }
}

/** Everything off, then what each letter puts on; a letter that means nothing ends the string. */
function lettersMode(data: Uint8Array): Pick<TouchSettings, 'reports' | 'processing'> {
  let [reports, processing] = [MODE_RESERVED, 0]
  for (const code of data) {
    const bits = MODE_LETTERS[String.fromCharCode(code)]
    if (bits === undefined) break
    reports |= bits[0]
    processing |= bits[1]
  }
  return { reports, processing }
}
