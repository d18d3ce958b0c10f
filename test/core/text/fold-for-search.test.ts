import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { foldForSearch } from '../../../core/text/fold-for-search.ts'

describe('a name is found', () => {
  test.each([
    ['typed on an Arabic keyboard', 'علي كريمي', 'علی کریمی'],
    ['without its hamza', 'رئوفی مؤمنی', 'ريوفي مومنی'],
    ['without the mark of its alef', 'آذر أحمد إيمان ٱلله', 'اذر احمد ایمان الله'],
    ['without a hamza that stands alone', 'علاء', 'علا'],
    ['with a space for a joint', 'سلطان‌محمدی', 'سلطان محمدی'],
    ['with a space for a hyphen', 'Saint-Josse', 'saint josse'],
    ['with more than one space', '  مریم   رضایی\u00a0', 'مریم رضایی'],
    ['with vowels written', 'مُحَمَّد', 'محمد'],
    ['stretched', 'محمـــد', 'محمد'],
    ['in letters of an old printer', 'ﻣﺤﻤﺪ', 'محمد'],
    ['in Persian digits', '۱۲۳', '123'],
    ['in Arabic digits', '٤٥٦', '456'],
    ['with the ه of other keyboards', 'فاطمة سارە ناهیدھ', 'فاطمه ساره ناهیده'],
    ['in Azerbaijani spelling', 'گؤزل اۆرک سئوینج', 'گوزل اورک سیوینج'],
    ['without accents and in capitals', 'ÉMİLE Çağrı', 'emile cagri'],
    ['without its apostrophe', 'Mo’in', 'moin'],
  ])('%s', (_, typed, listed) => {
    expect(foldForSearch(typed)).toBe(foldForSearch(listed))
  })
})

describe('names that differ in a letter', () => {
  test.each([
    ['گرامی', 'کرامی'],
    ['پرویز', 'برویز'],
    ['ژاله', 'زاله'],
    ['چمنی', 'جمنی'],
    ['ثابتی', 'سابتی'],
  ])('%s and %s stay two', (one, other) => {
    expect(foldForSearch(one)).not.toBe(foldForSearch(other))
  })
})

describe('folding', () => {
  test('again changes nothing, for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
        const folded = foldForSearch(text)
        expect(foldForSearch(folded)).toBe(folded)
      }),
    )
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom(...'اآأإكيىئؤءةۀۆێھ‌ ـًّ\u0654\u0653۱٢3éÉİıΣς\u200d\u200f\ud83d\udc4d-’ﷲᄀ힣'),
        }),
        (text) => {
          expect(foldForSearch(foldForSearch(text))).toBe(foldForSearch(text))
        },
      ),
      { numRuns: 1_000 },
    )
  })

  test('again changes nothing, for every character there is', () => {
    const unstable: string[] = []
    for (let code = 0; code <= 0x10ffff; code++) {
      const folded = foldForSearch(String.fromCodePoint(code))
      if (foldForSearch(folded) !== folded) unstable.push(code.toString(16))
    }
    expect(unstable).toEqual([])
  })

  test('leaves no space at an end and no two in a row', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('ا', ' ', '\u200c', '-', '\u200d', 'ء') }), (text) => {
        expect(foldForSearch(text)).toMatch(/^(ا+( ا+)*)?$/)
      }),
    )
  })
})
