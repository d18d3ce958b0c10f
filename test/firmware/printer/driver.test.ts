import { describe, expect, test } from 'vitest'
import type { LinkFault } from '../../../firmware/link/fault.ts'
import type { PrintDocument } from '../../../firmware/printer/document.ts'
import type { Printer } from '../../../firmware/printer/driver.ts'
import { connectPrinter } from '../../../firmware/printer/driver.ts'
import { ManualClock } from '../manual-clock.ts'
import { bytes, good, keepingLogger, noLine, ScriptedLine } from '../scripted-line.ts'

const slip: PrintDocument = {
  blocks: [
    { kind: 'raster', bitmap: { widthDots: 16, heightDots: 2, rows: bytes('ff 10 04 ff') } },
    { kind: 'feed', lines: 2 },
  ],
}

/** Clear the buffer (Epson ESC/POS command reference, DLE DC4, fn 8). */
const CLEAR = bytes('10 14 08 01 03 14 01 06 02 08')

/** A printer of a few lines: four status bytes, and a proof of all that it was given, unless it keeps it to itself. */
function printer(state: { status: string; proves: boolean }) {
  return new ScriptedLine((written) => {
    if (Buffer.from(written).equals(CLEAR)) return [bytes('37'), bytes('25 00')]
    if (written[0] === 0x10)
      return [bytes('11'), bytes(state.status).slice((written[2] ?? 1) - 1, written[2])]
    if (!state.proves) return undefined
    const requests = Buffer.from(written)
      .toString('hex')
      .matchAll(/1d284806003030(.{8})/g)
    return [...requests].flatMap(([, number]) => [bytes('37'), bytes('22'), bytes(number ?? ''), bytes('00')])
  })
}

async function connected(line: ScriptedLine, clock = new ManualClock()): Promise<Printer> {
  const parts = { open: line.open, clock, logger: keepingLogger(), baudRate: 9600, firstProcess: 0xffff }
  return good(await connectPrinter(parts))
}

/** Lets time pass until it is done. */
async function inTime<T>(clock: ManualClock, work: Promise<T>): Promise<T> {
  let over = false
  void work.then(() => {
    over = true
  })
  for (let passed = 0; !over && passed < 60_000; passed += 100) await clock.advance(100)
  return work
}

const READY = '12 12 12 12'
/** All that was sent and is not a real-time command. */
const sent = (line: ScriptedLine) =>
  line.written.filter((written) => written[0] !== 0x10).map((written) => Buffer.from(written).toString('hex'))

describe('one lost byte', () => {
  test.each([1, 2, 3, 4])('of status answer %d is asked for again, and nothing is given up', async (lost) => {
    const clock = new ManualClock()
    let drop = 0
    const line = new ScriptedLine((written) => {
      if (Buffer.from(written).equals(CLEAR)) return [bytes('37 25 00')]
      if (written[0] !== 0x10) return undefined
      if (written[2] === drop) {
        drop = 0
        return undefined
      }
      return [bytes('1a 16 12 1e').slice((written[2] ?? 1) - 1, written[2])]
    })
    const device = await connected(line, clock)
    drop = lost
    const status = good(await inTime(clock, device.status()))
    expect(status).toMatchObject({ coverOpen: true, paperNearEnd: true, paperEnd: false, error: 'none' })
    expect(device.counters.timeouts).toBe(1)
    expect(line.closed).toBe(false)
  })

  test('of the answer to a clearing is asked for again', async () => {
    const clock = new ManualClock()
    let asked = 0
    const line = new ScriptedLine((written) => {
      if (Buffer.from(written).equals(CLEAR)) {
        asked += 1
        return [bytes(asked === 1 ? '37 00' : '37 25 00')]
      }
      return written[0] === 0x10 ? [bytes('12')] : undefined
    })
    const parts = { open: line.open, clock, logger: keepingLogger(), baudRate: 9600, firstProcess: 0 }
    good(await inTime(clock, connectPrinter(parts)))
    expect(asked).toBe(2)
  })
})

describe('the printer', () => {
  test('that tells of an open cover while it is asked is believed, and not the answers from before', async () => {
    const clock = new ManualClock()
    const state = { tells: false }
    const line = new ScriptedLine((written) => {
      if (Buffer.from(written).equals(CLEAR)) return [bytes('37 25 00')]
      if (written[0] !== 0x10) return undefined
      // The cover opens behind the second answer: 38 00 00 00, and an XOFF before it.
      return [bytes(state.tells && written[2] === 3 ? '13 38 00 00 00 12' : '12')]
    })
    const device = await connected(line, clock)
    state.tells = true
    expect(await inTime(clock, device.print(slip))).toEqual({ is: 'refused', condition: 'cover-open' })
    expect(sent(line)).toHaveLength(1)
  })

  test('is not held for ever by an XOFF that was noise: it is cleared first, and prints', async () => {
    const clock = new ManualClock()
    const line = printer({ status: READY, proves: true })
    const device = await connected(line, clock)
    await clock.advance(1000)
    line.say(bytes('13'))
    expect(await inTime(clock, device.print(slip))).toEqual({ is: 'printed' })
    expect(line.written.filter((written) => Buffer.from(written).equals(CLEAR))).toHaveLength(2)
  })

  test('that holds a slip back whole has printed nothing of it, and that is said', async () => {
    const clock = new ManualClock()
    const state = { asked: 0 }
    const line = new ScriptedLine((written) => {
      if (Buffer.from(written).equals(CLEAR)) return [bytes('37 25 00')]
      if (written[0] !== 0x10) return undefined
      state.asked += 1
      return [bytes(state.asked === 8 ? '12 13' : '12')]
    })
    const device = await connected(line, clock)
    await clock.advance(1000)
    const told: number[] = []
    const outcome = device.print(slip, ({ done }) => told.push(done))
    expect(await inTime(clock, outcome)).toEqual({ is: 'refused', condition: 'no-answer' })
    expect(sent(line)).toHaveLength(1)
    expect(told).toEqual([0])
  })

  test('is reset and told to send its status by itself: online, error, paper', async () => {
    const line = printer({ status: READY, proves: true })
    await connected(line)
    expect(sent(line)).toEqual(['1b401d610e'])
  })

  test('is cleared first, at once, of a picture that a device which died left half sent', async () => {
    const line = printer({ status: READY, proves: true })
    await connected(line)
    expect(line.written[0]).toEqual(CLEAR)
  })

  test('prints what is proven, then cuts what is proven, each with a process number of its own', async () => {
    const line = printer({ status: READY, proves: true })
    const clock = new ManualClock()
    const device = await connected(line, clock)
    expect(await inTime(clock, device.print(slip))).toEqual({ is: 'printed' })
    expect(await inTime(clock, device.cut())).toEqual({ is: 'printed' })
    const begun = '1b401d610e' + '1d2848060030304f4f4f4f'
    const printed =
      '1d76300002000200ff1804ff' + '1d28480600303040404040' + '1b6402' + '1d28480600303040404041'
    const cut = '1b401d610e1d564200' + '1d28480600303040404042'
    expect(sent(line).slice(1).join('')).toBe(begun + printed + cut)
  })

  test.each([
    ['1a 16 12 12', 'cover-open'],
    ['1a 32 12 7e', 'paper-end'],
    ['1a 52 1a 12', 'cutter-error'],
  ] as const)('sends nothing of a slip with status %s: %s', async (status, condition) => {
    const line = printer({ status, proves: true })
    const clock = new ManualClock()
    const device = await connected(line, clock)
    expect(await inTime(clock, device.print(slip))).toEqual({ is: 'refused', condition })
    expect(await inTime(clock, device.cut())).toEqual({ is: 'refused', condition })
    expect(sent(line)).toHaveLength(1)
  })

  test('does not take the proof of another process for its own', async () => {
    const clock = new ManualClock()
    const line = printer({ status: READY, proves: false })
    const device = await connected(line, clock)
    const outcome = device.print(slip)
    await clock.advance(0)
    line.say(bytes('37 22 40 40 40 42 00'))
    await clock.advance(60_000)
    expect(await outcome).toEqual({ is: 'indeterminate', why: 'timeout' })
  })

  test('that gives no proof by the deadline leaves it open, sends nothing again, and can still be asked how it is', async () => {
    const clock = new ManualClock()
    const state = { status: READY, proves: false }
    const line = printer(state)
    const device = await connected(line, clock)
    const outcome = device.print(slip)
    // 53 bytes at 9600 baud are 56 ms, and ten seconds for the paper.
    await clock.advance(10_055)
    line.say(bytes('13 11'))
    let settled = false
    void outcome.then(() => {
      settled = true
    })
    await clock.advance(0)
    expect(settled).toBe(false)
    await clock.advance(1)
    expect(await outcome).toEqual({ is: 'indeterminate', why: 'timeout' })
    expect(sent(line)).toHaveLength(2)
    state.status = '1a 32 12 7e'
    expect(good(await device.status()).paperEnd).toBe(true)
    expect(device.counters.timeouts).toBe(1)
  })

  test('unplugged while it prints leaves it open whether it printed', async () => {
    const clock = new ManualClock()
    const line = printer({ status: READY, proves: false })
    const device = await connected(line, clock)
    const faults: LinkFault[] = []
    device.onLost((fault) => faults.push(fault))
    const outcome = device.print(slip)
    await clock.advance(10)
    line.unplug()
    expect(await outcome).toEqual({ is: 'indeterminate', why: 'lost' })
    expect(faults).toEqual([{ is: 'lost', what: 'unplugged' }])
    expect(await device.print(slip)).toEqual({ is: 'refused', condition: 'lost' })
  })

  test('that stops answering is refused before a byte of the slip is sent, and given up', async () => {
    const clock = new ManualClock()
    const state = { status: READY, proves: true }
    const line = printer(state)
    const device = await connected(line, clock)
    state.status = ''
    const faults: LinkFault[] = []
    device.onLost((fault) => faults.push(fault))
    const outcome = device.print(slip)
    expect(await inTime(clock, outcome)).toEqual({ is: 'refused', condition: 'no-answer' })
    expect(sent(line)).toHaveLength(1)
    expect(faults).toEqual([{ is: 'timeout', what: 'the printer does not answer' }])
  })

  test('that is silent from the start, or not there, is a fault', async () => {
    const clock = new ManualClock()
    const line = new ScriptedLine()
    const parts = { clock, logger: keepingLogger(), baudRate: 115_200, firstProcess: 0 }
    const connecting = connectPrinter({ ...parts, open: line.open })
    expect(await inTime(clock, connecting)).toMatchObject({ ok: false, error: { is: 'timeout' } })
    expect(line.closed).toBe(true)
    expect(await connectPrinter({ ...parts, open: noLine })).toMatchObject({ error: { is: 'cannot-open' } })
  })
})
