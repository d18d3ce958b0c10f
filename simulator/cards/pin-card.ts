/** A card of a person: a certificate, and a PIN whose tries the card itself counts; five wrong ones in a row kill it (docs/card.md). */
import { type CardObject, ObjectCard } from './objects.ts'
import { type CardAnswer, type CardCommand, type CardInstruction, SW } from './smart-card.ts'

const TRIES = 5

/** A card with a PIN. */
export abstract class PinCard extends ObjectCard {
  /** Object 0302: eight ASCII digits. */
  readonly #pin = this.given(8)
  #triesLeft = TRIES
  #verified = false

  protected override get commonObjects(): readonly (readonly [number, CardObject])[] {
    return [...super.commonObjects, [0x0302, this.#pin]]
  }

  protected override isWhole(): boolean {
    return super.isWhole() && /^[0-9]{8}$/.test(Buffer.from(this.#pin.value).toString('latin1'))
  }

  /** Why an object that wants the PIN cannot be had now, if it cannot. */
  protected readonly afterPin = (): number | undefined =>
    this.#verified ? undefined : SW.securityNotSatisfied

  protected override authenticated(): Uint8Array {
    return this.certificate.value
  }

  protected override forgetSession(): void {
    super.forgetSession()
    this.#verified = false
  }

  /** A PIN that came under a channel lets nobody in who cuts in on it. */
  protected override channelEnded(): void {
    this.#verified = false
  }

  /** A stolen card proves nothing without its PIN. */
  protected override mayAuthenticate(): number | undefined {
    return this.afterPin()
  }

  protected override plainInstruction(cla: number, ins: number): CardInstruction | undefined {
    if (cla === 0x00 && ins === 0x20) return { direction: 'in', run: (command) => this.#verify(command) }
    return super.plainInstruction(cla, ins)
  }

  #verify({ p1, p2, body }: CardCommand): CardAnswer {
    if (p1 !== 0x00 || p2 !== 0x80) return { sw: SW.wrongParameters }
    // Always in words that a channel authenticates: nobody on the line tells a card dead.
    if (body.length === 0) return { sw: this.#verified ? SW.done : this.#triesLeftStatus() }
    if (this.#triesLeft === 0) return { sw: SW.blocked }
    if (body.length !== this.#pin.value.length) return { sw: SW.wrongLength }
    // Lowered first: no power cut gives a try back.
    this.#triesLeft -= 1
    this.#verified = Buffer.compare(body, this.#pin.value) === 0
    if (this.#verified) this.#triesLeft = TRIES
    return { sw: this.#verified ? SW.done : this.#triesLeftStatus() }
  }

  #triesLeftStatus(): number {
    return 0x63c0 | this.#triesLeft
  }
}
