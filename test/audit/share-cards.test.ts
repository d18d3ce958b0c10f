/** Trustees put their cards into a reader and type their PINs; the count opens with what is on them, and a wrong share is named by its card. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { rebuildKey } from '../../audit/open/rebuild-key.ts'
import { type Counter, shareOnCard } from '../../audit/open/share-cards.ts'
import { toBase64 } from '../../core/keys/hash.ts'
import { boxPublicKey } from '../../core/keys/sealed-box.ts'
import { shareFile } from '../../core/package/trustee-share.ts'
import { valueOrThrow } from '../../core/result.ts'
import { type CardReader, connectCardReader } from '../../firmware/card-reader/driver.ts'
import type { SmartCard } from '../../simulator/cards/smart-card.ts'
import { inProcessLine } from '../../simulator/lines/in-process.ts'
import { VirtualCardReader } from '../../simulator/peripherals/card-reader.ts'
import { VirtualClock } from '../../simulator/virtual-clock.ts'
import { CARD_PIN, StationCards } from '../fixtures/station-cards.ts'
import { makeStation, OPENING } from './fixtures.ts'

const station = makeStation('share cards', { casts: [3] })
const other = makeStation('share cards of another election', { casts: [3], election: 'another' })
const cards = new StationCards('share cards', station)
const WRONG = '00000000'

let clock: VirtualClock
let slot: VirtualCardReader
let reader: CardReader

beforeEach(async () => {
  clock = new VirtualClock(OPENING)
  const line = inProcessLine({ clock, baudRate: 115_200, bitsPerByte: 11, paced: true })
  slot = new VirtualCardReader({ line: line.plug, clock })
  const logger = { info: () => {}, warn: () => {}, error: () => {} }
  const connected = await clock.run(connectCardReader({ open: line.open, clock, logger }))
  if (!connected.ok) throw new Error(connected.error.what)
  reader = connected.value
})
afterEach(() => reader.close())

/** A trustee's card with the share of that number. */
const trustee = (number: number, of = station) =>
  cards.trustee(shareFile(of.shares[number - 1] as Uint8Array, of.electionPackage))

/** One trustee at the counter: puts the card in when first asked, types what is listed, takes the card out when told. */
async function bring(card: SmartCard, where: string, ...typed: readonly string[]) {
  const said: string[] = []
  const answers = [...typed]
  const counter: Counter = {
    tell: (what) => {
      said.push(what)
      slot.pullCard()
    },
    ask: async (question) => {
      said.push(question)
      if (slot.card() === undefined) {
        slot.insertCard(card)
        await new Promise<void>((resolve) => reader.onCard((movement) => movement === 'in' && resolve()))
      }
      return answers.shift()
    },
  }
  const share = await clock.run(shareOnCard(reader, where, counter))
  if (slot.card() !== undefined) slot.pullCard()
  // Until the driver has noticed.
  await clock.run(new Promise<void>((resolve) => clock.after(100, resolve)))
  return { share, said }
}

describe('trustees with cards', () => {
  test('open the count, any three of them', async () => {
    const given = []
    for (const number of [2, 4, 5])
      given.push(valueOrThrow((await bring(trustee(number), `card ${number}`, CARD_PIN)).share))
    const key = valueOrThrow(rebuildKey(given, station.electionPackage))
    expect(toBase64(boxPublicKey(key))).toBe(station.electionPackage.definition.constituency.electionKey)
  })

  test('with a share of another election are named by their card', async () => {
    const given = []
    for (const number of [1, 2])
      given.push(valueOrThrow((await bring(trustee(number), `card ${number}`, CARD_PIN)).share))
    given.push(valueOrThrow((await bring(trustee(3, other), 'card 3', CARD_PIN)).share))
    expect(rebuildKey(given, station.electionPackage)).toMatchObject({
      error: { code: 'share.other-election', where: 'card 3' },
    })
  })

  test('who mistype are told how many tries are left and asked again', async () => {
    const { share, said } = await bring(trustee(1), 'card 1', 'twelve', WRONG, CARD_PIN)
    expect(share.ok).toBe(true)
    expect(said.map((line) => line.replace(/^card 1: /, ''))).toEqual([
      "put a trustee's card into the reader and type its PIN: ",
      'a PIN is eight digits; type it again: ',
      'the PIN is wrong, 4 tries left; type it again: ',
      'the share was read; take the card out',
    ])
  })

  test('whose card died, who brought another card, or who went away are refused by name', async () => {
    const why = async (card: SmartCard, ...typed: readonly string[]) => {
      const { share } = await bring(card, 'card 1', ...typed)
      return share.ok ? 'read' : `${share.error.code} ${share.error.where} ${share.error.what}`
    }
    const card = trustee(1)
    const dead = 'share.card card 1 the card is dead: five wrong PINs were typed'
    expect(await why(card, WRONG, WRONG, WRONG, WRONG, WRONG)).toBe(dead)
    expect(await why(card, CARD_PIN)).toBe(dead)
    expect(await why(cards.officer('executive'), CARD_PIN)).toBe(
      "share.card card 1 this is no trustee's card",
    )
    expect(await why(trustee(2))).toBe('share.card card 1 nobody typed a PIN')
  })
})
