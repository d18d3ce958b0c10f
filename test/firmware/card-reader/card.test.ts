import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { verifyP256 } from '../../../core/keys/p256.ts'
import type { Card as AnyCard, OfficerCard, VoterCard } from '../../../firmware/card-reader/card.ts'
import {
  authenticationMessage,
  officerObjectHash,
  openCard,
  voterObjectHash,
} from '../../../firmware/card-reader/card.ts'
import { cardKeyFromScalar } from '../../../simulator/cards/card-key.ts'
import { bytes, good } from '../scripted-line.ts'
import type { CardScript } from './scripted-reader.ts'
import { connected, twin } from './scripted-reader.ts'

const hex = (all: Uint8Array) => Buffer.from(all).toString('hex')
const header = (tpdu: Uint8Array) => hex(tpdu.slice(0, 4))

/** A card that holds objects as `docs/card.md` lays them out; what it does not know it leaves to `more`. */
function objectCard(kind: string, objects: Record<string, Uint8Array>, more: CardScript = () => '6d00') {
  const log: string[] = []
  let selected = ''
  let ready = ''
  const card: CardScript = (tpdu) => {
    const data = tpdu.slice(5)
    log.push(hex(tpdu))
    if (tpdu[1] === 0xc0) return `${ready}9000`
    if (header(tpdu) === '00a40400') {
      ready = kind
      return hex(data) === 'f053414e444f4748' ? '6101' : '6a82'
    }
    if (header(tpdu) === '00a4020c') {
      selected = hex(data)
      return objects[selected] === undefined ? '6a82' : '9000'
    }
    const object = objects[selected] ?? new Uint8Array(0)
    const offset = ((tpdu[2] ?? 0) << 8) | (tpdu[3] ?? 0)
    if (header(tpdu) === '00ca0000') return `${object.length.toString(16).padStart(4, '0')}9000`
    if (tpdu[1] === 0xb0) return `${hex(object.slice(offset, offset + (tpdu[4] ?? 0)))}9000`
    if (tpdu[1] === 0xda) {
      objects[selected] = Uint8Array.from([...object.slice(0, offset), ...data])
      return '9000'
    }
    const said = more(tpdu)
    if (said === undefined || said.length <= 4) return said
    ready = said
    return `61${(said.length / 2).toString(16).padStart(2, '0')}`
  }
  return { card, log, objects }
}

async function opened(card: CardScript) {
  return good(await openCard(await connected(twin({ card }))))
}

const long = Uint8Array.from({ length: 450 }, (_, i) => i & 0xff)

type TrusteeCard = Extract<AnyCard, { kind: 'trustee' }>

test.each([
  ['01', '0101', 2_048, (card: AnyCard) => (card as VoterCard).readAuthorization()],
  ['01', '0102', 65, (card: AnyCard) => (card as VoterCard).readPublicKey()],
  ['02', '0201', 4_096, (card: AnyCard) => card.readCertificate()],
  ['02', '0202', 81, (card: AnyCard) => (card as OfficerCard).readDayShare()],
  ['02', '0203', 32_768, (card: AnyCard) => (card as OfficerCard).readHeads()],
  ['06', '0204', 512, (card: AnyCard) => (card as TrusteeCard).readElectionShare()],
] as const)(
  'card %s: object %s has room for %i bytes, and one that says more is not read at all',
  async (kind, id, room, read) => {
    for (const [length, isRead] of [
      [room, true],
      [room + 1, false],
    ] as const) {
      const { card, log } = objectCard(kind, { [id]: new Uint8Array(length) })
      const answer = await read(await opened(card))
      expect(answer.ok).toBe(isRead)
      expect(log.some((tpdu) => tpdu.startsWith('00b0'))).toBe(isRead)
    }
  },
)

describe('a voter card', () => {
  test('is known by its applet, and read in pieces of 200 bytes', async () => {
    const { card, log } = objectCard('01', { '0101': long, '0102': new Uint8Array(65).fill(4) })
    const voter = (await opened(card)) as VoterCard
    expect(voter.kind).toBe('voter')
    expect(good(await voter.readAuthorization())).toEqual(long)
    expect(log.filter((sent) => sent.startsWith('00b0'))).toEqual(['00b00000c8', '00b000c8c8', '00b0019032'])
    expect(good(await voter.readPublicKey())).toHaveLength(65)
  })

  test('is issued by writing the authorization in pieces and closing it', async () => {
    const { card, log, objects } = objectCard('01', { '0101': bytes('ff ff') }, (tpdu) =>
      header(tpdu) === '80100100' ? '9000' : '6985',
    )
    const voter = (await opened(card)) as VoterCard
    good(await voter.issue(long))
    expect(objects['0101']).toEqual(long)
    expect(log.at(-1)).toBe('8010010000')
  })

  test('is claimed, released and spent by the commands of the table', async () => {
    const origin = new Uint8Array(32).fill(7)
    const { card, log } = objectCard('01', {}, (tpdu) => (tpdu[1] === 0x10 ? '9000' : '6d00'))
    const voter = (await opened(card)) as VoterCard
    good(await voter.claim(origin))
    good(await voter.release(origin))
    good(await voter.spend())
    expect(log.slice(-3)).toEqual([`8010020020${hex(origin)}`, `8010010020${hex(origin)}`, '8010030000'])
    await expect(async () => voter.claim(new Uint8Array(31))).rejects.toThrow('32 bytes')
  })

  test('tells its state, and by whom it is claimed', async () => {
    let state = `02${'07'.repeat(32)}`
    // GET STATE has no data: its answer comes at once.
    const { card } = objectCard('01', {})
    const voter = (await opened((tpdu) => (tpdu[1] === 0x12 ? `${state}9000` : card(tpdu)))) as VoterCard
    expect(good(await voter.readState())).toEqual({ is: 'claimed', originHash: new Uint8Array(32).fill(7) })
    state = `03${'00'.repeat(32)}`
    expect(good(await voter.readState())).toEqual({ is: 'spent' })
    state = `04${'00'.repeat(32)}`
    expect(await voter.readState()).toEqual({ ok: false, error: { is: 'malformed', command: 'get state' } })
  })

  test('proves itself with a signature over exactly the message that we compute', async () => {
    const key = cardKeyFromScalar(new Uint8Array(32).fill(9))
    const authorization = bytes('7b 7d')
    const { card } = objectCard('01', { '0101': authorization }, (tpdu) => {
      if (header(tpdu) !== '00880000' || tpdu[4] !== 64) return '6700'
      // The card's side, written out from docs/card.md.
      const object = createHash('sha256')
        .update(Buffer.of(2))
        .update(Buffer.alloc(32, 7))
        .update(authorization)
        .digest()
      const signed = Buffer.concat([
        Buffer.from('sandogh/v1/card'),
        tpdu.slice(5, 37),
        tpdu.slice(37, 69),
        object,
      ])
      return hex(key.sign(signed))
    })
    const voter = (await opened(card)) as VoterCard
    const [challenge, context] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)]
    const signature = good(await voter.internalAuthenticate(challenge, context))
    const check = (message: Uint8Array) => verifyP256(key.publicKey, message, signature)
    expect(
      check(
        authenticationMessage(
          challenge,
          context,
          voterObjectHash({ is: 'claimed', originHash: new Uint8Array(32).fill(7) }, authorization),
        ),
      ),
    ).toBe(true)
    expect(
      check(authenticationMessage(challenge, context, voterObjectHash({ is: 'issued' }, authorization))),
    ).toBe(false)
    expect(
      check(
        authenticationMessage(
          context,
          challenge,
          voterObjectHash({ is: 'claimed', originHash: new Uint8Array(32).fill(7) }, authorization),
        ),
      ),
    ).toBe(false)
  })
})

describe("an officer's card", () => {
  test('is of its kind, and counts wrong PINs until it is dead', async () => {
    let answer = '63c2'
    const { card, log } = objectCard('03', {}, (tpdu) => {
      if (tpdu[1] !== 0x20) return '6d00'
      return answer === '6983' && tpdu[4] === 0 ? '63c0' : answer
    })
    const officer = (await opened(card)) as OfficerCard
    expect(officer.kind).toBe('supervisory')
    expect(good(await officer.verifyPin('00001111'))).toEqual({ triesLeft: 2 })
    expect(log.at(-1)).toBe(`0020008008${hex(new TextEncoder().encode('00001111'))}`)
    answer = '63c0'
    expect(good(await officer.verifyPin('00001111'))).toEqual({ triesLeft: 0 })
    answer = '6983'
    expect(good(await officer.verifyPin('00001111'))).toBe('dead')
    expect(log.at(-1)).toBe('0020008000')
    answer = '9000'
    expect(good(await officer.verifyPin('12345678'))).toBe('verified')
    await expect(officer.verifyPin('1234567')).rejects.toThrow('eight decimal digits')
  })

  test('keeps a share of the day key until it is erased', async () => {
    const share = new Uint8Array(81).fill(5)
    const { card, log } = objectCard('02', { '0201': long, '0202': new Uint8Array(0) })
    const officer = (await opened(card)) as OfficerCard
    expect(good(await officer.readCertificate())).toEqual(long)
    expect(officerObjectHash(long)).toHaveLength(32)
    expect(good(await officer.readDayShare())).toBeNull()
    good(await officer.writeDayShare(share))
    expect(good(await officer.readDayShare())).toEqual(share)
    good(await officer.eraseDayShare())
    expect(log.at(-1)).toBe('00da000000')
    expect(good(await officer.readDayShare())).toBeNull()
  })

  test('refuses with its own status word, which holds nothing of what was sent', async () => {
    const { card } = objectCard('02', {})
    const officer = (await opened(card)) as OfficerCard
    expect(await officer.readDayShare()).toEqual({
      ok: false,
      error: { is: 'refused', command: 'select object', status: 0x6a82 },
    })
  })
})

describe('a card that is none of ours', () => {
  test('is refused, whatever it answers', async () => {
    const refused = await openCard(await connected(twin({ card: () => '6a 82' })))
    expect(refused).toEqual({ ok: false, error: { is: 'refused', command: 'select', status: 0x6a82 } })
    for (const answer of ['09 90 00', '90 00', '01 01 90 00']) {
      const odd = await openCard(await connected(twin({ card: () => answer })))
      expect(odd).toEqual({ ok: false, error: { is: 'malformed', command: 'select' } })
    }
    const empty = await openCard(await connected(twin({ present: false })))
    expect(empty).toEqual({ ok: false, error: { is: 'fault', fault: 'no-card' } })
  })

  test('is not believed when an object is longer than a card can hold, or shorter than it said', async () => {
    const { card } = objectCard('01', { '0101': new Uint8Array(10) })
    const huge = (await opened((tpdu) => (tpdu[1] === 0xca ? 'ffff9000' : card(tpdu)))) as VoterCard
    expect(await huge.readAuthorization()).toMatchObject({
      error: { is: 'malformed', command: 'get length' },
    })
    const short = (await opened((tpdu) => (tpdu[1] === 0xb0 ? '019000' : card(tpdu)))) as VoterCard
    expect(await short.readAuthorization()).toMatchObject({
      error: { is: 'malformed', command: 'read binary' },
    })
  })
})
