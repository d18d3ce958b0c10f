import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { installedFontFiles, measureWith, registerFonts } from '../../ui/fonts.ts'
import { lineHeight, textHeight, textLines, wrapText } from '../../ui/text-layout.ts'

const measure = measureWith(registerFonts(installedFontFiles()))

describe('a text in lines', () => {
  const letters = fc.string({
    unit: fc.constantFrom('ا', 'ب', 'گ', 'ی', '\u200c', ' ', 'W', '۱'),
    maxLength: 120,
  })

  it('loses no letter and lets no line be too wide', () => {
    fc.assert(
      fc.property(letters, (words) => {
        const lines = wrapText(words, 200, 40, true, measure)
        expect(lines.join('').replaceAll(' ', '')).toBe(words.replaceAll(' ', ''))
        for (const line of lines) {
          if ([...new Intl.Segmenter().segment(line)].length > 1) {
            expect(measure(line, 40, true)).toBeLessThanOrEqual(200)
          }
        }
      }),
      { numRuns: 60 },
    )
  })

  it('breaks between words', () => {
    const lines = wrapText('فاطمه سلطان‌محمدی اصفهانی', 400, 40, true, measure)
    expect(lines).toEqual(['فاطمه سلطان‌محمدی', 'اصفهانی'])
  })
})

describe('a text in the place that a screen has for it', () => {
  const text = 'کد نامزد را بزنید و صبر کنید'

  it('is as high as its lines', () => {
    for (const width of [150, 300, 600, 1_000]) {
      const lines = textLines(measure, text, width, 60, false)
      expect(textHeight(measure, text, width, 60, false)).toBe(lines.length * lineHeight(60))
    }
  })

  it('goes into the next line where a browser that draws it a hundredth wider would break it', () => {
    const exact = measure(text, 60, true)
    expect(wrapText(text, exact, 60, true, measure)).toHaveLength(1)
    expect(textLines(measure, text, exact * 1.01, 60, true)).toHaveLength(2)
    expect(textLines(measure, text, exact * 1.03, 60, true)).toHaveLength(1)
  })

  it('has no height if it is empty', () => {
    expect(textHeight(measure, '', 600, 60, false)).toBe(0)
  })

  it('breaks a name with a hyphen there before it takes a word apart', () => {
    const width = measure('Seyed-', 60, true) * 1.2
    expect(textLines(measure, 'Seyed-Ali', width, 60, true)).toEqual(['Seyed-', 'Ali'])
  })

  it('leaves a word that is taken apart lines of its own, since a browser may take it apart elsewhere', () => {
    const width = measure('سلطان', 60, true)
    const lines = textLines(measure, 'علی سلطان‌محمدی زاده', width, 60, true)
    expect(lines[0]).toBe('علی')
    expect(lines.at(-1)).toBe('زاده')
    expect(lines.slice(1, -1).join('')).toBe('سلطان‌محمدی')
  })
})
