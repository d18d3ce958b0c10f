/** A minute of babble at line rate to each driver; the printer's is with its other babble. */
import { describe, expect, test } from 'vitest'
import { connectDisplay } from '../../device-agent/ballot/display.ts'
import { connectIoBoard } from '../../firmware/io-board/adapter.ts'
import type { Driver } from '../../firmware/link/supervisor.ts'
import { connectTouchscreen } from '../../firmware/touchscreen/driver.ts'
import { sysexMessage } from '../../simulator/peripherals/firmata.ts'
import { smartSetPacket } from '../../simulator/peripherals/smartset.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { connected as connectedReader, twin } from './card-reader/scripted-reader.ts'
import { leavesMemoryFlat } from './flat-memory.ts'
import { FirmataResponder } from './io-board/firmata-responder.ts'
import { ManualClock, turn } from './manual-clock.ts'
import { jsonLine } from './messages.ts'
import { good, keepingLogger, ScriptedLine } from './scripted-line.ts'

type Voice = (length: number) => Uint8Array

interface Babbled {
  readonly line: ScriptedLine
  readonly driver: Driver
}

const parts = (clock: ManualClock, line: ScriptedLine) => ({
  open: line.open,
  clock,
  logger: keepingLogger(),
})

async function touchscreen(clock: ManualClock): Promise<Babbled> {
  const line = new ScriptedLine((written) => {
    const answer = { i: [0x30, 0x30], m: [0, 0x87], p: [0x30, 5, 5], d: [0] }[
      String.fromCharCode(written[1] ?? 0)
    ]
    const letter = String.fromCharCode(written[1] ?? 0).toUpperCase()
    return [smartSetPacket(letter, answer ?? []), smartSetPacket('A', [0x30, 0x30, 0x30, 0x30])]
  })
  return { line, driver: good(await connectTouchscreen(parts(clock, line))) }
}

async function cardReader(clock: ManualClock): Promise<Babbled> {
  const line = twin({})
  return { line, driver: await connectedReader(line, clock) }
}

async function display(clock: ManualClock): Promise<Babbled> {
  const line = new ScriptedLine(() => [jsonLine({ showing: 0 })])
  const inputs = { pointer: true, keyboard: true }
  return { line, driver: good(await connectDisplay({ ...parts(clock, line), inputs })) }
}

const noise = (): Voice => {
  const random = seededRandom('a minute')
  return (length) => random.bytes(length)
}

describe('a minute of babble at line rate', () => {
  test.each([
    ['touchscreen', touchscreen],
    ['card reader', cardReader],
    ['display', display],
  ])("leaves the memory of the %s's driver as it was, whatever is asked meanwhile", async (_, connect) => {
    const clock = new ManualClock()
    const { line, driver } = await connect(clock)
    await leavesMemoryFlat({ line, clock, voice: noise(), eachSecond: () => void driver.heartbeat() })
    expect(driver.counters.discardedBytes).toBeGreaterThan(100_000)
  })

  // Bytes that mean nothing soon name a pin that is not there: such a board is lost, and nothing more of it is heard.
  test("leaves the memory of the I/O board's driver as it was, though all of it are messages of a board", async () => {
    const clock = new ManualClock()
    const board = new FirmataResponder()
    const connecting = connectIoBoard(parts(clock, board.line))
    await turn()
    board.greet()
    const driver = good(await connecting)
    const channels = Array.from({ length: 20 }, (_, pin) => pin % 6)
    const said = Buffer.concat([
      board.status(0),
      sysexMessage(0x6a, channels),
      sysexMessage(0x6c, [0, 1, 1, 1, 0x7f]),
      sysexMessage(0x79, [1, 4, 0x53, 0]),
      sysexMessage(0x71, channels),
      Uint8Array.of(0x90, 0x7f, 1, 0xe0, 5, 6, 0xf9, 2, 5, 0x33, 0xf0, 0x01),
    ])
    let at = 0
    await leavesMemoryFlat({
      line: board.line,
      clock,
      voice: (length) => Uint8Array.from({ length }, () => said[at++ % said.length] ?? 0),
      eachSecond: () => void driver.heartbeat(),
    })
    expect(driver.counters.frames).toBeGreaterThan(10_000)
    expect(await driver.heartbeat()).toEqual({ ok: true, value: undefined })
    driver.close()
  })
})
