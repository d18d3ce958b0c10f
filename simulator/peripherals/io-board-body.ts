/** What hands and eyes have of an I/O board, whatever drives it: two keys, a case, a ballot box, a seal, voltages, a lamp, a buzzer. */

/** Bits of the pins 2 to 7. Switches close to ground: keys when they are turned, tamper switches while all is well, so that a cut wire looks open. */
export const SWITCH = {
  executive: 1 << 2,
  supervisory: 1 << 3,
  case: 1 << 4,
  box: 1 << 5,
  seal: 1 << 6,
  slip: 1 << 7,
} as const

const ALL_SWITCHES = 0xfc

/** So long a slip takes to fall through the slot. */
const SLIP_MS = 200

/** What is measured: millivolts at the battery and at the supply, degrees Celsius. */
export interface Measured {
  readonly batteryMv: number
  readonly supplyMv: number
  readonly celsius: number
}

/** What the outputs do. */
export interface Shown {
  readonly lamp: boolean
  /** 0 is dark, 255 bright. */
  readonly light: number
  readonly buzzer: boolean
}

const DARK: Shown = { lamp: false, light: 0, buzzer: false }

/** A board on a table. Keys are off, case, box and seal closed, and its power good when it is made. */
export abstract class IoBoardBody {
  #grounded: number = SWITCH.case | SWITCH.box | SWITCH.seal
  #measured: Measured = { batteryMv: 12_600, supplyMv: 12_000, celsius: 25 }
  #shown = DARK
  #isSlotBlocked = false
  readonly #lampListeners: ((on: boolean) => void)[] = []

  /** A switch or something measured is another now. */
  protected abstract changed(): void
  /** Waits so many milliseconds of the board's clock. */
  protected abstract after(ms: number): Promise<void>
  /** The board's power was away for a moment. */
  abstract powerCycle(): void
  /** Its power is gone for good: no timer of it runs any more. */
  abstract switchOff(): void

  /** Turns one of the two key switches. Throws when it is turned so already. */
  turnKey(key: 'executive' | 'supervisory', on: boolean): void {
    this.#switch(SWITCH[key], on, `the ${key} key`)
  }

  /** Is that key turned on? */
  isKeyOn(key: 'executive' | 'supervisory'): boolean {
    return (this.#grounded & SWITCH[key]) !== 0
  }

  isCaseOpen(): boolean {
    return (this.#grounded & SWITCH.case) === 0
  }

  /** Opens the case. Throws when it is open. */
  openCase(): void {
    this.#switch(SWITCH.case, false, 'the case')
  }

  /** Closes the case. Throws when it is closed. */
  closeCase(): void {
    this.#switch(SWITCH.case, true, 'the case')
  }

  /** Opens the ballot box. Throws when it is open. */
  openBox(): void {
    this.#switch(SWITCH.box, false, 'the ballot box')
  }

  /** Closes the ballot box. Throws when it is closed. */
  closeBox(): void {
    this.#switch(SWITCH.box, true, 'the ballot box')
  }

  /** Cuts the loop of the seal. Throws when it is cut. */
  cutSeal(): void {
    this.#switch(SWITCH.seal, false, 'the seal')
  }

  /** Puts on a new seal. Throws when there is a whole one. */
  mendSeal(): void {
    this.#switch(SWITCH.seal, true, 'the seal')
  }

  /** Something is stuck in the slot of the ballot box: what falls stays on top of it, until it is taken away. */
  blockSlot(isBlocked: boolean): void {
    this.#isSlotBlocked = isBlocked
  }

  /** A slip falls into the box. Resolves when it is through; throws while another one falls. */
  async passSlip(): Promise<void> {
    if (this.#isSlotBlocked) return
    this.#switch(SWITCH.slip, true, 'the slot')
    await this.after(SLIP_MS)
    this.#switch(SWITCH.slip, false, 'the slot')
  }

  /** What is measured is another from now on. */
  measure(measured: Partial<Measured>): void {
    this.#measured = { ...this.#measured, ...measured }
    this.changed()
  }

  /** Is the lamp lit? */
  lamp(): boolean {
    return this.#shown.lamp
  }

  /** Calls back each time the lamp goes on or off. */
  onLamp(listener: (on: boolean) => void): void {
    this.#lampListeners.push(listener)
  }

  /** How bright the status light is, 0 to 255. */
  light(): number {
    return this.#shown.light
  }

  isSounding(): boolean {
    return this.#shown.buzzer
  }

  /** Levels of the pins 2 to 7, in their bits. */
  protected get levels(): number {
    return ALL_SWITCHES & ~this.#grounded
  }

  protected get measured(): Measured {
    return this.#measured
  }

  /** The outputs do this from now on. */
  protected show(shown: Shown): void {
    const before = this.#shown
    this.#shown = shown
    if (shown.lamp !== before.lamp) for (const listener of this.#lampListeners) listener(shown.lamp)
  }

  #switch(bit: number, closed: boolean, what: string): void {
    if (((this.#grounded & bit) !== 0) === closed) throw new Error(`${what} is so already`)
    this.#grounded ^= bit
    this.changed()
  }
}
