import { ASK, ownMessage } from '../../../simulator/peripherals/io-board-report.ts'

/** Asks a board for its status and changes nothing of it. The agent never does: it feeds the board, which answers with one. */
export function encodeStatusQuery(number: number): Uint8Array {
  return ownMessage(ASK.status, [number])
}
