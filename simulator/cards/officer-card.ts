/** An officer's card: a certificate, a PIN that five wrong tries kill, a share of the station's day key, heads of journals (docs/card.md). */
import type { CardKey } from './card-key.ts'
import { type CardObject, ObjectCard } from './objects.ts'
import { type CardAnswer, type CardCommand, type CardInstruction, SW } from './smart-card.ts'

/** Whose card it is, by the byte that SELECT answers. */
const KIND = { executive: 2, supervisory: 3, spare: 4 } as const

const TRIES = 5
const SHARE_ROOM = 81
const HEADS_ROOM = 32_768

/** What personalisation puts on the card. */
export interface OfficerCardContents {
  readonly kind: keyof typeof KIND
  /** X.509, DER, naming the key. */
  readonly certificate: Uint8Array
  /** Eight ASCII digits. */
  readonly pin: string
  readonly key: CardKey
}

/** One officer's card. */
export class OfficerCard extends ObjectCard {
  protected override readonly kindByte: number
  readonly #contents: OfficerCardContents
  readonly #pin: string
  #triesLeft = TRIES
  #verified = false
  readonly #certificate: CardObject
  protected override readonly objects: ReadonlyMap<number, CardObject>

  /** Throws when the PIN is not eight digits. */
  constructor(contents: OfficerCardContents) {
    const { kind, certificate, pin, key } = contents
    super(key)
    this.#contents = contents
    if (!/^[0-9]{8}$/.test(pin)) throw new RangeError('a PIN is eight digits')
    this.kindByte = KIND[kind]
    this.#pin = pin
    const afterPin = (): number | undefined => (this.#verified ? undefined : SW.securityNotSatisfied)
    this.#certificate = {
      value: Uint8Array.from(certificate),
      room: certificate.length,
      mayRead: () => undefined,
      mayWrite: () => SW.securityNotSatisfied,
    }
    this.objects = new Map([
      [0x0201, this.#certificate],
      [0x0202, { value: new Uint8Array(0), room: SHARE_ROOM, mayRead: afterPin, mayWrite: afterPin }],
      [0x0203, { value: new Uint8Array(0), room: HEADS_ROOM, mayRead: afterPin, mayWrite: afterPin }],
    ])
  }

  /** A card with the same contents as personalisation put on this one, and nothing of what came since. */
  asPersonalised(): OfficerCard {
    return new OfficerCard(this.#contents)
  }

  protected override authenticated(): Uint8Array {
    return this.#certificate.value
  }

  protected override forgetSession(): void {
    super.forgetSession()
    this.#verified = false
  }

  /** A stolen card proves nothing without its PIN. */
  protected override mayAuthenticate(): number | undefined {
    return this.#verified ? undefined : SW.securityNotSatisfied
  }

  protected override instruction(cla: number, ins: number): CardInstruction | undefined {
    if (cla === 0x00 && ins === 0x20) return { direction: 'in', run: (command) => this.#verify(command) }
    return super.instruction(cla, ins)
  }

  #verify({ p1, p2, body }: CardCommand): CardAnswer {
    if (p1 !== 0x00 || p2 !== 0x80) return { sw: SW.wrongParameters }
    if (this.#triesLeft === 0) return { sw: SW.blocked }
    if (body.length === 0) return { sw: this.#verified ? SW.done : this.#triesLeftStatus() }
    if (body.length !== this.#pin.length) return { sw: SW.wrongLength }
    this.#verified = Buffer.from(body).toString('latin1') === this.#pin
    this.#triesLeft = this.#verified ? TRIES : this.#triesLeft - 1
    return { sw: this.#verified ? SW.done : this.#triesLeftStatus() }
  }

  #triesLeftStatus(): number {
    return 0x63c0 | this.#triesLeft
  }
}
