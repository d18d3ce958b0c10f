/** Stations that are mutated: those of the audit's fixtures, whose keys are known, so that they can lie; and any that a real device left. */

import type { BundleFile } from '../../core/bundle/bundle.ts'
import { formatBatches, formatJournal, formatLeaves, formatSpentTags } from '../../core/bundle/bundle.ts'
import { ISSUED_FILE } from '../../core/bundle/issued.ts'
import { tallyJson } from '../../core/election/tally.ts'
import type { JournalEvent } from '../../core/journal/catalogue.ts'
import { encodeEntry } from '../../core/journal/entry.ts'
import { signerFromSeed } from '../../core/keys/ed25519.ts'
import { toBase64 } from '../../core/keys/hash.ts'
import { leafHash } from '../../core/tlog/tree.ts'
import { makeStation, OPENING, type TestDevice, type TestStation, type Wishes } from '../audit/fixtures.ts'
import {
  bundleFiles,
  checkpointNote,
  issuedText,
  sealedTally,
  stationSheet,
  tallyDocument,
} from '../audit/left-behind.ts'
import type { Content, Folders, Lie, Original } from './folders.ts'
import type { StationSigners } from './resigned.ts'

type Changed = Partial<Record<BundleFile, Uint8Array | null>>

const CHECK_IN = 'check-in'

/** A station whose devices all have 32 ballots or more, and one with a device of fewer. */
export function fixtureOriginals(): readonly Original[] {
  return [original('large', { casts: [40, 36, 33] }), original('small', { casts: [40, 5] })]
}

function original(name: string, wishes: Wishes): Original {
  const seed = `mutations ${name}`
  const station = makeStation(seed, wishes)
  const other = makeStation(seed, { casts: [3], election: 'other-1405' })
  const folders = foldersOf(station)
  return {
    name,
    authorityKey: toBase64(station.authority.publicKey),
    folders,
    earlier: new Map(station.devices.map((device) => [device.id, earlierBundle(station, device)])),
    foreign: bundleFiles(other, deviceOf(other, 0)),
    lies: [...liesOf(station, folders), ...sharedThings(seed)],
    signers: signersOf(station),
  }
}

function signersOf({ authority, executive, supervisory, devices }: TestStation): StationSigners {
  const signers = devices.map(
    ({ id, origin, keys }) =>
      [id, { origin, log: signerFromSeed(keys.log), message: signerFromSeed(keys.message) }] as const,
  )
  return { authority, officers: [executive, supervisory], devices: new Map(signers) }
}

/** Bundles and check-in. */
function foldersOf(station: TestStation): Folders {
  const bundles = station.devices.map((device) => [device.id, bundleFiles(station, device)] as const)
  return new Map<string, ReadonlyMap<string, Content>>([
    ...bundles,
    [CHECK_IN, checkIn(station, castsOf(station) + 1)],
  ])
}

function checkIn(station: TestStation, issued: number): ReadonlyMap<string, Content> {
  return new Map([[ISSUED_FILE, Buffer.from(issuedText(station, { issued, returned: 1 }))]])
}

function castsOf({ devices }: TestStation): number {
  return devices.reduce((sum, { tags }) => sum + tags.length, 0)
}

function deviceOf({ devices }: TestStation, number: number): TestDevice {
  const device = devices[number]
  if (device === undefined) throw new RangeError(`no device ${number}`)
  return device
}

/** The bundle that was written when the minutes were not yet printed. */
function earlierBundle(station: TestStation, device: TestDevice): ReadonlyMap<string, Content> {
  return bundleFiles(station, { ...device, entries: device.entries.slice(0, -1) })
}

/** A device's bundle with other entries, everything around them signed by the device itself. */
function withEntries(station: TestStation, device: TestDevice, entries: readonly Uint8Array[]) {
  const lying = { ...device, entries }
  return bundleFiles(station, lying, {
    'journal.jsonl': formatJournal(entries),
    'leaves.bin': formatLeaves(entries.map(leafHash)),
    checkpoint: Buffer.from(checkpointNote(station, lying, false)),
  })
}

function liesOf(station: TestStation, folders: Folders): readonly Lie[] {
  const [first, second] = [deviceOf(station, 0), deviceOf(station, 1)]
  const { definition } = station.electionPackage
  const told = (
    device: TestDevice,
    about: string,
    files: ReadonlyMap<string, Content>,
    ...places: string[]
  ): Lie => ({
    about: `${device.id}: ${about}`,
    folders: new Map([...folders, [device.id, files]]),
    places: places.map((place) => `${device.id}/${place}`),
  })
  const changed = (device: TestDevice, about: string, files: Changed, ...places: string[]) =>
    told(device, about, bundleFiles(station, device, files), ...places)
  const journal = (about: string, entries: readonly Uint8Array[], ...places: string[]) =>
    told(first, about, withEntries(station, first, entries), ...places)
  /** The neighbours' heads know another history. */
  const forked = (about: string, entries: readonly Uint8Array[]): Lie => {
    const files = withEntries(station, first, entries)
    return {
      about,
      folders: new Map([...folders, [first.id, files]]),
      places: station.devices.map(({ id }) => id),
    }
  }
  const { entries } = first
  const at = (seq: number, event: JournalEvent, seconds = 0) =>
    encodeEntry(event, seq, OPENING + 60_000 * seq + 1000 * seconds)
  const renumbered = (all: readonly Uint8Array[]) =>
    all.map((bytes, seq) => {
      const { seq: _, at: time, ...event } = JSON.parse(Buffer.from(bytes).toString())
      return encodeEntry(event, seq, Date.parse(time))
    })
  const incident = entries.findIndex((entry) => Buffer.from(entry).includes('printer.trouble'))
  const lastCast = entries.findLastIndex((entry) => Buffer.from(entry).includes('ballot.cast'))
  const [contest, ...contests] = first.tally
  const isSmall = station.devices.some(({ tags }) => tags.length < 32)
  const own = isSmall ? 'sealed-tally.json' : 'tally.json'
  const lies: Lie[] = [
    forked(
      'an incident that was another',
      entries.with(incident, at(incident, { type: 'printer.trouble', trouble: 'hot' })),
    ),
    forked(
      'a time that was another',
      entries.with(incident, at(incident, { type: 'printer.trouble', trouble: 'paper-out' }, 1)),
    ),
    forked('an incident left out', renumbered(entries.toSpliced(incident, 1))),
    forked(
      'an incident made up',
      renumbered(entries.toSpliced(incident, 0, entries[incident] as Uint8Array)),
    ),
    journal(
      'a ballot after closing',
      [...entries, at(entries.length, { type: 'ballot.cast', count: first.tags.length + 1 })],
      `journal.jsonl entry ${entries.length}`,
    ),
    journal(
      'a count that jumps',
      entries.with(lastCast, at(lastCast, { type: 'ballot.cast', count: first.tags.length + 1 })),
      `journal.jsonl entry ${lastCast}`,
    ),
    journal('polls never closed', entries.slice(0, 30), 'journal.jsonl'),
    journal('the journal of a neighbour', second.entries, 'journal.jsonl entry 0'),
    journal('no entries', [], 'journal.jsonl'),
    changed(
      first,
      'a ballot left out of its batch',
      {
        'batches.jsonl': formatBatches(
          new Map([...first.batches].map(([n, all]) => [n, n === 1 ? all.slice(1) : all])),
        ),
      },
      'batches.jsonl batch 1',
    ),
    changed(
      first,
      'a ballot made another',
      {
        'batches.jsonl': formatBatches(
          new Map(
            [...first.batches].map(([n, all]) => [
              n,
              n === 1 ? all.with(0, (all[0] as Uint8Array).with(60, 7)) : all,
            ]),
          ),
        ),
      },
      'batches.jsonl batch 1',
    ),
    changed(
      first,
      'a batch left out',
      { 'batches.jsonl': formatBatches(new Map([...first.batches].slice(1))) },
      'batches.jsonl batch 1',
    ),
    changed(
      first,
      'a batch too many',
      { 'batches.jsonl': formatBatches(new Map([...first.batches, [99, [new Uint8Array(4)]]])) },
      'batches.jsonl batch 99',
    ),
    changed(
      second,
      'an authorization that is another',
      { 'spent-tags.json': formatSpentTags(second.tags.with(0, new Uint8Array(32).fill(9))) },
      'spent-tags.json',
    ),
    changed(
      second,
      'an authorization too many',
      { 'spent-tags.json': formatSpentTags([...second.tags, new Uint8Array(32)]) },
      'spent-tags.json',
    ),
    changed(
      first,
      'the tally of a neighbour',
      { [own]: isSmall ? sealedTally(station, second) : Buffer.from(tallyDocument(station, second)) },
      own,
    ),
    changed(first, 'no tally', { [own]: null }, 'tally.json'),
    {
      about: 'one authorization more than ballots',
      folders: new Map([...folders, [CHECK_IN, checkIn(station, castsOf(station) + 2)]]),
      places: ['station s-1'],
    },
    {
      about: 'one authorization fewer than ballots',
      folders: new Map([...folders, [CHECK_IN, checkIn(station, castsOf(station))]]),
      places: ['station s-1'],
    },
  ]
  if (contest !== undefined && !isSmall) {
    const lied = { ...contest, valid: contest.valid + 1, blank: contest.blank - 1 }
    const tally = tallyDocument(station, { ...first, tally: [lied, ...contests] })
    lies.push(changed(first, 'a vote that was blank', { 'tally.json': Buffer.from(tally) }, 'tally.json'))
  }
  if (isSmall) {
    const released = { 'tally.json': Buffer.from(tallyDocument(station, second)), 'sealed-tally.json': null }
    const sheet = stationSheet(station, { tally: tallyJson(definition, first.tally) })
    lies.push(
      changed(second, 'the totals of a small device', released, 'tally.json'),
      changed(first, 'a sheet over one device', { 'station-sheet.json': sheet }, 'station-sheet.json'),
      changed(
        first,
        'a sheet of another station',
        { 'station-sheet.json': stationSheet(station, { station: 's-2' }) },
        'station-sheet.json',
      ),
    )
  }
  return lies
}

/** One authorization, or one sealed ballot, on two devices. */
function sharedThings(seed: string): readonly Lie[] {
  const both: readonly (readonly [string, Wishes])[] = [
    [
      'one authorization spent on two devices',
      { replaceTag: (tag, cast) => (cast === 0 ? new Uint8Array(32) : tag) },
    ],
    [
      'one sealed ballot on two devices',
      { replaceSealed: (sealed, _, cast) => (cast === 0 ? sealed.map(() => 7) : sealed) },
    ],
  ]
  return both.map(([about, wish]) => {
    const station = makeStation(seed, { casts: [3, 3], ...wish })
    return { about, folders: foldersOf(station), places: [deviceOf(station, 1).id] }
  })
}
