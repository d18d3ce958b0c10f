/** The promise "of two accounts of a place the centre counts neither", held against builds that break it. Each is the real centre with a line replaced. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { encodeEntriesMessage } from '../../core/messages/entries.ts'
import { valueOrThrow } from '../../core/result.ts'
import { centreBuild } from '../attacks/weakened/weaken.ts'
import type { Replacement } from '../attacks/weakened/weakenings.ts'
import { signedAgain, spareThatSays } from './disputed.ts'
import { election, Office, TestDevice, votes } from './office.ts'
import { deskOn } from './totals.ts'

const DISPUTES = 'fleet/results/disputes.ts'
/** Believes a spare of whom the device goes on, a copy that it hears, and a tally whose journal went on. */
const believes: readonly Replacement[] = [
  {
    file: DISPUTES,
    line: "if (frontier.size > size) return 'went-on'",
    by: "if (frontier.size > 1e9) return 'went-on'",
  },
  {
    file: DISPUTES,
    line: "if ((byDevice.get(device) ?? []).length > 1) add(place, 'second-journal')",
    by: "if (device === '') add(place, 'second-journal')",
  },
  {
    file: DISPUTES,
    line: "if (illegal !== undefined) add(place, 'illegal-day')",
    by: "if (illegal === null) add(place, 'illegal-day')",
  },
]
/** Looks at a takeover once, tells nothing of a day that becomes illegal, holds a tally against the last closing alone, and stores one that is there. */
const looksOnce: readonly Replacement[] = [
  {
    file: 'fleet/collector/takeover.ts',
    line: 'had < size && size <= have && toBase64',
    by: 'had < 0 && toBase64',
  },
  {
    file: 'fleet/collector/take-entries.ts',
    line: 'return isKnown || illegal === undefined ?',
    by: 'return isKnown || illegal !== null ?',
  },
  {
    file: 'fleet/store/check-held.ts',
    line: 'return commitments.includes(commitment)',
    by: 'return commitments.at(-1) === commitment',
  },
  { file: 'fleet/collector/take-tally.ts', line: 'if (known !== undefined) {', by: 'if (known === null) {' },
]

let office: Office

beforeEach(() => {
  office = new Office()
})
afterEach(() => office.close())

/** Ballots that are counted after a station was lied to in three ways, what was told of it, and whether the database opens again. */
async function after(replacements: readonly Replacement[]) {
  const { takeMessage, openCentreStore, resultOf } = await centreBuild(replacements)
  const store = valueOrThrow(await openCentreStore(office.storePath))
  const desk = deskOn(store)
  const told: string[] = []
  const take = async (device: TestDevice, from = 0, size = device.entries.length) => {
    const payload = encodeEntriesMessage(device.message(from, size))
    const { alarm } = await takeMessage(desk, { device: device.deviceId, kind: 'entries', payload })
    if (alarm !== undefined) told.push('what' in alarm ? alarm.what : alarm.kind)
  }
  const closed = async (device: TestDevice, tally = device.waitingTally ?? '') => {
    const payload = Buffer.from(tally)
    const { alarm } = await takeMessage(desk, { device: device.deviceId, kind: 'tally', payload })
    if (alarm !== undefined) told.push(alarm.kind)
  }
  // A spare says that it took the place of a device that goes on; it has another history than it signed, too.
  const cutOff = new TestDevice('device-1').appendMany(9)
  const other = new TestDevice('device-1').appendMany(3).append({ type: 'card.refused', reason: 'forged' })
  const spare = spareThatSays(other, 5, 50)
  await take(cutOff, 0, 3)
  // A copy has its own journal, and is heard alone.
  await take(new TestDevice('device-2').appendMany(5))
  const copy = new TestDevice('device-2', 'the journal of a copy').close(votes(40))
  // A device closes twice.
  const twice = new TestDevice('device-3').close(votes(32))
  for (const device of [spare, copy, twice]) await take(device)
  for (const device of [spare, copy, twice]) await closed(device)
  await take(cutOff, 3, 9)
  const again = twice.entries.length
  await take(twice.close(votes(33)), again)
  // A tally comes once more, signed in another way.
  await closed(copy, signedAgain(copy, copy.waitingTally ?? '', 'nonce')).catch(() => told.push('thrown'))
  const { stations } = valueOrThrow(await resultOf(election.definition, store))
  await store.close()
  const opened = await openCentreStore(office.storePath)
  if (opened.ok) await opened.value.close()
  return [stations[0]?.sum[0]?.valid, told.join(' '), opened.ok]
}

it('the centre as it is counts nobody, tells all four, and opens again', async () => {
  expect(await after([])).toEqual([0, 'second-journal other-history malformed other-tally', true])
})

it('one that believes whom it heard counts all three: the test sees each', async () => {
  expect(await after(believes)).toEqual([
    50 + 40 + 32,
    'second-journal other-history malformed other-tally',
    true,
  ])
})

it('one that looks at what it took no more tells less, and takes its database for changed', async () => {
  expect(await after(looksOnce)).toEqual([0, 'second-journal went-on thrown', false])
})
