/** Mutations of bytes, whatever they mean. */
import { withFile } from './folders.ts'
import { drawFile, type Mutate, placeAt } from './mutation.ts'

/** What is done to the bytes from a place on: the new bytes. */
type Bend = (bytes: Uint8Array, at: number, length: number, other: Uint8Array) => Uint8Array

const join = (...parts: readonly Uint8Array[]) => new Uint8Array(Buffer.concat(parts))

const BENDS: Readonly<Record<string, Bend>> = {
  'a bit flipped': (bytes, at, length) => bytes.with(at, (bytes[at] ?? 0) ^ (1 << (length % 8))),
  'a byte set': (bytes, at, _, other) => bytes.with(at, other[0] ?? 0),
  'bytes inserted': (bytes, at, _, other) => join(bytes.subarray(0, at), other, bytes.subarray(at)),
  'bytes taken out': (bytes, at, length) => join(bytes.subarray(0, at), bytes.subarray(at + length)),
  'bytes doubled': (bytes, at, length) =>
    join(bytes.subarray(0, at + length), bytes.subarray(at, at + length), bytes.subarray(at + length)),
  'bytes zeroed': (bytes, at, length) =>
    join(bytes.subarray(0, at), new Uint8Array(length), bytes.subarray(at + length)),
  'bytes made others': (bytes, at, _, other) =>
    join(bytes.subarray(0, at), other, bytes.subarray(at + other.length)),
  'the end cut off': (bytes, at) => bytes.slice(0, at),
  'the beginning cut off': (bytes, at) => bytes.slice(at + 1),
  'something behind the end': (bytes, _at, _, other) => join(bytes, other),
  'a byte order mark before it': (bytes) => join(Buffer.from('\ufeff'), bytes),
  'line feeds as on Windows': (bytes) =>
    new Uint8Array(Buffer.from(Buffer.from(bytes).toString('latin1').replaceAll('\n', '\r\n'), 'latin1')),
}

/** The first byte at which two differ, or the shorter one's end. */
function firstDifference(a: Uint8Array, b: Uint8Array): number {
  let at = 0
  while (at < a.length && at < b.length && a[at] === b[at]) at += 1
  return at
}

/** One kind for each way to bend bytes. */
export const byteMutations: readonly Mutate[] = Object.entries(BENDS).map(
  ([how, bend]): Mutate =>
    ({ folders }, draw) => {
      const place = drawFile(folders, draw)
      const { folder, name, bytes } = place
      const at = draw.below(bytes.length)
      const length = 1 + draw.below(Math.min(40, bytes.length - at))
      const other = draw.random.bytes(1 + draw.below(12))
      const bent = bend(bytes, at, length, other)
      const differs = firstDifference(bytes, bent)
      const places = differs === bytes.length && bent.length === bytes.length ? [] : [placeAt(place, differs)]
      return {
        folders: withFile(folders, folder, name, bent),
        what: `${folder}/${name}: ${how}, byte ${at}`,
        places,
      }
    },
)
