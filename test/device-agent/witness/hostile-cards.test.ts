/** Cards that an officer with PIN wrote on, neighbours that lie: what a device cosigns, tells and remembers; each guard once more with it taken away. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatCosigned, MAX_NOTES } from '../../../core/bundle/cosigned.ts'
import { witnessNameOf } from '../../../core/bundle/names.ts'
import { signerFromSeed } from '../../../core/keys/ed25519.ts'
import type { Signer } from '../../../core/ports.ts'
import { valueOrThrow } from '../../../core/result.ts'
import { canonicalJson, parseCanonicalJson } from '../../../core/text/canonical-json.ts'
import { signCheckpoint } from '../../../core/tlog/checkpoint.ts'
import { addSignatureLine, cosign } from '../../../core/tlog/cosignature.ts'
import type { StationHead } from '../../../device-agent/witness/station-heads.ts'
import { OPENING } from '../../audit/fixtures.ts'
import {
  definition,
  enrolledAgain,
  first,
  otherHistory,
  second,
  third,
  WalkingCard,
  WalkingDevice,
} from './walk.ts'
import {
  allOrNothing,
  believesTheCardsCertificates,
  carriesEveryLine,
  carriesOnlyWhatCame,
  forgetsWithinTheMeeting,
  overlooksFailingProofs,
  realBuild,
  storesAnything,
  uncappedNotes,
  type WitnessBuild,
  weakenedBuild,
} from './weakened.ts'

const withBuild = (build: WitnessBuild, device = first, size = 3) =>
  new WalkingDevice(device, size, device.entries, device.origin, build)

/** A head whose note has lines of the right name and a key that nobody knows, up to that many characters. */
function filledUp(head: StationHead, name: string, length: number): StationHead {
  const line = (bytes: number) => `— ${name} ${Buffer.alloc(bytes, 1).toString('base64')}\n`
  let { note } = head
  while (note.length + line(300).length + line(6).length <= length) note += line(300)
  return { ...head, note: note + line(6) }
}

describe('lines of the right name and an unknown key under a head', () => {
  function meetFilled(build: WitnessBuild, length: number) {
    const card = new WalkingCard()
    const b = new WalkingDevice(second, 6)
    b.meet(card)
    card.heads = card.heads.map((head) => filledUp(head, second.origin, length))
    const a = withBuild(build)
    a.meet(card)
    return { knows: a.memory.neighbours.get(second.id)?.size, problem: a.startProblem, card }
  }

  test.each([1_997, 3_990])(
    'up to %i characters are left behind, and the head is cosigned, remembered, and read again at the start',
    (length) => {
      const { knows, problem, card } = meetFilled(realBuild, length)
      expect([knows, problem]).toEqual([6, undefined])
      expect(card.heads.map(({ note }) => note.split('\n').length - 5)).toEqual([1, 2])
    },
  )

  test('would keep a device from cosigning if they were carried on', async () => {
    expect(meetFilled(await weakenedBuild(carriesEveryLine), 3_990).knows).toBeUndefined()
  })

  test('would keep it from starting if what cannot be read back were stored', async () => {
    const { problem } = meetFilled(await weakenedBuild(carriesEveryLine, ...storesAnything), 3_990)
    expect(problem).toContain('somebody else signed below it')
  })
})

describe('a neighbour enrolled a second time', () => {
  const journals = [second.origin, `${second.origin.slice(0, -32)}${'0'.repeat(32)}`]
  function meetAgain(build: WitnessBuild, origin: string) {
    const card = new WalkingCard()
    const a = withBuild(build)
    new WalkingDevice(second, 5).meet(card)
    a.meet(card)
    a.size += 1
    a.meet(card)
    // Else it stops at the head of its own id.
    card.heads = card.heads.filter(({ note }) => note.startsWith(first.origin))
    new WalkingDevice(enrolledAgain(second, origin), 9).meet(card)
    a.size += 1
    return { a, met: a.meet(card) }
  }

  test.each(journals)(
    'is an alarm, its line counts for nothing, and the device starts again (%s)',
    (origin) => {
      const { a, met } = meetAgain(realBuild, origin)
      expect(met).toEqual({ alarms: [{ device: second.id, alarm: 'other-journal' }] })
      expect([a.startProblem, a.memory.cosignedSizes, a.memory.neighbours.get(second.id)?.size]).toEqual([
        undefined,
        [],
        5,
      ])
    },
  )

  test.each(journals)(
    "would keep it from starting if the card's certificate counted (%s)",
    async (origin) => {
      const build = await weakenedBuild(believesTheCardsCertificates, ...storesAnything)
      expect(meetAgain(build, origin).a.startProblem).toContain('cosignature of')
    },
  )

  test('and every other card: whatever was kept is taken up again', () => {
    const copy = `${first.origin.slice(0, -32)}${'1'.repeat(32)}`
    const steps = fc.array(
      fc.record({
        device: fc.nat(8),
        card: fc.nat(1),
        grows: fc.integer({ min: 0, max: 4 }),
        hand: fc.constantFrom('none', 'junk', 'doubled', 'turned', 'bare', 'mixed', 'empty'),
      }),
      { minLength: 4, maxLength: 16 },
    )
    fc.assert(
      fc.property(steps, (walk) => {
        const devices = [
          ...[first, second, third].map((device) => new WalkingDevice(device, 3)),
          new WalkingDevice(first, 4, otherHistory(first, 3)),
          new WalkingDevice(first, 4, first.entries, copy),
          ...journals.map((origin) => new WalkingDevice(enrolledAgain(second, origin), 5)),
          new WalkingDevice(third, 4, otherHistory(third, 2)),
          new WalkingDevice(second, 2),
        ]
        const cards = [new WalkingCard(), new WalkingCard()] as const
        for (const { device, card: number, grows, hand } of walk) {
          const [walking, card] = [devices[device] as WalkingDevice, cards[number] as WalkingCard]
          walking.size = Math.min(walking.size + grows, walking.length)
          card.heads = written(hand, card.heads, cards[1 - number]?.heads ?? [])
          walking.meet(card)
          expect(walking.startProblem).toBeUndefined()
        }
      }),
      { numRuns: 8 },
    )
  })

  /** What somebody made of a card's heads, with another card at hand. */
  function written(hand: string, heads: readonly StationHead[], others: readonly StationHead[]) {
    const origin = ({ note }: StationHead) => note.slice(0, note.indexOf('\n'))
    const linesOf = ({ note }: StationHead) => note.slice(note.indexOf('\n\n') + 2)
    if (hand === 'junk') return heads.map((head) => filledUp(head, origin(head), 1_990))
    if (hand === 'doubled')
      return heads.map((head) => ({ ...head, note: head.note + linesOf(head).repeat(2) }))
    if (hand === 'turned') return heads.toReversed()
    if (hand === 'bare') return heads.map((head) => ({ ...head, proofs: [] }))
    if (hand === 'mixed') return [...others, ...heads]
    return hand === 'empty' ? [] : heads
  }
})

describe('two heads of one size and device on one card', () => {
  function meetBoth(build: WitnessBuild) {
    const [one, other] = [new WalkingCard(), new WalkingCard()]
    new WalkingDevice(first, 12).meet(one)
    new WalkingDevice(first, 12, otherHistory(first, 8)).meet(other)
    one.heads = [...one.heads, ...other.heads]
    const b = withBuild(build, second, 5)
    const { alarms } = b.meet(one)
    return { alarms, cosigned: b.memory.cosigned.notes.length, card: one }
  }

  test('are an alarm; one is cosigned, and the next device gets both to see', () => {
    const { alarms, cosigned, card } = meetBoth(realBuild)
    expect(alarms).toEqual([{ device: first.id, alarm: 'forked' }])
    expect(cosigned).toBe(1)
    expect(new WalkingDevice(third, 2).meet(card).alarms).toEqual(alarms)
    // Whichever half it is.
    expect(new WalkingDevice(first, 20).meet(card).own).toBe('forked')
    expect(new WalkingDevice(first, 20, otherHistory(first, 8)).meet(card).own).toBe('forked')
  })

  test('would both be cosigned by a device that forgets within the meeting', async () => {
    expect(meetBoth(await weakenedBuild(forgetsWithinTheMeeting)).alarms).toEqual([])
  })

  test('and of two journals are an alarm, too', () => {
    const card = new WalkingCard()
    const copy = `${first.origin.slice(0, -32)}${'0'.repeat(32)}`
    new WalkingDevice(first, 12).meet(card)
    const { heads } = card
    card.heads = []
    new WalkingDevice(first, 9, first.entries, copy).meet(card)
    card.heads = [...heads, ...card.heads]
    expect(new WalkingDevice(second, 5).meet(card).alarms).toEqual([
      { device: first.id, alarm: 'other-journal' },
    ])
  })
})

describe('a device that was set back and whose card was emptied', () => {
  function comesBack(build: WitnessBuild, size: number, empties: (card: WalkingCard) => void) {
    const card = new WalkingCard()
    const a = new WalkingDevice(first, 20)
    const b = withBuild(build, second, 5)
    a.meet(card)
    b.meet(card)
    empties(card)
    const restored = a.restoredAt(size, otherHistory(first, 7))
    expect(restored.meet(card).own).toBeUndefined()
    const { alarms } = b.meet(card)
    return { alarms, own: restored.meet(card).own }
  }
  const empty = (card: WalkingCard) => {
    card.heads = []
  }

  test.each([
    [7, 'rolled-back'],
    [8, 'rolled-back'],
    [30, 'forked'],
  ])('meets its own signature at the neighbour, with %i entries as with more', (size, own) => {
    expect(comesBack(realBuild, size, empty)).toEqual({ alarms: [], own })
  })

  test('would go on if the neighbour took along only what came', async () => {
    const build = await weakenedBuild(carriesOnlyWhatCame)
    expect(comesBack(build, 7, empty).own).toBeUndefined()
  })

  test('is told by a card that was not at the neighbour between, if the neighbour saw it first', () => {
    const [one, other] = [new WalkingCard(), new WalkingCard()]
    const b = new WalkingDevice(second, 5)
    new WalkingDevice(first, 20).meet(one)
    b.meet(one)
    b.meet(other)
    expect(new WalkingDevice(first, 7).meet(other).own).toBe('rolled-back')
  })
})

describe('what a device tells of its neighbours', () => {
  test('comes with the proofs that it has, so that the next one goes on', () => {
    const [one, other] = [new WalkingCard(), new WalkingCard()]
    const [a, b, c] = [new WalkingDevice(first, 5), new WalkingDevice(second, 4), new WalkingDevice(third, 4)]
    a.meet(other)
    c.meet(other)
    other.heads = []
    a.meet(one)
    a.size = 9
    a.meet(one)
    b.meet(one)
    b.meet(other)
    c.meet(other)
    expect(c.memory.neighbours.get(first.id)?.size).toBe(9)
  })

  test('stands behind its own head', () => {
    const card = new WalkingCard()
    for (const device of [first, second, third, first]) {
      new WalkingDevice(device, 4).meet(card)
      expect(card.heads[0]?.note.split('\n')[0]).toBe(device.origin)
    }
  })
})

describe('a larger head whose proof from the known one fails', () => {
  function meetBent(build: WitnessBuild) {
    const card = new WalkingCard()
    const [a, b, c] = [new WalkingDevice(first, 5), withBuild(build, second, 4), new WalkingDevice(third, 4)]
    for (const device of [a, b, c]) device.meet(card)
    a.size = 9
    a.meet(card)
    card.heads = card.heads.map((head) => ({
      ...head,
      proofs: head.proofs.map(({ size, proof }) => ({ size, proof: proof.map((each) => each.toReversed()) })),
    }))
    const met = b.meet(card)
    return { a, b, c, card, met }
  }

  test('is an alarm of its own, not cosigned, and told to nobody else as one', () => {
    const { b, c, card, met } = meetBent(realBuild)
    expect(met.alarms).toEqual([{ device: first.id, alarm: 'inconsistent' }])
    expect(b.memory.neighbours.get(first.id)?.size).toBe(5)
    expect(c.meet(card).alarms).toEqual([])
  })

  test('is forgotten when the card comes again from the device', () => {
    const { a, b, card } = meetBent(realBuild)
    expect(a.meet(card)).toEqual({ alarms: [] })
    expect(b.meet(card)).toEqual({ alarms: [] })
    expect(b.memory.neighbours.get(first.id)?.size).toBe(9)
  })

  test('would be passed over by a device that takes it for none', async () => {
    expect(meetBent(await weakenedBuild(overlooksFailingProofs)).met.alarms).toEqual([])
  })
})

describe('one malformed head on a card', () => {
  const card = new WalkingCard()
  for (const device of [first, second, third]) new WalkingDevice(device, 4).meet(card)
  const json = valueOrThrow(parseCanonicalJson(Buffer.from(card.bytes).toString('utf8'), 'card')) as {
    readonly heads: readonly Record<string, unknown>[]
  }
  const broken = [
    {},
    7,
    null,
    { note: 1 },
    { certificate: '!' },
    { proofs: [{ proof: ['A'], size: 1 }] },
    { x: 1 },
  ]
  const bytesWith = (at: number, bad: (typeof broken)[number]) => {
    const heads = json.heads.map((head, i) => {
      if (i !== at) return head
      return typeof bad === 'object' && bad !== null && Object.keys(bad).length > 0
        ? { ...head, ...bad }
        : bad
    })
    return Buffer.from(canonicalJson({ heads, version: 1 } as never))
  }

  test.each(broken)('leaves the others as they are: %j', (bad) => {
    for (const at of [0, 1, 2]) {
      const { heads, isDamaged } = realBuild.stationHeads.parseHeads(bytesWith(at, bad))
      expect(isDamaged).toBe(true)
      expect(heads).toEqual(card.heads.filter((_, i) => i !== at))
    }
  })

  test('would wipe them out in a reader of all or nothing', async () => {
    const { stationHeads } = await weakenedBuild(allOrNothing)
    expect(stationHeads.parseHeads(bytesWith(1, 7)).heads).toEqual([])
  })
})

describe('what goes into the bundle', () => {
  const MANY = MAX_NOTES + 16

  /** The sizes in the bundle of a device that remembers one head of each size. */
  function sizesOfMany({ StationMemory, stationHeads }: WitnessBuild): readonly number[] {
    const { owner } = new WalkingDevice(first)
    const [log, witness] = [second.keys.log, first.keys.witness].map(signerFromSeed) as [Signer, Signer]
    const name = witnessNameOf(definition, first.id)
    const note = signCheckpoint({ origin: second.origin, size: 1, root: new Uint8Array(32) }, log)
    const signed = addSignatureLine(note, cosign(note, { name, signer: witness, time: OPENING / 1000 }))
    // Signatures were checked before the memory is made; only the sizes matter here.
    const rows = Array.from({ length: MANY }, (_, i) =>
      stationHeads.encodeRow({
        certificate: second.certificate,
        note: signed.replace('\n1\n', `\n${i + 1}\n`),
        proofs: [],
      }),
    )
    const { cosigned } = new StationMemory(() => {}, owner, rows)
    expect(() => formatCosigned({ ...cosigned, notes: cosigned.notes.slice(-MAX_NOTES) })).not.toThrow()
    return cosigned.notes.map((text) => Number(text.split('\n')[1]))
  }

  test('is never more than a bundle takes: the newest', async () => {
    const kept = sizesOfMany(realBuild)
    expect([kept.length, kept[0], kept.at(-1)]).toEqual([MAX_NOTES, MANY - MAX_NOTES + 1, MANY])
    expect(sizesOfMany(await weakenedBuild(uncappedNotes))).toHaveLength(MANY)
  })

  test('is one note of each head, with the lines of all who signed it on different cards', () => {
    const [one, other] = [new WalkingCard(), new WalkingCard()]
    const [a, b, c] = [new WalkingDevice(first, 5), new WalkingDevice(second, 4), new WalkingDevice(third, 4)]
    a.meet(one)
    a.meet(other)
    b.meet(one)
    c.meet(other)
    for (const card of [one, other, one]) a.meet(card)
    const own = a.memory.cosigned.notes.filter((note) => note.startsWith(first.origin))
    expect(own).toHaveLength(1)
    for (const { id } of [second, third]) expect(own[0]).toContain(`— ${witnessNameOf(definition, id)} `)
  })
})
