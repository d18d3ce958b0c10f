import { describe, expect, test } from 'vitest'
import { makeCardKey } from '../../../simulator/cards/card-key.ts'
import { OfficerCard } from '../../../simulator/cards/officer-card.ts'
import { PersonCard } from '../../../simulator/cards/person-card.ts'
import { personalise } from '../../../simulator/cards/personalise.ts'
import type { SmartCard } from '../../../simulator/cards/smart-card.ts'
import { VoterCard } from '../../../simulator/cards/voter-card.ts'
import { seededRandom } from '../../../simulator/seeded-random.ts'
import { makeStation } from '../../audit/fixtures.ts'
import { CARD_PIN, StationCards } from '../../fixtures/station-cards.ts'
import { send, TerminalSide } from './terminal-side.ts'

const SELECT = '00 A4 04 00 08 F0 53 41 4E 44 4F 47 48'
const cards = new StationCards('made', makeStation('made', { casts: [0] }))
const key = () => makeCardKey(seededRandom('made'))
const OBJECTS: readonly (readonly [number, Uint8Array])[] = [
  [0x0201, new Uint8Array(450).fill(0xce)],
  [0x0301, cards.cardAuthority.publicKey],
  [0x0302, Buffer.from(CARD_PIN)],
  [0x0303, new Uint8Array(32).fill(7)],
  [0x0204, Buffer.from('{}')],
]
/** A card of each sort, and what it must be given. */
const KINDS: readonly (readonly [string, () => SmartCard, readonly number[]])[] = [
  ['voter', () => new VoterCard({ random: seededRandom('made') }), [0x0201, 0x0301]],
  ['spare', () => new OfficerCard({ kind: 'spare', key: key() }), [0x0201, 0x0301, 0x0302, 0x0303]],
  ['auditor', () => new PersonCard({ kind: 'auditor', key: key() }), [0x0201, 0x0301, 0x0302]],
  ['trustee', () => new PersonCard({ kind: 'trustee', key: key() }), [0x0201, 0x0301, 0x0302, 0x0204]],
]

function selected<T extends SmartCard>(card: T): T {
  card.reset()
  send(card, SELECT)
  return card
}

function choose(card: SmartCard, id: number): string {
  return send(card, '00 A4 02 0C', Uint8Array.of(id >> 8, id & 0xff))
}

describe.each(KINDS)('a card for %s', (_kind, make, ids) => {
  const needed = OBJECTS.filter(([id]) => ids.includes(id))

  test('that was only made shows its keys, takes what it is given and does nothing else', () => {
    const card = selected(make())
    expect(choose(card, 0x0102)).toBe('9000')
    expect(send(card, '00 B0 00 00 41')).toMatch(/^04.{128}9000$/)
    expect(send(card, '80 2A 00 10', cards.terminal('check-in').certificate)).toBe('6985')
    expect(send(card, '00 88 00 00', new Uint8Array(64))).toBe('6985')
    for (const command of ['80 12 00 00 21', '80 10 01 00 00', '00 20 00 80 00'])
      expect(['6985', '6d00']).toContain(send(card, command))
    expect(send(card, '80 14 00 00 00')).toBe('6985')
  })

  test('is sealed once, when nothing is missing, and takes nothing after that', () => {
    for (const [missing] of needed) {
      const rest = new Map(needed.filter(([id]) => id !== missing))
      expect(() => personalise(make(), rest)).toThrow('6985')
    }
    const card = make()
    personalise(card, new Map(needed))
    selected(card)
    expect(send(card, '80 14 00 00 00')).toBe('6985')
    for (const [id] of needed) {
      expect(choose(card, id)).toBe('9000')
      expect(send(card, '00 DA 00 00', Uint8Array.of(1))).toBe('6982')
      expect(send(card, '00 DA 00 00 00')).toBe('6982')
    }
    expect(() => personalise(card, new Map(needed))).toThrow('6982')
  })

  test('never tells PIN, authority key or station again', () => {
    const card = make()
    personalise(card, new Map(needed))
    selected(card)
    if (ids.includes(0x0302)) expect(send(card, '00 20 00 80', Buffer.from(CARD_PIN))).toBe('9000')
    for (const id of ids.filter((id) => id >= 0x0300)) {
      choose(card, id)
      expect(send(card, '00 CA 00 00 02')).toBe('6982')
      expect(send(card, '00 B0 00 00 08')).toBe('6982')
    }
  })

  test('knows terminals of the authority that it was given', () => {
    const card = make()
    personalise(card, new Map(needed))
    expect(() => new TerminalSide(selected(card), cards.terminal('ballot-device'))).not.toThrow()
  })
})

test('a PIN is eight digits', () => {
  const card = new OfficerCard({ kind: 'spare', key: key() })
  const wrong = new Map(OBJECTS.filter(([id]) => id !== 0x0204)).set(0x0302, Buffer.from('1234abcd'))
  expect(() => personalise(card, wrong)).toThrow('6985')
})
