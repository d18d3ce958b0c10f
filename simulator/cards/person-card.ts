/** The cards of those who are no officers of a station: technician, trustee, auditor. A trustee's carries a share of the election key (docs/card.md). */
import type { CardKey } from './card-key.ts'
import type { CardObject } from './objects.ts'
import { PinCard } from './pin-card.ts'

/** Whose card it is, by the byte that SELECT answers. */
const KIND = { technician: 5, trustee: 6, auditor: 7 } as const

const SHARE_ROOM = 512

/** One person's card: nothing on it is ever written again once it is personalised. */
export class PersonCard extends PinCard {
  protected override readonly kindByte: number
  readonly #isTrustees: boolean
  /** Object 0204: the text of a share's file (`core/package/trustee-share.ts`). */
  readonly #share = this.given(SHARE_ROOM, () => this.afterPin())
  protected override readonly objects: ReadonlyMap<number, CardObject>

  /** A card of that kind with these keys, which nobody has personalised. */
  constructor({ kind, key }: { readonly kind: keyof typeof KIND; readonly key: CardKey }) {
    super(key)
    this.kindByte = KIND[kind]
    this.#isTrustees = kind === 'trustee'
    const share: readonly (readonly [number, CardObject])[] = this.#isTrustees ? [[0x0204, this.#share]] : []
    this.objects = new Map([...this.commonObjects, ...share])
  }

  protected override isWhole(): boolean {
    return super.isWhole() && (!this.#isTrustees || this.#share.value.length > 0)
  }
}
