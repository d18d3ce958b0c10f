/**
 * Commands and answers under a card's secure channel: encrypted, chained by their authenticators and counted (GlobalPlatform Secure
 * Channel Protocol 03, Card Specification Amendment D, 6.2, security level C-DECRYPTION, R-ENCRYPTION, C-MAC and R-MAC, with
 * authenticators of 8 bytes):
 *
 *     command   CLA + 04, INS, P1, P2, Lc, encrypted data, first 8 bytes of the command's authenticator
 *     answer    encrypted data, first 8 bytes of the answer's authenticator, SW1, SW2
 */
import { createCipheriv, createDecipheriv, createSecretKey } from 'node:crypto'
import { aesCmac, encryptBlock } from '../../core/keys/aes-cmac.ts'
import { concatBytes, equalBytes } from '../../core/keys/hash.ts'
import type { Apdu, CardAnswer } from './apdu.ts'

const BLOCK = 16
const MAC_BYTES = 8
/** Data that still fits a short command when it is padded, encrypted and authenticated. */
const MOST_DATA = 239

/** AES-128 keys of one session. */
export interface SessionKeys {
  readonly encryption: Uint8Array
  readonly commandMac: Uint8Array
  readonly answerMac: Uint8Array
}

/** One session's messages, in their order. Guards counter and chain: a message that is lost, repeated or changed ends the session for good. */
export class SecureMessages {
  #state: 'ready' | 'asked' | 'over' = 'ready'
  readonly #keys: SessionKeys
  #chain: Uint8Array
  #counter = 0

  /** @param receipt the chain's beginning, 16 bytes */
  constructor(keys: SessionKeys, receipt: Uint8Array) {
    this.#keys = keys
    this.#chain = receipt
  }

  /** The command as it goes to the card; undefined once the session is over, or while the command before has no answer: then it is. Throws on data too long for it. */
  wrap({ cla, ins, p1, p2, data }: Apdu): Apdu | undefined {
    if (data !== undefined && data.length > MOST_DATA) throw new Error('too much data for a secured command')
    this.#state = this.#state === 'ready' ? 'asked' : 'over'
    if (this.#state === 'over') return undefined
    this.#counter += 1
    const encrypted = data === undefined ? new Uint8Array(0) : this.#encrypt(data)
    const header = Uint8Array.of(cla | 0x04, ins, p1, p2, encrypted.length + MAC_BYTES)
    this.#chain = aesCmac(this.#keys.commandMac, concatBytes(this.#chain, header, encrypted))
    const secured = concatBytes(encrypted, this.#chain.subarray(0, MAC_BYTES))
    return { cla: cla | 0x04, ins, p1, p2, data: secured, expected: 256 }
  }

  /**
   * What the card answered to the last command; undefined if it is not the card's word, or none was expected: then the session is over. A
   * status that tells of an error is nobody's word.
   */
  unwrap(answer: CardAnswer): CardAnswer | undefined {
    const opened = this.#state === 'asked' ? this.#open(answer) : undefined
    this.#state = opened === undefined ? 'over' : 'ready'
    return opened
  }

  #open({ data, status }: CardAnswer): CardAnswer | undefined {
    const isProtected = status === 0x9000 || status >> 8 === 0x62 || status >> 8 === 0x63
    if (!isProtected) return data.length === 0 ? { data, status } : undefined
    const end = data.length - MAC_BYTES
    if (end < 0 || end % BLOCK !== 0) return undefined
    const encrypted = data.subarray(0, end)
    const mac = aesCmac(
      this.#keys.answerMac,
      concatBytes(this.#chain, encrypted, Uint8Array.of(status >> 8, status & 0xff)),
    )
    if (!equalBytes(mac.subarray(0, MAC_BYTES), data.subarray(end))) return undefined
    const plain = end === 0 ? encrypted.slice() : this.#decrypt(encrypted)
    return plain === undefined ? undefined : { data: plain, status }
  }

  #encrypt(data: Uint8Array): Uint8Array {
    const padded = new Uint8Array(data.length + BLOCK - (data.length % BLOCK))
    padded.set(data)
    padded[data.length] = 0x80
    const cipher = createCipheriv('aes-128-cbc', createSecretKey(this.#keys.encryption), this.#initial(0x00))
    return Uint8Array.from(cipher.setAutoPadding(false).update(padded))
  }

  #decrypt(encrypted: Uint8Array): Uint8Array | undefined {
    const cipher = createDecipheriv(
      'aes-128-cbc',
      createSecretKey(this.#keys.encryption),
      this.#initial(0x80),
    )
    const padded = Uint8Array.from(cipher.setAutoPadding(false).update(encrypted))
    const end = padded.findLastIndex((byte) => byte !== 0)
    return padded[end] === 0x80 ? padded.slice(0, end) : undefined
  }

  /** Amendment D, 6.2.6 and 6.2.7: the counter's block encrypted, its first bit set for an answer. */
  #initial(direction: number): Uint8Array {
    const block = new Uint8Array(BLOCK)
    block[0] = direction
    new DataView(block.buffer).setUint32(BLOCK - 4, this.#counter)
    return encryptBlock(this.#keys.encryption, block)
  }
}
