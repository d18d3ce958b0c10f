/** What the audit found, for people (the verdict in the first line) and as JSON for machines. Both say the same. */
import { candidateVotes, type Tally } from '../core/election/tally.ts'
import type { Day } from '../core/journal/day.ts'
import { sha256, toBase64, toHex } from '../core/keys/hash.ts'
import type { Refusal } from '../core/result.ts'
import type { Json } from '../core/text/canonical-json.ts'
import type { OpenedCount } from './open/open-count.ts'
import type { VerifiedDatabase } from './verify/database.ts'
import type { VerifiedCount } from './verify/verify-count.ts'

/** A report in both forms. `text` ends in a line feed. */
export interface Report {
  readonly text: string
  readonly json: Json
}

const SEEDED = 'random numbers were seeded, not secret: a simulation, no election'

export const TALLY_NOT_VERIFIED = 'tally not verified: that needs the paper or the trustees'

/** The first thing that does not hold. */
export function refusalReport({ where, what, code, next }: Refusal): Report {
  return {
    text: `DOES NOT HOLD: ${where}: ${what}\n${next} (${code})\n`,
    json: { verdict: 'does not hold', findings: [{ where, what }], code, next },
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
  const stations = count.stations.map(({ station, bundles, missing, eyes, issued }) => ({
    station: station.id,
    devices: bundles.map(({ device, day, receipt }, i) => ({
      device,
      entries: day.size,
      ballots: day.casts,
      voidSlips: day.voids,
      batches: day.batches.length,
      receipt: receipt === undefined ? null : timeText(receipt),
      random: day.random,
      clockWentBack: clockJson(day),
      seenBy: {
        centre: eyes[i]?.centre ?? false,
        neighbours: eyes[i]?.neighbours ?? [],
        of: station.devices.length - 1,
      },
    })),
    missing,
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
  for (const { station, devices: rows, checkIn } of stations) {
    lines.push('', `station ${station}`)
    if (checkIn !== null) lines.push(`  check-in: ${checkIn.issued} issued, ${checkIn.returned} returned`)
    lines.push(
      ...table([
        ['device', 'entries', 'ballots', 'void slips', 'batches', 'receipt of the centre', 'seen by'],
        ...rows.map((row) => [
          row.device,
          String(row.entries),
          String(row.ballots),
          String(row.voidSlips),
          String(row.batches),
          row.receipt ?? 'no receipt of the centre',
          eyesText(row.seenBy),
        ]),
      ]),
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
      missing: incomplete,
      stations,
      policy: policy ?? null,
      tally: TALLY_NOT_VERIFIED,
    },
  }
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
function incompleteOf({ electionPackage, stations }: VerifiedCount): readonly string[] {
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

/** What the opened ballots say. */
export function openReport(count: VerifiedCount, opened: OpenedCount, keyFrom: 'given' | 'package'): Report {
  const { stations, tally, findings } = opened
  const devices = stations.flatMap((station) => station.devices)
  const ballots = devices.reduce((sum, device) => sum + device.ballots, 0)
  const missing = incompleteOf(count)
  const [first] = findings
  const seeded = count.stations.some(({ bundles }) => bundles.some(({ day }) => day.random !== 'system'))
  const holds = missing.length === 0 ? 'HOLDS' : 'HOLDS for what was given'
  const equal = `${holds}: ${plural(ballots, 'ballot')} opened and recounted, equal to the committed tally of ${plural(devices.length, 'device')}`
  const lines = [
    first === undefined ? equal : `DOES NOT HOLD: ${first.where}: ${first.what}`,
    ...findings.slice(1).map(({ where, what }) => `  and ${where}: ${what}`),
    ...(missing.length === 0 ? [] : [`missing: ${missing.join(', ')}`]),
    ...authorityLines(count, keyFrom),
  ]
  for (const station of stations) {
    lines.push('', `station ${station.station.id}`)
    lines.push(
      ...table([
        ['device', 'ballots', 'faulty', 'committed tally'],
        ...station.devices.map(({ device, ballots: legal, faulty, equal: same }) => [
          device,
          String(legal),
          String(faulty),
          same ? 'equal' : 'UNEQUAL',
        ]),
      ]),
    )
    if (stations.length > 1) lines.push(...tallyLines(tallyTable(count, station.tally)))
  }
  lines.push('', 'totals', ...tallyLines(tallyTable(count, tally)))
  if (seeded) lines.push('', SEEDED)
  return {
    text: `${lines.join('\n')}\n`,
    json: {
      verdict: first === undefined ? 'holds' : 'does not hold',
      findings: findings.map(({ where, what }) => ({ where, what })),
      missing,
      stations: stations.map((station) => ({
        station: station.station.id,
        devices: station.devices.map((device) => ({ ...device })),
        contests: tallyTable(count, station.tally),
      })),
      contests: tallyTable(count, tally),
    },
  }
}

/** Votes by candidate; those that came through a list are in, and the lists' own counts beside. */
function tallyTable({ electionPackage }: VerifiedCount, tally: Tally) {
  return electionPackage.definition.contests.map((contest, i) => {
    const counts = tally[i] ?? { valid: 0, blank: 0, options: [] }
    const votes = candidateVotes(contest, counts)
    return {
      contest: contest.id,
      title: contest.title.fa,
      valid: counts.valid,
      blank: counts.blank,
      candidates: contest.candidates.map(({ code, name }, position) => ({
        code,
        name: nameText(name),
        votes: votes[position] ?? 0,
      })),
      lists: contest.lists.map(({ code, name }, position) => ({
        code,
        name: nameText(name),
        votes: counts.options[contest.candidates.length + position] ?? 0,
      })),
    }
  })
}

function tallyLines(contests: ReturnType<typeof tallyTable>): string[] {
  return contests.flatMap(({ contest, title, valid, blank, candidates, lists }) => [
    `contest ${contest}, ${title}: ${valid} valid, ${blank} blank`,
    ...table([
      ['code', 'votes', 'name'],
      ...candidates.map(({ code, votes, name }) => [code, String(votes), name]),
      ...lists.map(({ code, votes, name }) => [code, String(votes), `${name}   (list)`]),
    ]),
  ])
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

/** Columns of even width, two spaces in; the last one is as wide as it is. */
function table(rows: readonly (readonly string[])[]): string[] {
  const columns = rows[0]?.length ?? 0
  const widths = Array.from({ length: columns }, (_, i) =>
    Math.max(...rows.map((row) => row[i]?.length ?? 0)),
  )
  return rows.map((row) => {
    const cells = row.map((cell, i) => (i === columns - 1 ? cell : cell.padEnd(widths[i] ?? 0)))
    return `  ${cells.join('  ')}`
  })
}

function nameText({ fa, en }: { readonly fa: string; readonly en?: string | undefined }): string {
  return en === undefined ? fa : `${fa} (${en})`
}

function plural(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`
}

/** Seconds since 1970 as UTC; a time no calendar holds is told as the number that it is. */
function timeText(seconds: number): string {
  const date = new Date(seconds * 1000)
  return Number.isNaN(date.getTime())
    ? `${seconds} seconds after 1970`
    : `${date.toISOString().slice(0, 19)}Z`
}
