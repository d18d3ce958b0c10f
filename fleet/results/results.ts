/**
 * Sums of the totals that the centre holds, a sheet or the devices' tallies for each station. Nothing is smoothed: what is missing, withheld,
 * unknown or not counted is named beside the sum.
 */
import { openTally } from '../../core/bundle/bundle.ts'
import { deviceOfOrigin } from '../../core/bundle/names.ts'
import { openStationSheet } from '../../core/bundle/station-sheet.ts'
import type { Definition, Station } from '../../core/election/definition.ts'
import { placeOf } from '../../core/election/place.ts'
import { parseTally, sumTallies, type Tally } from '../../core/election/tally.ts'
import { ok, type Result, refuse } from '../../core/result.ts'
import type { Json } from '../../core/text/canonical-json.ts'
import { type Change, findChanges } from '../status/changes.ts'
import type { CentreStore, HeldSheet, HeldTally, SecondTotals } from '../store/store.ts'
import { type Dispute, findDisputes, type JournalFacts, placeNamedBy } from './disputes.ts'
import { withinStations } from './within-stations.ts'

/** All that a result depends on. */
interface HeldForResult {
  readonly tallies: readonly HeldTally[]
  readonly sheets: readonly HeldSheet[]
  readonly journals: readonly JournalFacts[]
  /** How many contradicting checkpoints are held, by journal. */
  readonly forks: ReadonlyMap<string, number>
  readonly secondTotals: readonly SecondTotals[]
}

interface DeviceResult {
  readonly device: string
  readonly tally: Tally
}

/** A place of which nothing is counted until people have decided what is true. */
interface Withheld {
  readonly device: string
  readonly why: readonly Dispute[]
}

export interface StationResult {
  readonly station: string
  /** What is counted: the tallies of `devices`, or the station's one sheet. */
  readonly by: 'devices' | 'sheet'
  /** The devices whose own tallies are counted, in the definition's order; none by the sheet. */
  readonly devices: readonly DeviceResult[]
  /** Devices of the definition without tally; by the sheet those that it is without, since they were declared dead. */
  readonly missing: readonly string[]
  /** Devices of the definition that are in no sum, since there are two accounts of them. A sheet with one of these is in no sum either. */
  readonly withheld: readonly Withheld[]
  /** Devices whose own tallies are held beside the sheet, in the definition's order: not counted, and should never have left the device. */
  readonly beside: readonly string[]
  /** Sum over `devices`, or that of the sheet. */
  readonly sum: Tally
}

export interface ElectionResult {
  readonly stations: readonly StationResult[]
  /** Devices with a tally that stand in no station of the definition; not counted. */
  readonly unknown: readonly string[]
  /** Sum over all stations. */
  readonly sum: Tally
}

/** A result, and what marks it: a change takes nothing out of a sum, and whoever reads the sum has to know of it. */
export interface MarkedResult extends ElectionResult {
  readonly marked: readonly Change[]
}

interface SheetSum {
  readonly sum: Tally
  /** Devices that were declared dead. */
  readonly without: readonly string[]
}

/**
 * The result of what a store holds at this moment; refusals as {@link electionResult}.
 * @param meant the hash of the only program that was to run, if it is known
 */
export async function resultOf(
  definition: Definition,
  store: CentreStore,
  meant?: string | undefined,
): Promise<Result<MarkedResult>> {
  const held = await store.atOnce(async (records) => ({
    tallies: await records.tallies(),
    sheets: await records.sheets(),
    journals: await records.journals(),
    forks: await records.forks(),
    secondTotals: await records.secondTotals(),
  }))
  const found = electionResult(definition, held)
  return found.ok ? ok({ ...found.value, marked: findChanges(held.journals, meant) }) : found
}

/**
 * Every station's result and the sum. The signature of each tally and sheet is verified once more; a refusal here means that the store was
 * changed.
 */
export function electionResult(definition: Definition, held: HeldForResult): Result<ElectionResult> {
  const tallies: DeviceResult[] = []
  for (const { device: own, origin, document, messageKey, takenOver } of held.tallies) {
    // The spare's tally is that of the place it took.
    const device = placeIn(definition, own, takenOver) ?? own
    const opened = openTally(document, messageKey, `tally of ${origin}`)
    if (!opened.ok) return opened
    const tally = parseTally(definition, opened.value.tally as Json, `tally of ${origin}`)
    if (!tally.ok) return tally
    tallies.push({ device, tally: tally.value })
  }
  const sheets = new Map<string, SheetSum>()
  for (const sheet of held.sheets) {
    const sum = readSheet(definition, sheet)
    if (!sum.ok) return sum
    sheets.set(sheet.station, sum.value)
  }
  const byPlace = Map.groupBy(tallies, ({ device }) => device)
  const disputesOf = disputesIn({ ...held, journals: withinStations(definition, held.journals) })
  const stations = definition.stations.map((station) =>
    stationResult(definition, station, byPlace, disputesOf(station), sheets.get(station.id)),
  )
  const known = new Set(definition.stations.flatMap(({ devices }) => devices))
  return ok({
    stations,
    unknown: [...byPlace.keys()].filter((device) => !known.has(device)),
    sum: sumTallies(
      definition,
      stations.map(({ sum }) => sum),
    ),
  })
}

/** Looks up the disputed places of a station, in the definition's order. */
function disputesIn({ journals, forks, secondTotals }: HeldForResult) {
  const disputes = findDisputes(journals, forks)
  const byPlace = Map.groupBy(journals, placeNamedBy)
  const twice = new Set(secondTotals.map(({ station }) => station))
  return ({ id, devices }: Station): readonly Withheld[] => {
    const declared = new Set(
      devices.flatMap((place) => (byPlace.get(place) ?? []).flatMap(({ dead }) => dead)),
    )
    const isClosed = (place: string) =>
      (byPlace.get(place) ?? []).some(({ closing }) => closing !== undefined)
    return devices.flatMap((device, index) => {
      const why: readonly Dispute[] = [
        ...(disputes.get(device) ?? []),
        ...(declared.has(device) && isClosed(device) ? (['not-dead'] as const) : []),
        ...(index === 0 && twice.has(id) ? (['second-sheet'] as const) : []),
      ]
      return why.length === 0 ? [] : [{ device, why }]
    })
  }
}

/** The result of one station, from the tallies of its places. */
function stationResult(
  definition: Definition,
  station: Station,
  byPlace: ReadonlyMap<string, readonly DeviceResult[]>,
  disputed: readonly Withheld[],
  sheet: SheetSum | undefined,
): StationResult {
  const tallied = (device: string) => byPlace.get(device) ?? []
  if (sheet !== undefined) {
    // It is one sum: no place can be taken out of it.
    const withheld = disputed.filter(({ device }) => !sheet.without.includes(device))
    return {
      station: station.id,
      by: 'sheet',
      devices: [],
      missing: sheet.without,
      withheld,
      beside: station.devices.filter((device) => tallied(device).length > 0),
      sum: withheld.length === 0 ? sheet.sum : sumTallies(definition, []),
    }
  }
  const certain = station.devices.filter((device) => disputed.every((one) => one.device !== device))
  const devices = certain.flatMap(tallied)
  return {
    station: station.id,
    by: 'devices',
    devices,
    missing: certain.filter((device) => tallied(device).length === 0),
    withheld: disputed,
    beside: [],
    sum: sumTallies(
      definition,
      devices.map(({ tally }) => tally),
    ),
  }
}

function placeIn(definition: Definition, device: string, takenOver: string | undefined): string | undefined {
  return placeOf(definition, device, takenOver && deviceOfOrigin(definition, takenOver))?.device
}

/** The sum of a sheet, if the reporting device of a station of this definition signed it for that station. */
function readSheet(definition: Definition, held: HeldSheet): Result<SheetSum> {
  const where = `sheet of ${held.station}`
  const opened = openStationSheet(held.document, held.messageKey, where)
  if (!opened.ok) return opened
  const { station, tally, without } = opened.value
  const reporting = definition.stations.find(({ id }) => id === held.station)?.devices[0]
  if (station !== held.station || reporting !== placeIn(definition, held.device, held.takenOver)) {
    const what = 'it is not that of the reporting device of this station'
    return refuse(
      'sheet.reporter',
      where,
      what,
      'The file was changed or damaged: keep it, and restore a copy.',
    )
  }
  const sum = parseTally(definition, tally, where)
  return sum.ok ? ok({ sum: sum.value, without }) : sum
}
