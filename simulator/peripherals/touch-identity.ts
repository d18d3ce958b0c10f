/** What a SmartSet controller says of itself that no command changes (manual, pages 79, 83, 85 to 87, 94). */
import { ACCUTOUCH, SERIAL_INTERFACE } from './touch-settings.ts'

/** The tests that can fail, by bit of the diagnostics packet (page 79). */
export const TESTS = { id: 0, cpu: 1, rom: 2, ram: 3, nvram: 4, drive: 5, expansion: 6 } as const
export const ALL_TESTS = 0x7f

/** The queries whose answers are the whole configuration. */
export const CONFIGURATION: readonly (readonly [query: string, axis?: string])[] = [
  ['b'],
  ['c', 'x'],
  ['c', 'y'],
  ['c', 'z'],
  ['c', 'S'],
  ['e'],
  ['f'],
  ['h'],
  ['k'],
  ['m'],
  ['p'],
  ['q'],
  ['s', 'x'],
  ['s', 'y'],
  ['s', 'z'],
]

/** Resistive, serial, no features, firmware 1.4, so many packets of configuration, model E271-2210 (page 85). */
export const IDENTITY = [ACCUTOUCH, SERIAL_INTERFACE, 0x00, 0x04, 0x01, CONFIGURATION.length, 0x01]

/**
 * Jumpers as shipped (pages 86, 87): AccuTouch, serial, 9600 baud, hardware handshake, binary. The third and fourth byte are on a page that
 * could not be read: taken for streaming, and set up by the jumpers.
 */
export const JUMPERS = [ACCUTOUCH, SERIAL_INTERFACE, 0x30, 0x30, 0x05, 0x31, 0x31]

/** Who had it made (page 94). */
export const OWNER = [...Buffer.from('EloInc.', 'ascii')]
