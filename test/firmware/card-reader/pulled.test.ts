/**
 * A whole voter's session at the level of the driver, and a hand that pulls the card before each byte that passes between card and reader;
 * and cards that are slow, say nothing, talk without end or talk nonsense. Each ends in a clear fault, and the next card is served.
 */
import { describe, expect, test } from 'vitest'
import type { CardProblem, CardResult } from '../../../firmware/card-reader/card.ts'
import { openCard } from '../../../firmware/card-reader/card.ts'
import { type CardReader, connectCardReader } from '../../../firmware/card-reader/driver.ts'
import type { Contacts, Manner } from '../../../simulator/cards/contacts.ts'
import { T0Contacts } from '../../../simulator/cards/t0-contacts.ts'
import { T1Contacts } from '../../../simulator/cards/t1-contacts.ts'
import { VoterCard } from '../../../simulator/cards/voter-card.ts'
import { inProcessLine } from '../../../simulator/lines/in-process.ts'
import { VirtualCardReader } from '../../../simulator/peripherals/card-reader.ts'
import { seededRandom } from '../../../simulator/seeded-random.ts'
import { VirtualClock } from '../../../simulator/virtual-clock.ts'
import { keepingLogger } from '../scripted-line.ts'

const AUTHORIZATION = new Uint8Array(230).map((_, at) => at)
const ORIGIN = new Uint8Array(32).fill(7)
const SPENT = 3
/** What stands between two states of a card: nothing is lost or done twice. */
const STATES = [1, 2, 3]

type Make = (card: VoterCard, manner?: Manner) => Contacts
const PROTOCOLS: readonly (readonly [string, Make])[] = [
  ['T=0', (card, manner) => new T0Contacts(card, manner)],
  ['T=0 after PPS', (card, manner) => new T0Contacts(card, manner, 0x94)],
  ['T=1', (card, manner) => new T1Contacts(card, manner === undefined ? {} : { manner })],
  ['T=1 in small blocks', (card, manner) => new T1Contacts(card, { ifsc: 20, ...(manner && { manner }) })],
]

/** A reader, its driver, and time. */
class Table {
  readonly clock = new VirtualClock(0)
  readonly #line = inProcessLine({
    clock: this.clock,
    baudRate: 115_200,
    paced: false,
    hold: () => this.clock.hold(),
  })
  readonly reader = new VirtualCardReader({ line: this.#line.plug, clock: this.clock })
  readonly movements: string[] = []
  #driver: CardReader | undefined

  async driver(): Promise<CardReader> {
    if (this.#driver !== undefined) return this.#driver
    const parts = { open: this.#line.open, clock: this.clock, logger: keepingLogger() }
    const connected = await connectCardReader(parts)
    if (!connected.ok) throw new Error(connected.error.what)
    this.#driver = connected.value
    this.#driver.onCard((movement) => this.movements.push(movement))
    this.#driver.onLost(() => {
      this.#driver = undefined
      // The reader is lost with its card; whoever keeps the line connects anew.
      this.movements.push('out')
    })
    return this.#driver
  }

  /** Puts the card in, waits until the driver knows, and has it do a session. */
  session(contacts: Contacts, pullAt?: number): Promise<Awaited<CardResult<null>>> {
    return this.clock.run(
      (async () => {
        const driver = await this.driver()
        this.reader.insertCard(contacts.card, contacts)
        if (pullAt !== undefined) this.reader.pullAtByte(pullAt)
        while (this.movements.at(-1) !== 'in') await this.#pass(1)
        return await vote(driver)
      })(),
    )
  }

  /** Takes out what is in, and waits until the driver knows. */
  clear(): Promise<void> {
    return this.clock.run(
      (async () => {
        if (this.reader.card() !== undefined) this.reader.pullCard()
        await this.driver()
        while (this.movements.at(-1) === 'in') await this.#pass(1)
      })(),
    )
  }

  #pass(ms: number): Promise<void> {
    return new Promise((resolve) => this.clock.after(ms, resolve))
  }
}

/** Everything that a device does with a voter's card. */
async function vote(reader: CardReader): CardResult<null> {
  const opened = await openCard(reader)
  if (!opened.ok) return opened
  const card = opened.value
  if (card.kind !== 'voter') return { ok: false, error: { is: 'malformed', command: 'select' } }
  const state = await card.readState()
  if (!state.ok) return state
  const authorization = await card.readAuthorization()
  if (!authorization.ok) return authorization
  expect(authorization.value).toEqual(AUTHORIZATION)
  const key = await card.readPublicKey()
  if (!key.ok) return key
  const proof = await card.internalAuthenticate(new Uint8Array(32).fill(1), new Uint8Array(32).fill(2))
  if (!proof.ok) return proof
  const claimed = await card.claim(ORIGIN)
  return claimed.ok ? card.spend() : claimed
}

/** An issued card, all alike: the bytes of a session are the same. */
function issuedCard(): VoterCard {
  const card = new VoterCard({ random: seededRandom('pulled') })
  const send = (command: readonly number[], body: Uint8Array = new Uint8Array(0)) =>
    card.transmit(Uint8Array.from([...command, body.length]), body)
  card.reset()
  send([0x00, 0xa4, 0x04, 0x00], Uint8Array.of(0xf0, 0x53, 0x41, 0x4e, 0x44, 0x4f, 0x47, 0x48))
  send([0x00, 0xa4, 0x02, 0x0c], Uint8Array.of(0x01, 0x01))
  send([0x00, 0xda, 0x00, 0x00], AUTHORIZATION.subarray(0, 200))
  send([0x00, 0xda, 0x00, 0xc8], AUTHORIZATION.subarray(200))
  send([0x80, 0x10, 0x01, 0x00])
  card.powerOff()
  return card
}

function faultOf(result: Awaited<CardResult<null>>): CardProblem {
  if (result.ok) throw new Error('a vote, where none should be')
  return result.error
}

describe.each(PROTOCOLS)('a voter card of %s', (_name, make) => {
  test('that is pulled before any byte of its session is said to be gone, and the next card is served', async () => {
    const table = new Table()
    let byte = 0
    for (; ; byte += 1) {
      const card = issuedCard()
      const result = await table.session(make(card), byte)
      if (result.ok) break
      expect(['removed', 'no-card']).toContain(
        result.error.is === 'fault' ? result.error.fault : result.error.is,
      )
      expect(STATES).toContain(card.state)
      expect(table.reader.card()).toBeUndefined()
      await table.clear()
      if (byte % 25 !== 0) continue
      const next = issuedCard()
      expect(await table.session(make(next))).toEqual({ ok: true, value: null })
      expect(next.state).toBe(SPENT)
      await table.clear()
    }
    // Every byte of the session stood once at the edge.
    expect(byte).toBeGreaterThan(500)
  })

  test('that is slow has its time', async () => {
    const table = new Table()
    const card = issuedCard()
    expect(await table.session(make(card, { is: 'slow', ms: 2_700 }))).toEqual({ ok: true, value: null })
    expect(card.state).toBe(SPENT)
  })

  test.each<[string, (seed: number) => Manner]>([
    ['says nothing', () => ({ is: 'mute' })],
    ['asks for time without end', () => ({ is: 'chatty' })],
    [
      'talks nonsense',
      (seed) => {
        const random = seededRandom(`nonsense ${seed}`)
        return { is: 'nonsense', draw: (length) => random.bytes(length) }
      },
    ],
  ])('that %s ends in a fault within a minute, and the next card is served', async (_what, manner) => {
    const table = new Table()
    for (let seed = 0; seed < 40; seed += 1) {
      const begun = table.clock.now()
      const card = issuedCard()
      faultOf(await table.session(make(card, manner(seed))))
      expect(table.clock.now() - begun).toBeLessThan(60_000)
      expect(STATES).toContain(card.state)
      await table.clear()
      const next = issuedCard()
      expect(await table.session(make(next))).toEqual({ ok: true, value: null })
      await table.clear()
    }
  })
})
