import fc from 'fast-check'
import { expect } from 'vitest'
import type { FrameFormat } from '../../firmware/link/framer.ts'
import { Framer } from '../../firmware/link/framer.ts'

/** Bytes of up to that length. */
export const someBytes = (maxLength: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ maxLength })

/** Bytes cut at places that fast-check chooses. */
export function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const edges = [0, ...places.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b)
  return edges.slice(1).map((end, i) => bytes.slice(edges[i], end))
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
