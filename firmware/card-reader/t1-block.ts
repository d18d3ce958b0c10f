/**
 * Blocks of T=1 (ISO 7816-3, section 11.3) with NAD 0 and a longitudinal check:
 * ```
 * NAD PCB LEN  INF(LEN)  LRC     LRC = xor of all before
 *
 * PCB  0 N M 0 0 0 0 0           I: command or answer bytes; N its number, M more of them follow
 *      1 0 0 N 0 0 E E           R: send the I-block with number N; E 1 wrong check, 2 other error, 0 the next one, please
 *      1 1 A T T T T T           S: T 0 resynchronise, 1 size, 2 abort, 3 more time; A it answers such a request
 * ```
 */

/** A number of I-blocks. */
export type Bit = 0 | 1

/** What an S-block is about. */
export type Supervision = 'resynchronise' | 'size' | 'abort' | 'more-time'

/** A block. */
export type Block =
  | { readonly is: 'I'; readonly number: Bit; readonly more: boolean; readonly data: Uint8Array }
  | { readonly is: 'R'; readonly number: Bit; readonly error: 'none' | 'check' | 'other' }
  | {
      readonly is: 'S'
      readonly about: Supervision
      readonly answers: boolean
      /** The size, or the multiple of the waiting time; nothing otherwise. */
      readonly value: number | undefined
    }

/** What came instead of a block: its check is wrong or a byte is missing, or it says what no block may say. */
export type NoBlock = { readonly is: 'damaged' } | { readonly is: 'meaningless' }

/** Longest information field of a block. */
export const LONGEST_FIELD = 254

const ABOUT: readonly Supervision[] = ['resynchronise', 'size', 'abort', 'more-time']
const ERRORS = ['none', 'check', 'other'] as const
const HEADER = 3

/** A block's bytes. Throws on a field that no block can carry. */
export function encodeBlock(block: Block): Uint8Array {
  const field = fieldOf(block)
  if (field.length > LONGEST_FIELD) throw new Error(`a block carries ${LONGEST_FIELD} bytes at most`)
  const bytes = new Uint8Array(HEADER + field.length + 1)
  bytes.set([0, controlOf(block), field.length])
  bytes.set(field, HEADER)
  bytes[bytes.length - 1] = xorOf(bytes)
  return bytes
}

function fieldOf(block: Block): Uint8Array {
  if (block.is === 'I') return block.data
  return block.is === 'S' && block.value !== undefined ? Uint8Array.of(block.value) : new Uint8Array(0)
}

function controlOf(block: Block): number {
  if (block.is === 'I') return (block.number << 6) | (block.more ? 0x20 : 0)
  if (block.is === 'R') return 0x80 | (block.number << 4) | ERRORS.indexOf(block.error)
  return 0xc0 | (block.answers ? 0x20 : 0) | ABOUT.indexOf(block.about)
}

/** Reads what came as a block. */
export function parseBlock(bytes: Uint8Array): Block | NoBlock {
  const [nad, control = 0, length = 0] = bytes
  if (bytes.length < HEADER + 1 || bytes.length !== HEADER + length + 1 || xorOf(bytes) !== 0) {
    return { is: 'damaged' }
  }
  const field = bytes.slice(HEADER, -1)
  const block = nad === 0 && length <= LONGEST_FIELD ? blockOf(control, field) : undefined
  return block ?? { is: 'meaningless' }
}

function blockOf(control: number, field: Uint8Array): Block | undefined {
  if ((control & 0x80) === 0) {
    if ((control & 0x1f) !== 0) return undefined
    return { is: 'I', number: bit(control >> 6), more: (control & 0x20) !== 0, data: field }
  }
  if ((control & 0x40) === 0) {
    const error = ERRORS[control & 0x0f]
    if ((control & 0x20) !== 0 || error === undefined || field.length !== 0) return undefined
    return { is: 'R', number: bit(control >> 4), error }
  }
  const about = ABOUT[control & 0x1f]
  const carries = about === 'size' || about === 'more-time'
  const value = field[0]
  if (about === undefined || field.length !== (carries ? 1 : 0)) return undefined
  if (about === 'size' && (value === 0 || value === 0xff)) return undefined
  return { is: 'S', about, answers: (control & 0x20) !== 0, value }
}

function bit(value: number): Bit {
  return (value & 1) === 0 ? 0 : 1
}

function xorOf(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte) => sum ^ byte, 0)
}
