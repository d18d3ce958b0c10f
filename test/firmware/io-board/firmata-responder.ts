import { STATE, statusMessage } from '../../../simulator/peripherals/io-board-report.ts'
import { ScriptedLine } from '../scripted-line.ts'

const [CHASSIS, BALLOT_BOX, SEAL, LAMP] = [4, 5, 6, 13]
const CLOSED: readonly number[] = [BALLOT_BOX, SEAL]

/** What a Firmata board of 20 pins does, as firmata/protocol 2.5 (`protocol.md`) writes it down, and with our own messages. */
export class FirmataResponder {
  readonly line: ScriptedLine
  /** Mode by pin, as set by `F4 pin mode`. */
  readonly modes = new Map<number, number>()
  /** Output bits by port, as set by `90 | port`. */
  readonly outputs = new Map<number, number>()
  /** Levels of the input pins: the pull-ups hold them high. */
  readonly levels = new Map<number, 0 | 1>()
  /** How often a tamper switch opened; bits 2 to 4 of those that did. */
  openings = 0
  latched = 0
  /** The seconds that each feed was for. */
  readonly feeds: number[] = []
  /** Whether it was fed since it started. */
  fed = false
  /** Says nothing any more. */
  mute = false
  #pending: number[] = []

  constructor(lows: readonly number[] = []) {
    for (let pin = 0; pin < 20; pin += 1)
      this.levels.set(pin, lows.includes(pin) || CLOSED.includes(pin) ? 0 : 1)
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

  /** Pin 13, of port 1, is an output and on. */
  get isLit(): boolean {
    return this.modes.get(LAMP) === 1 && ((this.outputs.get(1) ?? 0) & (1 << 5)) !== 0
  }

  /** Sets an input and tells of it. */
  set(pin: number, level: 0 | 1): void {
    const opened = level === 1 && this.levels.get(pin) === 0 && pin >= CHASSIS && pin <= SEAL
    this.levels.set(pin, level)
    if (opened) {
      this.openings += 1
      this.latched |= 1 << (pin - 2)
    }
    this.line.say(this.status(0))
  }

  /** What it says of itself. */
  status(number: number): Uint8Array {
    const low = (pin: number) => this.levels.get(pin) === 0
    const inputs = [low(2), low(3), !low(CHASSIS), !low(BALLOT_BOX), !low(SEAL)]
    return statusMessage({
      number,
      inputs: inputs.reduce((all, bit, i) => all | (Number(bit) << i), 0),
      latched: this.latched,
      state: (this.fed ? STATE.fed : 0) | (this.isLit ? STATE.lit : 0),
      lapses: 0,
      openings: this.openings,
      slips: 0,
      batteryMv: 12_000,
      supplyMv: 12_000,
      temperature: 1_250,
    })
  }

  /** Takes one whole command and gives the answer to it, perhaps none; undefined when no command is whole. */
  #take(): number[] | undefined {
    const [command = 0, first = 0, second = 0] = this.#pending
    const length = this.#lengthOf(command)
    if (length === 0 || this.#pending.length < length) return undefined
    const message = this.#pending.slice(0, length)
    this.#pending = this.#pending.slice(length)
    if (command === 0xf4) this.modes.set(first, second)
    if ((command & 0xf0) === 0x90) this.outputs.set(command & 0x0f, first | (second << 7))
    if (command === 0xf0 && first === 0x01) return this.#obey(second, message.slice(3))
    if (command === 0xf0 && first === 0x6b) return [0xf0, 0x6c, ...this.#capabilities(), 0xf7]
    if (command === 0xf0 && first === 0x69) {
      const channels = Array.from({ length: 20 }, (_, pin) => (pin < 14 ? 0x7f : pin - 14))
      return [0xf0, 0x6a, ...channels, 0xf7]
    }
    return []
  }

  #obey(kind: number, [number = 0, ...data]: readonly number[]): number[] {
    if (kind === 2) {
      this.fed = true
      this.feeds.push(data[0] ?? 0)
    }
    const known = data.slice(0, 4).reduceRight((all, byte) => all * 128 + byte, 0)
    if (kind === 4 && known === this.openings) this.latched &= this.status(0)[4] ?? 0
    return [...this.status(number)]
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
}
