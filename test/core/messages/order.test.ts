import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it, test } from 'vitest'
import { signerFromSeed } from '../../../core/keys/ed25519.ts'
import { checkOrder, type OrderGround } from '../../../core/messages/check-order.ts'
import { draftOrder, fingerprint, type OrderContent, readOrder } from '../../../core/messages/order.ts'
import { valueOrThrow } from '../../../core/result.ts'
import { utcSecond, utcText } from '../../../core/text/utc-second.ts'
import { definition, ground, leila, official, reza, said, signed } from './officials.ts'

type Check = typeof checkOrder

const codeOf = (payload: Uint8Array, changes: Partial<OrderGround> = {}, check: Check = checkOrder) => {
  const checked = check(payload, { ...ground, ...changes }, 'order')
  return checked.ok ? 'good' : checked.error.code
}

const id = fc.stringMatching(/^[a-z0-9][a-z0-9.-]{0,20}$/)
const time = fc.integer({ min: 0, max: 4_000_000_000 }).map((seconds) => utcText(seconds * 1_000))
const policy = fc.record({
  tellEverySeconds: fc.integer({ min: 10, max: 600 }),
  closingWindowSeconds: fc.integer({ min: 0, max: 7_200 }),
})
const content: fc.Arbitrary<OrderContent> = fc.record({
  election: id,
  to: fc.oneof(fc.constant('all' as const), fc.record({ device: id }), fc.record({ station: id })),
  number: fc.integer({ min: 1, max: 1e9 }),
  issued: time,
  expires: time,
  order: fc.oneof(
    fc.record({ do: fc.constant('extend-hours' as const), until: time }),
    fc.record({ do: fc.constantFrom('send-logs' as const, 'lock' as const, 'unlock' as const) }),
    fc.record({ do: fc.constant('reload-policy' as const), policy }),
  ),
})

describe('an order', () => {
  it('of two officials binds the device it names, and says by whom it is', () => {
    expect(valueOrThrow(checkOrder(signed(), ground, 'order'))).toMatchObject({
      content: said,
      by: [
        { name: 'لیلا', certificate: fingerprint(leila.certificate) },
        { name: 'رضا', certificate: fingerprint(reza.certificate) },
      ],
    })
  })

  it('is read back as it was drafted, whatever it says', () => {
    fc.assert(
      fc.property(content, (anything) => {
        const read = valueOrThrow(readOrder(draftOrder(anything, leila), 'draft'))
        expect(read.content).toEqual(anything)
      }),
      { numRuns: 30 },
    )
  })

  it('is refused with any byte changed', () => {
    const whole = signed()
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const bent = Uint8Array.from(whole, (byte, i) => (i === at ? byte ^ flip : byte))
        expect(codeOf(bent)).not.toBe('good')
      }),
      { numRuns: 60 },
    )
  })

  it('is no other bytes: they are refused and never throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void expect(codeOf(bytes)).not.toBe('good')),
    )
    expect(codeOf(new Uint8Array(20_000))).toBe('message.size')
  })

  it('keeps its name whoever signed it', () => {
    const [one, other] = [signed(), signed({}, reza, leila)].map((bytes) => readOrder(bytes, 'order'))
    expect(one?.ok && one.value.hash).toBe(other?.ok && other.value.hash)
  })
})

test.each([
  ['one signature', 'order.one-signature', draftOrder(said, leila)],
  ['one person twice', 'order.one-person', signed({}, leila, leila)],
  ['one person with two keys', 'order.one-person', signed({}, leila, official('لیلا', 5))],
  ['one name written in two ways', 'order.one-person', signed({}, leila, official('ليلا', 5))],
  ['one name with a joiner in it', 'order.one-person', signed({}, leila, official('لی\u200cلا', 5))],
  ['a name of which a part is not seen', 'order.name', signed({}, leila, official('رضا\u200b', 3))],
  ['a name that turns text around', 'order.name', signed({}, leila, official('x\u202eabc', 3))],
  ['the id of a device', 'order.name', signed({}, leila, official('d-1', 3))],
  ['the name of a collector', 'order.name', signed({}, leila, official('centre.example', 3))],
  ['a name of which nothing is read', 'order.name', signed({}, leila, official('...', 3))],
  ['one key with two names', 'order.one-person', signed({}, leila, official('مینا', leila.signer))],
  ['an auditor', 'order.role', signed({}, leila, official('رضا', 3, 'auditor'))],
  [
    'another authority',
    'certificate.wrong-authority',
    signed({}, leila, official('رضا', 3, 'official', signerFromSeed(new Uint8Array(32).fill(8)))),
  ],
  [
    'a key that is not its certificate’s',
    'order.key',
    signed({}, leila, { signer: signerFromSeed(new Uint8Array(32).fill(7)), certificate: reza.certificate }),
  ],
  ['another election', 'order.election', signed({ election: 'e-2' })],
  ['another device', 'order.addressee', signed({ to: { device: 'd-2' } })],
  ['another station', 'order.addressee', signed({ to: { station: 'st-2' } })],
  ['the number taken last', 'order.old', signed({ number: 3 })],
  ['a time that is over', 'order.expired', signed({ expires: '2026-06-19T10:59:59Z' })],
  ['a time to come', 'order.not-yet', signed({ issued: '2026-06-19T11:10:01Z' })],
  ['more than a day', 'order.times', signed({ expires: '2026-06-20T10:00:01Z' })],
  ['no time', 'order.times', signed({ expires: said.issued })],
  ['hours that are over', 'order.until', signed({ order: { do: 'extend-hours', until: said.issued } })],
  [
    'hours of another day',
    'order.until',
    signed({ order: { do: 'extend-hours', until: '2026-06-21T10:00:00Z' } }),
  ],
])('an order with %s is refused: %s', (_, code, payload) => {
  expect(codeOf(payload)).toBe(code)
})

it.each([
  ['tells without a pause', { tellEverySeconds: 9, closingWindowSeconds: 900 }],
  ['is silent until it is missed', { tellEverySeconds: 601, closingWindowSeconds: 900 }],
  ['spreads over no time', { tellEverySeconds: 300, closingWindowSeconds: -1 }],
  ['is waited for all night', { tellEverySeconds: 300, closingWindowSeconds: 7_201 }],
])('of a policy by which a device %s cannot be made', (_, policy) => {
  expect(() => signed({ order: { do: 'reload-policy', policy } })).toThrow('no device would read')
})

it('of a station or of all binds each of them', () => {
  for (const to of [{ station: 'st-1' }, 'all'] as const) expect(codeOf(signed({ to }))).toBe('good')
})

it('a time is one that there is', () => {
  expect(utcSecond('2026-02-30T00:00:00Z')).toBeUndefined()
  expect(utcSecond('2026-06-19T10:00:00Z')).toBe(Date.parse('2026-06-19T10:00:00Z'))
})

describe('a build that does not look', () => {
  const ROOT = join(import.meta.dirname, '../../..')
  const folders: string[] = []
  afterAll(() => {
    for (const folder of folders) rmSync(folder, { recursive: true })
  })

  async function weakened(line: string, by: string): Promise<Check> {
    const folder = mkdtempSync(join(tmpdir(), 'sandogh-weakened-'))
    folders.push(folder)
    cpSync(join(ROOT, 'core'), join(folder, 'core'), { recursive: true })
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
    const file = join(folder, 'core/messages/check-order.ts')
    const parts = readFileSync(file, 'utf8').split(line)
    if (parts.length !== 2) throw new Error(`this line is there ${parts.length - 1} times: ${line}`)
    writeFileSync(file, parts.join(by))
    return (await import(/* @vite-ignore */ file)).checkOrder
  }

  test.each([
    [
      'for two people takes one twice',
      'equalBytes(one.publicKeyRaw, other.publicKeyRaw) || isOneName(one.subject, other.subject)',
      'false',
      signed({}, leila, leila),
    ],
    [
      'for the role takes an auditor’s word',
      "role === 'official'",
      'role.length > 0',
      signed({}, leila, official('رضا', 3, 'auditor')),
    ],
    [
      'for whose key signed takes anybody’s',
      '!equalBytes(official.value.publicKeyRaw, keys[i] ?? new Uint8Array())',
      'keys[i] === undefined',
      signed({}, leila, {
        signer: signerFromSeed(new Uint8Array(32).fill(7)),
        certificate: reza.certificate,
      }),
    ],
    ['for its number takes an old one', 'number <= lastNumber', 'number < 0', signed({ number: 3 })],
    ['for whom it is takes another’s', '!isMine', 'to === undefined', signed({ to: { device: 'd-2' } })],
    [
      'for its time takes an old one',
      'now > expires',
      'now > 4e12',
      signed({ expires: '2026-06-19T10:59:59Z' }),
    ],
  ])('%s', async (_, line, by, payload) => {
    expect(codeOf(payload)).not.toBe('good')
    expect(codeOf(payload, {}, await weakened(line, by))).toBe('good')
  })
})

it('says what, where and what next', () => {
  const checked = checkOrder(signed({ number: 1 }), { ...ground, definition }, 'down/order')
  expect(checked).toMatchObject({
    error: { where: 'down/order', what: 'number 1 after number 3', next: expect.stringContaining('higher') },
  })
})
