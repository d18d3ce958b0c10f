import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { displayFormat } from '../../../device-agent/ballot/display.ts'
import { readerFormat } from '../../../firmware/card-reader/codec.ts'
import { firmataFormat } from '../../../firmware/io-board/codec.ts'
import type { FrameFormat } from '../../../firmware/link/framer.ts'
import { Framer } from '../../../firmware/link/framer.ts'
import { printerFormat } from '../../../firmware/printer/decoder.ts'
import { eloFormat } from '../../../firmware/touchscreen/codec.ts'
import { seededRandom } from '../../../simulator/seeded-random.ts'
import { boardMessage, displayMessage, printerMessage, readerMessage, touchMessage } from '../messages.ts'
import {
  cut,
  findsFrameInNoise,
  holdsForAnyBytes,
  messagesInNoise,
  someBytes,
  staysSmall,
} from '../properties.ts'
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

  test('finds a frame in noise, once the line is quiet', () => {
    const frame = fc.uint8Array({ maxLength: 3 }).map((data) => {
      return Uint8Array.of(
        0x7e,
        data.length,
        ...data,
        data.reduce((total, byte) => total + byte, 0),
      )
    })
    const nearNoise = fc.array(fc.oneof(fc.constant(0x7e), fc.nat(4), fc.nat(255)), { maxLength: 20 })
    findsFrameInNoise(
      toy,
      frame,
      nearNoise.map((all) => Uint8Array.from(all)),
    )
  })

  test('keeps no more than its longest frame through a minute of babble at line rate', () => {
    staysSmall(toy, 11_520, seededRandom('babble'))
  })
})

describe.each([
  ['card reader', readerFormat, 10_472, readerMessage],
  ['touchscreen', eloFormat, 960, touchMessage],
  ['printer', printerFormat, 11_520, printerMessage],
  ['I/O board', firmataFormat, 5_760, boardMessage],
  ['display', displayFormat, 11_520, displayMessage],
] as const)('the line of the %s', (_name, format, bytesPerSecond, message) => {
  const anyFormat = format as FrameFormat<unknown>

  test('carries each of its messages through noise', () => {
    findsFrameInNoise(anyFormat, message)
  })

  test('gives the same frames however its bytes are cut, whatever they are', () => {
    holdsForAnyBytes(anyFormat, someBytes(300))
    holdsForAnyBytes(anyFormat, messagesInNoise(message))
  })

  test('stays small through a minute of babble at line rate', () => {
    staysSmall(anyFormat, bytesPerSecond, seededRandom('babble'))
  })
})
