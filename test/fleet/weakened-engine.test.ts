/** The promises of the collector's engine, held against builds that break them. Each is the real centre with a line replaced. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { messageHash } from '../../core/messages/answer.ts'
import { encodeEntriesMessage } from '../../core/messages/entries.ts'
import { parseReceipt } from '../../core/messages/receipt.ts'
import { valueOrThrow } from '../../core/result.ts'
import { withScopes } from '../../fleet/collector/examine.ts'
import { examineJournalPart } from '../../fleet/collector/examine-entries.ts'
import { centreBuild } from '../attacks/weakened/weaken.ts'
import type { Replacement } from '../attacks/weakened/weakenings.ts'
import { Office, silentLogger, TestDevice } from './office.ts'
import { deskOn } from './totals.ts'

/** What is written goes nowhere, and the device is answered all the same. */
const forgets: readonly Replacement[] = [
  { file: 'fleet/store/sqlite-store.ts', line: "writing.exec('COMMIT')", by: "writing.exec('ROLLBACK')" },
]

/** Whoever sends more gets more. */
const sharesNothing: readonly Replacement[] = [
  {
    file: 'fleet/collector/inbox.ts',
    line: 'queue.waiting.length >= SHARE.messages ||',
    by: 'queue.waiting.length >= 1e9 ||',
  },
]

/** What was sent before is looked up as often as anybody likes. */
const repeatsForEver: readonly Replacement[] = [
  {
    file: 'fleet/collector/take-entries.ts',
    line: 'desk.allowance.spend(device, A_MESSAGE + size - kept.size)',
    by: "'granted'",
  },
]

/** Totals that wait are told to wait as often as anybody likes. */
const answersForEver: readonly Replacement[] = [
  {
    file: 'fleet/collector/outcome.ts',
    line: 'desk.allowance.spend(device, A_MESSAGE)',
    by: "'granted' as 'granted' | 'dropped'",
  },
]

/** Whoever is named on a stick has said it. */
const believesSticks: readonly Replacement[] = [
  {
    file: 'fleet/collector/take-messages.ts',
    line: "isOfNobody(alarm) ? { ...alarm, device: '' } : alarm",
    by: 'alarm',
  },
]

/** As many journals of a device are kept as somebody begins. */
const keepsEveryJournal: readonly Replacement[] = [
  {
    file: 'fleet/collector/take-entries.ts',
    line: 'if (others.length >= desk.mostJournals)',
    by: "if (device === '')",
  },
]

/** Whoever fills a device's places by its line keeps its stick out. */
const boundsSticks: readonly Replacement[] = [
  {
    file: 'fleet/collector/take-messages.ts',
    line: 'mostJournals: Number.POSITIVE_INFINITY,',
    by: 'mostJournals: 4,',
  },
]

let office: Office

beforeEach(() => {
  office = new Office()
})
afterEach(() => office.close())

/**
 * How many receipts a device was given that the store, opened anew, does not back; how many messages of a flood were looked at; how often entries and totals
 * were answered that came of a device with nothing left of its allowance; and of how many alarms a stick was the cause that a stranger had made.
 */
async function broken(replacements: readonly Replacement[]) {
  const { startEngine, openCentreStore, takeMessage, decideOn } = await centreBuild(replacements)
  const store = valueOrThrow(await openCentreStore(office.storePath))
  const desk = deskOn(store)
  const engine = startEngine(desk, silentLogger)
  const device = new TestDevice('device-1').appendMany(5)
  const payload = encodeEntriesMessage(device.message(0, 6))
  const { reply } = await engine.take({ device: 'device-1', kind: 'entries', payload })
  const receipt = valueOrThrow(parseReceipt(reply?.payload ?? new Uint8Array(), 'test'))
  const flood = await Promise.all(
    Array.from({ length: 100 }, () =>
      engine.take({ device: 'device-2', kind: 'entries', payload: Buffer.from('x') }),
    ),
  )
  const spent = { ...desk, allowance: { spend: () => 'dropped' as const } }
  const again = await takeMessage(spent, { device: 'device-1', kind: 'entries', payload })
  const waiting = Buffer.from(new TestDevice('device-3').close().waitingTally ?? '')
  const told = await takeMessage(spent, { device: 'device-3', kind: 'tally', payload: waiting })
  await engine.close()
  const forged = { ...device.message(0, 6), certificate: Uint8Array.of(1) }
  const brought = examineJournalPart(desk, 'device-1', forged, Date.now(), 'stick')
  await decideOn(desk, withScopes(desk, 'device-1', messageHash(payload), brought))
  const accused = (await store.alarms()).filter(({ device: id }) => id === 'device-1')
  await store.close()
  const opened = await office.openStore()
  const backed = await opened.checkpoint(device.origin, receipt.size)
  return {
    unbacked: backed?.cosignature === receipt.cosignature ? 0 : 1,
    lookedAt: flood.filter(({ alarm }) => alarm?.kind === 'malformed').length,
    repeated: again.reply === undefined ? 0 : 1,
    toldAgain: told.reply === undefined ? 0 : 1,
    accused: accused.length,
  }
}

it('the centre as it is backs each receipt, does no more for a flood than its share, and accuses nobody of a stranger’s stick', async () => {
  expect(await broken([])).toEqual({ unbacked: 0, lookedAt: 16, repeated: 0, toldAgain: 0, accused: 0 })
})

it('one that answers though nothing is on disk is seen', async () => {
  expect(await broken(forgets)).toMatchObject({ unbacked: 1 })
})

it('one that gives nobody a share is seen', async () => {
  expect(await broken(sharesNothing)).toMatchObject({ lookedAt: 100 })
})

it('one that looks up again whatever was sent before is seen', async () => {
  expect(await broken(repeatsForEver)).toMatchObject({ repeated: 1 })
})

it('one that tells totals to wait whenever they come is seen', async () => {
  expect(await broken(answersForEver)).toMatchObject({ toldAgain: 1 })
})

it('one that believes a stick of whom it speaks is seen', async () => {
  expect(await broken(believesSticks)).toMatchObject({ accused: 1 })
})

/** How many journals of a device are kept of ten that came by its line, and whether that of its stick is. */
async function journalsKept(replacements: readonly Replacement[]) {
  const { takeMessage, decideOn } = await centreBuild(replacements)
  const store = await office.openStore()
  const desk = deskOn(store)
  for (let number = 0; number < 10; number += 1) {
    const payload = encodeEntriesMessage(new TestDevice('device-1', `${number}`).message(0, 1))
    await takeMessage(desk, { device: 'device-1', kind: 'entries', payload })
  }
  const kept = (await store.journals()).length
  const own = new TestDevice('device-1')
  const brought = examineJournalPart(desk, 'device-1', own.message(0, 1), Date.now(), 'stick')
  await decideOn(desk, withScopes(desk, 'device-1', 'stick', brought))
  return [kept, (await store.journal(own.origin)) !== undefined]
}

it('the centre as it is keeps four journals of a device, and that of its stick', async () => {
  expect(await journalsKept([])).toEqual([4, true])
})

it('one that keeps every journal is seen', async () => {
  expect(await journalsKept(keepsEveryJournal)).toEqual([10, true])
})

it('one that keeps a stick out is seen', async () => {
  expect(await journalsKept(boundsSticks)).toEqual([4, false])
})
