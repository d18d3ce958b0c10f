import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { BundleContent } from '../../audit/read-folders.ts'
import { openReference } from '../../audit/verify/reference.ts'
import { Remembered } from '../../audit/verify/remembered.ts'
import { verifyBundle } from '../../audit/verify/verify-bundle.ts'
import { formatJournal, formatLeaves, signTally } from '../../core/bundle/bundle.ts'
import { tallyJson } from '../../core/election/tally.ts'
import { encodeEntry } from '../../core/journal/entry.ts'
import { signerFromSeed } from '../../core/keys/ed25519.ts'
import { leafHash } from '../../core/tlog/tree.ts'
import { type BundleFileName, bundleFiles, checkpointNote, sealedTally, stationSheet } from './files.ts'
import { makeStation, type TestDevice } from './fixtures.ts'

const station = makeStation('bundle', { casts: [80, 40] })
const [device, other] = station.devices as [TestDevice, TestDevice]
const good = bundleFiles(station, device)
const ofOther = bundleFiles(station, other)
const NAMES = [...good.keys()]

/** A bundle held against its own package. */
function verifyAlone(content: BundleContent, key: Uint8Array) {
  const reference = openReference(
    content.files.get('package.json') ?? new Uint8Array(),
    key,
    'd-01/package.json',
  )
  return reference.ok ? verifyBundle(content, reference.value, new Remembered(reference.value)) : reference
}

function verify(files: ReadonlyMap<BundleFileName, Uint8Array>, key = station.authority.publicKey) {
  return verifyAlone({ where: 'd-01', files }, key)
}

/** Where it does not hold, or `holds`. */
function placeOf(files: ReadonlyMap<BundleFileName, Uint8Array>): string {
  const verified = verify(files)
  return verified.ok ? 'holds' : verified.error.where
}

const withFile = (name: BundleFileName, bytes: Uint8Array) => new Map([...good, [name, bytes]])
const flip = (bytes: Uint8Array, at: number, bits: number) =>
  bytes.map((byte, i) => (i === at % bytes.length ? byte ^ bits : byte))
const fileOf = (name: BundleFileName) => good.get(name) as Uint8Array

describe('an honest bundle', () => {
  test('holds, and says what the device did', () => {
    const verified = verify(good)
    if (!verified.ok) throw new Error(verified.error.what)
    const { device: id, station: of, day, receipt, ballotLeaves, spentTags } = verified.value
    expect([id, of, day.casts, day.voids]).toEqual(['d-01', 's-1', 80, 1])
    expect(ballotLeaves).toHaveLength(80 * 32)
    expect(day.batches.map(({ batch }) => batch)).toEqual([1, 2])
    expect(spentTags).toHaveLength(80)
    expect(receipt).toBeGreaterThan(0)
  })

  test("holds without the centre's receipt, and then has none", () => {
    const verified = verify(bundleFiles(station, device, {}, false))
    expect(verified.ok && verified.value.receipt === undefined).toBe(true)
  })
})

describe('any byte changed', () => {
  // Every file; journal.jsonl has its own test below.
  test.each(NAMES.filter((name) => name !== 'journal.jsonl'))('in %s is found, in that file', (name) => {
    fc.assert(
      fc.property(fc.nat(fileOf(name).length - 1), fc.integer({ min: 1, max: 255 }), (at, bits) => {
        expect(placeOf(withFile(name, flip(fileOf(name), at, bits)))).toContain(`d-01/${name}`)
      }),
      { numRuns: 60 },
    )
  })

  test('in journal.jsonl is found, in that entry', () => {
    const journal = fileOf('journal.jsonl')
    fc.assert(
      fc.property(fc.nat(journal.length - 1), fc.integer({ min: 1, max: 255 }), (at, bits) => {
        const entry = Buffer.from(journal.subarray(0, at)).filter((byte) => byte === 0x0a).length
        const place = placeOf(withFile('journal.jsonl', flip(journal, at, bits)))
        expect(`${place} `).toMatch(new RegExp(`^d-01/journal\\.jsonl entry ${entry} `))
      }),
      { numRuns: 300 },
    )
  })

  test('in the count of a cast names entry and event', () => {
    const text = Buffer.from(fileOf('journal.jsonl')).toString()
    const changed = text.replace('"count":50,', '"count":51,')
    expect(placeOf(withFile('journal.jsonl', Buffer.from(changed)))).toMatch(
      /^d-01\/journal\.jsonl entry \d+ \(ballot\.cast\)$/,
    )
  })

  test('in a ballot names its batch', () => {
    const text = Buffer.from(fileOf('batches.jsonl')).toString()
    const lines = text.split('\n')
    const line = lines[1] ?? ''
    const middle = line.length >> 1
    lines[1] = `${line.slice(0, middle)}${line[middle] === 'A' ? 'B' : 'A'}${line.slice(middle + 1)}`
    expect(placeOf(withFile('batches.jsonl', Buffer.from(lines.join('\n'))))).toBe(
      'd-01/batches.jsonl batch 2',
    )
  })

  test.each(NAMES)('or %s cut off or emptied is found', (name) => {
    for (const length of [0, 1, fileOf(name).length - 1]) {
      expect(placeOf(withFile(name, fileOf(name).subarray(0, length)))).toContain(`d-01/${name}`)
    }
    const longer = Buffer.concat([fileOf(name), Buffer.from('x')])
    expect(placeOf(withFile(name, longer))).toContain(`d-01/${name}`)
  })
})

describe('a file of another device', () => {
  test.each(NAMES.filter((name) => name !== 'package.json'))('in place of %s is found', (name) => {
    expect(placeOf(withFile(name, ofOther.get(name) as Uint8Array))).toContain(`d-01/${name}`)
  })

  test('and an authority that signed nothing here', () => {
    const verified = verify(good, station.witness.publicKey)
    expect(verified.ok ? '' : verified.error).toMatchObject({
      code: 'document.wrong-key',
      where: 'd-01/package.json',
    })
  })
})

describe('a device that signs its own lie', () => {
  /** The journal with other entries, and everything around it made to fit by the device itself. */
  function withEntries(entries: readonly Uint8Array[]) {
    const lying = { ...device, entries }
    return bundleFiles(station, lying, {
      'journal.jsonl': formatJournal(entries),
      'leaves.bin': formatLeaves(entries.map(leafHash)),
      checkpoint: Buffer.from(checkpointNote(station, lying, false)),
    })
  }

  test('about the order of the day is found', () => {
    const late = encodeEntry({ type: 'ballot.cast', count: 81 }, device.entries.length, Date.UTC(2026, 5, 19))
    expect(placeOf(withEntries([...device.entries, late]))).toBe(
      `d-01/journal.jsonl entry ${device.entries.length} (ballot.cast)`,
    )
  })

  test('by leaving the polls open is found', () => {
    expect(placeOf(withEntries(device.entries.slice(0, 40)))).toBe('d-01/journal.jsonl')
  })

  test('with the journal of another device is found', () => {
    expect(placeOf(withEntries(other.entries))).toBe('d-01/journal.jsonl entry 0')
  })

  test('with another tally than the committed one is found', () => {
    const { definition } = station.electionPackage
    const message = signerFromSeed(device.keys.message)
    const [first, ...rest] = device.tally
    if (first === undefined) throw new Error('a tally without contests')
    const more = { ...first, valid: first.valid + 1, blank: first.blank - 1 }
    const released = {
      origin: device.origin,
      salt: device.salt,
      tally: tallyJson(definition, [more, ...rest]),
    }
    const text = Buffer.from(signTally(released, message))
    expect(placeOf(bundleFiles(station, device, { 'tally.json': text }))).toBe('d-01/tally.json')
    const elsewhere = Buffer.from(signTally({ ...released, origin: other.origin }, message))
    expect(placeOf(bundleFiles(station, device, { 'tally.json': elsewhere }))).toBe('d-01/tally.json')
  })

  const lies: readonly [string, Parameters<typeof makeStation>[1]][] = [
    [
      'a ballot too many',
      { falsify: (tally) => tally.map((c, i) => (i === 0 ? { ...c, blank: c.blank + 1 } : c)) },
    ],
    ['a huge count', { falsify: (tally) => tally.map((c) => ({ ...c, valid: Number.MAX_SAFE_INTEGER })) }],
    ['a negative count', { falsify: (tally) => tally.map((c) => ({ ...c, blank: -1 })) }],
    [
      'more votes for one than there are ballots',
      { falsify: (tally) => tally.map((c) => ({ ...c, options: c.options.map(() => 9999) })) },
    ],
    [
      'no votes on valid ballots',
      { falsify: (tally) => tally.map((c) => ({ ...c, options: c.options.map(() => 0) })) },
    ],
  ]
  test.each(lies)('and commits to %s is found', (_, wishes) => {
    const lying = makeStation('lies', { casts: [36], ...wishes })
    const files = bundleFiles(lying, lying.devices[0] as TestDevice)
    const verified = verifyAlone({ where: 'd-01', files }, lying.authority.publicKey)
    expect(verified.ok ? 'holds' : verified.error.where).toBe('d-01/tally.json')
  })

  test('by listing both tallies, none, or a sheet that is not here is found', () => {
    const sealed = { 'sealed-tally.json': sealedTally(station, device) }
    expect(placeOf(bundleFiles(station, device, { ...sealed, 'tally.json': null }))).toBe('holds')
    expect(placeOf(bundleFiles(station, device, sealed))).toBe('d-01/manifest.json')
    expect(placeOf(bundleFiles(station, device, { 'tally.json': null }))).toBe('d-01/manifest.json')
    const withSheet = bundleFiles(station, device, { 'station-sheet.json': stationSheet(station) })
    expect(placeOf(withSheet)).toBe('holds')
    withSheet.delete('station-sheet.json')
    expect(placeOf(withSheet)).toBe('d-01/station-sheet.json')
    const unlisted = withFile('station-sheet.json', stationSheet(station))
    expect(placeOf(unlisted)).toBe('d-01/station-sheet.json')
    expect(placeOf(withFile('sealed-tally.json', sealedTally(station, device)))).toBe(
      'd-01/sealed-tally.json',
    )
  })

  test('with the sealed tally of another journal is found', () => {
    const elsewhere = sealedTally(station, { ...device, origin: other.origin })
    const files = bundleFiles(station, device, { 'tally.json': null, 'sealed-tally.json': elsewhere })
    expect(placeOf(files)).toBe('d-01/sealed-tally.json')
  })

  test('and a spent authorization more, less or other is found', () => {
    for (const tags of [
      device.tags.slice(1),
      [...device.tags, Buffer.alloc(32)],
      [Buffer.alloc(32), ...device.tags.slice(1)],
    ]) {
      const files = bundleFiles(station, { ...device, tags })
      expect(placeOf(files)).toBe('d-01/spent-tags.json')
    }
  })
})
