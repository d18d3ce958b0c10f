/**
 * The card's end of a secure channel: GlobalPlatform SCP11a agrees on keys, SCP03 carries commands under them (docs/card.md). What is not
 * the next command of the terminal that holds the keys ends the channel.
 */
import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  hash,
  type KeyObject,
  timingSafeEqual,
} from 'node:crypto'
import type { AgreementKey, CardKey } from './card-key.ts'
import type { Terminal } from './terminal.ts'

/** MUTUAL AUTHENTICATE's data up to the terminal's fresh key: SCP11a, all four protections, AES, 16 bytes. */
const DEMAND = Buffer.from('a60d9002110195013c8001888101105f4941', 'hex')
const SHARED_INFO = Buffer.from('3c8810', 'hex')
const [BLOCK, MAC, POINT] = [16, 8, 65]
/** Rb of SP 800-38B. */
const REDUCTION = 0x87n
const BLOCK_MASK = (1n << 128n) - 1n

/** One session with one terminal. */
export class SecureChannel {
  readonly terminal: Terminal
  readonly #keys: readonly KeyObject[]
  #chain: Buffer
  #counter = 0

  private constructor(terminal: Terminal, keys: readonly KeyObject[], receipt: Buffer) {
    this.terminal = terminal
    this.#keys = keys
    this.#chain = receipt
  }

  /** Answers MUTUAL AUTHENTICATE of a terminal whose certificate was verified; undefined where it asks for anything else than docs/card.md draws. */
  static agree(
    terminal: Terminal,
    demand: Uint8Array,
    key: CardKey,
  ): { readonly channel: SecureChannel; readonly answer: Uint8Array } | undefined {
    const isDrawn =
      demand.length === DEMAND.length + POINT && DEMAND.equals(demand.subarray(0, DEMAND.length))
    if (!isDrawn) return undefined
    const fresh = key.fresh()
    const secret = shared(fresh, demand.subarray(DEMAND.length), key.agreement, terminal)
    if (secret === undefined) return undefined
    const block = (counter: number) =>
      hash('sha256', Buffer.concat([secret, Buffer.of(0, 0, 0, counter), SHARED_INFO]), 'buffer')
    const derived = Buffer.concat([block(1), block(2)])
    const keyAt = (at: number) => createSecretKey(derived.subarray(at * BLOCK, (at + 1) * BLOCK))
    const receiptKey = keyAt(0)
    const keys = [1, 2, 3].map(keyAt)
    const point = Buffer.from([0x5f, 0x49, POINT, ...fresh.publicKey])
    const receipt = cmac(receiptKey, Buffer.concat([demand, point]))
    const answer = Uint8Array.from([...point, 0x86, BLOCK, ...receipt])
    return { channel: new SecureChannel(terminal, keys, receipt), answer }
  }

  /** Takes a command's data out of its envelope; undefined if it is not the next one of this session. */
  open(header: Uint8Array, envelope: Uint8Array): Uint8Array | undefined {
    const [encryption, commandMac] = this.#keys
    const end = envelope.length - MAC
    if (encryption === undefined || commandMac === undefined || end < 0 || end % BLOCK !== 0) return undefined
    const encrypted = envelope.subarray(0, end)
    const chain = cmac(
      commandMac,
      Buffer.concat([this.#chain, header, Buffer.of(envelope.length), encrypted]),
    )
    if (!timingSafeEqual(chain.subarray(0, MAC), envelope.subarray(end))) return undefined
    this.#chain = chain
    this.#counter += 1
    if (end === 0) return new Uint8Array(0)
    const decipher = createDecipheriv('aes-128-cbc', encryption, this.#initial(encryption, 0)).setAutoPadding(
      false,
    )
    const padded = decipher.update(encrypted)
    const length = padded.toString('hex').replace(/(00)*$/, '').length / 2 - 1
    return padded[length] === 0x80 ? Uint8Array.from(padded.subarray(0, length)) : undefined
  }

  /** Puts an answer into its envelope. */
  seal(data: Uint8Array, status: number): Uint8Array {
    const [encryption, , answerMac] = this.#keys
    if (encryption === undefined || answerMac === undefined) throw new Error('a channel without keys')
    const encrypted = data.length === 0 ? Buffer.alloc(0) : this.#encrypt(encryption, data)
    const signed = Buffer.concat([this.#chain, encrypted, Buffer.of(status >> 8, status & 0xff)])
    return Uint8Array.from([...encrypted, ...cmac(answerMac, signed).subarray(0, MAC)])
  }

  #encrypt(key: KeyObject, data: Uint8Array): Buffer {
    const padded = Buffer.concat([data, Buffer.of(0x80), Buffer.alloc(BLOCK - 1 - (data.length % BLOCK))])
    return createCipheriv('aes-128-cbc', key, this.#initial(key, 0x80)).setAutoPadding(false).update(padded)
  }

  #initial(key: KeyObject, first: number): Buffer {
    const counter = Buffer.alloc(BLOCK)
    counter.writeUInt8(first)
    counter.writeUInt32BE(this.#counter, BLOCK - 4)
    return encrypt(key, counter)
  }
}

/** The two secrets: of the fresh pairs, and of the certified ones. */
function shared(fresh: AgreementKey, theirs: Uint8Array, own: AgreementKey, { publicKey }: Terminal) {
  try {
    return Buffer.concat([fresh.agree(theirs), own.agree(Buffer.from(publicKey, 'hex'))])
  } catch {
    // No point of the curve.
    return undefined
  }
}

/** AES-CMAC (SP 800-38B), block by block. */
function cmac(key: KeyObject, message: Buffer): Buffer {
  const double = (value: bigint) => ((value << 1n) & BLOCK_MASK) ^ (value >> 127n === 1n ? REDUCTION : 0n)
  const number = (block: Buffer) => BigInt(`0x${block.toString('hex')}`)
  const first = double(number(encrypt(key, Buffer.alloc(BLOCK))))
  const lastAt = Math.max(0, Math.ceil(message.length / BLOCK) - 1) * BLOCK
  const last = message.subarray(lastAt)
  const isWhole = last.length === BLOCK
  const filled = isWhole
    ? last
    : Buffer.concat([last, Buffer.of(0x80), Buffer.alloc(BLOCK - 1 - last.length)])
  const ended = number(filled) ^ (isWhole ? first : double(first))
  let state = 0n
  for (let at = 0; at < lastAt; at += BLOCK)
    state = number(encrypt(key, toBlock(state ^ number(message.subarray(at, at + BLOCK)))))
  return encrypt(key, toBlock(state ^ ended))
}

function toBlock(value: bigint): Buffer {
  return Buffer.from(value.toString(16).padStart(2 * BLOCK, '0'), 'hex')
}

function encrypt(key: KeyObject, block: Buffer): Buffer {
  return createCipheriv('aes-128-ecb', key, null).setAutoPadding(false).update(block)
}
