/** Text that somebody else's program sends to the virtual printer is text on its paper: tesseract reads it from the dots. */
import { expect, test } from 'vitest'
import { VirtualPrinter } from '../../simulator/peripherals/printer.ts'
import { slipPng } from '../../simulator/peripherals/slip-png.ts'
import { DeviceSide, hex } from '../simulator/device-side.ts'
import { describeWith, TESSERACT } from './needs.ts'
import { Tesseract } from './slip/readers.ts'

const LINES = ['Hello world', 'The quick brown fox jumps', 'RECEIPT 1405 TOTAL 27390'] as const

describeWith([TESSERACT], 'text on the virtual printer', () => {
  test.each([
    ['plain', '1B 40'],
    ['bold', '1B 40 1B 45 01'],
    ['twice as large', '1B 40 1D 21 11'],
  ])('(%s) is read by tesseract', async (_, style) => {
    const tesseract = new Tesseract(['--psm', '7', '-l', 'eng'])
    const read: (() => string)[] = []
    for (const line of LINES) {
      const device = new DeviceSide()
      const printer = new VirtualPrinter({ line: device.plug, clock: device.clock })
      await device.open()
      const text = style === '1B 40 1D 21 11' ? line.slice(0, 24) : line
      await device.ask([...hex(style), 0x0a, ...Buffer.from(`${text}\n`), 0x0a], 2000)
      const slip = printer.hanging()
      if (slip === undefined) throw new Error('nothing is printed')
      read.push(tesseract.add(slipPng(slip)))
    }
    tesseract.read()
    const expected = LINES.map((line) => (style === '1B 40 1D 21 11' ? line.slice(0, 24) : line).trim())
    expect(read.map((text) => text())).toEqual(expected)
  })
})
