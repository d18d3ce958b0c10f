import { EventEmitter, once } from 'node:events'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Transport } from '../../../core/ports.ts'
import { inProcessLine } from '../../../simulator/lines/in-process.ts'
import { EmulatedIoBoard } from '../../../simulator/peripherals/emulated-io-board.ts'
import { FirmataReader, versionMessage } from '../../../simulator/peripherals/firmata.ts'
import { VirtualIoBoard } from '../../../simulator/peripherals/io-board.ts'
import type { IoBoardBody } from '../../../simulator/peripherals/io-board-body.ts'
import { VirtualClock } from '../../../simulator/virtual-clock.ts'
import { cut, type DeviceSide, hex } from '../device-side.ts'
import { CONTRACT } from './io-board-contract.ts'

type Parts = Pick<DeviceSide, 'plug' | 'clock'>

/** Both kinds of board. */
const BOARDS = [
  {
    kind: 'the light board',
    make: ({ plug, clock }: Parts): IoBoardBody => new VirtualIoBoard({ line: plug, clock }),
  },
  {
    kind: 'the real firmware in an emulated chip',
    make: ({ plug, clock }: Parts): IoBoardBody => new EmulatedIoBoard({ line: plug, clock }),
  },
]

describe.each(BOARDS)('$kind', ({ make }) => {
  it.each(Object.entries(CONTRACT))('%s', (_, isKept) => isKept(make))
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

async function firmataIo(make: (parts: Parts) => IoBoardBody) {
  const { default: factory } = (await import('firmata-io')) as unknown as {
    default: { Firmata: new (port: Port, options: object) => Io }
  }
  const clock = new VirtualClock(0, 10_000)
  const { open, plug } = inProcessLine({ clock, baudRate: 57_600, paced: false, hold: () => clock.hold() })
  const virtual = make({ plug, clock })
  const io = new factory.Firmata(new Port(await open()), { reportVersionTimeout: 500 })
  /** Waits while time goes by. */
  const happens = (emitter: EventEmitter, what: string) => clock.run(once(emitter, what))
  return { io, plug, board: virtual, happens }
}

describe.each(BOARDS)('$kind under other people’s drivers', ({ make }) => {
  it('is understood by firmata-io', async () => {
    const { io, plug, board: virtual, happens } = await firmataIo(make)
    await once(io, 'ready')
    expect(io.firmware.name).toBe('sandogh-io')
    io.pinMode(2, io.MODES['PULLUP'])
    const levels: number[] = []
    io.digitalRead(2, (value) => {
      levels.push(value)
      io.emit(`level-${value}`)
    })
    await happens(io, 'level-1')
    virtual.turnKey('executive', true)
    await happens(io, 'level-0')
    expect(levels.at(-1)).toBe(0)
    const lit = new Promise((resolve) => virtual.onLamp(resolve))
    io.pinMode(13, io.MODES['OUTPUT'])
    io.digitalWrite(13, 1)
    expect(await lit).toBe(true)
    const closed = happens(io, 'close')
    plug.unplug()
    await closed
  })

  it('is understood by johnny-five', async () => {
    const { default: five } = await import('johnny-five')
    const { io, board: virtual, happens } = await firmataIo(make)
    await once(io, 'ready')
    const johnny = new five.Board({ io, repl: false, sigint: false, debug: false } as never)
    await once(johnny as unknown as EventEmitter, 'ready')
    const key = new five.Switch({ board: johnny, pin: 3 })
    const lamp = new five.Led({ board: johnny, pin: 13 })
    // Normally open, with the board's pull-up: grounded is closed.
    const told = key as unknown as EventEmitter
    const closed = happens(told, 'close')
    virtual.turnKey('supervisory', true)
    await closed
    const opened = happens(told, 'open')
    virtual.turnKey('supervisory', false)
    await opened
    const lit = new Promise((resolve) => virtual.onLamp(resolve))
    lamp.on()
    expect(await lit).toBe(true)
  })
})
