/** Sums of the tallies that the centre holds. Nothing is smoothed: what is missing, doubled or unknown is named beside the sum. */
import { openTally } from '../../core/bundle/bundle.ts'
import type { Definition } from '../../core/election/definition.ts'
import { parseTally, sumTallies, type Tally } from '../../core/election/tally.ts'
import { ok, type Result } from '../../core/result.ts'
import type { Json } from '../../core/text/canonical-json.ts'
import type { HeldTally } from '../store/store.ts'

interface DeviceResult {
  readonly device: string
  readonly tally: Tally
}

interface StationResult {
  readonly station: string
  /** The devices counted, in the definition's order. */
  readonly devices: readonly DeviceResult[]
  /** Devices of the definition without tally. */
  readonly missing: readonly string[]
  /** Devices with more than one tally: none of theirs is counted. */
  readonly doubled: readonly string[]
  /** Sum over `devices`. */
  readonly sum: Tally
}

interface ElectionResult {
  readonly stations: readonly StationResult[]
  /** Devices with a tally that stand in no station of the definition; not counted. */
  readonly unknown: readonly string[]
  /** Sum over all stations. */
  readonly sum: Tally
}

/** The result of one station, from all tallies held. */
function stationResult(
  definition: Definition,
  station: Definition['stations'][number],
  tallies: readonly DeviceResult[],
): StationResult {
  const found = station.devices.map((device) => ({
    device,
    own: tallies.filter((tally) => tally.device === device),
  }))
  const devices = found.flatMap(({ own }) => (own.length === 1 ? own : []))
  return {
    station: station.id,
    devices,
    missing: found.filter(({ own }) => own.length === 0).map(({ device }) => device),
    doubled: found.filter(({ own }) => own.length > 1).map(({ device }) => device),
    sum: sumTallies(
      definition,
      devices.map(({ tally }) => tally),
    ),
  }
}

/**
 * Every station's result and the sum. The signature of each tally is verified once more; a refusal here means that the store was changed.
 */
export function electionResult(definition: Definition, held: readonly HeldTally[]): Result<ElectionResult> {
  const tallies: DeviceResult[] = []
  for (const { device, origin, document, messageKey } of held) {
    const opened = openTally(document, messageKey, `tally of ${origin}`)
    if (!opened.ok) return opened
    const tally = parseTally(definition, opened.value.tally as Json, `tally of ${origin}`)
    if (!tally.ok) return tally
    tallies.push({ device, tally: tally.value })
  }
  const stations = definition.stations.map((station) => stationResult(definition, station, tallies))
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
