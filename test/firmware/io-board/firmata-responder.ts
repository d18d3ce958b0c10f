import { ScriptedLine } from '../scripted-line.ts'

/** What a Firmata board of 20 pins does, as firmata/protocol 2.5 (`protocol.md`) writes it down. */
export class FirmataResponder {
  readonly line: ScriptedLine
  /** Mode by pin, as set by `F4 pin mode`. */
  readonly modes = new Map<number, number>()
  /** Output bits by port, as set by `90 | port`. */
  readonly outputs = new Map<number, number>()
  /** Levels of the input pins: the pull-ups hold them high. */
  readonly levels = new Map<number, 0 | 1>()
  /** Says nothing any more. */
  mute = false
  readonly #reported = new Set<number>()
  #pending: number[] = []

  constructor(lows: readonly number[] = []) {
    for (let pin = 0; pin < 20; pin += 1) this.levels.set(pin, lows.includes(pin) ? 0 : 1)
    this.line = new ScriptedLine((written) => {
      this.#pending.push(...written)
      for (let said = this.#take(); said !== undefined; said = this.#take()) {
        const bytes = Uint8Array.from(said)
        if (!this.mute) setImmediate(() => this.line.say(bytes))
      }
      return undefined
    })
  }

  /** Power-on: the board tells version and firmware by itself. */
  greet(): void {
    const name = [...'Sandogh'].flatMap((letter) => [letter.charCodeAt(0) & 0x7f, letter.charCodeAt(0) >> 7])
    this.line.say(Uint8Array.of(0xf9, 2, 5), Uint8Array.of(0xf0, 0x79, 1, 4, ...name, 0xf7))
  }

  /** Sets an input and reports its port if that was asked for. */
  set(pin: number, level: 0 | 1): void {
    this.levels.set(pin, level)
    if (this.#reported.has(pin >> 3)) this.line.say(Uint8Array.from(this.#port(pin >> 3)))
  }

  /** Takes one whole command and gives the answer to it, perhaps none; undefined when no command is whole. */
  #take(): number[] | undefined {
    const [command = 0, first = 0, second = 0] = this.#pending
    const length = this.#lengthOf(command)
    if (length === 0 || this.#pending.length < length) return undefined
    this.#pending = this.#pending.slice(length)
    if (command === 0xf4) this.modes.set(first, second)
    if ((command & 0xf0) === 0x90) this.outputs.set(command & 0x0f, first | (second << 7))
    if ((command & 0xf0) === 0xd0 && first === 1) {
      this.#reported.add(command & 0x0f)
      return this.#port(command & 0x0f)
    }
    if (command === 0xf0 && first === 0x6b) return [0xf0, 0x6c, ...this.#capabilities(), 0xf7]
    if (command === 0xf0 && first === 0x69) {
      const channels = Array.from({ length: 20 }, (_, pin) => (pin < 14 ? 0x7f : pin - 14))
      return [0xf0, 0x6a, ...channels, 0xf7]
    }
    return []
  }

  #lengthOf(command: number): number {
    if (this.#pending.length === 0) return 0
    if (command === 0xf0) return this.#pending.indexOf(0xf7) + 1
    if (command === 0xf9 || command === 0xff) return 1
    return (command & 0xf0) === 0xc0 || (command & 0xf0) === 0xd0 ? 2 : 3
  }

  /** Input, output and pull-up on every pin but the two of the serial line. */
  #capabilities(): number[] {
    return Array.from({ length: 20 }, (_, pin) => (pin < 2 ? [0x7f] : [0, 1, 1, 1, 0x0b, 1, 0x7f])).flat()
  }

  #port(port: number): number[] {
    const bits = Array.from({ length: 8 }, (_, i) => (this.levels.get(8 * port + i) ?? 0) << i)
    const value = bits.reduce((all, bit) => all | bit, 0)
    return [0x90 | port, value & 0x7f, value >> 7]
  }
}
