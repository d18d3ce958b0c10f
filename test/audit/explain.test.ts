import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { main } from '../../audit/cli.ts'
import { persianDigits } from '../../core/text/persian.ts'
import { eventfulStation } from './eventful-station.ts'
import { testFolder, writeStation } from './files.ts'
import { makeStation } from './fixtures.ts'
import { run } from './run.ts'
import { blindToControls, weakenedMain } from './weakened/weaken.ts'

const { bundles } = writeStation(eventfulStation())
const bundle = join(bundles, 'd-01')
const explain = (...args: string[]) => run(main, 'explain', ...args)

/** A copy of the eventful device's bundle that a test may spoil. */
function spoiled(spoil: (folder: string) => void): string {
  const folder = join(testFolder(), 'd-01')
  cpSync(bundle, folder, { recursive: true })
  spoil(folder)
  return folder
}

function edit(folder: string, file: string, change: (text: string) => string): void {
  const path = join(folder, file)
  writeFileSync(path, change(readFileSync(path, 'utf8')))
}

describe('the story of a day', () => {
  test('begins with the verdict and ends with what was not verified', async () => {
    const { exitCode, out, err } = await explain(bundle)
    expect([exitCode, err]).toEqual([0, ''])
    expect(out).toMatch(/^HOLDS: the bundle of device d-01 of station s-1, شعبهٔ یک\n/)
    expect(out).toMatch(/\ntally not verified: that needs the paper or the trustees\n$/)
  })

  test.each([
    ['polling day and zone', 'polling day 2026-06-19 (1405/03/29), times of Asia/Tehran'],
    ['counts', '80 ballots, 1 void slip, 2 batches sealed, 111 journal entries'],
    ['opening', '07:54  Polls opened by executive 4bf5122f… and supervisory dbc1b4c9…'],
    ['the zero report', '07:54  The zero report was printed'],
    ['who resumed, after how long', 'Executive card 4bf5122f…, Supervisory card dbc1b4c9… (after 6 min)'],
    ['ballots by the hour', '08:00–09:00    11  █'],
    ['an hour without any', '12:00–13:00     0\n'],
    ['a silence', '11:50–13:05  (1 h 15 min)'],
    ['a restart', 'restarts: 1\n'],
    ['a pause', 'stopped 14:15 to 14:28 (13 min): tampering'],
    ['a lost part', 'Printer: lost 09:33 to 09:37 (4 min)'],
    ['the printer', 'printer: out of paper'],
    ['tampering', 'tampering: chassis opened at 14:15'],
    ['wrong PINs', 'wrong PINs: 1\n'],
    ['cards refused', '2  used already\n  1  could not be read\n  1  forged'],
    ['a second program', 'program sandogh 0.1.0, 791fdaeb… '],
    ['the clock', 'went back before entry 74'],
    [
      'closing',
      'Polls closed for good by executive 4bf5122f… and supervisory dbc1b4c9…: 80 ballots, 1 void slip',
    ],
    ['what is in the box', '81 slips in the box'],
    ['what remained', 'all 80 ballots in 2 sealed batches; no ballot waits'],
  ])('tells %s', async (_, words) => {
    expect((await explain(bundle)).out).toContain(words)
  })

  test('draws the day in lines that no terminal turns around', async () => {
    for (const language of ['en', 'fa']) {
      const lines = (await explain(bundle, '--language', language)).out.split('\n')
      const at = lines.findIndex((line) => line.includes('██▒▒██'))
      const picture = lines.slice(at - 1, at + 3)
      expect(picture[1]).toBe('     ██████████▒▒██████████████▒███████')
      expect(picture[3]).toBe('      P     L  R               T   A')
      // No strong right-to-left character (UAX #9, P2): the paragraph runs from left to right.
      expect(picture.join('')).not.toMatch(/[\u0590-\u06ef\u06fa-\u08ff]/)
    }
  })

  test('says the same in Persian: its digits, the solar date, Latin parts isolated', async () => {
    const { exitCode, out } = await explain(bundle, '--language', 'fa')
    expect(exitCode).toBe(0)
    expect(out).toMatch(
      /^تأیید می‌شود: پروندهٔ دستگاه \u2066d-01\u2069 از شعبهٔ \u2066s-1\u2069، \u2068شعبهٔ یک\u2069\n/,
    )
    expect(out).toContain('روز رأی‌گیری ۱۴۰۵/۰۳/۲۹')
    expect(out).toContain(`${persianDigits('07:54')}  گزارش صفر چاپ شد`)
    expect(out).toContain('کارت هیئت اجرایی \u20664bf5122f…\u2069')
    // Every digit of a figure is Persian; Latin ones stand in isolated names and hashes.
    const outside = out.replace(/\u2066[^\u2069]*\u2069/g, '').replace('SHA-256', '')
    expect(outside).not.toMatch(/[0-9]/)
    expect([...out.matchAll(/[\u2066\u2068]/g)]).toHaveLength([...out.matchAll(/\u2069/g)].length)
  })

  test('as JSON tells half hours, and no ballot by itself', async () => {
    const { out } = await explain(bundle, '--json')
    const json = JSON.parse(out)
    expect(json).toMatchObject({ verdict: 'holds', device: 'd-01', station: 's-1', stopped: null })
    expect(json.story).toMatchObject({
      ballots: 80,
      voidSlips: 1,
      waiting: 0,
      refusedCards: { 'already-used': 2 },
    })
    expect(json.story.halfHours).toHaveLength(48)
    expect(json.story.halfHours.reduce((sum: number, ballots: number) => sum + ballots, 0)).toBe(80)
    expect(out).not.toContain('ballot.cast')
  })
})

test('times of a zone that this computer does not know are told in UTC', async () => {
  const elsewhere = writeStation(eventfulStation({ timeZone: 'Mars/Olympus' })).bundles
  const { exitCode, out } = await explain(join(elsewhere, 'd-01'))
  expect(exitCode).toBe(0)
  expect(out).toContain('polling day 2026-06-19 (1405/03/29), times of UTC')
  expect(out).toContain('04:24  The zero report was printed')
})

describe('the story of a device whose clock was wrong', () => {
  // The opening and all before it two days early, the rest right; the other device a year early from its first entry on.
  const clock = (device: number, seq: number) => (device === 1 ? -365 : seq < 3 ? -2 : 0) * 24 * 3600
  const wrong = writeStation(makeStation('wrong clock', { casts: [40, 40], clock })).bundles

  test('tells the date of every time that is not of the polling day', async () => {
    const { exitCode, out } = await explain(join(wrong, 'd-01'))
    expect(exitCode).toBe(0)
    expect(out).toMatch(/polls open from 2026-06-17 \d\d:\d\d to \d\d:\d\d \(/)
    expect(out).toMatch(/\n {2}2026-06-17 \d\d:\d\d {2}The zero report was printed\n/)
    expect(out).toMatch(/\n {2}\d\d:\d\d {2}The minutes were printed\n/)
    const year = (await explain(join(wrong, 'd-02'))).out
    expect(year).toMatch(/\n {2}2025-06-19 \d\d:\d\d {2}The minutes were printed\n/)
    expect(year).not.toMatch(/\n {2}\d\d:\d\d {2}/)
    expect(year).toMatch(/\nBallots by hour\n {2}40 ballots on another day than the polling day/)
  })

  test('does so in the calendar of its language', async () => {
    const { out } = await explain(join(wrong, 'd-01'), '--language', 'fa')
    expect(out).toMatch(/\n {2}۱۴۰۵\/۰۳\/۲۷ [۰-۹]{2}:[۰-۹]{2} {2}گزارش صفر چاپ شد\n/)
    expect(out).not.toContain('2026')
  })
})

test('a Gregorian date among Persian is isolated, so that its parts stay in their order', async () => {
  const folder = spoiled((copy) => writeFileSync(join(copy, 'package.json'), '{}'))
  for (const of of [bundle, folder])
    expect((await explain(of, '--language', 'fa')).out).toContain('\u2066۲۰۲۶-۰۶-۱۹\u2069')
})

describe('a bundle that does not hold', () => {
  test('is told first as such, then as far as it can be read', async () => {
    const folder = spoiled((copy) =>
      edit(copy, 'journal.jsonl', (text) => text.replace('"count":40,', '"count":41,')),
    )
    const { exitCode, out } = await explain(folder)
    expect(exitCode).toBe(1)
    expect(out).toMatch(/^DOES NOT HOLD: .*journal\.jsonl entry \d+ \(ballot\.cast\): .*\(bundle\.entry\)\n/)
    expect(out).toContain('a journal that nobody vouches for')
    expect(out).toContain('39 ballots, 1 void slip')
    expect(out).toMatch(/It cannot be read from here on: .*journal\.jsonl entry \d+ .*count 41 after 39/)
    // What a journal that breaks off does not say is not guessed.
    expect(out).not.toContain('never closed')
    expect(out).not.toContain('What remained')
    expect((await explain(folder, '--language', 'fa')).out).toMatch(/^تأیید نمی‌شود: /)
  })

  test.each<[string, (folder: string) => void, RegExp]>([
    [
      'a changed ballot box',
      (f) => edit(f, 'batches.jsonl', (text) => text.replace(/[A-Z]/, 'a')),
      /111 journal entries/,
    ],
    ['no journal', (f) => rmSync(join(f, 'journal.jsonl')), /There is no journal that can be read/],
    [
      'an empty journal',
      (f) => writeFileSync(join(f, 'journal.jsonl'), ''),
      /There is no journal that can be read/,
    ],
    [
      'a cut last line',
      (f) => edit(f, 'journal.jsonl', (text) => text.slice(0, -9)),
      /cannot be read from here on: .*entry 110/,
    ],
    [
      'bytes in place of text',
      (f) => writeFileSync(join(f, 'journal.jsonl'), Buffer.from([0xff, 0x0a, 0])),
      /no journal that can/,
    ],
    [
      'no package that opens',
      (f) => writeFileSync(join(f, 'package.json'), '{}'),
      /times are UTC, of 2026-06-19/,
    ],
    ['a link in place of a file', (f) => rmSync(join(f, 'leaves.bin')), /leaves\.bin/],
  ])('with %s', async (_, spoil, words) => {
    const { exitCode, out, err } = await explain(spoiled(spoil))
    expect([exitCode, err]).toEqual([1, ''])
    expect(out).toMatch(/^DOES NOT HOLD: /)
    expect(out).toMatch(words)
  })
})

test('a journal that somebody filled with faults is told in as many lines as one reads', async () => {
  const folder = spoiled((copy) =>
    edit(copy, 'journal.jsonl', (text) => {
      const [first, ...lines] = text.split('\n')
      const faults = Array.from({ length: 100_000 }, (_, i) => {
        const type = i % 2 === 0 ? 'line.lost' : 'line.restored'
        return `{"at":"2026-06-19T06:00:00Z","peripheral":"printer","seq":${i + 1},"type":"${type}"}`
      })
      return [first, ...faults, ...lines].join('\n')
    }),
  )
  const { exitCode, out } = await explain(folder)
  expect(exitCode).toBe(1)
  expect(out).toContain('… and 99701 more events')
  expect(out).toContain('… and 49980 more')
  expect(out.split('\n').length).toBeLessThan(400)
})

describe("a device's own words", () => {
  const HOSTILE = 'printer \u202e\u009b31m'
  const written = writeStation(eventfulStation({}, HOSTILE)).bundles

  test('turn nothing around on a terminal, and send it no command', async () => {
    for (const verb of ['explain', 'diff'])
      for (const at of verb === 'diff' ? [written] : [join(written, 'd-01')]) {
        const { exitCode, out } = await run(main, verb, at)
        expect(exitCode).toBe(0)
        expect(out).not.toMatch(/[\u202e\u009b]/)
      }
    expect((await run(main, 'diff', written)).out).toContain('printer <U+202E><U+009B>31m')
  })

  test('would, were they not looked at', async () => {
    const weak = await weakenedMain([blindToControls])
    expect((await run(weak, 'diff', written)).out).toContain(HOSTILE)
  })
})
