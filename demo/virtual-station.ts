/** A polling station on virtual hardware: each ballot device with its bench, and a check-in desk with its reader. */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock, Logger, Random } from '../core/ports.ts'
import { valueOrThrow } from '../core/result.ts'
import { type Agent, startAgent } from '../device-agent/ballot/agent.ts'
import { readHome } from '../device-agent/ballot/home.ts'
import { BAUD, type PeripheralName } from '../device-agent/ballot/peripherals.ts'
import { setUpStore } from '../device-agent/ballot/setup.ts'
import { CardDesk } from '../device-agent/check-in/cards/desk.ts'
import { type CardReader, connectCardReader } from '../firmware/card-reader/driver.ts'
import type { VoterCard } from '../simulator/cards/voter-card.ts'
import { inProcessLine } from '../simulator/lines/in-process.ts'
import { type Bench, setUpBench } from '../simulator/people/bench.ts'
import { VirtualCardReader } from '../simulator/peripherals/card-reader.ts'
import type { VirtualClock } from '../simulator/virtual-clock.ts'
import { STATION, STYLE } from './elections/gy-les-nonains.ts'
import { CALIBRATION, deviceFolder, type Provisioned } from './provisioned.ts'
import { BITS_PER_BYTE, virtualLine } from './virtual-line.ts'

/** What the station is made of. */
interface StationParts {
  readonly out: string
  readonly provisioned: Provisioned
  readonly clock: VirtualClock
  readonly networkClock: Clock
  readonly random: Random
  readonly logger: Logger
}

/** A running ballot device and the bench before it. */
export interface VirtualDevice {
  readonly id: string
  readonly bench: Bench
  readonly agent: Agent
}

/** Sets the device's journal up, puts a bench on its lines and starts its program. */
export function startVirtualDevice(id: string, parts: StationParts): VirtualDevice {
  const { out, clock, networkClock, random, logger } = parts
  const home = valueOrThrow(readHome(deviceFolder(out, id), clock.now()))
  valueOrThrow(setUpStore(home, clock, random)).close()
  const lines = forEachPeripheral((name) => virtualLine(name, clock))
  const opens = forEachPeripheral((name) => lines[name].open)
  const bench = setUpBench(
    forEachPeripheral((name) => lines[name].plug),
    clock,
    CALIBRATION,
  )
  const hold = () => clock.hold()
  const agent = valueOrThrow(
    startAgent({
      home,
      lines: opens,
      clock,
      networkClock,
      random,
      logger,
      hold,
    }),
  )
  return { id, bench, agent }
}

function forEachPeripheral<T>(make: (name: PeripheralName) => T): Readonly<Record<PeripheralName, T>> {
  return {
    touchscreen: make('touchscreen'),
    'card-reader': make('card-reader'),
    printer: make('printer'),
    'io-board': make('io-board'),
    display: make('display'),
  }
}

/** The check-in's desk with its own reader; voters come one after another. */
export class VirtualDesk {
  readonly #reader: VirtualCardReader
  readonly #desk: CardDesk
  readonly #driver: Promise<CardReader>
  #moved: ((movement: 'in' | 'out') => void) | undefined
  #last: Promise<unknown> = Promise.resolve()

  constructor({ provisioned, clock, random, logger }: StationParts) {
    const { open, plug } = inProcessLine({
      clock,
      baudRate: BAUD['card-reader'],
      bitsPerByte: BITS_PER_BYTE['card-reader'],
      paced: true,
    })
    this.#reader = new VirtualCardReader({ line: plug, clock })
    this.#driver = connectCardReader({ open, clock, logger }).then((connected) => {
      if (!connected.ok) throw new Error(`the desk's card reader: ${connected.error.what}`)
      connected.value.onCard((movement) => this.#moved?.(movement))
      return connected.value
    })
    this.#desk = new CardDesk({
      electionPackage: provisioned.electionPackage,
      station: STATION,
      signers: provisioned.desk,
      random,
    })
  }

  /** Gives a card an authorization, when its turn has come. */
  authorise(card: VoterCard): Promise<void> {
    const turn = this.#last.then(async () => {
      const driver = await this.#driver
      await this.#movement('in', () => this.#reader.insertCard(card))
      valueOrThrow(await this.#desk.issue(driver, STYLE))
      await this.#movement('out', () => this.#reader.pullCard())
    })
    this.#last = turn
    return turn
  }

  /** Moves the card and waits until the driver has noticed. */
  #movement(wanted: 'in' | 'out', move: () => void): Promise<void> {
    return new Promise((resolve) => {
      this.#moved = (movement) => movement === wanted && resolve()
      move()
    })
  }

  /** Writes the signed count beside the bundles. */
  writeStatement(folder: string): void {
    writeFileSync(join(folder, 'issued.json'), this.#desk.statement())
  }

  async close(): Promise<void> {
    const driver = await this.#driver
    driver.close()
  }
}
