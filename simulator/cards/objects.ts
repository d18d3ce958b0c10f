/** The commands that every card of docs/card.md has: objects read and written in pieces, and the proof that it holds its key. */
import { hash } from 'node:crypto'
import type { CardKey } from './card-key.ts'
import {
  type CardAnswer,
  type CardCommand,
  type CardInstruction,
  PIECE,
  SmartCard,
  SW,
} from './smart-card.ts'

/** An object's place on a card, and who may do what with it now: undefined, or the status word that says why not. */
export interface CardObject {
  value: Uint8Array
  /** Most bytes it can hold. */
  readonly room: number
  mayRead(): number | undefined
  mayWrite(): number | undefined
  /** Called when a write at offset 0 begins a new value, before it is stored. */
  begun?(): void
}

const AUTHENTICATION_CONTEXT = Buffer.from('sandogh/v1/card', 'ascii')

/** A card with objects and a key. */
export abstract class ObjectCard extends SmartCard {
  protected readonly key: CardKey
  #object: CardObject | undefined

  constructor(key: CardKey) {
    super()
    this.key = key
  }

  /** The card's public key, 65 bytes uncompressed. */
  get publicKey(): Uint8Array {
    return this.key.publicKey
  }

  /** Objects by identifier. */
  protected abstract readonly objects: ReadonlyMap<number, CardObject>
  /** What INTERNAL AUTHENTICATE binds the signature to, before it is hashed. */
  protected abstract authenticated(): Uint8Array

  protected override forgetSession(): void {
    this.#object = undefined
  }

  protected override instruction(cla: number, ins: number): CardInstruction | undefined {
    if (cla !== 0x00) return undefined
    switch (ins) {
      case 0xa4:
        return { direction: 'in', run: (command) => this.#selectObject(command) }
      case 0x88:
        return { direction: 'in', run: (command) => this.#authenticate(command) }
      case 0xb0:
        return { direction: 'out', run: (command) => this.#read(command) }
      case 0xca:
        return { direction: 'out', run: (command) => this.#length(command) }
      case 0xda:
        return { direction: 'in', run: (command) => this.#write(command) }
      default:
        return undefined
    }
  }

  #selectObject({ p1, p2, body }: CardCommand): CardAnswer {
    if (p1 !== 0x02 || p2 !== 0x0c) return { sw: SW.wrongParameters }
    if (body.length !== 2) return { sw: SW.wrongLength }
    const object = this.objects.get(((body[0] ?? 0) << 8) | (body[1] ?? 0))
    if (object === undefined) return { sw: SW.notFound }
    this.#object = object
    return { sw: SW.done }
  }

  #read({ p1, p2, p3 }: CardCommand): CardAnswer {
    const offset = (p1 << 8) | p2
    // Bit 8 of P1 would name a short file identifier, which these cards do not have.
    if (offset > 0x7fff) return { sw: SW.wrongParameters }
    const object = this.#object
    if (object === undefined) return { sw: SW.notAllowed }
    const refused = object.mayRead()
    if (refused !== undefined) return { sw: refused }
    if (offset >= object.value.length) return { sw: SW.wrongOffset }
    const most = Math.min(PIECE, object.value.length - offset)
    const wanted = p3 === 0 || p3 > most ? most : p3
    return { data: object.value.slice(offset, offset + wanted) }
  }

  #length({ p1, p2 }: CardCommand): CardAnswer {
    if (p1 !== 0 || p2 !== 0) return { sw: SW.wrongParameters }
    const object = this.#object
    if (object === undefined) return { sw: SW.notAllowed }
    const refused = object.mayRead()
    if (refused !== undefined) return { sw: refused }
    return { data: Uint8Array.of(object.value.length >> 8, object.value.length & 0xff) }
  }

  #write({ p1, p2, body }: CardCommand): CardAnswer {
    const offset = (p1 << 8) | p2
    if (body.length > PIECE) return { sw: SW.wrongLength }
    const object = this.#object
    if (object === undefined) return { sw: SW.notAllowed }
    const refused = object.mayWrite()
    if (refused !== undefined) return { sw: refused }
    if (offset > object.value.length) return { sw: SW.wrongOffset }
    if (offset + body.length > object.room) return { sw: SW.noRoom }
    if (offset === 0) object.begun?.()
    const value = new Uint8Array(offset + body.length)
    value.set(object.value.subarray(0, offset))
    value.set(body, offset)
    object.value = value
    return { sw: SW.done }
  }

  /** The status word that refuses INTERNAL AUTHENTICATE now, if any. */
  protected mayAuthenticate(): number | undefined {
    return undefined
  }

  #authenticate({ p1, p2, body }: CardCommand): CardAnswer {
    const refused = this.mayAuthenticate()
    if (refused !== undefined) return { sw: refused }
    if (p1 !== 0 || p2 !== 0) return { sw: SW.wrongParameters }
    if (body.length !== 64) return { sw: SW.wrongLength }
    const objectHash = hash('sha256', this.authenticated(), 'buffer')
    return { data: this.key.sign(Buffer.concat([AUTHENTICATION_CONTEXT, body, objectHash])) }
  }
}
