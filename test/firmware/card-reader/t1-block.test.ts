/** Blocks of T=1, as the standard and libccid have them. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Block, encodeBlock, parseBlock } from '../../../firmware/card-reader/t1-block.ts'
import { bytes } from '../scripted-line.ts'
import { anyFault, damaged } from './t1-wire.ts'

describe('a block of T=1', () => {
  const number = fc.constantFrom(0 as const, 1 as const)
  const anyBlock: fc.Arbitrary<Block> = fc.oneof(
    fc.record({
      is: fc.constant('I' as const),
      number,
      more: fc.boolean(),
      data: fc.uint8Array({ maxLength: 254 }),
    }),
    fc.record({
      is: fc.constant('R' as const),
      number,
      error: fc.constantFrom('none' as const, 'check' as const, 'other' as const),
    }),
    fc.record({
      is: fc.constant('S' as const),
      about: fc.constantFrom('size' as const, 'more-time' as const),
      answers: fc.boolean(),
      value: fc.integer({ min: 1, max: 254 }),
    }),
    fc.record({
      is: fc.constant('S' as const),
      about: fc.constantFrom('resynchronise' as const, 'abort' as const),
      answers: fc.boolean(),
      value: fc.constant(undefined),
    }),
  )

  test('is read back as it was written, and never with a fault', () => {
    fc.assert(
      fc.property(anyBlock, anyFault, (block, fault) => {
        const written = encodeBlock(block)
        expect(parseBlock(written)).toEqual(block)
        const bent = damaged(written, fault)
        expect(['damaged', 'meaningless']).toContain(parseBlock(bent).is)
      }),
    )
  })

  test('is that of the standard and of libccid', () => {
    expect(parseBlock(bytes('00 c1 01 fe 3e'))).toEqual({
      is: 'S',
      about: 'size',
      answers: false,
      value: 254,
    })
    expect(parseBlock(bytes('00 e1 01 fe 1e'))).toEqual({ is: 'S', about: 'size', answers: true, value: 254 })
    expect(parseBlock(bytes('00 c0 00 c0'))).toMatchObject({
      is: 'S',
      about: 'resynchronise',
      answers: false,
    })
    expect(parseBlock(bytes('00 92 00 92'))).toEqual({ is: 'R', number: 1, error: 'other' })
    // Reserved bits, an R-block with a field, another node, a size that is reserved.
    for (const none of [
      '00 01 00 01',
      '00 a0 00 a0',
      '00 80 01 00 81',
      '12 00 00 12',
      '00 c1 01 ff 3f',
      '00 c4 00 c4',
    ])
      expect(parseBlock(bytes(none))).toEqual({ is: 'meaningless' })
  })
})
