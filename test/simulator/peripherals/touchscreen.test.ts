import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SmartSetReader, smartSetPacket } from '../../../simulator/peripherals/smartset.ts'
import { VirtualTouchscreen } from '../../../simulator/peripherals/touchscreen.ts'
import { cut, DeviceSide, hex } from '../device-side.ts'

async function touchscreen(calibration?: { left: number; right: number; top: number; bottom: number }) {
  const device = new DeviceSide()
  const parts = { line: device.plug, clock: device.clock }
  const screen = new VirtualTouchscreen(calibration === undefined ? parts : { ...parts, calibration })
  await device.open()
  return { device, screen }
}

function command(letter: string, ...data: number[]): Uint8Array {
  return smartSetPacket(letter, data)
}

const ACKNOWLEDGED = [...command('A', 0x30, 0x30, 0x30, 0x30)]

/** Packets of a stretch of bytes, as the Linux driver checks them. */
function packets(bytes: readonly number[]): number[][] {
  expect(bytes.length % 10).toBe(0)
  const out = Array.from({ length: bytes.length / 10 }, (_, i) => bytes.slice(10 * i, 10 * i + 10))
  for (const packet of out) {
    expect(packet[0]).toBe(0x55)
    expect(packet.slice(0, 9).reduce((sum, byte) => (sum + byte) & 0xff, 0xaa)).toBe(packet[9])
  }
  return out
}

describe('the virtual touchscreen', () => {
  it('identifies itself and acknowledges', async () => {
    const { device } = await touchscreen()
    const [identity, acknowledgement] = packets(await device.ask(command('i')))
    expect(identity?.slice(1, 3)).toEqual([0x49, 0x30])
    expect(acknowledgement).toEqual(ACKNOWLEDGED)
  })

  it('answers a mode query as the SmartSet manual shows (figure 5-2)', async () => {
    const { device } = await touchscreen()
    const [mode, acknowledgement] = packets(await device.ask(command('m')))
    expect(mode?.slice(1, 9)).toEqual(hex('4D 00 87 00 00 00 00 00'))
    expect(acknowledgement?.slice(1, 9)).toEqual(hex('41 30 30 30 30 00 00 00'))
  })

  it('reports a press as first touch, stream and release, 20 ms apart', async () => {
    const { device, screen } = await touchscreen()
    const start = device.clock.now()
    await device.clock.run(screen.press(540, 960))
    expect(device.clock.now() - start).toBe(40)
    await device.wait(1)
    const touches = packets(device.received())
    expect(touches.map((packet) => packet[2])).toEqual([1, 2, 4])
    for (const packet of touches) {
      expect(packet[1]).toBe(0x54)
      expect(packet.slice(7, 9)).toEqual([0xff, 0])
    }
    await device.wait(1000)
    expect(device.received()).toEqual([])
  })

  it('reports a resting finger fifty times a second, and where it slides to', async () => {
    const { device, screen } = await touchscreen()
    screen.down(0, 0)
    await device.wait(1001)
    expect(packets(device.received()).length).toBe(1 + 50)
    screen.move(1079, 1919)
    await device.clock.run(screen.up())
    await device.wait(1)
    const last = packets(device.received()).at(-1)
    expect(last?.slice(2, 7)).toEqual([4, ...hex('FD 0F FE 0F')])
  })

  it('maps every point of the screen to raw values that map back to it, on turned and shrunken panels too', () => {
    const edges = fc.record({
      left: fc.constantFrom(0, 120, 4095),
      right: fc.constantFrom(3970, 2048),
      top: fc.constantFrom(4000, 0),
      bottom: fc.constantFrom(2040),
    })
    return fc.assert(
      fc.asyncProperty(fc.nat(1079), fc.nat(1919), edges, async (x, y, calibration) => {
        const { device, screen } = await touchscreen(calibration)
        screen.down(x, y)
        await device.wait(1)
        const [, , , xl = 0, xh = 0, yl = 0, yh = 0] = device.received()
        const { left, right, top, bottom } = calibration
        const rawX = (xl | (xh << 8)) - left
        const rawY = (yl | (yh << 8)) - top
        // Within half a raw step of the point's middle.
        expect(Math.abs(rawX - ((x + 0.5) / 1080) * (right - left))).toBeLessThanOrEqual(0.5)
        expect(Math.abs(rawY - ((y + 0.5) / 1920) * (bottom - top))).toBeLessThanOrEqual(0.5)
      }),
      { numRuns: 50 },
    )
  })

  it('leaves out what its mode leaves out', async () => {
    const { device, screen } = await touchscreen()
    expect(await device.ask(command('M', 0, 0x05))).toEqual(ACKNOWLEDGED)
    await device.clock.run(screen.press(1, 1))
    await device.wait(1)
    expect(packets(device.received()).map((packet) => packet[2])).toEqual([1, 4])
  })

  it('says which command it does not know, and that bytes came which were no packet', async () => {
    const { device } = await touchscreen()
    expect(packets(await device.ask(command('z')))[0]?.slice(1, 6)).toEqual(hex('41 35 30 30 30'))
    expect(await device.ask([1, 2, 3])).toEqual([])
    const answers = packets(await device.ask(command('d')))
    expect(answers[0]?.[1]).toBe(0x44)
    expect(answers[1]?.slice(1, 6)).toEqual(hex('41 32 30 30 30'))
    expect(packets(await device.ask(command('d')))[1]).toEqual(ACKNOWLEDGED)
  })

  it('does not look at the checksum of a command, as real controllers do not by default', async () => {
    const { device } = await touchscreen()
    const damaged = command('m')
    damaged[9] = 0
    expect(packets(await device.ask(damaged)).length).toBe(2)
  })

  it('once told to, refuses a command with a wrong checksum and does not do it', async () => {
    const { device } = await touchscreen()
    expect(await device.ask(command('P', 0x30, 0x05, 0x05))).toEqual(ACKNOWLEDGED)
    const damaged = command('M', 0, 0x01)
    damaged[9] = 0
    expect(packets(await device.ask(damaged))[0]?.slice(1, 6)).toEqual(hex('41 33 30 30 30'))
    expect(packets(await device.ask(command('m')))[0]?.slice(1, 5)).toEqual(hex('4D 00 87 00'))
    expect(packets(await device.ask(command('p')))[0]?.slice(1, 5)).toEqual(hex('50 30 05 05'))
  })

  it('refuses a speed at which nobody would hear it', async () => {
    const { device } = await touchscreen()
    expect(packets(await device.ask(command('P', 0x30, 0x06, 0x04)))[0]?.slice(1, 3)).toEqual(hex('41 38'))
  })

  it('keeps the second mode byte, and always says that bit 7 of the first is set', async () => {
    const { device } = await touchscreen()
    expect(await device.ask(command('M', 0, 0x17, 0x40))).toEqual(ACKNOWLEDGED)
    expect(packets(await device.ask(command('m')))[0]?.slice(1, 5)).toEqual(hex('4D 00 87 40'))
  })

  it('says which of its own tests failed', async () => {
    const { device, screen } = await touchscreen()
    expect(packets(await device.ask(command('d')))[0]?.slice(1, 3)).toEqual(hex('44 00'))
    screen.fail('rom', 'drive')
    expect(packets(await device.ask(command('d')))[0]?.slice(1, 3)).toEqual(hex('44 24'))
    expect(await device.ask(command('a'))).toEqual(ACKNOWLEDGED)
  })

  it('that has drifted reports every touch beside where it is, no farther than its converter goes', async () => {
    const { device, screen } = await touchscreen()
    const rawX = async (x: number) => {
      await device.clock.run(screen.press(x, 960))
      await device.wait(1)
      const [first] = packets(device.received())
      return (first?.[3] ?? 0) | ((first?.[4] ?? 0) << 8)
    }
    const before = await rawX(540)
    screen.drift(40, 0)
    expect((await rawX(500)) - before).toBe(0)
    expect(await rawX(1079)).toBe(4095)
    screen.drift(0, 0)
    expect(await rawX(540)).toBe(before)
  })

  it('shows a palm and two fingers as one place that jumps, and a drag as one that slides', async () => {
    const { device, screen } = await touchscreen()
    const steps = async (touching: Promise<void>) => {
      await device.clock.run(touching)
      await device.wait(1)
      const places = packets(device.received()).map((packet) => [
        (packet[3] ?? 0) | ((packet[4] ?? 0) << 8),
        (packet[5] ?? 0) | ((packet[6] ?? 0) << 8),
      ])
      return places.slice(1).map(([x = 0, y = 0], i) => {
        const [px = 0, py = 0] = places[i] ?? []
        return Math.max(Math.abs(x - px), Math.abs(y - py))
      })
    }
    expect(Math.max(...(await steps(screen.palm(540, 960, 200))))).toBeGreaterThan(300)
    expect(Math.max(...(await steps(screen.pressTwo([200, 200], [200, 600]))))).toBeGreaterThan(300)
    expect(Math.max(...(await steps(screen.drag([100, 100], [500, 100], 1000))))).toBeLessThan(100)
  })

  it('lets nobody do the impossible', async () => {
    const { screen } = await touchscreen()
    expect(() => screen.up()).toThrow('no finger is down')
    expect(() => screen.down(1080, 0)).toThrow(RangeError)
    expect(() => screen.down(0, Number.NaN)).toThrow(RangeError)
    expect(() => screen.drift(Number.NaN, 1)).toThrow(RangeError)
    expect(() => screen.drift(1, Number.POSITIVE_INFINITY)).toThrow(RangeError)
    screen.down(0, 0)
    expect(() => screen.down(0, 0)).toThrow('down already')
  })
})

describe('the touch controller reading commands', () => {
  it('finds the same ones however the bytes are cut', () => {
    const letters = fc.array(fc.constantFrom('i', 'm', 'd', 'z'), { maxLength: 6 })
    fc.assert(
      fc.property(letters, fc.array(fc.nat()), (sent, places) => {
        const reader = new SmartSetReader()
        const bytes = Uint8Array.from(sent.flatMap((letter) => [...command(letter)]))
        const read = cut(bytes, places).flatMap((piece) => reader.feed(piece))
        expect(read.map(({ letter }) => letter)).toEqual(sent)
      }),
    )
  })

  it('takes any bytes at all', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
        const reader = new SmartSetReader()
        const read = reader.feed(noise)
        expect(read.length * 10 + reader.strayBytes).toBeLessThanOrEqual(noise.length)
        expect(read.length * 10 + reader.strayBytes).toBeGreaterThan(noise.length - 10)
      }),
    )
  })
})
