import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseAtr } from '../../../firmware/card-reader/atr.ts'
import {
  chooseSettings,
  confirmSettings,
  readerParameters,
  waitingTimeMs,
} from '../../../firmware/card-reader/settings.ts'
import { someBytes } from '../properties.ts'
import { bytes } from '../scripted-line.ts'

const T1 = '3b 94 11 81 31 fe 45 45 56 4d 31 e1'

function atrOf(text: string) {
  const atr = parseAtr(bytes(text))
  if (atr === undefined) throw new Error(`no answer to reset: ${text}`)
  return atr
}

/** With the check byte that it needs. */
function checked(all: readonly number[]): Uint8Array {
  return Uint8Array.from([...all, all.slice(1).reduce((sum, byte) => sum ^ byte, 0)])
}

describe('an answer to reset', () => {
  test('that says nothing of it offers T=0 as it is after reset', () => {
    expect(atrOf('3b 04 45 56 4d 31')).toEqual({
      bytes: bytes('3b 04 45 56 4d 31'),
      convention: 'direct',
      protocols: [0],
      speed: 0x11,
      specific: undefined,
      extraGuard: 0,
      waitingInteger: 10,
      t1: { ifsc: 32, bwi: 4, cwi: 13, check: 'lrc' },
      historical: bytes('45 56 4d 31'),
    })
  })

  test('says what it offers of T=1', () => {
    expect(atrOf(T1)).toMatchObject({
      protocols: [1],
      speed: 0x11,
      t1: { ifsc: 254, bwi: 4, cwi: 5, check: 'lrc' },
      historical: bytes('45 56 4d 31'),
    })
  })

  // A JCOP card, a Belgian identity card, an OpenPGP card 2.1: from the list of pcsc-tools.
  test.each([
    ['3b f8 13 00 00 81 31 fe 45 4a 43 4f 50 76 32 34 31 b7', [1], 0x13, 254],
    ['3b 98 13 40 0a a5 03 01 01 01 ad 13 11', [0], 0x13, 32],
    ['3b da 18 ff 81 b1 fe 75 1f 03 00 31 c5 73 c0 01 40 00 90 00 0c', [1], 0x18, 254],
  ])('of a card that can be bought: %s', (text, protocols, speed, ifsc) => {
    expect(atrOf(text)).toMatchObject({ protocols, speed, t1: { ifsc } })
  })

  test('has a check byte wherever not T=0 alone is named', () => {
    expect(parseAtr(bytes('3b 80 01 81'))?.protocols).toEqual([1])
    expect(parseAtr(bytes('3b 80 01'))).toBeUndefined()
    expect(parseAtr(bytes('3b 80 00'))?.protocols).toEqual([0])
    expect(parseAtr(bytes('3b 80 80 1f 05 1a'))?.protocols).toEqual([0])
    expect(parseAtr(bytes('3b 80 80 1f 05'))).toBeUndefined()
  })

  test('with a byte missing, too many, wrong or reserved is none', () => {
    expect(parseAtr(bytes('3b 04 45 56 4d'))).toBeUndefined()
    expect(parseAtr(bytes('3b 04 45 56 4d 31 00'))).toBeUndefined()
    expect(parseAtr(bytes('00 04 45 56 4d 31'))).toBeUndefined()
    expect(parseAtr(bytes('3b 94 11 81 31 fe 45 45 56 4d 31 e0'))).toBeUndefined()
    expect(parseAtr(bytes(''))).toBeUndefined()
    const sized = (ifsc: number) => parseAtr(checked([0x3b, 0x80, 0x81, 0x11, ifsc]))
    expect(sized(0)).toBeUndefined()
    expect(sized(255)).toBeUndefined()
    expect(sized(1)?.t1.ifsc).toBe(1)
  })

  test('is read back as it was composed, and not with any one byte changed', () => {
    const octet = fc.nat(255)
    const composed = fc.record({
      speed: octet,
      guard: octet,
      ifsc: fc.integer({ min: 1, max: 254 }),
      bwi: fc.nat(9),
      cwi: fc.nat(15),
      historical: fc.uint8Array({ maxLength: 15 }),
    })
    fc.assert(
      fc.property(composed, fc.nat(), octet, ({ speed, guard, ifsc, bwi, cwi, historical }, at, value) => {
        const head = [0x3b, 0xd0 | historical.length, speed, guard, 0x81, 0x31, ifsc, (bwi << 4) | cwi]
        const whole = checked([...head, ...historical])
        const atr = parseAtr(whole)
        expect(atr).toMatchObject({
          protocols: [1],
          speed,
          extraGuard: guard,
          t1: { ifsc, bwi, cwi },
          historical,
        })
        const place = 1 + (at % (whole.length - 1))
        const bent = whole.with(place, value)
        // T=0 alone has no check byte: one byte can make a card of T=1 that.
        if (whole[place] !== value) expect(parseAtr(bent)?.protocols ?? [0]).toEqual([0])
      }),
    )
  })

  test('never breaks its parser', () => {
    const likely = fc
      .tuple(fc.constantFrom(0x3b, 0x3f), someBytes(40))
      .map(([ts, rest]) => Uint8Array.of(ts, ...rest))
    fc.assert(
      fc.property(fc.oneof(someBytes(40), likely), (any) => {
        const atr = parseAtr(any)
        if (atr === undefined) return
        expect(atr.protocols.length).toBeGreaterThan(0)
        const settings = chooseSettings(atr)
        if (settings === undefined) return
        expect(readerParameters(atr, settings)).toHaveLength(settings.protocol === 0 ? 5 : 7)
        expect(waitingTimeMs(atr, settings)).toBeGreaterThan(0)
      }),
    )
  })
})

describe('what card and reader agree on', () => {
  test('is what the card starts in, if nothing better is on offer', () => {
    expect(chooseSettings(atrOf('3b 04 45 56 4d 31'))).toEqual({ protocol: 0, speed: 0x11, pps: undefined })
    expect(chooseSettings(atrOf(T1))).toEqual({ protocol: 1, speed: 0x11, pps: undefined })
    expect(readerParameters(atrOf(T1), { protocol: 1, speed: 0x11, pps: undefined })).toEqual(
      bytes('11 10 00 45 00 fe 00'),
    )
  })

  test('is negotiated where the card is faster, as far as the reader keeps up', () => {
    expect(chooseSettings(atrOf('3b 14 94 45 56 4d 31'))?.pps).toEqual(bytes('ff 10 94 7b'))
    expect(chooseSettings(atrOf('3b 14 96 45 56 4d 31'))?.pps).toEqual(bytes('ff 10 96 79'))
    // 688 kbit a second is more than a Twin has.
    expect(chooseSettings(atrOf('3b 14 17 45 56 4d 31'))?.pps).toBeUndefined()
    expect(chooseSettings(atrOf('3b 14 01 45 56 4d 31'))?.pps).toBeUndefined()
  })

  test('is the one protocol of a card that negotiates nothing, and none if its speed is told nowhere', () => {
    const specific = (ta2: number) => parseAtr(checked([0x3b, 0x80, 0x91, ta2, 0x31, 0xfe, 0x45]))
    const [explicit, implicit] = [specific(0x01), specific(0x11)]
    expect(explicit && chooseSettings(explicit)).toEqual({ protocol: 1, speed: 0x11, pps: undefined })
    expect(implicit && chooseSettings(implicit)).toBeUndefined()
  })

  test('is never T=1 with a CRC, which is not spoken here', () => {
    const crc = parseAtr(checked([0x3b, 0x80, 0x81, 0x41, 0x01]))
    expect(crc?.t1.check).toBe('crc')
    expect(crc && chooseSettings(crc)).toBeUndefined()
    const both = parseAtr(checked([0x3b, 0x80, 0x80, 0x81, 0x41, 0x01]))
    expect(both && chooseSettings(both)).toEqual({ protocol: 0, speed: 0x11, pps: undefined })
  })

  test('is nothing with a card that may be silent for more than six seconds', () => {
    const silent = (waiting: number) => parseAtr(checked([0x3b, 0x80, 0x81, 0x21, waiting]))
    const [longest, longer] = [silent(0x65), silent(0x75)]
    expect(longest && chooseSettings(longest)?.protocol).toBe(1)
    expect(longer).toBeDefined()
    expect(longer && chooseSettings(longer)).toBeUndefined()
    expect(chooseSettings(atrOf('3b 80 40 43'))?.protocol).toBe(0)
    expect(chooseSettings(atrOf('3b 80 40 44'))).toBeUndefined()
  })

  test('holds once the card has confirmed it, at the usual speed if it leaves the other out', () => {
    const asked = { protocol: 0, speed: 0x94, pps: bytes('ff 10 94 7b') } as const
    expect(confirmSettings(asked, bytes('ff 10 94 7b'))).toEqual(asked)
    expect(confirmSettings(asked, bytes('ff 00 ff'))).toEqual({ ...asked, speed: 0x11 })
    for (const other of [
      'ff 10 95 7a',
      'ff 11 94 7a',
      'ff 10 94 7a',
      'ff 10 94',
      '',
      '6d 00',
      'ff 30 94 00 5b',
    ])
      expect(confirmSettings(asked, bytes(other))).toBeUndefined()
  })
})
