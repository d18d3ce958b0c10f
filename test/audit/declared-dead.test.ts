/** What two independent verifiers say of a station of which a device was declared dead by its officers, and of one that was so and closed. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { main } from '../../audit/cli.ts'
import { ISSUED_FILE } from '../../core/bundle/issued.ts'
import { sumTallies, tallyJson } from '../../core/election/tally.ts'
import type { JournalEvent } from '../../core/journal/catalogue.ts'
import { encodeEntry } from '../../core/journal/entry.ts'
import { sha256, toBase64 } from '../../core/keys/hash.ts'
import { shareFile } from '../../core/package/trustee-share.ts'
import { bundleFiles, issuedText, stationSheet, testFolder, writeFiles } from './files.ts'
import { makeStation, OPENING, type TestDevice, type TestStation } from './fixtures.ts'
import { run } from './run.ts'
import { differences, firstSays, secondSays } from './second-verifier.ts'
import { weakenedMain } from './weakened/weaken.ts'

const OFFICERS = (['executive', 'supervisory'] as const).map((role) => ({
  role,
  certificate: toBase64(sha256(Buffer.from(role))),
}))

/** The device with this behind its last entry. */
function declaring(device: TestDevice, dead: string): TestDevice {
  const event: JournalEvent = { type: 'device.declared_dead', device: dead, by: OFFICERS }
  const seq = device.entries.length
  return { ...device, entries: [...device.entries, encodeEntry(event, seq, OPENING + 60_000 * seq)] }
}

type Files = Parameters<typeof bundleFiles>[2]

/** Bundles of some devices, and the check-in's count. */
function write(
  station: TestStation,
  devices: readonly (readonly [TestDevice, Files?])[],
  issued: number,
): { readonly bundles: string; readonly shares: readonly string[] } {
  const folder = testFolder()
  const bundles = join(folder, 'bundles')
  mkdirSync(bundles)
  for (const [device, changed] of devices)
    writeFiles(
      join(bundles, device.id),
      bundleFiles({ ...station, devices: devices.map(([one]) => one) }, device, changed),
    )
  const counts = new Map([[ISSUED_FILE, Buffer.from(issuedText(station, { issued, returned: 1 }))]])
  writeFiles(join(bundles, 'check-in'), counts)
  const shares = station.shares.slice(0, 3).flatMap((share, i) => {
    const path = join(folder, `share-${i}.json`)
    writeFileSync(path, shareFile(share, station.electionPackage))
    return ['--share', path]
  })
  return { bundles, shares }
}

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
    const { bundles, shares } = write(large, [[a], [declaring(b, c.id)]], 109)
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
    const { bundles } = write(large, [[a], [declaring(b, c.id)]], 109)
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
    const { bundles } = write(large, [[a], [declaring(b, c.id)], [c]], 109)
    const { verdict, codes } = await bothSay('verify', bundles)
    expect([verdict, codes]).toEqual(['does not hold', ['declared.closed d-03']])
  })

  test('explains no more ballots than were issued, and no other missing device', async () => {
    const tooMany = write(large, [[a], [declaring(b, c.id)]], 75)
    expect((await bothSay('verify', tooMany.bundles)).codes).toEqual(['station.issued station s-1'])
    const other = write(large, [[declaring(b, c.id)]], 109)
    expect((await bothSay('verify', other.bundles)).codes).toEqual(['station.device-missing station s-1'])
  })

  test('is no other than a neighbour', async () => {
    for (const named of [b.id, 'd-99']) {
      const { bundles } = write(large, [[a], [declaring(b, named)], [c]], 109)
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
  const sheet = (devices: readonly TestDevice[], without: readonly string[]): Files => ({
    'station-sheet.json': stationSheet({ ...few, devices }, { without, tally: sum(...devices) }),
  })

  test('without the one that is dead is checked against the ballots of the others', async () => {
    const { bundles, shares } = write(few, [[a, sheet([a, b], [c.id])], [declaring(b, c.id)]], 13)
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
    const given = isDeclared
      ? [[a, sheet(devices, without)], [second]]
      : [[a, sheet(devices, without)], [second], [c]]
    const { bundles } = write(few, given as [TestDevice, Files?][], 13)
    expect((await bothSay('verify', bundles)).codes).toEqual(['station.sheet d-01/station-sheet.json'])
  })
})
