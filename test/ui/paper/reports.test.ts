import { describe, expect, it } from 'vitest'
import { emptyTally } from '../../../core/election/tally.ts'
import { installedFontFiles, measureWith, registerFonts } from '../../../ui/fonts.ts'
import { minutesDocument, zeroReportDocument } from '../../../ui/paper/document.ts'
import { differencesIn, type MinutesData, minutesLayouts } from '../../../ui/paper/minutes.ts'
import { zeroReportLayouts } from '../../../ui/paper/zero-report.ts'
import { stringsIn } from '../../../ui/strings.ts'
import { MAX_PICTURE_HEIGHT } from '../../../ui/tokens.ts'
import { listsContest, testDefinition, testDefinitionWithLists } from '../../fixtures/definition.ts'
import { expectOnPaper, texts, valueBeside } from './words.ts'

const fonts = registerFonts(installedFontFiles())
const measure = measureWith(fonts)
const definition = testDefinitionWithLists()
const station = definition.stations[0]
if (station === undefined) throw new Error('no station')
const ROOT = 'WoSpqaVZ70yb4wa7vZ/sjt9R3QuiCsC0A5UY3UUQW/I='

const minutes: MinutesData = {
  definition,
  station,
  device: 'device-1',
  openedAt: Date.parse('2026-06-19T04:30:00Z'),
  closedAt: Date.parse('2026-06-19T14:31:00Z'),
  counted: [122],
  ballots: 122,
  cardsSpent: 122,
  slipsPrinted: 124,
  voidSlips: 2,
  batches: 3,
  incidents: [{ at: Date.parse('2026-06-19T08:03:00Z'), text: 'کاغذ چاپگر تمام شد' }],
  checkpoint: { size: 731, rootBase64: ROOT },
  qrText: 'checkpoint',
}

describe('the minutes', () => {
  const layouts = minutesLayouts(minutes, measure)

  it('give opening, closing and polling day in the solar calendar and the time of the station', () => {
    expect(valueBeside(layouts, 'روز رأی‌گیری')).toBe('۱۴۰۵/۰۳/۲۹')
    expect(valueBeside(layouts, 'آغاز رأی‌گیری')).toBe('۱۴۰۵/۰۳/۲۹  ۰۸:۰۰')
    expect(valueBeside(layouts, 'پایان رأی‌گیری')).toBe('۱۴۰۵/۰۳/۲۹  ۱۸:۰۱')
    expect(valueBeside(layouts, 'دستگاه')).toBe('device-1')
  })

  it('name no candidate or list, and say where the results are', () => {
    const words = texts(layouts).join(' ')
    for (const { name } of [...listsContest.candidates, ...listsContest.lists]) {
      expect(words.split(' ')).not.toContain(name.fa)
    }
    expect(words).not.toContain('فهرست')
    expect(words).toContain(stringsIn('fa').paper.totalsApart)
  })

  it('account for every ballot, card and slip', () => {
    expect(valueBeside(layouts, 'رأی‌های ثبت‌شده')).toBe('۱۲۲')
    expect(valueBeside(layouts, 'کارت‌های مصرف‌شده')).toBe('۱۲۲')
    expect(valueBeside(layouts, 'برگه‌های چاپ‌شده')).toBe('۱۲۴')
    expect(valueBeside(layouts, 'برگه‌های باطل')).toBe('۲')
    expect(valueBeside(layouts, 'بسته‌های مهرشده')).toBe('۳')
    expect(texts(layouts).join(' ')).toContain('می‌خواند: رأی = کارت')
  })

  it('name a difference and never smooth it', () => {
    const wrongs: readonly [Partial<MinutesData>, readonly string[]][] = [
      [{ cardsSpent: 121 }, ['رأی ۱۲۲، ولی کارت مصرف‌شده ۱۲۱']],
      [{ slipsPrinted: 125 }, ['برگهٔ چاپ‌شده ۱۲۵، ولی رأی و برگهٔ باطل ۱۲۴']],
      [{ voidSlips: 3 }, ['برگهٔ چاپ‌شده ۱۲۴، ولی رأی و برگهٔ باطل ۱۲۵']],
      [{ counted: [123] }, ['شورای شهر: شمارش ۱۲۳، ولی رأی ۱۲۲']],
      [{ counted: [121] }, ['شورای شهر: شمارش ۱۲۱، ولی رأی ۱۲۲']],
      [
        { ballots: 121 },
        [
          'رأی ۱۲۱، ولی کارت مصرف‌شده ۱۲۲',
          'برگهٔ چاپ‌شده ۱۲۴، ولی رأی و برگهٔ باطل ۱۲۳',
          'شورای شهر: شمارش ۱۲۲، ولی رأی ۱۲۱',
        ],
      ],
    ]
    expect(differencesIn(minutes)).toEqual([])
    for (const [wrong, differences] of wrongs) {
      const data = { ...minutes, ...wrong }
      expect(differencesIn(data)).toEqual(differences)
      const printed = texts(minutesLayouts(data, measure)).join(' ')
      expect(printed).toContain('مغایرت: ')
      expect(printed).not.toContain('می‌خواند: رأی = کارت')
      for (const difference of differences) expect(printed).toContain(difference)
    }
  })

  it('ask of a contest that is not on every ballot only that it counts no ballot twice', () => {
    const second = { ...listsContest, id: 'village', candidates: [], lists: [] }
    const styles = [
      { id: 'both', contests: ['council', 'village'] },
      { id: 'city', contests: ['council'] },
    ]
    const both = { ...definition, contests: [...definition.contests, second], styles }
    const counting = (village: number) =>
      differencesIn({ ...minutes, definition: both, counted: [122, village] })
    expect(counting(0)).toEqual([])
    expect(counting(122)).toEqual([])
    expect(counting(123)).toEqual(['شورای شهر: شمارش ۱۲۳، ولی رأی ۱۲۲'])
  })

  it('list the incidents with their time, or say that there were none', () => {
    expect(texts(layouts).join(' ')).toContain('۱۱:۳۳ کاغذ چاپگر تمام شد')
    expect(texts(minutesLayouts({ ...minutes, incidents: [] }, measure))).toContain('رویدادی نبود.')
  })

  it('stay of a length that is printed, however often something happened: each kind once, from when to when and how often', () => {
    const [first, rest] = [Date.parse('2026-06-19T08:03:00Z'), Date.parse('2026-06-19T08:04:00Z')]
    const incidents = [
      { at: first, text: 'چاپگر باز شد' },
      ...Array.from({ length: 3_000 }, (_, i) => ({ at: rest + i * 1_000, text: 'چاپگر پاسخ نمی‌دهد' })),
    ]
    const printed = texts(minutesLayouts({ ...minutes, incidents }, measure)).join(' ')
    expect(printed).toContain('۱۱:۳۳ چاپگر باز شد')
    expect(printed).toContain('۱۱:۳۴ – ۱۲:۲۳ چاپگر پاسخ نمی‌دهد (۳۰۰۰ بار)')
    expect(printed.split('چاپگر')).toHaveLength(3)
  })

  it('have a line to sign for each of the two officers and the root of the journal', () => {
    expect(texts(layouts)).toEqual(expect.arrayContaining(['هیئت اجرایی:', 'هیئت نظارت:']))
    expect(texts(layouts).join('')).toContain(ROOT.slice(0, 30))
    expect(valueBeside(layouts, 'ردیف‌های دفتر')).toBe('۷۳۱')
  })

  it('end with the QR code that was given', () => {
    const { blocks } = minutesDocument(minutes, fonts)
    expect(blocks.map(({ kind }) => kind)).toEqual(['raster', 'feed', 'qr', 'feed'])
    expect(blocks).toContainEqual({ kind: 'qr', text: 'checkpoint' })
  })

  it('of another tally than the package has are a broken promise', () => {
    expect(() => minutesLayouts({ ...minutes, counted: [] }, measure)).toThrow('another definition')
  })
})

describe('the zero report', () => {
  const data = {
    definition,
    station,
    device: 'device-1',
    printedAt: Date.parse('2026-06-19T04:12:00Z'),
    tally: emptyTally(definition),
    checkpoint: { size: 2, rootBase64: ROOT },
  }

  it('shows a zero for every candidate and every list', () => {
    const layouts = zeroReportLayouts(data, measure)
    for (const { name } of [...listsContest.candidates, ...listsContest.lists]) {
      const label = texts(layouts).find((text) => text.endsWith(` ${name.fa}`))
      expect(valueBeside(layouts, label ?? '')).toBe('۰')
    }
    expect(valueBeside(layouts, 'زمان چاپ')).toBe('۰۷:۴۲')
  })

  it('shows what is counted when it is not zero', () => {
    const tally = [
      { ...emptyTally(definition)[0], valid: 1, blank: 0, options: new Array<number>(18).fill(5) },
    ]
    expect(valueBeside(zeroReportLayouts({ ...data, tally }, measure), 'رأی دارای انتخاب')).toBe('۱')
    expect(valueBeside(zeroReportLayouts({ ...data, tally }, measure), '۱۰۱ مگره')).toBe('۵')
  })

  it('is cut between lines into pictures that a printer holds, however many stand', () => {
    const candidates = Array.from({ length: 2_700 }, (_, i) => ({
      code: String(1_000 + i),
      name: { fa: `نامزد شمارهٔ ${i}` },
    }))
    const big = testDefinition({ contests: [{ ...listsContest, candidates, lists: [] }] })
    const layouts = zeroReportLayouts({ ...data, definition: big, tally: emptyTally(big) }, measure)
    expect(Math.max(...layouts.map(({ heightDots }) => heightDots))).toBeLessThanOrEqual(MAX_PICTURE_HEIGHT)
    expect(texts(layouts).filter((text) => text === '۰')).toHaveLength(2_702)
  })
})

describe('both reports', () => {
  it.each([
    ['minutes', minutesLayouts(minutes, measure)],
    ['zero report', zeroReportLayouts({ ...minutes, printedAt: 0, tally: emptyTally(definition) }, measure)],
  ])('of a rehearsal say so, and no text leaves the paper: %s', (_, layouts) => {
    expect(texts(layouts)).toContain('تمرین است، انتخابات نیست')
    expectOnPaper(layouts, measure)
  })

  it('end in enough paper to be cut', () => {
    const document = zeroReportDocument({ ...minutes, printedAt: 0, tally: emptyTally(definition) }, fonts)
    expect(document.blocks.at(-1)).toEqual({ kind: 'feed', lines: 4 })
  })
})
