/** A virtual I/O board: a microcontroller that speaks Firmata, two key switches, a tamper switch and a lamp. */
import type { Clock } from '../../core/ports.ts'
import type { PeripheralLine } from '../lines/peripheral-line.ts'
import {
  digitalMessage,
  type FirmataInput,
  FirmataReader,
  PIN_MODE,
  SYSEX,
  sevenBitPairs,
  sysexMessage,
  versionMessage,
} from './firmata.ts'

/**
 * Where everything is wired. Switches close to ground: a turned key reads low, and so does the tamper switch while the closed
 * case presses it, so that a cut wire looks like an open case.
 */
const PIN = { executive: 2, supervisory: 3, tamper: 4, lamp: 13 } as const

/** Pins of an ATmega328P board; 0 and 1 are the serial line's own. */
const PINS = 20
const FIRST_PIN = 2
const PORTS = Math.ceil(PINS / 8)

const FIRMWARE = { major: 1, minor: 0, name: 'sandogh-io' } as const
const NO_ANALOG_CHANNEL = 127

interface Pin {
  mode: number
  /** What was last written, or 1 for an input with its pull-up on. */
  state: number
  /** A closed switch pulls the pin to ground. */
  grounded: boolean
}

/** One board. Keys are off and the case is closed when it is made. */
export class VirtualIoBoard {
  readonly #line: PeripheralLine
  readonly #reader = new FirmataReader()
  readonly #pins: Pin[] = Array.from({ length: PINS }, (_, number) => ({
    mode: PIN_MODE.input,
    state: 0,
    grounded: number === PIN.tamper,
  }))
  readonly #reported = new Map<number, number>()
  readonly #lampListeners: ((on: boolean) => void)[] = []
  #lampWas = false

  constructor({ line }: { readonly line: PeripheralLine; readonly clock: Clock }) {
    this.#line = line
    line.onData((bytes) => {
      for (const input of this.#reader.feed(bytes)) this.#execute(input)
    })
    // Opening the line resets such a board, and it says who it is as soon as it runs.
    line.onOpen(() => {
      this.#reader.reset()
      this.#reset()
      this.#line.write(versionMessage())
      this.#reportFirmware()
    })
  }

  /** Turns one of the two key switches. Throws when it is turned so already. */
  turnKey(key: 'executive' | 'supervisory', on: boolean): void {
    this.#switch(PIN[key], on, `the ${key} key`)
  }

  /** Is that key turned on? */
  isKeyOn(key: 'executive' | 'supervisory'): boolean {
    return this.#pins[PIN[key]]?.grounded === true
  }

  isCaseOpen(): boolean {
    return this.#pins[PIN.tamper]?.grounded === false
  }

  /** Opens the case. Throws when it is open. */
  openCase(): void {
    this.#switch(PIN.tamper, false, 'the case')
  }

  /** Closes the case. Throws when it is closed. */
  closeCase(): void {
    this.#switch(PIN.tamper, true, 'the case')
  }

  /** Is the lamp lit? */
  lamp(): boolean {
    const pin = this.#pins[PIN.lamp]
    return pin !== undefined && pin.mode === PIN_MODE.output && pin.state === 1
  }

  /** The board's power was away: the lamp is dark until somebody sets it up anew. */
  powerCycle(): void {
    this.#reader.reset()
    this.#reset()
  }

  /** Calls back each time the lamp goes on or off. */
  onLamp(listener: (on: boolean) => void): void {
    this.#lampListeners.push(listener)
  }

  #switch(number: number, closed: boolean, what: string): void {
    const pin = this.#pins[number]
    if (pin === undefined || pin.grounded === closed) throw new Error(`${what} is so already`)
    pin.grounded = closed
    this.#reportChanges()
  }

  #execute(input: FirmataInput): void {
    switch (input.is) {
      case 'version':
        this.#line.write(versionMessage())
        return
      case 'reset':
        this.#reset()
        return
      case 'mode':
        this.#setMode(input.pin, input.mode)
        break
      case 'write-pin':
        this.#writePin(input.pin, input.value)
        break
      case 'write-port':
        for (let bit = 0; bit < 8; bit += 1) this.#writePin(8 * input.port + bit, (input.bits >> bit) & 1)
        break
      case 'report-port':
        if (input.port >= PORTS) return
        this.#reported.delete(input.port)
        if (input.on) this.#reported.set(input.port, Number.NaN)
        break
      case 'sysex':
        this.#answer(input.command, input.data)
        return
    }
    this.#reportChanges()
    this.#tellLamp()
  }

  #reset(): void {
    for (const pin of this.#pins) Object.assign(pin, { mode: PIN_MODE.input, state: 0 })
    this.#reported.clear()
    this.#tellLamp()
  }

  #setMode(number: number, mode: number): void {
    const pin = this.#usable(number)
    const known = mode === PIN_MODE.input || mode === PIN_MODE.output || mode === PIN_MODE.pullUp
    if (pin === undefined || !known) return
    pin.mode = mode
    pin.state = mode === PIN_MODE.pullUp ? 1 : 0
  }

  /** Writing 1 to an input switches its pull-up on, and writing 0 to one does nothing, as in the common Firmata firmware. */
  #writePin(number: number, value: number): void {
    const pin = this.#usable(number)
    if (pin !== undefined && (pin.mode === PIN_MODE.output || value !== 0)) pin.state = value === 0 ? 0 : 1
  }

  #usable(number: number): Pin | undefined {
    return number < FIRST_PIN ? undefined : this.#pins[number]
  }

  #answer(command: number, data: Uint8Array): void {
    switch (command) {
      case SYSEX.reportFirmware:
        this.#reportFirmware()
        return
      case SYSEX.capabilityQuery: {
        const modes = [PIN_MODE.input, 1, PIN_MODE.output, 1, PIN_MODE.pullUp, 1]
        const pins = this.#pins.flatMap((_, number) => (number < FIRST_PIN ? [0x7f] : [...modes, 0x7f]))
        this.#line.write(sysexMessage(SYSEX.capabilityResponse, pins))
        return
      }
      case SYSEX.analogMappingQuery:
        this.#line.write(
          sysexMessage(
            SYSEX.analogMappingResponse,
            this.#pins.map(() => NO_ANALOG_CHANNEL),
          ),
        )
        return
      case SYSEX.pinStateQuery: {
        const [number = 0] = data
        const pin = this.#pins[number]
        if (pin !== undefined)
          this.#line.write(sysexMessage(SYSEX.pinStateResponse, [number, pin.mode, pin.state]))
        return
      }
      // The sampling interval is taken, but this board has no analogue input to sample; what it does not know it ignores.
      default:
    }
  }

  #reportFirmware(): void {
    const name = sevenBitPairs(FIRMWARE.name)
    this.#line.write(sysexMessage(SYSEX.reportFirmware, [FIRMWARE.major, FIRMWARE.minor, ...name]))
  }

  /** Sends each port that the host wants to know of and does not know as it is now. */
  #reportChanges(): void {
    for (const [port, known] of this.#reported) {
      const bits = this.#levels(port)
      if (bits === known) continue
      this.#reported.set(port, bits)
      this.#line.write(digitalMessage(port, bits))
    }
  }

  /** The levels of a port's inputs. Without its pull-up an input floats, and is read as low here. */
  #levels(port: number): number {
    let bits = 0
    for (let bit = 0; bit < 8; bit += 1) {
      const pin = this.#pins[8 * port + bit]
      if (pin === undefined || pin.mode === PIN_MODE.output) continue
      if (pin.state === 1 && !pin.grounded) bits |= 1 << bit
    }
    return bits
  }

  #tellLamp(): void {
    const on = this.lamp()
    if (on === this.#lampWas) return
    this.#lampWas = on
    for (const listener of this.#lampListeners) listener(on)
  }
}
