/** The promises of the collector's engine, held against builds that break them. Each is the real centre with a line replaced. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { encodeEntriesMessage } from '../../core/messages/entries.ts'
import { parseReceipt } from '../../core/messages/receipt.ts'
import { valueOrThrow } from '../../core/result.ts'
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

let office: Office

beforeEach(() => {
  office = new Office()
})
afterEach(() => office.close())

/** How many receipts a device was given that the store, opened anew, does not back; and how many messages of a flood were looked at. */
async function broken(replacements: readonly Replacement[]) {
  const { startEngine, openCentreStore } = await centreBuild(replacements)
  const store = valueOrThrow(await openCentreStore(office.storePath))
  const engine = startEngine(deskOn(store), silentLogger)
  const device = new TestDevice('device-1').appendMany(5)
  const payload = encodeEntriesMessage(device.message(0, 6))
  const { reply } = await engine.take({ device: 'device-1', kind: 'entries', payload })
  const receipt = valueOrThrow(parseReceipt(reply?.payload ?? new Uint8Array(), 'test'))
  const flood = await Promise.all(
    Array.from({ length: 100 }, () =>
      engine.take({ device: 'device-2', kind: 'entries', payload: Buffer.from('x') }),
    ),
  )
  await engine.close()
  await store.close()
  const again = await office.openStore()
  const backed = await again.checkpoint(device.origin, receipt.size)
  return {
    unbacked: backed?.cosignature === receipt.cosignature ? 0 : 1,
    lookedAt: flood.filter(({ alarm }) => alarm?.kind === 'malformed').length,
  }
}

it('the centre as it is backs each receipt and looks at no more of a flood than its share', async () => {
  expect(await broken([])).toEqual({ unbacked: 0, lookedAt: 16 })
})

it('one that answers though nothing is on disk is seen', async () => {
  expect(await broken(forgets)).toMatchObject({ unbacked: 1 })
})

it('one that gives nobody a share is seen', async () => {
  expect(await broken(sharesNothing)).toMatchObject({ lookedAt: 100 })
})
