/**
 * The proofs of one print: behind each part stands a process request with a number of its own, and the printer answers them in that order. A
 * part that arrived in pieces takes what follows for its own rest, the request first: its answer is missing when the next one comes.
 */
import { concatBytes } from '../../core/keys/hash.ts'
import { encodeProcessRequest } from './encoder.ts'

/** Process numbers are 16 bits. */
const NUMBERS = 0x1_0000

/** What an answer says: all is printed; bytes were lost on the way; it answers what was not sent yet. */
export type Proof = 'proven' | 'lost-bytes' | 'false-proof'

/** Guards how much of a print is proven. */
export class Proofs {
  /** All parts with their requests. */
  readonly command: Uint8Array
  readonly #first: number
  /** Where each part ends in the command, its request included. */
  readonly #ends: readonly number[]
  #proven = 0

  /** @param first the number of the first request; the next ones follow */
  constructor(parts: readonly Uint8Array[], first: number) {
    let length = 0
    const requested = parts.map((part, i) => concatBytes(part, encodeProcessRequest((first + i) % NUMBERS)))
    this.command = concatBytes(...requested)
    this.#first = first
    this.#ends = requested.map((part) => {
      length += part.length
      return length
    })
  }

  /** The first number that the next print may use. */
  get next(): number {
    return (this.#first + this.#ends.length) % NUMBERS
  }

  /**
   * Takes the answer to a request.
   * @param sentBytes of the command, so far
   * @returns nothing while more answers are to come; the answer to another print means nothing either
   */
  take(process: number, sentBytes: number): Proof | undefined {
    const part = (process - this.#first + NUMBERS) % NUMBERS
    const end = this.#ends[part]
    if (end === undefined || part < this.#proven) return undefined
    if (end > sentBytes) return 'false-proof'
    if (part > this.#proven) return 'lost-bytes'
    this.#proven += 1
    return this.#proven === this.#ends.length ? 'proven' : undefined
  }
}
