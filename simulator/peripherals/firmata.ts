/**
 * The board's side of Firmata 2.5 (github.com/firmata/protocol, protocol.md).
 *
 * ```
 * 90-9F port | bits 0-6 | bit 7        digital message       D0-DF port | 0 or 1   report this port
 * E0-EF channel | two bytes            analogue value        C0-CF channel | 0 or 1  sample this channel
 * F4 pin mode   F5 pin value   F9 ask or tell the version    FF reset
 * F0 command, data of seven bits each, F7                    a sysex message
 * ```
 */

/** Pin modes that this board knows. */
export const PIN_MODE = { input: 0x00, output: 0x01, analogue: 0x02, pwm: 0x03, pullUp: 0x0b } as const

/** Sysex commands of the core protocol. */
export const SYSEX = {
  analogMappingQuery: 0x69,
  analogMappingResponse: 0x6a,
  capabilityQuery: 0x6b,
  capabilityResponse: 0x6c,
  pinStateQuery: 0x6d,
  pinStateResponse: 0x6e,
  extendedAnalogue: 0x6f,
  reportFirmware: 0x79,
  samplingInterval: 0x7a,
} as const

/** What the host asks of the board. */
export type FirmataInput =
  | { readonly is: 'version' }
  | { readonly is: 'reset' }
  | { readonly is: 'mode'; readonly pin: number; readonly mode: number }
  | { readonly is: 'write-pin'; readonly pin: number; readonly value: number }
  | { readonly is: 'write-port'; readonly port: number; readonly bits: number }
  | { readonly is: 'report-port'; readonly port: number; readonly on: boolean }
  | { readonly is: 'write-analogue'; readonly pin: number; readonly value: number }
  | { readonly is: 'sample'; readonly channel: number; readonly on: boolean }
  | { readonly is: 'sysex'; readonly command: number; readonly data: Uint8Array }

/** Most bytes of a sysex message, as in the common firmware. */
const SYSEX_LIMIT = 64

/** The version message: protocol 2.5. */
export function versionMessage(): Uint8Array {
  return Uint8Array.of(0xf9, 2, 5)
}

/** All eight pins of a port; bit n is pin 8 * port + n. */
export function digitalMessage(port: number, bits: number): Uint8Array {
  return Uint8Array.of(0x90 | port, bits & 0x7f, bits >> 7)
}

/** What a channel was sampled as: ten bits. */
export function analogueMessage(channel: number, value: number): Uint8Array {
  return Uint8Array.of(0xe0 | channel, value & 0x7f, value >> 7)
}

/** A sysex message. Throws when a data byte has its eighth bit set. */
export function sysexMessage(command: number, data: readonly number[]): Uint8Array {
  if (data.some((byte) => byte > 0x7f)) throw new RangeError('sysex data has seven bits a byte')
  return Uint8Array.of(0xf0, command, ...data, 0xf7)
}

/** Text in pairs of seven bits, low half first. */
export function sevenBitPairs(text: string): number[] {
  return [...Buffer.from(text, 'latin1')].flatMap((byte) => [byte & 0x7f, byte >> 7])
}

/** Cuts the bytes that the host sends into messages. Data bytes outside a message are thrown away and counted. */
export class FirmataReader {
  #message: number[] = []
  /** How many bytes belonged to no message that this board knows. */
  strayBytes = 0

  /** The messages that these bytes complete. */
  feed(bytes: Uint8Array): FirmataInput[] {
    const inputs: FirmataInput[] = []
    for (const byte of bytes) {
      const input = this.#take(byte)
      if (input !== undefined) inputs.push(input)
    }
    return inputs
  }

  /** Forgets a message that has begun. */
  reset(): void {
    this.#message = []
  }

  #take(byte: number): FirmataInput | undefined {
    const begun = this.#message
    if (byte < 0x80 || (byte === 0xf7 && begun[0] === 0xf0)) {
      if (begun.length === 0 || begun.length >= SYSEX_LIMIT) {
        this.strayBytes += 1 + begun.length
        this.#message = []
        return undefined
      }
      begun.push(byte)
    } else {
      // Any command byte ends an unfinished message.
      this.strayBytes += begun.length
      this.#message = [byte]
    }
    if (!isComplete(this.#message)) return undefined
    const message = this.#message
    this.#message = []
    const input = decode(message)
    if (input === undefined) this.strayBytes += message.length
    return input
  }
}

/** The name of a one byte command, its channel taken off. */
function kindOf(first: number): number {
  return first < 0xf0 ? first & 0xf0 : first
}

function isComplete(message: readonly number[]): boolean {
  const [first = 0] = message
  switch (kindOf(first)) {
    case 0x90:
    case 0xe0:
    case 0xf4:
    case 0xf5:
      return message.length === 3
    case 0xc0:
    case 0xd0:
      return message.length === 2
    case 0xf0:
      return message.at(-1) === 0xf7
    default:
      return true
  }
}

function decode(message: readonly number[]): FirmataInput | undefined {
  const [first = 0, one = 0, two = 0] = message
  const channel = first & 0x0f
  switch (kindOf(first)) {
    case 0x90:
      return { is: 'write-port', port: channel, bits: one | (two << 7) }
    case 0xc0:
      return { is: 'sample', channel, on: one !== 0 }
    case 0xd0:
      return { is: 'report-port', port: channel, on: one !== 0 }
    case 0xe0:
      return { is: 'write-analogue', pin: channel, value: one | (two << 7) }
    case 0xf0:
      return message.length < 3
        ? undefined
        : { is: 'sysex', command: one, data: Uint8Array.from(message.slice(2, -1)) }
    case 0xf4:
      return { is: 'mode', pin: one, mode: two }
    case 0xf5:
      return { is: 'write-pin', pin: one, value: two }
    case 0xf9:
      return { is: 'version' }
    case 0xff:
      return { is: 'reset' }
    default:
      return undefined
  }
}
