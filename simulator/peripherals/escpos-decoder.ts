/** Reads ESC/POS as a printer does (Epson ESC/POS command reference): commands and characters, in their order. */
import type { TextStyle } from './printer-text.ts'
import { CLEAR_TAIL, DC4, DLE, ENQ, EOT } from './real-time-watcher.ts'

interface Scale {
  readonly x: 1 | 2
  readonly y: 1 | 2
}

/** A command that waits its turn. */
export type PrinterCommand =
  | { readonly is: 'initialise' }
  | { readonly is: 'justify'; readonly side: 'left' | 'centre' | 'right' }
  | { readonly is: 'line-spacing'; readonly dots: number }
  | { readonly is: 'feed-lines'; readonly lines: number }
  | { readonly is: 'feed-dots'; readonly dots: number }
  /** One row of a picture: rows are taken as they come, for no printer's buffer holds a picture. */
  | {
      readonly is: 'raster-row'
      /** How often each dot is repeated across and down. */
      readonly scale: Scale
      readonly data: Uint8Array
    }
  | { readonly is: 'qr-model'; readonly model: number }
  | { readonly is: 'qr-size'; readonly dots: number }
  | { readonly is: 'qr-correction'; readonly level: number }
  | { readonly is: 'qr-store'; readonly data: Uint8Array }
  | { readonly is: 'qr-print' }
  | { readonly is: 'cut'; readonly feedDots: number }
  | { readonly is: 'automatic-status'; readonly mask: number }
  | { readonly is: 'process-id'; readonly id: Uint8Array }
  | { readonly is: 'character'; readonly code: number }
  | { readonly is: 'tab' }
  | { readonly is: 'style'; readonly style: Partial<TextStyle> }
  | { readonly is: 'identity'; readonly of: number }
  | { readonly is: 'paper-status' }
  | { readonly is: 'drawer-status' }
  /** What this printer does not know. */
  | { readonly is: 'unknown'; readonly first: number }

const [ESC, GS, HT, LF, CR, NUL] = [0x1b, 0x1d, 0x09, 0x0a, 0x0d, 0x00] as const

/** Default line spacing, 1/6 inch in dots of 1/8 mm. */
export const LINE_DOTS = 30

/** Most bytes of one picture; a longer one is not a command of this printer. */
const RASTER_LIMIT = 1 << 20

/** A picture whose rows are still coming. */
interface OpenRaster {
  readonly scale: Scale
  readonly widthBytes: number
  readonly rows: number
}

/**
 * What stands at the start of some bytes: nothing whole yet, or a command (undefined: nothing to do) and its length; with `opens`, a
 * picture begins behind it.
 */
type Look =
  | 'more'
  | { readonly command: PrinterCommand | undefined; readonly length: number; readonly opens?: OpenRaster }

/** Takes commands in order. Never keeps more than one begun command, 65,540 bytes at most (`GS (` with the largest length). */
export class EscPosDecoder {
  #pending: Uint8Array = new Uint8Array(0)
  #raster: OpenRaster | undefined

  /** The commands that these bytes complete, each with the bytes it took. */
  feed(bytes: Uint8Array): PrinterCommand[] {
    let rest: Uint8Array = Buffer.concat([this.#pending, bytes])
    const commands: PrinterCommand[] = []
    while (rest.length > 0) {
      const look = this.#raster === undefined ? lookAt(rest) : lookAtRow(rest, this.#raster)
      if (look === 'more') break
      if (look.command !== undefined) commands.push(look.command)
      if (this.#raster !== undefined || look.opens !== undefined) this.#raster = look.opens
      rest = rest.subarray(look.length)
    }
    this.#pending = new Uint8Array(rest)
    return commands
  }

  /** Forgets a command that has begun. */
  reset(): void {
    this.#pending = new Uint8Array(0)
    this.#raster = undefined
  }
}

/** The next row of a picture that has begun; behind the last one commands are read again. */
function lookAtRow(bytes: Uint8Array, raster: OpenRaster): Look {
  const { widthBytes, scale, rows } = raster
  if (bytes.length < widthBytes) return 'more'
  const command: PrinterCommand = { is: 'raster-row', scale, data: bytes.slice(0, widthBytes) }
  const look = { command, length: widthBytes }
  return rows > 1 ? { ...look, opens: { ...raster, rows: rows - 1 } } : look
}

function lookAt(bytes: Uint8Array): Look {
  const [first = 0, second, third] = bytes
  if (first === NUL || first === CR) return nothing(1)
  if (first === LF) return found({ is: 'feed-lines', lines: 1 }, 1)
  if (first === HT) return found({ is: 'tab' }, 1)
  if (first >= 0x20) return found({ is: 'character', code: first }, 1)
  if (first !== ESC && first !== GS && first !== DLE) return unknown(first, 1)
  if (second === undefined) return 'more'
  if (first === DLE) return lookAtRealTime(second, third)
  return first === ESC ? lookAtEsc(second, third) : lookAtGs(bytes, second)
}

/** A real-time command in its turn was done already when it came in; here it is only skipped. */
function lookAtRealTime(second: number, third: number | undefined): Look {
  if (second !== EOT && second !== ENQ && second !== DC4) return unknown(DLE, 1)
  if (third === undefined) return 'more'
  if (second !== DC4) return nothing(3)
  return nothing(third === 8 ? 3 + CLEAR_TAIL.length : 5)
}

function lookAtEsc(second: number, n: number | undefined): Look {
  if (second === 0x40) return found({ is: 'initialise' }, 2)
  if (second === 0x32) return found({ is: 'line-spacing', dots: LINE_DOTS }, 2)
  const read = WITH_ONE_BYTE[second]
  if (read === undefined) return unknown(ESC, 2)
  if (n === undefined) return 'more'
  const command = read(n)
  return command === undefined ? unknown(ESC, 3) : found(command, 3)
}

/** ESC and a letter, with one byte behind: what it says, or undefined when that byte says nothing to this printer. */
const WITH_ONE_BYTE: Readonly<Record<number, (n: number) => PrinterCommand | undefined>> = {
  // !: all of a style at once.
  33: (n) => ({
    is: 'style',
    style: {
      font: (n & 0x01) === 0 ? 'a' : 'b',
      bold: (n & 0x08) !== 0,
      down: (n & 0x10) === 0 ? 1 : 2,
      across: (n & 0x20) === 0 ? 1 : 2,
      underline: (n & 0x80) === 0 ? 0 : 1,
    },
  }),
  45: (n) => {
    const underline = ([0, 1, 2] as const)[digit(n)]
    return underline === undefined ? undefined : { is: 'style', style: { underline } }
  },
  51: (n) => ({ is: 'line-spacing', dots: n }),
  69: (n) => ({ is: 'style', style: { bold: (n & 1) === 1 } }),
  74: (n) => ({ is: 'feed-dots', dots: n }),
  77: (n) => {
    const font = (['a', 'b'] as const)[digit(n)]
    return font === undefined ? undefined : { is: 'style', style: { font } }
  },
  97: (n) => {
    const side = (['left', 'centre', 'right'] as const)[digit(n)]
    return side === undefined ? undefined : { is: 'justify', side }
  },
  100: (n) => ({ is: 'feed-lines', lines: n }),
  // t: the code page that it has.
  116: (n) => (n === 0 ? { is: 'style', style: {} } : undefined),
}

/** A small number, which may stand there as its digit. */
function digit(n: number): number {
  return n >= 0x30 ? n - 0x30 : n
}

function lookAtGs(bytes: Uint8Array, second: number): Look {
  switch (second) {
    case 0x21:
      return lookAtSize(bytes[2])
    case 0x28:
      return lookAtExtended(bytes)
    case 0x49: {
      const of = bytes[2]
      return of === undefined ? 'more' : found({ is: 'identity', of }, 3)
    }
    case 0x56:
      return lookAtCut(bytes)
    case 0x61: {
      const mask = bytes[2]
      return mask === undefined ? 'more' : found({ is: 'automatic-status', mask }, 3)
    }
    case 0x72:
      return lookAtStatus(bytes[2])
    case 0x76:
      return lookAtRaster(bytes)
    default:
      return unknown(GS, 2)
  }
}

/** GS ! n: how often dots are repeated across (bits 4 to 6) and down (bits 0 to 2), one more than it says. */
function lookAtSize(n: number | undefined): Look {
  if (n === undefined) return 'more'
  if ((n & 0x88) !== 0) return unknown(GS, 3)
  return found({ is: 'style', style: { across: 1 + ((n >> 4) & 7), down: 1 + (n & 7) } }, 3)
}

/** GS r n: the paper sensors, or the pin of the drawer. */
function lookAtStatus(n: number | undefined): Look {
  if (n === undefined) return 'more'
  const is = (['', 'paper-status', 'drawer-status'] as const)[digit(n)]
  return is === undefined || is === '' ? unknown(GS, 3) : found({ is }, 3)
}

/** GS V: 0, 1 cut here; 65, 66 n feed to the cutter and n dots more. */
function lookAtCut(bytes: Uint8Array): Look {
  const [, , how, n] = bytes
  if (how === undefined) return 'more'
  if (how === 0 || how === 1 || how === 0x30 || how === 0x31) return found({ is: 'cut', feedDots: 0 }, 3)
  if (how !== 0x41 && how !== 0x42) return unknown(GS, 3)
  return n === undefined ? 'more' : found({ is: 'cut', feedDots: n }, 4)
}

/** GS v 0 m xL xH yL yH data. */
function lookAtRaster(bytes: Uint8Array): Look {
  if (bytes.length < 8) return bytes[2] === undefined || bytes[2] === 0x30 ? 'more' : unknown(GS, 3)
  const [, , letter, mode = 0, xl = 0, xh = 0, yl = 0, yh = 0] = bytes
  const scale = mode >= 0x30 ? mode - 0x30 : mode
  const [widthBytes, rows] = [xl | (xh << 8), yl | (yh << 8)]
  const size = widthBytes * rows
  if (letter !== 0x30 || scale > 3) return unknown(GS, 4)
  if (size === 0 || size > RASTER_LIMIT) return unknown(GS, 8)
  const [x, y] = [(scale & 1) === 1 ? 2 : 1, (scale & 2) === 2 ? 2 : 1] as const
  return { command: undefined, length: 8, opens: { scale: { x, y }, widthBytes, rows } }
}

/** GS ( letter pL pH and that many bytes. */
function lookAtExtended(bytes: Uint8Array): Look {
  if (bytes.length < 5) return 'more'
  const [, , letter, pl = 0, ph = 0] = bytes
  const length = 5 + (pl | (ph << 8))
  if (bytes.length < length) return 'more'
  const parameters = bytes.slice(5, length)
  const command =
    letter === 0x48 ? processId(parameters) : letter === 0x6b ? qrCommand(parameters) : undefined
  return command === undefined ? unknown(GS, length) : found(command, length)
}

/** Function 48: fn 30, m 30, four bytes from 20 to 7E. */
function processId(parameters: Uint8Array): PrinterCommand | undefined {
  const [fn, m] = parameters
  const id = parameters.subarray(2)
  if (parameters.length !== 6 || fn !== 0x30 || m !== 0x30) return undefined
  return id.every((byte) => byte >= 0x20 && byte <= 0x7e) ? { is: 'process-id', id } : undefined
}

/** QR functions: cn 31, then fn. */
function qrCommand(parameters: Uint8Array): PrinterCommand | undefined {
  const [cn, fn, n = 0, n2] = parameters
  const { length } = parameters
  if (cn !== 0x31) return undefined
  // 65: model 1 or 2 (31, 32), then 0. This printer draws model 2 only.
  if (fn === 0x41 && length === 4 && n === 0x32 && n2 === 0) return { is: 'qr-model', model: n }
  if (fn === 0x43 && length === 3 && n >= 1 && n <= 16) return { is: 'qr-size', dots: n }
  if (fn === 0x45 && length === 3 && n >= 0x30 && n <= 0x33) return { is: 'qr-correction', level: n - 0x30 }
  if (fn === 0x50 && length > 3 && n === 0x30) return { is: 'qr-store', data: parameters.slice(3) }
  if (fn === 0x51 && length === 3 && n === 0x30) return { is: 'qr-print' }
  return undefined
}

function found(command: PrinterCommand, length: number): Look {
  return { command, length }
}

function nothing(length: number): Look {
  return { command: undefined, length }
}

function unknown(first: number, length: number): Look {
  return found({ is: 'unknown', first }, length)
}
