import { join } from 'node:path'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { signTally } from '../../../core/bundle/bundle.ts'
import { signStationSheet } from '../../../core/bundle/station-sheet.ts'
import type { Station } from '../../../core/election/definition.ts'
import { emptyTally, type Tally, tallyJson } from '../../../core/election/tally.ts'
import { signerFromSeed } from '../../../core/keys/ed25519.ts'
import { toBase64 } from '../../../core/keys/hash.ts'
import { joinCodes } from '../../../core/printed/code-parts.ts'
import { decodePrintedTotals } from '../../../core/printed/printed-totals.ts'
import { typedLines } from '../../../core/printed/typed-totals.ts'
import { valueOrThrow } from '../../../core/result.ts'
import { parseCheckpoint } from '../../../core/tlog/checkpoint.ts'
import { DevicePaper, type PaperRecords } from '../../../device-agent/ballot/documents.ts'
import { installedFontFiles, measureWith, registerFonts } from '../../../ui/fonts.ts'
import { totalsDocument } from '../../../ui/paper/document.ts'
import { differencesIn, minutesLayouts } from '../../../ui/paper/minutes.ts'
import { realBuild } from '../../attacks/weakened/weaken.ts'
import { texts } from '../../ui/paper/words.ts'
import { beginOn, makeHome } from '../store/device.ts'
import { openHome } from '../store/home.ts'
import { clock, device, officers, openPolls, station, Voters } from '../store/voting.ts'

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

/** The papers of that day, had one of its records been another. */
function papersWith(changed: Partial<PaperRecords>): DevicePaper {
  const { day, totals, spentTags } = store
  const records: PaperRecords = {
    day,
    totals,
    spentTags,
    batches: () => store.batches(),
    checkpointAt: (size) => store.checkpointAt(size),
    ...changed,
  }
  return new DevicePaper(home, records, clock, fonts)
}

/** The minutes of that day, had one of its records been another. */
function minutesWith(changed: Partial<PaperRecords>) {
  return papersWith(changed).minutesData()
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

const { definition } = station.electionPackage

/** That day's totals, had the tally been another. */
function totalsOf(tally: Tally): Pick<PaperRecords, 'totals'> {
  if (store.totals === undefined) throw new Error('no totals')
  const salted = { origin: store.origin, salt: new Uint8Array(32), tally: tallyJson(definition, tally) }
  return { totals: { ...store.totals, tally: signTally(salted, signerFromSeed(device.keys.message)) } }
}

/** A tally of no votes that counts so many ballots in each contest. */
function counting(...ballots: readonly number[]): Tally {
  return emptyTally(definition).map((counts, i) => ({ ...counts, blank: ballots[i] ?? 0 }))
}

test('a tally of another sum is named with its contest', () => {
  const [council = 0, village = 0] = minutesWith({}).counted
  expect(differing(totalsOf(counting(council, village)))).toEqual([])
  expect(differing(totalsOf(counting(council + 1, village)))).toEqual(['council'])
  // The second contest is not on every ballot, so that only more votes than ballots show.
  expect(differing(totalsOf(counting(council, 6)))).toEqual(['village'])
})

test('the minutes tell of a tally how many ballots it counts, and nothing else', () => {
  const sums = [fc.nat({ max: 9 }), fc.nat({ max: 9 })] as const
  const votes = (sum: number, options: number) =>
    fc
      .record({
        valid: fc.nat({ max: sum }),
        options: fc.array(fc.nat({ max: 99 }), { minLength: options, maxLength: options }),
      })
      .map(({ valid, options }) => ({ valid, blank: sum - valid, options }))
  const pairs = fc.tuple(...sums).chain((ballots) => {
    const tally = fc.tuple(
      ...emptyTally(definition).map(({ options }, i) => votes(ballots[i] ?? 0, options.length)),
    )
    return fc.tuple(tally, tally)
  })
  const words = (tally: Tally) => texts(minutesLayouts(minutesWith(totalsOf(tally)), measureWith(fonts)))
  fc.assert(
    fc.property(pairs, ([one, other]) => {
      expect(words(one)).toEqual(words(other))
    }),
    { numRuns: 40 },
  )
})

test('the page of results is of this device, of its journal, of the time when it is printed, and its codes hold what it signed', () => {
  const tally = counting(5, 3)
  const { totals } = totalsOf(tally)
  const sheet = signStationSheet(
    {
      station: home.config.station,
      journals: [{ origin: store.origin, commitment: toBase64(new Uint8Array(32)) }],
      tally: tallyJson(definition, tally),
      without: [],
    },
    signerFromSeed(device.keys.message),
  )
  const note = store.checkpointAt(store.day.size) ?? ''
  for (const of of ['device', 'station'] as const) {
    const papers = papersWith({ totals: { ...totals, sheet } as PaperRecords['totals'] })
    const printed = papers.totals({ of, tally, ballots: 5, without: [] })
    const { size, root } = valueOrThrow(parseCheckpoint(`${note.split('\n\n')[0]}\n`))
    const codes = printed.blocks.flatMap((block) => (block.kind === 'qr' ? [block.text] : []))
    const [bytes = new Uint8Array()] = valueOrThrow(joinCodes(codes, 'paper'))
    const document = of === 'device' ? (totals?.tally ?? '') : sheet
    expect(decodePrintedTotals(definition, bytes, 'paper')).toEqual({ ok: true, value: { document, note } })
    const expected = totalsDocument(
      {
        definition,
        station: definition.stations[0] as Station,
        of,
        device: home.config.device,
        without: [],
        tally,
        ballots: 5,
        printedAt: clock.now(),
        checkpoint: { size, rootBase64: toBase64(root) },
        codes,
        typedLines: typedLines(definition, document),
      },
      fonts,
    )
    expect(printed).toEqual(expected)
  }
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
