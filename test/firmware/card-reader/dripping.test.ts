/** A card that answers a byte now and then, or each command just in time: a card that cannot be read, and no reader that is lost. */
import { describe, expect, test } from 'vitest'
import { connectCardReader } from '../../../firmware/card-reader/driver.ts'
import { LINK_LIMIT_MS } from '../../../firmware/link/link-state.ts'
import type { Contacts, Saying } from '../../../simulator/cards/contacts.ts'
import { T1Contacts } from '../../../simulator/cards/t1-contacts.ts'
import { inProcessLine } from '../../../simulator/lines/in-process.ts'
import { VirtualCardReader } from '../../../simulator/peripherals/card-reader.ts'
import { VirtualClock } from '../../../simulator/virtual-clock.ts'
import { bytes, good, keepingLogger } from '../scripted-line.ts'
import { COUNTED, CountingCard } from './counting-card.ts'
import { forgetsTheLast, knowsNoHaste, weakened } from './weakened.ts'

/** T=1, BWI 6: it may be silent for 5.7 seconds. */
const SLOWEST = bytes('3b 94 11 81 31 fe 65 45 56 4d 31 c1')
const EACH_MS = 5_000
const LONGEST_ANSWER = 258
const COMMAND = { ...COUNTED, p1: 0, p2: 0, data: bytes('01 02 03') }

/** A card of T=1 that sends its answer in chained blocks of one byte each, every one of them in time. */
class DrippingContacts implements Contacts {
  readonly card = new CountingCard()
  #number = 0
  #left = 0

  reset(): Uint8Array {
    this.#number = 0
    return SLOWEST
  }

  powerOff(): void {}

  *take(block: Uint8Array): Iterable<Saying> {
    const [, control = 0] = block
    if ((control & 0xc0) === 0xc0) {
      yield { afterMs: 0, bytes: framed(control | 0x20, block.slice(3, -1)) }
      return
    }
    this.#left = (control & 0x80) === 0 ? LONGEST_ANSWER : this.#left - 1
    const number = this.#number
    this.#number ^= 1
    yield { afterMs: EACH_MS, bytes: framed((number << 6) | (this.#left > 1 ? 0x20 : 0), [1]) }
  }
}

function framed(control: number, field: Iterable<number>): Uint8Array {
  const block = [0, control, [...field].length, ...field]
  return Uint8Array.from([...block, block.reduce((sum, byte) => sum ^ byte, 0)])
}

/** Sends commands to such a card until it fails, and then one to a good card; gives what was seen. */
function visit(contacts: Contacts, most: number, connect = connectCardReader) {
  const clock = new VirtualClock(0)
  const line = inProcessLine({ clock, baudRate: 115_200, paced: true })
  const slot = new VirtualCardReader({ line: line.plug, clock })
  return clock.run(
    (async () => {
      const reader = good(await connect({ open: line.open, clock, logger: keepingLogger() }))
      let isLost = false
      reader.onLost(() => {
        isLost = true
      })
      const heard = () => new Promise<void>((resolve) => clock.after(100, resolve))
      slot.insertCard(contacts.card, contacts)
      await heard()
      good(await reader.powerOn())
      const begun = clock.now()
      let commands = 0
      let fault: string | undefined
      let longestMs = 0
      while (fault === undefined && commands < most) {
        const from = clock.now()
        const answer = await reader.transmit(COMMAND)
        longestMs = Math.max(longestMs, clock.now() - from)
        if (answer.ok) commands += 1
        else fault = answer.error
      }
      const tookMs = clock.now() - begun
      good(await reader.heartbeat())
      slot.pullCard()
      await heard()
      slot.insertCard(new CountingCard())
      await heard()
      good(await reader.powerOn())
      const next = await reader.transmit({
        ...COMMAND,
        cla: 0,
        ins: 0xa4,
        p1: 4,
        data: bytes('f0 53 41 4e 44 4f 47 48'),
      })
      return { fault, commands, tookMs, longestMs, isLost, isNextServed: next.ok }
    })(),
  )
}

describe('a card that drips its answer byte by byte', () => {
  test('is given up before its reader counts as lost, and the next card is served', async () => {
    const seen = await visit(new DrippingContacts(), 1)
    expect(seen).toMatchObject({ fault: 'mute', commands: 0, isLost: false, isNextServed: true })
    expect(seen.longestMs).toBeLessThan(LINK_LIMIT_MS)
  })

  test('holds a driver that knows no haste for as long as it likes', async () => {
    const { driver } = await weakened(knowsNoHaste)
    const seen = await visit(new DrippingContacts(), 1, driver.connectCardReader)
    expect(seen.longestMs).toBeGreaterThan(10 * LINK_LIMIT_MS)
  })
})

describe('a card that takes five seconds for every command', () => {
  const slow = () => new T1Contacts(new CountingCard(), { manner: { is: 'slow', ms: EACH_MS } })

  test('is asked a few and then no more', async () => {
    const seen = await visit(slow(), 100)
    expect(seen).toMatchObject({ fault: 'mute', isLost: false, isNextServed: true })
    expect(seen.tookMs).toBeLessThan(LINK_LIMIT_MS)
  })

  test('goes on for ever before a driver that keeps no account', async () => {
    const { driver } = await weakened(forgetsTheLast)
    expect(await visit(slow(), 100, driver.connectCardReader)).toMatchObject({ commands: 100 })
  })
})
