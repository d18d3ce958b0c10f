/** T=1 as the host speaks it, against the card's side of it that was written apart from it, on a wire that lies. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeBlock } from '../../../firmware/card-reader/t1-block.ts'
import { askSize, newLink, sendCommand, stepT1 } from '../../../firmware/card-reader/t1-engine.ts'
import { T1Contacts } from '../../../simulator/cards/t1-contacts.ts'
import { bytes } from '../scripted-line.ts'
import { CountingCard } from './counting-card.ts'
import {
  anyBody,
  anySize,
  anyTrouble,
  command,
  done,
  ENGINE,
  type Engine,
  hex,
  PATIENCE,
  ready,
  SELECT,
  Wire,
} from './t1-wire.ts'
import { believesAnyBlock, believesAnyNumber, startsAgain, weakened } from './weakened.ts'

describe('T=1 between host and card', () => {
  test('carries any command and its answer whole, in pieces of any size, and the card does it once', () => {
    fc.assert(
      fc.property(anySize, fc.array(anyBody, { minLength: 1, maxLength: 4 }), (ifsc, bodies) => {
        let { wire, link } = ready(ifsc, [])
        for (const body of bodies) {
          const end = done(wire.run(sendCommand(link, command(body))))
          expect(hex(end.answer)).toBe(`${hex(body.toReversed())}9000`)
          link = end.link
        }
        expect(wire.card.done).toEqual(bodies)
      }),
    )
  })

  test('grants a slow card its time, and one that asks without end only so much', () => {
    const { wire, link } = ready(32, [], 4_500)
    const end = done(wire.run(sendCommand(link, command(Uint8Array.of(1, 2)))))
    expect(hex(end.answer)).toBe('02019000')
    expect(wire.seen.filter((block) => block === '00e30101e3')).toHaveLength(4)
    const endless = new T1Contacts(new CountingCard(), { manner: { is: 'chatty' } })
    endless.reset()
    let step = sendCommand(newLink(32, PATIENCE), SELECT)
    let asked = 0
    while (step.is === 'send') {
      const [saying] = endless.take(step.bytes, 0x11)
      if (saying?.bytes[1] === 0xc3) asked += 1
      step = stepT1(step.state, { is: 'bytes', bytes: saying?.bytes ?? new Uint8Array(0) })
    }
    expect(step.is).toBe('unknown')
    expect(asked).toBe(PATIENCE + 1)
  })

  test('mends any one damaged block by itself', () => {
    fc.assert(
      fc.property(anySize, anyBody, fc.nat(40), anyTrouble, (ifsc, body, block, fault) => {
        const { wire, link } = ready(ifsc, [[block, fault]])
        const end = wire.run(sendCommand(link, command(body)))
        expect(hex(done(end).answer)).toBe(`${hex(body.toReversed())}9000`)
        expect(wire.card.done).toEqual([body])
      }),
      { numRuns: 1_000 },
    )
  })

  /** Any faults at all: the whole answer or none, and never is a command done twice. */
  const anyFaults = (engine: Engine) =>
    fc.property(
      anySize,
      anyBody,
      fc.array(fc.tuple(fc.nat(30), anyTrouble), { maxLength: 20 }),
      fc.constantFrom(0, 2_500),
      (ifsc, body, faults, slowMs) => {
        const { wire, link } = ready(ifsc, faults, slowMs)
        const end = wire.run(engine.sendCommand(link, command(body)), engine)
        expect(wire.card.done.length).toBeLessThanOrEqual(1)
        if (end.is !== 'done') return
        expect(hex(end.answer)).toBe(`${hex(body.toReversed())}9000`)
        expect(wire.card.done).toEqual([body])
      },
    )

  test('ends with the whole answer or a clear fault whatever is damaged, and nothing is done twice', () => {
    fc.assert(anyFaults(ENGINE), { numRuns: 3_000 })
  })

  test.each([
    ['starts again after resynchronising, as libccid does', startsAgain],
    ['takes the pieces of an answer as they come', believesAnyNumber],
    ['does not look at the check of a block', believesAnyBlock],
  ])('would not be so with a host that %s', async (_what, weakening) => {
    const { engine } = await weakened(weakening)
    expect(fc.check(anyFaults(engine), { numRuns: 3_000 }).failed).toBe(true)
  })

  test('goes on in step after a command of which nobody knows what became', () => {
    const lose = { is: 'lose' } as const
    // The command arrives; its answer does not, three times; then the two resynchronise.
    const { wire, link } = ready(
      254,
      [1, 3, 5].map((block) => [block, lose]),
    )
    const end = wire.run(sendCommand(link, command(Uint8Array.of(7))))
    if (end.is !== 'unknown') throw new Error(end.is)
    expect(wire.card.done).toHaveLength(1)
    expect(hex(done(wire.run(sendCommand(end.link, command(Uint8Array.of(8, 9))))).answer)).toBe('09089000')
  })

  test('says that a card is dead which does not even resynchronise, after three tries of each', () => {
    const { link } = ready(254, [])
    const deaf = new Wire(254, new Map(Array.from({ length: 40 }, (_, block) => [block, { is: 'lose' }])))
    expect(deaf.run(sendCommand(link, command(Uint8Array.of(7)))).is).toBe('dead')
    expect(deaf.seen.filter((block) => block !== '')).toEqual([])
    expect(deaf.blocks).toBe(6)
    expect(deaf.run(askSize(newLink(254, PATIENCE))).is).toBe('dead')
  })

  test('ends with any card whatever it answers', () => {
    const number = fc.constantFrom(0 as const, 1 as const)
    const likely: fc.Arbitrary<Uint8Array> = fc.oneof(
      fc.uint8Array({ maxLength: 12 }),
      fc
        .record({
          is: fc.constant('I' as const),
          number,
          more: fc.boolean(),
          data: fc.uint8Array({ maxLength: 3 }),
        })
        .map(encodeBlock),
      fc
        .record({
          is: fc.constant('R' as const),
          number,
          error: fc.constantFrom('none' as const, 'other' as const),
        })
        .map(encodeBlock),
      fc
        .constantFrom(
          '00c00000c0',
          '00c00000',
          '00c000c0',
          '00c10120e0',
          '00c200c2',
          '00c30101c3',
          '00e000e0',
          '00e200e2',
        )
        .map(bytes),
    )
    fc.assert(
      fc.property(fc.infiniteStream(likely), anyBody, anySize, (stream, body, ifsc) => {
        let step = sendCommand(newLink(ifsc, PATIENCE), command(body))
        let steps = 0
        while (step.is === 'send') {
          steps += 1
          expect(steps).toBeLessThan(10_000)
          step = stepT1(step.state, { is: 'bytes', bytes: stream.next().value ?? new Uint8Array(0) })
        }
      }),
    )
  })

  test.each([
    ['an abort', '00 c2 00 c2', '00 e2 00 e2'],
    ['another size', '00 c1 01 10 d0', '00 e1 01 10 f0'],
    ['more time', '00 c3 01 05 c7', '00 e3 01 05 e7'],
  ])('answers a card that asks for %s', (_what, request, answer) => {
    const first = sendCommand(newLink(4, PATIENCE), bytes('00 a4 04 00 02 01 02'))
    if (first.is !== 'send') throw new Error(first.is)
    const next = stepT1(first.state, { is: 'bytes', bytes: bytes(request) })
    expect(next).toMatchObject({ is: 'send', bytes: bytes(answer) })
  })

  test('gives a card as many of its waiting times as it asks for', () => {
    const first = sendCommand(newLink(254, PATIENCE), SELECT)
    if (first.is !== 'send') throw new Error(first.is)
    expect(first.patience).toBe(1)
    expect(stepT1(first.state, { is: 'bytes', bytes: bytes('00 c3 01 05 c7') })).toMatchObject({
      patience: 5,
    })
  })
})
