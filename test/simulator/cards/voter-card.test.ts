import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  cards,
  DEVICE,
  desk,
  device,
  issued,
  neighbour,
  OTHER_DEVICE,
  under,
  verifies,
  voter,
} from './dealt.ts'
import { send, type TerminalSide } from './terminal-side.ts'

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
