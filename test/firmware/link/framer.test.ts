import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { FrameFormat } from '../../../firmware/link/framer.ts'
import { Framer } from '../../../firmware/link/framer.ts'
import { cut, holdsForAnyBytes, someBytes } from '../properties.ts'
import { bytes } from '../scripted-line.ts'

/** `7E length data sum`: small enough to see what happens. */
const toy: FrameFormat<string> = {
  maxLength: 6,
  scan(seen) {
    const [start, length] = seen
    if (start !== 0x7e) return { is: 'noise' }
    if (length === undefined) return { is: 'incomplete' }
    if (length > 3) return { is: 'noise' }
    if (seen.length < length + 3) return { is: 'incomplete' }
    const data = seen.slice(2, 2 + length)
    const sum = data.reduce((total, byte) => (total + byte) & 0xff, 0)
    if (sum !== seen[2 + length]) return { is: 'bad-checksum' }
    return { is: 'frame', frame: Buffer.from(data).toString('hex'), length: length + 3 }
  },
}

describe('a framer', () => {
  test('finds frames however the bytes are cut, and never throws', () => {
    holdsForAnyBytes(toy, someBytes(60))
    const frames = fc.array(fc.uint8Array({ maxLength: 3 })).map((all) => {
      return Uint8Array.from(
        all.flatMap((data) => [0x7e, data.length, ...data, data.reduce((a, b) => a + b, 0)]),
      )
    })
    holdsForAnyBytes(toy, frames)
  })

  test('moves one byte after a bad checksum, so that a frame that begins inside a broken one is found', () => {
    const framer = new Framer(toy)
    // 7E 03 | 7E 01 05 05: read from the first start it is a frame of three bytes with a bad sum.
    expect(framer.push(bytes('7e 03 7e 01 05 05'))).toEqual(['05'])
    expect(framer.counters).toEqual({ frames: 1, discardedBytes: 2, badChecksums: 1 })
  })

  test('counts what it throws away', () => {
    const framer = new Framer(toy)
    expect(framer.push(bytes('00 11 22 7e 00 00 33'))).toEqual([''])
    expect(framer.counters).toEqual({ frames: 1, discardedBytes: 4, badChecksums: 0 })
  })

  test('does not grow or stop when a format waits for ever', () => {
    const waiting: FrameFormat<never> = { maxLength: 4, scan: () => ({ is: 'incomplete' }) }
    const framer = new Framer(waiting)
    for (const chunk of cut(new Uint8Array(1000), [3, 500, 501])) framer.push(chunk)
    expect(framer.counters.discardedBytes).toBe(997)
  })
})
