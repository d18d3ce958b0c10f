/** The part of a virtual printer's firmware that draws QR symbols. */
import { encodeQR } from 'qr'
import { layOut, PAPER_DOTS, type PaperRow } from './printer-paper.ts'

/** Dots of one module, and the correction level: 0 L, 1 M, 2 Q, 3 H. */
export interface QrSettings {
  readonly dots: number
  readonly level: number
}

/** After power-on and ESC @: modules of three dots, level L. */
export const DEFAULT_QR: QrSettings = { dots: 3, level: 0 }

const LEVELS = ['low', 'medium', 'quartile', 'high'] as const

/**
 * The rows of a symbol, without a quiet zone, which the host leaves. A symbol that does not fit across the paper, or data that no
 * symbol holds, prints nothing, as on the real printer.
 */
export function qrRows(
  data: Uint8Array,
  { dots, level }: QrSettings,
  side: 'left' | 'centre' | 'right',
): PaperRow[] {
  const modules = symbolOf(data, LEVELS[level] ?? 'low')
  if (modules === undefined || modules.length * dots > PAPER_DOTS) return []
  const size = modules.length
  const dot = (x: number, y: number): boolean => modules[y]?.[x] === true
  const rows = layOut({ width: size, rows: size, dot }, { x: dots, y: dots }, side)
  // The text counts as printed once the last row is out.
  return rows.map(({ dots: row }, y) =>
    y === rows.length - 1 ? { dots: row, qrText: new TextDecoder().decode(data) } : { dots: row },
  )
}

function symbolOf(data: Uint8Array, ecc: (typeof LEVELS)[number]): boolean[][] | undefined {
  const text = Buffer.from(data).toString('latin1')
  const isAscii = data.every((byte) => byte < 0x80)
  try {
    const bordered = isAscii
      ? encodeQR(text, 'raw', { ecc, border: 1 })
      : // Other bytes go into the symbol as they came.
        encodeQR(text, 'raw', { ecc, border: 1, encoding: 'byte', textEncoder: () => data })
    // The library draws at least one module of border.
    return bordered.slice(1, -1).map((row) => row.slice(1, -1))
  } catch {
    return undefined
  }
}
