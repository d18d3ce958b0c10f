/** The files that a device's image takes for its service and its log: the log never takes what is kept for votes (decision 21). */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { LOOK_MS } from '../../device-agent/ballot/conditions.ts'
import { ballotBytes } from '../../device-agent/store/media-space.ts'
import { BETWEEN_BYTES, CLOSING_BYTES, DAY_BALLOTS, FLOOR_BYTES } from '../../device-agent/store/space.ts'
import { PACKAGES } from '../fixtures/packages.ts'

/** Settings of a file of systemd, by name (systemd.syntax(7)). */
function settingsOf(name: string): ReadonlyMap<string, string> {
  const text = readFileSync(join(import.meta.dirname, '../../device-agent/service', name), 'utf8')
  const lines = text.split('\n').filter((line) => /^[A-Za-z]+=/.test(line))
  return new Map(lines.map((line) => line.split(/=(.*)/s, 2) as [string, string]))
}

const UNITS = { K: 1024, M: 1024 ** 2, s: 1_000 }
const log = settingsOf('journald.conf')
const service = settingsOf('sandogh-device.service')

/** Bytes, milliseconds, or a number without a unit. */
function amountOf(settings: ReadonlyMap<string, string>, name: string): number {
  const [, number, unit] = /^([0-9]+)([KMs])?$/.exec(settings.get(name) ?? '') ?? []
  if (number === undefined) throw new Error(`${name} is not there`)
  return Number(number) * (unit === undefined ? 1 : UNITS[unit as keyof typeof UNITS])
}

/** What journald keeps beside a line: time, cursor, unit, process. */
const FIELDS_BYTES = 1_024

/** What journald makes of a burst where so many bytes are there for its files: journald.conf(5), "RateLimitIntervalSec=, RateLimitBurst=". */
function burstOf(burst: number, availableBytes: number): number {
  return (burst * (Math.floor(Math.log2(availableBytes)) - 16)) / 4
}

describe('the log', () => {
  test('stops growing while all that is kept for votes is still free, with the largest ballots', () => {
    const ballot = Math.max(...Object.values(PACKAGES).map(ballotBytes))
    const kept = DAY_BALLOTS * ballot + FLOOR_BYTES + CLOSING_BYTES
    // Beside the reserve, before it is taken; and what the reserve was made of, when it was given back.
    expect(amountOf(log, 'SystemKeepFree')).toBeGreaterThan(2 * kept)
  })

  test('grows between two looks at the disk by less than is counted for it', () => {
    const lines = burstOf(amountOf(log, 'RateLimitBurst'), amountOf(log, 'SystemMaxUse'))
    expect(amountOf(log, 'RateLimitIntervalSec')).toBeGreaterThanOrEqual(LOOK_MS)
    // Two intervals may lie between two looks.
    expect(2 * lines * (amountOf(log, 'LineMax') + FIELDS_BYTES)).toBeLessThan(BETWEEN_BYTES)
    expect(service.get('LogRateLimitBurst')).toBe(log.get('RateLimitBurst'))
    expect(service.get('LogRateLimitIntervalSec')).toBe(log.get('RateLimitIntervalSec'))
  })

  test('has an end, and no second copy', () => {
    expect(amountOf(log, 'SystemMaxUse')).toBeLessThanOrEqual(64 * UNITS.M)
    expect(amountOf(log, 'RuntimeMaxUse')).toBeLessThanOrEqual(16 * UNITS.M)
    expect(amountOf(log, 'SystemMaxUse')).toBeGreaterThanOrEqual(4 * amountOf(log, 'SystemMaxFileSize'))
    for (const to of ['Syslog', 'KMsg', 'Console', 'Wall']) expect(log.get(`ForwardTo${to}`)).toBe('no')
    for (const stream of ['StandardOutput', 'StandardError']) expect(service.get(stream)).toBe('journal')
  })
})

test('the program is started again for ever, whatever ended it', () => {
  expect(service.get('Restart')).toBe('always')
  expect(service.get('StartLimitIntervalSec')).toBe('0')
  expect(service.get('LimitCORE')).toBe('0')
})
