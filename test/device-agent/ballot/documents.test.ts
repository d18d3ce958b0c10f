import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, expect, test } from 'vitest'
import { signTally } from '../../../core/bundle/bundle.ts'
import { tallyJson } from '../../../core/election/tally.ts'
import { signerFromSeed } from '../../../core/keys/ed25519.ts'
import { DevicePaper, type PaperRecords } from '../../../device-agent/ballot/documents.ts'
import { installedFontFiles, registerFonts } from '../../../ui/fonts.ts'
import { differencesIn } from '../../../ui/paper/minutes.ts'
import { realBuild } from '../../attacks/weakened/weaken.ts'
import {
  beginOn,
  clock,
  device,
  makeHome,
  officers,
  openHome,
  openPolls,
  station,
  Voters,
} from '../store/device.ts'

const home = openHome(makeHome())
const fonts = registerFonts(installedFontFiles())
const {
  folders: [folder = ''],
  store,
} = beginOn(await realBuild(), 1, 'documents')
openPolls(store)
const voters = new Voters('documents')
for (let i = 0; i < 5; i += 1) voters.vote(store)
store.countVoidSlip()
store.closePolls(officers)
afterAll(() => store.close())

/** The minutes of that day, had one of its records been another. */
function minutesWith(changed: Partial<PaperRecords>) {
  const { day, tally, spentTags } = store
  const records: PaperRecords = {
    day,
    tally,
    spentTags,
    batches: () => store.batches(),
    checkpointAt: (size) => store.checkpointAt(size),
    ...changed,
  }
  return new DevicePaper(home, records, clock, fonts).minutesData()
}

/** The parts of {@link differencesIn} that are named: a card, a slip, the two contests. */
function differing(changed: Partial<PaperRecords>): readonly string[] {
  const parts = { کارت: 'cards', برگهٔ: 'slips', 'شورای شهر': 'council', 'شورای روستا': 'village' }
  return differencesIn(minutesWith(changed)).map(
    (text) => Object.entries(parts).find(([word]) => text.includes(word))?.[1] ?? text,
  )
}

test('the minutes of an honest day agree', () => {
  expect(minutesWith({})).toMatchObject({ ballots: 5, cardsSpent: 5, slipsPrinted: 6, voidSlips: 1 })
  expect(differing({})).toEqual([])
})

test('a card too few or too many is named', () => {
  expect(differing({ spentTags: store.spentTags.slice(1) })).toEqual(['cards'])
  expect(differing({ spentTags: [...store.spentTags, new Uint8Array(32)] })).toEqual(['cards'])
})

test('a slip too few or too many is named', () => {
  expect(differing({ day: { ...store.day, casts: 4 } })).toEqual(['slips'])
  expect(differing({ day: { ...store.day, casts: 6 } })).toEqual(['slips'])
})

test('a tally of another sum is named with its contest', () => {
  const { definition } = station.electionPackage
  const honest = minutesWith({}).tally
  const withMore = (contest: number, valid: number) => {
    const tally = honest.map((counts, i) =>
      i === contest ? { ...counts, valid: counts.valid + valid } : counts,
    )
    const released = { origin: store.origin, salt: new Uint8Array(32), tally: tallyJson(definition, tally) }
    const document = signTally(released, signerFromSeed(device.keys.message))
    return differing({ tally: { document, answered: false } })
  }
  expect(withMore(0, 1)).toEqual(['council'])
  // The second contest is not on every ballot, so that only more votes than ballots show.
  expect(withMore(1, 6)).toEqual(['village'])
})

test('a ballot that is gone from its batch is named against cards, slips and tally', () => {
  const database = new Database(join(folder, 'ballots.db'))
  database.exec(
    'DROP TRIGGER ballots_no_delete; DELETE FROM ballots WHERE sealed = (SELECT sealed FROM ballots LIMIT 1)',
  )
  database.close()
  expect(minutesWith({}).ballots).toBe(4)
  expect(differing({})).toEqual(expect.arrayContaining(['cards', 'slips', 'council']))
})
