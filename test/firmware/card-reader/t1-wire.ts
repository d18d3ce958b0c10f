/** A host of T=1 and a card that was written apart from it, on a wire that lies. */
import fc from 'fast-check'
import { encodeApdu } from '../../../firmware/card-reader/apdu.ts'
import {
  askSize,
  newLink,
  sendCommand,
  stepT1,
  type T1Link,
  type T1Step,
} from '../../../firmware/card-reader/t1-engine.ts'
import { T1Contacts } from '../../../simulator/cards/t1-contacts.ts'
import { bytes } from '../scripted-line.ts'
import { COUNTED, CountingCard } from './counting-card.ts'

/** The host's side, or a weakened one. */
export type Engine = Pick<
  typeof import('../../../firmware/card-reader/t1-engine.ts'),
  'sendCommand' | 'stepT1'
>
export const ENGINE: Engine = { sendCommand, stepT1 }
export const PATIENCE = 20
export const SELECT = bytes('00 a4 04 00 08 f0 53 41 4e 44 4f 47 48 01')
export const hex = (all: Uint8Array) => Buffer.from(all).toString('hex')

/** What happens to one block on its way; each leaves a block that its check tells from a good one. */
export type Fault =
  | { readonly is: 'flip'; readonly at: number; readonly mask: number }
  | { readonly is: 'cut'; readonly at: number }
  | { readonly is: 'lose' }
  | { readonly is: 'noise'; readonly bytes: Uint8Array }

export const anyFault: fc.Arbitrary<Fault> = fc.oneof(
  fc.record({ is: fc.constant('flip' as const), at: fc.nat(260), mask: fc.integer({ min: 1, max: 255 }) }),
  fc.record({ is: fc.constant('cut' as const), at: fc.nat(260) }),
  fc.constant({ is: 'lose' as const }),
  fc.record({ is: fc.constant('noise' as const), bytes: fc.uint8Array({ minLength: 4, maxLength: 12 }) }),
)

/** Also that the block before it comes once more in its place. */
export type Trouble = Fault | { readonly is: 'stale' }
export const anyTrouble = fc.oneof({ arbitrary: anyFault, weight: 3 }, fc.constant({ is: 'stale' as const }))

export function damaged(block: Uint8Array, fault: Fault | undefined): Uint8Array {
  switch (fault?.is) {
    case 'flip': {
      const at = fault.at % block.length
      return block.with(at, (block[at] ?? 0) ^ fault.mask)
    }
    case 'cut':
      return block.slice(0, fault.at % block.length)
    case 'lose':
      return new Uint8Array(0)
    case 'noise': {
      const sum = fault.bytes.reduce((lrc, byte) => lrc ^ byte, 0)
      return sum === 0 ? fault.bytes.with(0, (fault.bytes[0] ?? 0) ^ 1) : fault.bytes
    }
    case undefined:
      return block
  }
}

/** A host and a card, and faults by the number of the block, both ways counted. */
export class Wire {
  readonly card = new CountingCard()
  readonly #contacts: T1Contacts
  #faults: ReadonlyMap<number, Trouble>
  readonly seen: string[] = []
  blocks = 0
  readonly #before: { up?: Uint8Array; down?: Uint8Array } = {}

  constructor(ifsc: number, faults: ReadonlyMap<number, Trouble> = new Map(), slowMs = 0) {
    this.#contacts = new T1Contacts(this.card, { ifsc, manner: { is: 'slow', ms: slowMs } })
    this.#contacts.reset()
    this.#faults = faults
  }

  run(first: T1Step, engine: Engine = ENGINE): Exclude<T1Step, { is: 'send' }> {
    let step = first
    while (step.is === 'send') {
      const heard = this.#pass(step.bytes, 'down')
      const [saying] = heard.length === 0 ? [] : this.#contacts.take(heard, 0x11)
      const said = saying === undefined ? new Uint8Array(0) : this.#pass(saying.bytes, 'up')
      step = engine.stepT1(step.state, said.length === 0 ? { is: 'silence' } : { is: 'bytes', bytes: said })
    }
    return step
  }

  /** From now on, and from now counted, blocks are damaged so. */
  lie(faults: Iterable<readonly [number, Trouble]>): void {
    this.#faults = new Map(faults)
    this.blocks = 0
  }

  #pass(block: Uint8Array, way: 'up' | 'down'): Uint8Array {
    const fault = this.#faults.get(this.blocks)
    const passed = fault?.is === 'stale' ? (this.#before[way] ?? block) : damaged(block, fault)
    this.#before[way] = block
    this.blocks += 1
    this.seen.push(hex(passed))
    return passed
  }
}

export function done(step: T1Step): { readonly answer: Uint8Array; readonly link: T1Link } {
  if (step.is !== 'done') throw new Error(`not done: ${step.is}`)
  return step
}

/** A wire on which the size is agreed and the applet selected; what is counted and damaged begins after that. */
export function ready(ifsc: number, faults: readonly (readonly [number, Trouble])[], slowMs = 0) {
  const wire = new Wire(ifsc, new Map(), slowMs)
  const sized = done(wire.run(askSize(newLink(ifsc, PATIENCE))))
  const { link } = done(wire.run(sendCommand(sized.link, SELECT)))
  wire.lie(faults)
  wire.seen.length = 0
  return { wire, link }
}

export const anyBody = fc.uint8Array({ minLength: 1, maxLength: 255 })
export const anySize = fc.oneof(fc.integer({ min: 1, max: 254 }), fc.constantFrom(1, 2, 16, 32, 254))
export const command = (data: Uint8Array) => encodeApdu({ ...COUNTED, p1: 0, p2: 0, data, expected: 256 })
