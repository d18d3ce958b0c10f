import { describe, expect, it } from 'vitest'
import { inProcessLine } from '../../../simulator/lines/in-process.ts'
import { VirtualClock } from '../../../simulator/virtual-clock.ts'

function sleep(clock: VirtualClock, ms: number): Promise<void> {
  return new Promise((resolve) => clock.after(ms, resolve))
}

function paced(baudRate: number, bitsPerByte?: number) {
  const clock = new VirtualClock(0)
  const settings = bitsPerByte === undefined ? {} : { bitsPerByte }
  return { clock, ...inProcessLine({ clock, baudRate, paced: true, ...settings }) }
}

describe('a paced in-process line', () => {
  it('takes as long as the baud rate says, writes queueing behind each other', async () => {
    const { clock, open, plug } = paced(9600)
    const arrived: [number, number][] = []
    plug.onData((bytes) => arrived.push([clock.now(), bytes.length]))
    const device = await open()
    device.write(new Uint8Array(96))
    device.write(new Uint8Array(96))
    await clock.run(sleep(clock, 1000))
    // 96 bytes of ten bits at 9600 are 100 ms.
    expect(arrived).toEqual([
      [100, 96],
      [200, 96],
    ])
  })

  it('keeps the order of bytes where timers do not', async () => {
    const pending: (() => void)[] = []
    const clock = {
      now: () => 0,
      elapsed: () => 0,
      after: (_: number, callback: () => void) => {
        pending.push(callback)
        return { cancel: () => {} }
      },
    }
    const { open, plug } = inProcessLine({ clock, baudRate: 9600, paced: true })
    const arrived: number[] = []
    plug.onData((bytes) => arrived.push(...bytes))
    const device = await open()
    for (const byte of [1, 2, 3]) device.write(Uint8Array.of(byte))
    // The opening's own timer is the first.
    const [opened, first, second, third] = pending
    opened?.()
    second?.()
    expect(arrived).toEqual([1, 2])
    first?.()
    third?.()
    expect(arrived).toEqual([1, 2, 3])
  })

  it('counts eleven bits for two stop bits, and both directions by themselves', async () => {
    const { clock, open, plug } = paced(11_000, 11)
    const arrived: string[] = []
    plug.onData(() => arrived.push(`up at ${clock.now()}`))
    const device = await open()
    device.listen(
      () => arrived.push(`down at ${clock.now()}`),
      () => undefined,
    )
    device.write(new Uint8Array(20))
    plug.write(new Uint8Array(10))
    await clock.run(sleep(clock, 100))
    expect(arrived).toEqual(['down at 10', 'up at 20'])
  })

  it('loses what is in flight when the plug is pulled, and tells the device', async () => {
    const { clock, open, plug } = paced(9600)
    const seen: string[] = []
    plug.onData(() => seen.push('data'))
    const device = await open()
    device.listen(
      () => seen.push('chunk'),
      (reason) => seen.push(reason),
    )
    device.write(new Uint8Array(10))
    plug.write(new Uint8Array(10))
    await clock.run(sleep(clock, 1))
    plug.unplug()
    device.write(new Uint8Array(10))
    plug.write(new Uint8Array(10))
    await clock.run(sleep(clock, 1000))
    expect(seen).toEqual(['unplugged'])
    await expect(open()).rejects.toThrow('unplugged')
    expect(() => plug.unplug()).toThrow('out already')
  })

  it('carries bytes again on a fresh transport once the plug is back', async () => {
    const { clock, open, plug } = paced(9600)
    const opened: number[] = []
    const data: number[] = []
    plug.onOpen(() => opened.push(clock.now()))
    plug.onData((bytes) => data.push(...bytes))
    const first = await open()
    await expect(open()).rejects.toThrow('open already')
    plug.unplug()
    plug.replug()
    expect(() => plug.replug()).toThrow('in already')
    const second = await open()
    first.write(Uint8Array.of(1))
    second.write(Uint8Array.of(2))
    await clock.run(sleep(clock, 10))
    expect(data).toEqual([2])
    second.close()
    await open()
    await clock.run(sleep(clock, 10))
    expect(opened).toHaveLength(2)
  })

  it('tells nothing to a device that has closed the line', async () => {
    const { clock, open, plug } = paced(9600)
    const seen: string[] = []
    const device = await open()
    device.listen(
      () => seen.push('chunk'),
      (reason) => seen.push(reason),
    )
    plug.write(Uint8Array.of(1))
    device.close()
    plug.unplug()
    await clock.run(sleep(clock, 100))
    expect(seen).toEqual([])
  })

  it('keeps what arrives before the device listens, and has one owner', async () => {
    const { clock, open, plug } = paced(9600)
    const device = await open()
    plug.write(Uint8Array.of(1, 2))
    await clock.run(sleep(clock, 10))
    const got: number[] = []
    const listen = (): void =>
      device.listen(
        (chunk) => got.push(...chunk),
        () => undefined,
      )
    listen()
    expect(got).toEqual([1, 2])
    expect(listen).toThrow('one owner')
  })
})

describe('an unpaced in-process line', () => {
  it('holds the virtual clock while bytes are in flight, and passes a copy of what was written', async () => {
    const clock = new VirtualClock(0)
    let holds = 0
    const hold = (): (() => void) => {
      holds += 1
      return clock.hold()
    }
    const { open, plug } = inProcessLine({ clock, baudRate: 300, paced: false, hold })
    plug.onData((bytes) => plug.write(bytes))
    const device = await open()
    const bytes = Uint8Array.of(1, 2, 3)
    const echo = new Promise<Uint8Array>((resolve) => device.listen(resolve, () => undefined))
    device.write(bytes)
    bytes.fill(9)
    expect([...(await clock.run(echo))]).toEqual([1, 2, 3])
    expect(clock.now()).toBe(0)
    // One for the opening, one for each direction.
    expect(holds).toBe(3)
  })
})
