/** The device of a station with its virtual peripherals on the table: lines at their real pace, plugs, power, and hands that a mouse leads. */
import type { OpenLine } from '../../core/ports.ts'
import { BAUD } from '../../device-agent/ballot/peripherals.ts'
import { type InProcessPlug, inProcessLine } from '../../simulator/lines/in-process.ts'
import { setUpPeripherals, type WatchedBench } from '../../simulator/people/bench.ts'
import { realClock } from '../../simulator/real-clock.ts'
import { GRID } from '../../ui/screen.ts'
import { CALIBRATION } from '../provisioned.ts'
import { BITS_PER_BYTE } from '../virtual-line.ts'
import type { BenchAct } from '../web/acts.ts'
import {
  LINES,
  type LineName,
  type PaintedScreen,
  type PrinterVerb,
  type SeenLine,
  type SeenPrinter,
  type StationView,
} from '../web/messages.ts'
import { type BridgedName, type DeviceOrders, DeviceProcess } from './device-process.ts'
import { Finger } from './finger.ts'
import { Papers } from './papers.ts'

/** So long a palm lies on the glass. */
const PALM_MS = 800
/** Two fingers are set down so far apart, in points of the grid. */
const FINGERS_APART = 220

/** A device, its lines and what is on them. */
export class DeviceBench {
  readonly bench: WatchedBench
  readonly process: DeviceProcess
  readonly papers: Papers
  readonly #plugs: Readonly<Record<BridgedName, InProcessPlug>>
  readonly #unplugged = new Set<LineName>()
  readonly #finger: Finger
  readonly #changed: () => void
  #drift = { x: 0, y: 0 }
  #lastScreen: string | undefined

  /** @param changed called whenever something that can be seen here is another */
  constructor(orders: Omit<DeviceOrders, 'seed'>, seed: string | undefined, changed: () => void) {
    this.#changed = changed
    const lines = forEachBridged((name) =>
      inProcessLine({
        clock: realClock,
        baudRate: BAUD[name],
        bitsPerByte: BITS_PER_BYTE[name],
        paced: true,
      }),
    )
    const opens: Readonly<Record<BridgedName, OpenLine>> = forEachBridged((name) => lines[name].open)
    this.#plugs = forEachBridged((name) => lines[name].plug)
    this.process = new DeviceProcess(orders, seed, opens, changed)
    const { display } = this.process
    this.bench = { ...setUpPeripherals(this.#plugs, realClock, CALIBRATION, 'firmware'), display }
    display.onScreen(({ name }) => {
      this.#lastScreen = name
    })
    this.papers = new Papers(this.bench.printer, () => this.#lastScreen)
    this.#finger = new Finger(this.bench.touchscreen, realClock)
    this.bench.board.onLamp(changed)
    this.bench.printer.onDrop(changed)
  }

  /**
   * Does what hands do. Throws, with a reason for people, where that cannot be done now.
   * @param owner who does it: a finger is lifted by whoever put it down
   */
  perform(act: HandAct, owner: object): void {
    const { touchscreen, board } = this.bench
    switch (act.do) {
      case 'key':
        board.turnKey(act.key, act.on)
        break
      case 'finger-down':
        this.#finger.down(owner, act.x, act.y)
        return
      case 'finger-move':
        this.#finger.move(owner, act.x, act.y)
        return
      case 'finger-up':
        this.#finger.up(owner)
        return
      case 'palm':
        ended(touchscreen.palm(act.x, act.y, PALM_MS))
        return
      case 'two-fingers':
        ended(touchscreen.pressTwo([act.x, act.y], [beside(act.x), act.y]))
        return
      case 'drift':
        this.#drift = { x: act.x, y: act.y }
        touchscreen.drift(act.x, act.y)
        break
      case 'printer':
        PRINTER_HANDS[act.verb](this.bench.printer)
        break
      case 'case':
        if (act.open) board.openCase()
        else board.closeCase()
        break
      case 'plug':
        this.#plug(act.line, act.in)
        break
      case 'power':
        if (act.on) this.process.start()
        else this.pullPlug()
        break
    }
    this.#changed()
  }

  /** Whoever leads the finger is gone. */
  letGo(owner: object): void {
    this.#finger.up(owner)
  }

  /** The device and everything in its case lose their power. Throws when it is off. */
  pullPlug(): void {
    this.process.pullPlug()
    const { touchscreen, reader, printer, board } = this.bench
    for (const peripheral of [touchscreen, reader, printer, board]) peripheral.powerCycle()
  }

  seenDevice(id: string): StationView['device'] {
    const { power, address, isStartedAgain, display } = this.process
    const screen = display.current()
    return {
      id,
      power: power.is,
      isStartedAgain,
      ...(power.is === 'stopped' && { stopped: power.what }),
      ...(address !== undefined && { address }),
      // The device's own words; a page draws what it knows of them.
      ...(screen !== undefined && { screen: screen as unknown as PaintedScreen }),
    }
  }

  seenPrinter(): SeenPrinter {
    const { paper, coverOpen, errors, stuck } = this.bench.printer.look()
    return {
      paper,
      isCoverOpen: coverOpen,
      isStuck: stuck,
      isInError: errors.length > 0,
      ...this.papers.seen(),
    }
  }

  seenLines(): StationView['lines'] {
    const seen = (name: LineName): SeenLine => {
      const health = this.process.health[name]
      const isPlugged = name === 'display' ? this.process.isDisplayPlugged : !this.#unplugged.has(name)
      if (health === undefined) return { isPlugged }
      const { state, counters, reconnects } = health
      return { isPlugged, health: { state, ...counters, reconnects } }
    }
    return Object.fromEntries(LINES.map((name) => [name, seen(name)])) as StationView['lines']
  }

  get drift(): StationView['drift'] {
    return this.#drift
  }

  #plug(name: LineName, isIn: boolean): void {
    if (name === 'display') {
      this.process.plugDisplay(isIn)
      return
    }
    if (isIn) {
      this.#plugs[name].replug()
      this.#unplugged.delete(name)
    } else {
      this.#plugs[name].unplug()
      this.#unplugged.add(name)
    }
  }
}

/** What each verb does to a printer. */
const PRINTER_HANDS: Readonly<Record<PrinterVerb, (printer: WatchedBench['printer']) => void>> = {
  'near-end': (printer) => printer.nearEnd(),
  'paper-out': (printer) => printer.paperOut(),
  'tear-paper': (printer) => printer.tearPaper(),
  'load-paper': (printer) => printer.loadPaper(),
  'open-cover': (printer) => printer.openCover(),
  'close-cover': (printer) => printer.closeCover(),
  jam: (printer) => printer.jam(),
  'cutter-jam': (printer) => printer.cutterJam(),
  'clear-jam': (printer) => printer.clearJam(),
}

/** What hands do here; cards are the rack's. */
export type HandAct = Exclude<BenchAct, { do: 'insert' | 'take-out' }>

/** A gesture that a finger in the way ends: the person sees that nothing came of it. */
function ended(gesture: Promise<void>): void {
  gesture.catch(() => {})
}

function beside(x: number): number {
  return x + FINGERS_APART < GRID.width ? x + FINGERS_APART : x - FINGERS_APART
}

function forEachBridged<T>(make: (name: BridgedName) => T): Readonly<Record<BridgedName, T>> {
  return {
    touchscreen: make('touchscreen'),
    'card-reader': make('card-reader'),
    printer: make('printer'),
    'io-board': make('io-board'),
  }
}
