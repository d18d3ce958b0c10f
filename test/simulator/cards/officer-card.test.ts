import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { CERTIFICATE, cards, desk, device, officer, PIN, selected, under, verifies } from './dealt.ts'
import { send } from './terminal-side.ts'

describe("an officer's card", () => {
  it('opens its share of the day key to a device of its station with the right PIN only', () => {
    const card = officer()
    const share = Buffer.alloc(81, 7)
    send(card, '00 A4 02 0C 02 02 02')
    expect(send(card, `00 20 00 80 08 ${PIN}`)).toBe('9000')
    expect(send(card, '00 DA 00 00', share)).toBe('6982')
    expect(send(card, '00 B0 00 00 51')).toBe('6982')
    for (const stranger of [desk, cards.terminal('ballot-device', 's-2')]) {
      const at = under(card, stranger)
      at.send('00 A4 02 0C 02 02 02')
      expect(at.send(`00 20 00 80 08 ${PIN}`)).toBe('9000')
      expect(at.send('00 DA 00 00', share)).toBe('6982')
      expect(at.send('00 CA 00 00')).toBe('6982')
    }
    const at = under(card, device)
    expect(at.send('00 A4 02 0C 02 02 02')).toBe('9000')
    expect(at.send('00 B0 00 00')).toBe('6982')
    expect(at.send('00 DA 00 00', share)).toBe('6982')
    expect(at.send(`00 20 00 80 08 ${PIN}`)).toBe('9000')
    expect(at.send('00 20 00 80')).toBe('9000')
    expect(at.send('00 DA 00 00', share)).toBe('9000')
    expect(at.send('00 B0 00 00')).toBe(`${share.toString('hex')}9000`)
    expect(at.send('00 DA 00 51', Buffer.of(1))).toBe('6a84')
    expect(at.send('00 DA 00 00')).toBe('9000')
    expect(at.send('00 CA 00 00')).toBe('00009000')
    // Whoever cuts in on the channel has neither it nor the PIN.
    expect(send(card, '00 20 00 80 00')).toBe('63c5')
    expect(send(card, '00 88 00 00', Buffer.alloc(64))).toBe('6982')
    selected(card)
    send(card, '00 A4 02 0C 02 02 02')
    expect(send(card, '00 CA 00 00 02')).toBe('6982')
  })

  it('tells a wrong PIN under the channel in words of its own', () => {
    const at = under(officer(), device)
    expect(at.send(`00 20 00 80 08 ${'31'.repeat(8)}`)).toBe('63c4')
    expect(at.send(`00 20 00 80 08 ${PIN}`)).toBe('9000')
    for (const left of [4, 3, 2, 1, 0]) expect(at.send(`00 20 00 80 08 ${'31'.repeat(8)}`)).toBe(`63c${left}`)
    expect(at.send(`00 20 00 80 08 ${PIN}`)).toBe('6983')
    expect(at.send('00 20 00 80')).toBe('63c0')
  })

  it('counts wrong PINs, forgives them after the right one, and is dead after five', () => {
    const card = officer()
    const wrong = `00 20 00 80 08 ${'31'.repeat(8)}`
    expect(send(card, '00 20 00 80 00')).toBe('63c5')
    expect(send(card, wrong)).toBe('63c4')
    expect(send(card, `00 20 00 80 08 ${PIN}`)).toBe('9000')
    for (const left of [4, 3, 2, 1, 0]) expect(send(card, wrong)).toBe(`63c${left}`)
    expect(send(card, `00 20 00 80 08 ${PIN}`)).toBe('6983')
    selected(card)
    expect(send(card, '00 20 00 80 00')).toBe('63c0')
  })

  it('signs over its certificate once its PIN is verified, and has no states', () => {
    const card = officer()
    expect(send(card, '00 88 00 00', Buffer.alloc(64))).toBe('6982')
    expect(send(card, `00 20 00 80 08 ${PIN}`)).toBe('9000')
    expect(send(card, '00 88 00 00', Buffer.alloc(64))).toBe('6140')
    const signature = Buffer.from(send(card, '00 C0 00 00 40').slice(0, 128), 'hex')
    const certificateHash = createHash('sha256').update(CERTIFICATE).digest()
    const signed = Buffer.concat([Buffer.from('sandogh/v1/card'), Buffer.alloc(64), certificateHash])
    expect(verifies(card.publicKey, signed, signature)).toBe(true)
    expect(send(card, '80 12 00 00 21')).toBe('6d00')
  })
})
