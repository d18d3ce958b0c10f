/**
 * What of this device's totals may leave it. As long as it does not know that every device of the station is closed: nothing but the sealed
 * tally. Then, if each has 32 ballots or more, its own tally; else only the station's sheet, which the reporting device adds up from the
 * sealed tallies on the memory stick. A device that two officers declared dead is none of the station's (decision 22).
 */
import { commitTally } from '../../core/ballot-box/commitment.ts'
import { openTally } from '../../core/bundle/bundle.ts'
import { deviceOfOrigin } from '../../core/bundle/names.ts'
import { openForStation, openSealedTally, type Release, releaseOf } from '../../core/bundle/sealed-tally.ts'
import { openStationSheet, type SheetJournal, signStationSheet } from '../../core/bundle/station-sheet.ts'
import { findTallyProblem } from '../../core/election/check-tally.ts'
import type { Definition } from '../../core/election/definition.ts'
import { placeOf } from '../../core/election/place.ts'
import { pollingNoon } from '../../core/election/polling-time.ts'
import { parseTally, sumTallies, type Tally, tallyJson } from '../../core/election/tally.ts'
import { parseEntry } from '../../core/journal/entry.ts'
import { readCertificate } from '../../core/keys/certificate.ts'
import { toBase64 } from '../../core/keys/hash.ts'
import type { Clock, Signer } from '../../core/ports.ts'
import { valueOrThrow } from '../../core/result.ts'
import type { Json } from '../../core/text/canonical-json.ts'
import type { DeviceStore } from '../store/device-store.ts'
import type { HeadContent } from '../witness/verify-head.ts'
import type { DeviceHome } from './home.ts'

/** What the release works with. */
export interface ReleaseParts {
  readonly home: DeviceHome
  readonly store: DeviceStore
  readonly clock: Clock
  readonly messageSigner: Signer
}

/** The totals that a page may show: those of this device, or of its station. */
export interface Results {
  readonly of: Release
  readonly tally: Tally
  readonly ballots: number
  /** Devices of the station that were declared dead. */
  readonly without: readonly string[]
}

/** What settling brought. */
export interface Settled {
  /** To be printed here; undefined if nothing is, or not yet. */
  readonly results?: Results
  /** Devices whose sealed tally the reporting device did not find on the memory stick. */
  readonly wanted: readonly string[]
  /**
   * Devices that committed to counts which their number of ballots cannot give. The centre would refuse a sum with them for good, so no sheet is
   * signed and the key is kept.
   */
  readonly impossible: readonly string[]
}

/** Sealed tallies by device, as somebody left them on the memory stick. */
export type SealedOnStick = ReadonlyMap<string, string>

const NOTHING: Settled = { wanted: [], impossible: [] }

/** A committed tally that was opened. */
interface OpenedTally {
  readonly tally: Tally
  readonly commitment: string
}

/** One device's part of the sheet; without a tally while its bundle is not there. */
interface Counted extends Partial<OpenedTally> {
  readonly device: string
  readonly origin: string
  /** Ballots that its closing entry names. */
  readonly casts: number
}

interface StationParts {
  readonly home: Pick<DeviceHome, 'config' | 'electionPackage'>
  readonly store: DeviceStore
}

/** Devices of the station of which this one knows neither that their polls are closed for good nor that they were declared dead; itself included. */
export function openDevices(parts: StationParts): readonly string[] {
  const dead = deadDevices(parts)
  return devicesOf(parts.home).filter((id) => closedWith(parts, id) === undefined && !dead.includes(id))
}

/** Devices of the station that two officers declared dead, here or at a neighbour; itself included. */
export function deadDevices({ home, store }: StationParts): readonly string[] {
  const { day, station } = store
  const said = [
    ...day.dead.map(({ device }) => device),
    ...[...station.neighbours.values()].flatMap(({ dead }) => dead),
  ]
  return devicesOf(home).filter((id) => said.includes(id))
}

/** Those of them that closed nevertheless. */
export function contradictedIn(parts: StationParts): readonly string[] {
  return deadDevices(parts).filter((id) => closedWith(parts, id) !== undefined)
}

/**
 * How the station's totals leave, those of its devices that were not declared dead; undefined as long as some device is not known to be closed,
 * and where one was declared dead and closed: then some totals may have left with it and others without it, and their difference would be its own.
 */
export function releaseKnown(parts: StationParts): Release | undefined {
  if (openDevices(parts).length > 0 || contradictedIn(parts).length > 0) return undefined
  return releaseOf(devicesOf(parts.home).flatMap((id) => closedWith(parts, id) ?? []))
}

/** The signed document that this device may send and export now, if there is one. */
export function releasedDocument(parts: StationParts): string | undefined {
  const { totals } = parts.store
  switch (releaseKnown(parts)) {
    case 'device':
      return totals?.tally
    case 'station':
      return totals?.sheet
    case undefined:
      return undefined
  }
}

/** Devices whose sealed tallies this one needs from the memory stick now, to make the station's sheet. */
export function neighboursToRead(parts: StationParts): readonly string[] {
  const isDue = parts.store.totals?.sheetKey !== undefined && releaseKnown(parts) === 'station'
  return isDue ? closedNeighbours(parts.store).map(({ device }) => device) : []
}

/**
 * Decides what may leave, makes the station's sheet where that is this device's to do, and says what is to be printed.
 * @param onStick those of {@link neighboursToRead} that were found
 */
export function settleRelease(parts: ReleaseParts, onStick: SealedOnStick): Settled {
  const { home, store } = parts
  const { totals } = store
  const release = releaseKnown(parts)
  if (totals === undefined || release === undefined) return NOTHING
  if (release === 'device') {
    if (totals.sheetKey !== undefined) store.settleSheet(undefined)
    return {
      ...NOTHING,
      results: {
        of: 'device',
        tally: ownTally(parts),
        ballots: store.day.casts,
        without: deadDevices(parts),
      },
    }
  }
  if (devicesOf(home)[0] !== store.place?.device) return NOTHING
  if (totals.sheetKey !== undefined) {
    const sheet = makeSheet(parts, totals.sheetKey, onStick)
    if (typeof sheet !== 'string') return sheet
    store.settleSheet(sheet)
  }
  return { ...NOTHING, results: sheetResults(parts) }
}

/** Ballots with which a place of the station is closed: by its device or by a spare; undefined as long as it is not. */
function closedWith({ home, store }: StationParts, place: string): number | undefined {
  if (store.place?.device === place) return store.day.closing?.casts
  const { definition } = home.electionPackage
  const heads = [...store.station.neighbours.values()]
  return heads.find((head) => placeOfHead(head, definition) === place && head.closedWith !== undefined)
    ?.closedWith
}

/** The largest head that this device knows of a place, of its device or of a spare in its place. */
export function lastKnown({ home, store }: StationParts, place: string): HeadContent | undefined {
  const { definition } = home.electionPackage
  return [...store.station.neighbours.values()]
    .filter((head) => placeOfHead(head, definition) === place)
    .toSorted((a, b) => b.size - a.size)[0]
}

/** Neighbours that closed. A device whose place was taken never does. */
function closedNeighbours(store: DeviceStore) {
  return [...store.station.neighbours.values()].filter(({ closedWith }) => closedWith !== undefined)
}

/** In whose place of the station a neighbour votes. */
function placeOfHead({ device, tookOver }: HeadContent, definition: Definition): string | undefined {
  return placeOf(definition, device, tookOver && deviceOfOrigin(definition, tookOver))?.device
}

function devicesOf({ config, electionPackage }: StationParts['home']): readonly string[] {
  return electionPackage.definition.stations.find(({ id }) => id === config.station)?.devices ?? []
}

/** Adds the station up from its own tally and the neighbours' sealed ones; the signed sheet, or what stands against it. */
function makeSheet(parts: ReleaseParts, sheetKey: Uint8Array, onStick: SealedOnStick): string | Settled {
  const { home, store, messageSigner } = parts
  const { definition } = home.electionPackage
  const { closing } = store.day
  if (closing === undefined) throw new Error('a sheet before the polls were closed')
  const own = { tally: ownTally(parts), commitment: closing.tally }
  const found: readonly Counted[] = [
    { device: home.config.device, origin: store.origin, casts: closing.casts, ...own },
    ...closedNeighbours(store).map((head) => {
      const { device, origin, closedWith = 0 } = head
      return {
        device,
        origin,
        casts: closedWith,
        ...openNeighbour(parts, head, sheetKey, onStick.get(device)),
      }
    }),
  ]
  const isCounted = (one: Counted): one is Counted & OpenedTally => one.tally !== undefined
  const counted = found.filter(isCounted)
  const isPossible = (tally: Tally, of: number) => findTallyProblem(definition, tally, of) === undefined
  const wanted = found.filter((one) => !isCounted(one)).map(({ device }) => device)
  const impossible = counted.filter((one) => !isPossible(one.tally, one.casts)).map(({ device }) => device)
  if (wanted.length > 0 || impossible.length > 0) return { wanted, impossible }
  const sum = sumTallies(
    definition,
    counted.map(({ tally }) => tally),
  )
  const ballots = counted.reduce((all, { casts }) => all + casts, 0)
  // Every rule of such counts is kept by adding.
  if (!isPossible(sum, ballots)) throw new Error('possible tallies whose sum is not')
  const journals: readonly SheetJournal[] = counted.map(({ origin, commitment }) => ({ origin, commitment }))
  return signStationSheet(
    {
      station: home.config.station,
      journals,
      tally: tallyJson(definition, sum),
      without: deadDevices(parts),
    },
    messageSigner,
  )
}

/**
 * A neighbour's tally from its bundle on the memory stick; undefined if it was not found, or is not the one to which the closing entry commits
 * that the officers' cards brought.
 */
function openNeighbour(
  { home }: ReleaseParts,
  { device, origin, head }: HeadContent,
  sheetKey: Uint8Array,
  text: string | undefined,
): OpenedTally | undefined {
  const { definition } = home.electionPackage
  const certificate = readCertificate(head.certificate, home.authorityKey, pollingNoon(definition), device)
  const messageKey = certificate.ok ? certificate.value.keys['message'] : undefined
  if (messageKey === undefined || text === undefined || head.closing === undefined) return undefined
  const sealed = openSealedTally(text, { definition, messageKey }, `sealed tally of ${device}`)
  const closing = parseEntry(head.closing.entry, head.closing.seq, device)
  if (!sealed.ok || sealed.value.origin !== origin) return undefined
  if (!closing.ok || closing.value.type !== 'polls.closed') return undefined
  const opened = openForStation(definition, sealed.value, sheetKey)
  const commitment = opened && toBase64(commitTally(definition, opened.tally, opened.salt))
  if (opened === undefined || commitment !== closing.value.tally) return undefined
  return { tally: opened.tally, commitment }
}

function ownTally({ home, store, messageSigner }: ReleaseParts): Tally {
  const opened = valueOrThrow(openTally(store.totals?.tally ?? '', messageSigner.publicKey, 'table released'))
  return valueOrThrow(parseTally(home.electionPackage.definition, opened.tally as Json, 'table released'))
}

function sheetResults(parts: ReleaseParts): Results {
  const { home, store, messageSigner } = parts
  const { definition } = home.electionPackage
  const sheet = valueOrThrow(
    openStationSheet(store.totals?.sheet ?? '', messageSigner.publicKey, 'table sheet'),
  )
  const neighbours = closedNeighbours(store)
  return {
    of: 'station',
    tally: valueOrThrow(parseTally(definition, sheet.tally, 'table sheet')),
    ballots: neighbours.reduce((sum, { closedWith = 0 }) => sum + closedWith, store.day.casts),
    without: sheet.without,
  }
}
