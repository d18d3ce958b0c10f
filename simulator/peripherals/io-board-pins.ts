/** The pins of an ATmega328P as the I/O board wires them, and what Firmata says of them. Wiring: docs/io-board.md. */
import { PIN_MODE, SYSEX, sysexMessage } from './firmata.ts'

/** 0 and 1 are the serial line's own. */
export const PINS = 20
export const PORTS = 3
export const LIGHT = 11
export const LAMP = 13
export const CHANNELS = 3
const FIRST_SWITCH = 2
const SWITCHES_END = 8
const FIRST_ANALOGUE = 14
const NO_ANALOG_CHANNEL = 127
const END_OF_PIN = 0x7f

/** The answer to what all pins can do. */
export function capabilitiesMessage(): Uint8Array {
  return sysexMessage(SYSEX.capabilityResponse, forEachPin(capabilities).flat())
}

/** The answer to which pins have an analogue channel. */
export function analogueMappingMessage(): Uint8Array {
  const channels = forEachPin((pin) => (isAnalogue(pin) ? pin - FIRST_ANALOGUE : NO_ANALOG_CHANNEL))
  return sysexMessage(SYSEX.analogMappingResponse, channels)
}

export function isSwitch(pin: number): boolean {
  return pin >= FIRST_SWITCH && pin < SWITCHES_END
}

export function isAnalogue(pin: number): boolean {
  return pin >= FIRST_ANALOGUE && pin < FIRST_ANALOGUE + CHANNELS
}

/** Modes of a pin, each with its number of bits, and the end of the pin. */
function capabilities(pin: number): number[] {
  if (isSwitch(pin)) return [PIN_MODE.input, 1, PIN_MODE.pullUp, 1, END_OF_PIN]
  if (isAnalogue(pin)) return [PIN_MODE.analogue, 10, END_OF_PIN]
  if (pin === LIGHT) return [PIN_MODE.output, 1, PIN_MODE.pwm, 8, END_OF_PIN]
  return pin === LAMP ? [PIN_MODE.output, 1, END_OF_PIN] : [END_OF_PIN]
}

function forEachPin<T>(give: (pin: number) => T): T[] {
  return Array.from({ length: PINS }, (_, pin) => give(pin))
}
