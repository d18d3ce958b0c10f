import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openAnswer } from '../../core/messages/answer.ts'
import { encodeEntriesMessage } from '../../core/messages/entries.ts'
import { parseReceipt } from '../../core/messages/receipt.ts'
import { valueOrThrow } from '../../core/result.ts'
import { signCheckpoint } from '../../core/tlog/checkpoint.ts'
import { addSignatureLine, openCosignature } from '../../core/tlog/cosignature.ts'
import { signatureLine } from '../../core/tlog/note.ts'
import { type Desk, openDesk } from '../../fleet/collector/desk.ts'
import type { Outcome } from '../../fleet/collector/outcome.ts'
import { takeMessage } from '../../fleet/collector/take-messages.ts'
import type { CentreStore } from '../../fleet/store/store.ts'
import { View } from '../../fleet/store/view.ts'
import {
  authorityKey,
  election,
  identity,
  messageSigner,
  Office,
  realClock,
  signerOf,
  TestDevice,
  witness,
} from './office.ts'

let office: Office
let store: CentreStore
let desk: Desk

beforeEach(async () => {
  office = new Office()
  store = await office.openStore()
  desk = openDesk({ store, package: election, authorityKey, witness, messageSigner, clock: realClock })
})
afterEach(() => {
  vi.restoreAllMocks()
  return office.close()
})

const take = (kind: 'entries' | 'tally', payload: Uint8Array, device = 'device-1', at = desk) =>
  takeMessage(at, { device, kind, payload })

const send = (device: TestDevice, from: number, size: number, changes = {}): Promise<Outcome> =>
  take('entries', encodeEntriesMessage({ ...device.message(from, size), ...changes }), device.deviceId)

const answerIn = (outcome: Outcome) =>
  valueOrThrow(openAnswer(outcome.reply?.payload ?? new Uint8Array(), messageSigner.publicKey, 'test'))

/** A second history of the same journal that parts from the first after `common` entries. */
function fork(device: TestDevice, common: number): TestDevice {
  const other = new TestDevice(device.deviceId).appendMany(common - 1)
  return other.append({ type: 'card.refused', reason: 'forged' })
}

describe('entries', () => {
  it('are stored and answered with a cosignature under the device’s own checkpoint', async () => {
    const device = new TestDevice('device-1').appendMany(6)
    const outcome = await send(device, 0, 7)
    const receipt = valueOrThrow(parseReceipt(outcome.reply?.payload ?? new Uint8Array(), 'test'))
    expect(receipt).toMatchObject({ origin: device.origin, size: 7 })
    const note = addSignatureLine(device.note(7), receipt.cosignature)
    expect(openCosignature(note, { name: witness.name, publicKey: witness.signer.publicKey }).ok).toBe(true)
    expect((await store.entries(device.origin, 0, 99)).map(String)).toEqual(device.entries.map(String))
  })

  it('sent again, alone or with later ones, change nothing and get the same receipt', async () => {
    const device = new TestDevice('device-1').appendMany(9)
    const first = await send(device, 0, 4)
    expect(await send(device, 0, 4)).toEqual(first)
    expect((await send(device, 2, 10)).alarm).toBeUndefined()
    expect(await send(device, 0, 4)).toEqual(first)
    expect(await store.entries(device.origin, 0, 99)).toHaveLength(10)
  })

  it('behind a gap are asked for again, by a signed answer that says what is held', async () => {
    const device = new TestDevice('device-1').appendMany(9)
    await send(device, 0, 4)
    const outcome = await send(device, 6, 10)
    expect(outcome.alarm).toMatchObject({ kind: 'gap', have: 4, from: 6 })
    expect(answerIn(outcome)).toMatchObject({ have: 4, result: 'resend' })
    expect(answerIn(await send(new TestDevice('device-2').appendMany(3), 2, 4))).toMatchObject({ have: 0 })
  })

  it('of a size below the last one without a receipt of their own are answered with what is held', async () => {
    const device = new TestDevice('device-1').appendMany(9)
    await send(device, 0, 10)
    expect(answerIn(await send(device, 0, 5))).toMatchObject({ have: 10, result: 'resend' })
  })

  it('two checkpoints of one size with different roots are an equivocation, and the proof is kept', async () => {
    const device = new TestDevice('device-1').appendMany(4)
    const other = fork(device, 4)
    await send(device, 0, 5)
    const outcome = await send(other, 0, 5)
    const { alarm } = outcome
    expect(answerIn(outcome)).toMatchObject({ result: 'resend', held: device.note(5) })
    expect(alarm).toEqual({
      kind: 'equivocation',
      device: 'device-1',
      origin: device.origin,
      size: 5,
      held: device.note(5),
      shown: other.note(5),
    })
    expect((await store.forks()).get(device.origin) ?? 0).toBe(1)
    expect((await store.entries(device.origin, 4, 5)).map(String)).toEqual([String(device.entries[4])])
  })

  it('a second history is an equivocation at a larger and at a smaller size as well', async () => {
    const device = new TestDevice('device-1').appendMany(4)
    await send(device, 0, 5)
    const longer = fork(device, 3).appendMany(6)
    expect((await send(longer, 2, 10)).alarm?.kind).toBe('equivocation')
    expect((await send(fork(device, 3), 0, 4)).alarm?.kind).toBe('equivocation')
    expect(await store.entries(device.origin, 0, 99)).toHaveLength(5)
  })

  it('of a second journal under one device id are stored, and people are told that the id is used twice', async () => {
    const device = new TestDevice('device-1').appendMany(4)
    expect((await send(device, 0, 5)).alarm).toBeUndefined()
    const other = new TestDevice('device-1', 'another journal').appendMany(2)
    const { alarm } = await send(other, 0, 3)
    expect(alarm).toMatchObject({ kind: 'second-journal', device: 'device-1', other: device.origin })
    expect((await send(other, 0, 3)).alarm).toBeUndefined()
  })

  it('that the checkpoint does not cover are no proof of anything and are not stored', async () => {
    const device = new TestDevice('device-1').appendMany(4)
    const other = fork(device, 4)
    expect((await send(device, 0, 5, { entries: other.entries })).alarm?.kind).toBe('inconsistent')
    await send(device, 0, 4)
    const longer = device.appendMany(3)
    const overlap = [...other.entries.slice(3, 5), ...longer.entries.slice(5)]
    expect(
      (await send(longer, 3, 8, { entries: [longer.entries[4], ...overlap.slice(1)] })).alarm?.kind,
    ).toBe('inconsistent')
    expect(await store.entries(device.origin, 0, 99)).toHaveLength(4)
  })

  it('of another device, election, authority or key are forged', async () => {
    const device = new TestDevice('device-1').appendMany(4)
    const payload = encodeEntriesMessage(device.message(0, 5))
    expect((await take('entries', payload, 'device-2')).alarm?.kind).toBe('forged')
    expect(
      (await send(device, 0, 5, { origin: device.origin.replace('device-1', 'device-2') })).alarm?.kind,
    ).toBe('forged')
    expect((await send(device, 0, 5, { certificate: Uint8Array.of(1, 2, 3) })).alarm?.kind).toBe('forged')
    expect((await send(device, 0, 5, { checkpoint: new TestDevice('device-2').note(1) })).alarm?.kind).toBe(
      'forged',
    )
    const keys = { log: signerOf('log device-1'), message: signerOf('message device-1') }
    for (const stranger of [
      identity('device-1', 'device', keys, signerOf('another authority')),
      identity('device-1', 'centre', keys),
      identity('device-1', 'device', { ...keys, log: signerOf('another') }),
      identity('device-1', 'device', { log: keys.log }),
    ]) {
      expect((await send(device, 0, 5, { certificate: stranger.der })).alarm?.kind).toBe('forged')
    }
    expect(await store.journals()).toEqual([])
  })

  it('of a journal that was begun under another certificate are forged', async () => {
    const device = new TestDevice('device-1').appendMany(4)
    await send(device, 0, 3)
    const { der } = identity('device-1', 'device', {
      log: signerOf('log device-1'),
      message: signerOf('another message key'),
    })
    expect((await send(device, 3, 5, { certificate: der })).alarm?.kind).toBe('forged')
  })

  it('of a journal that is bound to another election package are not stored', async () => {
    const device = new TestDevice('device-1')
    const other = { ...desk, package: { ...election, hash: new Uint8Array(32) } }
    const payload = encodeEntriesMessage(device.message(0, 1))
    const { alarm } = await take('entries', payload, 'device-1', other)
    expect(alarm).toMatchObject({ kind: 'malformed', refusal: { code: 'entries.opening' } })
  })

  it('that are sent again let the collector read no more than one message’s worth, however long the journal is', async () => {
    const device = new TestDevice('device-1').appendMany(1_599)
    for (let from = 0; from < 1_600; from += 400) await send(device, from, from + 400)
    const reading = vi.spyOn(View.prototype, 'entries')
    const read = () => reading.mock.calls.reduce((sum, [, from, to]) => sum + to - from, 0)
    expect(answerIn(await send(device, 1_500, 1_501))).toMatchObject({ have: 1_600 })
    expect(read()).toBeLessThanOrEqual(400)
    expect((await send(fork(device, 1_198), 1_198, 1_199)).alarm?.kind).toBe('equivocation')
    expect(read()).toBeLessThanOrEqual(800)
  })

  it('that are sent again and again are a flood, told once and kept once; others, and what is new, are taken', async () => {
    let elapsed = 0
    desk = openDesk({ ...desk, clock: { ...realClock, elapsed: () => elapsed } })
    const device = new TestDevice('device-1').appendMany(4)
    await send(device, 0, 4)
    const alarms: (string | undefined)[] = []
    let refused: Outcome = {}
    for (let round = 0; round < 140; round += 1) {
      refused = await send(device, 0, 4)
      alarms.push(refused.alarm?.kind)
    }
    expect(alarms.filter((kind) => kind === 'flood')).toHaveLength(1)
    expect(refused).toEqual({})
    expect((await send(new TestDevice('device-2'), 0, 1)).reply?.kind).toBe('receipt')
    expect((await send(device, 4, 5)).reply?.kind).toBe('receipt')
    elapsed = 10_000
    expect((await send(device, 0, 4)).reply?.kind).toBe('receipt')
    expect((await store.alarms()).map(({ kind }) => kind)).toEqual(['flood'])
  })

  it('of more than any day has are malformed', async () => {
    const device = new TestDevice('device-1')
    const size = 2 ** 31 + 1
    const root = new Uint8Array(32).fill(7)
    const checkpoint = signCheckpoint({ origin: device.origin, size, root }, device.logSigner)
    const { alarm } = await send(device, 0, 1, { from: size - 1, checkpoint })
    expect(alarm).toMatchObject({ kind: 'malformed', refusal: { code: 'entries.too-many' } })
  })

  it('with a checkpoint that no answer could show their device again are malformed, and none of them is kept', async () => {
    const device = new TestDevice('device-1')
    const { checkpoint } = device.message(0, 1)
    const line = (i: number) => signatureLine(`nobody-${i}`, new Uint8Array(4), new Uint8Array(64))
    const lines = Array.from({ length: 40 }, (_, i) => `${line(i)}\n`)
    const { alarm } = await send(device, 0, 1, { checkpoint: checkpoint + lines.join('') })
    expect(alarm).toMatchObject({ kind: 'malformed', refusal: { code: 'entries.checkpoint' } })
    expect(await store.journals()).toEqual([])
  })

  it('no message makes the collector throw', async () => {
    for (const text of ['', '{}', 'null', '[]', '{"version":1}']) {
      expect((await take('entries', Buffer.from(text))).alarm?.kind).toBe('malformed')
      expect((await take('tally', Buffer.from(text))).alarm?.kind).toBe('malformed')
    }
  })
})
