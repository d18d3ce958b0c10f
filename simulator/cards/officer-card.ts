/** An officer's card: a share of the station's day key and heads of journals, which the station's devices write (docs/card.md). */
import { type CardObject, FIXED } from './objects.ts'
import { PinCard, type PinCardContents } from './pin-card.ts'
import { SW } from './smart-card.ts'

/** Whose card it is, by the byte that SELECT answers. */
const KIND = { executive: 2, supervisory: 3, spare: 4 } as const

const SHARE_ROOM = 81
const HEADS_ROOM = 32_768

/** What personalisation puts on the card. */
export interface OfficerCardContents extends PinCardContents {
  readonly kind: keyof typeof KIND
  /** Whose devices may write it; without, none may. */
  readonly terminals?: {
    /** The card authority's key, P-256, 65 bytes. */
    readonly authority: Uint8Array
    /** SHA-256 of the station's id. */
    readonly station: Uint8Array
  }
}

/** One officer's card. */
export class OfficerCard extends PinCard {
  protected override readonly kindByte: number
  readonly #contents: OfficerCardContents
  protected override readonly objects: ReadonlyMap<number, CardObject>

  /** Throws when the PIN is not eight digits. */
  constructor(contents: OfficerCardContents) {
    const { kind, terminals, key } = contents
    super(contents, terminals?.authority)
    this.#contents = contents
    this.kindByte = KIND[kind]
    const station = terminals && Buffer.from(terminals.station).toString('hex')
    const ofDevice = (): number | undefined => {
      const isDevice = this.terminal?.role === 'ballot-device' && this.terminal.station === station
      return isDevice ? this.afterPin() : SW.securityNotSatisfied
    }
    const empty = () => new Uint8Array(0)
    this.objects = new Map([
      [0x0103, { value: key.vouched, room: key.vouched.length, ...FIXED }],
      [0x0201, this.certificate],
      [0x0202, { value: empty(), room: SHARE_ROOM, mayRead: ofDevice, mayWrite: ofDevice }],
      [0x0203, { value: empty(), room: HEADS_ROOM, mayRead: this.afterPin, mayWrite: ofDevice }],
    ])
  }

  /** A card with the same contents as personalisation put on this one, and nothing of what came since. */
  asPersonalised(): OfficerCard {
    return new OfficerCard(this.#contents)
  }
}
