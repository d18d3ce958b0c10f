import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DayKeyGathering } from '../../../device-agent/ballot/polls/day-key.ts'
import type { OfficerRole } from '../../../device-agent/ballot/polls/polls.ts'
import { seededRandom } from '../../../simulator/seeded-random.ts'

const ROLES: readonly OfficerRole[] = ['executive', 'supervisory', 'spare']

/** A morning's key and the shares as the three cards hold them. */
function draw(seed: string, station = 's-1') {
  const gathering = new DayKeyGathering(station, seededRandom(seed), [], [])
  const shares = ROLES.map((role) => {
    const presented = gathering.present(role, undefined, true)
    if (presented.is !== 'write') throw new Error('no share to write')
    return presented.share
  }) as [Uint8Array, Uint8Array, Uint8Array]
  return { key: gathering.key() as Uint8Array, shares, gathering }
}

describe('the day key of a station', () => {
  test('is had from any two of its three cards, in any order', () => {
    const { key, shares, gathering } = draw('morning')
    expect(gathering.isDrawn).toBe(true)
    for (const [a, b] of [
      [0, 1],
      [1, 0],
      [0, 2],
      [2, 1],
    ] as const) {
      const again = new DayKeyGathering('s-1', seededRandom('again'), [], [])
      expect(again.present(ROLES[a] as OfficerRole, shares[a], true)).toEqual({ is: 'read' })
      expect(again.key()).toBeUndefined()
      expect(again.present(ROLES[b] as OfficerRole, shares[b], true)).toEqual({ is: 'read' })
      expect(again.key()).toEqual(key)
      expect(again.isDrawn).toBe(false)
    }
  })

  test('is written again on a card that took its share before the keys were turned back', () => {
    const { shares, gathering } = draw('morning')
    expect(gathering.present('executive', shares[0], true)).toEqual({ is: 'write', share: shares[0] })
    expect(gathering.present('executive', shares[1], true)).toEqual({ is: 'refused', why: 'cards-differ' })
  })

  test('is not had from one card shown twice', () => {
    const { shares } = draw('morning')
    const again = new DayKeyGathering('s-1', seededRandom('again'), [], [])
    again.present('executive', shares[0], true)
    expect(again.present('executive', shares[0], true)).toEqual({ is: 'refused', why: 'cards-differ' })
    expect(again.key()).toBeUndefined()
  })

  test('is drawn only at an opening', () => {
    const again = new DayKeyGathering('s-1', seededRandom('again'), [], [])
    expect(again.present('executive', undefined, false)).toEqual({ is: 'refused', why: 'no-share' })
    expect(again.isDrawn).toBe(false)
  })

  test('is never drawn beside one that a card already holds', () => {
    const { shares } = draw('morning')
    const read = new DayKeyGathering('s-1', seededRandom('again'), [], [])
    read.present('executive', shares[0], true)
    expect(read.present('supervisory', undefined, true)).toEqual({ is: 'refused', why: 'no-share' })
    const drawn = new DayKeyGathering('s-1', seededRandom('again'), [], [])
    drawn.present('executive', undefined, true)
    expect(drawn.present('supervisory', shares[1], true)).toEqual({ is: 'refused', why: 'start-with-this' })
    expect([drawn.isDrawn, drawn.key()]).toEqual([false, undefined])
  })

  test('does not come from cards of another day or another station', () => {
    const { shares } = draw('morning')
    const yesterday = draw('yesterday')
    const elsewhere = draw('morning', 's-2')
    const again = new DayKeyGathering('s-1', seededRandom('again'), [], [])
    expect(again.present('executive', elsewhere.shares[0], true)).toEqual({
      is: 'refused',
      why: 'cards-differ',
    })
    again.present('executive', shares[0], true)
    expect(again.present('supervisory', yesterday.shares[1], true)).toEqual({
      is: 'refused',
      why: 'cards-differ',
    })
    expect(again.present('supervisory', shares[1], true)).toEqual({ is: 'read' })
  })

  test('does not come from a share with any byte changed, and the right card is taken afterwards', () => {
    const { key, shares } = draw('morning')
    fc.assert(
      fc.property(fc.nat(shares[1].length - 1), fc.integer({ min: 1, max: 255 }), (at, bits) => {
        const changed = shares[1].map((byte, i) => (i === at ? byte ^ bits : byte))
        const again = new DayKeyGathering('s-1', seededRandom('again'), [], [])
        again.present('executive', shares[0], true)
        expect(again.present('supervisory', changed, true)).toEqual({ is: 'refused', why: 'cards-differ' })
        expect(again.present('supervisory', shares[1], true)).toEqual({ is: 'read' })
        expect(again.key()).toEqual(key)
      }),
      { numRuns: 50 },
    )
  })

  test('is not had from a card with anything else on it', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        const again = new DayKeyGathering('s-1', seededRandom('again'), [], [])
        expect(again.present('executive', bytes, true)).toEqual({ is: 'refused', why: 'cards-differ' })
      }),
      { numRuns: 50 },
    )
  })
})

describe('a key whose two cards have their shares', () => {
  const morning = () => {
    const cards = new Map<OfficerRole, Uint8Array>()
    const drawing = new DayKeyGathering('s-1', seededRandom('morning'), [], [])
    for (const role of ['executive', 'supervisory'] as const) {
      const presented = drawing.present(role, undefined, true)
      if (presented.is !== 'write') throw new Error('a key is drawn for blank cards')
      cards.set(role, presented.share)
      drawing.written(role)
    }
    return { cards, id: drawing.drawnId ?? '', key: drawing.key(), isShared: drawing.isShared }
  }

  test('is never written over where it was drawn, though somebody empties one of the cards', () => {
    const { cards, id, isShared } = morning()
    expect(isShared).toBe(true)
    const again = new DayKeyGathering('s-1', seededRandom('again'), [id], [id])
    expect(again.present('supervisory', undefined, true).is).toBe('write')
    expect(again.present('executive', cards.get('executive'), true).is).toBe('refused')
  })

  test('gives the spare card its share after a power cut that came before it', () => {
    const { cards, id, key } = morning()
    const again = new DayKeyGathering('s-1', seededRandom('again'), [id], [id])
    for (const role of ['executive', 'supervisory'] as const)
      expect(again.present(role, cards.get(role), true)).toEqual({ is: 'read' })
    expect(again.wantsAllCards).toBe(true)
    const third = again.present('spare', undefined, true)
    if (third.is !== 'write') throw new Error('the spare takes its share')
    const later = new DayKeyGathering('s-1', seededRandom('later'), [], [])
    expect(later.present('spare', third.share, false)).toEqual({ is: 'read' })
    expect(later.present('supervisory', cards.get('supervisory'), false)).toEqual({ is: 'read' })
    expect(later.key()).toEqual(key)
  })
})
