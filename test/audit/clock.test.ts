/** Odd clocks are told, and break no rule. */
import { describe, expect, test } from 'vitest'
import { verifyReport } from '../../audit/report.ts'
import { openReference } from '../../audit/verify/reference.ts'
import { signPackage } from '../../core/package/package.ts'
import { valueOrThrow } from '../../core/result.ts'
import { bundleFiles } from './files.ts'
import { makeStation, type Wishes } from './fixtures.ts'
import { auditedCount } from './in-memory.ts'

const HOUR = 3600

/** What is said of clocks when those of a station with two devices are wrong by so many seconds. */
function clocksOf(clock: NonNullable<Wishes['clock']>): readonly string[] {
  const station = makeStation('clocks', { casts: [40, 40], clock })
  const bundles = station.devices.map((device) => ({ where: device.id, files: bundleFiles(station, device) }))
  const count = auditedCount({ bundles, checkIns: [] }, station.authority.publicKey)
  expect(count.findings).toEqual([])
  const { text } = verifyReport(count, { key: 'given', policy: undefined, programs: [] })
  return text.split('\n').filter((line) => line.startsWith('clock of '))
}

describe('a clock', () => {
  test('that is right is not spoken of', () => {
    expect(clocksOf(() => 0)).toEqual([])
  })

  test('that was set back is named with the entry and the largest step', () => {
    const wrong = (device: number, seq: number) => (device === 0 && seq >= 20 ? -600 : 0)
    expect(clocksOf(wrong)).toEqual(['clock of d-01 went back before entry 20, by 540 seconds'])
    const twice = (device: number, seq: number) => (device === 0 && (seq === 20 || seq === 30) ? -HOUR : 0)
    expect(clocksOf(twice)).toEqual([
      'clock of d-01 went back before entry 20 and 1 more time, by 3540 seconds at most',
    ])
  })

  test('that runs ahead is held against those who had seen its journal by then', () => {
    // Neighbours and centre sign 50,000 seconds after opening; the journal's last entry is its 47th minute.
    const ahead = (device: number, seq: number) => (device === 1 && seq > 3 ? 24 * HOUR : 0)
    const said = clocksOf(ahead)
    expect(said).toEqual([
      expect.stringMatching(
        /^clock of d-02: entry 4 and \d+ more entries between opening and closing say another day/,
      ),
      expect.stringMatching(
        /^clock of d-02 was ahead, or that of the centre behind: entry 47 says a time \d+ seconds after the centre cosigned it$/,
      ),
      expect.stringMatching(
        /^clock of d-02 was ahead, or that of device d-01 behind: entry 47 says a time \d+ seconds/,
      ),
    ])
  })

  test('within five minutes of the others is good enough', () => {
    const seconds = 50_000 - 47 * 60
    const wrong = (by: number) => (device: number, seq: number) => (device === 0 && seq === 47 ? by : 0)
    expect(clocksOf(wrong(seconds + 300))).toEqual([])
    expect(clocksOf(wrong(seconds + 301))).toHaveLength(2)
  })
})

test('the polling day is the one of the place where people vote', () => {
  const { electionPackage, authority, packageText } = makeStation('day', { casts: [1] })
  const dayIn = (timeZone: string) => {
    const text = signPackage({ ...electionPackage.definition, timeZone }, authority)
    return valueOrThrow(openReference(Buffer.from(text), authority.publicKey, 'package.json')).pollingDay
  }
  expect(valueOrThrow(openReference(Buffer.from(packageText), undefined, 'package.json')).pollingDay).toEqual(
    {
      from: '2026-06-18T20:30:00Z',
      until: '2026-06-19T20:30:00Z',
    },
  )
  expect(dayIn('UTC')).toEqual({ from: '2026-06-19T00:00:00Z', until: '2026-06-20T00:00:00Z' })
  expect(dayIn('Pacific/Kiritimati')?.from).toBe('2026-06-18T10:00:00Z')
  expect(dayIn('Nowhere/Atlantis')).toBeUndefined()
  expect(dayIn('Pacific/Pago_Pago')?.until).toBe('2026-06-20T11:00:00Z')
})
