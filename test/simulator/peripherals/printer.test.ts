import { createCanvas, loadImage } from '@napi-rs/canvas'
import fc from 'fast-check'
import jsqr from 'jsqr'
import { describe, expect, it } from 'vitest'
import { EscPosDecoder } from '../../../simulator/peripherals/escpos-decoder.ts'
import { type PrintedSlip, VirtualPrinter } from '../../../simulator/peripherals/printer.ts'
import { RealTimeWatcher } from '../../../simulator/peripherals/real-time-watcher.ts'
import { slipPng } from '../../../simulator/peripherals/slip-png.ts'
import { cut, DeviceSide, hex } from '../device-side.ts'

async function printer() {
  const device = new DeviceSide()
  const virtual = new VirtualPrinter({ line: device.plug, clock: device.clock })
  await device.open()
  return { device, printer: virtual }
}

/** GS v 0 with dots as wide as the paper. */
function raster(rows: number, data: Uint8Array = new Uint8Array(72 * rows)): number[] {
  return [...hex('1D 76 30 00 48 00'), rows & 0xff, rows >> 8, ...data]
}

/** The QR functions for a text: model 2, modules of 6 dots, level M, store, print. */
function qr(text: string, functions = '1D286B04003141 3200 1D286B03003143 06 1D286B03003145 31'): number[] {
  const data = [...Buffer.from(text, 'utf8')]
  const length = data.length + 3
  const store = [...hex('1D286B'), length & 0xff, length >> 8, ...hex('315030'), ...data]
  return [...hex(functions), ...store, ...hex('1D286B0300315130')]
}

/** GS v 0 one byte wide, so that many rows go into the buffer. */
function narrow(rows: number, data: Uint8Array = new Uint8Array(rows)): number[] {
  return [...hex('1D 76 30 00 01 00'), rows & 0xff, rows >> 8, ...data]
}

const [XON, XOFF] = [0x11, 0x13] as const
const INITIALISE = hex('1B 40')
const CUT = hex('1D 56 42 00')
const PROCESS_ID = hex('1D 28 48 06 00 30 30 41 42 43 44')
const PROCESS_ID_ANSWER = hex('37 22 41 42 43 44 00')

async function status(device: DeviceSide): Promise<number[]> {
  return device.ask([1, 2, 3, 4].flatMap((n) => [0x10, 0x04, n]))
}

/** What a QR reader sees on the slip. */
async function readQr(slip: PrintedSlip): Promise<string | undefined> {
  const image = await loadImage(slipPng(slip))
  const canvas = createCanvas(image.width, image.height)
  const context = canvas.getContext('2d')
  context.drawImage(image, 0, 0)
  const { data, width, height } = context.getImageData(0, 0, image.width, image.height)
  return jsqr.default(data, width, height)?.data
}

describe('the virtual printer on paper', () => {
  it('prints a picture dot for dot', () =>
    fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 72 * 3, maxLength: 72 * 3 }), async (data) => {
        const { device, printer: virtual } = await printer()
        await device.ask([...INITIALISE, ...raster(3, data)], 100)
        // Accidental real-time commands are another test's.
        fc.pre(new RealTimeWatcher().feed(data).length === 0)
        expect(virtual.hanging()?.bitmap).toEqual(data)
        expect(virtual.unknownCommands).toBe(0)
      }),
      { numRuns: 30 },
    ))

  it('scales, moves and cuts off a picture as told', async () => {
    const { device, printer: virtual } = await printer()
    // One byte, one row, doubled both ways, at the right edge; then 80 bytes, of which 72 fit.
    await device.ask([
      ...hex('1B 61 02 1D 76 30 03 01 00 01 00 A1'),
      ...hex('1B 61 00 1D 76 30 00 50 00 01 00'),
    ])
    await device.ask(new Uint8Array(80).fill(0xff), 100)
    const slip = virtual.hanging()
    expect(slip?.height).toBe(3)
    const row = (y: number): string =>
      Buffer.from(slip?.bitmap.slice(72 * y, 72 * y + 72) ?? []).toString('hex')
    expect(row(0)).toBe(`${'00'.repeat(70)}cc03`)
    expect(row(1)).toBe(row(0))
    expect(row(2)).toBe('ff'.repeat(72))
  })

  it('prints a QR symbol that a reader reads, and says what it holds', async () => {
    const { device, printer: virtual } = await printer()
    const text = 'صندوق 1405'
    await device.ask(
      [...INITIALISE, ...hex('1B 64 02 1B 61 01'), ...qr(text), ...hex('1B 64 02'), ...CUT],
      2000,
    )
    const [slip] = virtual.dropped
    expect(slip?.qrTexts).toEqual([text])
    expect(slip && (await readQr(slip))).toBe(text)
    expect(virtual.unknownCommands).toBe(0)
  })

  it('prints no symbol that is wider than the paper', async () => {
    const { device, printer: virtual } = await printer()
    await device.ask(qr('x'.repeat(1500), '1D286B0300314310'), 1000)
    expect(virtual.hanging()).toBeUndefined()
  })

  it('takes a real printer’s time, and answers a process id only when everything is printed', async () => {
    const { device, printer: virtual } = await printer()
    expect(await device.ask([...narrow(1200), ...PROCESS_ID], 500)).toEqual([])
    expect(virtual.hanging()?.height).toBe(600)
    expect(await device.ask([], 499)).toEqual([])
    expect(await device.ask([], 2)).toEqual(PROCESS_ID_ANSWER)
    expect(virtual.hanging()?.height).toBe(1200)
  })

  it('feeds lines and dots, cuts, and lets the slip drop', async () => {
    const { device, printer: virtual } = await printer()
    const seen: number[] = []
    virtual.onDrop((slip) => seen.push(slip.height))
    await device.ask([...hex('0A 1B 64 02 1B 4A 05 1B 33 0A 0A 1B 32 0A'), ...hex('1D 56 42 07')], 1000)
    expect(seen).toEqual([30 + 60 + 5 + 10 + 30 + 7])
    expect(virtual.dropped[0]?.by).toBe('cutter')
    expect(virtual.hanging()).toBeUndefined()
    await device.ask(CUT)
    expect(virtual.dropped).toHaveLength(1)
  })

  it('counts what it does not know', async () => {
    const { device, printer: virtual } = await printer()
    await device.ask([
      ...hex('1B 7A 1D 28 58 02 00 01 02 00 0D'),
      ...hex('07 1B 74 05 1D 21 08 1D 49 07 1D 72 03'),
      ...hex('1D 28 48 06 00 30 30 01 42 43 44'),
    ])
    expect(virtual.unknownCommands).toBe(8)
  })
})

describe('the virtual printer telling its state', () => {
  it('has nothing to report at first', async () => {
    const { device } = await printer()
    expect(await status(device)).toEqual(hex('12 12 12 12'))
  })

  it('shows an open cover, thin paper and no paper in the bits of the Epson reference', async () => {
    const { device, printer: virtual } = await printer()
    virtual.openCover()
    expect(await status(device)).toEqual(hex('13 1A 16 12 12'))
    virtual.closeCover()
    virtual.nearEnd()
    expect(await status(device)).toEqual(hex('11 12 12 12 1E'))
    virtual.paperOut()
    expect(await status(device)).toEqual(hex('13 1A 32 12 7E'))
    virtual.loadPaper()
    expect(await status(device)).toEqual(hex('11 12 12 12 12'))
  })

  it('tells by itself what it was asked to tell, until it is initialised', async () => {
    const { device, printer: virtual } = await printer()
    expect(await device.ask(hex('1D 61 0E'))).toEqual(hex('10 00 00 00'))
    virtual.openCover()
    virtual.nearEnd()
    virtual.paperOut()
    virtual.closeCover()
    virtual.loadPaper()
    await device.wait(1)
    expect(device.received()).toEqual(
      hex(`13 38 00 00 00  38 00 03 00  38 00 0F 00  18 00 0F 00
        38 00 0F 00  38 00 00 00  11 10 00 00 00`),
    )
    await device.ask(hex('1D 61 02'))
    virtual.nearEnd()
    await device.wait(1)
    expect(device.received()).toEqual([])
    await device.ask(INITIALISE)
    virtual.openCover()
    await device.wait(1)
    expect(device.received()).toEqual([XOFF])
  })

  it('stops in the middle when the paper ends, and goes on with the next roll', async () => {
    const { device, printer: virtual } = await printer()
    await device.ask([...narrow(1200), ...PROCESS_ID], 500)
    virtual.paperOut()
    await device.wait(5000)
    expect(device.received()).toEqual([XOFF])
    expect(virtual.hanging()?.height).toBe(600)
    virtual.loadPaper()
    const [torn, ...more] = virtual.dropped
    expect([torn?.by, more]).toEqual(['tear', []])
    expect(torn?.height).toBe(600)
    await device.wait(501)
    expect(device.received()).toEqual([XON, ...PROCESS_ID_ANSWER])
    expect(virtual.hanging()?.height).toBe(600)
  })

  it('does nothing but real-time commands while its cover is open', async () => {
    const { device, printer: virtual } = await printer()
    virtual.openCover()
    expect(await device.ask([...PROCESS_ID, ...hex('10 04 01')])).toEqual([XOFF, 0x1a])
    virtual.closeCover()
    await device.wait(1)
    expect(device.received()).toEqual([XON, ...PROCESS_ID_ANSWER])
  })

  it('drops a torn slip uncut', async () => {
    const { device, printer: virtual } = await printer()
    await device.ask(raster(10), 100)
    virtual.tearPaper()
    expect(virtual.dropped.map(({ by, height }) => ({ by, height }))).toEqual([{ by: 'tear', height: 10 }])
    expect(virtual.hanging()).toBeUndefined()
  })

  it('lets nobody do the impossible', async () => {
    const { printer: virtual } = await printer()
    expect(() => virtual.closeCover()).toThrow('closed already')
    expect(() => virtual.loadPaper()).toThrow('paper already')
    virtual.openCover()
    expect(() => virtual.openCover()).toThrow('open already')
    virtual.nearEnd()
    expect(() => virtual.nearEnd()).toThrow('low already')
    virtual.paperOut()
    expect(() => virtual.tearPaper()).toThrow('no paper')
  })
})

describe('the virtual printer’s faults', () => {
  it('are in the bits of the Epson reference, asked for and told by itself', async () => {
    const { device, printer: virtual } = await printer()
    await device.ask(hex('1D 61 0E'))
    virtual.jam()
    expect(await status(device)).toEqual(hex('13 18 04 00 00  1A 52 16 12'))
    virtual.clearJam()
    expect(await device.ask(hex('10 05 01'))).toEqual(hex('11 10 00 00 00'))
    virtual.overheat()
    expect(await status(device)).toEqual(hex('13 18 40 00 00  1A 52 52 12'))
    virtual.coolDown()
    virtual.breakDown()
    await device.wait(1)
    expect(device.received()).toEqual(hex('11 10 00 00 00  13 18 20 00 00'))
    expect(await status(device)).toEqual(hex('1A 52 32 12'))
  })

  it('that are mended stay until the host asks to go on, and no request helps before they are mended', async () => {
    const { device, printer: virtual } = await printer()
    virtual.jam()
    await device.ask(hex('10 05 01 10 05 02'))
    virtual.clearJam()
    expect((await status(device)).slice(-2)).toEqual(hex('16 12'))
    await device.ask(hex('10 05 02'))
    expect(await status(device)).toEqual(hex('12 12 12 12'))
  })

  it('of the knife show at the next cut, which is made after DLE ENQ 1', async () => {
    const { device, printer: virtual } = await printer()
    await device.ask(narrow(100), 100)
    virtual.cutterJam()
    expect(await status(device)).toEqual(hex('12 12 12 12'))
    await device.ask([...CUT, ...PROCESS_ID], 100)
    expect(await status(device)).toEqual(hex('1A 52 1A 12'))
    expect(virtual.dropped).toHaveLength(0)
    virtual.clearJam()
    expect(await device.ask(hex('10 05 01'), 10)).toEqual([XON, ...PROCESS_ID_ANSWER])
    expect(virtual.dropped.map(({ by }) => by)).toEqual(['cutter'])
  })

  it('are gone on from with nothing of what was held after DLE ENQ 2', async () => {
    const { device, printer: virtual } = await printer()
    await device.ask([...narrow(1000), ...PROCESS_ID], 100)
    virtual.jam()
    virtual.clearJam()
    await device.ask(hex('10 05 02'), 2000)
    expect(virtual.hanging()?.height).toBe(120)
    expect(await device.ask(PROCESS_ID, 10)).toEqual(PROCESS_ID_ANSWER)
  })

  it('pass by themselves when a hot head has cooled', async () => {
    const { device, printer: virtual } = await printer()
    await device.ask([...narrow(600), ...PROCESS_ID], 100)
    virtual.overheat()
    await device.ask([], 5000)
    virtual.coolDown()
    expect(await device.ask([], 501)).toEqual([XON, ...PROCESS_ID_ANSWER])
    expect(virtual.hanging()?.height).toBe(600)
  })

  it('and what it held are forgotten when it is switched off, unless a part is broken', async () => {
    const { device, printer: virtual } = await printer()
    await device.ask([...hex('1D 61 0E'), ...narrow(1000), ...PROCESS_ID], 100)
    virtual.powerCycle()
    virtual.nearEnd()
    expect(await device.ask([], 2000)).toEqual([XON])
    expect(virtual.hanging()?.height).toBe(120)
    virtual.breakDown()
    virtual.powerCycle()
    expect((await status(device)).slice(-4)).toEqual(hex('1A 52 32 1E'))
  })

  it('may be lies: a proof that is kept, or one of nothing', async () => {
    const { device, printer: virtual } = await printer()
    virtual.misbehave('keeps-proofs')
    expect(await device.ask([...narrow(10), ...PROCESS_ID], 100)).toEqual([])
    expect(virtual.hanging()?.height).toBe(10)
    virtual.misbehave('proves-without-printing')
    expect(await device.ask([...narrow(10), ...CUT, ...PROCESS_ID], 100)).toEqual(PROCESS_ID_ANSWER)
    expect(virtual.hanging()?.height).toBe(10)
  })
})

describe('the virtual printer’s buffer', () => {
  it('says XOFF with 128 bytes of room left and XON with 256, and loses what comes beyond', async () => {
    const { device, printer: virtual } = await printer()
    virtual.openCover()
    expect(await device.ask(new Uint8Array(3967))).toEqual([XOFF])
    virtual.closeCover()
    expect(await device.ask([])).toEqual([XON])
    virtual.jam()
    await device.wait(1)
    device.received()
    await device.ask(new Uint8Array(4096 + 10))
    expect(virtual.lostBytes).toBe(10)
    // Real-time commands are obeyed all the same, and are not missed.
    expect(await status(device)).toEqual(hex('1A 52 16 12'))
    expect(virtual.lostBytes).toBe(10)
    virtual.clearJam()
    expect(await device.ask(hex('10 05 01'))).toEqual([XON])
  })

  it('loses nothing of a host that sends small pieces and listens, however fast its line', async () => {
    const { device, printer: virtual } = await printer()
    const bytes = [...raster(600), ...PROCESS_ID]
    let go = true
    for (let at = 0; at < bytes.length; ) {
      const heard = await device.ask(go ? bytes.slice(at, at + 64) : [])
      if (go) at += 64
      go = heard.length === 0 ? go : heard.at(-1) === XON
    }
    await device.wait(1000)
    expect(device.received().slice(-7)).toEqual(PROCESS_ID_ANSWER)
    expect(virtual.lostBytes).toBe(0)
    expect(virtual.hanging()?.height).toBe(600)
  })
})

describe('real-time commands hidden in a picture', () => {
  it('are executed, as on the real printer, and the picture is printed all the same', async () => {
    const { device, printer: virtual } = await printer()
    const picture = new Uint8Array(72 * 2)
    picture.set(hex('10 04 01'), 10)
    picture.set(hex('10 14 01 00 02'), 80)
    expect(await device.ask(raster(2, picture), 100)).toEqual([0x12])
    expect(virtual.drawerPulses).toBe(1)
    expect(virtual.hanging()?.bitmap).toEqual(picture)
  })

  it('can throw away everything that was not printed yet', async () => {
    const { device, printer: virtual } = await printer()
    const picture = new Uint8Array(1000)
    picture.set(hex('10 14 08 01 03 14 01 06 02 08'), 700)
    expect(await device.ask(narrow(1000, picture), 1000)).toEqual(hex('37 25 00'))
    expect(virtual.hanging()).toBeUndefined()
  })

  it('are skipped where they stand between commands', async () => {
    const { device, printer: virtual } = await printer()
    const answer = await device.ask([...hex('10 04 01 10 05 01 10 14 01 00 02'), ...PROCESS_ID])
    expect(answer).toEqual([0x12, ...PROCESS_ID_ANSWER])
    expect(virtual.unknownCommands).toBe(0)
  })

  it('are found however the bytes are cut, and only whole', () => {
    const pieces = fc.constantFrom(
      '10 04 01',
      '10 04 09',
      '10 10 04 02',
      '10 14 08 01 03 14',
      '10 14 01 00 01',
      '55',
    )
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 8 }), fc.array(fc.nat()), (parts, places) => {
        const bytes = Uint8Array.from(parts.flatMap(hex))
        const atOnce = new RealTimeWatcher().feed(bytes)
        const watcher = new RealTimeWatcher()
        expect(cut(bytes, places).flatMap((piece) => watcher.feed(piece))).toEqual(atOnce)
        const statuses = atOnce.filter(({ is }) => is === 'status').length
        expect(statuses).toBe(parts.filter((part) => part === '10 04 01' || part === '10 10 04 02').length)
      }),
    )
  })
})

describe('the printer reading commands', () => {
  const command = fc.oneof(
    fc.constantFrom(
      INITIALISE,
      CUT,
      PROCESS_ID,
      hex('0A'),
      hex('1B 64 03'),
      hex('1D 61 0E'),
      hex('10 04 01'),
    ),
    fc.uint8Array({ maxLength: 72, minLength: 72 }).map((row) => raster(1, row)),
    fc.uint8Array({ maxLength: 9 }).map((bytes) => [...bytes]),
  )

  it('finds the same ones however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 12 }), fc.array(fc.nat()), (parts, places) => {
        const bytes = Uint8Array.from(parts.flat())
        const decoder = new EscPosDecoder()
        const inPieces = cut(bytes, places).flatMap((piece) => decoder.feed(piece))
        expect(inPieces).toEqual(new EscPosDecoder().feed(bytes))
      }),
    )
  })

  it('takes any bytes at all without breaking the printer', () =>
    fc.assert(
      fc.asyncProperty(fc.array(command, { maxLength: 12 }), async (parts) => {
        const { device } = await printer()
        await device.ask(parts.flat(), 100)
      }),
    ))
})

describe('a slip as PNG', () => {
  it('is the same picture, dot for dot', async () => {
    const bitmap = Uint8Array.from({ length: 72 * 4 }, (_, i) => (i * 37) & 0xff)
    const image = await loadImage(slipPng({ width: 576, height: 4, bitmap, qrTexts: [] }))
    const context = createCanvas(image.width, image.height).getContext('2d')
    context.drawImage(image, 0, 0)
    const { data } = context.getImageData(0, 0, 576, 4)
    for (let dot = 0; dot < 576 * 4; dot += 1) {
      const black = (((bitmap[dot >> 3] ?? 0) >> (7 - (dot & 7))) & 1) === 1
      expect(data[4 * dot]).toBe(black ? 0 : 255)
    }
    expect(() => slipPng({ width: 576, height: 0, bitmap: new Uint8Array(0), qrTexts: [] })).toThrow(
      RangeError,
    )
  })
})
