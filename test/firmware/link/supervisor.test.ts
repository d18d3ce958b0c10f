import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { OpenLine } from '../../../core/ports.ts'
import type { Result } from '../../../core/result.ts'
import { fail, ok } from '../../../core/result.ts'
import { Line } from '../../../firmware/link/exchange.ts'
import type { LinkFault } from '../../../firmware/link/fault.ts'
import { openTransport } from '../../../firmware/link/fault.ts'
import type { FrameFormat } from '../../../firmware/link/framer.ts'
import { HEARTBEAT_MS, LINK_LIMIT_MS, LONGEST_WAIT_MS } from '../../../firmware/link/link-state.ts'
import { type Driver, Supervisor } from '../../../firmware/link/supervisor.ts'
import { seededRandom } from '../../../simulator/seeded-random.ts'
import { ManualClock, turn } from '../manual-clock.ts'
import { keepingLogger, ScriptedLine } from '../scripted-line.ts'

const COUNTERS = { frames: 3, discardedBytes: 2, badChecksums: 1, timeouts: 0 }

/** A printer that the test switches off and on. */
class Plug {
  what = 'the printer gave no answer'
  isThere = false
  tries = 0
  #lose: (fault: LinkFault) => void = () => {}

  connect = (): Promise<Result<Driver, LinkFault>> => {
    this.tries += 1
    if (!this.isThere) return Promise.resolve(fail({ is: 'timeout', what: this.what }))
    const onLost = (listener: (fault: LinkFault) => void) => {
      this.#lose = listener
    }
    const heartbeat = () => Promise.resolve(ok(undefined))
    return Promise.resolve(ok({ counters: COUNTERS, heartbeat, onLost, close: () => {} }))
  }

  pull(): void {
    this.isThere = false
    this.#lose({ is: 'lost', what: 'unplugged' })
  }
}

const closedLine: OpenLine = async () => new ScriptedLine().transport

function parts(clock = new ManualClock(), open = closedLine) {
  return {
    clock,
    open,
    logger: keepingLogger(),
    random: seededRandom('supervisor'),
  }
}

async function supervisedPrinter(isThere: boolean) {
  const plug = new Plug()
  plug.isThere = isThere
  const given = parts()
  const { clock, logger } = given
  const seen: string[] = []
  const supervised = new Supervisor('printer', plug.connect, given, (current) =>
    seen.push(current === undefined ? 'lost' : 'connected'),
  )
  supervised.start()
  await turn()
  const tryAgain = async (times: number) => {
    for (let i = 0; i < times; i += 1) await clock.advance(LONGEST_WAIT_MS)
  }
  return { plug, logger, seen, supervised, tryAgain }
}

describe('a peripheral that does not answer', () => {
  test('is named in the log once, with what failed, and not at each try', async () => {
    const { plug, logger, supervised, tryAgain } = await supervisedPrinter(false)
    plug.what = 'something else'
    await tryAgain(20)
    expect(plug.tries).toBe(21)
    expect(logger.lines).toEqual(['the printer gave no answer {"peripheral":"printer","fault":"timeout"}'])
    expect(supervised.current).toBeUndefined()
    supervised.close()
  })

  test('is named again after it worked in between', async () => {
    const { plug, logger, seen, supervised, tryAgain } = await supervisedPrinter(false)
    await tryAgain(3)
    plug.isThere = true
    await tryAgain(1)
    plug.pull()
    await tryAgain(5)
    expect(seen).toEqual(['connected', 'lost'])
    expect(logger.lines).toEqual([
      'the printer gave no answer {"peripheral":"printer","fault":"timeout"}',
      'unplugged {"peripheral":"printer","fault":"lost"}',
    ])
    supervised.close()
  })

  test('is said nothing of when the program ends', async () => {
    const { plug, logger, supervised } = await supervisedPrinter(true)
    supervised.close()
    plug.pull()
    expect(logger.lines).toEqual([])
  })
})

/** Each byte is a frame. */
const single: FrameFormat<number> = {
  maxLength: 1,
  scan: ([byte = 0]) => ({ is: 'frame', frame: byte, length: 1 }),
}

/** A driver of a peripheral that answers every byte with one. */
async function connectEcho(open: OpenLine, clock: ManualClock, onFrame = (_frame: number) => {}) {
  const opened = await openTransport(open)
  if (!opened.ok) return opened
  const line = new Line(opened.value, clock, single, onFrame)
  const heartbeat = async (): Promise<Result<void, LinkFault>> => {
    const outcome = await line.ask(Uint8Array.of(1), 1_000, () => ({ is: 'answer', answer: null }))
    return outcome.is === 'answered' ? ok(undefined) : fail({ is: 'timeout', what: 'the echo is gone' })
  }
  const there = await heartbeat()
  if (!there.ok) {
    line.close()
    return there
  }
  return ok({
    get counters() {
      return line.counters
    },
    heartbeat,
    onLost: (listener: (fault: LinkFault) => void) => line.onLost(listener),
    close: () => line.close(),
  })
}

/** Three tries of a second, then the next wait. */
const MUTE_MS = HEARTBEAT_MS + 3_000

describe('a peripheral that is connected', () => {
  async function supervisedEcho(onFrame?: (frame: number) => void) {
    const clock = new ManualClock()
    const lines: ScriptedLine[] = []
    const world = { mute: false }
    const open: OpenLine = async () => {
      const line = new ScriptedLine(() => (world.mute ? undefined : [Uint8Array.of(7)]))
      lines.push(line)
      return line.transport
    }
    const seen: boolean[] = []
    const given = parts(clock, open)
    const supervised = new Supervisor(
      'echo',
      (fresh) => connectEcho(fresh, clock, onFrame),
      given,
      (current) => seen.push(current !== undefined),
    )
    supervised.start()
    await turn()
    const pass = async (ms: number) => {
      for (let passed = 0; passed < ms; passed += 500) await clock.advance(500)
    }
    return { clock, lines, world, seen, supervised, pass, logger: given.logger }
  }

  test('stays so for as long as it answers its heartbeat', async () => {
    const { lines, seen, supervised, pass } = await supervisedEcho()
    await pass(20 * HEARTBEAT_MS)
    expect(seen).toEqual([true])
    expect(lines).toHaveLength(1)
    expect(lines[0]?.written.length).toBeGreaterThan(15)
    expect(supervised.health).toMatchObject({ state: 'ready', since: 0, reconnects: 0 })
    supervised.close()
    expect(lines[0]?.closed).toBe(true)
  })

  test('but mute on a line that stays open is lost within its bound, and connected again on a fresh line', async () => {
    const { lines, world, seen, supervised, pass, logger } = await supervisedEcho()
    await pass(HEARTBEAT_MS)
    world.mute = true
    await pass(MUTE_MS)
    expect(seen).toEqual([true, false])
    expect(lines[0]?.closed).toBe(true)
    expect(logger.lines.at(-1)).toBe('the echo is gone {"peripheral":"echo","fault":"timeout"}')
    world.mute = false
    await pass(LONGEST_WAIT_MS + MUTE_MS)
    expect(seen).toEqual([true, false, true])
    expect(lines.filter(({ closed }) => !closed)).toHaveLength(1)
    expect(supervised.health.reconnects).toBe(1)
    // The first connection's counters are not forgotten.
    expect(supervised.health.counters.timeouts).toBeGreaterThanOrEqual(3)
    supervised.close()
  })

  test('and unplugged inside a data callback, of which nobody is told, is lost within its bound', async () => {
    let unplug = () => {}
    const { lines, seen, world, pass } = await supervisedEcho((frame) => frame === 9 && unplug())
    unplug = () => {
      // The serial port misses this hang-up: nothing comes any more, and nothing says so.
      world.mute = true
    }
    lines[0]?.say(Uint8Array.of(9, 9))
    await pass(MUTE_MS)
    expect(seen).toEqual([true, false])
  })

  test('and unplugged inside a data callback, of which the line tells at once, is lost once, and hears nothing behind it', async () => {
    const frames: number[] = []
    let unplug = () => {}
    const { lines, seen } = await supervisedEcho((frame) => {
      frames.push(frame)
      if (frame === 9) unplug()
    })
    unplug = () => lines[0]?.unplug()
    lines[0]?.say(Uint8Array.of(9, 8), Uint8Array.of(8))
    await turn()
    expect(seen).toEqual([true, false])
    expect(frames).toEqual([7, 9])
  })

  test('and lost by the very listener that is told of it, is lost and tried again', async () => {
    const clock = new ManualClock()
    const plug = new Plug()
    plug.isThere = true
    const seen: boolean[] = []
    const supervised = new Supervisor('printer', plug.connect, parts(clock), (current) => {
      seen.push(current !== undefined)
      if (seen.length > 1) return
      current?.onLost(() => {})
      void Promise.resolve().then(() => plug.pull())
    })
    supervised.start()
    await turn()
    expect(seen).toEqual([true, false])
    plug.isThere = true
    await clock.advance(LONGEST_WAIT_MS)
    expect(seen).toEqual([true, false, true])
    supervised.close()
  })
})

describe('a line that does not open', () => {
  test('for ever is given up in time, and closed if it opens after all', async () => {
    const clock = new ManualClock()
    const late = new ScriptedLine()
    const opening = Promise.withResolvers<void>()
    let opened = 0
    const open: OpenLine = async () => {
      opened += 1
      if (opened > 1) throw new Error('no such line')
      await opening.promise
      return late.transport
    }
    const seen: boolean[] = []
    const supervised = new Supervisor(
      'echo',
      (fresh) => connectEcho(fresh, clock),
      parts(clock, open),
      (current) => seen.push(current !== undefined),
    )
    supervised.start()
    await clock.advance(LINK_LIMIT_MS)
    expect(supervised.health.state).toBe('faulted')
    await clock.advance(LONGEST_WAIT_MS)
    expect(opened).toBe(2)
    opening.resolve()
    await turn()
    expect(late.closed).toBe(true)
    expect(late.written).toEqual([])
    expect(seen).toEqual([])
    supervised.close()
  })

  test('and a driver that connects too late is closed and never seen', async () => {
    const clock = new ManualClock()
    const connecting = Promise.withResolvers<Result<Driver, LinkFault>>()
    const closed: string[] = []
    const supervised = new Supervisor(
      'printer',
      () => connecting.promise,
      parts(clock),
      () => expect.unreachable(),
    )
    supervised.start()
    await clock.advance(LINK_LIMIT_MS)
    const heartbeat = () => Promise.resolve(ok(undefined))
    connecting.resolve(
      ok({ counters: COUNTERS, heartbeat, onLost: () => {}, close: () => void closed.push('late') }),
    )
    await turn()
    expect(closed).toEqual(['late'])
    expect(supervised.current).toBeUndefined()
    supervised.close()
  })

  test('to anybody we know: what it says is counted as discarded', async () => {
    const clock = new ManualClock()
    const supervised = new Supervisor(
      'echo',
      async (open) => {
        const opened = await openTransport(open)
        if (opened.ok)
          opened.value.listen(
            () => {},
            () => {},
          )
        return fail({ is: 'timeout', what: 'wrong baud' })
      },
      parts(clock, async () => ({
        listen: (receive) => receive(new Uint8Array(40)),
        write: () => {},
        close: () => {},
      })),
      () => expect.unreachable(),
    )
    supervised.start()
    await turn()
    expect(supervised.health).toMatchObject({
      state: 'faulted',
      counters: { frames: 0, discardedBytes: 40, badChecksums: 0, timeouts: 1 },
      reconnects: 0,
    })
    supervised.close()
  })
})

describe('whatever happens on a line', () => {
  const event = fc.constantFrom(
    'unplug',
    'mute',
    'speak',
    'babble',
    'refuse',
    'let in',
    'hang',
    'let go',
    'second',
    'minute',
  )

  const passing = new Map([
    ['second', 1_000],
    ['minute', 60_000],
  ])

  test('one line is open at most, and there is always a next try or a line that works', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 40 }), async (events) => {
        const clock = new ManualClock()
        const world = {
          mute: false,
          refused: false,
          hanging: undefined as PromiseWithResolvers<void> | undefined,
        }
        const lines: ScriptedLine[] = []
        const open: OpenLine = async () => {
          await world.hanging?.promise
          if (world.refused) throw new Error('no such line')
          const line = new ScriptedLine(() => (world.mute ? undefined : [Uint8Array.of(7)]))
          lines.push(line)
          return line.transport
        }
        const seen: boolean[] = []
        const supervised = new Supervisor(
          'echo',
          (fresh) => connectEcho(fresh, clock),
          parts(clock, open),
          (current) => seen.push(current !== undefined),
        )
        supervised.start()
        const happen: Record<string, () => void> = {
          unplug: () => lines.at(-1)?.unplug(),
          mute: () => {
            world.mute = true
          },
          speak: () => {
            world.mute = false
          },
          babble: () => lines.at(-1)?.say(Uint8Array.of(1, 2, 3)),
          refuse: () => {
            world.refused = true
          },
          'let in': () => {
            world.refused = false
          },
          hang: () => {
            world.hanging ??= Promise.withResolvers()
          },
          'let go': () => {
            world.hanging?.resolve()
            world.hanging = undefined
          },
        }
        for (const name of events) {
          happen[name]?.()
          await clock.advance(passing.get(name) ?? 0)
          await turn()
          expect(lines.filter(({ closed }) => !closed).length).toBeLessThanOrEqual(1)
          // Never told of a loss without a connection, nor of a connection twice.
          expect(seen.every((present, i) => present === (i % 2 === 0))).toBe(true)
          expect(clock.running).toBeGreaterThan(0)
        }
        // Once nothing is wrong any more it works again.
        for (const mended of ['speak', 'let in', 'let go']) happen[mended]?.()
        for (let i = 0; i < 160; i += 1) await clock.advance(1_000)
        expect(supervised.current).toBeDefined()
        supervised.close()
        expect(lines.filter(({ closed }) => !closed)).toEqual([])
      }),
      { numRuns: 60 },
    )
  }, 30_000)
})
