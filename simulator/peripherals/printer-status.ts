/** What a printer says of itself, bit by bit (Epson ESC/POS command reference, DLE EOT, GS a and GS r). */

/** What stops a printer. Several may at once. */
export type PrinterError = 'mechanical' | 'cutter' | 'overheated' | 'broken'

/**
 * What there is to say. A mechanical or cutter error stays until the host asks to go on (DLE ENQ); an overheated head prints on when it
 * has cooled; a broken printer is mended by its maker.
 */
export interface PrinterState {
  readonly coverOpen: boolean
  readonly paper: 'enough' | 'low' | 'out'
  readonly errors: readonly PrinterError[]
}

/** Fixed bits: 0xx1xx10 for DLE EOT, 0xx1xx00 for the first byte of an automatic status. */
const REAL_TIME_FIXED = 0x12
const AUTOMATIC_FIXED = 0x10

/** The same bits in DLE EOT 3 and in the second byte of an automatic status. */
const ERROR_BITS = { mechanical: 0x04, cutter: 0x08, overheated: 0x40, broken: 0x20 } as const

function errorBits({ errors }: PrinterState): number {
  return errors.reduce((bits, error) => bits | ERROR_BITS[error], 0)
}

/** A printer that is open, has no paper or is in error takes no commands but real-time ones. */
export function isOnline({ coverOpen, paper, errors }: PrinterState): boolean {
  return !coverOpen && paper !== 'out' && errors.length === 0
}

/** The byte that answers `10 04 n`, n from 1 to 4. */
export function realTimeStatus(state: PrinterState, n: number): number {
  const { coverOpen, paper, errors } = state
  switch (n) {
    case 1:
      return REAL_TIME_FIXED | (isOnline(state) ? 0 : 0x08)
    case 2:
      return (
        REAL_TIME_FIXED |
        (coverOpen ? 0x04 : 0) |
        (paper === 'out' ? 0x20 : 0) |
        (errors.length === 0 ? 0 : 0x40)
      )
    case 3:
      return REAL_TIME_FIXED | errorBits(state)
    default:
      return REAL_TIME_FIXED | (paper === 'enough' ? 0 : 0x0c) | (paper === 'out' ? 0x60 : 0)
  }
}

/** The paper sensors as GS r 1 and the third byte of an automatic status tell them. */
export function paperStatus({ paper }: PrinterState): number {
  return (paper === 'enough' ? 0 : 0x03) | (paper === 'out' ? 0x0c : 0)
}

/** The four bytes of an automatic status. */
export function automaticStatus(state: PrinterState): Uint8Array {
  const printer = AUTOMATIC_FIXED | (isOnline(state) ? 0 : 0x08) | (state.coverOpen ? 0x20 : 0)
  return Uint8Array.of(printer, errorBits(state), paperStatus(state), 0)
}

/** What `GS a` n asks to be told of: bit 1 online or offline (the cover too), bit 2 errors, bit 3 the paper sensors. */
export function isReported(mask: number, before: PrinterState, after: PrinterState): boolean {
  const online = before.coverOpen !== after.coverOpen || isOnline(before) !== isOnline(after)
  return (
    ((mask & 0x02) !== 0 && online) ||
    ((mask & 0x04) !== 0 && errorBits(before) !== errorBits(after)) ||
    ((mask & 0x08) !== 0 && before.paper !== after.paper)
  )
}
