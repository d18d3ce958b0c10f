import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type PrintedSlip, VirtualPrinter } from '../../../simulator/peripherals/printer.ts'
import { CELLS, glyphOf } from '../../../simulator/peripherals/printer-font.ts'
import { DeviceSide, hex } from '../device-side.ts'

/** What stands on the paper after these bytes, and what the printer answered. */
async function printed(
  ...parts: (string | readonly number[])[]
): Promise<{ slip: PrintedSlip | undefined; answer: number[]; unknown: number }> {
  const device = new DeviceSide()
  const printer = new VirtualPrinter({ line: device.plug, clock: device.clock })
  await device.open()
  const bytes = parts.flatMap((part) => (typeof part === 'string' ? [...Buffer.from(part, 'latin1')] : part))
  const answer = await device.ask([...hex('1B 40'), ...bytes], 5000)
  return { slip: printer.hanging() ?? printer.dropped[0], answer, unknown: printer.unknownCommands }
}

/** The paper as rows of dots, a string of `#` and spaces each. */
function rowsOf({ bitmap, height }: PrintedSlip): string[] {
  return Array.from({ length: height }, (_, y) =>
    [...bitmap.subarray(72 * y, 72 * y + 72)]
      .map((byte) => byte.toString(2).padStart(8, '0'))
      .join('')
      .replaceAll('0', ' ')
      .replaceAll('1', '#'),
  )
}

/** The cell of a character at that column of the first line. */
function cell(slip: PrintedSlip | undefined, column: number, width = 12, height = 24): string[] {
  return slip === undefined
    ? []
    : rowsOf(slip)
        .slice(0, height)
        .map((row) => row.slice(column * width, (column + 1) * width))
}

function glyph(character: string, font: 'a' | 'b' = 'a'): string[] {
  return glyphOf(character.charCodeAt(0), font).map((row) =>
    row.toString(2).padStart(CELLS[font].width, '0').replaceAll('0', ' ').replaceAll('1', '#'),
  )
}

const PROCESS_ID = hex('1D 28 48 06 00 30 30 41 42 43 44')
const PROOF = hex('37 22 41 42 43 44 00')
const CUT = hex('1D 56 42 00')
const LF = '\n'

describe('text on the virtual printer', () => {
  it('is drawn before its proof is given', async () => {
    const { slip, answer, unknown } = await printed('Hello world', LF, CUT, PROCESS_ID)
    expect(answer).toEqual(PROOF)
    expect(unknown).toBe(0)
    // A line of 24 dots in the spacing of 30.
    expect(slip?.height).toBe(30)
    for (const [column, character] of [...'Hello world'].entries())
      expect(cell(slip, column)).toEqual(glyph(character))
    expect(cell(slip, 11).join('').trim()).toBe('')
  })

  it('waits for its line to be fed, and is forgotten by ESC @', async () => {
    expect((await printed('Hello')).slip).toBeUndefined()
    const { slip } = await printed('Hello', hex('1B 40'), LF)
    expect(slip && rowsOf(slip).join('').trim()).toBe('')
  })

  it('has a glyph of its own for each character of ASCII, within its cell, and a box for what it does not have', () => {
    for (const font of ['a', 'b'] as const) {
      const { width, height } = CELLS[font]
      const seen = new Map<string, number>()
      for (let code = 0x20; code <= 0xff; code += 1) {
        const drawn = glyphOf(code, font)
        expect(drawn).toHaveLength(height)
        expect(drawn.every((row) => row < 1 << width)).toBe(true)
        if (code > 0x20) expect(drawn.some((row) => row > 0)).toBe(true)
        // In the small font two letters of another language may fall together; ASCII may not.
        if (code < 0x7f) expect(seen.get(drawn.join())).toBeUndefined()
        seen.set(drawn.join(), code)
      }
      // Line art of code page 437 and DEL.
      expect(glyphOf(0xb3, font)).toEqual(glyphOf(0x7f, font))
      expect(glyphOf(0x82, font)).not.toEqual(glyphOf(0x7f, font))
    }
  })

  it('goes on in the next line after 48 characters, or 64 in font B', async () => {
    const line = 'x'.repeat(48)
    expect((await printed(line, LF)).slip?.height).toBe(30)
    expect((await printed(line, 'x', LF)).slip?.height).toBe(60)
    const small = hex('1B 4D 01')
    expect((await printed(small, 'x'.repeat(64), LF)).slip?.height).toBe(30)
    expect((await printed(small, 'x'.repeat(65), LF)).slip?.height).toBe(60)
    expect(cell((await printed(small, 'Ab', LF)).slip, 1, 9, 17)).toEqual(glyph('b', 'b'))
  })

  it('is as far apart as it was told, but never on top of itself', async () => {
    expect((await printed(hex('1B 33 3C'), 'a\nb\n')).slip?.height).toBe(120)
    expect((await printed(hex('1B 33 05'), 'a\nb\n')).slip?.height).toBe(48)
    expect((await printed('a', hex('1B 64 03'))).slip?.height).toBe(90)
    expect((await printed('a', hex('1B 4A 28'))).slip?.height).toBe(40)
    // Without a line feed CR prints nothing.
    expect((await printed('a\r')).slip).toBeUndefined()
  })

  it('stands left, in the middle or right; a side takes hold at the beginning of a line', async () => {
    const { slip } = await printed(hex('1B 61 02'), 'R', LF)
    expect(cell(slip, 47)).toEqual(glyph('R'))
    const { slip: centred } = await printed(hex('1B 61 01'), 'mm', LF)
    expect(cell(centred, 23)).toEqual(glyph('m'))
    const { slip: late } = await printed('L', hex('1B 61 02'), LF)
    expect(cell(late, 0)).toEqual(glyph('L'))
  })

  it('is bold, underlined, doubled, as ESC !, ESC E, ESC - and GS ! say', async () => {
    const plain = glyph('A')
    const { slip: bold } = await printed(hex('1B 45 01'), 'A', hex('1B 45 00'), 'A', LF)
    expect(cell(bold, 0).join('').replaceAll(' ', '').length).toBeGreaterThan(
      plain.join('').replaceAll(' ', '').length,
    )
    expect(cell(bold, 1)).toEqual(plain)
    expect((await printed(hex('1B 21 08'), 'A', LF)).slip?.bitmap).toEqual(
      (await printed(hex('1B 45 01'), 'A', LF)).slip?.bitmap,
    )
    const { slip: underlined } = await printed(hex('1B 2D 02'), 'A', LF)
    expect(cell(underlined, 0).slice(-2)).toEqual(['#'.repeat(12), '#'.repeat(12)])
    const twice = plain.flatMap((row) => {
      const wide = [...row].map((dot) => dot + dot).join('')
      return [wide, wide]
    })
    for (const double of ['1D 21 11', '1B 21 30']) {
      const { slip } = await printed(hex(double), 'A', LF)
      expect(slip?.height).toBe(48)
      expect(cell(slip, 0, 24, 48)).toEqual(twice)
    }
    // Small and large characters of one line stand on its bottom.
    const { slip: mixed } = await printed('A', hex('1D 21 01'), 'A', LF)
    expect(cell(mixed, 0, 12, 48).slice(24)).toEqual(plain)
  })

  it('has a tab at every eighth character', async () => {
    const { slip } = await printed('a\tb', LF)
    expect(cell(slip, 8)).toEqual(glyph('b'))
  })

  it('keeps pictures, symbols and cuts waiting for its line to end: in the middle of one they are not taken', async () => {
    const picture = [...hex('1D 76 30 00 01 00 02 00'), 0xff, 0xff]
    expect((await printed('a', picture, LF)).slip?.height).toBe(30)
    expect((await printed('a', LF, picture)).slip?.height).toBe(32)
    const { slip } = await printed('a', CUT, LF)
    expect(slip?.height).toBe(30)
  })

  it('of any bytes prints and breaks nothing', () =>
    fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        await printed([...bytes])
      }),
      { numRuns: 40 },
    ))
})

describe('what the virtual printer says of itself in its turn', () => {
  it('is the identity of a TM-T88III: model, type, version, and its names between 5F and 00', async () => {
    const ask = async (n: string): Promise<number[]> => (await printed(hex(`1D 49 ${n}`))).answer
    // TM-T88III: model 20; a cutter and no characters of two bytes (Epson TM-T88 manuals, GS I).
    expect(await ask('01')).toEqual([0x20])
    expect(await ask('31')).toEqual([0x20])
    expect(await ask('02')).toEqual([0x02])
    const [version = 0xff, ...rest] = await ask('03')
    expect([version & 0x90, rest]).toEqual([0, []])
    expect(await ask('42')).toEqual([0x5f, ...Buffer.from('EPSON'), 0x00])
    expect(await ask('43')).toEqual([0x5f, ...Buffer.from('TM-T88III'), 0x00])
    expect(await ask('45')).toEqual([0x5f, 0x00])
    expect(await ask('07')).toEqual([])
  })

  it('is its paper and its drawer (GS r), behind what came before', async () => {
    const device = new DeviceSide()
    const printer = new VirtualPrinter({ line: device.plug, clock: device.clock })
    await device.open()
    expect(await device.ask(hex('1D 72 01 1D 72 32'))).toEqual([0x00, 0x00])
    printer.nearEnd()
    expect(await device.ask(hex('1D 72 31'))).toEqual([0x03])
    printer.openCover()
    await device.ask(hex('1D 72 01'))
    printer.closeCover()
    await device.wait(1)
    expect(device.received()).toEqual([0x11, 0x03])
  })
})
