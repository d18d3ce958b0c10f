/** A printed slip as a picture: PNG, greyscale of one bit (W3C PNG, third edition). */
import { crc32, deflateSync } from 'node:zlib'
import type { PrintedSlip } from './printer.ts'

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)

/** The bytes of a PNG file. Throws when the slip has no rows, which is no picture. */
export function slipPng({ width, height, bitmap }: PrintedSlip): Buffer {
  if (height === 0) throw new RangeError('an empty slip is no picture')
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  // One bit a pixel, greyscale, and the only compression, filter and interlace methods that need no more.
  header[8] = 1
  const stride = width / 8
  const rows = Buffer.alloc(height * (1 + stride))
  for (let y = 0; y < height; y += 1) {
    // The first byte of a row is its filter: none. A dot on paper is 1 and black; in a picture black is 0.
    for (let x = 0; x < stride; x += 1) rows[y * (1 + stride) + 1 + x] = ~(bitmap[y * stride + x] ?? 0) & 0xff
  }
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

/** Length, type, data, CRC of type and data. */
function chunk(type: string, data: Uint8Array): Buffer {
  const typed = Buffer.concat([Buffer.from(type, 'ascii'), data])
  const out = Buffer.alloc(4 + typed.length + 4)
  out.writeUInt32BE(data.length, 0)
  typed.copy(out, 4)
  out.writeUInt32BE(crc32(typed), 4 + typed.length)
  return out
}
