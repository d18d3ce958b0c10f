/**
 * Schaerbeek, from the auditor's side: each bit of each number that a bundle tells, flipped, and signed anew by all whose signature it needs. Most are
 * found without a secret, since another number says the same. What is left are totals that the device commits to and ballots could have given:
 * those only the opened ballots tell.
 */
import { expect, test } from 'vitest'
import type { openStation } from '../../audit/open/open-station.ts'
import { commitTally } from '../../core/ballot-box/commitment.ts'
import { findTallyProblem } from '../../core/election/check-tally.ts'
import type { Tally } from '../../core/election/tally.ts'
import type { JournalEvent } from '../../core/journal/catalogue.ts'
import { encodeEntry } from '../../core/journal/entry.ts'
import { signerFromSeed } from '../../core/keys/ed25519.ts'
import { toBase64 } from '../../core/keys/hash.ts'
import { combineShares } from '../../core/keys/shares.ts'
import { signDocument } from '../../core/keys/signed-document.ts'
import { valueOrThrow } from '../../core/result.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { type BundleFileName, bundleFiles, issuedText } from '../audit/files.ts'
import { makeStation, OPENING, type TestDevice, type TestStation } from '../audit/fixtures.ts'
import { openCount } from '../audit/in-memory.ts'
import { weakenedOpenStation, weakenedVerifyCount } from '../audit/weakened/weaken.ts'
import { bundleOf, entriesOf, eventsOf, unseenBundle, type VerifyCount, verdictOn } from './auditor.ts'
import {
  blindToCastCount,
  blindToCommitment,
  blindToIssued,
  blindToRecount,
  blindToSizes,
} from './weakened/audit.ts'

/** As many as a counter in a pool has, and as many as JSON holds exactly. */
const [POOL_BITS, JSON_BITS] = [32, 53]

/** The number with each of so many bits flipped. */
function flipsOf(number: number, bits: number): readonly number[] {
  return Array.from({ length: bits }, (_, bit) => {
    const isSet = Math.floor(number / 2 ** bit) % 2 === 1
    return isSet ? number - 2 ** bit : number + 2 ** bit
  })
}

/** Every tally that is one flipped bit away. */
function tallyFlips(tally: Tally): readonly Tally[] {
  return tally.flatMap(({ valid, blank, options }, contest) =>
    [valid, blank, ...options].flatMap((count, place, all) =>
      flipsOf(count, POOL_BITS).map((flipped) => {
        const [v = 0, b = 0, ...rest] = all.with(place, flipped)
        return tally.with(contest, { valid: v, blank: b, options: rest })
      }),
    ),
  )
}

const large = makeStation('flipped counters', { casts: [33] })
const small = makeStation('flipped counters, small', { casts: [5] })
const [device] = large.devices as [TestDevice]
const [few] = small.devices as [TestDevice]
const { definition } = large.electionPackage
const BITS = 12 * POOL_BITS

/** The device with another tally, to which its journal commits. */
function committingTo(of: TestDevice, tally: Tally): TestDevice {
  const commitment = toBase64(commitTally(definition, tally, of.salt))
  const events = eventsOf(of).map((event) =>
    event.type === 'polls.closed' ? { ...event, tally: commitment } : event,
  )
  return { ...of, tally, entries: entriesOf(events) }
}

/** The device of a station of one, with which its sheet changes too. */
function alone(station: TestStation, changed: TestDevice) {
  const of = { ...station, devices: [changed] }
  return { of, bundle: unseenBundle(of, changed) }
}

const verdictOf = (station: TestStation, changed: TestDevice, verify?: VerifyCount) =>
  verdictOn({ bundles: [alone(station, changed).bundle] }, station, verify)

test('each bit of each count in tally.json no longer is what the journal commits to', async () => {
  const flipped = tallyFlips(device.tally)
  expect(flipped).toHaveLength(BITS)
  const bundleWith = (tally: Tally) => unseenBundle(large, { ...device, tally })
  const verdicts = (verify?: VerifyCount) =>
    flipped.map((tally) => verdictOn({ bundles: [bundleWith(tally)] }, large, verify))
  expect(new Set(verdicts())).toEqual(new Set(['d-01/tally.json']))
  expect(verdicts(await weakenedVerifyCount([blindToCommitment]))).toContain('holds')
})

/** Codes of what opening finds. */
function openedCodes(station: TestStation, changed: TestDevice, open?: typeof openStation) {
  const { of, bundle } = alone(station, changed)
  const given = { bundles: [bundle], checkIns: [] }
  const secretKey = valueOrThrow(combineShares(station.shares.slice(0, 3)))
  const opening = { secretKey, random: seededRandom('flipped'), lost: [] }
  return openCount(given, of.authority.publicKey, opening, open).opened.findings.map(({ code }) => code)
}

test('of those that the journal commits to as well, verifying finds what no ballots give, and opening the rest', async () => {
  const flipped = tallyFlips(device.tally)
  const possible = flipped.filter((tally) => findTallyProblem(definition, tally, 33) === undefined)
  for (const tally of flipped) {
    const verdict = verdictOf(large, committingTo(device, tally))
    expect(verdict).toBe(possible.includes(tally) ? 'holds' : 'd-01/tally.json')
  }
  // Single votes for one more or less: nothing without a secret contradicts them.
  expect(possible.length).toBeGreaterThan(0)
  expect(possible.length).toBeLessThan(BITS / 8)
  const open = await weakenedOpenStation([blindToRecount])
  for (const tally of possible) {
    expect(openedCodes(large, committingTo(device, tally))).toEqual(['tally.recount'])
    expect(openedCodes(large, committingTo(device, tally), open)).toEqual([])
  }
})

test('of a small device, whose totals are sealed, verifying finds what shows in its station’s sheet, and opening the rest', () => {
  let openedOnly = 0
  for (const tally of tallyFlips(few.tally)) {
    const changed = committingTo(few, tally)
    if (verdictOf(small, changed) !== 'holds') continue
    openedOnly += 1
    expect(openedCodes(small, changed)).toEqual(['tally.recount', 'sheet.recount'])
  }
  expect(openedOnly).toBeGreaterThan(0)
  expect(openedOnly).toBeLessThan(BITS / 8)
})

/** An entry of a journal with one bit of a number in it flipped, the rest signed anew by the device. */
interface BentEntry {
  readonly seq: number
  readonly member: string
  readonly device: TestDevice
}

/** Numbers in the events of a journal, and the number of each entry. */
function bentEntries(of: TestDevice): readonly BentEntry[] {
  const events = eventsOf(of)
  const withEntry = (seq: number, entry: Uint8Array) => ({ ...of, entries: of.entries.with(seq, entry) })
  const at = (seq: number) => OPENING + 60_000 * seq
  return events.flatMap((event, seq) => [
    ...Object.entries(event)
      .filter(([member]) => member !== 'version')
      .flatMap(([member, value]) =>
        (typeof value === 'number' ? flipsOf(value, JSON_BITS) : []).map((flipped) => {
          const bent = { ...event, [member]: flipped } as JournalEvent
          return { seq, member, device: withEntry(seq, encodeEntry(bent, seq, at(seq))) }
        }),
      ),
    ...flipsOf(seq, JSON_BITS).map((flipped) => ({
      seq,
      member: 'seq',
      device: withEntry(seq, encodeEntry(event, flipped, at(seq))),
    })),
  ])
}

test('each bit of each number in a journal, signed anew, is found at its entry or at the next that knows better', async () => {
  const bent = bentEntries(few)
  expect(new Set(bent.map(({ member }) => member))).toEqual(
    new Set(['count', 'batch', 'casts', 'voids', 'batches', 'seq']),
  )
  for (const { seq, member, device: lying } of bent) {
    const verdict = verdictOf(small, lying)
    const [, entry = ''] = /^d-01\/journal\.jsonl entry (\d+)/.exec(verdict) ?? []
    expect(Number(entry), `${verdict} for ${member} of entry ${seq}`).toBeGreaterThanOrEqual(seq)
    expect(Number(entry), `${verdict} for ${member} of entry ${seq}`).toBeLessThanOrEqual(seq + 1)
  }
  const weakened = await weakenedVerifyCount(blindToCastCount)
  const casts = bent.filter(
    ({ seq, member }) => member === 'count' && eventsOf(few)[seq]?.type === 'ballot.cast',
  )
  expect(casts.some(({ device: lying }) => verdictOf(small, lying, weakened) === 'holds')).toBe(true)
})

test('each bit of what the check-in gave out or took back is found beside the ballots', async () => {
  const bundles = [bundleOf(small, few)]
  const verdict = (counts: { issued: number; returned: number }, verify?: VerifyCount) =>
    verdictOn(
      { bundles, checkIns: [{ where: 'issued.json', text: issuedText(small, counts) }] },
      small,
      verify,
    )
  expect(verdict({ issued: 7, returned: 2 })).toBe('holds')
  const flipped = [
    ...flipsOf(7, JSON_BITS).map((issued) => ({ issued, returned: 2 })),
    ...flipsOf(2, JSON_BITS).map((returned) => ({ issued: 7, returned })),
  ]
  for (const counts of flipped) expect(verdict(counts)).toBe('station s-1')
  const weakened = await weakenedVerifyCount([blindToIssued])
  for (const counts of flipped) expect(verdict(counts, weakened)).toBe('holds')
})

test('each bit of each size in a manifest is found at that file', async () => {
  const files = bundleFiles(small, few)
  const { payload } = JSON.parse(Buffer.from(files.get('manifest.json') ?? []).toString())
  const listed = payload.files as readonly { readonly name: BundleFileName; readonly size: number }[]
  const weakened = await weakenedVerifyCount([blindToSizes])
  for (const [i, { name, size }] of listed.entries()) {
    for (const flipped of flipsOf(size, JSON_BITS)) {
      const other = { ...payload, files: listed.with(i, { ...listed[i], name, size: flipped }) }
      const manifest = signDocument('manifest', other, [signerFromSeed(few.keys.message)])
      const bundles = [
        { where: 'd-01', files: new Map([...files, ['manifest.json' as const, Buffer.from(manifest)]]) },
      ]
      expect(verdictOn({ bundles }, small)).toBe(`d-01/${name}`)
      if (flipped === size + 4096 || flipped === size - 4096)
        expect(verdictOn({ bundles }, small, weakened)).toBe('holds')
    }
  }
})
