import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { mapTouch } from '../../../firmware/touchscreen/calibration.ts'
import {
  acknowledgementOf,
  eloFormat,
  encodePacket,
  identityOf,
  isRawMode,
  modeOf,
  RAW_MODE,
  touchOf,
} from '../../../firmware/touchscreen/codec.ts'
import { framesOf, holdsForAnyBytes, someBytes } from '../properties.ts'
import { bytes } from '../scripted-line.ts'

const anyPacket = fc.record({
  command: fc.constantFrom(...'ABCDIMTabcdim'),
  data: fc.uint8Array({ minLength: 7, maxLength: 7 }),
})

const packet = (command: string, hex: string) => ({ command, data: bytes(hex) })

describe('Elo packets', () => {
  test('are read back as they were written', () => {
    fc.assert(
      fc.property(anyPacket, (sent) => {
        expect(framesOf(eloFormat, encodePacket(sent.command, sent.data))).toEqual([sent])
      }),
    )
  })

  test('have the checksum of the reference: AA and the nine bytes before it', () => {
    // AA + 55 + 69 = 168
    expect(encodePacket('i')).toEqual(bytes('55 69 00 00 00 00 00 00 00 68'))
  })

  test('are found however the bytes are cut, and no bytes break the parser', () => {
    holdsForAnyBytes(eloFormat, someBytes(60))
    const withNoise = fc
      .array(fc.oneof(anyPacket, someBytes(12)))
      .map((parts) =>
        Uint8Array.from(
          parts.flatMap((part) => [...('command' in part ? encodePacket(part.command, part.data) : part)]),
        ),
      )
    holdsForAnyBytes(eloFormat, withNoise)
  })

  test('are found between noise, also when the noise looks like a start', () => {
    const quiet = fc
      .array(fc.integer({ min: 0, max: 255 }), { maxLength: 30 })
      .map((noise) => Uint8Array.from(noise))
    fc.assert(
      fc.property(quiet, anyPacket, quiet, (before, sent, after) => {
        const frame = encodePacket(sent.command, sent.data)
        const tail = Uint8Array.from([...after, ...new Uint8Array(10)])
        const stream = Uint8Array.from([...before, ...frame, ...tail])
        // One start in 256 has a right checksum by chance; such noise is a frame, and may swallow ours.
        fc.pre(!hasAccidentalFrame(stream, before.length))
        expect(framesOf(eloFormat, stream)).toContainEqual(sent)
      }),
    )
  })

  test('take a flipped bit for no packet, and the packet behind it is not lost', () => {
    fc.assert(
      fc.property(anyPacket, anyPacket, fc.nat(79), (broken, next, bit) => {
        const first = encodePacket(broken.command, broken.data)
        first[bit >> 3] = (first[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        const stream = Uint8Array.from([...first, ...encodePacket(next.command, next.data)])
        fc.pre(!hasAccidentalFrame(stream, first.length))
        expect(framesOf(eloFormat, stream)).toEqual([next])
      }),
    )
  })
})

/** Whether a frame could be read that begins before `end`. */
function hasAccidentalFrame(stream: Uint8Array, end: number): boolean {
  return Array.from({ length: end }, (_, at) => stream.subarray(at, at + 10)).some((window) => {
    return window.length === 10 && eloFormat.scan(window).is === 'frame'
  })
}

describe('what Elo packets say', () => {
  test('contact, movement and release, low byte first', () => {
    // The first three are lines of the SmartSet reference (figure 5-1).
    expect(touchOf(packet('T', '01 01 0c f4 02 ff 00'))).toEqual({ kind: 'down', x: 0x0c01, y: 0x02f4 })
    expect(touchOf(packet('T', '02 00 0c e4 02 ff 00'))).toEqual({ kind: 'move', x: 0x0c00, y: 0x02e4 })
    expect(touchOf(packet('T', '04 fc 0b fa 02 ff 00'))).toEqual({ kind: 'up', x: 0x0bfc, y: 0x02fa })
  })

  test('a touch off the range, or of no kind, or another packet is no touch', () => {
    expect(touchOf(packet('T', '01 00 10 00 00 00 00'))).toBeUndefined()
    expect(touchOf(packet('T', '01 00 00 ff ff 00 00'))).toBeUndefined()
    expect(touchOf(packet('T', '08 00 00 00 00 00 00'))).toBeUndefined()
    expect(touchOf(packet('A', '01 01 00 01 00 00 00'))).toBeUndefined()
  })

  test('identity, acknowledgement and mode', () => {
    expect(identityOf(packet('I', '32 30 00 01 02 00 0a'))).toBe('Elo IntelliTouch, firmware 02.01')
    expect(acknowledgementOf(packet('A', '30 30 30 30 00 00 00'))).toBe('')
    expect(acknowledgementOf(packet('A', '35 30 30 30 00 00 00'))).toBe('5')
    expect(acknowledgementOf(packet('I', '35 30 30 30 00 00 00'))).toBeUndefined()
    // The reference's answer to a mode query (figure 5-2): 87 is contact, stream, release and Z.
    expect(modeOf(packet('M', '00 87 00 00 00 00 00'))).toEqual({ reports: 0x87, processing: 0 })
    expect(isRawMode({ reports: 0x87, processing: 0x40 })).toBe(true)
    expect(isRawMode({ reports: 0x83, processing: 0 })).toBe(false)
    expect(isRawMode({ reports: 0x07, processing: 0x04 })).toBe(false)
    expect(isRawMode({ reports: RAW_MODE[1] ?? 0, processing: RAW_MODE[2] ?? 0 })).toBe(true)
  })
})

describe('calibration', () => {
  const calibration = { left: 100, right: 3900, top: 4000, bottom: 90 }

  test('maps the corners of the picture onto the corners of the grid, also on a mirrored axis', () => {
    expect(mapTouch(calibration, { x: 100, y: 4000 })).toEqual({ x: 0, y: 0 })
    expect(mapTouch(calibration, { x: 3899, y: 91 })).toEqual({ x: 1079, y: 1919 })
    expect(mapTouch(calibration, { x: 2000, y: 2045 })).toEqual({ x: 540, y: 960 })
  })

  test('leaves a touch beside the picture off the grid', () => {
    expect(mapTouch(calibration, { x: 99, y: 2045 }).x).toBeLessThan(0)
    expect(mapTouch(calibration, { x: 3900, y: 2045 }).x).toBe(1080)
    expect(mapTouch(calibration, { x: 2000, y: 4095 }).y).toBeLessThan(0)
  })

  test('finds back every place on the grid that a raw value stands for', () => {
    const raw = fc.record({ x: fc.integer({ min: 100, max: 3899 }), y: fc.integer({ min: 91, max: 4000 }) })
    fc.assert(
      fc.property(raw, (touch) => {
        const { x, y } = mapTouch(calibration, touch)
        expect(Number.isInteger(x) && x >= 0 && x < 1080).toBe(true)
        expect(Number.isInteger(y) && y >= 0 && y < 1920).toBe(true)
        expect(Math.abs(100 + (x * 3800) / 1080 - touch.x)).toBeLessThan(3800 / 1080)
      }),
    )
  })

  test('without extent is a mistake of ours', () => {
    expect(() => mapTouch({ ...calibration, right: 100 }, { x: 1, y: 1 })).toThrow('extent')
  })
})
