/**
 * Northampton, 2023, from the auditor's side: two candidates' names exchanged in the package. Once it is signed nobody can; an authority that signs
 * them exchanged makes a package like any other, and no verifier can know which name belongs to which code. But it is *another* package: by the hash
 * that the report prints for people to compare, in every journal, in every ballot, in the second party's statement. What is right, the published
 * package says, and the paper that voters read.
 */
import { expect, test } from 'vitest'
import { compareStatements } from '../../audit/open/compare.ts'
import { openStatement, signStatement } from '../../audit/open/statement.ts'
import { verifyReport } from '../../audit/report.ts'
import type { Definition } from '../../core/election/definition.ts'
import { signerFromSeed } from '../../core/keys/ed25519.ts'
import { toBase64 } from '../../core/keys/hash.ts'
import { combineShares } from '../../core/keys/shares.ts'
import { openPackage, signPackage } from '../../core/package/package.ts'
import { valueOrThrow } from '../../core/result.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { makeStation, type TestDevice, type TestStation } from '../audit/fixtures.ts'
import { auditedCount, openCount } from '../audit/in-memory.ts'
import { weakenedCompare, weakenedVerifyCount } from '../audit/weakened/weaken.ts'
import { bundleOf, entriesOf, eventsOf, unseenBundle, verdictOn } from './auditor.ts'
import { blindToInputs, blindToPackageOfJournal, blindToSignatures } from './weakened/audit.ts'

const station = makeStation('labels', { casts: [33, 34] })
const [first, second] = station.devices as [TestDevice, TestDevice]

/** The definition with the names of codes 101 and 108 exchanged. */
function swapped(definition: Definition): Definition {
  const [a, b] = (definition.contests[0]?.candidates ?? []).map(({ name }) => name)
  if (a === undefined || b === undefined) throw new Error('two candidates')
  const contests = definition.contests.map((contest, i) => ({
    ...contest,
    candidates: contest.candidates.map((candidate, at) => {
      const name = i === 0 ? [b, a][at] : undefined
      return name === undefined ? candidate : { ...candidate, name }
    }),
  }))
  return { ...definition, contests }
}

/** The same station under a package that the authority signed with the names exchanged; its journals and ballots stay as they are. */
function relabelled(of: TestStation): TestStation {
  const packageText = signPackage(swapped(of.electionPackage.definition), of.authority)
  const electionPackage = valueOrThrow(openPackage(packageText, of.authority.publicKey, 'package.json'))
  return { ...of, packageText, electionPackage }
}

/** And with journals that were begun for it. */
function begunFor(of: TestStation, device: TestDevice): TestDevice {
  const changed = { package: toBase64(of.electionPackage.hash) }
  const events = eventsOf(device).map((event) =>
    event.type === 'journal.opened' ? { ...event, ...changed } : event,
  )
  return { ...device, entries: entriesOf(events) }
}

const other = relabelled(station)

test('names exchanged in a package after it was signed are found in that package', async () => {
  const [payloads, signatures] = [other, station].map(({ packageText }) => packageText.split('"signatures"'))
  const text = Buffer.from(`${payloads?.[0]}"signatures"${signatures?.[1]}`)
  const bent = bundleOf(station, second, { 'package.json': text })
  expect(verdictOn({ bundles: [bent] }, station)).toBe('d-02/package.json')
  expect(verdictOn({ bundles: [bundleOf(station, first), bent] }, station)).toBe('d-02/package.json')
  // Without the signature it is a package like any other: then only that its journal was begun for the one that was signed.
  const weakened = await weakenedVerifyCount([blindToSignatures])
  expect(verdictOn({ bundles: [bent] }, station, weakened)).toBe('d-02/journal.jsonl entry 0')
})

test('a device whose package was exchanged for one signed with other names is found by its journal', async () => {
  const bundles = [unseenBundle(other, first)]
  expect(verdictOn({ bundles }, station)).toBe('d-01/journal.jsonl entry 0')
  const weakened = await weakenedVerifyCount([blindToPackageOfJournal])
  expect(verdictOn({ bundles }, station, weakened)).toBe('holds')
})

test('two devices of one count cannot have voted with different names', () => {
  const bundles = [bundleOf(station, first), unseenBundle(other, begunFor(other, second))]
  expect(verdictOn({ bundles }, station)).toBe('d-02')
})

const reported = (of: TestStation, devices: readonly TestDevice[]) => {
  const count = auditedCount(
    { bundles: devices.map((device) => unseenBundle(of, device)), checkIns: [] },
    of.authority.publicKey,
  )
  return verifyReport(count, { key: 'given', policy: undefined, programs: [] }).text
}

test('where all have the names that the authority signed exchanged, it holds, and the report says which package that is', () => {
  const devices = other.devices.map((device) => begunFor(other, device))
  const [honest, lying] = [reported(station, station.devices), reported(other, devices)]
  for (const text of [honest, lying]) expect(text).toMatch(/^HOLDS/)
  expect(honest).toContain(`package ${toBase64(station.electionPackage.hash)}`)
  expect(lying).toContain(`package ${toBase64(other.electionPackage.hash)}`)
  expect(other.electionPackage.hash).not.toEqual(station.electionPackage.hash)
})

/** What a party says that opened the station under this package. */
function opened(of: TestStation, devices: readonly TestDevice[], key: number) {
  const given = { bundles: devices.map((device) => unseenBundle(of, device)), checkIns: [] }
  const secretKey = valueOrThrow(combineShares(station.shares.slice(0, 3)))
  const { count, opened } = openCount(given, of.authority.publicKey, {
    secretKey,
    random: seededRandom('labels'),
    lost: [],
  })
  const signer = signerFromSeed(new Uint8Array(32).fill(key))
  const inputs = { policy: undefined, programs: [], lost: [] }
  return {
    opened,
    statement: valueOrThrow(openStatement(signStatement(count, inputs, signer), `party ${key}`)),
  }
}

test('but ballots that were cast under the other names are told when they are opened', () => {
  const devices = other.devices.map((device) => begunFor(other, device))
  const { findings } = opened(other, devices, 1).opened
  expect(findings.filter(({ code }) => code === 'ballot.context')).toHaveLength(67)
})

test('and two parties with two packages disagree at the first thing that they compare of them', async () => {
  const devices = other.devices.map((device) => begunFor(other, device))
  const [one, two] = [opened(station, station.devices, 1).statement, opened(other, devices, 2).statement]
  const line = ({ report }: ReturnType<typeof compareStatements>) => report.text.split('\n')[0]
  expect(line(compareStatements(one, two))).toMatch(/^DISAGREE at package: /)
  const honest = opened(station, station.devices, 2).statement
  expect(line(compareStatements(one, honest))).toMatch(/^AGREE: 2 bundles, 67 ballots/)
  // A party that says the same of the other package, and a comparison that looks at what came out alone.
  const same = { ...honest, payload: { ...honest.payload, package: two.payload.package } }
  expect(line(compareStatements(one, same))).toMatch(/^DISAGREE at package: /)
  const weakened = await weakenedCompare([blindToInputs])
  expect(line(weakened(one, same))).toMatch(/^AGREE: /)
})
