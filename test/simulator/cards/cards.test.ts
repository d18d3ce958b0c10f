import { createHash, createPublicKey, verify } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CardTerminal } from '../../../firmware/card-reader/secure-channel.ts'
import { cardKeyFromScalar, makeCardKey } from '../../../simulator/cards/card-key.ts'
import type { OfficerCard } from '../../../simulator/cards/officer-card.ts'
import type { SmartCard } from '../../../simulator/cards/smart-card.ts'
import { VoterCard } from '../../../simulator/cards/voter-card.ts'
import { seededRandom } from '../../../simulator/seeded-random.ts'
import { makeStation } from '../../audit/fixtures.ts'
import { CARD_PIN, StationCards } from '../../fixtures/station-cards.ts'
import { hex } from '../device-side.ts'
import { send, TerminalSide } from './terminal-side.ts'

const SELECT = '00 A4 04 00 08 F0 53 41 4E 44 4F 47 48'
const DEVICE = Buffer.alloc(32, 0xd1)
const OTHER_DEVICE = Buffer.alloc(32, 0xd2)
const PIN = Buffer.from(CARD_PIN, 'ascii').toString('hex')
const CERTIFICATE = Buffer.alloc(450, 0xce)

const cards = new StationCards('cards', makeStation('cards', { casts: [0] }))
const desk = cards.terminal('check-in')
const device = cards.terminal('ballot-device')
const neighbour = cards.terminal('ballot-device')

function selected<T extends SmartCard>(card: T): T {
  card.reset()
  expect(send(card, SELECT)).toBe('6101')
  return card
}

function voter(): VoterCard {
  return selected(cards.voter())
}

function officer(certificate: Uint8Array = CERTIFICATE): OfficerCard {
  return selected(cards.officer('executive', { certificate }))
}

/** A terminal of the station with a channel to the card, which is selected anew. */
function under(card: SmartCard, terminal: CardTerminal): TerminalSide {
  return new TerminalSide(selected(card), terminal)
}

function issued(): VoterCard {
  const card = voter()
  const at = under(card, desk)
  at.send('00 A4 02 0C 02 01 01')
  expect(at.send('00 DA 00 00', Buffer.from('{"nonce":1}'))).toBe('9000')
  expect(at.send('80 10 01 00')).toBe('9000')
  return card
}

describe('every card', () => {
  it('has the ATR of docs/card.md and answers its kind to SELECT', () => {
    const card = new VoterCard({ random: seededRandom(1) })
    expect(Buffer.from(card.reset()).toString('hex')).toBe('3b0445564d31')
    expect(send(card, SELECT)).toBe('6101')
    expect(send(card, '00 C0 00 00 01')).toBe('019000')
    expect(send(officer(), '00 C0 00 00 01')).toBe('029000')
  })

  it('follows the rules of T=0', () => {
    const card = voter()
    expect(send(card, '00 C0 00 00 05')).toBe('6c01')
    expect(send(card, '00 C0 00 00 01')).toBe('019000')
    expect(send(card, '00 C0 00 00 01')).toBe('6985')
    expect(send(card, '80 12 00 00 00')).toBe('6c21')
    expect(send(card, '80 12 00 00 21')).toBe(`00${'00'.repeat(32)}9000`)
    expect(send(card, '00 77 00 00 00')).toBe('6d00')
    expect(send(card, 'A0 A4 00 00 00')).toBe('6e00')
    expect(send(card, '80 12 01 00 21')).toBe('6a86')
    expect(send(card, '00 88 00 00 02 01 02')).toBe('6700')
    expect(send(card, '00 A4 04 00 02 01 02')).toBe('6a82')
  })

  it('knows nothing before the applet is selected, nor after a reset', () => {
    const card = voter()
    card.reset()
    expect(send(card, '80 12 00 00 21')).toBe('6985')
  })

  it('gives objects in pieces, and says how long they are', () => {
    const card = officer()
    expect(send(card, '00 A4 02 0C 02 02 01')).toBe('9000')
    expect(send(card, '00 CA 00 00 02')).toBe('01c29000')
    expect(send(card, '00 B0 00 00 C8')).toBe(`${'ce'.repeat(200)}9000`)
    expect(send(card, '00 B0 01 90 C8')).toBe('6c32')
    expect(send(card, '00 B0 01 90 32')).toBe(`${'ce'.repeat(50)}9000`)
    expect(send(card, '00 B0 01 C2 01')).toBe('6b00')
    expect(send(card, '00 DA 00 00', Buffer.of(1))).toBe('6982')
    expect(send(card, '00 A4 02 0C 02 01 01')).toBe('6a82')
  })

  it('takes any command at all without breaking', () => {
    const interesting = fc.constantFrom(
      0x00,
      0x80,
      0xa4,
      0x20,
      0xb0,
      0xca,
      0xda,
      0x88,
      0x10,
      0x12,
      0xc0,
      1,
      2,
      3,
      4,
    )
    const byte = fc.oneof(interesting, fc.nat(255))
    const command = fc.tuple(
      fc.tuple(byte, byte, byte, byte, byte),
      fc.option(fc.uint8Array({ maxLength: 255 })),
    )
    fc.assert(
      fc.property(fc.array(command, { maxLength: 20 }), fc.boolean(), (commands, asVoter) => {
        const card: SmartCard = asVoter ? voter() : officer()
        for (const [header, body] of commands) {
          const p3 = body === null ? header[4] : body.length
          const answer = card.transmit(
            Uint8Array.from([...header.slice(0, 4), p3]),
            body ?? new Uint8Array(0),
          )
          expect(answer.length).toBeGreaterThanOrEqual(2)
          expect(answer.length).toBeLessThanOrEqual(202)
        }
      }),
    )
  })
})

describe('a voter card', () => {
  it('goes from blank to issued to claimed to spent, and can be given out again', () => {
    const card = issued()
    expect(card.state).toBe(1)
    const at = under(card, device)
    expect(at.send('80 10 02 00', DEVICE)).toBe('9000')
    expect(at.send('80 12 00 00')).toBe(`02${DEVICE.toString('hex')}9000`)
    expect(at.send('80 10 03 00')).toBe('9000')
    at.send('00 A4 02 0C 02 01 01')
    expect(at.send('00 CA 00 00')).toBe('00009000')
    const again = under(card, desk)
    again.send('00 A4 02 0C 02 01 01')
    expect(again.send('00 DA 00 00', Buffer.from('{}'))).toBe('9000')
    expect(again.send('80 12 00 00')).toBe(`00${'00'.repeat(32)}9000`)
  })

  it('is released only by the device that claimed it, with the same origin', () => {
    const card = issued()
    expect(under(card, device).send('80 10 02 00', DEVICE)).toBe('9000')
    expect(under(card, neighbour).send('80 10 02 00', OTHER_DEVICE)).toBe('6985')
    expect(under(card, neighbour).send('80 10 01 00', DEVICE)).toBe('6985')
    expect(under(card, neighbour).send('80 10 03 00')).toBe('6985')
    expect(under(card, device).send('80 10 01 00', OTHER_DEVICE)).toBe('6985')
    const at = under(card, device)
    expect(at.send('80 10 01 00', DEVICE)).toBe('9000')
    expect(at.send('80 12 00 00')).toBe(`01${'00'.repeat(32)}9000`)
  })

  it('is issued by a desk alone, and claimed by a device of its station alone', () => {
    const card = voter()
    const wrongly = under(card, device)
    wrongly.send('00 A4 02 0C 02 01 01')
    expect(wrongly.send('00 DA 00 00', Buffer.from('{}'))).toBe('6982')
    expect(wrongly.send('80 10 01 00')).toBe('6982')
    const given = issued()
    for (const role of ['check-in', 'ballot-device'] as const)
      expect(under(given, cards.terminal(role, 's-2')).send('80 10 02 00', DEVICE)).toBe('6982')
    expect(given.state).toBe(1)
  })

  it('does nothing in the clear that changes it', () => {
    const card = voter()
    send(card, '00 A4 02 0C 02 01 01')
    expect(send(card, '00 DA 00 00', Buffer.from('{}'))).toBe('6982')
    expect(send(card, '80 10 01 00 00')).toBe('6982')
    const given = issued()
    expect(send(given, '80 10 02 00', DEVICE)).toBe('6982')
    under(given, device).send('80 10 02 00', DEVICE)
    expect(send(given, '80 10 03 00 00')).toBe('6982')
    expect(send(given, '80 10 01 00', DEVICE)).toBe('6982')
    expect(given.state).toBe(2)
  })

  it('writes a long authorization in pieces, and none once it is issued', () => {
    const at = under(voter(), desk)
    at.send('00 A4 02 0C 02 01 01')
    expect(at.send('80 10 01 00')).toBe('6985')
    expect(at.send('00 DA 00 00', Buffer.alloc(200, 1))).toBe('9000')
    expect(at.send('00 DA 00 C9', Buffer.alloc(10, 2))).toBe('6b00')
    expect(at.send('00 DA 00 C8', Buffer.alloc(100, 2))).toBe('9000')
    expect(at.send('00 CA 00 00')).toBe('012c9000')
    expect(at.send('00 DA 00 00', Buffer.alloc(201, 1))).toBe('6700')
    expect(at.send('80 10 01 00')).toBe('9000')
    expect(at.send('00 DA 00 00', Buffer.from('{}'))).toBe('6982')
    expect(at.send('00 DA 01 2C', Buffer.from('{}'))).toBe('6982')
  })

  it('takes only the steps that docs/card.md draws, whoever asks for whatever', () => {
    const terminals = { desk, device, neighbour, stranger: cards.terminal('ballot-device', 's-2') }
    type Who = keyof typeof terminals
    const steps = {
      write: (at: TerminalSide) => {
        at.send('00 A4 02 0C 02 01 01')
        return at.send('00 DA 00 00', Buffer.from('{}'))
      },
      issue: (at: TerminalSide) => at.send('80 10 01 00'),
      claim: (at: TerminalSide) => at.send('80 10 02 00', DEVICE),
      release: (at: TerminalSide) => at.send('80 10 01 00', DEVICE),
      spend: (at: TerminalSide) => at.send('80 10 03 00'),
    }
    type Step = keyof typeof steps
    // State before, step, state after. The blank card of a model run holds an authorization once "write" was done.
    const drawn: Record<number, Partial<Record<Step, number>>> = {
      0: { write: 0, issue: 1 },
      1: { claim: 2 },
      2: { release: 1, spend: 3 },
      3: { write: 0 },
    }
    const mayTake = (who: Who, step: Step, claimer: Who | undefined) => {
      if (step === 'write' || step === 'issue') return who === 'desk'
      if (step === 'claim') return who === 'device' || who === 'neighbour'
      return who === claimer
    }
    const names = Object.keys(steps) as Step[]
    const people = Object.keys(terminals) as Who[]
    const asked = fc.tuple(fc.constantFrom(...people), fc.constantFrom(...names))
    fc.assert(
      fc.property(fc.array(asked, { maxLength: 12 }), (run) => {
        const card = voter()
        let [state, written] = [0, false]
        let claimer: Who | undefined
        for (const [who, step] of run) {
          const isDrawn = mayTake(who, step, claimer) && (step !== 'issue' || written)
          const next = isDrawn ? drawn[state]?.[step] : undefined
          expect(steps[step](under(card, terminals[who])) === '9000').toBe(next !== undefined)
          if (step === 'write' && next !== undefined) written = true
          if (next === 3) written = false
          if (step === 'claim' && next !== undefined) claimer = who
          if (next === 1) claimer = undefined
          state = next ?? state
          expect(card.state).toBe(state)
        }
      }),
      { numRuns: 40 },
    )
  })

  it('proves that it holds its key, over challenge, context, state and authorization', () => {
    const card = issued()
    const challengeAndContext = Buffer.alloc(64, 0xcc)
    expect(send(card, '00 88 00 00', challengeAndContext)).toBe('6140')
    const signature = Buffer.from(send(card, '00 C0 00 00 40').slice(0, 128), 'hex')
    const objectHash = createHash('sha256')
      .update(Buffer.of(1))
      .update(Buffer.alloc(32))
      .update('{"nonce":1}')
      .digest()
    const signed = Buffer.concat([Buffer.from('sandogh/v1/card'), challengeAndContext, objectHash])
    expect(verifies(card.publicKey, signed, signature)).toBe(true)
    signed[20] = 0
    expect(verifies(card.publicKey, signed, signature)).toBe(false)
  })

  it('shows the public half of its key, which nobody can change', () => {
    const card = voter()
    send(card, '00 A4 02 0C 02 01 02')
    expect(send(card, '00 B0 00 00 41')).toBe(`${Buffer.from(card.publicKey).toString('hex')}9000`)
    expect(send(card, '00 DA 00 00', Buffer.of(4))).toBe('6982')
  })
})

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

describe("a card's key", () => {
  it('is the public point of its scalar (FIPS 186-4 key pair of RFC 6979, A.2.5)', () => {
    const key = cardKeyFromScalar(
      Uint8Array.from(hex('C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721')),
    )
    expect(Buffer.from(key.publicKey).toString('hex').toUpperCase()).toBe(
      '0460FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB67903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299',
    )
  })

  it('comes out the same from the same random numbers', () => {
    expect(makeCardKey(seededRandom('k')).publicKey).toEqual(makeCardKey(seededRandom('k')).publicKey)
  })
})

function verifies(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const coordinate = (from: number): string =>
    Buffer.from(publicKey.subarray(from, from + 32)).toString('base64url')
  const key = createPublicKey({
    format: 'jwk',
    key: { kty: 'EC', crv: 'P-256', x: coordinate(1), y: coordinate(33) },
  })
  return verify('sha256', message, { key, dsaEncoding: 'ieee-p1363' }, signature)
}
