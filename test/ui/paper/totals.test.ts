import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseDefinition } from '../../../core/election/definition.ts'
import { candidateVotes, emptyTally, type Tally } from '../../../core/election/tally.ts'
import { persianDigits } from '../../../core/text/persian.ts'
import { installedFontFiles, measureWith, registerFonts } from '../../../ui/fonts.ts'
import { totalsDocument } from '../../../ui/paper/document.ts'
import {
  codeLayout,
  codesLayout,
  type TotalsData,
  totalsLayouts,
  typedLayouts,
} from '../../../ui/paper/totals.ts'
import { stringsIn } from '../../../ui/strings.ts'
import { MAX_PICTURE_HEIGHT } from '../../../ui/tokens.ts'
import {
  councilContest,
  listsContest,
  testDefinition,
  testDefinitionWithLists,
} from '../../fixtures/definition.ts'
import { expectOnPaper, lines, texts, valueBeside } from './words.ts'

const fonts = registerFonts(installedFontFiles())
const measure = measureWith(fonts)
const definition = testDefinitionWithLists()
const station = definition.stations[0]
if (station === undefined) throw new Error('no station')
const ROOT = 'WoSpqaVZ70yb4wa7vZ/sjt9R3QuiCsC0A5UY3UUQW/I='
const LONG =
  'سید محمدرضا حسینی‌نژاد طباطبایی یزدی فرزند علی‌اکبر معروف به مهندس حسینی نماینده پیشین مردم و کارشناس ارشد شهرسازی'
const { paper } = stringsIn('fa')

const ofDevice: TotalsData = {
  definition,
  station,
  of: 'device',
  device: 'device-2',
  without: [],
  ballots: 122,
  tally: [
    {
      valid: 118,
      blank: 4,
      options: [61, 36, 26, 85, 39, 19, 33, 74, 67, 87, 21, 37, 68, 77, 64, 62, 12, 7],
    },
  ],
  printedAt: Date.parse('2026-06-19T20:35:00Z'),
  checkpoint: { size: 731, rootBase64: ROOT },
  codes: ['SANDOGH1 ONE', 'SANDOGH1 TWO'],
  typedLines: ['01 WWWWW WWWWW WWWWW WW', '02 WWWWW WW'],
}
const ofStation: TotalsData = { ...ofDevice, of: 'station' }

/** More than any station's ballots; a name beside ten digits may take a second line. */
const count = fc.nat({ max: 9_999_999 })
const tallies: fc.Arbitrary<Tally> = fc.tuple(
  fc.record({ valid: count, blank: count, options: fc.array(count, { minLength: 18, maxLength: 18 }) }),
)

describe('the page of results', () => {
  it('gives every candidate and list with its code in Persian and Latin digits and its votes', () => {
    fc.assert(
      fc.property(tallies, fc.constantFrom(ofDevice, ofStation), (tally, data) => {
        const [counts] = tally
        if (counts === undefined) throw new Error('no contest')
        const layouts = totalsLayouts({ ...data, tally }, measure)
        const all = lines(layouts)
        const votes = [...candidateVotes(listsContest, counts), ...counts.options.slice(16)]
        for (const [i, { code, name }] of [...listsContest.candidates, ...listsContest.lists].entries()) {
          const row = [persianDigits(code), code, name.fa, persianDigits(votes[i] ?? -1)]
          expect(all.filter((line) => line.includes(name.fa))).toEqual([row])
        }
        expect(valueBeside(layouts, paper.valid)).toBe(persianDigits(counts.valid))
        expect(valueBeside(layouts, paper.blank)).toBe(persianDigits(counts.blank))
        expectOnPaper(layouts, measure)
      }),
      { numRuns: 30 },
    )
  })

  it('counts votes through a list among those of its candidates, and shows the lists apart', () => {
    const layouts = totalsLayouts(ofDevice, measure)
    const votesOf = (name: string) =>
      lines(layouts)
        .find((line) => line.includes(name))
        ?.at(-1)
    expect(votesOf('مگره')).toBe('۷۳')
    expect(votesOf('شیراک')).toBe('۴۶')
    expect(votesOf('او')).toBe('۳۷')
    expect(votesOf('فهرست سپیده')).toBe('۱۲')
    expect(texts(layouts).join(' ')).toContain(paper.includesLists)
  })

  it('of a device names that device and no other', () => {
    const words = texts(totalsLayouts(ofDevice, measure))
    expect(words).toContain('نتایج دستگاه')
    expect(words).toContain('device-2')
    expect(words).not.toContain('device-1')
    expect(words.join(' ')).not.toContain('مجموع')
  })

  it('of a station names all its devices, says why they are together, and whose journal it quotes', () => {
    const layouts = totalsLayouts(ofStation, measure)
    const words = texts(layouts)
    expect(words).toContain('نتایج شعبه')
    expect(words).not.toContain('نتایج دستگاه')
    expect(words).toEqual(expect.arrayContaining(['device-1', 'device-2', 'device-3']))
    expect(words.join(' ')).toContain(paper.together(32))
    expect(valueBeside(layouts, paper.journalOf)).toBe('device-2')
  })

  it('gives place, polling day, ballots, and day and time of printing, which may be after midnight', () => {
    const layouts = totalsLayouts(ofDevice, measure)
    expect(valueBeside(layouts, paper.constituency)).toBe('حوزهٔ آزمایشی')
    expect(valueBeside(layouts, paper.station)).toBe('شعبهٔ یک، دبستان دهخدا')
    expect(valueBeside(layouts, paper.pollingDay)).toBe('۱۴۰۵/۰۳/۲۹')
    expect(valueBeside(layouts, paper.printedAt)).toBe('۱۴۰۵/۰۳/۳۰  ۰۰:۰۵')
    expect(valueBeside(layouts, paper.ballots)).toBe('۱۲۲')
  })

  it('has the head of the journal and a line to sign for each of the two officers', () => {
    const layouts = totalsLayouts(ofStation, measure)
    expect(texts(layouts)).toEqual(expect.arrayContaining(['هیئت اجرایی:', 'هیئت نظارت:']))
    expect(texts(layouts).join('')).toContain(ROOT.slice(0, 30))
    expect(valueBeside(layouts, paper.entries)).toBe('۷۳۱')
  })

  it('of a rehearsal says so in both languages, of an election does not', () => {
    expect(texts(totalsLayouts(ofDevice, measure))).toEqual(
      expect.arrayContaining(['تمرین است، انتخابات نیست', 'Rehearsal, no election']),
    )
    const real = testDefinitionWithLists({ rehearsal: false })
    const words = texts(totalsLayouts({ ...ofDevice, definition: real }, measure)).join(' ')
    expect(words).not.toMatch(/Rehearsal|تمرین است/)
  })

  it('keeps names of 120 letters, long codes and counts of ten digits on the paper, none over another', () => {
    const candidates = [
      { code: '300001', name: { fa: LONG } },
      { code: '300002', name: { fa: 'رضا' } },
    ]
    const wide = testDefinition({
      contests: [{ ...councilContest, title: { fa: LONG }, seats: 2, choices: 2, candidates }],
    })
    expect(parseDefinition(wide, 'test').ok).toBe(true)
    const most = 0xffff_ffff
    const tally = [{ valid: most, blank: most, options: [most, most] }]
    const devices = ['device-1', 'a-device-with-the-longest-name-that-anybody-would-give-it-2']
    const data = {
      ...ofStation,
      definition: wide,
      tally,
      station: { ...station, name: { fa: LONG }, devices },
    }
    const layouts = totalsLayouts(data, measure)
    expectOnPaper(layouts, measure)
    expect(texts(layouts).join(' ')).toContain('شهرسازی')
  })

  it('is cut between lines into pictures that a printer holds, however many stand', () => {
    const candidates = Array.from({ length: 2_700 }, (_, i) => ({
      code: String(1_000 + i),
      name: { fa: `نامزد شمارهٔ ${i}` },
    }))
    const big = testDefinition({ contests: [{ ...councilContest, candidates }] })
    const layouts = totalsLayouts({ ...ofDevice, definition: big, tally: emptyTally(big) }, measure)
    expect(Math.max(...layouts.map(({ heightDots }) => heightDots))).toBeLessThanOrEqual(MAX_PICTURE_HEIGHT)
    expect(texts(layouts).filter((text) => text === '۰')).toHaveLength(2_702)
  })

  it('is pictures and enough paper to be cut', () => {
    const { blocks } = totalsDocument(ofStation, fonts)
    const code = ['raster', 'feed', 'qr', 'feed']
    expect(blocks.map(({ kind }) => kind)).toEqual([
      'raster',
      'raster',
      'raster',
      ...code,
      ...code,
      'raster',
      'feed',
    ])
    expect(blocks.flatMap((block) => (block.kind === 'qr' ? [block.text] : []))).toEqual(ofStation.codes)
    expect(blocks.at(-1)).toEqual({ kind: 'feed', lines: 4 })
  })

  it('has its codes numbered, and lines that can be typed stand whole on the paper', () => {
    const layouts = [
      codesLayout(measure),
      codeLayout(1, 2, measure),
      ...typedLayouts(ofDevice.typedLines, measure),
    ]
    expectOnPaper(layouts, measure)
    expect(texts(layouts)).toEqual(expect.arrayContaining([paper.codePart(1, 2), ...ofDevice.typedLines]))
  })

  it('of another tally than the package has is a broken promise', () => {
    expect(() => totalsLayouts({ ...ofDevice, tally: [] }, measure)).toThrow('another definition')
  })
})
