import { describe, expect, it } from 'vitest'
import { type Entry, parseEntry } from '../../core/journal/entry.ts'
import { incidentText } from '../../ui/incidents.ts'
import { digitsIn, nameIn, stringsIn } from '../../ui/strings.ts'

/** Every text of a catalogue with its path; functions are called with sample numbers or words. */
function texts(value: unknown, path: string): readonly (readonly [string, string])[] {
  if (typeof value === 'string') return [[path, value]]
  if (typeof value === 'function') {
    const sample =
      /pin|role|lost|restored|carried|sheetWaits|totalsImpossible|declar|confirm|without|^go$/i.test(
        path.split('.').at(-1) ?? '',
      ) && !path.endsWith('pinDigits')
    // A time of day comes as words, in the language's digits.
    const second = path.endsWith('.found') ? '' : 9
    return [[path, String(sample ? value('', 3) : value(3, second))]]
  }
  return Object.entries(value as object).flatMap(([key, inner]) => texts(inner, `${path}.${key}`))
}

describe('the catalogue of texts', () => {
  it('no Persian text has a Latin letter or digit, nor an Arabic kaf or yeh', () => {
    for (const [path, text] of texts(stringsIn('fa'), 'fa')) {
      expect(text, path).toMatch(/\S/)
      expect(text, path).not.toMatch(/[A-Za-z0-9كي]/)
    }
  })

  it('no English text has a Persian letter or digit', () => {
    for (const [path, text] of texts(stringsIn('en'), 'en')) {
      expect(text, path).toMatch(/\S/)
      expect(text, path).not.toMatch(/[\u0600-\u06FF]/)
    }
  })

  it('both languages say "rehearsal, no election"', () => {
    expect(stringsIn('fa').rehearsal).toBe('تمرین است، انتخابات نیست')
    expect(stringsIn('en').rehearsal).toBe('Rehearsal, no election')
  })

  it('a name that has no English form is shown in Persian, and says so', () => {
    expect(nameIn('en', { fa: 'او' })).toEqual({ text: 'او', language: 'fa' })
    expect(nameIn('en', { fa: 'او', en: 'Hue' })).toEqual({ text: 'Hue', language: 'en' })
    expect(nameIn('fa', { fa: 'او', en: 'Hue' })).toEqual({ text: 'او', language: 'fa' })
    expect(digitsIn('fa', 120)).toBe('۱۲۰')
    expect(digitsIn('en', 120)).toBe('120')
  })
})

describe('incidents in the minutes', () => {
  const entry = (members: object): Entry => {
    const text = JSON.stringify(
      Object.fromEntries(Object.entries({ at: '2026-06-19T08:31:02Z', seq: 4, ...members }).sort()),
    )
    const parsed = parseEntry(Buffer.from(text), 4, 'test')
    if (!parsed.ok) throw new Error(parsed.error.what)
    return parsed.value
  }

  it('are said in plain words', () => {
    expect(incidentText(entry({ type: 'printer.trouble', trouble: 'paper-out' }), 'fa')).toBe(
      'کاغذ چاپگر تمام شد',
    )
    expect(incidentText(entry({ type: 'line.lost', peripheral: 'printer' }), 'fa')).toBe('چاپگر از کار افتاد')
    expect(incidentText(entry({ type: 'line.restored', peripheral: 'printer' }), 'en')).toBe(
      'Printer: answers again',
    )
    expect(incidentText(entry({ type: 'polls.paused', reason: 'restart' }), 'en')).toBe(
      'The device started again and voting stopped',
    )
    expect(incidentText(entry({ type: 'medium.lost', medium: 'b', why: 'silent' }), 'en')).toBe(
      'Storage medium 2: it did not answer',
    )
    expect(incidentText(entry({ type: 'medium.restored', medium: 'a' }), 'fa')).toBe(
      'حافظهٔ یکم: دوباره همه‌چیز را دارد',
    )
    expect(incidentText(entry({ type: 'tamper.opened', switch: 'chassis' }), 'fa')).toBe('درِ دستگاه باز شد')
    expect(
      incidentText(entry({ type: 'officer.pin_wrong', role: 'supervisory', tries_left: 3 }), 'fa'),
    ).toContain('۳')
  })

  it('an entry that is no incident is a broken promise', () => {
    expect(() => incidentText(entry({ type: 'ballot.cast', count: 1 }), 'fa')).toThrow('no incident')
  })
})
