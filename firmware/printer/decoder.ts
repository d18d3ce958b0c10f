/**
 * ESC/POS, from the printer to the host:
 * ```
 * 0xx1xx10                one status byte, in answer to 10 04 n
 * 0xx1xx00 0xx0xxxx 0xx0xxxx 0xx0xxxx   an automatic status, when something has changed (GS a)
 * 37 22 d1 d2 d3 d4 00    everything before process request d1..d4 is on paper
 * 37 25 00                the buffer is clear
 * ```
 * XON and XOFF (11, 13) may stand anywhere, even inside an answer; they are taken out before (paced-transport.ts).
 */
import type { FrameFormat, Scan } from '../link/framer.ts'

/** What may come from the printer. */
export type PrinterFrame =
  | { readonly is: 'status'; readonly byte: number }
  | { readonly is: 'automatic-status'; readonly status: PrinterStatus }
  | { readonly is: 'process'; readonly process: number }
  | { readonly is: 'cleared' }

/** How the printer is, from its four status bytes. */
export interface PrinterStatus {
  readonly offline: boolean
  readonly coverOpen: boolean
  readonly paperEnd: boolean
  readonly paperNearEnd: boolean
  readonly error: 'none' | 'recoverable' | 'mechanical' | 'cutter' | 'unrecoverable'
}

/** Why a printer would not print. */
export type PrinterCondition =
  | 'cover-open'
  | 'paper-end'
  | 'recoverable-error'
  | 'mechanical-error'
  | 'cutter-error'
  | 'unrecoverable-error'
  | 'offline'

const AUTOMATIC_LENGTH = 4
const PROCESS_LENGTH = 7
const CLEARED_LENGTH = 3

/** How answers are found in the printer's stream. */
export const printerFormat: FrameFormat<PrinterFrame> = { maxLength: PROCESS_LENGTH, scan }

function scan(bytes: Uint8Array): Scan<PrinterFrame> {
  const [first = 0, second] = bytes
  if ((first & 0x93) === 0x12) return { is: 'frame', frame: { is: 'status', byte: first }, length: 1 }
  if ((first & 0x93) === 0x10) return scanAutomatic(bytes)
  if (first !== 0x37) return { is: 'noise' }
  if (second === undefined) return { is: 'incomplete' }
  if (second === 0x25) return scanCleared(bytes)
  if (second !== 0x22) return { is: 'noise' }
  const id = bytes.subarray(2, 6)
  // Only the letters that our requests use; anything else is no answer to us.
  if (id.some((byte) => byte < 0x40 || byte > 0x4f)) return { is: 'noise' }
  if (bytes.length < PROCESS_LENGTH) return { is: 'incomplete' }
  if (bytes[6] !== 0x00) return { is: 'noise' }
  const process = id.reduce((sum, byte) => (sum << 4) | (byte & 0x0f), 0)
  return { is: 'frame', frame: { is: 'process', process }, length: PROCESS_LENGTH }
}

function scanAutomatic(bytes: Uint8Array): Scan<PrinterFrame> {
  const tail = bytes.subarray(1, AUTOMATIC_LENGTH)
  if (tail.some((byte) => (byte & 0x90) !== 0)) return { is: 'noise' }
  if (bytes.length < AUTOMATIC_LENGTH) return { is: 'incomplete' }
  const [printer = 0, error = 0, paper = 0] = bytes
  const status: PrinterStatus = {
    offline: (printer & 0x08) !== 0,
    coverOpen: (printer & 0x20) !== 0,
    paperEnd: (paper & 0x0c) !== 0,
    paperNearEnd: (paper & 0x03) !== 0,
    error: errorOf(0, error),
  }
  return { is: 'frame', frame: { is: 'automatic-status', status }, length: AUTOMATIC_LENGTH }
}

function scanCleared(bytes: Uint8Array): Scan<PrinterFrame> {
  if (bytes.length < CLEARED_LENGTH) return { is: 'incomplete' }
  return bytes[2] === 0x00
    ? { is: 'frame', frame: { is: 'cleared' }, length: CLEARED_LENGTH }
    : { is: 'noise' }
}

/** Reads the four status bytes (Epson: DLE EOT n, n = 1 to 4). */
export function statusOf(printer: number, offline: number, error: number, paper: number): PrinterStatus {
  return {
    offline: (printer & 0x08) !== 0,
    coverOpen: (offline & 0x04) !== 0,
    paperEnd: (offline & 0x20) !== 0 || (paper & 0x60) !== 0,
    paperNearEnd: (paper & 0x0c) !== 0,
    error: errorOf(offline, error),
  }
}

function errorOf(offline: number, error: number): PrinterStatus['error'] {
  if ((error & 0x20) !== 0) return 'unrecoverable'
  if ((error & 0x08) !== 0) return 'cutter'
  if ((error & 0x04) !== 0) return 'mechanical'
  // Bit 6 of status 2 says "some error"; one that status 3 does not name is told as one that can be cleared.
  return (error & 0x40) !== 0 || (offline & 0x40) !== 0 ? 'recoverable' : 'none'
}

/** What keeps a printer in this status from printing, the first thing that a person can mend; undefined when nothing does. */
export function conditionOf(status: PrinterStatus): PrinterCondition | undefined {
  if (status.coverOpen) return 'cover-open'
  if (status.paperEnd) return 'paper-end'
  if (status.error !== 'none') return `${status.error}-error`
  return status.offline ? 'offline' : undefined
}
