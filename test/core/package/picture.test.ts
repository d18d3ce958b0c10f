import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readPicture } from '../../../core/package/picture.ts'
import { picture } from '../../fixtures/picture.ts'

const KINDS = ['image/webp', 'image/png', 'image/jpeg'] as const

describe.each(KINDS)('a picture of kind %s', (type) => {
  test('says its size, whoever drew it', () => {
    for (const [width, height] of [
      [1, 1],
      [300, 400],
      [600, 800],
      [1_000, 7],
    ] as const) {
      expect(readPicture(picture(type, width, height))).toEqual({ type, width, height })
    }
  })

  test('cut short anywhere, or with something behind it, is none', () => {
    const whole = picture(type, 30, 40)
    for (let length = 0; length < whole.length; length++) {
      expect(readPicture(whole.subarray(0, length)), `${length} bytes`).toBeUndefined()
    }
    expect(readPicture(Uint8Array.of(...whole, 0))).toBeUndefined()
  })

  test('of which any byte is changed never throws', () => {
    const whole = picture(type, 30, 40)
    fc.assert(
      fc.property(fc.nat(Math.min(whole.length, 64) - 1), fc.nat(255), (at, byte) => {
        const changed = Uint8Array.from(whole)
        changed[at] = byte
        readPicture(changed)
      }),
      { numRuns: 500 },
    )
  })
})

/** Chunks of other encoders than the one at hand, by RFC 9649: 300 x 400, and nothing else of a picture in them. */
const webp = (chunk: string, ...body: readonly number[]) => {
  const bytes = Buffer.concat([
    Buffer.from('RIFF    WEBP'),
    Buffer.from(chunk),
    Buffer.alloc(4),
    Buffer.from(body),
  ])
  bytes.writeUInt32LE(bytes.length - 8, 4)
  return new Uint8Array(bytes)
}

test.each([
  ['lossless', webp('VP8L', 0x2f, 0x2b, 0xc1, 0x63, 0x00)],
  ['lossy', webp('VP8 ', 0, 0, 0, 0x9d, 0x01, 0x2a, 0x2c, 0x01, 0x90, 0x01)],
  ['extended', webp('VP8X', 0, 0, 0, 0, 0x2b, 0x01, 0x00, 0x8f, 0x01, 0x00)],
])('a %s WebP says its size', (_, bytes) => {
  expect(readPicture(bytes)).toEqual({ type: 'image/webp', width: 300, height: 400 })
})

test('other files are no pictures', () => {
  for (const text of ['', 'GIF89a', '<svg width="1" height="1"/>', 'RIFF', '%PDF-1.7']) {
    expect(readPicture(Buffer.from(text))).toBeUndefined()
  }
})

test('no bytes make it throw or run on', () => {
  fc.assert(
    fc.property(
      fc.constantFrom([], [0xff, 0xd8], [0x89, 0x50, 0x4e, 0x47]),
      fc.uint8Array({ maxLength: 200 }),
      (head, rest) => {
        readPicture(Uint8Array.of(...head, ...rest, 0xff, 0xd9))
      },
    ),
  )
})
