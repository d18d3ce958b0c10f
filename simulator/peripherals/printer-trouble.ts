/**
 * What is wrong inside a virtual printer. Each trouble stands by itself: whatever mends one leaves the others, and a jam or a blocked knife
 * that hands have freed stops the printer until the host asks it to go on.
 */
import type { PrinterError } from './printer-status.ts'

export class PrinterTrouble {
  #paperJammed = false
  #knifeBlocked = false
  /** Errors that only a host's request or a new start ends, once their cause is gone. */
  readonly #latched = new Set<'mechanical' | 'cutter'>()
  #hot = false
  #broken = false

  /** The errors that the printer tells. */
  get errors(): readonly PrinterError[] {
    return [
      ...(['mechanical', 'cutter'] as const).filter((error) => this.#latched.has(error)),
      ...(this.#hot ? (['overheated'] as const) : []),
      ...(this.#broken ? (['broken'] as const) : []),
    ]
  }

  /** Whether paper or knife wait for a hand. */
  get isStuck(): boolean {
    return this.#paperJammed || this.#knifeBlocked
  }

  get isKnifeBlocked(): boolean {
    return this.#knifeBlocked
  }

  jamPaper(): void {
    if (this.#paperJammed) throw new Error('the paper is jammed already')
    this.#paperJammed = true
    this.#latched.add('mechanical')
  }

  blockKnife(): void {
    if (this.#knifeBlocked) throw new Error('the knife is blocked already')
    this.#knifeBlocked = true
  }

  /** The knife met something. */
  failToCut(): void {
    this.#latched.add('cutter')
  }

  free(): void {
    if (!this.isStuck) throw new Error('nothing is stuck')
    this.#paperJammed = false
    this.#knifeBlocked = false
  }

  overheat(): void {
    if (this.#hot) throw new Error('the head is hot already')
    this.#hot = true
  }

  coolDown(): void {
    if (!this.#hot) throw new Error('the head is not hot')
    this.#hot = false
  }

  breakDown(): void {
    if (this.#broken) throw new Error('the printer is broken already')
    this.#broken = true
  }

  /** Whether there is anything that a host's request to go on could end. */
  get waitsForHost(): boolean {
    return this.#latched.size > 0
  }

  /** The host asks to go on: what hands have freed is over. */
  goOn(): void {
    if (!this.#paperJammed) this.#latched.delete('mechanical')
    if (!this.#knifeBlocked) this.#latched.delete('cutter')
  }

  /** Switched on: what still jams the paper shows at once, what blocks the knife at the next cut. */
  start(): void {
    this.#latched.clear()
    if (this.#paperJammed) this.#latched.add('mechanical')
  }
}
