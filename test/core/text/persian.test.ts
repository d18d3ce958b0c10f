import { expect, test } from 'vitest'
import { persianDigits } from '../../../core/text/persian.ts'

test('digits are shown as Persian ones, and everything else stays', () => {
  expect(persianDigits(365)).toBe('۳۶۵')
  expect(persianDigits('1234567890')).toBe('۱۲۳۴۵۶۷۸۹۰')
  expect(persianDigits('2026-06-19 کد ۱')).toBe('۲۰۲۶-۰۶-۱۹ کد ۱')
})
