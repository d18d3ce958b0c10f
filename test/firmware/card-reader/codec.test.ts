import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeAnswer, encodeApdu, encodeTpdu } from '../../../firmware/card-reader/apdu.ts'
import type { CcidMessage } from '../../../firmware/card-reader/codec.ts'
import { encodeMessage, MAX_DATA, readerFormat, statusOf } from '../../../firmware/card-reader/codec.ts'
import { framesOf } from '../properties.ts'
import { bytes } from '../scripted-line.ts'

const octet = fc.integer({ min: 0, max: 255 })
const anyMessage: fc.Arbitrary<CcidMessage> = fc.record({
  type: octet,
  slot: octet,
  sequence: octet,
  parameters: fc.tuple(octet, octet, octet),
  data: fc.uint8Array({ maxLength: MAX_DATA }),
})

describe('CCID frames over a serial line', () => {
  test('are read back as they were written', () => {
    fc.assert(
      fc.property(anyMessage, (message) => {
        expect(framesOf(readerFormat, encodeMessage(message))).toEqual([{ is: 'message', message }])
      }),
    )
    expect(() => encodeMessage({ ...message(0x6f), data: new Uint8Array(MAX_DATA + 1) })).toThrow()
  })

  test('are those that a GemPC Twin and libccid exchange', () => {
    const powerOn = { ...message(0x62), sequence: 0x61, parameters: [1, 0, 0] as const }
    expect(encodeMessage(powerOn)).toEqual(bytes('03 06 62 00 00 00 00 00 61 01 00 00 07'))
    const ifs = { ...message(0x6f), sequence: 0x63, data: bytes('00 c1 01 fe 3e') }
    expect(encodeMessage(ifs)).toEqual(bytes('03 06 6f 05 00 00 00 00 63 00 00 00 00 c1 01 fe 3e 0c'))
  })

  test('stand among card movements, time requests and refusals, which have no frame', () => {
    const stream = bytes('50 03 80 ff 03 15 16 50 02')
    expect(framesOf(readerFormat, stream)).toEqual([
      { is: 'card', present: true },
      { is: 'time-request' },
      { is: 'time-request' },
      { is: 'not-understood' },
      { is: 'card', present: false },
    ])
  })

  test('are found between noise', () => {
    // Noise without the two bytes that begin something: what begins inside noise may swallow a frame, as on any line.
    const noise = fc
      .uint8Array({ max: 255 })
      .map((all) => all.filter((byte) => byte !== 0x03 && byte !== 0x50))
    fc.assert(
      fc.property(noise, anyMessage, noise, (before, sent, after) => {
        const frames = framesOf(readerFormat, before, encodeMessage(sent), after)
        expect(frames.filter((frame) => frame.is !== 'time-request')).toEqual([
          { is: 'message', message: sent },
        ])
      }),
    )
  })

  test('say in their status byte what became of command and card', () => {
    expect(statusOf({ ...message(0x80), parameters: [0x00, 0, 0] })).toEqual({ is: 'done', card: 'active' })
    expect(statusOf({ ...message(0x81), parameters: [0x01, 0, 0] })).toEqual({ is: 'done', card: 'inactive' })
    expect(statusOf({ ...message(0x80), parameters: [0x42, 0xfe, 0] })).toEqual({
      is: 'failed',
      card: 'absent',
      error: 0xfe,
    })
    expect(statusOf({ ...message(0x80), parameters: [0x80, 1, 0] })).toEqual({ is: 'more-time' })
  })
})

function message(type: number): CcidMessage {
  return { type, slot: 0, sequence: 0, parameters: [0, 0, 0], data: new Uint8Array(0) }
}

describe('T=0 commands', () => {
  const header = { cla: 0x00, ins: 0xb0, p1: 1, p2: 2 }

  test('have the length of the data, or of the answer, or none', () => {
    expect(encodeTpdu(header)).toEqual(bytes('00 b0 01 02 00'))
    expect(encodeTpdu({ ...header, expected: 33 })).toEqual(bytes('00 b0 01 02 21'))
    expect(encodeTpdu({ ...header, expected: 256 })).toEqual(bytes('00 b0 01 02 00'))
    expect(encodeTpdu({ ...header, data: bytes('aa bb'), expected: 1 })).toEqual(
      bytes('00 b0 01 02 02 aa bb'),
    )
    expect(() => encodeTpdu({ ...header, data: new Uint8Array(0) })).toThrow()
    expect(() => encodeTpdu({ ...header, data: new Uint8Array(256) })).toThrow()
    expect(() => encodeTpdu({ ...header, expected: 257 })).toThrow()
  })

  test('are answered with data and two status bytes', () => {
    expect(decodeAnswer(bytes('01 02 90 00'))).toEqual({ data: bytes('01 02'), status: 0x9000 })
    expect(decodeAnswer(bytes('6a 82'))).toEqual({ data: new Uint8Array(0), status: 0x6a82 })
    for (const none of ['90', '60 00', '01 02', '50 00', 'a0 00'])
      expect(decodeAnswer(bytes(none))).toBeUndefined()
  })
})

describe('T=1 commands', () => {
  const header = { cla: 0x00, ins: 0xb0, p1: 1, p2: 2 }

  test('have both lengths, each where there is something', () => {
    expect(encodeApdu(header)).toEqual(bytes('00 b0 01 02'))
    expect(encodeApdu({ ...header, expected: 256 })).toEqual(bytes('00 b0 01 02 00'))
    expect(encodeApdu({ ...header, data: bytes('aa bb') })).toEqual(bytes('00 b0 01 02 02 aa bb'))
    expect(encodeApdu({ ...header, data: bytes('aa'), expected: 64 })).toEqual(bytes('00 b0 01 02 01 aa 40'))
    expect(() => encodeApdu({ ...header, expected: 0 })).toThrow()
  })
})
