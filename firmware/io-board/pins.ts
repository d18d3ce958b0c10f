/** The outputs as wired on the ATmega328P; everything that comes in is told by the firmware's own messages (status.ts). Wiring: docs/io-board.md. */
export const PINS = { lamp: 13 } as const
