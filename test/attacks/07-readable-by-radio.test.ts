/**
 * Nedap ES3B, 2006: a name with an accented letter switched the display to another mode, and a short-wave receiver heard it metres away (Gonggrijp
 * and Hengeveld, "Studying the Nedap/Groenendaal ES3B voting computer", 2007). Whatever is done more, longer or oftener for one choice than for
 * another can be heard. Here: the line to the printer, the writing to the disk, the length of the record, and the steps of the program.
 *
 * What no program can keep quiet is not here: a screen that shows a name radiates that name, and a finger touches where the keys are. Against that
 * stand shielding and distance. Nor is a clock used: the loop over the chosen options itself, a microsecond beside milliseconds of signing, is left.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Ballot } from '../../core/election/ballot.ts'
import { contestsOfStyle } from '../../core/election/definition.ts'
import type { OpenLine } from '../../core/ports.ts'
import type { PrintDocument } from '../../firmware/printer/document.ts'
import { connectPrinter } from '../../firmware/printer/driver.ts'
import { inProcessLine } from '../../simulator/lines/in-process.ts'
import { VirtualPrinter } from '../../simulator/peripherals/printer.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { VirtualClock } from '../../simulator/virtual-clock.ts'
import { installedFontFiles, measureWith, registerFonts } from '../../ui/fonts.ts'
import { logFrames } from '../adversary/sqlite-carver.ts'
import { watchSteps } from '../adversary/steps.ts'
import { beginOn } from '../device-agent/store/device.ts'
import { device, openPolls, station } from '../device-agent/store/voting.ts'
import { silent } from '../end-to-end/station.ts'
import { type Build, realBuild, weakenedBuild } from './weakened/weaken.ts'
import {
  codeAsLongAsTheChoice,
  recordAsLongAsTheChoice,
  slipAsLongAsTheChoice,
  writesEachChoice,
} from './weakened/weakenings.ts'

const { definition, hash } = station.electionPackage
const BAUD = 115_200

/** Ballots of the longer style, from blank to full, candidates and lists. */
const BALLOTS: readonly Ballot[] = [
  [[], []],
  [[2], []],
  [[], [0]],
  [[0, 1], [1]],
  [[2, 3, 4], [0]],
  [[5], [1]],
  [[2, 5], [0]],
]

/** What passes between device and printer for one slip: when (of a clock that only the line moves), which way, how many bytes. */
async function traffic(document: PrintDocument): Promise<readonly (readonly [number, string, number])[]> {
  const clock = new VirtualClock(0)
  const { open, plug } = inProcessLine({ clock, baudRate: BAUD, bitsPerByte: 10, paced: true })
  new VirtualPrinter({ line: plug, clock })
  const heard: (readonly [number, string, number])[] = []
  const overheard: OpenLine = async () => {
    const line = await open()
    return {
      listen: (receive, lost) =>
        line.listen((chunk) => {
          heard.push([clock.now(), 'from the printer', chunk.length])
          receive(chunk)
        }, lost),
      write: (bytes) => {
        heard.push([clock.now(), 'to the printer', bytes.length])
        line.write(bytes)
      },
      close: () => line.close(),
    }
  }
  await clock.run(
    (async () => {
      const parts = { open: overheard, clock, logger: silent, baudRate: BAUD, firstProcess: 0 }
      const connected = await connectPrinter(parts)
      if (!connected.ok) throw new Error(connected.error.what)
      expect(await connected.value.print(document)).toEqual({ is: 'printed' })
      expect(await connected.value.cut()).toEqual({ is: 'printed' })
      heard.push([clock.now(), 'cut', 0])
    })(),
  )
  return heard
}

/** How many ballots can be told apart by what passes on the printer's line. */
async function toldApartByLine(build: Build): Promise<number> {
  const fonts = registerFonts(installedFontFiles())
  const form = build.slip.slipForm(definition, measureWith(fonts))
  const contests = contestsOfStyle(definition, 'both') ?? []
  const heard = new Set<string>()
  for (const ballot of BALLOTS) {
    const slip = build.document.slipDocument(form, contests, ballot, fonts)
    heard.add(JSON.stringify(await traffic(slip)))
  }
  return heard.size
}

test('the printer’s line carries as many bytes, as often and for as long, whatever was chosen', async () => {
  expect(await toldApartByLine(await realBuild())).toBe(1)
})

test('a build whose slip is as long as the choice can be heard', async () => {
  expect(await toldApartByLine(await weakenedBuild(slipAsLongAsTheChoice))).toBeGreaterThan(1)
})

test('a build whose slips are of one length but for the QR code can be heard too', async () => {
  expect(await toldApartByLine(await weakenedBuild(codeAsLongAsTheChoice))).toBeGreaterThan(1)
})

/** How many ballots can be told apart by the length of the sealed record. */
function lengthsOfRecords(build: Build): number {
  const place = { definition, packageHash: hash, origin: device.origin }
  const seal = (ballot: Ballot) =>
    build.sealedBallot.sealBallot(place, 'both', ballot, seededRandom('radio')).length
  return new Set(BALLOTS.map(seal)).size
}

test('every sealed record has one length', async () => {
  expect(lengthsOfRecords(await realBuild())).toBe(1)
})

test('a build that leaves out the empty places has records of several lengths', async () => {
  expect(lengthsOfRecords(await weakenedBuild(recordAsLongAsTheChoice))).toBeGreaterThan(1)
})

/** What a cast does: its steps in order with their lengths, and the pages that it writes. */
function workOf(build: Build, ballot: Ballot): string {
  const { store, folders } = beginOn(build, 1, 'radio 7')
  openPolls(store)
  const { steps, stop } = watchSteps()
  for (let voter = 0; voter < 3; voter += 1) store.cast('both', ballot, new Uint8Array(16).fill(voter))
  stop()
  const frames = logFrames(readFileSync(join(folders[0] as string, 'ballots.db-wal')))
  const written = frames.map(({ page, commits, live }) => [page, commits, live])
  store.close()
  expect(steps.length).toBeGreaterThan(15)
  expect(steps.flat()).toEqual(expect.arrayContaining(['sign', 'box', 'secretbox']))
  return JSON.stringify({ steps, written })
}

/** How many ballots can be told apart by what the device does to record them. */
const toldApartByWork = (build: Build) => new Set(BALLOTS.map((ballot) => workOf(build, ballot))).size

test('a cast takes the same steps and writes the same pages as often, whatever was chosen', async () => {
  expect(toldApartByWork(await realBuild())).toBe(1)
})

test('a build that writes once for each choice can be told by its writing', async () => {
  expect(toldApartByWork(await weakenedBuild(writesEachChoice))).toBeGreaterThan(1)
})

test('a build with records of several lengths can be told by what it encrypts', async () => {
  expect(toldApartByWork(await weakenedBuild(recordAsLongAsTheChoice))).toBeGreaterThan(1)
})
