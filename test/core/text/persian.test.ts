import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { foldDigits, foldLetters, persianDigits } from '../../../core/text/persian.ts'

describe('Persian text', () => {
  it('a code typed in Persian, Arabic or Latin digits is the same code', () => {
    expect(foldDigits('۱۲۳۴۵۶۷۸۹۰')).toBe('1234567890')
    expect(foldDigits('١٢٣٤٥٦٧٨٩٠')).toBe('1234567890')
    expect(foldDigits('1234567890')).toBe('1234567890')
  })

  it('a number is shown in Persian digits and read back as itself', () => {
    expect(persianDigits(365)).toBe('۳۶۵')
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9 a-z/:.-]*$/), (text) => foldDigits(persianDigits(text)) === text),
    )
  })

  it('Arabic kaf and yeh become the Persian letters, and nothing else changes', () => {
    expect(foldLetters('علي اكبري')).toBe('علی اکبری')
    expect(foldLetters('موسى')).toBe('موسی')
    expect(foldLetters('Besancenot بزانسنو')).toBe('Besancenot بزانسنو')
  })

  it('the zero-width non-joiner stays between letters and goes where it does nothing', () => {
    expect(foldLetters('سن‌ژوس')).toBe('سن‌ژوس')
    expect(foldLetters('سن‌‌ژوس')).toBe('سن‌ژوس')
    expect(foldLetters('‌سن ‌ژوس‌')).toBe('سن ژوس')
  })

  it('folding twice is folding once', () => {
    const persian = fc.string({ unit: fc.constantFrom('ك', 'ي', 'ى', 'ا', ' ', '\u200c', 'a', '۱') })
    fc.assert(fc.property(persian, (text) => foldLetters(foldLetters(text)) === foldLetters(text)))
  })
})
