/** A slip beside its bytes: what it takes to make them, how long the wire takes for them, and when the printer's proof is back. */
import { connectPrinter, type Printer } from '../../firmware/printer/driver.ts'
import { encodeDocument } from '../../firmware/printer/encoder.ts'
import { inProcessLine } from '../../simulator/lines/in-process.ts'
import { VirtualPrinter } from '../../simulator/peripherals/printer.ts'
import { VirtualClock } from '../../simulator/virtual-clock.ts'
import { installedFontFiles, measureWith, registerFonts } from '../../ui/fonts.ts'
import { slipDocument } from '../../ui/paper/document.ts'
import { slipForm } from '../../ui/paper/slip.ts'
import { demonstrationSlips } from '../oracles/slip/packages.ts'
import { quantile } from './table.ts'

const TIMES = 50
const BAUD = 115_200
/** Start bit, eight data bits, stop bit. */
const BITS_A_BYTE = 10
/** 150 mm a second at 8 dots a millimetre. */
const DOTS_A_MS = 1.2

/** Milliseconds; the wire and the printer in virtual time, which is exact. */
export interface SlipTime {
  readonly bytes: number
  /** Drawing and encoding, real time of this machine. */
  readonly makeMs: number
  /** The bytes on the wire at 115200, 8N1. */
  readonly wireMs: number
  /** So much paper at 150 mm a second. */
  readonly paperMs: number
  /** From the order to print to the printer's proof. */
  readonly proofMs: number
}

/** Measures the demonstration's longest slip. */
export async function measureSlip(): Promise<SlipTime> {
  const fonts = registerFonts(installedFontFiles())
  const { definition, votes } = demonstrationSlips()
  const form = slipForm(definition, measureWith(fonts))
  const vote = votes.toSorted((a, b) => b.codes.flat().length - a.codes.flat().length)[0]
  if (vote === undefined) throw new Error('no votes')
  const make = () => slipDocument(form, vote.contests, vote.ballot, fonts)
  const makeMs = Array.from({ length: TIMES }, () => {
    const begun = performance.now()
    encodeDocument(make())
    return performance.now() - begun
  })
  const document = make()
  const { printed, height } = await print((printer) => printer.print(document))
  const bytes = encodeDocument(document).reduce((sum, part) => sum + part.length, 0)
  return {
    bytes,
    makeMs: quantile(makeMs, 0.5),
    wireMs: (bytes * BITS_A_BYTE * 1000) / BAUD,
    paperMs: height / DOTS_A_MS,
    proofMs: printed,
  }
}

async function print(order: (printer: Printer) => Promise<{ readonly is: string }>) {
  const clock = new VirtualClock(0)
  const { open, plug } = inProcessLine({ clock, baudRate: BAUD, paced: true })
  const paper = new VirtualPrinter({ line: plug, clock })
  const logger = { info: () => {}, warn: () => {}, error: () => {} }
  return clock.run(
    (async () => {
      const connected = await connectPrinter({ open, clock, logger, baudRate: BAUD, firstProcess: 0 })
      if (!connected.ok) throw new Error(connected.error.what)
      const begun = clock.now()
      const outcome = await order(connected.value)
      if (outcome.is !== 'printed') throw new Error(`the slip is ${outcome.is}`)
      const printed = clock.now() - begun
      const height = paper.hanging()?.height ?? 0
      connected.value.close()
      return { printed, height }
    })(),
  )
}
