import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { main, usage } from '../../audit/cli.ts'
import { catalogueMarkdown } from '../../core/journal/catalogue-document.ts'
import { toBase64 } from '../../core/keys/hash.ts'
import { testFolder, writeDatabase, writeStation } from './files.ts'
import { makeStation } from './fixtures.ts'
import { run } from './run.ts'

const station = makeStation('command line', { casts: [8, 4] })
const { bundles, shares } = writeStation(station)
const key = toBase64(station.authority.publicKey)
const audit = (...args: string[]) => run(main, ...args)
const three = shares.slice(1, 4).flatMap((share) => ['--share', share])

/** A copy of the bundles that a test may spoil. */
function spoiled(spoil: (folder: string) => void): string {
  const folder = join(testFolder(), 'bundles')
  cpSync(bundles, folder, { recursive: true })
  spoil(folder)
  return folder
}

describe('sandogh audit verify', () => {
  test('says that the station holds, device by device, and what it cannot know', async () => {
    const { exitCode, out, err } = await audit('verify', bundles)
    expect([exitCode, err]).toEqual([0, ''])
    expect(out).toMatch(/^HOLDS: 2 bundles, 1 station, 12 ballots\n/)
    expect(out).toMatch(/d-01 +\d+ +8 +1 +9 +\d +2026-06-19T18:23:20Z/)
    expect(out).toContain('check-in: 13 issued, 12 ballots, 1 returned')
    expect(out).toMatch(/compare its SHA-256 fingerprint .*\n {2}[0-9a-f]{64}\n/)
    expect(out).toMatch(/tally not verified: that needs the paper or the trustees\n$/)
  })

  test('asks for no comparison when the key was given, and says it all as JSON too', async () => {
    const { exitCode, out } = await audit('verify', bundles, '--authority', key, '--json')
    expect(exitCode).toBe(0)
    expect(JSON.parse(out)).toMatchObject({
      verdict: 'holds',
      missing: [],
      stations: [
        {
          station: 's-1',
          devices: [
            { device: 'd-01', ballots: 8, totals: 'sealed' },
            { device: 'd-02', ballots: 4, totals: 'sealed' },
          ],
          sheet: { device: 'd-01' },
        },
      ],
      tally: 'tally not verified: that needs the paper or the trustees',
    })
    expect((await audit('verify', bundles, '--authority', key)).out).not.toContain('fingerprint')
  })

  test('takes one bundle, names what is missing in the first line, and does not end as if it were all', async () => {
    const { exitCode, out } = await audit('verify', join(bundles, 'd-02'))
    expect(exitCode).toBe(3)
    expect(out.split('\n')[0]).toBe(
      'HOLDS for what was given: 1 bundle, 1 station, 4 ballots; missing: device d-01 of station s-1, the check-in of station s-1',
    )
  })

  test('names the entry in which a byte was changed, with exit code 1', async () => {
    const folder = spoiled((copy) => {
      const path = join(copy, 'd-01', 'journal.jsonl')
      writeFileSync(path, readFileSync(path, 'utf8').replace('"count":5,', '"count":6,'))
    })
    const { exitCode, out } = await audit('verify', folder)
    expect(exitCode).toBe(1)
    expect(out).toMatch(/^DOES NOT HOLD: .*d-01\/journal\.jsonl entry \d+ \(ballot\.cast\): /)
    const json = JSON.parse((await audit('verify', folder, '--json')).out)
    expect(json).toMatchObject({ verdict: 'does not hold', findings: [{ code: 'bundle.entry' }] })
  })

  test.each<[string, (folder: string) => void, string]>([
    ['a missing file', (f) => rmSync(join(f, 'd-01', 'leaves.bin')), 'd-01/leaves.bin'],
    ['a missing manifest', (f) => rmSync(join(f, 'd-01', 'manifest.json')), 'd-01/manifest.json'],
    ['no tally at all', (f) => rmSync(join(f, 'd-02', 'sealed-tally.json')), 'd-02/tally.json'],
    [
      'two tallies',
      (f) => writeFileSync(join(f, 'd-02', 'tally.json'), readFileSync(join(f, 'd-02', 'sealed-tally.json'))),
      'd-02/sealed-tally.json',
    ],
    ['its sheet missing', (f) => rmSync(join(f, 'd-01', 'station-sheet.json')), 'd-01/station-sheet.json'],
    [
      'the sheet in the wrong bundle',
      (f) => cpSync(join(f, 'd-01', 'station-sheet.json'), join(f, 'd-02', 'station-sheet.json')),
      'd-02/station-sheet.json',
    ],
    ['a file more', (f) => writeFileSync(join(f, 'd-02', 'notes.txt'), ''), 'd-02/notes.txt'],
    ['a hidden file more', (f) => writeFileSync(join(f, 'd-02', '.x'), ''), 'd-02/.x'],
    ['a file more at the check-in', (f) => writeFileSync(join(f, 'check-in', 'x'), ''), 'check-in/x'],
    [
      'a link in place of a file',
      (f) => {
        const path = join(f, 'd-01', 'sealed-tally.json')
        rmSync(path)
        symlinkSync(join(bundles, 'd-01', 'sealed-tally.json'), path)
      },
      'd-01/sealed-tally.json',
    ],
    [
      'a folder in place of a file',
      (f) => {
        rmSync(join(f, 'd-01', 'checkpoint'))
        mkdirSync(join(f, 'd-01', 'checkpoint'))
      },
      'd-01/checkpoint',
    ],
    [
      'the bundles of two devices exchanged in part',
      (f) => cpSync(join(bundles, 'd-02', 'checkpoint'), join(f, 'd-01', 'checkpoint')),
      'd-01/checkpoint',
    ],
    ['a bundle missing', (f) => rmSync(join(f, 'd-02'), { recursive: true }), 'station s-1'],
  ])('does not hold with %s', async (_, spoil, place) => {
    const { exitCode, out } = await audit('verify', spoiled(spoil))
    expect(out.split('\n')[0]).toContain(place)
    expect(out).toMatch(/^DOES NOT HOLD: /)
    expect(exitCode).toBe(1)
  })

  test('takes the database of a device with the package beside it', async () => {
    const path = join(testFolder(), 'device.db')
    const [device] = station.devices
    if (device === undefined) throw new Error('a station without devices')
    writeDatabase(station, device, path)
    const packageFile = join(bundles, 'd-01', 'package.json')
    const { exitCode, out } = await audit('verify', path, '--package', packageFile)
    expect(exitCode).toBe(0)
    expect(out).toMatch(/^HOLDS: database of device d-01 of station s-1\n/)
    expect(await audit('verify', path)).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('--package'),
    })
    expect((await audit('verify', packageFile, '--package', packageFile)).exitCode).toBe(2)
  })
})

describe('sandogh audit open', () => {
  test('recounts, and prints votes by code beside the verdict', async () => {
    const { exitCode, out } = await audit('open', ...three, bundles)
    expect(exitCode).toBe(0)
    expect(out).toMatch(
      /^HOLDS: 12 ballots opened and recounted, equal to the committed tally of 2 devices\n/,
    )
    expect(out).toMatch(/d-01 +8 +0 +equal/)
    expect(out).toMatch(/101 +\d+ +نامزد 101/)
    const json = JSON.parse((await audit('open', ...three, bundles, '--json')).out)
    expect(json).toMatchObject({ verdict: 'holds', findings: [], missing: [] })
    const counts = station.devices.map(({ tally }) => tally[0]?.valid ?? 0)
    expect(json.contests[0].valid).toBe((counts[0] ?? 0) + (counts[1] ?? 0))
  })

  test('says no with exit code 1 when a device committed to another tally', async () => {
    const lying = makeStation('lying', {
      casts: [9],
      falsify: (tally) =>
        tally.map((contest, i) => {
          const [a = 0, b = 0, ...rest] = contest.options
          return i === 0 && a > 0 ? { ...contest, options: [a - 1, b + 1, ...rest] } : contest
        }),
    })
    const written = writeStation(lying)
    const given = written.shares.slice(0, 3).flatMap((share) => ['--share', share])
    const { exitCode, out } = await audit('open', ...given, written.bundles)
    expect(exitCode).toBe(1)
    expect(out).toMatch(
      /^DOES NOT HOLD: .*d-01: its ballots do not add up to its committed tally\n.* \(tally\.recount\)\n/,
    )
    expect(out).toMatch(/d-01 +9 +0 +UNEQUAL/)
  })

  test('opens nothing that does not hold', async () => {
    const folder = spoiled((copy) => writeFileSync(join(copy, 'd-01', 'checkpoint'), ''))
    const { exitCode, out } = await audit('open', ...three, folder)
    expect(exitCode).toBe(1)
    expect(out).not.toContain('votes')
  })

  test('refuses shares that cannot open it with exit code 2', async () => {
    const two = await audit('open', ...three.slice(0, 4), bundles)
    expect(two).toMatchObject({ exitCode: 2, out: '' })
    expect(two.err).toContain('two shares where three are needed')
    const other = writeStation(makeStation('other', { casts: [1], election: 'other' }))
    const foreign = await audit('open', ...three.slice(0, 4), '--share', other.shares[0] ?? '', bundles)
    expect(foreign).toMatchObject({ exitCode: 2, err: expect.stringContaining('share.other-election') })
    const nowhere = await audit('open', '--share', join(bundles, 'none'), bundles)
    expect(nowhere).toMatchObject({ exitCode: 2, err: expect.stringContaining('none') })
  })
})

test('sandogh audit events prints the catalogue', async () => {
  expect(await audit('events')).toEqual({ exitCode: 0, out: catalogueMarkdown(), err: '' })
})

describe('bad input ends with exit code 2 and words', () => {
  test('bundles of two elections', async () => {
    const other = writeStation(makeStation('command line', { casts: [8, 4], election: 'other-1405' }))
    const { exitCode, err } = await audit('verify', bundles, join(other.bundles, 'd-01'))
    expect(exitCode).toBe(2)
    expect(err).toContain('another election package')
  })

  test('a folder that is not there, is empty or is a file', async () => {
    const empty = testFolder()
    for (const path of [join(empty, 'nowhere'), empty, shares[0] ?? '']) {
      const { exitCode, err } = await audit('verify', path, bundles)
      expect(exitCode).toBe(2)
      expect(err).toContain(path)
    }
    expect((await audit('verify', join(bundles, 'check-in'))).exitCode).toBe(2)
  })

  test('a command that is none', async () => {
    for (const args of [
      [],
      ['judge'],
      ['explain'],
      ['explain', bundles],
      ['explain', join(bundles, 'd-01'), join(bundles, 'd-02')],
      ['explain', join(bundles, 'd-01'), '--language', 'ar'],
      ['diff'],
      ['diff', join(bundles, 'd-01')],
      ['diff', bundles, '--language', 'fa'],
      ['report', bundles],
      ['report', '--out', join(bundles, 'new')],
      ['report', bundles, '--out', join(bundles, 'new'), '--language', 'english'],
      ['verify'],
      ['verify', bundles, '--loud'],
      ['verify', bundles, '--authority', 'AAAA'],
      ['verify', bundles, '--package', 'x'],
      ['open', bundles],
      ['open', '--share', shares[0] ?? ''],
      ['events', 'all'],
    ]) {
      const { exitCode, err, out } = await audit(...args)
      expect([exitCode, out]).toEqual([2, ''])
      expect(err).toContain('sandogh audit --help')
    }
    expect(await audit('--help')).toMatchObject({ exitCode: 0, out: usage })
  })
})
