/**
 * The touch controller's side of Elo SmartSet (SmartSet Touchscreen Controller Family Technical Reference Manual, chapters 5 and 6; Linux
 * drivers/input/touchscreen/elo.c): ten bytes a packet, eleven with a key.
 *
 * ```
 * 55 | command | d1 d2 d3 d4 d5 d6 d7 | (AA + the nine before) & FF
 * 55 | key | command | d1 d2 d3 d4 d5 d6 d7 | (AA + the ten before) & FF
 * ```
 *
 * The manual (page 52) says what a key is for, not where it stands: it is taken to follow the lead-in.
 */

/** Bytes of a packet without a key. */
const PACKET_BYTES = 10
const DATA_BYTES = 7

const LEAD_IN = 0x55
const CHECKSUM_START = 0xaa

/** Bits of a touch packet's status byte; the first three and the last are also those of the mode that switches them on (pages 90, 102). */
export const TOUCH = { first: 0x01, stream: 0x02, release: 0x04, warning: 0x10, outOfRange: 0x40 } as const

/** What can be wrong with a command, as its digit in the acknowledgement (page 73). */
export const ERROR = {
  none: '0',
  divideByZero: '1',
  badPacket: '2',
  badChecksum: '3',
  illegalCommand: '5',
  calibrationCancelled: '6',
  badSerialSetup: '8',
} as const

export type ErrorDigit = (typeof ERROR)[keyof typeof ERROR]

/** A command from the device: its letter and seven data bytes. */
export interface SmartSetCommand {
  readonly letter: string
  readonly data: Uint8Array
  readonly checksumIsRight: boolean
}

/** A packet with its lead-in and checksum; missing data bytes are zero. Key 0 is none. */
export function smartSetPacket(letter: string, data: readonly number[], key = 0): Uint8Array {
  if (letter.length !== 1 || data.length > DATA_BYTES)
    throw new RangeError('a packet is one letter and at most seven bytes')
  const head = key === 0 ? [LEAD_IN] : [LEAD_IN, key]
  const packet = new Uint8Array(PACKET_BYTES - 1 + head.length)
  packet.set([...head, letter.charCodeAt(0), ...data])
  packet[packet.length - 1] = checksum(packet)
  return packet
}

/** A touch packet. The Z of a panel without pressure is always FF. */
export function touchPacket(
  status: number,
  { x, y, z = 0xff }: { x: number; y: number; z?: number },
  key = 0,
): Uint8Array {
  return smartSetPacket('T', [status, ...word(x), ...word(y), ...word(z)], key)
}

function checksum(packet: Uint8Array): number {
  return packet.subarray(0, -1).reduce((sum, byte) => (sum + byte) & 0xff, CHECKSUM_START)
}

/** A word as packets carry it, its low byte first. */
export function word(value: number): [number, number] {
  return [value & 0xff, (value >> 8) & 0xff]
}

/**
 * Cuts the bytes that a device sends into commands. What a wrong checksum means is the controller's setting, so it is only told.
 * Bytes where a packet should begin but does not are thrown away and counted.
 */
export class SmartSetReader {
  readonly #packet = new Uint8Array(PACKET_BYTES + 1)
  #length = 0
  /** How many bytes were thrown away. */
  strayBytes = 0
  /** The key that the controller listens to besides packets without one, which are for every controller; 0 is none. */
  key = 0

  /** The commands that these bytes complete. */
  feed(bytes: Uint8Array): SmartSetCommand[] {
    const commands: SmartSetCommand[] = []
    for (const byte of bytes) {
      const command = this.take(byte)
      if (command !== undefined) commands.push(command)
    }
    return commands
  }

  /** The command that this byte completes, if it does. */
  take(byte: number): SmartSetCommand | undefined {
    if (this.#length === 0 && byte !== LEAD_IN) {
      this.strayBytes += 1
      return undefined
    }
    this.#packet[this.#length++] = byte
    const keyed = this.key !== 0 && this.#length > 1 && this.#packet[1] === this.key ? 1 : 0
    const size = PACKET_BYTES + keyed
    if (this.#length < size) return undefined
    this.#length = 0
    const packet = this.#packet.slice(0, size)
    return {
      letter: String.fromCharCode(packet[1 + keyed] ?? 0),
      data: packet.subarray(2 + keyed, size - 1),
      checksumIsRight: packet[size - 1] === checksum(packet),
    }
  }

  /** Whether the next byte begins a packet. */
  get isBetweenPackets(): boolean {
    return this.#length === 0
  }

  /** Forgets a packet that has begun. */
  reset(): void {
    this.#length = 0
  }
}
