/**
 * ESC/POS, from the host to the printer:
 * ```
 * 10 14 08 01 03 14 01 06 02 08  clear the buffer at once (DLE DC4, function 8); answered 37 25 00
 * 1B 40                          start afresh
 * 1D 61 0E                       tell by itself of online and offline, errors, paper (GS a, bits 1 to 3)
 * 1D 76 30 00 xL xH yL yH data   raster: x bytes a row, y rows (GS v 0)
 * 1D 28 6B pL pH 31 fn ...       QR code (GS ( k)
 * 1B 64 n                        feed n lines
 * 1D 56 42 n                     feed to the knife and n dots more, cut (GS V, function B)
 * 10 04 n                        status n, answered at once (DLE EOT)
 * 1D 28 48 06 00 30 30 d1..d4    answer with d1..d4 once all before it is printed (GS ( H, function 48)
 * ```
 * Source: Epson ESC/POS command reference.
 */
import { concatBytes } from '../../core/keys/hash.ts'
import type { Bitmap, PrintBlock, PrintDocument } from './document.ts'

/**
 * Forget everything received and not printed. Obeyed at once, even in the middle of a picture whose sender died: whatever comes next
 * would otherwise be taken for the rest of it, {@link INITIALIZE} too. Nothing may be sent before the answer (Epson, DLE DC4, fn 8). If the
 * line breaks within this very command, its first bytes may be taken for dots or for lines to feed: on a slip that is void already.
 */
export const CLEAR_BUFFER: Uint8Array = Uint8Array.of(
  0x10,
  0x14,
  0x08,
  0x01,
  0x03,
  0x14,
  0x01,
  0x06,
  0x02,
  0x08,
)

/** Start afresh, and tell at once when cover, paper or an error stop the printing: a slip that stops is known within milliseconds. */
export const INITIALIZE: Uint8Array = Uint8Array.of(0x1b, 0x40, 0x1d, 0x61, 0x0e)

/**
 * Go on after a jam or a cutter error that a person has mended, and forget what was still to be printed. Never DLE ENQ 1, which prints on: the
 * rest of a ballot would come out after its voter was told that it is void.
 */
export const RECOVER: Uint8Array = Uint8Array.of(0x10, 0x05, 0x02)

/** Rows of one raster command: printers with little memory take no more. */
const BAND_ROWS = 128
/** Side of one QR module in dots: half a millimetre at 203 dots to the inch, and a version 25 code fits the paper. */
const QR_MODULE_DOTS = 4
/** Bytes in the largest QR code at correction level M (ISO/IEC 18004, table 7). */
const QR_CAPACITY = 2331

const DLE = 0x10
/** EOT, ENQ and DC4: behind a DLE they are commands that the printer obeys even in the middle of a picture. */
const REAL_TIME = [0x04, 0x05, 0x14]

/**
 * A document as bytes, {@link INITIALIZE} first, so that nothing left in the printer's buffer gets onto this paper. In parts, the bands of its
 * pictures and its other blocks, behind each of which a proof can be asked for.
 */
export function encodeDocument(document: PrintDocument): readonly Uint8Array[] {
  return [INITIALIZE, ...document.blocks.flatMap(encodeBlock)]
}

/**
 * Feeds the paper past the knife and cuts it, {@link INITIALIZE} first: a printer takes a cut at the beginning of a line only (Epson, GS V),
 * and a byte of noise is a character that waits in its line.
 */
export function encodeCut(): Uint8Array {
  return concatBytes(INITIALIZE, Uint8Array.of(0x1d, 0x56, 0x42, 0x00))
}

/** Asks for status 1 to 4. */
export function encodeStatusRequest(status: 1 | 2 | 3 | 4): Uint8Array {
  return Uint8Array.of(DLE, 0x04, status)
}

/** Asks the printer to answer with `process` (0 to 65535) when everything sent before is on paper. */
export function encodeProcessRequest(process: number): Uint8Array {
  return Uint8Array.of(0x1d, 0x28, 0x48, 0x06, 0x00, 0x30, 0x30, ...processBytes(process))
}

/**
 * The four characters of a process number: `@` to `O`, one for each half byte. Allowed is any of 20 to 7E; these have bit 4 clear,
 * so that no piece of a torn answer looks like a status byte, which has it set.
 */
export function processBytes(process: number): Uint8Array {
  if (!Number.isInteger(process) || process < 0 || process > 0xffff) throw new Error('a process is 16 bits')
  return Uint8Array.from([12, 8, 4, 0], (shift) => 0x40 | ((process >> shift) & 0x0f))
}

function encodeBlock(block: PrintBlock): readonly Uint8Array[] {
  switch (block.kind) {
    case 'raster':
      return encodeRaster(block.bitmap)
    case 'qr':
      return [encodeQr(block.text)]
    case 'feed':
      if (!Number.isInteger(block.lines) || block.lines < 1 || block.lines > 255) {
        throw new Error('1 to 255 lines can be fed')
      }
      return [Uint8Array.of(0x1b, 0x64, block.lines)]
  }
}

/** A picture in bands of 128 rows, free of real-time commands. Throws if the bitmap contradicts itself. */
export function encodeRaster(bitmap: Bitmap): readonly Uint8Array[] {
  const { widthDots, heightDots, rows } = bitmap
  const rowBytes = widthDots / 8
  if (!Number.isInteger(rowBytes) || rowBytes < 1 || rowBytes > 0xff) {
    throw new Error('a width in whole bytes, 2040 dots at most')
  }
  if (rows.length !== rowBytes * heightDots) throw new Error('a bitmap of another size than it says')
  const bands: Uint8Array[] = []
  for (let top = 0; top < heightDots; top += BAND_ROWS) {
    const data = rows.subarray(top * rowBytes, (top + BAND_ROWS) * rowBytes)
    // Bands are at most 128 rows and rows at most 255 bytes: the high bytes are 0, and no header ends in a DLE.
    const header = Uint8Array.of(0x1d, 0x76, 0x30, 0x00, rowBytes, 0x00, data.length / rowBytes, 0x00)
    bands.push(concatBytes(header, breakRealTimeCommands(data)))
  }
  return bands
}

/**
 * The data of one band without the byte pairs that a printer would obey as real-time commands. In each DLE (`00010000`) with EOT,
 * ENQ or DC4 behind it, the dot to the right of the black one turns black too (`00011000`): a stroke one dot wider at that
 * place, on the paper 0.125 mm. The new byte is none of the five, so no new pair arises.
 */
export function breakRealTimeCommands(data: Uint8Array): Uint8Array {
  return data.map((byte, i) => (byte === DLE && REAL_TIME.includes(data[i + 1] ?? 0) ? byte | 0x08 : byte))
}

/** The printer's own QR code, model 2, correction M. Throws unless the text is printable ASCII and fits. */
function encodeQr(text: string): Uint8Array {
  if (!/^[\x20-\x7e]+$/.test(text)) throw new Error('a QR code of printable ASCII only')
  if (text.length > QR_CAPACITY) throw new Error(`a QR code of ${QR_CAPACITY} characters at most`)
  const data = new TextEncoder().encode(text)
  return concatBytes(
    Uint8Array.of(0x1b, 0x61, 0x01), // ESC a: centred, for the quiet zone at both sides
    qrFunction(0x41, Uint8Array.of(0x32, 0x00)), // 65: model 2
    qrFunction(0x43, Uint8Array.of(QR_MODULE_DOTS)), // 67: module size
    qrFunction(0x45, Uint8Array.of(0x31)), // 69: correction M
    qrFunction(0x50, Uint8Array.of(0x30, ...data)), // 80: store
    qrFunction(0x51, Uint8Array.of(0x30)), // 81: print
    Uint8Array.of(0x1b, 0x61, 0x00),
  )
}

/** Sizes of 0410 and 0510 put DLE EOT and DLE ENQ into this header: the 31 behind them makes neither a command (n is 1 to 4, 0 to 2). */
function qrFunction(code: number, parameters: Uint8Array): Uint8Array {
  const size = parameters.length + 2
  return Uint8Array.of(0x1d, 0x28, 0x6b, size & 0xff, size >> 8, 0x31, code, ...parameters)
}
