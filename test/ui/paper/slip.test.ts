import fc from 'fast-check'
import jsQR from 'jsqr'
import encodeQR from 'qr'
import { describe, expect, it } from 'vitest'
import { addChoice, type Ballot, optionsOf } from '../../../core/election/ballot.ts'
import { type Contest, type Definition, parseDefinition } from '../../../core/election/definition.ts'
import { persianDigits } from '../../../core/text/persian.ts'
import { installedFontFiles, measureWith, registerFonts } from '../../../ui/fonts.ts'
import { slipDocument, voidMarkDocument } from '../../../ui/paper/document.ts'
import type { PaperLayout } from '../../../ui/paper/layout.ts'
import { slipForm, slipLayout, slipQrText, voidMarkLayout } from '../../../ui/paper/slip.ts'
import {
  councilContest,
  testCode,
  testDefinition,
  testDefinitionWithLists,
} from '../../fixtures/definition.ts'

const fonts = registerFonts(installedFontFiles())
const measure = measureWith(fonts)
const definition = testDefinition()
const form = slipForm(definition, measure)

const LONG =
  'سید محمدرضا حسینی‌نژاد طباطبایی یزدی فرزند علی‌اکبر معروف به مهندس حسینی نماینده پیشین مردم و کارشناس ارشد شهرسازی'

/** Legal ballots of some contests: codes typed at random, those that a rule refuses left out. */
function ballots(contests: readonly Contest[]): fc.Arbitrary<Ballot> {
  return fc.tuple(
    ...contests.map((contest) =>
      fc
        .array(fc.constantFrom(...optionsOf(contest).map(({ code }) => code)), { maxLength: 15 })
        .map((codes) =>
          codes.reduce<readonly number[]>((choice, code) => {
            const wider = addChoice(contest, choice, code)
            return wider.ok ? wider.value : choice
          }, []),
        ),
    ),
  )
}

function texts(layout: PaperLayout): readonly string[] {
  return layout.items.flatMap((item) => (item.is === 'text' ? [item.text] : []))
}

/** Two styles of different length, one name and one title as long as a package allows. */
function wideDefinition(): Definition {
  const district: Contest = {
    ...councilContest,
    id: 'district',
    title: { fa: LONG },
    seats: 2,
    choices: 2,
    candidates: [
      { code: '301', name: { fa: LONG } },
      { code: '302', name: { fa: 'رضا' } },
    ],
  }
  return testDefinition({
    contests: [councilContest, district],
    styles: [
      { id: 'city', contests: ['council', 'district'] },
      { id: 'region', contests: ['district'] },
    ],
  })
}

describe('the packages of these tests', () => {
  it.each([
    ['plain', definition],
    ['with lists', testDefinitionWithLists()],
    ['of two styles', wideDefinition()],
  ])('are valid: %s', (_, value) => {
    expect(parseDefinition(value, 'test').ok).toBe(true)
  })
})

describe('a vote slip', () => {
  it('names every choice with its code in Persian and Latin digits, and nobody else', () => {
    fc.assert(
      fc.property(ballots(definition.contests), (ballot) => {
        const shown = texts(slipLayout(form, definition.contests, ballot))
        for (const { name, code, position } of optionsOf(councilContest)) {
          const chosen = ballot[0]?.includes(position) ?? false
          for (const text of [name.fa, code, persianDigits(code)]) expect(shown.includes(text)).toBe(chosen)
        }
      }),
    )
  })

  it('has the same number of rows and the same height whatever was chosen, in every style', () => {
    for (const known of [definition, testDefinitionWithLists(), wideDefinition()]) {
      const common = slipForm(known, measure)
      const heights = new Set<number>()
      for (const style of known.styles) {
        const contests = known.contests.filter(({ id }) => style.contests.includes(id))
        fc.assert(
          fc.property(ballots(contests), (ballot) => {
            heights.add(slipLayout(common, contests, ballot).heightDots)
          }),
          { numRuns: 20 },
        )
      }
      expect(heights.size).toBe(1)
    }
  })

  it.each([...'0123456789'])('has room between both codes, whichever digits are the widest: %s', (digit) => {
    const code = digit.repeat(3)
    const [first, ...others] = councilContest.candidates
    if (first === undefined) throw new Error('no candidate')
    const contests = [{ ...councilContest, candidates: [{ ...first, code }, ...others] }]
    const { items } = slipLayout(slipForm(testDefinition({ contests }), measure), contests, [[0]])
    const at = (text: string) => items.find((item) => item.is === 'text' && item.text === text)
    const [persian, latin] = [at(persianDigits(code)), at(code)]
    if (persian?.is !== 'text' || latin?.is !== 'text') throw new Error('no codes')
    expect(persian.x + measure(persian.text, persian.size, persian.bold)).toBeLessThanOrEqual(latin.x - 12)
  })

  it('of a blank ballot says so', () => {
    expect(texts(slipLayout(form, definition.contests, [[]]))).toContain('رأی سفید')
    expect(texts(slipLayout(form, definition.contests, [[3]]))).not.toContain('رأی سفید')
  })

  it('of a rehearsal says so in both languages, of an election does not', () => {
    expect(texts(slipLayout(form, definition.contests, [[]]))).toEqual(
      expect.arrayContaining(['تمرین است، انتخابات نیست', 'Rehearsal, no election']),
    )
    const real = slipForm(testDefinition({ rehearsal: false }), measure)
    expect(texts(slipLayout(real, definition.contests, [[]])).join()).not.toMatch(/Rehearsal|تمرین است/)
  })

  it('of the same vote is the same to the last dot: no identifier, time or serial', () => {
    const document = slipDocument(form, definition.contests, [[1, 2]], fonts)
    expect(slipDocument(form, definition.contests, [[1, 2]], fonts)).toEqual(document)
  })

  it('has letters of names that reach over 40 dots from head to foot', () => {
    const { blocks } = slipDocument(
      slipForm(testDefinition({ rehearsal: false }), measure),
      definition.contests,
      [[2]],
      fonts,
    )
    const [picture] = blocks
    if (picture?.kind !== 'raster') throw new Error('no picture')
    const row = slipLayout(slipForm(testDefinition({ rehearsal: false }), measure), definition.contests, [
      [2],
    ]).items.find((item) => item.is === 'text' && item.text === 'گلوکشتاین')
    if (row?.is !== 'text') throw new Error('no name')
    const { rows, widthDots } = picture.bitmap
    const bytes = widthDots / 8
    let inked = 0
    for (let y = row.y - 36; y < row.y + 36; y += 1) {
      // The right half of the paper, where only the name stands.
      if (rows.subarray(y * bytes + bytes / 2, (y + 1) * bytes).some((byte) => byte !== 0)) inked += 1
    }
    expect(inked).toBeGreaterThanOrEqual(40)
  })

  it('keeps every text on the paper, names and titles of 120 letters too, and no row runs into the next', () => {
    const wide = wideDefinition()
    const common = slipForm(wide, measure)
    const layout = slipLayout(common, wide.contests, [
      [0, 2, 5],
      [0, 1],
    ])
    for (const item of layout.items) {
      if (item.is === 'bar') continue
      const width = measure(item.text, item.size, item.bold)
      const left = { left: item.x, center: item.x - width / 2, right: item.x - width }[item.align]
      expect(left, item.text).toBeGreaterThanOrEqual(0)
      expect(left + width, item.text).toBeLessThanOrEqual(layout.widthDots)
    }
    expect(texts(layout).join(' ')).toContain('مهندس')
  })
})

describe("the slip's QR code", () => {
  it('has one length whatever was chosen and whatever the style', () => {
    const wide = wideDefinition()
    const lengths = new Set<number>()
    for (const style of wide.styles) {
      const contests = wide.contests.filter(({ id }) => style.contests.includes(id))
      fc.assert(
        fc.property(ballots(contests), (ballot) => {
          lengths.add(slipQrText(wide, contests, ballot).length)
        }),
      )
    }
    expect(lengths.size).toBe(1)
  })

  it('holds election, style and codes in package order and nothing else', () => {
    expect(slipQrText(definition, definition.contests, [[0, 11]])).toBe(
      `sandogh/1 rehearsal-1405 standard ${testCode(0)},${testCode(11)},---,---,---,---,---,---,---`,
    )
  })

  it('is read back by a decoder that others wrote', () => {
    const text = slipQrText(definition, definition.contests, [[0, 2, 4, 6, 8, 10, 12, 14, 15]])
    const modules = encodeQR(text, 'raw', { border: 4, scale: 4 })
    const size = modules.length
    const pixels = new Uint8ClampedArray(size * size * 4)
    for (const [i, dark] of modules.flat().entries())
      pixels.set(dark ? [0, 0, 0, 255] : [255, 255, 255, 255], 4 * i)
    const read = (jsQR as unknown as typeof jsQR.default)(pixels, size, size)
    expect(read?.data).toBe(text)
  })

  it('of contests that are no style of the package is a broken promise', () => {
    expect(() => slipQrText(definition, [], [])).toThrow('no style')
  })
})

describe('the void mark', () => {
  it('says void in both languages over the whole paper, and that it is a rehearsal', () => {
    const layout = voidMarkLayout(definition)
    expect(texts(layout)).toEqual(expect.arrayContaining(['باطل', 'VOID', 'تمرین است، انتخابات نیست']))
    const [picture] = voidMarkDocument(definition, fonts).blocks
    if (picture?.kind !== 'raster') throw new Error('no picture')
    const black = picture.bitmap.rows.reduce(
      (sum, byte) => sum + byte.toString(2).replaceAll('0', '').length,
      0,
    )
    expect(black).toBeGreaterThan((layout.widthDots * layout.heightDots) / 2)
  })
})
