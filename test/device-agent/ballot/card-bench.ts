/** A virtual card reader on a line, the device's driver at the other end, and time that passes while they talk. */
import type { Logger, OpenLine } from '../../../core/ports.ts'
import { type CardReader, connectCardReader } from '../../../firmware/card-reader/driver.ts'
import type { SmartCard } from '../../../simulator/cards/smart-card.ts'
import { inProcessLine } from '../../../simulator/lines/in-process.ts'
import { VirtualCardReader } from '../../../simulator/peripherals/card-reader.ts'
import { VirtualClock } from '../../../simulator/virtual-clock.ts'
import { OPENING } from '../../audit/fixtures.ts'

const silent: Logger = { info: () => {}, warn: () => {}, error: () => {} }

/** One reader; `during` runs something with a card in it. */
export class CardBench {
  readonly clock = new VirtualClock(OPENING)
  readonly #line = inProcessLine({ clock: this.clock, baudRate: 115_200, bitsPerByte: 11, paced: true })
  readonly #reader = new VirtualCardReader({ line: this.#line.plug, clock: this.clock })
  readonly #heard: ((bytes: Uint8Array) => void) | undefined
  #driver: CardReader | undefined

  /** @param heard is given what the device writes on the line */
  constructor(heard?: (bytes: Uint8Array) => void) {
    this.#heard = heard
  }

  /** Puts the card in, waits until the driver has noticed, runs `work`, takes the card out. */
  during<T>(card: SmartCard, work: (reader: CardReader) => Promise<T>): Promise<T> {
    return this.clock.run(this.#during(card, work))
  }

  async #during<T>(card: SmartCard, work: (reader: CardReader) => Promise<T>): Promise<T> {
    this.#driver ??= await this.#connect()
    const driver = this.#driver
    let moved: (() => void) | undefined
    driver.onCard(() => moved?.())
    const movement = (move: () => void) =>
      new Promise<void>((resolve) => {
        moved = resolve
        move()
      })
    await movement(() => this.#reader.insertCard(card))
    try {
      return await work(driver)
    } finally {
      await movement(() => this.#reader.pullCard())
    }
  }

  async #connect(): Promise<CardReader> {
    const open: OpenLine = async () => {
      const transport = await this.#line.open()
      const write = (bytes: Uint8Array) => {
        this.#heard?.(bytes)
        transport.write(bytes)
      }
      return { listen: transport.listen.bind(transport), write, close: () => transport.close() }
    }
    const connected = await connectCardReader({ open, clock: this.clock, logger: silent })
    if (!connected.ok) throw new Error(connected.error.what)
    return connected.value
  }
}
