/** What a printer says of itself, bit by bit (Epson ESC/POS command reference, DLE EOT and GS a). */

/** What there is to say. */
export interface PrinterState {
  readonly coverOpen: boolean
  readonly paper: 'enough' | 'low' | 'out'
}

/** Fixed bits: 0xx1xx10 for DLE EOT, 0xx1xx00 for the first byte of an automatic status. */
const REAL_TIME_FIXED = 0x12
const AUTOMATIC_FIXED = 0x10

/** A printer that is open or has no paper takes no commands but real-time ones. */
export function isOnline({ coverOpen, paper }: PrinterState): boolean {
  return !coverOpen && paper !== 'out'
}

/** The byte that answers `10 04 n`, n from 1 to 4. */
export function realTimeStatus(state: PrinterState, n: number): number {
  const { coverOpen, paper } = state
  switch (n) {
    case 1:
      return REAL_TIME_FIXED | (isOnline(state) ? 0 : 0x08)
    case 2:
      return REAL_TIME_FIXED | (coverOpen ? 0x04 : 0) | (paper === 'out' ? 0x20 : 0)
    case 4:
      return REAL_TIME_FIXED | (paper === 'enough' ? 0 : 0x0c) | (paper === 'out' ? 0x60 : 0)
    default:
      // 3: mechanical, cutter and other errors, of which there are none.
      return REAL_TIME_FIXED
  }
}

/** The four bytes of an automatic status. */
export function automaticStatus(state: PrinterState): Uint8Array {
  const { coverOpen, paper } = state
  const printer = AUTOMATIC_FIXED | (isOnline(state) ? 0 : 0x08) | (coverOpen ? 0x20 : 0)
  const sensors = (paper === 'enough' ? 0 : 0x03) | (paper === 'out' ? 0x0c : 0)
  return Uint8Array.of(printer, 0, sensors, 0)
}
