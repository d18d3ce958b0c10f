/** An officer's card: a share of the station's day key and heads of journals, which the station's devices write (docs/card.md). */
import type { CardKey } from './card-key.ts'
import type { CardObject } from './objects.ts'
import { personalise } from './personalise.ts'
import { PinCard } from './pin-card.ts'
import { SW } from './smart-card.ts'

/** Whose card it is, by the byte that SELECT answers. */
const KIND = { executive: 2, supervisory: 3, spare: 4 } as const

const SHARE_ROOM = 81
const HEADS_ROOM = 32_768
const STATION_BYTES = 32
/** What personalisation writes. */
const PERSONAL = [0x0201, 0x0301, 0x0302, 0x0303]

/** One officer's card. */
export class OfficerCard extends PinCard {
  protected override readonly kindByte: number
  readonly #kind: keyof typeof KIND
  /** Object 0303: SHA-256 of the id of the station whose devices may write it. */
  readonly #station = this.given(STATION_BYTES)
  protected override readonly objects: ReadonlyMap<number, CardObject>

  /** A card of that kind with these keys, which nobody has personalised. */
  constructor({ kind, key }: { readonly kind: keyof typeof KIND; readonly key: CardKey }) {
    super(key)
    this.#kind = kind
    this.kindByte = KIND[kind]
    const ofDevice = (): number | undefined => {
      const { terminal } = this
      const station = Buffer.from(this.#station.value).toString('hex')
      const isDevice = terminal?.role === 'ballot-device' && terminal.station === station
      return isDevice ? this.afterPin() : SW.securityNotSatisfied
    }
    const empty = () => new Uint8Array(0)
    this.objects = new Map([
      ...this.commonObjects,
      [0x0202, { value: empty(), room: SHARE_ROOM, mayRead: ofDevice, mayWrite: ofDevice }],
      [0x0203, { value: empty(), room: HEADS_ROOM, mayRead: this.afterPin, mayWrite: ofDevice }],
      [0x0303, this.#station],
    ])
  }

  protected override isWhole(): boolean {
    return super.isWhole() && this.#station.value.length === STATION_BYTES
  }

  /** A card with the same keys and whatever personalisation put on this one, and nothing of what came since. */
  asPersonalised(): OfficerCard {
    const card = new OfficerCard({ kind: this.#kind, key: this.key })
    personalise(card, new Map(PERSONAL.map((id) => [id, this.objects.get(id)?.value ?? new Uint8Array(0)])))
    return card
  }
}
