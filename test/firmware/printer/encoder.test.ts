import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concatBytes } from '../../../core/keys/hash.ts'
import { printerFormat } from '../../../firmware/printer/decoder.ts'
import type { Bitmap, PrintBlock } from '../../../firmware/printer/document.ts'
import {
  breakRealTimeCommands,
  CLEAR_BUFFER,
  encodeCut,
  encodeDocument,
  encodeProcessRequest,
  encodeRaster,
  encodeStatusRequest,
  RECOVER,
} from '../../../firmware/printer/encoder.ts'
import { Proofs } from '../../../firmware/printer/proofs.ts'
import { EscPosDecoder } from '../../../simulator/peripherals/escpos-decoder.ts'
import { RealTimeWatcher } from '../../../simulator/peripherals/real-time-watcher.ts'
import { cut, framesOf } from '../properties.ts'
import { bytes } from '../scripted-line.ts'

/** Bytes that are likely to hold what must not pass. */
const dangerous = fc.constantFrom(0x10, 0x04, 0x05, 0x14, 0x00, 0xff, 0x18)

const bitmap: fc.Arbitrary<Bitmap> = fc
  .record({ rowBytes: fc.integer({ min: 1, max: 12 }), heightDots: fc.integer({ min: 0, max: 300 }) })
  .chain(({ rowBytes, heightDots }) =>
    fc
      .array(dangerous, { minLength: 64, maxLength: 64 })
      .map((pattern) =>
        Uint8Array.from({ length: rowBytes * heightDots }, (_, i) => pattern[(i * 7) % 61] ?? 0),
      )
      .map((rows) => ({ widthDots: rowBytes * 8, heightDots, rows })),
  )

function realTimeCommands(data: Uint8Array): number {
  return data.filter((byte, i) => byte === 0x10 && [0x04, 0x05, 0x14].includes(data[i + 1] ?? 0)).length
}

function dotsChanged(before: Uint8Array, after: Uint8Array): number {
  return before.reduce((count, byte, i) => {
    const difference = byte ^ (after[i] ?? 0)
    return count + [...difference.toString(2)].filter((bit) => bit === '1').length
  }, 0)
}

describe('a picture on its way to the printer', () => {
  test('holds nothing that the printer would obey, and differs by one dot for each command broken', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.array(dangerous, { maxLength: 200 })),
        (any) => {
          const data = Uint8Array.from(any)
          const broken = breakRealTimeCommands(data)
          expect(realTimeCommands(broken)).toBe(0)
          expect(dotsChanged(data, broken)).toBe(realTimeCommands(data))
        },
      ),
    )
  })

  test('is broken where a command runs over the end of a row, and only there', () => {
    // Two rows of two bytes: FF 10 | 04 FF. The dot right of the black one turns black.
    expect(breakRealTimeCommands(bytes('ff 10 04 ff'))).toEqual(bytes('ff 18 04 ff'))
    expect(breakRealTimeCommands(bytes('10 10 14 10 06 10'))).toEqual(bytes('10 18 14 10 06 10'))
  })

  test('goes out in bands of 128 rows that together are the picture, free of commands over every boundary', () => {
    fc.assert(
      fc.property(bitmap, (picture) => {
        const encoded = concatBytes(...encodeRaster(picture))
        const rowBytes = picture.widthDots / 8
        const rows: number[] = []
        let at = 0
        while (at < encoded.length) {
          const height = (encoded[at + 6] ?? 0) + 256 * (encoded[at + 7] ?? 0)
          expect(encoded.slice(at, at + 6)).toEqual(Uint8Array.of(0x1d, 0x76, 0x30, 0x00, rowBytes, 0x00))
          expect(height).toBeGreaterThan(0)
          expect(height).toBeLessThanOrEqual(128)
          rows.push(...encoded.slice(at + 8, at + 8 + height * rowBytes))
          at += 8 + height * rowBytes
        }
        expect(at).toBe(encoded.length)
        expect(dotsChanged(picture.rows, Uint8Array.from(rows))).toBeLessThanOrEqual(
          realTimeCommands(picture.rows),
        )
        const { command } = new Proofs(
          encodeDocument({
            blocks: [
              { kind: 'raster', bitmap: picture },
              { kind: 'feed', lines: 16 },
              { kind: 'raster', bitmap: picture },
            ],
          }),
          0,
        )
        expect(realTimeCommands(command)).toBe(0)
      }),
    )
  })

  test('that contradicts itself is a mistake of ours', () => {
    expect(() => encodeRaster({ widthDots: 12, heightDots: 1, rows: new Uint8Array(2) })).toThrow()
    expect(() => encodeRaster({ widthDots: 16, heightDots: 2, rows: new Uint8Array(3) })).toThrow()
    expect(() => encodeRaster({ widthDots: 4096, heightDots: 0, rows: new Uint8Array(0) })).toThrow()
  })
})

describe('printer commands', () => {
  test('are those of the Epson reference', () => {
    const document = encodeDocument({
      blocks: [
        { kind: 'qr', text: 'AB' },
        { kind: 'feed', lines: 3 },
      ],
    })
    const expected = [
      '1b 40 1d 61 0e',
      '1b 61 01',
      '1d 28 6b 04 00 31 41 32 00',
      '1d 28 6b 03 00 31 43 04',
      '1d 28 6b 03 00 31 45 31',
      '1d 28 6b 05 00 31 50 30 41 42',
      '1d 28 6b 03 00 31 51 30',
      '1b 61 00',
      '1b 64 03',
    ]
    expect(concatBytes(...document)).toEqual(bytes(expected.join('')))
    expect(encodeCut()).toEqual(bytes('1b 40 1d 61 0e 1d 56 42 00'))
    expect(encodeStatusRequest(4)).toEqual(bytes('10 04 04'))
    expect(encodeProcessRequest(0x1a0f)).toEqual(bytes('1d 28 48 06 00 30 30 41 4a 40 4f'))
  })

  test('name the length of a long QR code with the low byte first', () => {
    const encoded = concatBytes(...encodeDocument({ blocks: [{ kind: 'qr', text: 'x'.repeat(1000) }] }))
    expect(Buffer.from(encoded).includes(Buffer.from(bytes('1d 28 6b eb 03 31 50 30 78')))).toBe(true)
  })

  test('that no printer could obey are mistakes of ours', () => {
    for (const text of ['', 'é', 'a\x10\x04', 'x'.repeat(2332)]) {
      expect(() => encodeDocument({ blocks: [{ kind: 'qr', text }] })).toThrow()
    }
    for (const lines of [0, 256, 1.5]) {
      expect(() => encodeDocument({ blocks: [{ kind: 'feed', lines }] })).toThrow()
    }
    expect(() => encodeProcessRequest(0x10000)).toThrow()
  })
})

describe('commands that never wait', () => {
  const heard = (command: Uint8Array) => new RealTimeWatcher().feed(command)

  test('are heard by the printer as they are meant', () => {
    for (const of of [1, 2, 3, 4] as const)
      expect(heard(encodeStatusRequest(of))).toEqual([{ is: 'status', of }])
    expect(heard(RECOVER)).toEqual([{ is: 'recover', how: 2 }])
    expect(heard(CLEAR_BUFFER)).toEqual([{ is: 'clear-buffer' }])
  })
})

describe('a whole document on its way to the printer', () => {
  /** Printable, and of any length that fits; 1037 and 1293 put 10 04 and 10 05 into the header of the symbol's data. */
  const qrLength = fc.oneof(fc.integer({ min: 1, max: 2331 }), fc.constantFrom(13, 1037, 1293))
  const block: fc.Arbitrary<PrintBlock> = fc.oneof(
    bitmap.map((picture): PrintBlock => ({ kind: 'raster', bitmap: picture })),
    fc.integer({ min: 1, max: 255 }).map((lines): PrintBlock => ({ kind: 'feed', lines })),
    fc.constantFrom(4, 5, 16, 20).map((lines): PrintBlock => ({ kind: 'feed', lines })),
    fc
      .tuple(qrLength, fc.constantFrom('1', 'A', ' ', '~'))
      .map(([length, character]): PrintBlock => ({ kind: 'qr', text: character.repeat(length) })),
  )

  test('holds no real-time command, with its proofs and its cut and whatever it holds', () => {
    fc.assert(
      fc.property(fc.array(block, { maxLength: 6 }), fc.nat(0xffff), (blocks, process) => {
        const parts = encodeDocument({ blocks })
        const bare = concatBytes(...parts, encodeCut())
        const proven = concatBytes(
          ...parts.flatMap((part) => [part, encodeProcessRequest(process)]),
          encodeCut(),
        )
        expect(new RealTimeWatcher().feed(bare)).toEqual([])
        expect(new RealTimeWatcher().feed(proven)).toEqual([])
      }),
    )
  })

  /** What a printer that holds to the reference is to understand. Rows as hexadecimal; the pairs of real-time commands in a band broken. */
  function understood(each: PrintBlock): readonly object[] {
    if (each.kind === 'feed') return [{ is: 'feed-lines', lines: each.lines }]
    if (each.kind === 'qr') {
      return [
        { is: 'justify', side: 'centre' },
        { is: 'qr-model', model: 0x32 },
        { is: 'qr-size', dots: 4 },
        { is: 'qr-correction', level: 1 },
        { is: 'qr-store', data: Buffer.from(each.text, 'latin1').toString('hex') },
        { is: 'qr-print' },
        { is: 'justify', side: 'left' },
      ]
    }
    const { widthDots, heightDots, rows } = each.bitmap
    const width = widthDots / 8
    const printed = rows.map((byte, i) => {
      const isCommand = byte === 0x10 && [0x04, 0x05, 0x14].includes(rows[i + 1] ?? 0)
      return isCommand && (i + 1) % (128 * width) !== 0 ? 0x18 : byte
    })
    return Array.from({ length: heightDots }, (_, y) => ({
      is: 'raster-row',
      scale: { x: 1, y: 1 },
      data: Buffer.from(printed.subarray(y * width, (y + 1) * width)).toString('hex'),
    }))
  }

  test('is read by a printer as what was ordered, proofs and cut included, however the line cuts it', () => {
    const start = [{ is: 'initialise' }, { is: 'automatic-status', mask: 0x0e }]
    fc.assert(
      fc.property(
        fc.array(block, { maxLength: 4 }),
        fc.nat(0xf000),
        fc.array(fc.nat(), { maxLength: 20 }),
        (blocks, first, places) => {
          const parts = encodeDocument({ blocks })
          const sent = concatBytes(
            ...parts.flatMap((part, i) => [part, encodeProcessRequest(first + i)]),
            encodeCut(),
          )
          const printer = new EscPosDecoder()
          const commands = cut(sent, places).flatMap((piece) => printer.feed(piece))
          const answers = commands.flatMap((command) =>
            command.is === 'process-id' ? [Uint8Array.of(0x37, 0x22, ...command.id, 0x00)] : [],
          )
          expect(framesOf(printerFormat, ...answers)).toEqual(
            parts.map((_, i) => ({ is: 'process', process: first + i })),
          )
          const rest = commands
            .filter(({ is }) => is !== 'process-id')
            .map((command) =>
              'data' in command ? { ...command, data: Buffer.from(command.data).toString('hex') } : command,
            )
          expect(rest).toEqual([
            ...start,
            ...blocks.flatMap(understood),
            ...start,
            { is: 'cut', feedDots: 0 },
          ])
        },
      ),
      { numRuns: 50 },
    )
  })

  test('asks for no status in the header of a symbol of 1037 or 1293 characters: behind 10 04 and 10 05 stands 31, which is no n', () => {
    for (const [length, header] of [
      [1037, '1d 28 6b 10 04 31'],
      [1293, '1d 28 6b 10 05 31'],
    ] as const) {
      const encoded = concatBytes(...encodeDocument({ blocks: [{ kind: 'qr', text: 'x'.repeat(length) }] }))
      expect(Buffer.from(encoded).includes(Buffer.from(bytes(header)))).toBe(true)
      expect(new RealTimeWatcher().feed(encoded)).toEqual([])
    }
  })

  test('would hold some if its pictures were sent as they are', () => {
    const found = fc.sample(bitmap, 100).flatMap(({ rows }) => new RealTimeWatcher().feed(rows))
    expect(found.length).toBeGreaterThan(0)
  })
})
