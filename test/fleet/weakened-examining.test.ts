/** The promise that a fault of the examining program drops one message and no other, held against a build that breaks it. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { messageHash } from '../../core/messages/answer.ts'
import { encodeEntriesMessage } from '../../core/messages/entries.ts'
import { valueOrThrow } from '../../core/result.ts'
import { centreBuild } from '../attacks/weakened/weaken.ts'
import type { Replacement } from '../attacks/weakened/weakenings.ts'
import { Office, silentLogger, TestDevice } from './office.ts'
import { deskOn } from './totals.ts'

/** A fault of the program, as there may be one that nobody knows of. */
const faulty: readonly Replacement[] = [
  {
    file: 'fleet/collector/examine-totals.ts',
    line: 'const message = peekTallyMessage(payload,',
    by: `const text = Buffer.from(payload).toString()
  if (text.startsWith('poison')) throw new TypeError(text)
  const message = peekTallyMessage(payload,`,
  },
]
const faultyAndFragile: readonly Replacement[] = [
  ...faulty,
  {
    file: 'fleet/collector/examine.ts',
    line: "const reason = `the collector's",
    by: "if (hash !== '') throw error\n    const reason = `the collector's",
  },
]

let office: Office

beforeEach(() => {
  office = new Office()
})
afterEach(() => office.close())

/** What became of one message on which the program fails, and how many of those beside it were answered. */
async function besidesPoison(replacements: readonly Replacement[]) {
  const { startEngine, openCentreStore } = await centreBuild(replacements)
  const store = valueOrThrow(await openCentreStore(office.storePath))
  const engine = startEngine(deskOn(store), silentLogger)
  const devices = Array.from({ length: 20 }, (_, i) => new TestDevice(`extra-${i}`).appendMany(2))
  const poison = Buffer.from('poison with a choice in it')
  const [first, ...others] = await Promise.all([
    engine.take({ device: 'device-1', kind: 'tally', payload: poison }),
    ...devices.map((device) =>
      engine.take({
        device: device.deviceId,
        kind: 'entries',
        payload: encodeEntriesMessage(device.message(0, 3)),
      }),
    ),
  ])
  const kept = await store.alarms()
  await engine.close()
  await store.close()
  const answered = others.filter(({ reply }) => reply?.kind === 'receipt').length
  return { answered, told: first?.alarm, hash: messageHash(poison), kept: kept.map(({ what }) => what) }
}

it('a message on which the program fails is named, not told, and holds up nobody', async () => {
  const { answered, told, hash, kept } = await besidesPoison(faulty)
  expect(answered).toBe(20)
  const reason = `the collector's program failed on message ${hash}: TypeError at examine-totals.ts:`
  expect(told).toMatchObject({
    kind: 'not-stored',
    device: 'device-1',
    reason: expect.stringContaining(reason),
  })
  expect(kept).toEqual([expect.stringContaining(reason)])
  expect(JSON.stringify([told, kept])).not.toContain('poison')
})

it('one that lets it drop all the others is seen', async () => {
  expect((await besidesPoison(faultyAndFragile)).answered).toBe(0)
})
