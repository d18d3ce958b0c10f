import { describe, expect, it } from 'vitest'
import { clockTime, solarDate } from '../../../core/text/solar-date.ts'

const NOWRUZ = Date.UTC(2026, 2, 20, 21, 0)

describe('solar dates', () => {
  it('half an hour after midnight in Tehran the new year has begun', () => {
    expect(solarDate(NOWRUZ, 'Asia/Tehran', 'fa')).toBe('۱۴۰۵/۰۱/۰۱')
    expect(solarDate(NOWRUZ, 'Asia/Tehran', 'en')).toBe('1405/01/01')
    expect(clockTime(NOWRUZ, 'Asia/Tehran')).toBe('۰۰:۳۰')
  })

  it('the same instant in Greenwich is still the old year', () => {
    expect(solarDate(NOWRUZ, 'UTC', 'en')).toBe('1404/12/29')
    expect(clockTime(NOWRUZ, 'UTC')).toBe('۲۱:۰۰')
  })

  it('minutes and seconds never round up into the next day', () => {
    expect(clockTime(Date.UTC(2026, 0, 1, 23, 59, 59, 999), 'UTC')).toBe('۲۳:۵۹')
  })
})
