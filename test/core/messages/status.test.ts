import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type DeviceStatus,
  encodeStatus,
  parseStatus,
  roundBallots,
  roundCounter,
  roundRoom,
  STATUS_BYTES,
} from '../../../core/messages/status.ts'
import { sayingBuild } from '../../attacks/weakened/weaken.ts'
import { soundStatus } from '../../fixtures/status.ts'

const counter = fc.oneof(fc.nat({ max: 20 }), fc.maxSafeNat()).map(roundCounter)
const line = fc.record({
  state: fc.constantFrom('connecting' as const, 'identifying' as const, 'ready' as const, 'faulted' as const),
  discardedBytes: counter,
  badChecksums: counter,
  timeouts: counter,
  reconnects: counter,
})
const medium = fc.constantFrom('used' as const, 'lost' as const)
const status: fc.Arbitrary<DeviceStatus> = fc.record({
  at: fc
    .date({ min: new Date(0), max: new Date('9999-12-31T00:00:00Z'), noInvalidDate: true })
    .map((date) => `${date.toISOString().slice(0, 19)}Z`),
  program: fc
    .uint8Array({ minLength: 32, maxLength: 32 })
    .map((bytes) => Buffer.from(bytes).toString('base64')),
  polls: fc.constantFrom('closed' as const, 'open' as const, 'paused' as const),
  casts: fc.nat({ max: 10_000_000 }).map(roundBallots),
  lines: fc.record({
    touchscreen: line,
    'card-reader': line,
    printer: line,
    'io-board': line,
    display: line,
  }),
  media: fc.record({ a: medium, b: medium }),
  power: fc.constantFrom('mains' as const, 'battery' as const, 'battery-low' as const),
  temperature: fc.constantFrom('fine' as const, 'hot' as const, 'cold' as const),
  room: fc.maxSafeNat().map(roundRoom),
  paper: fc.constantFrom('enough' as const, 'low' as const),
  clock: fc.constantFrom('in-the-day' as const, 'outside' as const),
})

describe('the status of a device', () => {
  const ofOneLength = (encode: typeof encodeStatus) =>
    fc.property(status, (told) => {
      const payload = encode(told)
      expect(payload).toHaveLength(STATUS_BYTES)
      expect(parseStatus(payload, 'test')).toEqual({ ok: true, value: told })
    })

  it('comes back as it was told, and is of one length whatever it says', () => {
    fc.assert(ofOneLength(encodeStatus))
  })

  it('is as long as what it says in a build that fills nothing up: the test sees it', async () => {
    const file = 'core/messages/status.ts'
    const weakened = await sayingBuild([
      { file, line: "' '.repeat(Math.max(0, STATUS_BYTES - text.length))", by: 'text.slice(text.length)' },
      { file, line: 'payload.length !== STATUS_BYTES', by: 'payload.length > STATUS_BYTES' },
    ])
    expect(fc.check(ofOneLength(weakened.encodeStatus), { endOnFailure: true }).failed).toBe(true)
  })

  it('has room for the longest that there can be', () => {
    const worst = {
      state: 'identifying' as const,
      discardedBytes: 2 ** 30,
      badChecksums: 2 ** 30,
      timeouts: 2 ** 30,
      reconnects: 2 ** 30,
    }
    const lines = Object.fromEntries(Object.keys(soundStatus.lines).map((name) => [name, worst]))
    const longest: DeviceStatus = {
      ...soundStatus,
      casts: 10_000_000,
      lines: lines as DeviceStatus['lines'],
      power: 'battery-low',
    }
    expect(encodeStatus(longest)).toHaveLength(STATUS_BYTES)
  })

  it('says no exact number: of nothing that one voter more or one touch more changes each time', () => {
    for (const exact of [1, 49, 51, 149]) {
      expect(() => encodeStatus({ ...soundStatus, casts: exact })).toThrow()
      expect(() => encodeStatus({ ...soundStatus, room: exact })).toThrow()
    }
    const lines = { ...soundStatus.lines, printer: { ...soundStatus.lines.printer, timeouts: 3 } }
    expect(() => encodeStatus({ ...soundStatus, lines })).toThrow()
    expect([0, 1, 2, 3, 5, 1_023, 1_024].map(roundCounter)).toEqual([0, 1, 2, 2, 4, 512, 1_024])
    expect([roundBallots(149), roundRoom(99), roundRoom(9_999)]).toEqual([100, 50, 2_000])
  })

  it('is refused, and nothing worse, whatever arrives', () => {
    const good = Buffer.from(encodeStatus(soundStatus)).toString()
    const codeOf = (text: string) => {
      const parsed = parseStatus(Buffer.from(text), 'test')
      return parsed.ok ? 'taken' : parsed.error.code
    }
    expect(codeOf(good)).toBe('taken')
    expect(codeOf(`${good} `)).toBe('message.status-size')
    expect(codeOf(good.replace('"version":1', '"version":2'))).toBe('message.status')
    expect(codeOf(good.replace('"mains"', '"sun!!"'))).toBe('message.status')
    expect(codeOf(good.replace('"padding":"   ', '"padding":"239'))).toBe('message.status')
    expect(codeOf(good.replace('"padding":"     ', '"more":1,"padding":"').padEnd(STATUS_BYTES))).not.toBe(
      'taken',
    )
    fc.assert(
      fc.property(fc.uint8Array({ minLength: STATUS_BYTES, maxLength: STATUS_BYTES }), (bytes) => {
        expect(parseStatus(bytes, 'test').ok).toBe(false)
      }),
      { numRuns: 20 },
    )
  })
})
