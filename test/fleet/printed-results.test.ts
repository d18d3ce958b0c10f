/** Results that come on paper: printed by the real driver, photographed or typed, and taken by the same decisions as those of the network. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { candidateVotes, sumTallies, type Tally } from '../../core/election/tally.ts'
import { splitIntoCodes } from '../../core/printed/code-parts.ts'
import { encodePrintedTotals } from '../../core/printed/printed-totals.ts'
import { typedLines } from '../../core/printed/typed-totals.ts'
import { valueOrThrow } from '../../core/result.ts'
import { type CentreStore, openCentreStore } from '../../fleet/store/store.ts'
import type { PrintedSlip } from '../../simulator/peripherals/printer.ts'
import { installedFontFiles, registerFonts } from '../../ui/fonts.ts'
import { totalsDocument } from '../../ui/paper/document.ts'
import { printAll } from '../oracles/slip/printed.ts'
import { writeHome } from './brokers.ts'
import { election, Office, type TestDevice, votes } from './office.ts'
import { photograph, type Shot } from './photographs.ts'
import { runCommand } from './run-command.ts'
import { deskOn, hear, TestStation, tell } from './totals.ts'

const { definition } = election
const fonts = registerFonts(installedFontFiles())
const CASTS = [40, 33, 36] as const
const [FIRST = [], SECOND = [], THIRD = []] = CASTS.map((count, option) => votes(count, option))

/** The texts of the codes that a device prints with a document. */
function codesOf(device: TestDevice, document = device.waitingTally ?? ''): readonly string[] {
  const note = device.note(device.entries.length)
  return splitIntoCodes(encodePrintedTotals(definition, { document, note }))
}

function page(device: TestDevice, of: 'device' | 'station', tally: Tally, document: string) {
  const [station] = definition.stations
  if (station === undefined) throw new Error('no station')
  return totalsDocument(
    {
      definition,
      station,
      of,
      device: device.deviceId,
      ballots: 40,
      tally,
      without: [],
      printedAt: Date.parse('2026-06-19T20:35:00Z'),
      checkpoint: {
        size: device.entries.length,
        rootBase64: device.note(device.entries.length).split('\n')[2] ?? '',
      },
      codes: codesOf(device, document),
      typedLines: typedLines(definition, document),
    },
    fonts,
  )
}

let office: Office
let store: CentreStore
let station: TestStation
let home: string

beforeEach(async () => {
  office = new Office()
  store = await office.openStore()
  home = writeHome(office).folder
  station = new TestStation(CASTS)
  // The line went down after the last of their journals had come.
  for (const device of station.devices) await hear(deskOn(store), device)
})
afterEach(async () => {
  vi.restoreAllMocks()
  await office.close()
})

const imported = (...what: readonly string[]) =>
  runCommand('centre', 'import', '--home', home, '--store', office.storePath, ...what)

function file(name: string, content: string | Buffer): string {
  const path = join(office.folder, name)
  writeFileSync(path, content)
  return path
}

/** What a person types from a page. */
function typed(device: TestDevice, tally: Tally, document = device.waitingTally ?? ''): string {
  const [contest, counts] = [definition.contests[0], tally[0]]
  if (contest === undefined || counts === undefined) throw new Error('no contest')
  const figures = candidateVotes(contest, counts).map((count, i) => `${contest.candidates[i]?.code} ${count}`)
  return [
    `totals of device ${device.deviceId}`,
    `valid ${counts.valid}`,
    ...figures.filter((figure) => !figure.endsWith(' 0')),
    ...typedLines(definition, document),
  ].join('\n')
}

/** The rows of the page on which the codes stand. */
const [CODES_FROM, CODES_TO] = [2_300, 2_900]

const held = async () => (await store.tallies()).map(({ device, document }) => [device, document])

describe('a page of results from the printer, photographed', () => {
  let slip: PrintedSlip
  beforeAll(async () => {
    const [first] = new TestStation(CASTS).devices
    const [printed] = await printAll([page(first, 'device', FIRST, first.waitingTally ?? '')])
    if (printed === undefined) throw new Error('nothing was printed')
    slip = printed
  })

  it.each<[string, Partial<Shot>]>([
    ['turned, leaning and unevenly lit', { degrees: 17, lean: 0.1 }],
    ['on its side, as a JPEG out of focus', { degrees: -93, as: 'image/jpeg', blurPixels: 1.2 }],
  ])('%s, is taken as the network’s', async (_, shot) => {
    const [first] = station.devices
    expect(slip.qrTexts).toEqual(codesOf(first))
    const taken = await photograph(slip, {
      from: CODES_FROM,
      to: CODES_TO,
      scale: 1.5,
      degrees: 0,
      lean: 0,
      blurPixels: 0.8,
      as: 'image/png',
      ...shot,
    })
    const path = file('photo', taken)
    expect(await imported(path)).toEqual([0, expect.stringContaining('these totals are held')])
    expect(await held()).toEqual([['device-1', first.waitingTally]])
    // By the network as well it is the same one, and once more by photograph.
    expect((await tell(deskOn(store), first)).alarm).toBeUndefined()
    expect(await store.alarms()).toEqual([])
  })

  it('in two pictures comes together, and with one alone what is missing is named', async () => {
    expect(codesOf(station.devices[0]).length).toBeGreaterThan(1)
    const texts = codesOf(station.devices[0])
    expect(await imported(texts[1] ?? '')).toEqual([
      2,
      expect.stringContaining(`of ${texts.length} codes part`),
    ])
    expect((await imported(file('read.txt', texts.toReversed().join('\n'))))[0]).toBe(0)
    expect(await held()).toHaveLength(1)
  })

  it('on which nothing can be read is refused with what to do', async () => {
    const taken = await photograph(slip, {
      from: 0,
      to: 200,
      scale: 1,
      degrees: 0,
      lean: 0,
      blurPixels: 1,
      as: 'image/png',
    })
    expect(await imported(file('top.png', taken))).toEqual([2, expect.stringContaining('photo.nothing')])
    expect(await imported(file('cut.png', taken.subarray(0, 999)))).toEqual([2, expect.any(String)])
    expect(await held()).toEqual([])
  })
})

describe('a page of results, typed', () => {
  it('is taken as the network’s, and once more by a photograph', async () => {
    const [, second] = station.devices
    expect(await imported(file('typed.txt', typed(second, SECOND)))).toEqual([
      0,
      expect.stringContaining('these totals are held'),
    ])
    expect(await held()).toEqual([['device-2', second.waitingTally]])
    expect((await imported(...codesOf(second)))[0]).toBe(0)
    expect(await store.alarms()).toEqual([])
  })

  it('with a figure that is not on the page is refused, and nothing is taken', async () => {
    const [, , third] = station.devices
    const wrong = typed(third, THIRD).replace('115 36', '115 63')
    expect(await imported(file('typed.txt', wrong))).toEqual([2, expect.stringContaining('typed.figure')])
    const other = typed(third, THIRD).replace('device-3', 'device-2')
    expect(await imported(file('other.txt', other))).toEqual([2, expect.stringContaining('typed.signature')])
    expect(await held()).toEqual([])
  })

  it('of a device whose closing is not held has to wait', async () => {
    const stranger = new TestStation(CASTS).devices[0]
    const text = typed(stranger, FIRST).replace('device-1', 'device-4')
    expect(await imported(file('typed.txt', text))).toEqual([3, expect.stringContaining('typed.journal')])
  })
})

it('results on paper that differ from those held are an alarm by every way, and the first stay', async () => {
  const [first] = station.devices
  for (const device of station.devices) await tell(deskOn(store), device)
  const lie = votes(40, 7)
  const document = first.signedTally(lie)
  expect(await imported(...codesOf(first, document))).toEqual([
    1,
    expect.stringContaining('ALARM other-tally'),
  ])
  expect(await imported(file('lie.txt', typed(first, lie, document)))).toEqual([
    1,
    expect.stringContaining('ALARM other-tally'),
  ])
  expect((await store.tally(first.origin))?.document).toBe(first.waitingTally)
  // The same lie by two ways is one alarm.
  expect((await store.alarms()).map(({ device, kind }) => [device, kind])).toEqual([
    ['device-1', 'other-tally'],
  ])
})

it('an alarm is told by the exit code before a refusal, and a refusal before what has to wait, in whatever order they were typed', async () => {
  const [first, second] = station.devices
  for (const device of station.devices) await tell(deskOn(store), device)
  const lie = votes(40, 7)
  const alarm = file('lie.txt', typed(first, lie, first.signedTally(lie)))
  const refused = file('other.txt', typed(second, SECOND).replace('device-2', 'device-3'))
  const waits = file('early.txt', typed(first, FIRST).replace('device-1', 'device-4'))
  const codes = async (...files: readonly string[]) => (await imported(...files))[0]
  expect([await codes(alarm), await codes(refused), await codes(waits)]).toEqual([1, 2, 3])
  expect(await codes(alarm, refused)).toBe(1)
  expect(await codes(waits, alarm)).toBe(1)
  expect([await codes(refused, waits), await codes(waits, refused)]).toEqual([2, 2])
  // A code that was read is taken apart from what was typed.
  expect(await codes(...codesOf(first, first.signedTally(lie)), refused)).toBe(1)
})

it('the sheet of a station with a small device is taken from paper by its codes or typed, and no device’s own totals', async () => {
  const small = new TestStation([40, 5, 33])
  const [first, second] = small.devices
  for (const database of ['codes', 'typed']) {
    const path = join(office.folder, `${database}.sqlite`)
    const other = valueOrThrow(await openCentreStore(path))
    office.later(() => other.close())
    for (const device of small.devices) await hear(deskOn(other), device)
    const sum = sumTallies(definition, [votes(40, 0), votes(5, 1), votes(33, 2)])
    const sheet = typed(first, sum, small.signed()).replace('device device-1', 'station station-1')
    const what = database === 'codes' ? codesOf(first, small.signed()) : [file('sheet.txt', sheet)]
    const own = await imported('--store', path, ...codesOf(second))
    expect(own).toEqual([1, expect.stringContaining('ALARM small-device')])
    expect(await imported('--store', path, ...what)).toEqual([
      0,
      expect.stringContaining('these totals are held'),
    ])
    expect((await other.sheets()).map(({ document }) => document)).toEqual([small.signed()])
    expect(await other.tallies()).toEqual([])
  }
})
