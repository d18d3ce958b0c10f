import { once } from 'node:events'
import { SerialPort } from 'serialport'
import { describe, expect, it } from 'vitest'
import { systemClock } from '../../../device-agent/system.ts'
import { openSerialLine } from '../../../firmware/link/serial-line.ts'
import { misread } from '../../../simulator/faults/uart.ts'
import { inProcessLine } from '../../../simulator/lines/in-process.ts'
import { VirtualSerialPorts } from '../../../simulator/lines/serial-ports.ts'

const BAUD = 115_200

/** Ports of that many names, and their peripherals' sides. */
function computer(count: number) {
  const binding = new VirtualSerialPorts()
  const plugs = Array.from({ length: count }, (_, i) => {
    const { open, plug } = inProcessLine({ clock: systemClock, baudRate: BAUD, paced: false })
    binding.add({ path: `/dev/sandogh/${i}`, baudRate: BAUD, open })
    return plug
  })
  const open = async (i: number, baudRate = BAUD) => {
    const settings = { path: `/dev/sandogh/${i}`, baudRate, autoOpen: false, binding }
    const port = new SerialPort(settings)
    await new Promise<void>((resolve, reject) => port.open((error) => (error ? reject(error) : resolve())))
    return port
  }
  const [plug] = plugs
  if (plug === undefined) throw new Error('a computer without ports')
  return { binding, plug, plugs, open }
}

function bytes(port: SerialPort, count: number): Promise<Buffer> {
  return new Promise((resolve) => {
    let all = Buffer.alloc(0)
    port.on('data', (chunk: Buffer) => {
      all = Buffer.concat([all, chunk])
      if (all.length >= count) resolve(all)
    })
  })
}

describe('the real SerialPort class on in-process lines', () => {
  it('carries every byte both ways, long messages too', async () => {
    const { plug, open } = computer(1)
    const heard: Uint8Array[] = []
    plug.onData((chunk) => heard.push(chunk))
    const port = await open(0)
    const long = Uint8Array.from({ length: 200_000 }, (_, i) => i % 256)
    const received = bytes(port, long.length)
    for (let from = 0; from < long.length; from += 50_000) {
      plug.write(long.subarray(from, from + 50_000))
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    await new Promise((resolve) => port.write(Buffer.from(long), resolve))
    expect((await received).equals(long)).toBe(true)
    await new Promise((resolve) => setImmediate(resolve))
    expect(Buffer.concat(heard).equals(long)).toBe(true)
  })

  it('closes as disconnected when the plug is pulled, in a data callback too, and a write then never calls back', async () => {
    const { plug, open } = computer(1)
    plug.onData(() => {})
    const port = await open(0)
    const closed = once(port, 'close')
    port.on('data', () => plug.unplug())
    plug.write(Uint8Array.of(1))
    expect(await closed).toMatchObject([{ disconnected: true }])
    expect(port.isOpen).toBe(false)
    let calledBack = false
    port.on('error', () => {})
    port.write(Buffer.of(2), () => {
      calledBack = true
    })
    await new Promise((resolve) => setTimeout(resolve, 30))
    expect(calledBack).toBe(false)
    await expect(open(0)).rejects.toThrow('unplugged')
    plug.replug()
    const again = await open(0)
    const received = bytes(again, 1)
    plug.write(Uint8Array.of(9))
    expect([...(await received)]).toEqual([9])
  })

  it('locks a port for the first who opens it, until it is closed', async () => {
    const { open } = computer(1)
    const port = await open(0)
    await expect(open(0)).rejects.toThrow('open already')
    await new Promise((resolve) => port.close(resolve))
    const again = await open(0)
    expect(again.isOpen).toBe(true)
  })

  it('lists its ports and refuses others by name', async () => {
    const { binding, open } = computer(2)
    expect((await binding.list()).map(({ path }) => path)).toEqual(['/dev/sandogh/0', '/dev/sandogh/1'])
    await expect(open(7)).rejects.toThrow('cannot open /dev/sandogh/7')
    const twice = inProcessLine({ clock: systemClock, baudRate: BAUD, paced: false })
    expect(() => binding.add({ path: '/dev/sandogh/0', baudRate: BAUD, open: twice.open })).toThrow('already')
  })

  it('reads and is read as a UART would at another speed, until the speed is set right', async () => {
    const { plug, open } = computer(1)
    const heard: number[] = []
    plug.onData((chunk) => heard.push(...chunk))
    const port = await open(0, BAUD / 2)
    const wrong = bytes(port, 1)
    plug.write(Uint8Array.of(0))
    expect([...(await wrong)]).toEqual([...misread(Uint8Array.of(0), 0.5)])
    await new Promise<void>((resolve) => port.update({ baudRate: BAUD }, () => resolve()))
    const right = bytes(port, 1)
    plug.write(Uint8Array.of(0))
    expect([...(await right)]).toEqual([0])
    expect(port.baudRate).toBe(BAUD)
  })

  it('is what the device opens, by its own serial line', async () => {
    const { binding, plug } = computer(1)
    const heard = new Promise((resolve) => plug.onData((chunk) => resolve([...chunk])))
    const line = await openSerialLine({ path: '/dev/sandogh/0', baudRate: BAUD, binding })()
    const lost = new Promise<string>((resolve) => line.listen(() => {}, resolve))
    line.write(Uint8Array.of(1, 2, 3))
    expect(await heard).toEqual([1, 2, 3])
    plug.unplug()
    expect(await lost).toContain('/dev/sandogh/0 was unplugged')
  })

  it('runs on thousands of ports at once', async () => {
    const many = 2_000
    const { plugs, open } = computer(many)
    const ports = await Promise.all(plugs.map((_, i) => open(i)))
    const received = ports.map((port) => bytes(port, 2))
    plugs.forEach((plug, i) => {
      plug.onData((chunk) => plug.write(chunk))
      ports[i]?.write(Buffer.of(i % 256, i >> 8))
    })
    const echoes = await Promise.all(received)
    expect(echoes.every((echo, i) => echo.equals(Buffer.of(i % 256, i >> 8)))).toBe(true)
    await Promise.all(ports.map((port) => new Promise((resolve) => port.close(resolve))))
  })
})
