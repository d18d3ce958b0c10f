/** What somebody makes who has real cards to read, readers to record and no key: copies, recordings, and a hand between card and device. */
import { ok } from '../../core/result.ts'
import type { Apdu, CardAnswer } from '../../firmware/card-reader/apdu.ts'
import type { CardReader } from '../../firmware/card-reader/driver.ts'
import { agreementKey, type CardKey, makeCardKey } from '../../simulator/cards/card-key.ts'
import { type CardObject, ObjectCard } from '../../simulator/cards/objects.ts'
import { personalise } from '../../simulator/cards/personalise.ts'
import { type CardInstruction, type SmartCard, SW } from '../../simulator/cards/smart-card.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { exchange, send } from '../simulator/cards/terminal-side.ts'

const READABLE = [0x0101, 0x0102, 0x0103, 0x0201]

/** A home-made voter card: says and does whatever helps, behind keys of its maker's. */
export class HomeMadeCard extends ObjectCard {
  protected override readonly kindByte = 1
  protected override readonly objects: Map<number, CardObject>
  #state = 1
  #origin = new Uint8Array(32)

  /**
   * @param contents objects by identifier
   * @param authority the card authority's key, which is no secret
   */
  constructor(
    contents: ReadonlyMap<number, Uint8Array>,
    authority: Uint8Array,
    key: CardKey = attackersKey(),
  ) {
    super(key)
    const free = { room: 4096, mayRead: () => undefined, mayWrite: () => undefined }
    const shown = new Map([...contents, ...(contents.has(0x0103) ? [] : [[0x0103, key.vouched] as const])])
    const home = [...shown].map(([id, value]) => [id, { value, ...free }] as const)
    this.objects = new Map([...this.commonObjects, ...home])
    personalise(this, new Map([[0x0301, authority]]))
  }

  protected override isWhole(): boolean {
    return true
  }

  /** The authorization that a desk wrote on it, if one did. */
  get authorization(): Uint8Array {
    return this.objects.get(0x0101)?.value ?? new Uint8Array(0)
  }

  get state(): number {
    return this.#state
  }

  protected override authenticated(): Uint8Array {
    return Buffer.concat([Uint8Array.of(this.#state), this.#origin, this.authorization])
  }

  protected override plainInstruction(cla: number, ins: number): CardInstruction | undefined {
    if (cla === 0x80 && ins === 0x12)
      return { direction: 'out', run: () => ({ data: Uint8Array.from([this.#state, ...this.#origin]) }) }
    if (cla === 0x80 && ins === 0x10)
      return {
        direction: 'in',
        run: ({ p1, body }) => {
          this.#state = p1
          if (p1 === 2) this.#origin = Uint8Array.from(body)
          return { sw: SW.done }
        },
      }
    return super.plainInstruction(cla, ins)
  }
}

/** Keys made at home. */
export function attackersKey(): CardKey {
  return makeCardKey(seededRandom('made at home'))
}

/**
 * A key for the copy of a card, at a device whose own key for cards was copied: the secret of both certified keys can be had with either,
 * so that the receipt comes out as the card itself would have made it.
 * @param vouched object 0103 of the card
 * @param scalar the device's private key
 */
export function impostorsKey(vouched: Uint8Array, scalar: Uint8Array): CardKey {
  const publicKey = vouched.slice(0, 65)
  const agree = () => agreementKey(scalar).agree(publicKey)
  return { ...attackersKey(), vouched, agreement: { publicKey, agree } }
}

/** Everything that a card shows to anybody who selects it. */
export function readableOf(card: SmartCard): ReadonlyMap<number, Uint8Array> {
  card.reset()
  send(card, '00 A4 04 00 08 F0 53 41 4E 44 4F 47 48')
  return new Map(
    READABLE.flatMap((id) => {
      const data = Uint8Array.of(id >> 8, id & 0xff)
      if (exchange(card, { cla: 0, ins: 0xa4, p1: 2, p2: 0x0c, data }).status !== SW.done) return []
      const bytes: number[] = []
      for (;;) {
        // A Le of zero is answered with the one that there is.
        const [p1, p2] = [bytes.length >> 8, bytes.length & 0xff].map((byte) =>
          byte.toString(16).padStart(2, '0'),
        )
        const asked = send(card, `00 B0 ${p1} ${p2} 00`)
        const answer = asked.startsWith('6c') ? send(card, `00 B0 ${p1} ${p2} ${asked.slice(2)}`) : asked
        if (!answer.endsWith('9000') || answer.length === 4) return [[id, Uint8Array.from(bytes)] as const]
        bytes.push(...Buffer.from(answer.slice(0, -4), 'hex'))
      }
    }),
  )
}

/** What stands between device and card: is asked for each command's answer, and may pass it on, or another in its place or beside it. */
export type Between = (
  apdu: Apdu,
  pass: (instead?: Apdu) => ReturnType<CardReader['transmit']>,
) => ReturnType<CardReader['transmit']>

/** A reader with something in it. */
export function tampered(reader: CardReader, between: Between): CardReader {
  return {
    identity: reader.identity,
    counters: reader.counters,
    onCard: (listener) => reader.onCard(listener),
    powerOn: () => reader.powerOn(),
    transmit: (apdu) => between(apdu, (instead = apdu) => reader.transmit(instead)),
    heartbeat: () => reader.heartbeat(),
    onLost: (listener) => reader.onLost(listener),
    close: () => reader.close(),
  }
}

/** A reader that notes every answer of a session. */
export function recorded(reader: CardReader, into: CardAnswer[]): CardReader {
  return tampered(reader, async (_apdu, pass) => {
    const answer = await pass()
    if (answer.ok) into.push(answer.value)
    return answer
  })
}

/** A reader that gives noted answers, one after another, whatever it is asked. */
export function playedBack(reader: CardReader, answers: readonly CardAnswer[]): CardReader {
  let at = 0
  return tampered(reader, async () => {
    const answer = answers[at] ?? { data: new Uint8Array(0), status: SW.notAllowed }
    at += 1
    return ok(answer)
  })
}
