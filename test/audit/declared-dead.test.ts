/** What two independent verifiers say of a station of which a device was declared dead by its officers, and of one that was so and closed. */
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { main } from '../../audit/cli.ts'
import { sumTallies, tallyJson } from '../../core/election/tally.ts'
import { claimedBy, declaring, type Given, writeGiven } from './dead-station.ts'
import { stationSheet } from './files.ts'
import { makeStation, type TestDevice, type TestStation } from './fixtures.ts'
import { run } from './run.ts'
import { differences, firstSays, secondSays } from './second-verifier.ts'
import { weakenedMain } from './weakened/weaken.ts'
import { figuresOf, page, written } from './written-report.ts'

/** What both verifiers say; they have to say the same. */
async function bothSay(...words: readonly string[]) {
  const first = await firstSays(words)
  const [second] = secondSays([words])
  expect([second?.exitCode, second?.findings]).toEqual([first.exitCode, first.findings])
  const rest = (told: unknown) => ({ ...(told as object), findings: [] })
  expect(differences(rest(first.told), rest(second?.told))).toEqual([])
  const { verdict, missing, stations } = first.told as {
    verdict: string
    missing: readonly string[]
    stations: readonly {
      sheet: string | null
      contests: readonly { valid: number; blank: number }[] | null
    }[]
  }
  const codes = first.findings.map((finding) => finding.replaceAll(/\S+\/bundles\//g, ''))
  return { verdict, missing, stations, codes }
}

const large = makeStation('a dead device beside large ones', { casts: [40, 35, 33] })
const few = makeStation('a dead device beside small ones', { casts: [5, 4, 3] })
const of = (station: TestStation) => station.devices as [TestDevice, TestDevice, TestDevice]

describe('a device that its officers declared dead', () => {
  const [a, b, c] = of(large)
  const at = `${declaring(b, c.id).entries.length - 1}`

  test('is missing, by whose word and since when; what was given holds, and is counted', async () => {
    const { bundles, shares } = writeGiven(large, [[a], [declaring(b, c.id)]], 109)
    const verified = await bothSay('verify', bundles)
    expect([verified.verdict, verified.codes]).toEqual(['holds for what was given', []])
    expect(verified.missing).toEqual([
      expect.stringMatching(
        /^device d-03 of station s-1 \(declared dead at d-02 2026-06-19T\S+Z by executive and supervisory\)$/,
      ),
    ])
    const opened = await bothSay('open', ...shares, bundles)
    expect(opened.missing).toEqual(verified.missing)
    const [council] = opened.stations[0]?.contests ?? []
    expect((council?.valid ?? 0) + (council?.blank ?? 0)).toBe(75)
    const { out } = await run(main, 'verify', bundles)
    expect(out.split('\n')[0]).toContain('HOLDS for what was given')
    expect(out).toContain('declared dead at d-02')
    const { out: persian } = await run(main, 'explain', join(bundles, 'd-02'), '--language', 'fa')
    expect(persian).toContain('از کار افتاد و هرگز بسته نشد')
  })

  test('is taken for counted by no verifier; one that does is shown', async () => {
    const { bundles } = writeGiven(large, [[a], [declaring(b, c.id)]], 109)
    const weakened = await weakenedMain([
      {
        file: 'audit/verify/facts.ts',
        line: '    missing,\n',
        by: '    missing: missing.filter((id) => !declared.some(({ device }) => device === id)),\n',
      },
    ])
    expect((await run(weakened, 'verify', bundles)).out).toMatch(/^HOLDS: /)
    expect((await run(main, 'verify', bundles)).out).toMatch(/^HOLDS for what was given: /)
  })

  test('and closed is two truths, and its bundle is named', async () => {
    const { bundles } = writeGiven(large, [[a], [declaring(b, c.id)], [c]], 109)
    const { verdict, codes } = await bothSay('verify', bundles)
    expect([verdict, codes]).toEqual(['does not hold', ['declared.closed d-03']])
  })

  test('explains no more ballots than were issued, and no other missing device', async () => {
    const tooMany = writeGiven(large, [[a], [declaring(b, c.id)]], 75)
    expect((await bothSay('verify', tooMany.bundles)).codes).toEqual(['station.issued station s-1'])
    const other = writeGiven(large, [[declaring(b, c.id)]], 109)
    expect((await bothSay('verify', other.bundles)).codes).toEqual(['station.device-missing station s-1'])
  })

  describe('and had claimed cards', () => {
    const dead: Given = [[a], [declaring(b, c.id)]]

    test('leaves its voters other cards, of which the count says how many', async () => {
      const { bundles } = writeGiven(large, dead, 109, [claimedBy(c.origin, 2)])
      const { verdict, codes } = await bothSay('verify', bundles)
      expect([verdict, codes]).toEqual(['holds for what was given', []])
      expect((await run(main, 'verify', bundles)).out).toContain(
        '2 of those issued in the place of cards that a dead device had claimed, by the decision of two officers',
      )
      const { out } = await written([bundles])
      expect(page(out)).toMatch(/; of those issued, <span [^>]*>2<\/span> in the place of cards/)
      expect(figuresOf(out).figures).toContainEqual(expect.objectContaining({ rule: 'again', value: 2 }))
      expect(page((await written([bundles, '--language', 'fa'])).out)).toMatch(/؛ از اجازه‌ها <span [^>]*>۲</)
    })

    test('leaves them none where its journal, or anybody else’s, can be read, and none where nobody declared it dead', async () => {
      const wrong = [
        writeGiven(large, dead, 109, [claimedBy(a.origin, 1)]),
        writeGiven(large, [[a], [b], [c]], 109, [claimedBy('of nobody here', 1)]),
        // Their authorizations must be among those that were spent nowhere.
        writeGiven(large, dead, 77, [claimedBy(c.origin, 2)]),
      ]
      for (const { bundles } of wrong)
        expect((await bothSay('verify', bundles)).codes).toEqual(['station.issued station s-1'])
      expect(
        (await bothSay('verify', writeGiven(large, dead, 78, [claimedBy(c.origin, 2)]).bundles)).codes,
      ).toEqual([])
    })

    test('is taken for alive by an audit that does not look', async () => {
      const { bundles } = writeGiven(large, dead, 109, [claimedBy(a.origin, 1)])
      const weakened = await weakenedMain([
        {
          file: 'audit/verify/check-in.ts',
          line: "  if (problem !== undefined) return refuse('station.issued', where, problem, EXPLAIN)\n",
          by: '',
        },
      ])
      expect((await run(weakened, 'verify', bundles)).out).toMatch(/^HOLDS for what was given: /)
    })
  })

  test('is no other than a neighbour', async () => {
    for (const named of [b.id, 'd-99']) {
      const { bundles } = writeGiven(large, [[a], [declaring(b, named)], [c]], 109)
      expect((await bothSay('verify', bundles)).codes).toEqual([
        `declared.device d-02/journal.jsonl entry ${at}`,
      ])
    }
  })
})

describe('the sheet of a station', () => {
  const [a, b, c] = of(few)
  const { definition } = few.electionPackage
  const sum = (...devices: readonly TestDevice[]) =>
    tallyJson(
      definition,
      sumTallies(
        definition,
        devices.map(({ tally }) => tally),
      ),
    )
  const sheet = (devices: readonly TestDevice[], without: readonly string[]): Given[number][1] => ({
    'station-sheet.json': stationSheet({ ...few, devices }, { without, tally: sum(...devices) }),
  })

  test('without the one that is dead is checked against the ballots of the others', async () => {
    const { bundles, shares } = writeGiven(few, [[a, sheet([a, b], [c.id])], [declaring(b, c.id)]], 13)
    const opened = await bothSay('open', ...shares, bundles)
    expect([opened.verdict, opened.codes]).toEqual(['holds for what was given', []])
    expect(opened.stations[0]).toMatchObject({ sheet: 'equal', contests: expect.any(Array) })
  })

  test.each([
    ['says that one is dead which nobody declared', [a, b], [c.id], false],
    ['counts the one that is dead', [a, b, c], [], true],
    ['leaves one out and says nothing of it', [a, b], [], true],
    ['counts one and says it is dead', [a, b, c], [c.id], true],
  ] as const)('that %s is refused', async (_, devices, without, isDeclared) => {
    const second = isDeclared ? declaring(b, c.id) : b
    const given: Given = isDeclared
      ? [[a, sheet(devices, without)], [second]]
      : [[a, sheet(devices, without)], [second], [c]]
    const { bundles } = writeGiven(few, given, 13)
    expect((await bothSay('verify', bundles)).codes).toEqual(['station.sheet d-01/station-sheet.json'])
  })
})
