/** What the centre makes of a spare in the place of a device that died, and of a device that was not dead. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LONGEST_JOURNAL } from '../../core/journal/longest.ts'
import { encodeEntriesMessage } from '../../core/messages/entries.ts'
import { valueOrThrow } from '../../core/result.ts'
import { signCheckpoint } from '../../core/tlog/checkpoint.ts'
import { type Desk, openDesk } from '../../fleet/collector/desk.ts'
import type { Outcome } from '../../fleet/collector/outcome.ts'
import { takeHead } from '../../fleet/collector/take-head.ts'
import { takeMessage } from '../../fleet/collector/take-messages.ts'
import { type CentreStore, openCentreStore } from '../../fleet/store/store.ts'
import {
  authorityKey,
  election,
  everyDevice,
  messageSigner,
  Office,
  realClock,
  TestDevice,
  witness,
} from './office.ts'
import { spareOf } from './spares.ts'

let office: Office
let store: CentreStore
let desk: Desk

beforeEach(async () => {
  office = new Office()
  store = await office.openStore()
  desk = openDesk({ store, package: election, authorityKey, witness, messageSigner, clock: realClock })
})
afterEach(() => office.close())

const send = (device: TestDevice, from: number, size: number): Promise<Outcome> =>
  takeMessage(desk, {
    device: device.deviceId,
    kind: 'entries',
    payload: encodeEntriesMessage(device.message(from, size)),
  })
const fork = (what: string, by = 'device-8') => ({ kind: 'takeover-fork', by, what })

describe('a journal that a spare took over', () => {
  it('is held to its end, whenever that comes', async () => {
    const dead = new TestDevice('device-1').appendMany(9)
    await send(dead, 0, 4)
    expect(await send(spareOf(dead, 10), 0, 2)).toMatchObject({ reply: { kind: 'receipt' } })
    const late = await send(dead, 4, 10)
    expect([late.reply?.kind, late.alarm]).toEqual(['receipt', undefined])
    const takers = (await store.journals()).filter(({ takeover }) => takeover?.origin === dead.origin)
    expect(takers.map(({ device }) => device)).toEqual(['device-8'])
  })

  it('and that goes on is kept to its end and answered as ever, with an alarm each time', async () => {
    const dead = new TestDevice('device-1').appendMany(9)
    await send(dead, 0, 6)
    await send(spareOf(dead, 6), 0, 2)
    for (const [from, size] of [
      [6, 8],
      [8, 10],
    ] as const) {
      const outcome = await send(dead, from, size)
      expect(outcome.reply?.kind).toBe('receipt')
      expect(outcome.alarm).toMatchObject({ ...fork('went-on'), device: 'device-1', origin: dead.origin })
    }
    expect((await store.journal(dead.origin))?.frontier.size).toBe(10)
  })

  it('and is longer than that by a head alone, sent or printed, is an alarm, and the head is kept', async () => {
    const dead = new TestDevice('device-1').appendMany(9)
    await send(dead, 0, 3)
    await send(spareOf(dead, 6), 0, 2)
    const outcome = await send(dead, 8, 10)
    expect([outcome.reply?.kind, outcome.alarm]).toMatchObject(['answer', fork('went-on')])
    expect((await store.forks()).get(dead.origin)).toBe(1)
    const { origin, deviceId } = dead
    const printed = (size: number) =>
      store.transact(everyDevice, (held) =>
        takeHead(held, deviceId, { origin, note: dead.note(size) }, 'paper'),
      )
    expect(valueOrThrow(await printed(5))).toEqual({ is: 'longer', have: 3 })
    expect(valueOrThrow(await printed(9))).toMatchObject({ is: 'other', alarm: fork('went-on') })
    expect((await store.forks()).get(dead.origin)).toBe(2)
  })

  it('and signed a printed head of a size that no journal has is an alarm, and that head comes to no table', async () => {
    const dead = new TestDevice('device-1').appendMany(9)
    await send(dead, 0, 6)
    await send(spareOf(dead, 6), 0, 2)
    const { origin, deviceId, logSigner } = dead
    const printed = (size: number) => {
      const note = signCheckpoint({ origin, size, root: new Uint8Array(32).fill(7) }, logSigner)
      return store.transact(everyDevice, (held) => takeHead(held, deviceId, { origin, note }, 'paper'))
    }
    for (const size of [LONGEST_JOURNAL + 1, 2 ** 31 + 5, Number.MAX_SAFE_INTEGER]) {
      const alarm = {
        kind: 'malformed',
        device: 'device-1',
        refusal: { code: 'entries.too-many', where: 'paper' },
      }
      expect(valueOrThrow(await printed(size)), String(size)).toMatchObject({ is: 'other', alarm })
    }
    expect(await store.forks()).toEqual(new Map())
    expect(valueOrThrow(await printed(LONGEST_JOURNAL))).toMatchObject({ alarm: fork('went-on') })
    expect((await store.forks()).get(origin)).toBe(1)
  })

  it('is kept from its beginning if it comes after the spare alone', async () => {
    const dead = new TestDevice('device-1').appendMany(9)
    await send(spareOf(dead, 6), 0, 2)
    expect((await send(dead, 4, 10)).alarm).toMatchObject(fork('went-on'))
    const outcome = await send(dead, 0, 10)
    expect([outcome.reply?.kind, outcome.alarm]).toMatchObject(['receipt', fork('went-on')])
  })

  it.each([
    ['at that size', [6]],
    ['beyond it', [4, 8]],
  ] as const)(
    'and is another than the spare took over is an alarm when it comes later, %s',
    async (_, sizes) => {
      const died = new TestDevice('device-2').appendMany(5)
      await send(spareOf(died, 6, 'device-9'), 0, 2)
      const lying = new TestDevice('device-2')
        .appendMany(4)
        .append({ type: 'card.refused', reason: 'forged' })
      lying.appendMany(2)
      let from = 0
      const alarms: unknown[] = []
      for (const size of sizes) {
        alarms.push((await send(lying, from, size)).alarm)
        from = size
      }
      expect(alarms.slice(0, -1)).toEqual(alarms.slice(0, -1).map(() => undefined))
      expect(alarms.at(-1)).toMatchObject({ ...fork('other-history', 'device-9'), device: 'device-2' })
    },
  )

  it('and closes all the same is an alarm, though the spare says that it took over more', async () => {
    const dead = new TestDevice('device-1').close()
    const size = dead.entries.length
    await send(spareOf(new TestDevice('device-1').appendMany(99), 100), 0, 2)
    expect((await send(dead, 0, size - 1)).alarm).toBeUndefined()
    expect((await send(dead, size - 1, size)).alarm).toMatchObject(fork('closed'))
  })

  it('that is longer here, or another, when the spare comes, is an alarm', async () => {
    const dead = new TestDevice('device-1').appendMany(9)
    await send(dead, 0, 8)
    expect((await send(spareOf(dead, 6), 0, 2)).alarm).toMatchObject(fork('went-on'))
    const other = new TestDevice('device-2').appendMany(5)
    await send(other, 0, 6)
    const lying = new TestDevice('device-2').appendMany(4).append({ type: 'card.refused', reason: 'forged' })
    expect((await send(spareOf(lying, 6, 'device-9'), 0, 2)).alarm).toMatchObject(
      fork('other-history', 'device-9'),
    )
  })

  it('may be taken over once', async () => {
    const dead = new TestDevice('device-1').appendMany(3)
    await send(spareOf(dead, 4), 0, 2)
    expect((await send(spareOf(dead, 4, 'device-9'), 0, 2)).alarm).toMatchObject(
      fork('taken-over-twice', 'device-9'),
    )
  })

  it('is known to be so after a restart of the centre', async () => {
    const dead = new TestDevice('device-1').appendMany(9)
    await send(dead, 0, 6)
    await send(spareOf(dead, 6), 0, 2)
    await store.close()
    const again = await openCentreStore(office.storePath)
    if (!again.ok) throw new Error(again.error.what)
    store = again.value
    office.later(() => store.close())
    desk = { ...desk, store }
    expect((await send(dead, 6, 7)).alarm).toMatchObject(fork('went-on'))
  })
})

it('no device but a spare takes a place, and no spare does anything else', async () => {
  const dead = new TestDevice('device-1').appendMany(3)
  const outcomes = [
    await send(spareOf(dead, 4, 'device-2'), 0, 2),
    await send(new TestDevice('device-8').appendMany(1), 0, 2),
    // Certified by the authority, for another election or a rehearsal: no device of this package.
    await send(spareOf(dead, 4, 'spare-9'), 0, 2),
  ]
  for (const { alarm } of outcomes)
    expect(alarm).toMatchObject({ kind: 'malformed', refusal: { code: 'entries.takeover' } })
})
