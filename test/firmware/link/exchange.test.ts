import { describe, expect, test } from 'vitest'
import { Line } from '../../../firmware/link/exchange.ts'
import type { LinkFault } from '../../../firmware/link/fault.ts'
import { openTransport } from '../../../firmware/link/fault.ts'
import type { FrameFormat } from '../../../firmware/link/framer.ts'
import { Turns } from '../../../firmware/link/turns.ts'
import { ManualClock, turn } from '../manual-clock.ts'
import { bytes, noLine, ScriptedLine } from '../scripted-line.ts'

/** Each byte is a frame. */
const single: FrameFormat<number> = {
  maxLength: 1,
  scan: ([byte = 0]) => ({ is: 'frame', frame: byte, length: 1 }),
}

function lineOver(scripted: ScriptedLine, clock = new ManualClock(), onFrame = (_frame: number) => {}) {
  return new Line(scripted.transport, clock, single, onFrame)
}

const isSeven = (frame: number) => (frame === 7 ? ({ is: 'answer', answer: 'seven' } as const) : undefined)

describe('an exchange', () => {
  test('is settled by an answer that comes before the write returns', async () => {
    const line = lineOver(new ScriptedLine(() => [bytes('01 07')]))
    expect(await line.exchange(bytes('aa'), 100, isSeven)).toEqual({ is: 'answered', answer: 'seven' })
    expect(line.counters).toEqual({ frames: 2, discardedBytes: 0, badChecksums: 0, timeouts: 0 })
  })

  test('ends at its deadline when nobody answers, and the next one may go', async () => {
    const clock = new ManualClock()
    const scripted = new ScriptedLine()
    const line = lineOver(scripted, clock)
    const first = line.exchange(bytes('aa'), 100, isSeven)
    await clock.advance(100)
    expect(await first).toEqual({ is: 'timeout' })
    expect(line.counters.timeouts).toBe(1)
    const second = line.exchange(bytes('bb'), 100, isSeven)
    scripted.say(bytes('07'))
    expect(await second).toEqual({ is: 'answered', answer: 'seven' })
  })

  test('gives more time when asked, but not for ever', async () => {
    const clock = new ManualClock()
    const scripted = new ScriptedLine()
    const line = lineOver(scripted, clock)
    const outcome = line.exchange(bytes('aa'), 100, () => ({ is: 'more-time' }))
    let settled = false
    void outcome.then(() => {
      settled = true
    })
    for (let i = 0; i < 10; i += 1) {
      await clock.advance(99)
      expect(settled).toBe(false)
      scripted.say(bytes('80'))
    }
    await clock.advance(99)
    scripted.say(bytes('80'))
    await clock.advance(1)
    expect(await outcome).toEqual({ is: 'timeout' })
  })

  test('ends at once when the plug is pulled, and so does every later one', async () => {
    const scripted = new ScriptedLine()
    const line = lineOver(scripted)
    const faults: LinkFault[] = []
    line.onLost((fault) => faults.push(fault))
    const outcome = line.exchange(bytes('aa'), 100, isSeven)
    scripted.unplug()
    scripted.unplug()
    expect(await outcome).toEqual({ is: 'lost', why: 'unplugged' })
    expect(await line.exchange(bytes('bb'), 100, isSeven)).toEqual({ is: 'lost', why: 'unplugged' })
    line.onLost((fault) => faults.push(fault))
    expect(faults).toEqual([
      { is: 'lost', what: 'unplugged' },
      { is: 'lost', what: 'unplugged' },
    ])
    expect(scripted.written).toHaveLength(1)
    expect(scripted.closed).toBe(true)
  })

  test('that is closed on purpose ends, and nobody is told of a loss', async () => {
    const scripted = new ScriptedLine()
    const line = lineOver(scripted)
    line.onLost(() => expect.unreachable())
    const outcome = line.exchange(bytes('aa'), 100, isSeven)
    line.close()
    scripted.unplug()
    expect((await outcome).is).toBe('lost')
  })

  test('is one at a time', async () => {
    const line = lineOver(new ScriptedLine())
    void line.exchange(bytes('aa'), 100, isSeven)
    expect(() => line.exchange(bytes('bb'), 100, isSeven)).toThrow('in flight')
  })

  test('every frame is shown to the owner of the line, asked for or not', () => {
    const scripted = new ScriptedLine()
    const seen: number[] = []
    lineOver(scripted, new ManualClock(), (frame) => seen.push(frame))
    scripted.say(bytes('01 02'), bytes('03'))
    expect(seen).toEqual([1, 2, 3])
  })
})

describe('an idempotent command', () => {
  test('is written again when nobody answers, three times in all', async () => {
    const clock = new ManualClock()
    const scripted = new ScriptedLine()
    const line = lineOver(scripted, clock)
    const outcome = line.ask(bytes('aa'), 100, isSeven)
    for (let tries = 0; tries < 3; tries += 1) await clock.advance(100)
    expect(await outcome).toEqual({ is: 'timeout' })
    expect(scripted.written).toEqual([bytes('aa'), bytes('aa'), bytes('aa')])
    expect(line.counters.timeouts).toBe(3)
  })

  test('is answered by a late answer to its first try', async () => {
    const clock = new ManualClock()
    const scripted = new ScriptedLine()
    const line = lineOver(scripted, clock)
    const outcome = line.ask(bytes('aa'), 100, isSeven)
    await clock.advance(100)
    scripted.say(bytes('07'))
    expect(await outcome).toEqual({ is: 'answered', answer: 'seven' })
    expect(scripted.written).toHaveLength(2)
  })

  test('is not written again on a line that is gone', async () => {
    const scripted = new ScriptedLine()
    const outcome = lineOver(scripted).ask(bytes('aa'), 100, isSeven)
    scripted.unplug()
    expect(await outcome).toEqual({ is: 'lost', why: 'unplugged' })
    expect(scripted.written).toHaveLength(1)
  })
})

describe('a frame that stands still', () => {
  /** `7E` and a byte. */
  const pair: FrameFormat<number> = {
    maxLength: 4,
    scan([first, second]) {
      if (first === 0x7f) return { is: 'incomplete' }
      if (first !== 0x7e) return { is: 'noise' }
      return second === undefined ? { is: 'incomplete' } : { is: 'frame', frame: second, length: 2 }
    },
  }

  test('was noise: what stands behind its first byte is found after two tenths of a second', async () => {
    const clock = new ManualClock()
    const scripted = new ScriptedLine()
    const seen: number[] = []
    const line = new Line(scripted.transport, clock, pair, (frame) => seen.push(frame))
    scripted.say(bytes('7f 7e 05'))
    await clock.advance(100)
    expect(seen).toEqual([])
    await clock.advance(100)
    expect(seen).toEqual([5])
    expect(line.counters).toEqual({ frames: 1, discardedBytes: 1, badChecksums: 0, timeouts: 0 })
    expect(clock.running).toBe(0)
  })

  test('is waited for anew with each of its bytes, and no timer is left when the line is closed', async () => {
    const clock = new ManualClock()
    const scripted = new ScriptedLine()
    const seen: number[] = []
    const line = new Line(scripted.transport, clock, pair, (frame) => seen.push(frame))
    scripted.say(bytes('7e'))
    await clock.advance(100)
    scripted.say(bytes('05'))
    await clock.advance(200)
    expect(seen).toEqual([5])
    scripted.say(bytes('7e'))
    line.close()
    expect(clock.running).toBe(0)
  })
})

test('a line that cannot be opened is a fault with the reason', async () => {
  expect(await openTransport(noLine)).toEqual({
    ok: false,
    error: { is: 'cannot-open', what: 'cannot open serial line: no such file' },
  })
})

test('work on a line goes one piece after another, also after one that failed', async () => {
  const turns = new Turns()
  const order: string[] = []
  const first = turns.take(async () => {
    order.push('first begins')
    await turn()
    order.push('first ends')
    throw new Error('broken')
  })
  const second = turns.take(async () => order.push('second'))
  await expect(first).rejects.toThrow('broken')
  await second
  expect(order).toEqual(['first begins', 'first ends', 'second'])
})
