/** Devices of one station see each other's journals on the officers' cards: honest ones agree, and whoever shows two histories is found. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { witnessNameOf } from '../../../core/bundle/names.ts'
import { parseDefinition } from '../../../core/election/definition.ts'
import { signerFromSeed } from '../../../core/keys/ed25519.ts'
import { addSignatureLine, cosign, openCosignature } from '../../../core/tlog/cosignature.ts'
import {
  encodeHeads,
  HEADS_ROOM,
  MAX_NOTE,
  parseHeads,
  type StationHead,
} from '../../../device-agent/witness/station-heads.ts'
import { definition, first, otherHistory, second, third, WalkingCard, WalkingDevice } from './walk.ts'

const walks = fc.array(
  fc.record({ device: fc.nat(2), card: fc.nat(2), grows: fc.integer({ min: 1, max: 9 }) }),
  { maxLength: 25 },
)

describe('honest devices', () => {
  test('whatever way the cards go, find no alarm, and know of each other what the cards carried', () => {
    fc.assert(
      fc.property(walks, (steps) => {
        const devices = [first, second, third].map((device) => new WalkingDevice(device))
        const cards = [new WalkingCard(), new WalkingCard(), new WalkingCard()]
        const visit = (device: WalkingDevice | undefined, card: WalkingCard | undefined) => {
          if (device === undefined || card === undefined) throw new Error('three of each')
          expect(device.meet(card)).toEqual({ alarms: [] })
        }
        for (const { device, card, grows } of steps) {
          const walking = devices[device] as WalkingDevice
          walking.size = Math.min(walking.size + grows, walking.length)
          visit(walking, cards[card])
        }
        // At the end every device is closed and one officer walks round twice.
        for (const device of devices) device.size = device.length
        for (const card of cards) for (const device of devices) visit(device, card)
        for (const card of cards) for (const device of devices) visit(device, card)
        for (const { memory, device } of devices) {
          const closed = [...memory.neighbours.values()].map((head) => [head.device, head.closedWith])
          const others = [first, second, third].filter(({ id }) => id !== device.id)
          expect(Object.fromEntries(closed)).toEqual(
            Object.fromEntries(others.map(({ id, tags }) => [id, tags.length])),
          )
        }
      }),
      { numRuns: 6 },
    )
  })

  test('cosign what they learned, and the lines come home', () => {
    const [a, b] = [new WalkingDevice(first, 5), new WalkingDevice(second, 4)]
    const card = new WalkingCard()
    a.meet(card)
    b.meet(card)
    a.size = 9
    a.meet(card)
    const own = a.memory.cosigned.notes.find((note) => note.startsWith(first.origin))
    const name = witnessNameOf(definition, second.id)
    const publicKey = signerFromSeed(second.keys.witness).publicKey
    expect(openCosignature(own ?? '', { name, publicKey }).ok).toBe(true)
    expect(a.memory.cosignedSizes).toEqual([5])
    expect(b.memory.neighbours.get(first.id)?.size).toBe(5)
  })

  test('do not cosign a head that nothing leads to from the one they know', () => {
    const [a, b] = [new WalkingDevice(first, 5), new WalkingDevice(second, 4)]
    const card = new WalkingCard()
    a.meet(card)
    b.meet(card)
    a.size = 9
    a.meet(card)
    card.heads = card.heads.map((head) => ({ ...head, proofs: [] }))
    expect(b.meet(card).alarms).toEqual([])
    expect(b.memory.neighbours.get(first.id)?.size).toBe(5)
  })
})

describe('a device that was set back', () => {
  test('to any earlier state, and went on or not, is told by the next card that was there later', () => {
    const sizes = fc.tuple(fc.integer({ min: 2, max: 40 }), fc.integer({ min: 1, max: 39 }), fc.nat(20))
    fc.assert(
      fc.property(sizes, ([seen, back, grows]) => {
        fc.pre(back < seen)
        const card = new WalkingCard()
        new WalkingDevice(first, seen).meet(card)
        const restored = new WalkingDevice(first, seen).restoredAt(back + grows, otherHistory(first, back))
        fc.pre(restored.size <= restored.length)
        const { own } = restored.meet(card)
        expect(own).toBe(restored.size < seen ? 'rolled-back' : 'forked')
      }),
      { numRuns: 30 },
    )
  })

  test('is told so by a card that only met a neighbour since', () => {
    const [one, other] = [new WalkingCard(), new WalkingCard()]
    const [a, b] = [new WalkingDevice(first, 20), new WalkingDevice(second, 5)]
    a.meet(one)
    b.meet(one)
    expect(a.restoredAt(7).meet(other).own).toBeUndefined()
    expect(a.restoredAt(7).meet(one).own).toBe('rolled-back')
  })
})

describe('two machines under one device id', () => {
  const copy = `${first.origin.slice(0, -32)}${'0'.repeat(32)}`

  test('are told by the first card that goes from one to the other', () => {
    const card = new WalkingCard()
    new WalkingDevice(first, 9).meet(card)
    expect(new WalkingDevice(first, 9, first.entries, copy).meet(card).own).toBe('other-journal')
  })

  test('are told by a neighbour that both cards came to', () => {
    const [one, other] = [new WalkingCard(), new WalkingCard()]
    const b = new WalkingDevice(second, 5)
    new WalkingDevice(first, 9).meet(one)
    new WalkingDevice(first, 9, first.entries, copy).meet(other)
    expect(b.meet(one).alarms).toEqual([])
    expect(b.meet(other).alarms).toEqual([{ device: first.id, alarm: 'other-journal' }])
  })

  test('with one journal copied and gone two ways are told by a neighbour that sees both at one size', () => {
    const [one, other] = [new WalkingCard(), new WalkingCard()]
    const b = new WalkingDevice(second, 5)
    new WalkingDevice(first, 12).meet(one)
    new WalkingDevice(first, 12, otherHistory(first, 8)).meet(other)
    expect(b.meet(one).alarms).toEqual([])
    expect(b.meet(other).alarms).toEqual([{ device: first.id, alarm: 'forked' }])
  })
})

describe('a card that somebody wrote on', () => {
  const card = new WalkingCard()
  new WalkingDevice(first, 12).meet(card)
  new WalkingDevice(second, 6).meet(card)
  const { heads } = card

  test('with any bytes at all is read or refused, and never accuses a device', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat(card.bytes.length - 1), (noise, at) => {
        expect(parseHeads(noise)).toEqual({ heads: [], isDamaged: noise.length > 0 })
        const bent = new WalkingCard()
        bent.bytes = Uint8Array.from(card.bytes, (byte, i) => (i === at ? byte ^ 1 : byte))
        const outcome = new WalkingDevice(first, 12).meet(bent)
        expect(outcome).toEqual({ alarms: [] })
      }),
      { numRuns: 60 },
    )
  })

  test('with a head that another key signed accuses nobody, and is not carried on', () => {
    const forged = new WalkingCard()
    const signer = signerFromSeed(third.keys.log)
    forged.heads = heads
      .map((head) => ({
        ...head,
        note: head.note
          .replace(/^— .*$/gm, '')
          .trimEnd()
          .concat('\n\n'),
      }))
      .map((head, i) =>
        i === 0
          ? {
              ...head,
              note: addSignatureLine(
                head.note,
                cosign(heads[0]?.note ?? '', { name: 'x.example', signer, time: 1 }),
              ),
            }
          : head,
      )
    const device = new WalkingDevice(first, 3)
    expect(device.meet(forged)).toEqual({ alarms: [] })
    expect(forged.heads).toHaveLength(1)
  })

  test('holds a whole station of five devices with every proof and cosignature', () => {
    const proof = Array.from({ length: 12 }, () => new Uint8Array(32).fill(1))
    const lines = '— council.example/election/witness/device-00001 '.concat('A'.repeat(104), '\n').repeat(4)
    const five = Array.from({ length: 5 }, () => ({
      certificate: new Uint8Array(700),
      note: `${heads[0]?.note}${lines}`,
      closing: { entry: Buffer.from(JSON.stringify('x'.repeat(420))), proof, seq: 1_500 },
      proofs: Array.from({ length: 7 }, (_, i) => ({ size: 100 + i, proof })),
    }))
    const written = encodeHeads(five)
    expect(written.length).toBeLessThanOrEqual(HEADS_ROOM)
    // Proofs from the smallest sizes are left out, no head is.
    const { heads: read } = parseHeads(written)
    expect(read.map(({ proofs }) => proofs.at(-1)?.size)).toEqual(Array(5).fill(106))
    expect(read.every(({ proofs }) => proofs.length >= 3)).toBe(true)
  })

  test('with the longest notes of a station of eight, twice, has room for the first ones, and the own head stays', () => {
    const own = heads[0] as StationHead
    const long = { ...own, note: 'x'.repeat(MAX_NOTE), proofs: [] }
    const read = parseHeads(encodeHeads([own, ...Array.from({ length: 15 }, () => long)])).heads
    expect(read[0]).toEqual({ ...own, proofs: [] })
    expect(read.length).toBeGreaterThanOrEqual(5)
  })

  test('is never asked to hold more: a station has eight devices at most', () => {
    const [s1] = definition.stations
    const stationOf = (count: number) => ({
      ...definition,
      stations: [{ ...s1, devices: Array.from({ length: count }, (_, i) => `d-${i}`) }],
    })
    expect([8, 9].map((count) => parseDefinition(stationOf(count), 'definition').ok)).toEqual([true, false])
  })
})
