import { expect, test } from 'vitest'
import { readCertificate } from '../../core/keys/certificate.ts'
import { valueOrThrow } from '../../core/result.ts'
import { makeCard } from '../../demo/make-card.ts'
import type { Apdu } from '../../firmware/card-reader/apdu.ts'
import { type CardOwner, personalisation } from '../../provisioning/enrolment/personalisation.ts'
import { makeCardKey } from '../../simulator/cards/card-key.ts'
import { OfficerCard } from '../../simulator/cards/officer-card.ts'
import { VoterCard } from '../../simulator/cards/voter-card.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { readableOf } from '../attacks/attackers-cards.ts'
import { makeStation, OPENING } from '../audit/fixtures.ts'
import { CardBench } from '../device-agent/ballot/card-bench.ts'
import { CARD_PIN, StationCards } from '../fixtures/station-cards.ts'
import { send, TerminalSide } from '../simulator/cards/terminal-side.ts'

const station = makeStation('personalisation', { casts: [0] })
const cards = new StationCards('personalisation', station)
const random = seededRandom('personalisation')
const making = {
  definition: station.electionPackage.definition,
  cardAuthority: cards.cardAuthority.publicKey,
  issuing: {
    authority: station.authority,
    notBefore: new Date(OPENING - 1_000_000),
    notAfter: new Date(OPENING + 1_000_000),
    random,
  },
}
const executive: CardOwner = { kind: 'executive', pin: CARD_PIN, station: 's-1' }
const blank = (key = makeCardKey(random)) => new OfficerCard({ kind: 'executive', key })

test("an officer's card is certified over the key that it made, knows its PIN, its station and the station's devices", () => {
  const card = makeCard(blank(), executive, making)
  const der = readableOf(card).get(0x0201) ?? new Uint8Array(0)
  const certificate = valueOrThrow(readCertificate(der, station.authority.publicKey, OPENING, 'card'))
  expect(certificate).toMatchObject({ role: 'executive', subject: 's-1/executive' })
  expect(certificate.publicKeyRaw).toEqual(card.publicKey)
  for (const [at, status] of [
    ['s-1', '9000'],
    ['s-2', '6982'],
  ] as const) {
    card.reset()
    send(card, '00 A4 04 00 08 F0 53 41 4E 44 4F 47 48')
    const terminal = new TerminalSide(card, cards.terminal('ballot-device', at))
    expect(terminal.send('00 20 00 80', Buffer.from(CARD_PIN))).toBe('9000')
    terminal.send('00 A4 02 0C 02 02 02')
    expect(terminal.send('00 DA 00 00', new Uint8Array(81))).toBe(status)
  }
})

/** A command's bytes as the reader's driver takes them. */
function apduOf(command: Uint8Array): Apdu {
  const [cla = 0, ins = 0, p1 = 0, p2 = 0, length = 0] = command
  const data = command.slice(5, 5 + length)
  const expected = command[5 + length]
  if (command.length < 6) return { cla, ins, p1, p2, ...(command.length === 5 && { expected: length }) }
  return { cla, ins, p1, p2, data, ...(expected !== undefined && { expected }) }
}

test('goes through a reader on its line as well', async () => {
  const bench = new CardBench()
  const dialogue = personalisation(executive, making, 'reader')
  const card = blank()
  const made = await bench.during(card, async (reader) => {
    await reader.powerOn()
    let step = dialogue.next()
    while (step.done !== true) {
      const answer = await reader.transmit(apduOf(step.value))
      if (!answer.ok) throw new Error(answer.error)
      const { data, status } = answer.value
      step = dialogue.next(Uint8Array.of(...data, status >> 8, status & 0xff))
    }
    return step.value
  })
  expect(valueOrThrow(made)).toEqual(readableOf(card).get(0x0201))
})

test("a voter's card is certified as one of this election and no more", () => {
  const card = makeCard(new VoterCard({ random }), { kind: 'voter' }, making)
  const der = readableOf(card).get(0x0201) ?? new Uint8Array(0)
  const certificate = valueOrThrow(readCertificate(der, station.authority.publicKey, OPENING, 'card'))
  expect(certificate).toMatchObject({ role: 'voter-card', subject: 'voter-card' })
})

test('a card of another kind, one that is somebody’s already, and one whose keys do not belong together are put aside', () => {
  expect(() => makeCard(new VoterCard({ random }), executive, making)).toThrow('no card for executive')
  const card = makeCard(blank(), executive, making)
  expect(() => makeCard(card, executive, making)).toThrow('personalised already')
  const { vouched } = makeCardKey(random)
  const mixed = blank({ ...makeCardKey(random), vouched })
  expect(() => makeCard(mixed, executive, making)).toThrow('does not vouch')
})
