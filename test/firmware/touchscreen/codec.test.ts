import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  acknowledgementOf,
  checksCommands,
  diagnosticsOf,
  eloFormat,
  encodeChecked,
  encodePacket,
  encodeRawMode,
  identityOf,
  isRawMode,
  modeOf,
  parametersOf,
  touchOf,
} from '../../../firmware/touchscreen/codec.ts'
import { touchPacket } from '../../../simulator/peripherals/smartset.ts'
import { framesOf } from '../properties.ts'
import { bytes } from '../scripted-line.ts'

const anyPacket = fc.record({
  command: fc.constantFrom(...'ABCDIMPTabcdimp'),
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
    const plain = { doubtful: false }
    expect(touchOf(packet('T', '01 01 0c f4 02 ff 00'))).toEqual({
      kind: 'down',
      x: 0x0c01,
      y: 0x02f4,
      ...plain,
    })
    expect(touchOf(packet('T', '02 00 0c e4 02 ff 00'))).toEqual({
      kind: 'move',
      x: 0x0c00,
      y: 0x02e4,
      ...plain,
    })
    expect(touchOf(packet('T', '04 fc 0b fa 02 ff 00'))).toEqual({
      kind: 'up',
      x: 0x0bfc,
      y: 0x02fa,
      ...plain,
    })
  })

  test('a touch off the range, or of two kinds at once, is doubtful; of no kind it is none', () => {
    expect(touchOf(packet('T', '01 00 10 00 00 00 00'))).toMatchObject({ kind: 'down', doubtful: true })
    expect(touchOf(packet('T', '02 00 00 ff ff 00 00'))).toMatchObject({ kind: 'move', doubtful: true })
    expect(touchOf(packet('T', '42 00 01 00 01 00 00'))).toMatchObject({ kind: 'move', doubtful: true })
    expect(touchOf(packet('T', '05 00 01 00 01 00 00'))).toMatchObject({ kind: 'up', doubtful: true })
    expect(touchOf(packet('T', '08 00 00 00 00 00 00'))).toBeUndefined()
    expect(touchOf(packet('A', '01 01 00 01 00 00 00'))).toBeUndefined()
  })

  test('identity, acknowledgement with its errors by name, mode, parameters and diagnostics', () => {
    expect(identityOf(packet('I', '32 30 00 01 02 00 0a'))).toBe('Elo IntelliTouch, firmware 02.01')
    expect(acknowledgementOf(packet('A', '30 30 30 30 00 00 00'))).toEqual([])
    expect(acknowledgementOf(packet('A', '35 33 30 30 00 00 00'))).toEqual([
      'illegal command',
      'bad checksum',
    ])
    expect(acknowledgementOf(packet('A', '30 30 07 30 00 00 00'))).toBeUndefined()
    expect(acknowledgementOf(packet('I', '35 30 30 30 00 00 00'))).toBeUndefined()
    // The reference's answer to a mode query (figure 5-2): 87 is contact, stream, release and Z.
    expect(modeOf(packet('M', '00 87 00 00 00 00 00'))).toEqual({ reports: 0x87, processing: 0 })
    expect(modeOf(packet('M', '49 53 55 00 00 00 00'))).toBeUndefined()
    expect(isRawMode({ reports: 0x87, processing: 0 })).toBe(true)
    expect(isRawMode({ reports: 0x83, processing: 0 })).toBe(false)
    expect(isRawMode({ reports: 0x07, processing: 0x04 })).toBe(false)
    // Tracking leaves out repeats: a finger that rests would look lifted.
    expect(isRawMode({ reports: 0x87, processing: 0x40 })).toBe(false)
    expect(parametersOf(packet('P', '30 05 04 00 00 00 00'))).toEqual({ io: 0x30, serial1: 5, serial2: 4 })
    expect(diagnosticsOf(packet('D', '24 00 00 00 00 00 00'))).toEqual(['ROM', 'touchscreen drive'])
    expect(diagnosticsOf(packet('D', '00 00 00 00 00 00 00'))).toEqual([])
  })

  test('what is set is read back as it was set', () => {
    const byte = fc.nat(255)
    const [mode] = framesOf(eloFormat, encodeRawMode())
    expect(mode && modeOf(mode)).toSatisfy(isRawMode)
    fc.assert(
      fc.property(byte, byte, byte, (io, serial1, serial2) => {
        const [sent] = framesOf(eloFormat, encodeChecked({ io, serial1, serial2 }))
        const read = sent && parametersOf(sent)
        expect(read).toEqual({ io, serial1, serial2: serial2 | 1 })
        expect(read && checksCommands(read)).toBe(true)
      }),
    )
  })

  test('whatever a packet holds, every reader gives a value or nothing', () => {
    fc.assert(
      fc.property(anyPacket, (any) => {
        const readers = [touchOf, identityOf, modeOf, parametersOf, diagnosticsOf, acknowledgementOf]
        const read = readers.filter((reader) => reader(any) !== undefined)
        expect(read.length).toBeLessThanOrEqual(1)
      }),
    )
  })

  test('whatever the simulated controller writes of a finger, this reads', () => {
    const raw = fc.nat(4095)
    fc.assert(
      fc.property(fc.constantFrom('down', 'move', 'up'), raw, raw, (kind, x, y) => {
        const [sent] = framesOf(eloFormat, touchPacket({ down: 1, move: 2, up: 4 }[kind] ?? 0, { x, y }))
        expect(sent && touchOf(sent)).toEqual({ kind, x, y, doubtful: false })
      }),
    )
  })
})
