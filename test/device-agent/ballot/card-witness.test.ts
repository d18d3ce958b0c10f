/** An officer's card goes from device to device and is pulled out, torn and written on; what the devices know of each other comes through all of it. */
import fc from 'fast-check'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { witnessNameOf } from '../../../core/bundle/names.ts'
import { signerFromSeed } from '../../../core/keys/ed25519.ts'
import { openCosignature } from '../../../core/tlog/cosignature.ts'
import {
  encodeHeads,
  MAX_NOTE,
  parseHeads,
  type StationHead,
} from '../../../device-agent/witness/station-heads.ts'
import type { OfficerCard } from '../../../simulator/cards/officer-card.ts'
import { done } from '../../fixtures/station-cards.ts'
import {
  carriesOnlyWhatCame,
  realBuild,
  toldBeforeRemembered,
  type WitnessBuild,
  weakenedBuild,
} from '../witness/weakened.ts'
import { CardBench } from './card-bench.ts'
import { cards, makeCard, removeFolders, StationDevice, station } from './station-device.ts'

const ALARMS = ['witness.alarm', 'device.stopped']
const { definition } = station.electionPackage
let bench: CardBench
let a: StationDevice
let b: StationDevice
let c: StationDevice
let card: OfficerCard

beforeEach(() => {
  bench = new CardBench()
  ;[a, b, c] = station.devices.map((device) => new StationDevice(device, bench)) as [
    StationDevice,
    StationDevice,
    StationDevice,
  ]
  card = makeCard('executive')
})
afterAll(removeFolders)

const admitted = { is: 'officer-admitted' }
const unreadable = { is: 'officer-refused', why: 'unreadable' }

function onCard<T>(work: (open: Awaited<ReturnType<typeof cards.openOfficer>>) => Promise<T>): Promise<T> {
  return bench.during(card, async (reader) => work(await cards.openOfficer(reader)))
}

const readHeads = () => onCard(async (open) => done(await open.readHeads()))
const writeHeads = (bytes: Uint8Array) => onCard(async (open) => done(await open.writeHeads(bytes)))
const headsOf = async (): Promise<readonly StationHead[]> => parseHeads(await readHeads()).heads

function expectNoAlarm(): void {
  for (const { journal } of [a, b, c]) expect(journal.filter((type) => ALARMS.includes(type))).toEqual([])
}

/** The largest size of one device's journal that another one knows. */
const known = (by: StationDevice, of: StationDevice) => by.store.station.neighbours.get(of.device.id)?.size

describe('a card that is pulled out while a device reads or writes it', () => {
  test('at any command: the next admission goes on, nobody is accused, and word still comes round', async () => {
    for (const device of [a, b, c, a]) await device.admit(card, 'executive')
    const whole = a.commands
    expect(whole).toBeGreaterThan(30)
    const pulls = fc.record({ at: fc.integer({ min: 1, max: whole + 20 }), answerLost: fc.boolean() })
    await fc.assert(
      fc.asyncProperty(fc.array(pulls, { minLength: 1, maxLength: 3 }), async (pulled) => {
        const before = b.journal.length
        for (const pull of pulled) {
          const torn = await b.admit(card, 'executive', pull)
          expect(torn.is === 'officer-admitted' ? b.commands < pull.at : torn).toEqual(
            torn.is === 'officer-admitted' ? true : unreadable,
          )
        }
        expect(await b.admit(card, 'executive')).toMatchObject(admitted)
        expect(new Set(b.journal.slice(before))).toBeOneOf([
          new Set(['officer.admitted']),
          new Set(['officer.admitted', 'officer.card_damaged']),
        ])
        // One round later everybody knows everybody as they are.
        for (const device of [a, c]) expect(await device.admit(card, 'executive')).toMatchObject(admitted)
        expectNoAlarm()
        expect([known(a, b), known(c, b)]).toEqual([b.journal.length, b.journal.length])
        expect([known(b, a), known(c, a)]).toEqual([expect.any(Number), a.journal.length])
      }),
      { numRuns: 12 },
    )
  })

  test('after the device remembered and before the card is written: the disk has it, and the card gets the cosignature next time', async () => {
    await a.admit(card, 'executive')
    const size = a.journal.length
    // Reading ends with the first command that writes: PUT DATA comes right after the second SELECT of the heads.
    let at = 1
    while (known(b, a) === undefined) {
      await b.admit(card, 'executive', { at, answerLost: false })
      at += 1
    }
    expect((await headsOf()).map(({ note }) => note.split('\n')[1])).toEqual([String(size)])
    b.restart(b.image())
    expect(known(b, a)).toBe(size)
    expect(b.journal.at(-1)).toBe('officer.admitted')
    expect(await b.admit(card, 'executive')).toMatchObject(admitted)
    const [head] = (await headsOf()).filter(({ note }) => note.startsWith(a.device.origin))
    const name = witnessNameOf(definition, b.device.id)
    const publicKey = signerFromSeed(b.device.keys.witness).publicKey
    expect(openCosignature(head?.note ?? '', { name, publicKey }).ok).toBe(true)
    await a.admit(card, 'executive')
    expect(a.store.station.cosignedSizes).toEqual([size])
  })

  test('and torn again and again leaves no neighbour behind for good', async () => {
    await a.admit(card, 'executive')
    await b.admit(card, 'executive')
    await writeHeads(Uint8Array.of(0x7b))
    await a.admit(card, 'executive')
    // A second time before the card was anywhere else: keys turned back, and begun anew.
    await a.admit(card, 'executive')
    await b.admit(card, 'executive')
    expect(known(b, a)).toBe(a.journal.length)
    expectNoAlarm()
  })
})

describe('a card that is full of something else', () => {
  const junk = (count: number) => `— junk.example/${'x'.repeat(40)} ${'A'.repeat(92)}\n`.repeat(count)

  test('junk lines under the notes, up to the room of the card, are left behind and every head goes on', async () => {
    for (const device of [a, b, c]) await device.admit(card, 'executive')
    const heads = await headsOf()
    const filled = heads.map((head) => ({
      ...head,
      note: head.note + junk(Math.floor((MAX_NOTE - head.note.length) / junk(1).length)),
    }))
    await writeHeads(encodeHeads(filled))
    for (const device of [a, b, c, a, b, c])
      expect(await device.admit(card, 'executive')).toMatchObject(admitted)
    expect(known(a, b)).toBe(b.journal.length - 1)
    expect([known(b, a), known(c, a)]).toEqual([a.journal.length, a.journal.length])
    expectNoAlarm()
    for (const { note } of await headsOf()) expect(note).not.toContain('junk.example')
  })

  test('any bytes at all, up to the whole room, are noted as a damaged card and written over', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 1, maxLength: 300 }),
        fc.boolean(),
        async (bytes, isFull) => {
          await writeHeads(isFull ? Buffer.alloc(32_768, Buffer.from(bytes)) : bytes)
          const before = c.journal.length
          expect(await c.admit(card, 'executive')).toMatchObject(admitted)
          expect(c.journal.slice(before)).toEqual(['officer.card_damaged', 'officer.admitted'])
          expect((await headsOf()).map(({ note }) => note.split('\n')[0])).toEqual([c.device.origin])
        },
      ),
      { numRuns: 15 },
    )
    expectNoAlarm()
  })
})

describe('a disk that was set back', () => {
  test('to any earlier state is told by the card, and so after another restart', async () => {
    const images = [a.image()]
    for (let i = 0; i < 4; i += 1) {
      await a.admit(card, 'executive')
      images.push(a.image())
    }
    const whole = images.pop()
    for (const image of images) {
      a.restart(image)
      const last = a.journal.length
      expect(await a.admit(card, 'executive')).toEqual({ is: 'stopped', why: 'rolled-back' })
      // Nothing is written for that officer: whoever performs it notes the stop.
      expect(a.journal).toHaveLength(last)
    }
    a.restart(whole)
    expect(await a.admit(card, 'executive')).toMatchObject(admitted)
  })
})

describe('a disk as it was when the first byte of the heads went to the card', () => {
  async function atFirstWrite(build: WitnessBuild) {
    const watched = new StationDevice(b.device, bench, build)
    await a.admit(card, 'executive')
    await watched.admit(card, 'executive')
    watched.restart(watched.imageAtFirstWrite ?? '')
    return { last: watched.journal.at(-1), knows: known(watched, a) }
  }

  test('has the admission and the cosigned head: remembered before it is told', async () => {
    expect(await atFirstWrite(realBuild)).toEqual({ last: 'officer.admitted', knows: a.journal.length })
  })

  test('would not have the head in a program that tells first', async () => {
    expect((await atFirstWrite(await weakenedBuild(...toldBeforeRemembered))).knows).toBeUndefined()
  })
})

describe('an officer who writes on the card', () => {
  /** Lines of the neighbour's name and a key that nobody knows, until its note has that many characters. */
  async function fillNotes(length: number): Promise<void> {
    const line = (name: string, bytes: number) => `— ${name} ${Buffer.alloc(bytes, 1).toString('base64')}\n`
    const filled = (await headsOf()).map((head) => {
      const name = head.note.slice(0, head.note.indexOf('\n'))
      let { note } = head
      while (note.length + line(name, 9).length <= length) note += line(name, 9)
      return { ...head, note }
    })
    await writeHeads(encodeHeads(filled))
  }

  test('up to the room of a note keeps no device from cosigning, or from starting again', async () => {
    await b.admit(card, 'executive')
    const size = b.journal.length
    await fillNotes(1_997)
    expect(await a.admit(card, 'executive')).toMatchObject(admitted)
    a.restart()
    expect(known(a, b)).toBe(size)
    await fillNotes(MAX_NOTE)
    expect(await c.admit(card, 'executive')).toMatchObject(admitted)
    c.restart()
    expect(known(c, b)).toBe(size)
    expectNoAlarm()
  })

  test('one malformed head loses that one, is noted, and the others go on', async () => {
    for (const device of [a, b]) await device.admit(card, 'executive')
    const text = Buffer.from(await readHeads()).toString('utf8')
    const size = a.journal.length
    // The first head is the second device's own.
    await writeHeads(Buffer.from(text.replace('"note":"', '"note":7,"notf":"')))
    await c.admit(card, 'executive')
    expect([known(c, a), known(c, b)]).toEqual([size, undefined])
    expect(c.journal.slice(-2)).toEqual(['officer.card_damaged', 'officer.admitted'])
    expect(c.store.day.incidents.map(({ type }) => type)).toEqual(['officer.card_damaged'])
  })
})

describe('a device that was set back, and whose card was emptied', () => {
  async function comesBack(build: WitnessBuild) {
    const neighbour = new StationDevice(b.device, bench, build)
    const image = a.image()
    for (let i = 0; i < 6; i += 1) await a.admit(card, 'executive')
    await neighbour.admit(card, 'executive')
    await writeHeads(new Uint8Array(0))
    a.restart(image)
    // Another history from here on.
    a.store.append({ type: 'card.refused', reason: 'blank' })
    expect(await a.admit(card, 'executive')).toMatchObject(admitted)
    expect(await neighbour.admit(card, 'executive')).toMatchObject(admitted)
    return a.admit(card, 'executive')
  }

  test('meets its own signature on the card that comes from the neighbour, and stops', async () => {
    expect(await comesBack(realBuild)).toEqual({ is: 'stopped', why: 'rolled-back' })
  })

  test('would go on if the neighbour took along only what came', async () => {
    expect(await comesBack(await weakenedBuild(carriesOnlyWhatCame))).toMatchObject(admitted)
  })
})
