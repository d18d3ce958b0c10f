/** Lamp and light of the light I/O board, as Firmata sets them. A pin that is wired to a switch stays an input, whatever the host wants. */
import { PIN_MODE } from './firmata.ts'
import { isAnalogue, isSwitch, LAMP, LIGHT } from './io-board-pins.ts'

/** What the host has set. */
export class BoardOutputs {
  #lamp = { isOutput: false, on: false }
  #light: { readonly mode: number; readonly value: number } = { mode: PIN_MODE.input, value: 0 }

  get lamp(): boolean {
    return this.#lamp.isOutput && this.#lamp.on
  }

  /** 0 is off, 255 on. */
  get light(): number {
    return this.#light.mode === PIN_MODE.input ? 0 : this.#light.value
  }

  /** As after a start. */
  reset(): void {
    this.#lamp = { isOutput: false, on: false }
    this.#light = { mode: PIN_MODE.input, value: 0 }
  }

  /** Off; each pin's mode stays. */
  switchOff(): void {
    this.#lamp.on = false
    this.#light = { mode: this.#light.mode, value: 0 }
  }

  setMode(pin: number, mode: number): void {
    if (pin === LAMP) this.#lamp = { isOutput: mode === PIN_MODE.output, on: false }
    const known = mode === PIN_MODE.output || mode === PIN_MODE.pwm
    if (pin === LIGHT) this.#light = { mode: known ? mode : PIN_MODE.input, value: 0 }
  }

  write(pin: number, on: boolean): void {
    if (pin === LAMP && this.#lamp.isOutput) this.#lamp.on = on
    if (pin === LIGHT && this.#light.mode === PIN_MODE.output) this.#setLight(on ? 255 : 0)
  }

  dim(pin: number, value: number): void {
    if (pin === LIGHT && this.#light.mode === PIN_MODE.pwm) this.#setLight(Math.min(255, value))
  }

  /** Mode and value of any pin, as Firmata tells them. */
  stateOf(pin: number): readonly [mode: number, value: number] {
    if (isSwitch(pin)) return [PIN_MODE.pullUp, 1]
    if (isAnalogue(pin)) return [PIN_MODE.analogue, 0]
    if (pin === LAMP && this.#lamp.isOutput) return [PIN_MODE.output, this.#lamp.on ? 1 : 0]
    if (pin !== LIGHT) return [PIN_MODE.input, 0]
    const { mode, value } = this.#light
    return [mode, mode === PIN_MODE.output ? Math.min(1, value) : value]
  }

  #setLight(value: number): void {
    this.#light = { mode: this.#light.mode, value }
  }
}
