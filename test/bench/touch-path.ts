/**
 * A finger's release on its way: from the packet that the touch controller puts on the wire to the input that the voter's session is given, through the
 * driver, the calibration and the screen that was painted. The floor is the same line with nothing behind it but a listener.
 */

import type { OpenLine } from '../../core/ports.ts'
import { Fingers } from '../../device-agent/ballot/fingers.ts'
import { screenOf } from '../../device-agent/ballot/screens/screen-of.ts'
import { type Session, type SessionRules, stepSession } from '../../device-agent/ballot/session/session.ts'
import { systemClock } from '../../device-agent/system.ts'
import { openSerialLine } from '../../firmware/link/serial-line.ts'
import { mappingOfEdges } from '../../firmware/touchscreen/calibration.ts'
import { connectTouchscreen } from '../../firmware/touchscreen/driver.ts'
import { inProcessLine } from '../../simulator/lines/in-process.ts'
import type { PeripheralLine } from '../../simulator/lines/peripheral-line.ts'
import { ptyLine } from '../../simulator/lines/pty.ts'
import { VirtualSerialPorts } from '../../simulator/lines/serial-ports.ts'
import { TOUCH, touchPacket } from '../../simulator/peripherals/smartset.ts'
import { VirtualTouchscreen } from '../../simulator/peripherals/touchscreen.ts'
import { GRID } from '../../ui/screen.ts'
import { ofSession } from '../device-agent/ballot/screens/views.ts'
import { councilContest, testDefinition } from '../fixtures/definition.ts'
import { quantile } from './table.ts'

const PRESSES = 2_000
const WARM_UP = 200
const BAUD = 9_600
const RAW = 4095
const EDGES = { left: 0, right: RAW, top: 0, bottom: RAW }

/** Microseconds from the packet to a bare listener, and to the session's input. */
export interface TouchPath {
  readonly line: string
  readonly floor: Times
  readonly input: Times
}

export interface Times {
  readonly median: number
  readonly worstOfAHundred: number
}

/** Ten bytes of ten bits at 9600, microseconds. */
export const PACKET_US = (10 * 10 * 1e6) / BAUD

interface Ends {
  readonly open: OpenLine
  readonly far: PeripheralLine
  readonly end: () => void
}

const LINES: Readonly<Record<string, () => Ends>> = {
  'in process': () => inProcess(),
  'the SerialPort class, in process': () => {
    const { open, far } = inProcess()
    const binding = new VirtualSerialPorts()
    binding.add({ path: '/dev/touch', baudRate: BAUD, open })
    return { open: openSerialLine({ path: '/dev/touch', baudRate: BAUD, binding }), far, end: () => {} }
  },
  'the SerialPort class, pseudo-terminal': () => {
    const far = ptyLine({ clock: systemClock, baudRate: BAUD, paced: false })
    return { open: openSerialLine({ path: far.path, baudRate: BAUD }), far, end: () => far.unplug() }
  },
}

function inProcess(): Ends {
  const { open, plug } = inProcessLine({ clock: systemClock, baudRate: BAUD, paced: false })
  return { open, far: plug, end: () => {} }
}

/** Something that can be measured again and again. */
interface Way {
  /** Microseconds of one time. */
  once(): Promise<number>
  close(): void
}

/** Measures every kind of line, floor and whole way in turns, so that both see the same machine. */
export async function measureTouchPaths(): Promise<readonly TouchPath[]> {
  const paths: TouchPath[] = []
  for (const [line, ends] of Object.entries(LINES)) {
    const [floor, input] = [await floorOf(ends()), await inputOf(ends())]
    const [floors, inputs]: [number[], number[]] = [[], []]
    for (let press = 0; press < PRESSES + WARM_UP; press += 1) {
      floors.push(await floor.once())
      inputs.push(await input.once())
    }
    floor.close()
    input.close()
    paths.push({ line, floor: timesOf(floors), input: timesOf(inputs) })
  }
  return paths
}

async function floorOf({ open, far, end }: Ends): Promise<Way> {
  const transport = await open()
  let missing = 0
  let arrived = () => {}
  transport.listen(
    (chunk) => {
      missing -= chunk.length
      if (missing <= 0) arrived()
    },
    () => {},
  )
  const send = async (status: number) => {
    const packet = touchPacket(status, { x: 1, y: 1 })
    missing = packet.length
    const { promise, resolve } = Promise.withResolvers<void>()
    arrived = resolve
    far.write(packet)
    await promise
  }
  return {
    // In the rhythm of a press, contact and release, so that caches and poll are as warm.
    once: async () => {
      await send(TOUCH.first)
      const begun = performance.now()
      await send(TOUCH.release)
      return 1_000 * (performance.now() - begun)
    },
    close: () => {
      transport.close()
      end()
    },
  }
}

/** A contact, and then the release that is measured. */
async function inputOf({ open, far, end }: Ends): Promise<Way> {
  new VirtualTouchscreen({ line: far, clock: systemClock })
  const logger = { info: () => {}, warn: () => {}, error: () => {} }
  const connected = await connectTouchscreen({ open, clock: systemClock, logger })
  if (!connected.ok) throw new Error(connected.error.what)
  const driver = connected.value
  const voter = new Voter()
  let arrived = () => {}
  driver.onTouch((touch) => {
    voter.fingers.take(touch)
    arrived()
  })
  const { x, y } = voter.key()
  const send = async (status: number) => {
    const { promise, resolve } = Promise.withResolvers<void>()
    arrived = resolve
    far.write(touchPacket(status, { x, y }))
    await promise
  }
  return {
    once: async () => {
      await send(TOUCH.first)
      const before = voter.inputs
      const begun = performance.now()
      await send(TOUCH.release)
      const took = 1_000 * (performance.now() - begun)
      if (voter.inputs !== before + 1) throw new Error('a press did not reach the session')
      return took
    },
    close: () => {
      driver.close()
      end()
    },
  }
}

/** A session in which codes are typed, and the screen that is painted of it. */
class Voter {
  inputs = 0
  #session: Session = { is: 'choosing', ballot: [[]], repeated: [], entry: '', first: 0, alert: false }
  readonly #rules: SessionRules = { contests: [councilContest], codeLength: 3 }
  readonly #shown = screenOf(ofSession(testDefinition(), this.#session))
  readonly fingers = new Fingers(
    mappingOfEdges(EDGES),
    systemClock,
    () => ({ revision: 1, screen: this.#shown.screen }),
    {
      pressed: (id) => {
        this.inputs += 1
        this.#session = stepSession(this.#rules, this.#session, {
          is: 'pressed',
          id,
          page: this.#shown.page,
        }).state
      },
      stuckChanged: () => {},
    },
  )

  /** Raw values in the middle of a key that can be pressed for ever. */
  key(): { readonly x: number; readonly y: number } {
    const rect = this.#shown.screen.elements.find(({ id }) => id === 'digit-5')?.rect
    if (rect === undefined) throw new Error('no key on the screen')
    return {
      x: Math.round(((rect.x + rect.width / 2) / GRID.width) * RAW),
      y: Math.round(((rect.y + rect.height / 2) / GRID.height) * RAW),
    }
  }
}

function timesOf(all: readonly number[]): Times {
  const times = all.slice(WARM_UP)
  return { median: quantile(times, 0.5), worstOfAHundred: quantile(times, 0.99) }
}
