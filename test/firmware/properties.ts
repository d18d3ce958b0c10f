import fc from 'fast-check'
import { expect } from 'vitest'
import type { Random } from '../../core/ports.ts'
import type { FrameFormat } from '../../firmware/link/framer.ts'
import { Framer } from '../../firmware/link/framer.ts'

/** Bytes of up to that length. */
export const someBytes = (maxLength: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ maxLength })

/** Bytes cut at places that fast-check chooses. */
export function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const edges = [0, ...places.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b)
  return edges.slice(1).map((end, i) => bytes.slice(edges[i], end))
}

/** Streams of such messages, whole and torn, with noise between. */
export function messagesInNoise(message: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> {
  const torn = fc.tuple(message, fc.nat()).map(([whole, at]) => whole.slice(0, at % whole.length))
  return fc
    .array(fc.oneof({ weight: 3, arbitrary: message }, torn, someBytes(12)), { maxLength: 8 })
    .map((parts) => Uint8Array.from(parts.flatMap((part) => [...part])))
}

/** All frames of a stream pushed in one piece. */
export function framesOf<F>(format: FrameFormat<F>, ...chunks: readonly Uint8Array[]): F[] {
  const framer = new Framer(format)
  return chunks.flatMap((chunk) => framer.push(chunk))
}

/** The two promises that every format keeps: cuts do not matter, and no bytes make it throw or lose count. */
export function holdsForAnyBytes<F>(format: FrameFormat<F>, stream: fc.Arbitrary<Uint8Array>): void {
  fc.assert(
    fc.property(stream, fc.array(fc.nat()), (bytes, places) => {
      const whole = new Framer(format)
      const pieces = new Framer(format)
      const expected = whole.push(bytes)
      const found = cut(bytes, places).flatMap((piece) => pieces.push(piece))
      expect(found).toEqual(expected)
      expect(pieces.counters).toEqual(whole.counters)
      expect(whole.counters.frames).toBe(expected.length)
      expect(whole.counters.badChecksums).toBeLessThanOrEqual(whole.counters.discardedBytes)
    }),
  )
}

/**
 * Noise, a frame, noise: the frame is found, however the bytes are cut, once the line is quiet. Not meant is noise in which a good frame
 * begins that reaches into ours: nobody could tell which of the two is the true one.
 */
export function findsFrameInNoise<F>(
  format: FrameFormat<F>,
  encoded: fc.Arbitrary<Uint8Array>,
  noise: fc.Arbitrary<Uint8Array> = someBytes(40),
): void {
  fc.assert(
    fc.property(noise, encoded, noise, fc.array(fc.nat()), (before, frame, after, places) => {
      const stream = Uint8Array.from([...before, ...frame, ...after])
      for (let at = 0; at < before.length; at += 1) {
        const scan = format.scan(stream.subarray(at, at + format.maxLength))
        fc.pre(scan.is !== 'frame' || at + scan.length <= before.length)
      }
      const framer = new Framer(format)
      const found = cut(stream, places).flatMap((piece) => framer.push(piece))
      found.push(...framer.giveUpWaiting())
      const alone = framesOf(format, frame)
      expect(alone).toHaveLength(1)
      expect(found).toContainEqual(alone[0])
      expect(framer.waiting).toBe(false)
    }),
  )
}

/** A minute of babble at line rate leaves no more behind than one frame's bytes: every other is in a frame or thrown away. */
export function staysSmall<F>(format: FrameFormat<F>, bytesPerSecond: number, babble: Random): void {
  let kept = 0
  let longest = 0
  const watched: FrameFormat<F> = {
    maxLength: format.maxLength,
    scan(bytes) {
      longest = Math.max(longest, bytes.length)
      const scan = format.scan(bytes)
      if (scan.is === 'frame') kept -= scan.length
      return scan
    },
  }
  const framer = new Framer(watched)
  for (let second = 0; second < 60; second += 1) {
    const bytes = babble.bytes(bytesPerSecond)
    kept += bytes.length
    framer.push(bytes)
  }
  kept -= framer.counters.discardedBytes
  expect(longest).toBeLessThanOrEqual(format.maxLength)
  expect(kept).toBeGreaterThanOrEqual(0)
  expect(kept).toBeLessThan(format.maxLength)
}
