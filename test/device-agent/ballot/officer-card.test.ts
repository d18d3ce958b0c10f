import { beforeEach, describe, expect, test } from 'vitest'
import { signerFromSeed } from '../../../core/keys/ed25519.ts'
import { sha256, toBase64 } from '../../../core/keys/hash.ts'
import type { Signer } from '../../../core/ports.ts'
import { DayKeyGathering } from '../../../device-agent/ballot/polls/day-key.ts'
import { admitOfficer, findOfficer, takeLeave } from '../../../device-agent/ballot/polls/officer-card.ts'
import type { OfficerRole } from '../../../device-agent/ballot/polls/polls.ts'
import { makeCardKey } from '../../../simulator/cards/card-key.ts'
import type { OfficerCard } from '../../../simulator/cards/officer-card.ts'
import { seededRandom } from '../../../simulator/seeded-random.ts'
import { tampered } from '../../attacks/attackers-cards.ts'
import { CARD_PIN as PIN } from '../../fixtures/station-cards.ts'
import { cards } from '../store/home.ts'
import { device, station } from '../store/voting.ts'
import { CardBench } from './card-bench.ts'

const terminal = cards.terminal('ballot-device')
const random = seededRandom('officer cards')
const { authority } = station
let bench: CardBench

beforeEach(() => {
  bench = new CardBench()
})

/** @param by who certifies it */
function makeCard(role: OfficerRole, by: Signer = authority, kind = role, at = 's-1') {
  const key = makeCardKey(random)
  const certificate = cards.certify(role, `${at}/${role}`, key.publicKey, by)
  return { certificate, card: cards.officer(kind, { certificate, key, at }) }
}

const noHeads = async () => ({ is: 'met' as const })
const checks = () => ({
  authorityKey: authority.publicKey,
  station: 's-1',
  origin: device.origin,
  terminal,
  certificatesAt: bench.clock.now(),
  random,
})

function admit(card: OfficerCard, role: OfficerRole, gathering?: DayKeyGathering, pin = PIN, mayDraw = true) {
  const share = gathering && { gathering, mayDraw, drawn: () => {}, shared: () => {} }
  return bench.during(card, (reader) => admitOfficer(reader, { role, pin }, checks(), noHeads, share))
}

describe("an officer's card", () => {
  test('is found by its role, and a voter card is not taken for one', async () => {
    const { card } = makeCard('supervisory')
    expect(await bench.during(card, findOfficer)).toEqual({ is: 'officer-found', role: 'supervisory' })
    const voter = cards.voter()
    expect(await bench.during(voter, findOfficer)).toEqual({
      is: 'officer-refused',
      why: 'not-an-officer-card',
    })
  })

  test('with its PIN admits the officer that its certificate names', async () => {
    const { card, certificate } = makeCard('executive')
    expect(await admit(card, 'executive')).toEqual({
      is: 'officer-admitted',
      admitted: { role: 'executive', certificate: toBase64(sha256(certificate)) },
      drawn: false,
    })
  })

  test('with a wrong PIN says how many tries are left, and after five is dead even for the right one', async () => {
    const { card } = makeCard('executive')
    for (const triesLeft of [4, 3, 2, 1])
      expect(await admit(card, 'executive', undefined, '00000000')).toEqual({ is: 'pin-wrong', triesLeft })
    await admit(card, 'executive', undefined, '00000000')
    expect(await admit(card, 'executive')).toEqual({ is: 'officer-refused', why: 'dead' })
  })

  test('is proved in thirteen commands before its heads are read', async () => {
    const sent: string[] = []
    await bench.during(makeCard('executive').card, (reader) => {
      const counted = tampered(reader, (apdu, pass) => {
        sent.push(apdu.ins.toString(16))
        return pass()
      })
      return admitOfficer(counted, { role: 'executive', pin: PIN }, checks(), noHeads, undefined)
    })
    expect(sent).toEqual(['a4', 'a4', 'ca', 'b0', 'b0', 'b0', 'a4', 'ca', 'b0', '2a', '82', '20', '88'])
  })

  test('of another authority, or that says another role than its certificate, is forged', async () => {
    const stranger = makeCard('executive', signerFromSeed(new Uint8Array(32).fill(9)))
    expect(await admit(stranger.card, 'executive')).toEqual({ is: 'officer-refused', why: 'forged' })
    const climber = makeCard('spare', authority, 'executive')
    expect(await admit(climber.card, 'executive')).toEqual({ is: 'officer-refused', why: 'forged' })
  })

  test('of another station opens and closes nothing here', async () => {
    const { card } = makeCard('executive', authority, 'executive', 's-2')
    expect(await admit(card, 'executive')).toEqual({ is: 'officer-refused', why: 'other-station' })
  })

  test('in the place of the other officer is refused', async () => {
    const { card } = makeCard('executive')
    expect(await admit(card, 'supervisory')).toEqual({ is: 'officer-refused', why: 'not-an-officer-card' })
  })

  test('with a copied certificate but another key does not pass', async () => {
    const { certificate } = makeCard('executive')
    const copy = cards.officer('executive', { certificate })
    expect(await admit(copy, 'executive')).toEqual({ is: 'officer-refused', why: 'forged' })
  })
})

describe('the day key', () => {
  test('is drawn at the first opening, lies on three cards, and comes back from any two until it is erased', async () => {
    const cards = {
      executive: makeCard('executive').card,
      supervisory: makeCard('supervisory').card,
      spare: makeCard('spare').card,
    }
    const drawn = new DayKeyGathering('s-1', random, [], [])
    for (const role of ['executive', 'supervisory', 'spare'] as const)
      expect(await admit(cards[role], role, drawn)).toMatchObject({ is: 'officer-admitted', drawn: true })
    for (const pair of [
      ['executive', 'supervisory'],
      ['spare', 'executive'],
    ] as const) {
      const again = new DayKeyGathering('s-1', random, [], [])
      for (const role of pair)
        expect(await admit(cards[role], role, again, PIN, false)).toMatchObject({ is: 'officer-admitted' })
      expect(again.key()).toEqual(drawn.key())
    }
    const leave = (open: readonly string[]) =>
      bench.during(cards.spare, (reader) =>
        takeLeave(reader, { role: 'spare', pin: PIN }, checks(), noHeads, () => open),
      )
    expect(await leave(['d-02'])).toEqual({ is: 'heads-carried', open: ['d-02'] })
    const erased = await leave([])
    expect(erased).toEqual({ is: 'share-erased' })
    const later = new DayKeyGathering('s-1', random, [], [])
    expect(await admit(cards.spare, 'spare', later, PIN, false)).toEqual({
      is: 'officer-refused',
      why: 'no-share-today',
    })
  })
})
