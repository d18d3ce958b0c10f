/**
 * The I/O board's pins, as wired on the ATmega328P. Inputs have the pull-up on and their switches go to ground, so an active input
 * reads LOW; a cut wire reads HIGH.
 * ```
 *  2  in   executive officer's key switch    LOW: key turned
 *  3  in   supervisory officer's key switch  LOW: key turned
 *  4  in   chassis tamper switch             LOW: chassis closed; HIGH: open, or the wire is cut
 * 13  out  lamp                              HIGH: lit
 * ```
 */
export const PINS = { executiveKey: 2, supervisoryKey: 3, chassisTamper: 4, lamp: 13 } as const
