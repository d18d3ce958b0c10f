import { EventEmitter, once } from 'node:events'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Transport } from '../../../core/ports.ts'
import { inProcessLine } from '../../../simulator/lines/in-process.ts'
import { FirmataReader, versionMessage } from '../../../simulator/peripherals/firmata.ts'
import { VirtualIoBoard } from '../../../simulator/peripherals/io-board.ts'
import { VirtualClock } from '../../../simulator/virtual-clock.ts'
import { cut, DeviceSide, hex } from '../device-side.ts'

async function board() {
  const device = new DeviceSide()
  const virtual = new VirtualIoBoard({ line: device.plug, clock: device.clock })
  await device.open()
  return { device, board: virtual }
}

const NAME = [...'sandogh-io'].flatMap((letter) => [letter.charCodeAt(0), 0])
const FIRMWARE = [0xf0, 0x79, 1, 0, ...NAME, 0xf7]

describe('the virtual I/O board speaking Firmata', () => {
  it('says its version and name when the line is opened, and when asked', async () => {
    const { device } = await board()
    expect(device.received()).toEqual([0xf9, 2, 5, ...FIRMWARE])
    expect(await device.ask([0xf9])).toEqual([0xf9, 2, 5])
    expect(await device.ask(hex('F0 79 F7'))).toEqual(FIRMWARE)
  })

  it('tells what its pins can do, that none is analogue, and how each is set', async () => {
    const { device } = await board()
    device.received()
    const capabilities = await device.ask(hex('F0 6B F7'))
    expect(capabilities).toEqual([
      0xf0,
      0x6c,
      0x7f,
      0x7f,
      ...Array(18).fill(hex('00 01 01 01 0B 01 7F')).flat(),
      0xf7,
    ])
    expect(await device.ask(hex('F0 69 F7'))).toEqual([0xf0, 0x6a, ...Array(20).fill(0x7f), 0xf7])
    await device.ask(hex('F4 02 0B'))
    expect(await device.ask(hex('F0 6D 02 F7'))).toEqual(hex('F0 6E 02 0B 01 F7'))
  })

  it('reports a port when that is switched on, then each change: switches pull to ground', async () => {
    const { device, board: virtual } = await board()
    await device.ask(hex('F4 02 0B F4 03 0B F4 04 0B'))
    device.received()
    expect(await device.ask(hex('D0 01'))).toEqual(hex('90 0C 00'))
    virtual.turnKey('executive', true)
    virtual.openCase()
    virtual.turnKey('executive', false)
    await device.wait(1)
    expect(device.received()).toEqual(hex('90 08 00 90 18 00 90 1C 00'))
    await device.ask(hex('D0 00'))
    virtual.closeCase()
    await device.wait(1)
    expect(device.received()).toEqual([])
  })

  it('lights the lamp by pin and by port, but only once its pin is an output', async () => {
    const { device, board: virtual } = await board()
    const seen: boolean[] = []
    virtual.onLamp((on) => seen.push(on))
    await device.ask(hex('F5 0D 01'))
    expect(virtual.lamp()).toBe(false)
    await device.ask(hex('F4 0D 01 F5 0D 01'))
    expect(virtual.lamp()).toBe(true)
    await device.ask(hex('91 00 00'))
    await device.ask(hex('91 20 00'))
    await device.ask(hex('FF'))
    expect(seen).toEqual([true, false, true, false])
  })

  it('forgets what it was told when the line is opened anew', async () => {
    const { device, board: virtual } = await board()
    await device.ask(hex('F4 0D 01 F5 0D 01'))
    device.plug.unplug()
    expect(virtual.lamp()).toBe(true)
    device.plug.replug()
    await device.open()
    expect(virtual.lamp()).toBe(false)
  })

  it('lets nobody do the impossible', async () => {
    const { board: virtual } = await board()
    expect(() => virtual.turnKey('supervisory', false)).toThrow('the supervisory key is so already')
    expect(() => virtual.closeCase()).toThrow('the case is so already')
  })
})

describe('the board cutting bytes into messages', () => {
  const message = fc.constantFrom(
    'F9',
    'FF',
    'F0 6B F7',
    'F4 02 0B',
    'F5 0D 01',
    '91 20 00',
    'D0 01',
    'F0 7A 13 00 F7',
  )

  it('finds the same ones however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 10 }), fc.array(fc.nat()), (messages, places) => {
        const reader = new FirmataReader()
        const bytes = Uint8Array.from(messages.flatMap(hex))
        const read = cut(bytes, places).flatMap((piece) => reader.feed(piece))
        expect(read).toHaveLength(messages.length)
        expect(read).toEqual(messages.flatMap((each) => new FirmataReader().feed(Uint8Array.from(hex(each)))))
        expect(reader.strayBytes).toBe(0)
      }),
    )
  })

  it('takes any bytes at all, and the next message after them', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => {
        const reader = new FirmataReader()
        reader.feed(noise)
        expect(reader.feed(Uint8Array.of(0xf9)).at(-1)).toEqual({ is: 'version' })
      }),
    )
  })

  it('gives up a sysex message that is too long', () => {
    const reader = new FirmataReader()
    reader.feed(Uint8Array.from([0xf0, ...new Array(100).fill(1), 0xf7]))
    expect(reader.strayBytes).toBe(102)
    expect(reader.feed(versionMessage())).toEqual([{ is: 'version' }])
  })
})

/** What firmata-io wants of a port. */
class Port extends EventEmitter {
  readonly isOpen = true
  readonly #transport: Transport

  constructor(transport: Transport) {
    super()
    this.#transport = transport
    transport.listen(
      (chunk) => this.emit('data', Buffer.from(chunk)),
      () => this.emit('close'),
    )
  }

  write(bytes: Buffer, done?: () => void): void {
    this.#transport.write(bytes)
    done?.()
  }
}

interface Io extends EventEmitter {
  readonly firmware: { readonly name: string }
  readonly MODES: Record<string, number>
  pinMode(pin: number, mode: number | undefined): void
  digitalRead(pin: number, listener: (value: number) => void): void
  digitalWrite(pin: number, value: number): void
}

async function firmataIo() {
  const { default: factory } = (await import('firmata-io')) as unknown as {
    default: { Firmata: new (port: Port, options: object) => Io }
  }
  const clock = new VirtualClock(0)
  const { open, plug } = inProcessLine({ clock, baudRate: 57_600, paced: false })
  const virtual = new VirtualIoBoard({ line: plug, clock })
  const io = new factory.Firmata(new Port(await open()), { reportVersionTimeout: 500 })
  return { io, plug, board: virtual }
}

describe('the virtual I/O board under other people’s drivers', () => {
  it('is understood by firmata-io', async () => {
    const { io, plug, board: virtual } = await firmataIo()
    await once(io, 'ready')
    expect(io.firmware.name).toBe('sandogh-io')
    io.pinMode(2, io.MODES['PULLUP'])
    const levels: number[] = []
    io.digitalRead(2, (value) => {
      levels.push(value)
      io.emit(`level-${value}`)
    })
    await once(io, 'level-1')
    virtual.turnKey('executive', true)
    await once(io, 'level-0')
    expect(levels.at(-1)).toBe(0)
    const lit = new Promise((resolve) => virtual.onLamp(resolve))
    io.pinMode(13, io.MODES['OUTPUT'])
    io.digitalWrite(13, 1)
    expect(await lit).toBe(true)
    const closed = once(io, 'close')
    plug.unplug()
    await closed
  })

  it('is understood by johnny-five', async () => {
    const { default: five } = await import('johnny-five')
    const { io, board: virtual } = await firmataIo()
    await once(io, 'ready')
    const johnny = new five.Board({ io, repl: false, sigint: false, debug: false } as never)
    await once(johnny as unknown as EventEmitter, 'ready')
    const key = new five.Switch({ board: johnny, pin: 3 })
    const lamp = new five.Led({ board: johnny, pin: 13 })
    // Normally open, with the board's pull-up: grounded is closed.
    const told = key as unknown as EventEmitter
    const closed = once(told, 'close')
    virtual.turnKey('supervisory', true)
    await closed
    const opened = once(told, 'open')
    virtual.turnKey('supervisory', false)
    await opened
    const lit = new Promise((resolve) => virtual.onLamp(resolve))
    lamp.on()
    expect(await lit).toBe(true)
  })
})
