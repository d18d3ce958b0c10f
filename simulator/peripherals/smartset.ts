/**
 * The touch controller's side of Elo SmartSet, ten bytes a packet (SmartSet Technical Reference Manual, chapter 6; Linux
 * drivers/input/touchscreen/elo.c).
 *
 * ```
 * 55 | command | d1 d2 d3 d4 d5 d6 d7 | (AA + the nine before) & FF
 * ```
 */

/** Bytes of a packet. */
const PACKET_BYTES = 10

const LEAD_IN = 0x55
const CHECKSUM_START = 0xaa

/** Bits of a touch packet's status byte, and of the mode that switches each kind of packet on. */
export const TOUCH = { first: 0x01, stream: 0x02, release: 0x04 } as const

/** A command from the device: its letter and seven data bytes. */
interface SmartSetCommand {
  readonly letter: string
  readonly data: Uint8Array
  readonly checksumIsRight: boolean
}

/** A packet with its lead-in and checksum; missing data bytes are zero. */
export function smartSetPacket(letter: string, data: readonly number[]): Uint8Array {
  if (letter.length !== 1 || data.length > 7)
    throw new RangeError('a packet is one letter and at most seven bytes')
  const packet = new Uint8Array(PACKET_BYTES)
  packet.set([LEAD_IN, letter.charCodeAt(0), ...data])
  packet[PACKET_BYTES - 1] = checksum(packet)
  return packet
}

function checksum(packet: Uint8Array): number {
  return packet.subarray(0, PACKET_BYTES - 1).reduce((sum, byte) => (sum + byte) & 0xff, CHECKSUM_START)
}

function isRight(packet: Uint8Array): boolean {
  return packet[PACKET_BYTES - 1] === checksum(packet)
}

/** The touch packet for a raw point. Pressure is always FF, as a resistive controller reports it. */
export function touchPacket(status: number, x: number, y: number): Uint8Array {
  return smartSetPacket('T', [status, x & 0xff, x >> 8, y & 0xff, y >> 8, 0xff, 0])
}

/**
 * Cuts the bytes that a device sends into commands. What a wrong checksum means is the controller's setting, so it is only told.
 * Bytes where a packet should begin but does not are thrown away and counted.
 */
export class SmartSetReader {
  readonly #packet = new Uint8Array(PACKET_BYTES)
  #length = 0
  /** How many bytes were thrown away. */
  strayBytes = 0

  /** The commands that these bytes complete. */
  feed(bytes: Uint8Array): SmartSetCommand[] {
    const commands: SmartSetCommand[] = []
    for (const byte of bytes) {
      if (this.#length === 0 && byte !== LEAD_IN) {
        this.strayBytes += 1
        continue
      }
      this.#packet[this.#length++] = byte
      if (this.#length < PACKET_BYTES) continue
      this.#length = 0
      const letter = String.fromCharCode(this.#packet[1] ?? 0)
      commands.push({ letter, data: this.#packet.slice(2, 9), checksumIsRight: isRight(this.#packet) })
    }
    return commands
  }
}
