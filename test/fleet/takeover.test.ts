/** What the centre makes of a spare in the place of a device that died, and of a device that was not dead. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { hmacSha256, toBase64 } from '../../core/keys/hash.ts'
import { encodeEntriesMessage } from '../../core/messages/entries.ts'
import { leafHash, rootOf } from '../../core/tlog/tree.ts'
import type { Desk } from '../../fleet/collector/desk.ts'
import type { Outcome } from '../../fleet/collector/outcome.ts'
import { takeEntries } from '../../fleet/collector/take-entries.ts'
import { type CentreStore, openCentreStore } from '../../fleet/store/store.ts'
import { authorityKey, election, messageSigner, Office, realClock, TestDevice, witness } from './office.ts'

let office: Office
let store: CentreStore
let desk: Desk

beforeEach(() => {
  office = new Office()
  store = office.openStore()
  desk = { store, package: election, authorityKey, witness, messageSigner, clock: realClock }
})
afterEach(() => office.close())

const send = (device: TestDevice, from: number, size: number): Outcome =>
  takeEntries(desk, device.deviceId, encodeEntriesMessage(device.message(from, size)))
const hash = (name: string) => toBase64(hmacSha256(Buffer.from('people'), Buffer.from(name)))

/** A spare that took over after so many entries of a device. */
function spareOf(dead: TestDevice, size: number, id = 'device-8'): TestDevice {
  const root = rootOf(dead.entries.slice(0, size).map(leafHash))
  return new TestDevice(id).append({
    type: 'takeover',
    origin: dead.origin,
    size,
    root: toBase64(root),
    casts: 0,
    voids: 0,
    batches: 0,
    pooled: 0,
    slip: 'none',
    media: 'both',
    executive: hash('executive'),
    supervisory: hash('supervisory'),
    technician: hash('technician'),
  })
}

const fork = (what: string, by = 'device-8') => ({ kind: 'takeover-fork', by, what })

describe('a journal that a spare took over', () => {
  it('is held to its end, whenever that comes', () => {
    const dead = new TestDevice('device-1').appendMany(9)
    send(dead, 0, 4)
    expect(send(spareOf(dead, 10), 0, 2)).toMatchObject({ reply: { kind: 'receipt' } })
    const late = send(dead, 4, 10)
    expect([late.reply?.kind, late.alarm]).toEqual(['receipt', undefined])
    expect(store.takersOf(dead.origin).map(({ device }) => device)).toEqual(['device-8'])
  })

  it('gets no receipt beyond that, and what it signs is kept as evidence', () => {
    const dead = new TestDevice('device-1').appendMany(9)
    send(dead, 0, 6)
    send(spareOf(dead, 6), 0, 2)
    const outcome = send(dead, 6, 8)
    expect(outcome.reply).toBeUndefined()
    expect(outcome.alarm).toMatchObject(fork('went-on'))
    expect([store.journal(dead.origin)?.frontier.size, store.forks(dead.origin)]).toEqual([6, 1])
  })

  it('that is longer here, or another, when the spare comes, is an alarm', () => {
    const dead = new TestDevice('device-1').appendMany(9)
    send(dead, 0, 8)
    expect(send(spareOf(dead, 6), 0, 2).alarm).toMatchObject(fork('went-on'))
    const other = new TestDevice('device-2').appendMany(5)
    send(other, 0, 6)
    const lying = new TestDevice('device-2').appendMany(4).append({ type: 'card.refused', reason: 'forged' })
    expect(send(spareOf(lying, 6, 'device-9'), 0, 2).alarm).toMatchObject(fork('other-history', 'device-9'))
  })

  it('may be taken over once', () => {
    const dead = new TestDevice('device-1').appendMany(3)
    send(spareOf(dead, 4), 0, 2)
    expect(send(spareOf(dead, 4, 'device-9'), 0, 2).alarm).toMatchObject(fork('taken-over-twice', 'device-9'))
  })

  it('is known to be so after a restart of the centre', () => {
    const dead = new TestDevice('device-1').appendMany(9)
    send(dead, 0, 6)
    send(spareOf(dead, 6), 0, 2)
    store.close()
    const again = openCentreStore(office.storePath)
    if (!again.ok) throw new Error(again.error.what)
    store = again.value
    office.later(() => store.close())
    desk = { ...desk, store }
    expect(send(dead, 6, 7).alarm).toMatchObject(fork('went-on'))
  })
})

it('no device but a spare takes a place, and no spare does anything else', () => {
  const dead = new TestDevice('device-1').appendMany(3)
  const outcomes = [
    send(spareOf(dead, 4, 'device-2'), 0, 2),
    send(new TestDevice('device-8').appendMany(1), 0, 2),
  ]
  for (const { alarm } of outcomes)
    expect(alarm).toMatchObject({ kind: 'malformed', refusal: { code: 'entries.takeover' } })
})
