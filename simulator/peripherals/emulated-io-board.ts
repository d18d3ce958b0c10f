/**
 * The I/O board with its real firmware: the committed .hex file in an emulated chip, in the time of the clock that it is given.
 *
 * The chip may run ahead of the clock, by what it takes to hear and answer a message: the line is what takes time. So a line in a held
 * virtual clock is answered too. It never falls behind.
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { EEPROMMemoryBackend } from 'avr8js'
import type { Clock, Timer } from '../../core/ports.ts'
import { Atmega328p, CYCLES_PER_MS, EEPROM_BYTES, FLASH_BYTES, type RESET_CAUSE } from '../avr/atmega328p.ts'
import { readIntelHex } from '../avr/intel-hex.ts'
import type { PeripheralLine } from '../lines/peripheral-line.ts'
import { IoBoardBody } from './io-board-body.ts'

/** The firmware as it is released. */
export const RELEASED_HEX = fileURLToPath(
  new URL('../../firmware/io-board/avr/sandogh-io.hex', import.meta.url),
)

/** Outputs, by their bit of port B. */
const BUZZER = 0
const LIGHT = 3
const LAMP = 5
/** Battery and supply come divided by three, in volts; a TMP36 gives 500 mV at 0 °C and 10 mV a degree. */
const DIVIDER = 3

/** No message takes longer to answer, nor a start: some 300 bytes. */
const AHEAD_AT_MOST = 100 * CYCLES_PER_MS

export class EmulatedIoBoard extends IoBoardBody {
  readonly #line: PeripheralLine
  readonly #clock: Clock
  readonly #flash: Uint8Array
  readonly #eeprom = new EEPROMMemoryBackend(EEPROM_BYTES)
  #chip: Atmega328p
  /** When the chip's present run began, by the clock. */
  #began: number
  #timer: Timer | undefined
  #isOff = false
  #said: number[] = []

  /** @param hex another file than the released firmware */
  constructor(parts: { readonly line: PeripheralLine; readonly clock: Clock; readonly hex?: string }) {
    super()
    this.#line = parts.line
    this.#clock = parts.clock
    this.#flash = readIntelHex(readFileSync(parts.hex ?? RELEASED_HEX, 'latin1'), FLASH_BYTES)
    this.#began = parts.clock.elapsed()
    this.#chip = this.#make('power')
    this.#go()
    parts.line.onData((bytes) => {
      this.#catchUp()
      this.#chip.receive(bytes)
      this.#go()
    })
    // The line's DTR is wired to the chip's reset.
    parts.line.onOpen(() => this.#restart('line'))
  }

  powerCycle(): void {
    this.#catchUp()
    this.#restart('power')
  }

  switchOff(): void {
    this.#isOff = true
    this.#timer?.cancel()
  }

  /** The chip's program runs off, as after a spike: only its own watchdog can help. */
  runOff(): void {
    this.#catchUp()
    this.#chip.runOff()
    this.#go()
  }

  protected changed(): void {
    this.#catchUp()
    this.#wire(this.#chip)
    this.#go()
  }

  protected after(ms: number): Promise<void> {
    return new Promise((resolve) => this.#clock.after(ms, resolve))
  }

  #make(cause: keyof typeof RESET_CAUSE): Atmega328p {
    const chip = new Atmega328p(this.#flash, this.#eeprom, cause, (byte) => this.#said.push(byte))
    this.#wire(chip)
    return chip
  }

  #wire(chip: Atmega328p): void {
    const { batteryMv, supplyMv, celsius } = this.measured
    chip.setLevels(this.levels)
    chip.setVoltage(0, batteryMv / DIVIDER / 1_000)
    chip.setVoltage(1, supplyMv / DIVIDER / 1_000)
    chip.setVoltage(2, 0.5 + celsius / 100)
  }

  #restart(cause: keyof typeof RESET_CAUSE): void {
    this.#said = []
    this.#began = this.#clock.elapsed()
    this.#chip = this.#make(cause)
    this.#go()
  }

  /** Everything that the chip does up to now. */
  #catchUp(): void {
    if (this.#isOff) return
    const now = () => (this.#clock.elapsed() - this.#began) * CYCLES_PER_MS
    do this.#chip.run(now())
    while (this.#resetIfEnded())
  }

  /** Lets the chip answer, tells what it said and shows, and comes back when it has something to do. */
  #go(): void {
    if (this.#isOff) return
    do this.#chip.run(this.#chip.cycles + AHEAD_AT_MOST, () => this.#chip.isQuiet)
    while (this.#resetIfEnded())
    this.#tell()
    this.#plan()
  }

  /** The chip's watchdog has ended its run: the next begins where that ended. */
  #resetIfEnded(): boolean {
    if (!this.#chip.hasEnded) return false
    this.#began += this.#chip.cycles / CYCLES_PER_MS
    this.#chip = this.#make('watchdog')
    return true
  }

  #tell(): void {
    const said = this.#said
    this.#said = []
    if (said.length > 0) this.#line.write(Uint8Array.from(said))
    const chip = this.#chip
    this.show({ lamp: chip.output(LAMP) > 0, light: chip.output(LIGHT), buzzer: chip.output(BUZZER) > 0 })
  }

  #plan(): void {
    this.#timer?.cancel()
    const due = this.#began + this.#chip.nextEvent / CYCLES_PER_MS
    this.#timer = this.#clock.after(Math.max(0, due - this.#clock.elapsed()), () => {
      this.#catchUp()
      this.#go()
    })
  }
}
