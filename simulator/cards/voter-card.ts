/** A voter's card: one authorization, four states, no PIN, no personal data (docs/card.md). */
import type { Random } from '../../core/ports.ts'
import { makeCardKey } from './card-key.ts'
import { type CardObject, ObjectCard } from './objects.ts'
import { type CardAnswer, type CardCommand, type CardInstruction, SW } from './smart-card.ts'

/** The states, by the byte that stands for each. */
const STATE = { blank: 0, issued: 1, claimed: 2, spent: 3 } as const
type State = (typeof STATE)[keyof typeof STATE]

const ORIGIN_BYTES = 32
const NO_ORIGIN = new Uint8Array(ORIGIN_BYTES)

/** Room for an authorization. */
const AUTHORIZATION_ROOM = 2048

/** One voter's card. */
export class VoterCard extends ObjectCard {
  protected override readonly kindByte = 1
  #state: State = STATE.blank
  #origin: Uint8Array = NO_ORIGIN
  /** Of the desk that issued it: no device of another station claims it. */
  #station: string | undefined
  /** The key of the device that claimed it: no other releases or spends it. */
  #claimer: string | undefined
  readonly #authorization: CardObject = {
    value: new Uint8Array(0),
    room: AUTHORIZATION_ROOM,
    mayRead: () => undefined,
    mayWrite: () => {
      const isFree = this.#state === STATE.blank || this.#state === STATE.spent
      return isFree && this.terminal?.role === 'check-in' ? undefined : SW.securityNotSatisfied
    },
    begun: () => {
      this.#state = STATE.blank
      this.#origin = NO_ORIGIN
      this.#claimer = undefined
    },
  }
  protected override readonly objects: ReadonlyMap<number, CardObject>

  /** A blank card that makes its own keys, which nobody has personalised. */
  constructor({ random }: { readonly random: Random }) {
    super(makeCardKey(random))
    this.objects = new Map([[0x0101, this.#authorization], ...this.commonObjects])
  }

  /** The state byte: 0 blank, 1 issued, 2 claimed, 3 spent. For whoever stands outside the protocol and looks. */
  get state(): State {
    return this.#state
  }

  protected override authenticated(): Uint8Array {
    return Buffer.concat([Uint8Array.of(this.#state), this.#origin, this.#authorization.value])
  }

  protected override plainInstruction(cla: number, ins: number): CardInstruction | undefined {
    if (cla === 0x80 && ins === 0x10) return { direction: 'in', run: (command) => this.#changeState(command) }
    if (cla === 0x80 && ins === 0x12) return { direction: 'out', run: (command) => this.#getState(command) }
    return super.plainInstruction(cla, ins)
  }

  #getState({ p1, p2 }: CardCommand): CardAnswer {
    if (p1 !== 0 || p2 !== 0) return { sw: SW.wrongParameters }
    return { data: Uint8Array.from([this.#state, ...this.#origin]) }
  }

  #changeState({ p1, p2, body }: CardCommand): CardAnswer {
    if (p2 !== 0) return { sw: SW.wrongParameters }
    if (p1 === STATE.issued && body.length === 0) return this.#issue()
    if (p1 === STATE.issued) return this.#release(body)
    if (p1 === STATE.claimed) return this.#claim(body)
    if (p1 === STATE.spent) return this.#spend(body)
    return { sw: SW.wrongParameters }
  }

  #issue(): CardAnswer {
    if (this.terminal?.role !== 'check-in') return { sw: SW.securityNotSatisfied }
    if (this.#state !== STATE.blank || this.#authorization.value.length === 0) return { sw: SW.notAllowed }
    this.#state = STATE.issued
    this.#station = this.terminal.station
    return { sw: SW.done }
  }

  #claim(origin: Uint8Array): CardAnswer {
    if (origin.length !== ORIGIN_BYTES) return { sw: SW.wrongLength }
    if (!this.#isOfStation()) return { sw: SW.securityNotSatisfied }
    if (this.#state !== STATE.issued) return { sw: SW.notAllowed }
    this.#state = STATE.claimed
    this.#origin = Uint8Array.from(origin)
    this.#claimer = this.terminal?.publicKey
    return { sw: SW.done }
  }

  #release(origin: Uint8Array): CardAnswer {
    if (origin.length !== ORIGIN_BYTES) return { sw: SW.wrongLength }
    if (!this.#isOfStation()) return { sw: SW.securityNotSatisfied }
    if (!this.#isClaimer() || Buffer.compare(origin, this.#origin) !== 0) return { sw: SW.notAllowed }
    this.#state = STATE.issued
    this.#origin = NO_ORIGIN
    this.#claimer = undefined
    return { sw: SW.done }
  }

  #spend(body: Uint8Array): CardAnswer {
    if (body.length !== 0) return { sw: SW.wrongLength }
    if (!this.#isOfStation()) return { sw: SW.securityNotSatisfied }
    if (!this.#isClaimer()) return { sw: SW.notAllowed }
    this.#state = STATE.spent
    this.#authorization.value = new Uint8Array(0)
    return { sw: SW.done }
  }

  /** The terminal is a ballot device of the station at which the card was issued. */
  #isOfStation(): boolean {
    return this.terminal?.role === 'ballot-device' && this.terminal.station === this.#station
  }

  #isClaimer(): boolean {
    return this.#state === STATE.claimed && this.terminal?.publicKey === this.#claimer
  }
}
