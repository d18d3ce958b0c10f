/** The line of one peripheral of a device in virtual time, at the speed that the device opens it with. */
import { BAUD, type PeripheralName } from '../device-agent/ballot/peripherals.ts'
import { inProcessLine } from '../simulator/lines/in-process.ts'
import type { VirtualClock } from '../simulator/virtual-clock.ts'

/** CCID over serial has a parity bit (GemPC Twin); everything else is 8N1. */
export const BITS_PER_BYTE: Readonly<Record<PeripheralName, number>> = {
  touchscreen: 10,
  'card-reader': 11,
  printer: 10,
  'io-board': 10,
  display: 10,
}

/** Bytes take their time on it, but for the I/O board's: johnny-five knows only real time, so virtual time waits for the board's bytes. */
export function virtualLine(name: PeripheralName, clock: VirtualClock) {
  const [baudRate, bitsPerByte] = [BAUD[name], BITS_PER_BYTE[name]]
  if (name !== 'io-board') return inProcessLine({ clock, baudRate, bitsPerByte, paced: true })
  return inProcessLine({ clock, baudRate, bitsPerByte, paced: false, hold: () => clock.hold() })
}
