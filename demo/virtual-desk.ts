/** A check-in desk on virtual hardware. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock, Logger, Random } from '../core/ports.ts'
import { type Result, valueOrThrow } from '../core/result.ts'
import { BAUD } from '../device-agent/ballot/peripherals.ts'
import { CardDesk } from '../device-agent/check-in/cards/desk.ts'
import { type CardReader, connectCardReader } from '../firmware/card-reader/driver.ts'
import type { SmartCard } from '../simulator/cards/smart-card.ts'
import type { VoterCard } from '../simulator/cards/voter-card.ts'
import { inProcessLine } from '../simulator/lines/in-process.ts'
import type { Officers } from '../simulator/people/officers.ts'
import { VirtualCardReader } from '../simulator/peripherals/card-reader.ts'
import { STATION, STYLE } from './elections/gy-les-nonains.ts'
import type { Provisioned } from './provisioned.ts'
import { BITS_PER_BYTE } from './virtual-line.ts'

/** What the desk works with. */
interface DeskParts {
  readonly provisioned: Pick<Provisioned, 'electionPackage' | 'desk' | 'deskTerminal' | 'authority'>
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
}

/** The check-in's desk with its own reader; voters come one after another. */
export class VirtualDesk {
  readonly #reader: VirtualCardReader
  readonly #desk: CardDesk
  readonly #driver: Promise<CardReader>
  #moved: ((movement: 'in' | 'out') => void) | undefined
  #last: Promise<unknown> = Promise.resolve()

  constructor({ provisioned, clock, random, logger }: DeskParts) {
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
      terminal: provisioned.deskTerminal,
      authorityKey: provisioned.authority.publicKey,
      clock,
      random,
    })
  }

  /** Gives a card an authorization, when its turn has come. Throws a refusal where the card takes none; it is handed back all the same. */
  authorise(card: VoterCard): Promise<void> {
    return this.#inTurn(() => this.#during(card, (driver) => this.#desk.issue(driver, STYLE)))
  }

  /** By the word of two officers, with their cards: another card for the voter of one that a dead device had claimed. Throws a refusal of any card. */
  authoriseAgain(
    claimed: VoterCard,
    card: VoterCard,
    by: { readonly officers: Omit<Officers, 'spare'>; readonly dead: string },
  ): Promise<void> {
    return this.#inTurn(async () => {
      for (const { card: own, pin } of [by.officers.executive, by.officers.supervisory])
        await this.#during(own, (driver) => this.#desk.meetOfficer(driver, pin))
      const claim = await this.#during(claimed, (driver) => this.#desk.takeClaimed(driver, by.dead))
      await this.#during(card, (driver) => this.#desk.issueAgain(driver, claim))
    })
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#last.then(work)
    this.#last = turn.catch(() => {})
    return turn
  }

  /** What the desk does with the card in its reader. */
  async #during<T>(card: SmartCard, work: (driver: CardReader) => Promise<Result<T>>): Promise<T> {
    const driver = await this.#driver
    await this.#movement('in', () => this.#reader.insertCard(card))
    const done = await work(driver)
    await this.#movement('out', () => this.#reader.pullCard())
    return valueOrThrow(done)
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
