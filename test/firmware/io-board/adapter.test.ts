import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { IoBoard, Keys } from '../../../firmware/io-board/adapter.ts'
import { connectIoBoard } from '../../../firmware/io-board/adapter.ts'
import type { Tamper } from '../../../firmware/io-board/tamper.ts'
import type { LinkFault } from '../../../firmware/link/fault.ts'
import { ManualClock, turn } from '../manual-clock.ts'
import { bytes, good, keepingLogger, noLine, ScriptedLine } from '../scripted-line.ts'
import { FirmataResponder } from './firmata-responder.ts'

const [EXECUTIVE, SUPERVISORY, CHASSIS, BALLOT_BOX, OUTPUT] = [2, 3, 4, 5, 1]

const parts = (clock = new ManualClock()) => ({ clock, logger: keepingLogger() })

async function connected(responder: FirmataResponder, clock = new ManualClock()): Promise<IoBoard> {
  const connecting = connectIoBoard({ open: responder.line.open, ...parts(clock) })
  await turn()
  responder.greet()
  return good(await connecting)
}

/** The last reports of connecting have come. */
async function settled(): Promise<void> {
  for (let turns = 0; turns < 3; turns += 1) await turn()
}

/** Both streams are watched: a board must not write into a kiosk's console. */
const printed: string[] = []

beforeEach(() => {
  printed.length = 0
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation((text) => printed.push(String(text)) > 0)
  }
  for (const method of ['log', 'info', 'warn', 'error'] as const) {
    vi.spyOn(console, method).mockImplementation((...words) => void printed.push(words.join(' ')))
  }
})

afterEach(() => {
  vi.restoreAllMocks()
  expect(printed).toEqual([])
})

describe('the I/O board', () => {
  test('tells its firmware, and its switches as they are', async () => {
    const responder = new FirmataResponder([EXECUTIVE, CHASSIS])
    const board = await connected(responder)
    expect(board.identity).toBe('Sandogh 1.4')
    const keys: Keys[] = []
    const tampers: Tamper[] = []
    board.onKeys((now) => keys.push(now))
    board.onTamper((tamper) => tampers.push(tamper))
    expect(keys).toEqual([{ executive: true, supervisory: false }])
    expect(tampers).toEqual([{ open: [], opened: [], openings: 0 }])
    board.close()
  })

  test('switches its lamp to output, off', async () => {
    const responder = new FirmataResponder([CHASSIS])
    const board = await connected(responder)
    expect(responder.modes.get(13)).toBe(OUTPUT)
    expect(responder.outputs.get(1)).toBe(0)
    board.setLamp(true)
    expect(responder.outputs.get(1)).toBe(1 << 5)
    board.setLamp(false)
    expect(responder.outputs.get(1)).toBe(0)
    board.close()
  })

  test('lights its lamp anew where the board says that it is dark: a reset that was noise, a message that was lost', async () => {
    const responder = new FirmataResponder()
    const board = await connected(responder)
    board.setLamp(true)
    responder.modes.delete(13)
    responder.outputs.delete(1)
    await board.heartbeat()
    expect(responder.isLit).toBe(true)
    board.setLamp(false)
    responder.outputs.set(1, 1 << 5)
    await board.heartbeat()
    expect(responder.isLit).toBe(false)
    board.close()
  })

  test('tells each change of a switch, and nothing that did not change', async () => {
    const responder = new FirmataResponder([CHASSIS])
    const board = await connected(responder)
    const told: string[] = []
    board.onKeys(({ executive, supervisory }) => told.push(`keys ${executive} ${supervisory}`))
    board.onTamper(({ open, opened }) => told.push(`open ${open}, opened ${opened}`))
    responder.set(EXECUTIVE, 0)
    responder.set(EXECUTIVE, 0)
    responder.set(SUPERVISORY, 0)
    responder.set(CHASSIS, 1)
    responder.set(EXECUTIVE, 1)
    expect(told).toEqual([
      'keys false false',
      'open , opened ',
      'keys true false',
      'keys true true',
      'open chassis, opened chassis',
      'keys false true',
    ])
    board.close()
  })

  test('reads messages however they are cut', async () => {
    const responder = new FirmataResponder([CHASSIS])
    const board = await connected(responder)
    const keys: Keys[] = []
    board.onKeys((now) => keys.push(now))
    responder.levels.set(EXECUTIVE, 0)
    for (const byte of responder.status(0)) responder.line.say(Uint8Array.of(byte))
    expect(keys.at(-1)).toEqual({ executive: true, supervisory: false })
    board.close()
  })

  test('that is unplugged is reported once, and hears nothing more', async () => {
    const responder = new FirmataResponder([CHASSIS])
    const board = await connected(responder)
    const faults: LinkFault[] = []
    board.onLost((fault) => faults.push(fault))
    responder.line.unplug()
    responder.line.unplug()
    board.onLost((fault) => faults.push(fault))
    expect(faults).toEqual([
      { is: 'lost', what: 'unplugged' },
      { is: 'lost', what: 'unplugged' },
    ])
    const before = responder.line.written.length
    board.setLamp(true)
    expect(responder.line.written).toHaveLength(before)
  })

  test('that says what no board can is lost, not thrown', async () => {
    const responder = new FirmataResponder([CHASSIS])
    const board = await connected(responder)
    const fault = new Promise<LinkFault>((resolve) => board.onLost(resolve))
    // The state of pin 100, of a board with 20.
    responder.line.say(bytes('f0 6e 64 01 00 f7'))
    expect((await fault).is).toBe('protocol')
    expect(responder.line.closed).toBe(true)
  })

  test('that sends a message without end fills no memory: what cannot be a message is thrown away and counted', async () => {
    const responder = new FirmataResponder([CHASSIS])
    const board = await connected(responder)
    const before = board.counters
    // A minute at line rate.
    responder.line.say(bytes('f0'))
    for (let i = 0; i < 5_400; i += 1) responder.line.say(new Uint8Array(64).fill(1))
    const { discardedBytes, frames } = board.counters
    expect(frames).toBe(before.frames)
    expect(before.discardedBytes + 1 + 5_400 * 64 - discardedBytes).toBeLessThan(1_024)
    const keys: Keys[] = []
    board.onKeys((now) => keys.push(now))
    responder.set(EXECUTIVE, 0)
    expect(keys.at(-1)).toEqual({ executive: true, supervisory: false })
    board.close()
  })

  test('answers its heartbeat with its switches, which mends a report that was lost', async () => {
    const responder = new FirmataResponder([CHASSIS])
    const board = await connected(responder)
    const tampers: Tamper[] = []
    board.onTamper((tamper) => tampers.push(tamper))
    await settled()
    responder.line.say = () => {}
    responder.set(CHASSIS, 1)
    Reflect.deleteProperty(responder.line, 'say')
    expect(await board.heartbeat()).toEqual({ ok: true, value: undefined })
    expect(tampers).toEqual([
      { open: [], opened: [], openings: 0 },
      { open: ['chassis'], opened: ['chassis'], openings: 1 },
    ])
    board.close()
  })

  test('tells of a switch that opened while nobody listened or a message was lost, and then ends the latch', async () => {
    const responder = new FirmataResponder([CHASSIS])
    Object.assign(responder, { openings: 7, latched: 1 << 2 })
    const board = await connected(responder)
    const tampers: Tamper[] = []
    board.onTamper((tamper) => tampers.push(tamper))
    await settled()
    expect(responder.latched).toBe(0)
    // Opened and closed between two messages.
    Object.assign(responder, { openings: 8, latched: 1 << 3 })
    await board.heartbeat()
    await settled()
    expect(responder.latched).toBe(0)
    responder.set(BALLOT_BOX, 1)
    await settled()
    expect(tampers).toEqual([
      { open: [], opened: ['chassis'], openings: 7 },
      { open: [], opened: ['ballot-box'], openings: 8 },
      { open: ['ballot-box'], opened: ['ballot-box'], openings: 9 },
    ])
    board.close()
  })

  test('keeps the latch until somebody was told', async () => {
    const responder = new FirmataResponder([CHASSIS])
    const board = await connected(responder)
    responder.set(CHASSIS, 1)
    responder.set(CHASSIS, 0)
    await board.heartbeat()
    await settled()
    expect(responder.latched).toBe(1 << 2)
    const tampers: Tamper[] = []
    board.onTamper((tamper) => tampers.push(tamper))
    expect(tampers).toEqual([{ open: [], opened: ['chassis'], openings: 1 }])
    await settled()
    expect(responder.latched).toBe(0)
    board.close()
  })

  test('is fed with each heartbeat, and lost once it has started anew by itself', async () => {
    const responder = new FirmataResponder([CHASSIS])
    const board = await connected(responder)
    await board.heartbeat()
    expect(responder.feeds).toEqual([30, 30])
    const fault = new Promise<LinkFault>((resolve) => board.onLost(resolve))
    responder.fed = false
    responder.line.say(responder.status(0))
    expect(await fault).toEqual({ is: 'lost', what: 'the I/O board has started anew' })
  })

  test('believes no status whose checksum is wrong', async () => {
    const responder = new FirmataResponder([CHASSIS])
    const board = await connected(responder)
    const keys: Keys[] = []
    board.onKeys((now) => keys.push(now))
    responder.levels.set(EXECUTIVE, 0)
    const status = responder.status(0)
    for (let place = 2; place < status.length - 1; place += 1) {
      responder.line.say(status.map((byte, i) => (i === place ? byte ^ 1 : byte)))
    }
    expect(keys).toHaveLength(1)
    expect(board.counters.badChecksums).toBeGreaterThan(15)
    board.close()
  })

  test('that is mute, though its line is open, fails its heartbeat after three tries of a second', async () => {
    const responder = new FirmataResponder([CHASSIS])
    const clock = new ManualClock()
    const board = await connected(responder, clock)
    await settled()
    responder.mute = true
    const beat = board.heartbeat()
    for (let tries = 0; tries < 3; tries += 1) await clock.advance(1_000)
    expect(await beat).toEqual({ ok: false, error: { is: 'timeout', what: 'the I/O board does not answer' } })
    expect(board.counters.timeouts).toBe(3)
    board.close()
  })

  test('takes any bytes without throwing, and is either lost or goes on', async () => {
    const near = fc.constantFrom(
      0xf0,
      0x01,
      0x41,
      0xf7,
      0xf9,
      0x90,
      0x6a,
      0x6c,
      0x6e,
      0x79,
      0x71,
      0x77,
      0x73,
      0x02,
    )
    const noise = fc.array(fc.oneof(near, fc.integer({ min: 0, max: 255 })), { maxLength: 200 })
    await fc.assert(
      fc.asyncProperty(noise, async (babble) => {
        const responder = new FirmataResponder([CHASSIS])
        const board = await connected(responder)
        let lost = false
        board.onLost(() => {
          lost = true
        })
        responder.line.say(Uint8Array.from(babble))
        expect(responder.line.closed).toBe(lost)
        board.close()
      }),
      { numRuns: 50 },
    )
  })

  test('that stays silent is a fault and not a hang', async () => {
    const line = new ScriptedLine()
    const result = await connectIoBoard({ open: line.open, ...parts() })
    expect(result).toEqual({ ok: false, error: { is: 'timeout', what: 'the I/O board does not answer' } })
    expect(line.closed).toBe(true)
    // It was at least asked: version and firmware.
    expect(line.written.map((sent) => sent[0])).toEqual([0xf9, 0xf0])
  })

  test('unplugged while it is asked, or not there at all, is a fault', async () => {
    const line = new ScriptedLine()
    const connecting = connectIoBoard({ open: line.open, ...parts() })
    await turn()
    line.unplug()
    expect(await connecting).toEqual({ ok: false, error: { is: 'lost', what: 'unplugged' } })
    const none = await connectIoBoard({ open: noLine, ...parts() })
    expect(none).toMatchObject({ ok: false, error: { is: 'cannot-open' } })
  })
})
