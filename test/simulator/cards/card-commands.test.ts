import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cardKeyFromScalar, makeCardKey } from '../../../simulator/cards/card-key.ts'
import type { SmartCard } from '../../../simulator/cards/smart-card.ts'
import { VoterCard } from '../../../simulator/cards/voter-card.ts'
import { seededRandom } from '../../../simulator/seeded-random.ts'
import { hex } from '../device-side.ts'
import { officer, SELECT, voter } from './dealt.ts'
import { send } from './terminal-side.ts'

describe('every card', () => {
  it('has the ATR of docs/card.md and answers its kind to SELECT', () => {
    const card = new VoterCard({ random: seededRandom(1) })
    expect(Buffer.from(card.reset()).toString('hex')).toBe('3b0445564d31')
    expect(send(card, SELECT)).toBe('6101')
    expect(send(card, '00 C0 00 00 01')).toBe('019000')
    expect(send(officer(), '00 C0 00 00 01')).toBe('029000')
  })

  it('follows the rules of T=0', () => {
    const card = voter()
    expect(send(card, '00 C0 00 00 05')).toBe('6c01')
    expect(send(card, '00 C0 00 00 01')).toBe('019000')
    expect(send(card, '00 C0 00 00 01')).toBe('6985')
    expect(send(card, '80 12 00 00 00')).toBe('6c21')
    expect(send(card, '80 12 00 00 21')).toBe(`00${'00'.repeat(32)}9000`)
    expect(send(card, '00 77 00 00 00')).toBe('6d00')
    expect(send(card, 'A0 A4 00 00 00')).toBe('6e00')
    expect(send(card, '80 12 01 00 21')).toBe('6a86')
    expect(send(card, '00 88 00 00 02 01 02')).toBe('6700')
    expect(send(card, '00 A4 04 00 02 01 02')).toBe('6a82')
  })

  it('knows nothing before the applet is selected, nor after a reset', () => {
    const card = voter()
    card.reset()
    expect(send(card, '80 12 00 00 21')).toBe('6985')
  })

  it('gives objects in pieces, and says how long they are', () => {
    const card = officer()
    expect(send(card, '00 A4 02 0C 02 02 01')).toBe('9000')
    expect(send(card, '00 CA 00 00 02')).toBe('01c29000')
    expect(send(card, '00 B0 00 00 C8')).toBe(`${'ce'.repeat(200)}9000`)
    expect(send(card, '00 B0 01 90 C8')).toBe('6c32')
    expect(send(card, '00 B0 01 90 32')).toBe(`${'ce'.repeat(50)}9000`)
    expect(send(card, '00 B0 01 C2 01')).toBe('6b00')
    expect(send(card, '00 DA 00 00', Buffer.of(1))).toBe('6982')
    expect(send(card, '00 A4 02 0C 02 01 01')).toBe('6a82')
  })

  it('takes any command at all without breaking', () => {
    const interesting = fc.constantFrom(
      0x00,
      0x80,
      0xa4,
      0x20,
      0xb0,
      0xca,
      0xda,
      0x88,
      0x10,
      0x12,
      0xc0,
      1,
      2,
      3,
      4,
    )
    const byte = fc.oneof(interesting, fc.nat(255))
    const command = fc.tuple(
      fc.tuple(byte, byte, byte, byte, byte),
      fc.option(fc.uint8Array({ maxLength: 255 })),
    )
    fc.assert(
      fc.property(fc.array(command, { maxLength: 20 }), fc.boolean(), (commands, asVoter) => {
        const card: SmartCard = asVoter ? voter() : officer()
        for (const [header, body] of commands) {
          const p3 = body === null ? header[4] : body.length
          const answer = card.transmit(
            Uint8Array.from([...header.slice(0, 4), p3]),
            body ?? new Uint8Array(0),
          )
          expect(answer.length).toBeGreaterThanOrEqual(2)
          expect(answer.length).toBeLessThanOrEqual(202)
        }
      }),
    )
  })
})

describe("a card's key", () => {
  it('is the public point of its scalar (FIPS 186-4 key pair of RFC 6979, A.2.5)', () => {
    const key = cardKeyFromScalar(
      Uint8Array.from(hex('C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721')),
    )
    expect(Buffer.from(key.publicKey).toString('hex').toUpperCase()).toBe(
      '0460FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB67903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299',
    )
  })

  it('comes out the same from the same random numbers', () => {
    expect(makeCardKey(seededRandom('k')).publicKey).toEqual(makeCardKey(seededRandom('k')).publicKey)
  })
})
