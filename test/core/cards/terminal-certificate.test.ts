/** What a terminal reads of its own certificate and what a card makes of it, which is other code, agree on every byte. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  issueTerminalCertificate,
  readTerminalCertificate,
  stationHash,
} from '../../../core/cards/terminal-certificate.ts'
import { toHex } from '../../../core/keys/hash.ts'
import { drawP256Scalar, p256KeyFromScalar } from '../../../core/keys/p256.ts'
import { readTerminal } from '../../../simulator/cards/terminal.ts'
import { seededRandom } from '../../../simulator/seeded-random.ts'

const random = seededRandom('terminal certificates')
const draw = () => p256KeyFromScalar(drawP256Scalar(random))
const [authority, stranger, terminal] = [draw(), draw(), draw()]
const DAY = Date.parse('2026-06-19T12:00:00Z')

const issue = (by = authority, role: 'check-in' | 'ballot-device' = 'ballot-device', station = 's-1') =>
  issueTerminalCertificate({
    authority: by,
    serial: random.bytes(16),
    role,
    station,
    publicKey: terminal.publicKey,
    lastDay: new Date('2026-06-30T00:00:00Z'),
  })

function read(bytes: Uint8Array, role: 'check-in' | 'ballot-device' = 'ballot-device', nowMs = DAY) {
  const expected = { authorityKey: authority.publicKey, role, station: 's-1' }
  const certificate = readTerminalCertificate(bytes, expected, nowMs, 'card-certificate.tlv')
  return certificate.ok ? toHex(certificate.value.publicKey) : certificate.error.what
}

const refusedByBoth = (bytes: Uint8Array) =>
  read(bytes) !== toHex(terminal.publicKey) && readTerminal(bytes, authority.publicKey) === undefined

describe('a certificate for cards', () => {
  test('says the same to terminal and card, and fits one command', () => {
    for (const role of ['check-in', 'ballot-device'] as const) {
      const bytes = issue(authority, role)
      expect(bytes).toHaveLength(229)
      expect(read(bytes, role)).toBe(toHex(terminal.publicKey))
      expect(readTerminal(bytes, authority.publicKey)).toEqual({
        role,
        station: toHex(stationHash('s-1')),
        publicKey: toHex(terminal.publicKey),
      })
    }
  })

  test('of another authority is refused by both', () => {
    expect(read(issue(stranger))).toContain('no certificate of a ballot-device of station s-1')
    expect(refusedByBoth(issue(stranger))).toBe(true)
  })

  test('for another station, another role, or after its last day is not taken by the terminal it lies on', () => {
    expect(read(issue(authority, 'ballot-device', 's-2'))).toContain(
      'no certificate of a ballot-device of station s-1',
    )
    expect(read(issue(authority, 'check-in'))).toContain('no certificate of a ballot-device of station s-1')
    expect(read(issue(), 'ballot-device', Date.parse('2026-06-30T23:59:59Z'))).toBe(toHex(terminal.publicKey))
    expect(read(issue(), 'ballot-device', Date.parse('2026-07-01T00:00:00Z'))).toBe('it is no longer valid')
  })

  test('with any bit changed, cut short, longer, or of any bytes is refused by both', () => {
    const bytes = issue()
    fc.assert(
      fc.property(fc.nat(bytes.length * 8 - 1), (bit) =>
        refusedByBoth(bytes.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte))),
      ),
      { numRuns: 400 },
    )
    fc.assert(fc.property(fc.nat(bytes.length - 1), (length) => refusedByBoth(bytes.slice(0, length))))
    expect(refusedByBoth(Uint8Array.from([...bytes, 0]))).toBe(true)
    fc.assert(fc.property(fc.uint8Array({ maxLength: 255 }), refusedByBoth))
  })

  test('is issued over no key that is none', () => {
    const order = {
      authority,
      serial: random.bytes(16),
      role: 'check-in',
      station: 's-1',
      lastDay: new Date(DAY),
    } as const
    expect(() => issueTerminalCertificate({ ...order, publicKey: new Uint8Array(65).fill(4) })).toThrow(
      'without a key',
    )
  })
})
