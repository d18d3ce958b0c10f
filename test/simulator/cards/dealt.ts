/** Cards of one station as they lie in a hand, selected, and its terminals. */
import { createPublicKey, verify } from 'node:crypto'
import { expect } from 'vitest'
import type { CardTerminal } from '../../../firmware/card-reader/secure-channel.ts'
import type { OfficerCard } from '../../../simulator/cards/officer-card.ts'
import type { SmartCard } from '../../../simulator/cards/smart-card.ts'
import type { VoterCard } from '../../../simulator/cards/voter-card.ts'
import { makeStation } from '../../audit/fixtures.ts'
import { CARD_PIN, StationCards } from '../../fixtures/station-cards.ts'
import { send, TerminalSide } from './terminal-side.ts'

export const SELECT = '00 A4 04 00 08 F0 53 41 4E 44 4F 47 48'
export const DEVICE = Buffer.alloc(32, 0xd1)
export const OTHER_DEVICE = Buffer.alloc(32, 0xd2)
export const PIN = Buffer.from(CARD_PIN, 'ascii').toString('hex')
export const CERTIFICATE = Buffer.alloc(450, 0xce)

export const cards = new StationCards('cards', makeStation('cards', { casts: [0] }))
export const desk = cards.terminal('check-in')
export const device = cards.terminal('ballot-device')
export const neighbour = cards.terminal('ballot-device')

export function selected<T extends SmartCard>(card: T): T {
  card.reset()
  expect(send(card, SELECT)).toBe('6101')
  return card
}

export function voter(): VoterCard {
  return selected(cards.voter())
}

export function officer(certificate: Uint8Array = CERTIFICATE): OfficerCard {
  return selected(cards.officer('executive', { certificate }))
}

/** A terminal of the station with a channel to the card, which is selected anew. */
export function under(card: SmartCard, terminal: CardTerminal): TerminalSide {
  return new TerminalSide(selected(card), terminal)
}

export function issued(): VoterCard {
  const card = voter()
  const at = under(card, desk)
  at.send('00 A4 02 0C 02 01 01')
  expect(at.send('00 DA 00 00', Buffer.from('{"nonce":1}'))).toBe('9000')
  expect(at.send('80 10 01 00')).toBe('9000')
  return card
}

export function verifies(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const coordinate = (from: number): string =>
    Buffer.from(publicKey.subarray(from, from + 32)).toString('base64url')
  const key = createPublicKey({
    format: 'jwk',
    key: { kty: 'EC', crv: 'P-256', x: coordinate(1), y: coordinate(33) },
  })
  return verify('sha256', message, { key, dsaEncoding: 'ieee-p1363' }, signature)
}
