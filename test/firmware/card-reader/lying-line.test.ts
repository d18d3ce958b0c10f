/**
 * One byte damaged or lost between device and reader, at any place of a session and in either direction: each command is answered whole or
 * not at all, never with something else, and the card never does one twice.
 */
import { describe, expect, test } from 'vitest'
import { type CardReader, connectCardReader } from '../../../firmware/card-reader/driver.ts'
import type { Contacts } from '../../../simulator/cards/contacts.ts'
import { T0Contacts } from '../../../simulator/cards/t0-contacts.ts'
import { T1Contacts } from '../../../simulator/cards/t1-contacts.ts'
import { inProcessLine } from '../../../simulator/lines/in-process.ts'
import type { PeripheralLine } from '../../../simulator/lines/peripheral-line.ts'
import { VirtualCardReader } from '../../../simulator/peripherals/card-reader.ts'
import { VirtualClock } from '../../../simulator/virtual-clock.ts'
import { bytes, keepingLogger } from '../scripted-line.ts'
import { COUNTED, CountingCard } from './counting-card.ts'
import { believesAnyCheck, type Weakening, weakened, writesAgain } from './weakened.ts'

type Way = 'up' | 'down'
/** What becomes of the one byte: undefined if it is lost. */
type Damage = (byte: number) => number | undefined

const DAMAGES: readonly (readonly [string, Damage])[] = [
  ['lost', () => undefined],
  ['with its lowest bit turned', (byte) => byte ^ 0x01],
  ['with its highest bit turned', (byte) => byte ^ 0x80],
  ['read as 03', () => 0x03],
]
const BODIES = [bytes('01 02 03'), bytes('50 02 50 03'), new Uint8Array(40).fill(0x80)]
const SELECT = {
  cla: 0x00,
  ins: 0xa4,
  p1: 0x04,
  p2: 0x00,
  data: bytes('f0 53 41 4e 44 4f 47 48'),
  expected: 1,
}
const hex = (all: Uint8Array) => Buffer.from(all).toString('hex')

/** A line on which that byte of that direction does not arrive as it was sent; counted over all connections. */
function damagedLine(line: PeripheralLine, way: Way, at: number, damage: Damage) {
  const passed = { up: 0, down: 0 }
  const pass = (direction: Way, chunk: Uint8Array): Uint8Array => {
    const start = passed[direction]
    passed[direction] += chunk.length
    if (direction !== way || at < start || at >= start + chunk.length) return chunk
    const instead = damage(chunk[at - start] ?? 0)
    const rest = chunk.subarray(at - start + 1)
    return Uint8Array.from([
      ...chunk.subarray(0, at - start),
      ...(instead === undefined ? [] : [instead]),
      ...rest,
    ])
  }
  const damaged: PeripheralLine = {
    onData: (listener) => line.onData((chunk) => listener(pass('down', chunk))),
    onOpen: (listener) => line.onOpen(listener),
    write: (chunk) => line.write(pass('up', chunk)),
  }
  return { damaged, passed }
}

/** A session on such a line; gives how many bytes passed each way. */
async function session(
  make: (card: CountingCard) => Contacts,
  way: Way,
  at: number,
  damage: Damage,
  connect = connectCardReader,
) {
  const clock = new VirtualClock(0)
  const line = inProcessLine({ clock, baudRate: 115_200, paced: false, hold: () => clock.hold() })
  const { damaged, passed } = damagedLine(line.plug, way, at, damage)
  const reader = new VirtualCardReader({ line: damaged, clock })
  const card = new CountingCard()
  reader.insertCard(card, make(card))
  await clock.run(
    (async () => {
      let driver: CardReader | undefined
      for (let tries = 0; driver === undefined && tries < 3; tries += 1) {
        const connected = await connect({ open: line.open, clock, logger: keepingLogger() })
        if (connected.ok) driver = connected.value
      }
      if (driver === undefined) throw new Error('one byte has cost the reader')
      const reset = await driver.powerOn()
      if (!reset.ok) return
      const selected = await driver.transmit(SELECT)
      if (!selected.ok) return
      expect(selected.value).toEqual({ data: Uint8Array.of(1), status: 0x9000 })
      for (const body of BODIES) {
        const answer = await driver.transmit({ ...COUNTED, p1: 0, p2: 0, data: body, expected: 256 })
        if (!answer.ok) return
        expect(answer.value).toEqual({ data: body.toReversed(), status: 0x9000 })
      }
    })(),
  )
  expect(card.done.map(hex)).toEqual(BODIES.slice(0, card.done.length).map(hex))
  return { passed, whole: card.done.length === BODIES.length }
}

describe.each<[string, (card: CountingCard) => Contacts]>([
  ['T=0', (card) => new T0Contacts(card)],
  ['T=1', (card) => new T1Contacts(card, { ifsc: 24 })],
])('a card of %s', (_name, make) => {
  test.each(DAMAGES)(
    'answers whole or not at all, and does nothing twice, with any one byte %s',
    async (_what, damage) => {
      const { passed } = await session(make, 'up', -1, damage)
      let whole = 0
      for (const way of ['up', 'down'] as const) {
        expect(passed[way]).toBeGreaterThan(200)
        for (let at = 0; at < passed[way]; at += 1) {
          const result = await session(make, way, at, damage)
          if (result.whole) whole += 1
        }
      }
      // Most of it mends.
      expect(whole).toBeGreaterThan((passed.up + passed.down) / 2)
    },
  )
})

describe('a driver', () => {
  /** Whether any place shows that the promise is broken. */
  async function breaks(weakening: Weakening): Promise<boolean> {
    const { driver } = await weakened(weakening)
    const make = (card: CountingCard) => new T0Contacts(card)
    const { passed } = await session(make, 'up', -1, (byte) => byte)
    for (const [, damage] of DAMAGES) {
      for (let at = 0; at < passed.up; at += 1) {
        try {
          await session(make, 'up', at, damage, driver.connectCardReader)
        } catch {
          return true
        }
      }
    }
    return false
  }

  test.each([
    ['writes a command again that was not answered', writesAgain],
    ['takes any answer for its own', believesAnyCheck],
  ])('that %s does not keep that promise', async (_what, weakening) => {
    expect(await breaks(weakening)).toBe(true)
  })
})
