/** The driver against the simulated controller, whose codec is its own. */
import { describe, expect, test } from 'vitest'
import type { OpenLine } from '../../../core/ports.ts'
import { encodePacket, type TouchEvent } from '../../../firmware/touchscreen/codec.ts'
import { connectTouchscreen, type Touchscreen } from '../../../firmware/touchscreen/driver.ts'
import type { GestureEvent } from '../../../firmware/touchscreen/gesture.ts'
import { Touches } from '../../../firmware/touchscreen/touches.ts'
import { inProcessLine } from '../../../simulator/lines/in-process.ts'
import { VirtualTouchscreen } from '../../../simulator/peripherals/touchscreen.ts'
import { VirtualClock } from '../../../simulator/virtual-clock.ts'
import { good, keepingLogger } from '../scripted-line.ts'

function table() {
  const clock = new VirtualClock(0)
  const { open, plug } = inProcessLine({ clock, baudRate: 9600, paced: true })
  const glass = new VirtualTouchscreen({ line: plug, clock })
  const connect = (through = open) => connectTouchscreen({ open: through, clock, logger: keepingLogger() })
  const pause = (ms: number) => new Promise<void>((resolve) => clock.after(ms, resolve))
  return { clock, open, plug, glass, connect, pause }
}

/** The whole touches that a driver reads, and what becomes of the others. */
function gesturesOf(screen: Touchscreen, clock: VirtualClock): GestureEvent[] {
  const told: GestureEvent[] = []
  const touches = new Touches(clock, (event) => told.push(event))
  screen.onTouch((touch) => touches.take(touch))
  return told
}

/** A line on which chosen commands arrive damaged. */
function damaging(open: OpenLine, damage: (bytes: Uint8Array) => boolean): OpenLine {
  return async () => {
    const line = await open()
    const write = (bytes: Uint8Array) => {
      const sent = Uint8Array.from(bytes)
      if (damage(bytes)) sent[2] = (sent[2] ?? 0) ^ 0x40
      line.write(sent)
    }
    return { listen: line.listen.bind(line), close: line.close.bind(line), write }
  }
}

describe('the touchscreen driver and a simulated controller', () => {
  test('shake hands, and a press, a drag and a long press are told as they are', async () => {
    const { clock, glass, connect, pause } = table()
    const told = await clock.run(
      (async () => {
        const screen = good(await connect())
        expect(screen.identity).toBe('Elo AccuTouch, firmware 01.04')
        const events = gesturesOf(screen, clock)
        await glass.press(100, 200)
        await pause(100)
        await glass.drag([100, 100], [500, 100], 400)
        await pause(100)
        await glass.pressFor(540, 960, 2_000)
        await pause(100)
        expect(good(await screen.heartbeat())).toBeUndefined()
        expect(screen.counters).toMatchObject({ badChecksums: 0, discardedBytes: 0, timeouts: 0 })
        return events
      })(),
    )
    expect(told.map(({ is }) => is)).toEqual(['down', 'up', 'down', 'up', 'down', 'up'])
  })

  test('a palm and a second finger press nothing; the next plain press counts', async () => {
    const { clock, glass, connect, pause } = table()
    const told = await clock.run(
      (async () => {
        const events = gesturesOf(good(await connect()), clock)
        await glass.palm(500, 900, 300)
        await pause(100)
        await glass.pressTwo([200, 1300], [200, 1460])
        await pause(100)
        await glass.press(200, 1300)
        await pause(100)
        return events
      })(),
    )
    const ends = told.filter(({ is }) => is !== 'down')
    expect(ends.map((event) => ('why' in event ? event.why : event.is))).toEqual(['jumped', 'jumped', 'up'])
  })

  test('something that lies on the glass is told after ten seconds, and that it is gone', async () => {
    const { clock, glass, connect, pause } = table()
    const told = await clock.run(
      (async () => {
        const events = gesturesOf(good(await connect()), clock)
        glass.stick(10, 10)
        await pause(9_000)
        expect(events.map(({ is }) => is)).toEqual(['down'])
        await pause(60_000)
        expect(events.map(({ is }) => is)).toEqual(['down', 'stuck'])
        await glass.up()
        await pause(100)
        return events
      })(),
    )
    expect(told.map(({ is }) => is)).toEqual(['down', 'stuck', 'freed'])
  })

  test('a controller that failed its own test is not used, and the test is named', async () => {
    const { clock, glass, connect } = table()
    glass.fail('drive', 'nvram')
    expect(await clock.run(connect())).toMatchObject({
      ok: false,
      error: { is: 'protocol', what: 'the touchscreen failed its own test: touchscreen drive' },
    })
    glass.fail('nvram')
    expect(await clock.run(connect())).toMatchObject({ ok: true })
  })

  // Noise on a line whose commands are not checked yet may be one of these: every eleventh byte is enough (npm run soak -- lines, plans 554 and 1187).
  test.each([
    ['says nothing', 'Q', [1]],
    ['answers under a key', 'K', [220]],
    ['tells of no touch', 'Q', [4]],
  ] as const)(
    'a controller that %s because of noise is reset, and tells of touches again',
    async (_, letter, data) => {
      const { clock, open, glass, connect, pause } = table()
      const told = await clock.run(
        (async () => {
          const noise = await open()
          noise.write(encodePacket(letter, Uint8Array.from(data)))
          await pause(100)
          noise.close()
          const events = gesturesOf(good(await connect()), clock)
          await glass.press(100, 200)
          await pause(100)
          return events
        })(),
      )
      expect(told.map(({ is }) => is)).toEqual(['down', 'up'])
    },
  )

  test('a command that was damaged on its way is refused by the controller and said again', async () => {
    const { clock, open, connect } = table()
    let damaged = 0
    const line = damaging(open, (bytes) => {
      // The first mode query after commands are checked.
      const hit = bytes[1] === 0x6d && damaged === 0
      if (hit) damaged += 1
      return hit
    })
    expect(await clock.run(connect(line))).toMatchObject({ ok: true })
    expect(damaged).toBe(1)
  })

  test('a controller that wakes in a raw mode after its power was away goes on; one whose plug is out does not', async () => {
    const { clock, glass, plug, connect } = table()
    const screen = good(await clock.run(connect()))
    glass.powerCycle()
    expect(await clock.run(screen.heartbeat())).toEqual({ ok: true, value: undefined })
    plug.unplug()
    expect(await clock.run(screen.heartbeat())).toMatchObject({ ok: false, error: { is: 'lost' } })
  })

  test('a heartbeat that nothing answers fails, and one that only a finger answers does not', async () => {
    const { clock, glass, open, connect } = table()
    let deaf = false
    const screen = good(
      await clock.run(
        connect(async () => {
          const line = await open()
          const write = (bytes: Uint8Array) => {
            if (!deaf) line.write(bytes)
          }
          return { listen: line.listen.bind(line), close: line.close.bind(line), write }
        }),
      ),
    )
    const touches: TouchEvent[] = []
    screen.onTouch((touch) => touches.push(touch))
    deaf = true
    expect(await clock.run(screen.heartbeat())).toMatchObject({ ok: false, error: { is: 'timeout' } })
    glass.stick(5, 5)
    expect(await clock.run(screen.heartbeat())).toMatchObject({ ok: true })
    expect(touches.length).toBeGreaterThan(100)
  })

  test('two heartbeats wait for each other', async () => {
    const { clock, connect } = table()
    const screen = good(await clock.run(connect()))
    const both = Promise.all([screen.heartbeat(), screen.heartbeat()])
    expect((await clock.run(both)).map(({ ok }) => ok)).toEqual([true, true])
  })
})
