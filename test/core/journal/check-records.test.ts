import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { batchRoot } from '../../../core/ballot-box/batch.ts'
import { sealedBallotSize } from '../../../core/ballot-box/sealed-ballot.ts'
import { checkRecords, type Records } from '../../../core/journal/check-records.ts'
import { encodeEntry } from '../../../core/journal/entry.ts'
import { signerFromSeed } from '../../../core/keys/ed25519.ts'
import { ok } from '../../../core/result.ts'
import { notes } from '../../audit/files.ts'
import { makeStation, type TestDevice } from '../../audit/fixtures.ts'

const station = makeStation('records', { casts: [80, 4] })
const [device, other] = station.devices as [TestDevice, TestDevice]

function recordsOf({ origin, keys, entries, batches }: TestDevice, allNotes: readonly string[]): Records {
  return {
    origin,
    logKey: signerFromSeed(keys.log).publicKey,
    sealedSize: sealedBallotSize(station.electionPackage.definition),
    journal: entries.map((entry, seq) => ({ seq, entry })),
    checkpoints: allNotes.map((note, i) => ({ size: i + 1, note })),
    batches: [...batches].map(([batch, ballots]) => ({
      batch,
      count: ballots.length,
      root: batchRoot(ballots),
    })),
    ballots: [...batches].flatMap(([batch, ballots]) => ballots.map((sealed) => ({ batch, sealed }))),
  }
}

const good = recordsOf(device, notes(device))
const size = good.journal.length

/** `holds`, or the place that is named. */
function check(changes: Partial<Records>): string {
  const checked = checkRecords({ ...good, ...changes }, () => ok([]))
  return checked.ok ? 'holds' : checked.error.where
}

const flipped = (bytes: Uint8Array, at: number, bits: number) =>
  bytes.map((byte, i) => (i === at % bytes.length ? byte ^ bits : byte))
const replaced = <T>(rows: readonly T[], at: number, row: T) => rows.toSpliced(at, 1, row)
const row = <T>(rows: readonly T[], at: number): T => rows[at] as T

test('the records of an honest day hold, in whatever order they are read', () => {
  expect(check({})).toBe('holds')
  expect(
    check({
      journal: good.journal.toReversed(),
      checkpoints: good.checkpoints.toReversed(),
      batches: good.batches.toReversed(),
      ballots: good.ballots.toReversed(),
    }),
  ).toBe('holds')
})

test('the records hold after every single entry of the day, with the ballots sealed by then', () => {
  for (let n = 1; n <= size; n += 1) {
    const journal = good.journal.slice(0, n)
    const sealed = journal.filter(({ entry }) => Buffer.from(entry).includes('"batch.sealed"')).length
    const isSealed = ({ batch }: { readonly batch: number }) => batch <= sealed
    expect(
      check({
        journal,
        checkpoints: good.checkpoints.slice(0, n),
        batches: good.batches.filter(isSealed),
        ballots: good.ballots.filter(isSealed),
      }),
    ).toBe('holds')
  }
})

describe('table journal is named', () => {
  test('with the entry in which any bit was changed', () => {
    fc.assert(
      fc.property(fc.nat(size - 1), fc.nat(), fc.integer({ min: 1, max: 255 }), (seq, at, bits) => {
        const entry = flipped(row(good.journal, seq).entry, at, bits)
        expect(check({ journal: replaced(good.journal, seq, { seq, entry }) })).toBe(
          `table journal, entry ${seq}`,
        )
      }),
      { numRuns: 60 },
    )
  })

  test('with the entry that was deleted, the last one too', () => {
    for (const seq of [0, 1, 40, size - 1]) {
      expect(check({ journal: good.journal.toSpliced(seq, 1) })).toBe(`table journal, entry ${seq}`)
    }
    expect(check({ journal: [] })).toBe('table journal, entry 0')
  })

  test('with an entry that was added, renumbered or exchanged with another', () => {
    const last = row(good.journal, size - 1)
    expect(check({ journal: [...good.journal, { ...last, seq: size }] })).toBe(`table journal, entry ${size}`)
    expect(check({ journal: [...good.journal, { ...last, seq: -1 }] })).toBe('table journal, entry -1')
    expect(check({ journal: [...good.journal, { ...last, seq: size + 5 }] })).toBe(
      `table journal, entry ${size}`,
    )
    expect(check({ journal: replaced(good.journal, 9, { ...row(good.journal, 9), seq: size + 9 }) })).toBe(
      'table journal, entry 9',
    )
    const exchanged = replaced(replaced(good.journal, 4, { seq: 4, entry: row(good.journal, 5).entry }), 5, {
      seq: 5,
      entry: row(good.journal, 4).entry,
    })
    expect(check({ journal: exchanged })).toBe('table journal, entry 4')
  })

  test('with an added entry that breaks the order of the day', () => {
    const entry = encodeEntry({ type: 'ballot.cast', count: 81 }, size, Date.parse('2026-06-19T16:00:00Z'))
    expect(check({ journal: [...good.journal, { seq: size, entry }] })).toBe(
      `table journal, entry ${size} (ballot.cast)`,
    )
  })
})

describe('table checkpoints is named', () => {
  test('with the row in which any character was changed', () => {
    fc.assert(
      fc.property(fc.nat(size - 1), fc.nat(), fc.integer({ min: 1, max: 127 }), (i, at, bits) => {
        const { note, size: own } = row(good.checkpoints, i)
        const changed = Buffer.from(flipped(Buffer.from(note), at, bits)).toString('utf8')
        expect(check({ checkpoints: replaced(good.checkpoints, i, { size: own, note: changed }) })).toBe(
          `table checkpoints, size ${own}`,
        )
      }),
      { numRuns: 60 },
    )
  })

  test('with the row that was deleted, the last one too', () => {
    for (const i of [0, 1, 40, size - 1]) {
      expect(check({ checkpoints: good.checkpoints.toSpliced(i, 1) })).toBe(
        `table checkpoints, size ${i + 1}`,
      )
    }
    expect(check({ checkpoints: [] })).toBe('table checkpoints, size 1')
  })

  test('with a row that was added or exchanged, or a note with a line more', () => {
    const { note } = row(good.checkpoints, 7)
    expect(check({ checkpoints: [...good.checkpoints, { size: size + 1, note }] })).toBe(
      `table checkpoints, size ${size + 1}`,
    )
    expect(check({ checkpoints: [...good.checkpoints, { size: 0, note }] })).toBe('table checkpoints, size 0')
    expect(check({ checkpoints: replaced(good.checkpoints, 8, { size: 9, note }) })).toBe(
      'table checkpoints, size 9',
    )
    const line = `— someone.example ${Buffer.alloc(70, 1).toString('base64')}\n`
    expect(check({ checkpoints: replaced(good.checkpoints, 7, { size: 8, note: note + line }) })).toBe(
      'table checkpoints, size 8',
    )
    const foreign = { size: 5, note: notes(other)[4] ?? '' }
    expect(check({ checkpoints: replaced(good.checkpoints, 4, foreign) })).toBe('table checkpoints, size 5')
  })

  test('where an entry that could be legal has none, and both possibilities are said', () => {
    const event = { type: 'report.printed', report: 'minutes' } as const
    const entry = encodeEntry(event, size, Date.parse('2026-06-19T16:00:00Z'))
    const checked = checkRecords({ ...good, journal: [...good.journal, { seq: size, entry }] }, () => ok([]))
    expect(checked.ok ? '' : checked.error.where).toBe(`table checkpoints, size ${size + 1}`)
    expect(checked.ok ? '' : checked.error.what).toMatch(/deleted, or the entry added/)
  })
})

describe('table batches is named', () => {
  const [first] = good.batches
  if (first === undefined) throw new Error('a day without batches')
  test.each<[string, Records['batches'], number]>([
    ['a count changed', replaced(good.batches, 0, { ...first, count: 31 }), 1],
    ['a root changed', replaced(good.batches, 0, { ...first, root: flipped(first.root, 3, 1) }), 1],
    ['a row deleted', good.batches.slice(1), 1],
    ['the last row deleted', good.batches.slice(0, -1), good.batches.length],
    ['a row added', [...good.batches, { ...first, batch: 9 }], 9],
    ['a row renumbered', replaced(good.batches, 0, { ...first, batch: 9 }), 1],
  ])('with %s', (_, batches, batch) => {
    expect(check({ batches })).toBe(`table batches, batch ${batch}`)
  })
})

describe('table ballots is named', () => {
  const second = good.ballots.findIndex(({ batch }) => batch === 2)
  const ballot = row(good.ballots, second)
  test.each<[string, Records['ballots'], number]>([
    [
      'a ballot changed',
      replaced(good.ballots, second, { batch: 2, sealed: flipped(ballot.sealed, 50, 4) }),
      2,
    ],
    ['a ballot deleted', good.ballots.toSpliced(second, 1), 2],
    ['a ballot added', [...good.ballots, { batch: 2, sealed: flipped(ballot.sealed, 1, 1) }], 2],
    [
      'a ballot of another size',
      [...good.ballots.toSpliced(second, 1), { batch: 2, sealed: Buffer.alloc(3) }],
      2,
    ],
    ['a ballot in a batch that is none', [...good.ballots, { batch: 77, sealed: ballot.sealed }], 77],
    ['a ballot moved to another batch', replaced(good.ballots, second, { ...ballot, batch: 1 }), 1],
    ['no ballots at all', [], 1],
  ])('with %s', (_, ballots, batch) => {
    expect(check({ ballots })).toBe(`table ballots, batch ${batch}`)
  })
})

test('the records of another device or key are refused', () => {
  expect(check({ logKey: signerFromSeed(other.keys.log).publicKey })).toBe('table checkpoints, size 1')
  expect(check({ origin: other.origin })).toBe('table checkpoints, size 1')
})
