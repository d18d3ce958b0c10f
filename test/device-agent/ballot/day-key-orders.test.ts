/** A morning on which everything that can happen to cards, devices and officers happens in any order: no share of a used key is ever lost. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toHex } from '../../../core/keys/hash.ts'
import { DayKeyGathering } from '../../../device-agent/ballot/polls/day-key.ts'
import type { OfficerRole } from '../../../device-agent/ballot/polls/polls.ts'
import { seededRandom } from '../../../simulator/seeded-random.ts'

const BOTH = ['executive', 'supervisory'] as const
const random = seededRandom('a morning')

/** What stands on the three cards. */
type Cards = Map<OfficerRole, Uint8Array>

/** One device before its opening: what its journal says of drawn keys, and what is in its memory. */
class MorningDevice {
  readonly cards: Cards
  readonly #journal: string[] = []
  readonly #shared: string[] = []
  #gathering: DayKeyGathering | undefined
  #admitted: OfficerRole[] = []
  #spareWanted = false
  openedWith: string | undefined

  constructor(cards: Cards) {
    this.cards = cards
  }

  /** Power cut. */
  restart(): void {
    this.#gathering = undefined
    this.keysBack()
  }

  keysBack(): void {
    this.#admitted = []
    this.#spareWanted = false
  }

  /** A card is shown; `pulled` before its share is written. @returns what the screen says */
  show(role: OfficerRole, pulled = false): string {
    if (this.openedWith !== undefined) return 'open'
    if (this.#admitted.length === 0 && !this.#gathering?.isDrawn)
      this.#gathering = new DayKeyGathering('s-1', random, [...this.#journal], [...this.#shared])
    const gathering = this.#gathering as DayKeyGathering
    if (!this.#wanted().includes(role)) return 'not-wanted'
    const presented = gathering.present(role, this.cards.get(role), true)
    const id = gathering.drawnId
    if (id !== undefined && !this.#journal.includes(id)) this.#journal.push(id)
    if (presented.is === 'erase') {
      if (!pulled) this.cards.delete(role)
      return 'no-share'
    }
    if (presented.is === 'refused') return presented.why
    if (presented.is === 'write') {
      if (pulled) return 'unreadable'
      this.cards.set(role, presented.share)
      gathering.written(role)
      if (id !== undefined && gathering.isShared && !this.#shared.includes(id)) this.#shared.push(id)
    }
    this.#admitted.push(role)
    this.#spareWanted ||= gathering.wantsAllCards
    if (this.#wanted().length > 0) return 'taken'
    const key = gathering.key()
    if (key === undefined) throw new Error('polls opened without a day key')
    this.openedWith = toHex(key)
    return 'open'
  }

  #wanted(): readonly OfficerRole[] {
    const wanted: readonly OfficerRole[] = this.#spareWanted ? [...BOTH, 'spare'] : BOTH
    return wanted.filter((role) => !this.#admitted.includes(role))
  }
}

/** The key that executive's and supervisor's card give to a device that has drawn none. */
function keyOnCards(cards: Cards): string | undefined {
  const fresh = new DayKeyGathering('s-1', random, [], [])
  for (const role of BOTH) {
    const share = cards.get(role)
    if (share === undefined || fresh.present(role, share, false).is !== 'read') return undefined
  }
  const key = fresh.key()
  return key && toHex(key)
}

/** Two officers at one device who do what the screen says, as long as it says something new. */
function tryToOpen(device: MorningDevice): void {
  let [first, second]: readonly [OfficerRole, OfficerRole] = BOTH
  for (let round = 0; round < 3 && device.openedWith === undefined; round += 1) {
    device.keysBack()
    const said = [device.show(first), device.show(second), device.show('spare')]
    // "Turn the keys back and begin with this card."
    if (said[1] === 'start-with-this') [first, second] = [second, first]
  }
}

/** The officers go round the devices until all are open. @returns whether they are */
function openByWords(devices: readonly MorningDevice[]): boolean {
  for (let round = 0; round < 3; round += 1) for (const device of devices) tryToOpen(device)
  return devices.every(({ openedWith }) => openedWith !== undefined)
}

const steps = fc.array(
  fc.oneof(
    fc.record({
      do: fc.constant('show' as const),
      device: fc.nat(2),
      role: fc.constantFrom(...BOTH, 'spare' as const),
      pulled: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
    }),
    fc.record({ do: fc.constant('officers' as const), device: fc.nat(2), order: fc.boolean() }),
    fc.record({ do: fc.constantFrom('restart' as const, 'keys-back' as const), device: fc.nat(2) }),
  ),
  { maxLength: 40 },
)

type Step = (typeof steps extends fc.Arbitrary<infer Morning> ? Morning : never)[number]

/** Plays a morning and looks after every step whether a key that opened a device is still on the cards. */
function play(morning: readonly Step[]) {
  const cards: Cards = new Map()
  const devices = [0, 1, 2].map(() => new MorningDevice(cards))
  for (const step of morning) {
    const device = devices[step.device] as MorningDevice
    if (step.do === 'show') device.show(step.role, step.pulled)
    else if (step.do === 'officers') {
      device.keysBack()
      for (const role of step.order ? BOTH : BOTH.toReversed()) device.show(role)
      device.show('spare')
    } else if (step.do === 'restart') device.restart()
    else device.keysBack()
    const used = new Set(devices.flatMap(({ openedWith }) => openedWith ?? []))
    expect(used.size).toBeLessThan(2)
    for (const key of used) expect(keyOnCards(cards)).toBe(key)
  }
  return devices
}

describe('whatever happens before the polls open', () => {
  test('a key that opened a device stays on both cards, and every other device opens with the same', () => {
    let opened = 0
    fc.assert(
      fc.property(steps, (morning) => {
        if (play(morning).some(({ openedWith }) => openedWith !== undefined)) opened += 1
      }),
      { numRuns: 400 },
    )
    // Else nothing was shown.
    expect(opened).toBeGreaterThan(100)
  })

  test('two officers who do what the screens say open every device in the end', () => {
    fc.assert(
      fc.property(steps, (morning) => {
        const devices = play(morning)
        expect(openByWords(devices)).toBe(true)
        expect(new Set(devices.map(({ openedWith }) => openedWith)).size).toBe(1)
      }),
      { numRuns: 400 },
    )
  })
})

describe('a key that was drawn here and lost before the second card had its share', () => {
  test('is drawn anew when the officers begin with the card that has none, as the screen says', () => {
    const device = new MorningDevice(new Map())
    expect(device.show('executive')).toBe('taken')
    device.restart()
    expect(device.show('executive')).toBe('taken')
    expect(device.show('supervisory')).toBe('start-with-this')
    device.keysBack()
    expect([device.show('supervisory'), device.show('executive'), device.show('spare')]).toEqual([
      'taken',
      'taken',
      'open',
    ])
  })

  test('twice, once on each card, leaves a station that can be opened', () => {
    const device = new MorningDevice(new Map())
    device.show('executive')
    device.restart()
    device.show('supervisory')
    device.restart()
    expect(openByWords([device])).toBe(true)
  })

  test('at two devices at once, each officer at one, leaves a station that can be opened', () => {
    const cards: Cards = new Map()
    const [one, other] = [new MorningDevice(cards), new MorningDevice(cards)]
    expect([one.show('executive'), other.show('supervisory')]).toEqual(['taken', 'taken'])
    expect(openByWords([one, other])).toBe(true)
    expect(one.openedWith).toBe(other.openedWith)
  })
})
