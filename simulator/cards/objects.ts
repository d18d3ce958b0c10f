/**
 * The commands that every card of docs/card.md has: objects read and written in pieces, the proof that it holds its key, and the secure
 * channel to a terminal that proved what it is.
 */
import { hash } from 'node:crypto'
import type { CardKey } from './card-key.ts'
import { SecureChannel } from './secure-channel.ts'
import {
  type CardAnswer,
  type CardCommand,
  type CardInstruction,
  PIECE,
  SECURED,
  SmartCard,
  SW,
} from './smart-card.ts'
import { readTerminal, type Terminal } from './terminal.ts'

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

const POINT_BYTES = 65
const CERTIFICATE_ROOM = 4096

/** What nobody writes: the card made it itself. */
export const FIXED: Pick<CardObject, 'mayRead' | 'mayWrite'> = {
  mayRead: () => undefined,
  mayWrite: () => SW.securityNotSatisfied,
}

/** What nobody reads. */
const NEVER = (): number | undefined => SW.securityNotSatisfied

/** The commands that a card obeys before it is personalised, by class and instruction. */
const WHILE_MADE: readonly number[] = [0x00a4, 0x00b0, 0x00ca, 0x00da, 0x8014]

/** A card with objects and a key. */
export abstract class ObjectCard extends SmartCard {
  protected readonly key: CardKey
  /** Object 0201. */
  protected readonly certificate = this.given(CERTIFICATE_ROOM, () => undefined)
  /** Object 0301: the card authority's key, by which terminals are known. */
  readonly #terminalAuthority = this.given(POINT_BYTES)
  /** Its personalisation was ended. */
  #isSealed = false
  #object: CardObject | undefined
  /** Its certificate was verified; it has not proved its key. */
  #shown: Terminal | undefined
  #channel: SecureChannel | undefined

  constructor(key: CardKey) {
    super()
    this.key = key
  }

  /** An object that is written at personalisation and never again. */
  protected given(room: number, mayRead = NEVER): CardObject {
    const mayWrite = () => (this.#isSealed ? SW.securityNotSatisfied : undefined)
    return { value: new Uint8Array(0), room, mayRead, mayWrite }
  }

  /** The objects that every card has. */
  protected get commonObjects(): readonly (readonly [number, CardObject])[] {
    const { publicKey, vouched } = this.key
    return [
      [0x0102, { value: publicKey, room: publicKey.length, ...FIXED }],
      [0x0103, { value: vouched, room: vouched.length, ...FIXED }],
      [0x0201, this.certificate],
      [0x0301, this.#terminalAuthority],
    ]
  }

  /** Whether personalisation has written everything that this kind of card needs. */
  protected isWhole(): boolean {
    return this.certificate.value.length > 0 && this.#terminalAuthority.value.length === POINT_BYTES
  }

  /** Whoever the command that is being done comes from, under its secure channel; undefined for a command in the clear. */
  protected get terminal(): Terminal | undefined {
    return this.#channel?.terminal
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
    this.#shown = undefined
    this.#channel = undefined
  }

  protected override instruction(cla: number, ins: number): CardInstruction | undefined {
    const plain = this.#ofPhase(cla & ~SECURED, ins)
    if (plain === undefined) return undefined
    if ((cla & SECURED) !== 0)
      return { direction: 'in', run: (command) => this.#runSecured([cla, ins], command, plain) }
    const run = (command: CardCommand): CardAnswer => {
      // A command in the clear ends the channel: nobody slips one in between.
      this.#endChannel()
      return plain.run(command)
    }
    return { direction: plain.direction, run }
  }

  /** The command as the card obeys it now: before it is personalised it writes objects and does nothing else. */
  #ofPhase(cla: number, ins: number): CardInstruction | undefined {
    const plain = this.plainInstruction(cla, ins)
    if (plain === undefined || this.#isSealed || WHILE_MADE.includes((cla << 8) | ins)) return plain
    return { direction: plain.direction, run: () => ({ sw: SW.notAllowed }) }
  }

  #seal({ p1, p2, body }: CardCommand): CardAnswer {
    if (p1 !== 0 || p2 !== 0) return { sw: SW.wrongParameters }
    if (body.length > 0) return { sw: SW.wrongLength }
    if (this.#isSealed || !this.isWhole()) return { sw: SW.notAllowed }
    this.#isSealed = true
    return { sw: SW.done }
  }

  /** The command with this class and instruction, if this kind of card has one, whether it comes in the clear or under a channel. */
  protected plainInstruction(cla: number, ins: number): CardInstruction | undefined {
    if (cla === 0x80 && ins === 0x14) return { direction: 'in', run: (command) => this.#seal(command) }
    if (cla === 0x80 && ins === 0x2a)
      return { direction: 'in', run: (command) => this.#showTerminal(command) }
    if (cla === 0x80 && ins === 0x82) return { direction: 'in', run: (command) => this.#agree(command) }
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

  #runSecured(
    [cla, ins]: readonly [number, number],
    { p1, p2, body }: CardCommand,
    plain: CardInstruction,
  ): CardAnswer {
    const channel = this.#channel
    const opened = channel?.open(Uint8Array.of(cla, ins, p1, p2), body)
    if (channel === undefined || opened === undefined) {
      this.#endChannel()
      return { sw: SW.securityNotSatisfied }
    }
    if (plain.direction === 'out' && opened.length > 0) return { sw: SW.wrongLength }
    const { data = new Uint8Array(0), sw = SW.done } = plain.run({
      p1,
      p2,
      p3: plain.direction === 'in' ? opened.length : 0,
      body: opened,
    })
    // Amendment D, 6.2.5: a status word that tells of an error goes in the clear.
    const isError = sw !== SW.done && sw >> 8 !== 0x63
    return isError ? { sw } : { data: channel.seal(data, sw), sw }
  }

  /** What was allowed under a channel is over with it. */
  protected channelEnded(): void {}

  #endChannel(): void {
    if (this.#channel === undefined) return
    this.#channel = undefined
    this.channelEnded()
  }

  #showTerminal({ p1, p2, body }: CardCommand): CardAnswer {
    if (p1 !== 0x00 || p2 !== 0x10) return { sw: SW.wrongParameters }
    if (this.#channel !== undefined) return { sw: SW.notAllowed }
    this.#shown = readTerminal(body, this.#terminalAuthority.value)
    return { sw: this.#shown === undefined ? SW.securityNotSatisfied : SW.done }
  }

  #agree({ p1, p2, body }: CardCommand): CardAnswer {
    if (p1 !== 0x00 || p2 !== 0x11) return { sw: SW.wrongParameters }
    const shown = this.#shown
    this.#shown = undefined
    if (this.#channel !== undefined || shown === undefined) return { sw: SW.notAllowed }
    const agreed = SecureChannel.agree(shown, body, this.key)
    if (agreed === undefined) return { sw: SW.wrongData }
    this.#channel = agreed.channel
    return { data: agreed.answer }
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
