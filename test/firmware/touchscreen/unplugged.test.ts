/** A touchscreen whose plug is pulled before any byte of its handshake or of a press, and is put back a moment later. */
import { beforeAll, describe, expect, test } from 'vitest'
import type { Logger, OpenLine } from '../../../core/ports.ts'
import { Fingers } from '../../../device-agent/ballot/fingers.ts'
import { Supervisor } from '../../../firmware/link/supervisor.ts'
import { mappingOfEdges } from '../../../firmware/touchscreen/calibration.ts'
import { connectTouchscreen, type Touchscreen } from '../../../firmware/touchscreen/driver.ts'
import { inProcessLine } from '../../../simulator/lines/in-process.ts'
import type { PeripheralLine } from '../../../simulator/lines/peripheral-line.ts'
import { VirtualTouchscreen } from '../../../simulator/peripherals/touchscreen.ts'
import { seededRandom } from '../../../simulator/seeded-random.ts'
import { VirtualClock } from '../../../simulator/virtual-clock.ts'
import { type Screen, USUAL_LOOK } from '../../../ui/screen.ts'
import { keepingLogger } from '../scripted-line.ts'

type Way = 'up' | 'down'

/** Before this byte of this way the plug is pulled. */
interface Pull {
  readonly way: Way
  readonly at: number
}

const OUT_MS = 30
/** What a poll worker would wait at most. */
const PATIENCE_MS = 30_000
/** A line in this process notices as late as a real one that its plug is out. */
const LOST_AT_ONCE = [{ fault: 'lost', afterMs: 2 }]

const KEYS = { first: [200, 500], second: [800, 1500] } as const
const screen: Screen = {
  name: 'voter.choosing',
  direction: 'rtl',
  language: 'fa',
  look: USUAL_LOOK,
  elements: Object.entries(KEYS).map(([id, [x, y]]) => ({
    id,
    role: 'button',
    name: id,
    language: 'fa',
    direction: 'rtl',
    rect: { x: x - 100, y: y - 100, width: 200, height: 200 },
    size: 'large',
    press: true,
  })),
}

/** Whoever owns a touchscreen: takes what is touched for presses, and counts a finger for nothing once the line is gone. */
class Booth {
  readonly clock = new VirtualClock(0, 200)
  readonly pressed: string[] = []
  readonly told: ('connected' | 'lost')[] = []
  /** What the log says is wrong, and how long after the plug was pulled. */
  readonly faults: { readonly fault: unknown; readonly afterMs: number }[] = []
  readonly passed = { up: 0, down: 0 }
  opened = 0
  readonly glass: VirtualTouchscreen
  readonly #pull: Pull | undefined
  #pulledAt: number | undefined
  readonly #line = inProcessLine({ clock: this.clock, baudRate: 9600, paced: true })
  readonly #supervisor: Supervisor<Touchscreen>

  constructor(pull?: Pull, cancelsAtLoss = true) {
    const { clock } = this
    this.#pull = pull
    this.glass = new VirtualTouchscreen({ line: this.#watched(this.#line.plug), clock })
    const edges = { left: 0, right: 4095, top: 0, bottom: 4095 }
    const fingers = new Fingers(mappingOfEdges(edges), clock, () => ({ revision: 1, screen }), {
      pressed: (id) => this.pressed.push(id),
      stuckChanged: () => this.pressed.push('stuck'),
    })
    const warn: Logger['warn'] = ({ fault }) => {
      this.faults.push({ fault, afterMs: clock.now() - (this.#pulledAt ?? 0) })
    }
    const parts = { clock, logger: { ...keepingLogger(), warn } }
    this.#supervisor = new Supervisor(
      'touchscreen',
      (open) => connectTouchscreen({ open, ...parts }),
      { ...parts, open: this.#open, random: seededRandom('unplugged') },
      (current) => {
        this.told.push(current === undefined ? 'lost' : 'connected')
        if (cancelsAtLoss) fingers.cancel()
        current?.onTouch((touch) => fingers.take(touch))
      },
    )
  }

  /** Connects, presses the first key, which is held for as long as the line is gone, and then the second. */
  async use(): Promise<{ readonly handshake: Readonly<Record<Way, number>>; readonly press: number }> {
    this.#supervisor.start()
    await this.#connected()
    const handshake = { ...this.passed }
    this.glass.down(...KEYS.first)
    await this.#wait(45)
    await this.#connected()
    await this.#wait(45)
    await this.glass.up()
    await this.#wait(100)
    await this.#connected()
    const press = this.passed.up
    await this.glass.press(...KEYS.second)
    await this.#wait(100)
    this.#supervisor.close()
    return { handshake, press }
  }

  async #connected(): Promise<void> {
    const until = this.clock.now() + PATIENCE_MS
    while (this.#supervisor.current === undefined) {
      if (this.clock.now() > until) throw new Error('the touchscreen is never connected')
      await this.#wait(10)
    }
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => this.clock.after(ms, resolve))
  }

  #open: OpenLine = async () => {
    const line = await this.#line.open()
    this.opened += 1
    return {
      listen: (receive, lost) => line.listen((chunk) => this.#pass('up', chunk, receive), lost),
      write: (bytes) => line.write(bytes),
      close: () => line.close(),
    }
  }

  #watched(plug: PeripheralLine): PeripheralLine {
    return {
      onData: (listener) => plug.onData((bytes) => this.#pass('down', bytes, listener)),
      onOpen: (listener) => plug.onOpen(listener),
      write: (bytes) => plug.write(bytes),
    }
  }

  /** Hands on what arrives before the plug is pulled. */
  #pass(way: Way, bytes: Uint8Array, deliver: (part: Uint8Array) => void): void {
    const from = this.passed[way]
    this.passed[way] += bytes.length
    const pull = this.#pull
    if (pull?.way !== way || pull.at < from || pull.at >= this.passed[way]) {
      deliver(bytes)
      return
    }
    if (pull.at > from) deliver(bytes.subarray(0, pull.at - from))
    this.#pulledAt = this.clock.now()
    this.#line.plug.unplug()
    this.clock.after(OUT_MS, () => this.#line.plug.replug())
  }
}

/** Bytes that have passed when it is connected, and when the first key was pressed, if nothing goes wrong. */
const healthy = { handshake: { up: 0, down: 0 }, press: 0 }
beforeAll(async () => {
  const booth = new Booth()
  Object.assign(healthy, await booth.clock.run(booth.use()))
  expect(booth.pressed).toEqual(['first', 'second'])
  expect(booth.told).toEqual(['connected'])
})

const each = (way: Way, from: number, to: number): Pull[] =>
  Array.from({ length: to - from }, (_, i) => ({ way, at: from + i }))

async function usedDespite(pull: Pull, cancelsAtLoss = true) {
  const booth = new Booth(pull, cancelsAtLoss)
  await booth.clock.run(booth.use())
  return booth
}

describe('a touchscreen whose plug is pulled', () => {
  test('before any byte of its handshake is lost at once and connected on a fresh line, and then every press counts once', async () => {
    const { up, down } = healthy.handshake
    expect(Math.min(up, down)).toBeGreaterThan(70)
    for (const pull of [...each('up', 0, up), ...each('down', 0, down)]) {
      const booth = await usedDespite(pull)
      expect(booth.pressed, JSON.stringify(pull)).toEqual(['first', 'second'])
      expect(booth.told).toEqual(['connected'])
      expect(booth.faults, JSON.stringify(pull)).toEqual(LOST_AT_ONCE)
      expect(booth.opened).toBeGreaterThan(1)
    }
  })

  test('before any byte of a press is told as lost at once and connected on a fresh line; that finger presses nothing, the next one does', async () => {
    const pulls = each('up', healthy.handshake.up, healthy.press)
    expect(pulls.length).toBeGreaterThan(30)
    for (const pull of pulls) {
      const booth = await usedDespite(pull)
      expect(booth.pressed, JSON.stringify(pull)).toEqual(['second'])
      expect(booth.told).toEqual(['connected', 'lost', 'connected'])
      expect(booth.faults).toEqual(LOST_AT_ONCE)
      expect(booth.opened).toBeGreaterThan(1)
    }
  })

  test('presses what its finger was on where nobody counts it for nothing', async () => {
    const pressed: string[] = []
    for (const pull of each('up', healthy.handshake.up + 10, healthy.press)) {
      pressed.push(...(await usedDespite(pull, false)).pressed)
    }
    expect(pressed).toContain('first')
  })
})
