/**
 * Sums of the totals that the centre holds, a sheet or the devices' tallies for each station. Nothing is smoothed: what is missing, doubled,
 * unknown or not counted is named beside the sum.
 */
import { openTally } from '../../core/bundle/bundle.ts'
import { deviceOfOrigin } from '../../core/bundle/names.ts'
import { openStationSheet } from '../../core/bundle/station-sheet.ts'
import type { Definition } from '../../core/election/definition.ts'
import { placeOf } from '../../core/election/place.ts'
import { parseTally, sumTallies, type Tally } from '../../core/election/tally.ts'
import { ok, type Result, refuse } from '../../core/result.ts'
import type { Json } from '../../core/text/canonical-json.ts'
import type { HeldSheet, HeldTally } from '../store/store.ts'

interface DeviceResult {
  readonly device: string
  readonly tally: Tally
}

interface StationResult {
  readonly station: string
  /** What is counted: the tallies of `devices`, or the station's one sheet. */
  readonly by: 'devices' | 'sheet'
  /** The devices whose own tallies are counted, in the definition's order; none by the sheet. */
  readonly devices: readonly DeviceResult[]
  /** Devices of the definition without tally; by the sheet those that it is without, since they were declared dead. */
  readonly missing: readonly string[]
  /** Devices with more than one tally: none of theirs is counted. */
  readonly doubled: readonly string[]
  /** Devices whose own tallies are held beside the sheet, in the definition's order: not counted, and should never have left the device. */
  readonly beside: readonly string[]
  /** Sum over `devices`, or that of the sheet. */
  readonly sum: Tally
}

interface ElectionResult {
  readonly stations: readonly StationResult[]
  /** Devices with a tally that stand in no station of the definition; not counted. */
  readonly unknown: readonly string[]
  /** Sum over all stations. */
  readonly sum: Tally
}

interface SheetSum {
  readonly sum: Tally
  /** Devices that were declared dead. */
  readonly without: readonly string[]
}

/** The result of one station, from all tallies held. */
function stationResult(
  definition: Definition,
  station: Definition['stations'][number],
  tallies: readonly DeviceResult[],
  sheet: SheetSum | undefined,
): StationResult {
  const found = station.devices.map((device) => ({
    device,
    own: tallies.filter((tally) => tally.device === device),
  }))
  const idsOf = (chosen: typeof found) => chosen.map(({ device }) => device)
  const doubled = idsOf(found.filter(({ own }) => own.length > 1))
  if (sheet !== undefined) {
    const beside = idsOf(found.filter(({ own }) => own.length > 0))
    const { sum, without } = sheet
    return { station: station.id, by: 'sheet', devices: [], missing: without, doubled, beside, sum }
  }
  const devices = found.flatMap(({ own }) => (own.length === 1 ? own : []))
  return {
    station: station.id,
    by: 'devices',
    devices,
    missing: idsOf(found.filter(({ own }) => own.length === 0)),
    doubled,
    beside: [],
    sum: sumTallies(
      definition,
      devices.map(({ tally }) => tally),
    ),
  }
}

/**
 * Every station's result and the sum. The signature of each tally and sheet is verified once more; a refusal here means that the store was
 * changed.
 */
export function electionResult(
  definition: Definition,
  held: readonly HeldTally[],
  heldSheets: readonly HeldSheet[],
): Result<ElectionResult> {
  const tallies: DeviceResult[] = []
  for (const { device: own, origin, document, messageKey, takenOver } of held) {
    // The spare's tally is that of the place it took.
    const device = placeIn(definition, own, takenOver) ?? own
    const opened = openTally(document, messageKey, `tally of ${origin}`)
    if (!opened.ok) return opened
    const tally = parseTally(definition, opened.value.tally as Json, `tally of ${origin}`)
    if (!tally.ok) return tally
    tallies.push({ device, tally: tally.value })
  }
  const sheets = new Map<string, SheetSum>()
  for (const sheet of heldSheets) {
    const sum = readSheet(definition, sheet)
    if (!sum.ok) return sum
    sheets.set(sheet.station, sum.value)
  }
  const stations = definition.stations.map((station) =>
    stationResult(definition, station, tallies, sheets.get(station.id)),
  )
  const known = new Set(definition.stations.flatMap(({ devices }) => devices))
  return ok({
    stations,
    unknown: [...new Set(tallies.map(({ device }) => device))].filter((device) => !known.has(device)),
    sum: sumTallies(
      definition,
      stations.map(({ sum }) => sum),
    ),
  })
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
