import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CcidReader, ccidFrame } from '../../../simulator/peripherals/ccid.ts'
import { cut } from '../device-side.ts'

describe('the reader cutting bytes into frames', () => {
  it('finds the same ones however the bytes are cut', () => {
    const messages = fc.array(
      fc.record({
        type: fc.nat(255),
        slot: fc.nat(255),
        sequence: fc.nat(255),
        parameters: fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255)),
        data: fc.uint8Array({ maxLength: 261 }),
      }),
      { maxLength: 5 },
    )
    fc.assert(
      fc.property(messages, fc.array(fc.nat()), (sent, places) => {
        const reader = new CcidReader()
        const bytes = Buffer.concat(sent.map((message) => ccidFrame(message)))
        const read = cut(bytes, places).flatMap((piece) => reader.feed(piece))
        expect(read).toEqual(sent.map((message) => ({ is: 'message', message })))
      }),
    )
  })

  it('never takes a frame with one bit changed for a message', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(), (data, bit) => {
        const bytes = ccidFrame({ type: 0x6f, slot: 0, sequence: 1, parameters: [0, 0, 0], data })
        const at = bit % (8 * bytes.length)
        // A frame that says it is shorter may be one: the check is one byte.
        fc.pre(at >> 3 < 3 || at >> 3 > 6)
        bytes[at >> 3] = (bytes[at >> 3] ?? 0) ^ (1 << (at & 7))
        expect(new CcidReader().feed(bytes).filter(({ is }) => is === 'message')).toEqual([])
      }),
    )
  })

  it('takes any bytes at all', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constantFrom(3, 6, 0x15, 0), fc.nat(255)), { maxLength: 600 }),
        (noise) => {
          new CcidReader().feed(Uint8Array.from(noise))
        },
      ),
    )
  })
})
