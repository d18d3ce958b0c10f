/** Looks for byte strings in everything that ever stood on the disk. */
import { hash } from 'node:crypto'
import type { Archive } from './image.ts'

/** Bytes by which a needle is known; a chance match among a thousand needles in 100 MB has a probability below 1e-27. */
const NEEDLE = 16

/**
 * The first image in which any of a thing's needles appears, for each thing; undefined for what never does.
 * @param things each a set of needles of at least 16 bytes
 */
export function firstImages(
  archive: Archive,
  things: readonly (readonly Uint8Array[])[],
): (number | undefined)[] {
  const first = new Array<number | undefined>(things.length).fill(undefined)
  const byHead = new Map<number, { thing: number; needle: Buffer }[]>()
  const beginsSo = new Uint8Array(65536)
  for (const [thing, needles] of things.entries()) {
    for (const bytes of needles) {
      const needle = Buffer.from(bytes.subarray(0, NEEDLE))
      if (needle.length < NEEDLE) throw new Error('a needle has at least 16 bytes')
      const head = needle.readUInt32BE(0)
      byHead.set(head, [...(byHead.get(head) ?? []), { thing, needle }])
      beginsSo[head >>> 16] = 1
    }
  }
  for (const { image, bytes } of archive.regions) {
    const end = bytes.length - NEEDLE
    for (let at = 0; at <= end; at += 1) {
      if (beginsSo[((bytes[at] as number) << 8) | (bytes[at + 1] as number)] === 0) continue
      for (const { thing, needle } of byHead.get(bytes.readUInt32BE(at)) ?? []) {
        if (first[thing] === undefined && needle.equals(bytes.subarray(at, at + NEEDLE))) first[thing] = image
      }
    }
  }
  return first
}

/** The forms in which a careless program leaves a ballot behind: itself, its hashes, their texts. */
export function tracesOf(sealed: Buffer): readonly Uint8Array[] {
  const plainHash = hash('sha256', sealed, 'buffer')
  const leafHash = hash('sha256', Buffer.concat([Uint8Array.of(0), sealed]), 'buffer')
  const texts = [sealed, plainHash, leafHash].flatMap((bytes) => [
    Buffer.from(bytes.toString('base64')),
    Buffer.from(bytes.toString('hex')),
  ])
  return [sealed, sealed.subarray(sealed.length - NEEDLE), plainHash, leafHash, ...texts]
}
