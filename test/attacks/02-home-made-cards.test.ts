/**
 * AccuVote-TS, 2003 to 2006: the machine believed whatever smartcard said it was a voter's, so that cards made at home voted again and again
 * (Kohno, Stubblefield, Rubin, Wallach 2004; Feldman, Halderman, Felten 2006). Here a card is copied, forged, recorded and carried elsewhere; no
 * device takes it, no desk issues to it, and no home-made desk or device writes a real one.
 */
import { expect, test } from 'vitest'
import { signerFromSeed } from '../../core/keys/ed25519.ts'
import { ok } from '../../core/result.ts'
import { deviceHash } from '../../device-agent/ballot/session/voter-card.ts'
import type { CardAnswer } from '../../firmware/card-reader/apdu.ts'
import type { CardReader } from '../../firmware/card-reader/driver.ts'
import type { CardTerminal } from '../../firmware/card-reader/secure-channel.ts'
import type { VoterCard } from '../../simulator/cards/voter-card.ts'
import { device, station } from '../device-agent/store/voting.ts'
import { StationCards } from '../fixtures/station-cards.ts'
import { send, TerminalSide } from '../simulator/cards/terminal-side.ts'
import {
  attackersKey,
  HomeMadeCard,
  impostorsKey,
  playedBack,
  readableOf,
  recorded,
  tampered,
} from './attackers-cards.ts'
import { CardTable } from './card-table.ts'
import {
  asksTheSameAgain,
  believesAnyState,
  issuesToAnyCard,
  knowsNoStation,
  looksAtNoProof,
  takesAnyTerminal,
  writtenByAnybody,
} from './weakened/cards.ts'
import { cardsBuild } from './weakened/weaken.ts'

const ORIGIN = Buffer.alloc(32, 0xd1)
const ISSUED = 1
const CLAIMED = 2
/** An attacker has an authority too. */
const stranger = { ...station, authority: signerFromSeed(new Uint8Array(32).fill(0x66)) }

/** A copy of everything that an issued card shows. */
async function copyOf(table: CardTable): Promise<readonly HomeMadeCard[]> {
  const shown = readableOf(await table.issued())
  const authority = table.cards.cardAuthority.publicKey
  const ownKey = new Map([...shown].filter(([id]) => id !== 0x0103))
  return [new HomeMadeCard(shown, authority), new HomeMadeCard(ownKey, authority)]
}

test('a copy of an issued card, with its own agreement key or with the copied one, gets no ballot', async () => {
  const table = new CardTable(await cardsBuild())
  for (const copy of await copyOf(table)) expect(await table.claim(copy)).toBe('forged')
  // The reader is ready for the next.
  expect(await table.claim(await table.issued())).toBe('claimed')
})

test('a build that does not look at the proof gives it one', async () => {
  const table = new CardTable(await cardsBuild(looksAtNoProof))
  const [, copy] = await copyOf(table)
  expect(await table.claim(copy as HomeMadeCard)).toBe('claimed')
})

/** A hand on the line that answers GET STATE in the card's place. */
function lying(reader: CardReader, data: Uint8Array): CardReader {
  return tampered(reader, async (apdu, pass) => (apdu.ins === 0x12 ? ok({ data, status: 0x9000 }) : pass()))
}

/** Every lie about a card's state: the device that believes "claimed, and by you" would not ask for the claim. */
const LIES = [0, 1, 2, 3].flatMap((state) =>
  [new Uint8Array(32), deviceHash(device.origin), deviceHash('another')].map((origin) =>
    Uint8Array.from([state, ...origin]),
  ),
)

/** What the device says to each lie about an issued card, and about one that another device claimed; and whether it then believed a claim that is none. */
async function liedTo(table: CardTable) {
  const elsewhere = await table.issued()
  send(elsewhere, '00 A4 04 00 08 F0 53 41 4E 44 4F 47 48')
  new TerminalSide(elsewhere, table.cards.terminal('ballot-device')).send('80 10 02 00', ORIGIN)
  const believed: boolean[] = []
  for (const lie of LIES) {
    for (const card of [await table.issued(), elsewhere]) {
      const isClaimed = (await table.claim(card, (reader) => lying(reader, lie))) === 'claimed'
      believed.push(isClaimed && (card === elsewhere || card.state !== CLAIMED))
    }
  }
  return believed
}

test('whatever a hand on the line says of a card’s state, no device believes a claim that the card did not take', async () => {
  expect(await liedTo(new CardTable(await cardsBuild()))).not.toContain(true)
})

test('a build that looks at no verdict on the proof believes that the card is its own', async () => {
  expect(await liedTo(new CardTable(await cardsBuild(believesAnyState)))).toContain(true)
})

/** A copy of an issued card, made by somebody who has the voting device's own key for cards as well. */
async function copyWithDevicesKey(table: CardTable): Promise<HomeMadeCard> {
  const shown = readableOf(await table.issued())
  const key = impostorsKey(shown.get(0x0103) ?? new Uint8Array(0), table.device.scalar)
  return new HomeMadeCard(shown, table.cards.cardAuthority.publicKey, key)
}

test('whoever copied the device’s own key for cards makes a card with a good receipt and gets no ballot: it cannot sign', async () => {
  const table = new CardTable(await cardsBuild())
  expect(await table.claim(await copyWithDevicesKey(table))).toBe('forged')
  const weak = new CardTable(await cardsBuild(believesAnyState))
  expect(await weak.claim(await copyWithDevicesKey(weak))).toBe('claimed')
})

/** Everything that a real card answered while it was claimed, played to the device once more: the card itself is gone. */
async function claimByRecording(table: CardTable): Promise<string> {
  const card = await table.issued()
  const answers: CardAnswer[] = []
  expect(await table.claim(card, (reader) => recorded(reader, answers))).toBe('claimed')
  return table.claim(table.cards.voter(), (reader) => playedBack(reader, answers))
}

test('a recording of a card that was claimed claims nothing', async () => {
  expect(await claimByRecording(new CardTable(await cardsBuild()))).toBe('forged')
})

test('a build that asks the same every time takes the recording for the card', async () => {
  expect(await claimByRecording(new CardTable(await cardsBuild(asksTheSameAgain)))).toBe('claimed')
})

/** A card made at home wants an authorization, of which it would make copies with the same key. */
function homeMade(table: CardTable, certified: boolean): HomeMadeCard {
  const key = attackersKey()
  const certificate = new StationCards('at home', stranger).certify('voter-card', 'voter-card', key.publicKey)
  const contents = new Map([
    [0x0101, new Uint8Array(0)],
    [0x0102, key.publicKey],
    [0x0201, certified ? certificate : new Uint8Array(0)],
  ])
  return new HomeMadeCard(contents, table.cards.cardAuthority.publicKey, key)
}

test('a card made at home is issued nothing, with a certificate made at home or none, and neither is a copied certificate', async () => {
  const table = new CardTable(await cardsBuild())
  for (const certified of [true, false]) {
    const card = homeMade(table, certified)
    expect(await table.issue(card)).toBe('it is no voter card of this election')
    expect(card.authorization).toHaveLength(0)
  }
  const copied = new HomeMadeCard(readableOf(table.cards.voter()), table.cards.cardAuthority.publicKey)
  expect(await table.issue(copied)).toContain('does not prove that it is the card of its certificate')
  expect(await table.issue(table.cards.voter())).toBe('issued')
})

test('a desk that issues to any card gives it one', async () => {
  const table = new CardTable(await cardsBuild(issuesToAnyCard))
  const card = homeMade(table, true)
  expect(await table.issue(card)).toBe('issued')
  expect(card.authorization.length).toBeGreaterThan(0)
})

/** Somebody with a reader at home tries to claim an issued card, so that its voter is refused; gives whether the card was changed. */
function claimAtHome(card: VoterCard, terminal: CardTerminal | undefined): boolean {
  card.reset()
  send(card, '00 A4 04 00 08 F0 53 41 4E 44 4F 47 48')
  try {
    if (terminal === undefined) send(card, '80 10 02 00', ORIGIN)
    else new TerminalSide(card, terminal).send('80 10 02 00', ORIGIN)
  } catch {
    // The card agreed on nothing.
  }
  return card.state !== ISSUED
}

test('a terminal without certificate, with one made at home, of another station, or of a desk changes no issued card', async () => {
  const table = new CardTable(await cardsBuild())
  const card = await table.issued()
  const atHome = new StationCards('at home', stranger).terminal('ballot-device')
  const elsewhere = [table.cards.terminal('ballot-device', 's-2'), table.cards.terminal('check-in')]
  // Another's certificate with a key that is not its own.
  const borrowed = { certificate: table.device.certificate, key: atHome.key }
  for (const terminal of [undefined, atHome, borrowed, ...elsewhere])
    expect(claimAtHome(card, terminal)).toBe(false)
  expect(await table.claim(card)).toBe('claimed')
})

test('a card that anybody may write, that asks for no station, or that verifies no certificate is changed', async () => {
  const anybody = new CardTable(await cardsBuild(writtenByAnybody))
  expect(claimAtHome(await anybody.issued(), undefined)).toBe(true)
  const anywhere = new CardTable(await cardsBuild(knowsNoStation))
  expect(claimAtHome(await anywhere.issued(), anywhere.cards.terminal('ballot-device', 's-2'))).toBe(true)
  const anyone = new CardTable(await cardsBuild(takesAnyTerminal))
  const atHome = new StationCards('at home', stranger).terminal('ballot-device')
  expect(claimAtHome(await anyone.issued(), atHome)).toBe(true)
})

test('a card of another election gets no ballot, though its maker is the same', async () => {
  const table = new CardTable(await cardsBuild())
  const other = new StationCards('another election', station)
  const card = other.voter()
  // This election's desk has no certificate that the other election's card knows.
  expect(await table.issue(card)).toContain('does not prove')
  expect(card.state).toBe(0)
  expect(await table.claim(card)).toBe('blank')
})
