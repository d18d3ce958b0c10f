/**
 * Every command of the SmartSet Touchscreen Controller Family Technical Reference Manual, chapter 6 (page numbers are its own), except the
 * ones that touchscreen.test.ts shows.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SmartSetReader, smartSetPacket } from '../../../simulator/peripherals/smartset.ts'
import { VirtualTouchscreen } from '../../../simulator/peripherals/touchscreen.ts'
import { cut, DeviceSide, hex } from '../device-side.ts'

async function touchscreen() {
  const device = new DeviceSide()
  const screen = new VirtualTouchscreen({ line: device.plug, clock: device.clock })
  await device.open()
  /** Sends commands in hexadecimal, the letter and the data; gives the letters and data of what comes back, acknowledgements as text. */
  const ask = async (...commands: string[]): Promise<string[]> => {
    const bytes = commands.flatMap((command) => {
      const [letter = 0, ...data] = hex(command)
      return [...smartSetPacket(String.fromCharCode(letter), data)]
    })
    return told(await device.ask(bytes))
  }
  /** Presses a point of the converter's range, and gives what was told. */
  const press = async (x: number, y: number): Promise<string[]> => {
    await device.clock.run(screen.press(((x + 0.5) * 1080) / 4096, ((y + 0.5) * 1920) / 4096))
    await device.wait(1)
    return told(device.received())
  }
  return { device, screen, ask, press }
}

function told(bytes: readonly number[]): string[] {
  const reader = new SmartSetReader()
  const packets = reader.feed(Uint8Array.from(bytes))
  expect(reader.strayBytes).toBe(0)
  expect(packets.every(({ checksumIsRight }) => checksumIsRight)).toBe(true)
  return packets.map(({ letter, data }) => `${letter} ${Buffer.from(data).toString('hex')}`)
}

/** The place in the first of some touch packets. */
function placeOf([touch = '']: readonly string[]): { x: number; y: number } {
  const bytes = Buffer.from(touch.slice(2), 'hex')
  return { x: bytes.readInt16LE(1), y: bytes.readInt16LE(3) }
}

const DONE = 'A 30303030000000'
const refused = (digit: number): string => `A 3${digit}303030000000`

describe('what a touch controller says of itself', () => {
  it('is its kind, jumpers and owner (pages 85 to 87, 94), which nobody can set', async () => {
    const { ask } = await touchscreen()
    const [identity, ...rest] = await ask('69', '6A', '6F')
    expect(identity).toMatch(/^I 30300004010f01$/)
    expect(rest).toEqual([DONE, 'J 30303030053131', DONE, 'O 456c6f496e632e', DONE])
    expect(await ask('49', '4A', '4F 41')).toEqual([refused(5), refused(5), refused(5)])
  })

  it('is what its tests find, when it is told to run them (page 79)', async () => {
    const { ask, screen } = await touchscreen()
    screen.fail('rom', 'nvram')
    expect(await ask('64', '44 04', '64', '44 03', '64')).toEqual([
      'D 14000000000000',
      DONE,
      'D 04000000000000',
      DONE,
      'D 04000000000000',
      DONE,
      'D 00000000000000',
      DONE,
      'D 00000000000000',
      DONE,
    ])
  })

  it('is no low power mode: an E271-2210 has none (page 85)', async () => {
    const { ask } = await touchscreen()
    expect(await ask('6C', '4C 01', '7A')).toEqual([refused(5), refused(5), refused(5)])
  })

  it('is its factory settings (pages 75 to 101)', async () => {
    const { ask } = await touchscreen()
    const answers = await ask('62', '66', '68', '6B', '65', '71', '63 78', '73 7A', '63 73')
    expect(answers.filter((answer) => answer !== DONE)).toEqual([
      'B 00020000000000',
      'F 30042008910000',
      'H 00006400000000',
      'K 00000000000000',
      'E 30340000000000',
      'Q 00000000000000',
      'C 780000ff0fff0f',
      'S 7a0000ff00ff00',
      'C 53000000000000',
    ])
  })

  it('is all of that at once, in as many packets as it said, which set it again (page 83)', async () => {
    const { ask, device } = await touchscreen()
    await ask('42 03 04', '43 58 10 00 F0 0F', '53 59 00 01 00 00', '4D 00 47 4C', '46 30 05 21 09 92')
    const configuration = await ask('67')
    const [identity = ''] = await ask('69')
    expect(configuration).toHaveLength(Number.parseInt(identity.slice(12, 14), 16) + 1)
    const settings = configuration.slice(0, -1)
    await ask('52 00')
    expect(await ask('67')).not.toEqual(configuration)
    const replies = await ask(
      ...settings.map((it) => Buffer.from(it.slice(0, 1)).toString('hex') + it.slice(2)),
    )
    expect(replies).toEqual(settings.map(() => DONE))
    expect(await ask('67')).toEqual(configuration)
    await device.wait(1)
  })
})

describe('what a touch controller can be told', () => {
  it('is how far apart it reports (page 75)', async () => {
    const { ask, device, screen } = await touchscreen()
    await ask('42 00 0A')
    screen.down(1, 1)
    await device.wait(1001)
    expect(told(device.received())).toHaveLength(1 + 10)
    expect(await ask('42 10 00')).toContain(refused(2))
  })

  it('is how long a release is doubted: a skip of the finger is no release (page 75)', async () => {
    const { ask, device, screen } = await touchscreen()
    await ask('42 05 02')
    screen.down(1, 1)
    await device.wait(25)
    const skipped = screen.up()
    await device.wait(30)
    screen.down(2, 2)
    await device.clock.run(skipped)
    await device.wait(30)
    const start = device.clock.now()
    await device.clock.run(screen.up())
    expect(device.clock.now() - start).toBeGreaterThanOrEqual(50)
    await device.wait(1)
    const kinds = told(device.received()).map((touch) => touch.slice(2, 4))
    expect(kinds.join(' ')).toMatch(/^01 (02 )+04$/)
  })

  it('is to leave out what does not move (page 91)', async () => {
    const { ask, device, screen } = await touchscreen()
    await ask('4D 00 07 40')
    screen.down(100, 100)
    await device.wait(1000)
    expect(told(device.received())).toHaveLength(1)
    screen.move(101, 100)
    await device.wait(1000)
    expect(told(device.received())).toHaveLength(1)
    await device.clock.run(screen.up())
    await device.wait(1)
    expect(told(device.received())).toHaveLength(1)
  })

  it('is its mode, in letters too (page 92); what means nothing ends the string', async () => {
    const { ask } = await touchscreen()
    const mode = async (letters: string): Promise<string | undefined> =>
      (await ask(`4D ${Buffer.from(letters).toString('hex')}`, '6D'))[1]
    expect(await mode('ISUT')).toBe('M 00874000000000')
    expect(await mode('IP')).toBe('M 00c10600000000')
    expect(await mode('UCMB')).toBe('M 00c40c00000000')
    expect(await mode('SxU')).toBe('M 00820000000000')
  })

  it('is calibration: raw points are laid onto the whole range, also the other way round (pages 77, 78)', async () => {
    const { ask, press } = await touchscreen()
    await ask('43 58 E8 03 D0 07', '43 59 A0 0F 90 01', '4D 00 07 04')
    // A point of the grid is 4 raw steps wide, calibrated 16.
    expect(Math.abs(placeOf(await press(1000, 4000)).x)).toBeLessThanOrEqual(16)
    const { x, y } = placeOf(await press(2000, 400))
    expect(Math.abs(x - 4095)).toBeLessThanOrEqual(16)
    expect(Math.abs(y - 4095)).toBeLessThanOrEqual(16)
    // Beyond the points the numbers go on.
    expect(placeOf(await press(500, 4000)).x).toBeLessThan(-2000)
    expect(await ask('43 58 05 00 05 00', '43 78 00 00 01 00 00 00', '43 51 01')).toEqual([
      refused(1),
      refused(1),
      refused(2),
    ])
  })

  it('is to check and to trim what lies beyond the calibration points (pages 90, 91)', async () => {
    const { ask, press } = await touchscreen()
    await ask('43 58 E8 03 D0 07', '4D 00 47 04')
    expect((await press(500, 100))[0]?.slice(2, 4)).toBe('41')
    expect((await press(1500, 100))[0]?.slice(2, 4)).toBe('01')
    await ask('4D 00 47 06')
    expect((await press(500, 100))[0]).toMatch(/^T 410000/)
    // Neither without calibration.
    await ask('4D 00 47 02')
    expect((await press(500, 100))[0]).toMatch(/^T 01f[3-5]01/)
  })

  it('is scaling to what the host counts in, and to swap the axes (pages 78, 100)', async () => {
    const { ask, press } = await touchscreen()
    await ask('53 58 00 00 37 04', '53 59 7F 07 00 00', '53 5A 00 00 0F 00', '4D 00 07 08')
    expect((await press(4095, 0))[0]).toBe('T 0136047f070f00')
    await ask('43 53 01', '4D 00 07 00')
    expect((await press(4095, 0))[0]).toBe('T 010100fd0fff00')
  })

  it('is to find its calibration with two presses, each acknowledged (page 77)', async () => {
    const { ask, press } = await touchscreen()
    expect(await ask('43 32')).toEqual([DONE])
    expect(await press(1000, 3000)).toEqual([DONE])
    expect(await press(3000, 1000)).toEqual([DONE])
    const [x = ''] = await ask('63 78')
    const bytes = Buffer.from(x.slice(2), 'hex')
    expect(Math.abs(bytes.readUInt16LE(1) - 1000)).toBeLessThanOrEqual(2)
    expect(Math.abs(bytes.readInt16LE(5) - 2000)).toBeLessThanOrEqual(4)
    expect(await press(1, 1)).toHaveLength(3)
  })

  it('is to give that up: a command in between cancels it, and two presses on one place are no calibration', async () => {
    const { ask, press } = await touchscreen()
    await ask('43 32')
    expect(await ask('61')).toEqual([refused(6)])
    expect(await press(1, 1)).toHaveLength(3)
    await ask('43 32')
    await press(2000, 2000)
    expect(await press(2000, 2000)).toEqual([refused(1)])
    expect((await ask('63 78'))[0]).toBe('C 780000ff0fff0f')
  })

  it('is to be quiet: of touches, of its timer, of everything (page 98)', async () => {
    const { ask, press, device } = await touchscreen()
    expect(await ask('51 04')).toEqual([DONE])
    expect(await press(1, 1)).toEqual([])
    expect(await ask('51 01', '69', '6D', '42 07 07')).toEqual([])
    expect(await press(1, 1)).toEqual([])
    // It did what it was told.
    expect(await ask('51 00', '62')).toEqual([DONE, 'B 07070000000000', DONE])
    expect(await ask('48 01 01 0A 00', '51 02')).toEqual([DONE, DONE])
    await device.wait(1000)
    expect(device.received()).toEqual([])
  })

  it('is to tell the time, once or again and again (page 84)', async () => {
    const { ask, device } = await touchscreen()
    await ask('48 01 00 0A 00')
    await device.wait(48)
    expect((await ask('68'))[0]).toMatch(/^H 01000a000[56]00/)
    await device.wait(1000)
    expect(told(device.received())).toEqual(['H 00000a00000000'])
    await ask('48 01 01 0A 00')
    await device.wait(1000)
    expect(told(device.received()).length).toBeGreaterThanOrEqual(9)
    await ask('48 00')
    await device.wait(1000)
    expect(device.received()).toEqual([])
  })

  it('is to filter, of the kind of touchscreen that it has (page 82)', async () => {
    const { ask } = await touchscreen()
    expect(await ask('46 32 05 06 07 08', '66')).toEqual([DONE, 'F 30050607080000', DONE])
    expect(await ask('46 30 00 06 07 08')).toEqual([refused(2)])
  })

  it('is to answer with its key, and to listen to packets with it or without any (pages 52, 88)', async () => {
    const { device } = await touchscreen()
    expect(await device.ask(smartSetPacket('K', [7]))).toEqual([...smartSetPacket('A', hex('30303030'), 7)])
    const mode = [...smartSetPacket('M', [0, 0x87], 7), ...smartSetPacket('A', hex('30303030'), 7)]
    expect(await device.ask(smartSetPacket('m', [], 7))).toEqual(mode)
    expect(await device.ask(smartSetPacket('m', []))).toEqual(mode)
    expect(mode).toHaveLength(22)
    expect(mode[1]).toBe(7)
  })

  it('is to be asked for touches instead of telling them (page 102)', async () => {
    const { ask, device, screen } = await touchscreen()
    await ask('4D 00 00 00')
    screen.down(1079, 0)
    await device.wait(30)
    expect(device.received()).toEqual([])
    expect(await ask('74')).toEqual(['T 02fd0f0100ff00', DONE])
  })

  it('is to keep settings without power, in two places for calibration and scaling (page 93)', async () => {
    const { ask, screen } = await touchscreen()
    await ask('42 03 04', '43 58 01 00 02 00', '4E 01 07 00', '42 05 06', '43 58 03 00 04 00', '4E 01 02 01')
    screen.powerCycle()
    expect((await ask('62'))[0]).toBe('B 03040000000000')
    expect((await ask('63 78'))[0]).toBe('C 780100ff0f0100')
    await ask('4E 00 02 01')
    expect((await ask('63 78'))[0]).toBe('C 780300ff0f0100')
    expect((await ask('62'))[0]).toBe('B 03040000000000')
    expect(await ask('4E 00 07 02', '6E')).toEqual([refused(2), refused(5)])
  })

  it('is to begin again: hard, without a word, or soft, with nothing lost (page 99)', async () => {
    const { ask } = await touchscreen()
    await ask('42 03 04')
    expect(await ask('52 01', '62')).toEqual([DONE, 'B 03040000000000', DONE])
    expect(await ask('52 00')).toEqual([])
    expect((await ask('62'))[0]).toBe('B 00020000000000')
  })

  it('is to stop and go on with XOFF and XON, and to echo (page 96)', async () => {
    const { ask, device, press } = await touchscreen()
    expect(await device.ask([0x13])).toEqual([])
    // Not asked for, they are bytes where none belong.
    expect(await ask('50 30 05 06')).toEqual([refused(2)])
    await device.ask([0x13])
    expect(await press(1, 1)).toEqual([])
    expect(told(await device.ask([0x11]))).toHaveLength(3)
    await ask('50 30 05 84')
    expect((await device.ask(smartSetPacket('b', []))).slice(0, 10)).toEqual([...smartSetPacket('b', [])])
  })

  it('is to speak as an older controller (pages 80, 107, 110, 111; Elo’s guide, page A-70)', async () => {
    const { ask, device, screen } = await touchscreen()
    await ask('53 58 00 00 34 02', '53 59 78 06 78 06', '4D 00 05 08')
    const speak = async (flag: string, format: string): Promise<Buffer> => {
      expect(await ask(`45 ${flag} ${format}`)).toEqual([DONE])
      await device.clock.run(screen.press(1079, 0))
      await device.wait(1)
      return Buffer.from(device.received())
    }
    expect((await speak('30', '30')).toString('hex')).toBe('c8b45938c8b45938')
    expect((await speak('31', '31')).toString()).toBe('\r\n0564 1656 T\r\n0564 1656 U')
    expect((await speak('31', '02')).toString('hex')).toBe('012367812367')
    expect((await speak('30', '33')).toString()).toBe('23,67\r\n23,67\r\n')
    expect((await speak('31', '06')).toString('hex')).toBe('c8b45938000fc8b459380000')
    expect((await speak('31', '37')).toString()).toBe('\r\n0564 1656 0015\r\n0564 1656 0000')
    expect((await speak('30', '34'))[0]).toBe(0x55)
    expect(await ask('45 30 38', '45 32 30')).toEqual([refused(2), refused(2)])
  })

  it('is nothing in a packet of no known letter, whatever it holds', () =>
    fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), fc.array(fc.nat()), async (noise, places) => {
        const { device } = await touchscreen()
        const packets = Uint8Array.from([0x55, ...noise])
        for (const piece of cut(packets, places)) await device.ask(piece)
        await device.wait(100)
      }),
      { numRuns: 50 },
    ))

  it('warns in touches and modes while bytes that were no packet wait to be acknowledged (pages 90, 102)', async () => {
    const { ask, device, press } = await touchscreen()
    await device.ask([1])
    expect((await press(1, 1)).map((touch) => touch.slice(2, 4))).toEqual(['11', '12', '14'])
    expect(await ask('6D', '6D')).toEqual(['M 00970000000000', refused(2), 'M 00870000000000', DONE])
  })
})
