/**
 * Brazil, 2022: the logs of older machines all bore one machine id, so that no line of them could be laid to the machine that wrote it. Here a
 * journal is begun in the name of the id in the device's certificate, every line is under that key, and two that claim one id are found.
 */
import { expect, test } from 'vitest'
import { formatCosigned } from '../../core/bundle/cosigned.ts'
import { originOf } from '../../core/bundle/names.ts'
import { sha256, toBase64 } from '../../core/keys/hash.ts'
import { cosignedHead } from '../audit/files.ts'
import { makeStation, type TestDevice } from '../audit/fixtures.ts'
import { weakenedVerifyCount } from '../audit/weakened/weaken.ts'
import { bundleOf, entriesOf, eventsOf, unseenBundle, type VerifyCount, verdictOn } from './auditor.ts'
import { blindToCertificate, blindToOtherJournals, blindToOwnName } from './weakened/audit.ts'

const station = makeStation('one machine id', { casts: [33, 34, 35] })
const [first, second, third] = station.devices as [TestDevice, TestDevice, TestDevice]
const { definition } = station.electionPackage

/** A device that begins its journal with something else in it, and signs all of it with its own keys. */
function beginning(
  device: TestDevice,
  changed: { readonly origin?: string; readonly certificate?: string },
): TestDevice {
  const events = eventsOf(device).map((event) =>
    event.type === 'journal.opened' ? { ...event, ...changed } : event,
  )
  return { ...device, origin: changed.origin ?? device.origin, entries: entriesOf(events) }
}

const unseen = (device: TestDevice) => unseenBundle(station, device)

/** A journal of the first device's name with a number of its own. */
const named = (number: number) => originOf(definition, first.id, new Uint8Array(16).fill(number))

test('one id in the journals of all devices is found at the first entry of each that is not its own', async () => {
  const alike = [first, second, third].map((device, i) => unseen(beginning(device, { origin: named(i) })))
  const verdicts = (verify?: VerifyCount) =>
    alike.map((bundle) => verdictOn({ bundles: [bundle] }, station, verify))
  expect(verdicts()).toEqual(['holds', 'd-02/journal.jsonl entry 0', 'd-03/journal.jsonl entry 0'])
  expect(verdictOn({ bundles: alike }, station)).toBe('d-02/journal.jsonl entry 0')
  expect(verdicts(await weakenedVerifyCount([blindToOwnName]))).toEqual(['holds', 'holds', 'holds'])
})

test('a journal that was begun under another certificate than the one beside it is found', async () => {
  const certificate = toBase64(sha256(first.certificate))
  const bundles = [unseen(beginning(second, { certificate }))]
  expect(verdictOn({ bundles }, station)).toBe('d-02/journal.jsonl entry 0')
  expect(verdictOn({ bundles }, station, await weakenedVerifyCount([blindToCertificate]))).toBe('holds')
})

test('two machines with the keys of one are found by their two journals, whether both are here or a neighbour met one', async () => {
  const twin = beginning(first, { origin: named(9) })
  const met = bundleOf(station, second, {
    'cosigned.json': formatCosigned({
      certificates: [first.certificate],
      notes: [cosignedHead(station, twin, 3, [second])],
    }),
  })
  const weakened = await weakenedVerifyCount([blindToOtherJournals])
  const oneMet = { bundles: [unseen(first), met] }
  expect(verdictOn(oneMet, station)).toBe('d-02/cosigned.json note 0')
  expect(verdictOn(oneMet, station, weakened)).toBe('holds')
  const both = { bundles: [unseen(first), { ...unseen(twin), where: 'twin' }] }
  expect(verdictOn(both, station)).toBe('twin/checkpoint')
  // Then only that the device is there twice.
  expect(verdictOn(both, station, weakened)).toBe('twin')
})
