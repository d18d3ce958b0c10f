/**
 * India, from the auditor's side: whoever holds a bundle can rewrite any byte of it. Every byte of the small files, and bytes drawn from the large
 * ones, each with one bit flipped, are refused, and the file is named, or the entry.
 */
import { expect, test } from 'vitest'
import { verifyGiven } from '../../audit/verify/verify-count.ts'
import { uniform } from '../../core/ballot-box/draw.ts'
import { ISSUED_FILE } from '../../core/bundle/issued.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { type BundleFileName, bundleFiles, issuedText } from '../audit/files.ts'
import { makeStation, type TestDevice, type TestStation } from '../audit/fixtures.ts'
import { referenceFor } from '../audit/in-memory.ts'
import { weakenedVerification } from '../audit/weakened/weaken.ts'
import { bundleOf, verdictOn } from './auditor.ts'
import { blindToLeaves, blindToManifest } from './weakened/audit.ts'

const SEED = 'clip-on 9, audited'
const SMALL_BYTES = 1_300
const DRAWN = 150

/** Between them they have every file that a bundle can have. */
const large = makeStation('flipped bytes', { casts: [33, 32] })
const small = makeStation('flipped bytes, small', { casts: [3, 2] })

/** One flipped bit. */
interface Flip {
  readonly name: BundleFileName | typeof ISSUED_FILE
  readonly at: number
  readonly bytes: Uint8Array
}

/** Every byte of a small file, and so many of a large one, each with a bit that the seed draws. */
function flipsOf<Name extends Flip['name']>(name: Name, bytes: Uint8Array) {
  const random = seededRandom(`${SEED} ${name}`)
  const places =
    bytes.length <= SMALL_BYTES
      ? bytes.keys()
      : Array.from({ length: DRAWN }, () => uniform(bytes.length, random))
  return [...places].map((at) => ({
    name,
    at,
    bytes: bytes.with(at, (bytes[at] ?? 0) ^ (1 << uniform(8, random))),
  }))
}

/** The entry or the file in which it is. */
function placeOf({ name, at, bytes }: Flip): string {
  if (name !== 'journal.jsonl') return `d-01/${name}`
  return `d-01/${name} entry ${bytes.subarray(0, at).filter((byte) => byte === 0x0a).length} `
}

/** Flips that a build takes for good; all others the real one has to name where they are. */
function missedIn(station: TestStation, verify: typeof verifyGiven): readonly Flip[] {
  const [device] = station.devices as [TestDevice]
  const reference = referenceFor(station)
  const files = bundleFiles(station, device)
  const flips = [...files].flatMap(([name, bytes]) => flipsOf(name, new Uint8Array(bytes)))
  return flips.filter((flip) => {
    const bundles = [{ where: device.id, files: new Map([...files, [flip.name, flip.bytes]]) }]
    const [finding] = verify({ station: 's-1', bundles, checkIns: [], crowds: [] }, reference, {}).findings
    if (finding !== undefined && verify === verifyGiven) {
      const { where } = finding.refusal
      expect(`${where} `.startsWith(placeOf(flip)), `${where} for byte ${flip.at}`).toBe(true)
    }
    return finding === undefined
  })
}

test.each([
  ['totals of its own', large],
  ['a sealed tally and the sheet of its station', small],
] as const)(
  `a bit flipped in any file of a bundle with %s is found where it is (seed "${SEED}")`,
  (_, station) => {
    expect(missedIn(station, verifyGiven)).toEqual([])
  },
)

test('and in any byte of what the check-in says it gave out', () => {
  const bundles = small.devices.map((device) => bundleOf(small, device))
  const honest = Buffer.from(issuedText(small, { issued: 5, returned: 0 }))
  const verdict = (text: string) => verdictOn({ bundles, checkIns: [{ where: ISSUED_FILE, text }] }, small)
  expect(verdict(honest.toString())).toBe('holds')
  for (const { bytes } of flipsOf(ISSUED_FILE, new Uint8Array(honest)))
    expect(verdict(Buffer.from(bytes).toString('latin1'))).toBe(ISSUED_FILE)
})

test('a build that looks at no hash of a file or an entry misses those that nothing else signs', async () => {
  const weakened = await weakenedVerification([blindToManifest, blindToLeaves])
  const missed = missedIn(large, weakened.verifyGiven)
  expect(new Set(missed.map(({ name }) => name))).toEqual(
    new Set(['journal.jsonl', 'checkpoint', 'cosigned.json']),
  )
})
