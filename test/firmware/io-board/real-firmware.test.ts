/** The agent's adapter, johnny-five in it, with the board's real firmware in an emulated chip, in real time on both kinds of line. */
import { afterEach, describe, expect, test } from 'vitest'
import type { OpenLine, Transport } from '../../../core/ports.ts'
import { connectIoBoard, type IoBoard, type Keys } from '../../../firmware/io-board/adapter.ts'
import type { Tamper } from '../../../firmware/io-board/tamper.ts'
import type { LinkFault } from '../../../firmware/link/fault.ts'
import { openSerialLine } from '../../../firmware/link/serial-line.ts'
import { inProcessLine } from '../../../simulator/lines/in-process.ts'
import type { PluggableLine } from '../../../simulator/lines/peripheral-line.ts'
import { ptyLine } from '../../../simulator/lines/pty.ts'
import { EmulatedIoBoard } from '../../../simulator/peripherals/emulated-io-board.ts'
import { realClock } from '../../../simulator/real-clock.ts'
import { good, keepingLogger } from '../scripted-line.ts'

const SPEED = { clock: realClock, baudRate: 57_600, paced: true } as const

const LINES: readonly { kind: string; make: () => { open: OpenLine; plug: PluggableLine } }[] = [
  { kind: 'an in-process line', make: () => inProcessLine(SPEED) },
  {
    kind: 'a pseudo-terminal',
    make: () => {
      const plug = ptyLine(SPEED)
      return { plug, open: openSerialLine({ path: plug.path, baudRate: SPEED.baudRate }) }
    },
  },
]

/** Until it is so, or the test's time is over. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5))
}

describe.each(LINES)('the agent and the real firmware on $kind', ({ make }) => {
  let ends: (() => void)[] = []

  afterEach(() => {
    for (const end of ends.reverse()) end()
    ends = []
  })

  async function table() {
    const { open, plug } = make()
    let line: Transport | undefined
    const virtual = new EmulatedIoBoard({ line: plug, clock: realClock })
    ends.push(
      () => virtual.switchOff(),
      () => plug.unplug(),
    )
    const kept: OpenLine = async () => {
      line = await open()
      return line
    }
    const connect = async (): Promise<IoBoard> => {
      const board = good(await connectIoBoard({ open: kept, clock: realClock, logger: keepingLogger() }))
      ends.push(() => board.close())
      return board
    }
    /** What comes down the line besides what the agent says. */
    const noise = (...bytes: number[]) => line?.write(Uint8Array.from(bytes))
    return { virtual, connect, noise }
  }

  test('lamp, keys, buzzer and measures', async () => {
    const { virtual, connect } = await table()
    const board = await connect()
    expect(board.identity).toBe('sandogh-io 2.0')
    expect(board.status).toMatchObject({ watchdog: 'fed', memory: 'new', batteryMv: 12_597 })
    board.setLamp(true)
    await until(() => virtual.lamp())
    board.beep(300)
    await until(() => virtual.isSounding())
    await until(() => !virtual.isSounding())
    const keys: Keys[] = []
    board.onKeys((now) => keys.push(now))
    virtual.turnKey('executive', true)
    await until(() => keys.length === 2)
    virtual.turnKey('supervisory', true)
    await until(() => keys.length === 3)
    expect(keys.at(-1)).toEqual({ executive: true, supervisory: true })
    virtual.measure({ batteryMv: 9_000 })
    await board.heartbeat()
    expect(board.status.batteryMv).toBe(8_994)
  })

  test('a stray reset darkens the lamp until the next heartbeat', async () => {
    const { virtual, connect, noise } = await table()
    const board = await connect()
    board.setLamp(true)
    await until(() => virtual.lamp())
    noise(0xff)
    await until(() => !virtual.lamp())
    await board.heartbeat()
    await until(() => virtual.lamp())
  })

  test('a case that is opened is told, also if nobody listened, and over a restart', async () => {
    const { virtual, connect } = await table()
    virtual.openCase()
    await new Promise((resolve) => setTimeout(resolve, 150))
    virtual.closeCase()
    virtual.powerCycle()
    const board = await connect()
    const tampers: Tamper[] = []
    board.onTamper((tamper) => tampers.push(tamper))
    expect(tampers).toEqual([{ open: [], opened: ['chassis'], openings: 1 }])
    virtual.openBox()
    await until(() => tampers.length === 2)
    virtual.closeBox()
    await until(() => tampers.length === 3)
    expect(tampers.slice(1)).toEqual([
      { open: ['ballot-box'], opened: ['ballot-box'], openings: 2 },
      { open: [], opened: [], openings: 2 },
    ])
    await until(() => !board.status.latched['ballot-box'])
    expect(board.status).toMatchObject({ openings: 2, latched: { chassis: false } })
  })

  test('a chip whose program runs off is started again by its own watchdog: lost, lamp off, latch kept', async () => {
    const { virtual, connect } = await table()
    const board = await connect()
    board.setLamp(true)
    await until(() => virtual.lamp())
    virtual.cutSeal()
    await until(() => board.status.latched.seal)
    await new Promise((resolve) => setTimeout(resolve, 150))
    const lost = new Promise<LinkFault>((resolve) => board.onLost(resolve))
    virtual.runOff()
    expect(await lost).toEqual({ is: 'lost', what: 'the I/O board has started anew' })
    expect(virtual.lamp()).toBe(false)
    virtual.mendSeal()
    const again = await connect()
    const tampers: Tamper[] = []
    again.onTamper((tamper) => tampers.push(tamper))
    expect(tampers[0]?.opened).toEqual(['seal'])
  })
})
