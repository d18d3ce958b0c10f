/** What verifying found, for people (the verdict in the first line) and as JSON for machines. Both say the same. */
import type { Day } from '../core/journal/day.ts'
import { sha256, toBase64, toHex } from '../core/keys/hash.ts'
import type { Refusal } from '../core/result.ts'
import type { Json } from '../core/text/canonical-json.ts'
import type { VerifiedDatabase } from './verify/database.ts'
import type { Released } from './verify/release.ts'
import type { VerifiedCount } from './verify/verify-count.ts'

/** A report in both forms. `text` ends in a line feed. */
export interface Report {
  readonly text: string
  readonly json: Json
}

/** Said of every count in which a journal says so. */
export const SEEDED = 'random numbers were seeded, not secret: a simulation, no election'

export const TALLY_NOT_VERIFIED = 'tally not verified: that needs the paper or the trustees'

/** The first thing that does not hold. */
export function refusalReport({ where, what, code, next }: Refusal): Report {
  return {
    text: `DOES NOT HOLD: ${where}: ${what}\n${next} (${code})\n`,
    json: { verdict: 'does not hold', findings: [{ code, where, what }], next },
  }
}

/**
 * Everything that was given holds.
 * @param keyFrom where the authority's key came from
 * @param policy name of the policy file that every device satisfies; undefined if none was asked for
 */
export function verifyReport(
  count: VerifiedCount,
  keyFrom: 'given' | 'package',
  policy: string | undefined,
): Report {
  const stations = count.stations.map(({ station, bundles, missing, eyes, issued, released }) => ({
    station: station.id,
    devices: bundles.map(({ device, day, receipt, tally }, i) => ({
      device,
      entries: day.size,
      ballots: day.casts,
      voidSlips: day.voids,
      batches: day.batches.length,
      receipt: receipt === undefined ? null : timeText(receipt),
      random: day.random,
      totals: tally === undefined ? 'sealed' : 'released',
      clockWentBack: clockJson(day),
      seenBy: {
        centre: eyes[i]?.centre ?? false,
        neighbours: eyes[i]?.neighbours ?? [],
        of: station.devices.length - 1,
      },
    })),
    missing,
    sheet: released.sheet === undefined ? null : { device: released.sheet.device },
    totals: totalsText(released),
    checkIn: issued === undefined ? null : { issued: issued.issued, returned: issued.returned },
  }))
  const devices = stations.flatMap((station) => station.devices)
  const ballots = devices.reduce((sum, device) => sum + device.ballots, 0)
  const incomplete = incompleteOf(count)
  const given = `${plural(devices.length, 'bundle')}, ${plural(stations.length, 'station')}, ${plural(ballots, 'ballot')}`
  const lines = [
    incomplete.length === 0
      ? `HOLDS: ${given}`
      : `HOLDS for what was given: ${given}; missing: ${incomplete.join(', ')}`,
    ...authorityLines(count, keyFrom),
  ]
  for (const { station, devices: rows, checkIn, totals } of stations) {
    lines.push('', `station ${station}`)
    if (checkIn !== null) lines.push(`  check-in: ${checkIn.issued} issued, ${checkIn.returned} returned`)
    lines.push(
      ...table([
        [
          'device',
          'entries',
          'ballots',
          'void slips',
          'batches',
          'receipt of the centre',
          'seen by',
          'totals',
        ],
        ...rows.map((row) => [
          row.device,
          String(row.entries),
          String(row.ballots),
          String(row.voidSlips),
          String(row.batches),
          row.receipt ?? 'no receipt of the centre',
          eyesText(row.seenBy),
          row.totals,
        ]),
      ]),
      ...totals.map((line) => `  ${line}`),
    )
  }
  for (const { device, clockWentBack } of devices) {
    if (clockWentBack !== null) lines.push('', clockLine(device, clockWentBack))
  }
  if (policy !== undefined)
    lines.push('', `every journal was seen to its end by those whom ${policy} asks for`)
  if (devices.some(({ random }) => random !== 'system')) {
    lines.push('', SEEDED)
  }
  lines.push('', TALLY_NOT_VERIFIED)
  return {
    text: `${lines.join('\n')}\n`,
    json: {
      verdict: 'holds',
      findings: [],
      missing: incomplete,
      stations,
      policy: policy ?? null,
      tally: TALLY_NOT_VERIFIED,
    },
  }
}

/** How far a station's totals left its devices, where that is not each with its own. */
function totalsText({ neverReleased, withoutSheet, sheet }: Released): readonly string[] {
  if (sheet !== undefined)
    return [
      `totals left as the station's sheet alone, made by ${sheet.device}: a device has fewer than 32 ballots`,
    ]
  if (withoutSheet) return ["the station's sheet was not made: opening all its bundles tells the totals"]
  return neverReleased.length === 0
    ? []
    : [
        `totals of ${neverReleased.join(', ')} were never released: opening all bundles of the station tells its totals`,
      ]
}

function clockJson({ clockWentBack }: Day) {
  return clockWentBack === undefined ? null : { ...clockWentBack }
}

/** No rule is broken, since clocks get set; whoever compares times with other evidence must know it. */
function clockLine(device: string, { entry, times }: { readonly entry: number; readonly times: number }) {
  const more = times === 1 ? '' : ` and ${plural(times - 1, 'more time', 'more times')}`
  return `clock of ${device} went back before entry ${entry}${more}`
}

/** Whose eyes have been on the end of a journal: `centre, 1 of 2 neighbours`. */
function eyesText(seen: {
  readonly centre: boolean
  readonly neighbours: readonly string[]
  readonly of: number
}): string {
  const neighbours = seen.of === 0 ? [] : [`${seen.neighbours.length} of ${plural(seen.of, 'neighbour')}`]
  const eyes = [...(seen.centre ? ['centre'] : []), ...neighbours]
  return eyes.length === 0 ? 'nobody' : eyes.join(', ')
}

/** Devices and check-ins of all stations of the package that were not given. */
export function incompleteOf({ electionPackage, stations }: VerifiedCount): readonly string[] {
  return electionPackage.definition.stations.flatMap(({ id, devices }) => {
    const given = stations.find(({ station }) => station.id === id)
    return [
      ...(given?.missing ?? devices).map((device) => `device ${device} of station ${id}`),
      ...(given?.issued === undefined ? [`the check-in of station ${id}`] : []),
    ]
  })
}

/** A device's database holds. */
export function databaseReport({ device, station, day }: VerifiedDatabase): Report {
  const { size, casts, voids, batches, sealed, polls, clockWentBack } = day
  const counts = { entries: size, ballots: casts, voidSlips: voids, batches: batches.length }
  const pooled = casts - sealed
  return {
    text: [
      `HOLDS: database of device ${device} of station ${station}`,
      `  ${plural(size, 'entry', 'entries')} and as many checkpoints, ${plural(casts, 'ballot')}, ${plural(voids, 'void slip')}, ${plural(batches.length, 'batch', 'batches')}; polls ${polls}`,
      ...(pooled === 0 ? [] : [`  ${pooled} ballots are in the pool, which only the day key opens`]),
      ...(clockWentBack === undefined ? [] : [clockLine(device, clockWentBack)]),
      TALLY_NOT_VERIFIED,
      '',
    ].join('\n'),
    json: {
      verdict: 'holds',
      device,
      station,
      ...counts,
      pooled,
      polls,
      clockWentBack: clockJson(day),
      tally: TALLY_NOT_VERIFIED,
    },
  }
}

/** Which election and package, and what a person compares where no key was given. */
export function authorityLines(
  { electionPackage, authorityKey }: VerifiedCount,
  keyFrom: 'given' | 'package',
) {
  const { definition, hash } = electionPackage
  const lines = [
    `election ${definition.authority}/${definition.election}, ${definition.title.fa}; package ${toBase64(hash)}`,
  ]
  if (definition.rehearsal) lines.push('rehearsal, no election')
  if (keyFrom === 'package') {
    lines.push(
      'the authority key was taken from the package itself; compare its SHA-256 fingerprint with the published one:',
      `  ${toHex(sha256(authorityKey))}`,
    )
  }
  return lines
}

/** Of the year 9999. */
const LAST_SECOND = Date.UTC(9999, 11, 31, 23, 59, 59) / 1000

/** Columns of even width, two spaces in; the last one is as wide as it is. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const columns = rows[0]?.length ?? 0
  const widths = Array.from({ length: columns }, (_, i) =>
    Math.max(...rows.map((row) => row[i]?.length ?? 0)),
  )
  return rows.map((row) => {
    const cells = row.map((cell, i) => (i === columns - 1 ? cell : cell.padEnd(widths[i] ?? 0)))
    return `  ${cells.join('  ')}`
  })
}

/** A number and its noun: `1 bundle`, `2 bundles`. */
export function plural(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`
}

/** Seconds since 1970 as UTC; a time beyond the year 9999 is told as the number that it is. */
function timeText(seconds: number): string {
  if (seconds > LAST_SECOND) return `${seconds} seconds after 1970`
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`
}
