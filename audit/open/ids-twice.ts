/**
 * Ballot ids that stand twice in a count. An id is drawn at random and stands in one ballot alone; sixteen million of them are too many for one
 * table, so they are compared in 256 parts, by their first byte.
 */
import type { OpenedStation, OpenFinding } from './open-station.ts'

const ID_BYTES = 16
const PARTS = 256
const NEXT = 'Keep all of it as it is, and have the devices examined; the paper decides.'

/** An id that was there before: of which station, and at which of its batches. */
interface IdTwice {
  readonly station: number
  readonly finding: OpenFinding
}

/** One for each ballot whose id is that of a ballot before it. */
export function findIdsTwice(stations: readonly OpenedStation[]): readonly IdTwice[] {
  const twice: (readonly [ballot: number, other: number])[] = []
  const { order, ends } = byFirstByte(stations)
  const idOf = idReader(stations)
  for (let part = 0; part < PARTS; part += 1) {
    const seen = new Map<string, number>()
    for (let i = ends[part] ?? 0; i < (ends[part + 1] ?? 0); i += 1) {
      const ballot = order[i] ?? 0
      const id = idOf(ballot)
      const other = seen.get(id)
      if (other !== undefined) twice.push([ballot, other])
      seen.set(id, ballot)
    }
  }
  const placeOf = placeReader(stations)
  return twice.map(([ballot, other]) => {
    const { station, at, where } = placeOf(ballot)
    const what = `a ballot has the id of one in ${placeOf(other).where}`
    return { station, finding: { at, refusal: { code: 'ballot.id-twice', where, what, next: NEXT } } }
  })
}

/** The ballots of all stations, numbered from 0, sorted by the first byte of their ids; where each part begins. */
function byFirstByte(stations: readonly OpenedStation[]) {
  const counts = new Uint32Array(PARTS + 1)
  forEachFirstByte(stations, (byte) => {
    counts[byte + 1] = (counts[byte + 1] ?? 0) + 1
  })
  for (let part = 0; part < PARTS; part += 1) counts[part + 1] = (counts[part + 1] ?? 0) + (counts[part] ?? 0)
  const next = counts.slice()
  const order = new Uint32Array(counts[PARTS] ?? 0)
  forEachFirstByte(stations, (byte, ballot) => {
    const place = next[byte] ?? 0
    order[place] = ballot
    next[byte] = place + 1
  })
  return { order, ends: counts }
}

function forEachFirstByte(
  stations: readonly OpenedStation[],
  take: (byte: number, ballot: number) => void,
): void {
  let ballot = 0
  for (const { ids } of stations) {
    for (let at = 0; at < ids.length; at += ID_BYTES) {
      take(ids[at] ?? 0, ballot)
      ballot += 1
    }
  }
}

/** Gives a ballot's id as text. */
function idReader(stations: readonly OpenedStation[]): (ballot: number) => string {
  const stationOf = finder(stations.map(({ ids }) => ids.length / ID_BYTES))
  return (ballot) => {
    const [station, within] = stationOf(ballot)
    const ids = stations[station]?.ids ?? new Uint8Array()
    return Buffer.from(ids.buffer, ids.byteOffset + within * ID_BYTES, ID_BYTES).toString('latin1')
  }
}

/** Gives a ballot's station and batch. */
function placeReader(stations: readonly OpenedStation[]) {
  const stationOf = finder(stations.map(({ ids }) => ids.length / ID_BYTES))
  return (ballot: number) => {
    const [station, within] = stationOf(ballot)
    const places = stations[station]?.places ?? []
    const [at] = finder(places.map(({ ballots }) => ballots))(within)
    return { station, at, where: places[at]?.where ?? '' }
  }
}

/** For things of these sizes one after another: in which the n-th is, and at which place within it. */
function finder(sizes: readonly number[]): (n: number) => readonly [thing: number, within: number] {
  const starts = new Float64Array(sizes.length)
  for (let i = 1; i < sizes.length; i += 1) starts[i] = (starts[i - 1] ?? 0) + (sizes[i - 1] ?? 0)
  return (n) => {
    let [low, high] = [0, sizes.length]
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if ((starts[middle] ?? 0) <= n) low = middle
      else high = middle
    }
    return [low, n - (starts[low] ?? 0)]
  }
}
