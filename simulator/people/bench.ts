/** The five virtual peripherals of one ballot device on a table, as a person stands before them. */
import type { Clock } from '../../core/ports.ts'
import type { PeripheralLine } from '../lines/peripheral-line.ts'
import { VirtualCardReader } from '../peripherals/card-reader.ts'
import { VirtualDisplay } from '../peripherals/display.ts'
import { EmulatedIoBoard } from '../peripherals/emulated-io-board.ts'
import { VirtualIoBoard } from '../peripherals/io-board.ts'
import type { IoBoardBody } from '../peripherals/io-board-body.ts'
import { VirtualPrinter } from '../peripherals/printer.ts'
import { type TouchEdges, VirtualTouchscreen } from '../peripherals/touchscreen.ts'

/** One line a peripheral. */
type PeripheralLines = Readonly<
  Record<'touchscreen' | 'card-reader' | 'printer' | 'io-board', PeripheralLine>
>

/** Its real firmware in an emulated chip, or the light board for crowds; one contract holds both to the same. */
type BoardKind = 'firmware' | 'light'

/** A bench. */
export interface Bench {
  readonly touchscreen: VirtualTouchscreen
  readonly reader: VirtualCardReader
  readonly printer: VirtualPrinter
  readonly board: IoBoardBody
  readonly display: VirtualDisplay
}

/** What a person looks at: whatever paints the device's screens and knows which of them is painted. */
export type Painting = Pick<VirtualDisplay, 'current' | 'onScreen' | 'waitFor'>

/** A bench as people use it, whose screens may be painted elsewhere: in a browser. */
export type WatchedBench = Omit<Bench, 'display'> & { readonly display: Painting }

/** A touch panel that does not sit straight, as none does: mirrored across, with margins. */
export const PANEL = { left: 3_900, right: 180, top: 150, bottom: 3_960 } satisfies TouchEdges

/** Puts the peripherals on their lines. */
export function setUpBench(
  lines: PeripheralLines & { readonly display: PeripheralLine },
  clock: Clock,
  calibration: TouchEdges,
  boardKind: BoardKind,
): Bench {
  return {
    ...setUpPeripherals(lines, clock, calibration, boardKind),
    display: new VirtualDisplay({ line: lines.display, clock }),
  }
}

/** Puts those on their lines that are no display. */
export function setUpPeripherals(
  lines: PeripheralLines,
  clock: Clock,
  calibration: TouchEdges,
  boardKind: BoardKind,
): Omit<Bench, 'display'> {
  const Board = boardKind === 'firmware' ? EmulatedIoBoard : VirtualIoBoard
  const printer = new VirtualPrinter({ line: lines.printer, clock })
  const board = new Board({ line: lines['io-board'], clock })
  // What is cut falls through the slot of the ballot box, past the board's sensor.
  printer.onDrop(({ by }) => {
    if (by === 'cutter') void board.passSlip()
  })
  return {
    touchscreen: new VirtualTouchscreen({ line: lines.touchscreen, clock, calibration }),
    reader: new VirtualCardReader({ line: lines['card-reader'], clock }),
    printer,
    board,
  }
}
