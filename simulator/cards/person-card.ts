/** The cards of those who are no officers of a station: technician, trustee, auditor. A trustee's carries a share of the election key (docs/card.md). */
import { type CardObject, FIXED } from './objects.ts'
import { PinCard, type PinCardContents } from './pin-card.ts'
import { SW } from './smart-card.ts'

/** Whose card it is, by the byte that SELECT answers. */
const KIND = { technician: 5, trustee: 6, auditor: 7 } as const

/** What personalisation puts on the card. */
export type PersonCardContents = PinCardContents &
  (
    | { readonly kind: 'technician' | 'auditor' }
    | {
        readonly kind: 'trustee'
        /** `core/package/trustee-share.ts`. */
        readonly share: Uint8Array
      }
  )

/** One person's card: nothing on it is ever written again. */
export class PersonCard extends PinCard {
  protected override readonly kindByte: number
  protected override readonly objects: ReadonlyMap<number, CardObject>

  /** Throws when the PIN is not eight digits. */
  constructor(contents: PersonCardContents) {
    super(contents)
    this.kindByte = KIND[contents.kind]
    const { vouched } = contents.key
    const objects: [number, CardObject][] = [
      [0x0103, { value: vouched, room: vouched.length, ...FIXED }],
      [0x0201, this.certificate],
    ]
    if (contents.kind === 'trustee') {
      const share = Uint8Array.from(contents.share)
      const mayWrite = () => SW.securityNotSatisfied
      objects.push([0x0204, { value: share, room: share.length, mayRead: this.afterPin, mayWrite }])
    }
    this.objects = new Map(objects)
  }
}
