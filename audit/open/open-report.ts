/**
 * What opening found, in both forms. Totals are told by station, never by device: one of fewer than 32 ballots could be told apart, by itself or
 * as a difference.
 */
import type { Definition } from '../../core/election/definition.ts'
import { candidateVotes, type Tally } from '../../core/election/tally.ts'
import type { AuditedCount } from '../count/audit-count.ts'
import { incompleteOf, missingDevicesOf, missingText } from '../missing.ts'
import {
  authorityLines,
  findingsJson,
  type HeldAgainst,
  plural,
  type Report,
  SEEDED,
  table,
  verdictLines,
} from '../report.ts'
import { verdictOn } from '../verdict.ts'
import type { OpenedStation } from './open-station.ts'
import type { OpenedCount } from './opened-count.ts'

const UNTOLD = {
  missing:
    'totals not told: a bundle is missing, and they could be those of a device of fewer than 32 ballots; give all bundles of the station, or name a lost device with --lost',
  'reporting-lost':
    'totals not told: the reporting device is lost, and if its sheet left it before, they would tell those of the lost devices; ask the centre for the sheet, or count the paper',
} as const

/** What the opened ballots say. */
export function openReport(
  count: AuditedCount,
  opened: OpenedCount,
  against: HeldAgainst,
  lost: readonly string[],
): Report {
  const { definition } = count.electionPackage
  const { stations, tally, findings } = opened
  const missing = incompleteOf(count)
  const told = stations.filter((station) => station.tally !== undefined).length
  const given =
    told === stations.length ? 'what was given' : `${plural(told, 'station')} of ${stations.length}`
  const absent = missingDevicesOf(count)
  const totals =
    told === stations.length && absent.length === 0
      ? 'totals'
      : `totals of ${given}, not of the whole count${notInThem(absent)}`
  const devices = count.stations.flatMap((station) => station.devices)
  const lines = [
    ...(findings.length === 0 ? [equalLine(stations, missing)] : verdictLines(findings)),
    ...(findings.length === 0 || missing.length === 0 ? [] : [`missing: ${missingText(missing)}`]),
    ...(lost.length === 0 ? [] : [`declared lost and not counted: ${lost.join(', ')}`]),
    ...authorityLines(count, against.key),
    ...stations.flatMap((station) => stationLines(count, station, lost, stations.length > 1)),
    ...(told > 0 ? ['', totals, ...tallyLines(tallyTable(definition, tally))] : []),
    ...(devices.some(({ random }) => random !== 'system') ? ['', SEEDED] : []),
  ]
  return {
    text: `${lines.join('\n')}\n`,
    json: {
      verdict: verdictOn(findings, missing),
      findings: findingsJson(findings),
      missing,
      lost: [...lost],
      stations: stations.map((station) => ({
        station: station.station,
        missing: count.stations.find((known) => known.station === station.station)?.missing ?? [],
        devices: station.devices.map((device) => ({ ...device })),
        sheet: sheetWord(station),
        sheetContests: station.sheetTally === undefined ? null : tallyTable(definition, station.sheetTally),
        contests: station.tally === undefined ? null : tallyTable(definition, station.tally),
      })),
      contests: told === 0 ? null : tallyTable(definition, tally),
    },
  }
}

function equalLine(stations: readonly OpenedStation[], missing: readonly string[]): string {
  const devices = stations.flatMap((station) => station.devices)
  const ballots = devices.reduce((sum, device) => sum + device.ballots, 0)
  const equal = `${plural(ballots, 'ballot')} opened and recounted, equal to the committed tally of ${plural(devices.length, 'device')}`
  return missing.length === 0
    ? `HOLDS: ${equal}`
    : `HOLDS for what was given: ${equal}; missing: ${missingText(missing)}`
}

function stationLines(
  { electionPackage: { definition }, stations }: AuditedCount,
  opened: OpenedStation,
  lost: readonly string[],
  isOneOfMany: boolean,
): readonly string[] {
  const { station, devices, sheetEqual, sheetTally, untold, tally } = opened
  const lines = [
    '',
    `station ${station}`,
    ...table([
      ['device', 'ballots', 'faulty', 'committed tally'],
      ...devices.map(({ device, ballots, faulty, equal }) => [
        device,
        String(ballots),
        String(faulty),
        equal ? 'equal' : 'UNEQUAL',
      ]),
    ]),
  ]
  if (sheetEqual !== undefined) lines.push(`  the station's sheet: ${sheetEqual ? 'equal' : 'UNEQUAL'}`)
  const facts = stations.find((known) => known.station === station)
  const absent = facts?.missing ?? []
  if (untold === 'sheet' && sheetTally !== undefined) {
    const dead = facts?.declared.map(({ device }) => device) ?? []
    const isLost = absent.every((device) => lost.includes(device) || dead.includes(device))
    const why = isLost ? 'a device is lost' : 'a bundle is missing'
    lines.push(
      `  the station's sheet, as ${facts?.sheet} signed it, not checked against the ballots: ${why}`,
      ...tallyLines(tallyTable(definition, sheetTally)),
    )
  } else if (untold === 'missing' || untold === 'reporting-lost') lines.push(`  ${UNTOLD[untold]}`)
  else if (tally !== undefined && isOneOfMany) {
    if (absent.length > 0)
      lines.push(
        `  of what was given, not of the whole station${notInThem(absent.map((device) => `device ${device}`))}`,
      )
    lines.push(...tallyLines(tallyTable(definition, tally)))
  }
  return lines
}

function notInThem(absent: readonly string[]): string {
  return absent.length === 0 ? '' : `; not in them: ${missingText(absent)}`
}

/** What became of a station's sheet, in a word. */
export function sheetWord({ untold, sheetEqual }: OpenedStation): 'unchecked' | 'equal' | 'unequal' | null {
  if (untold === 'sheet') return 'unchecked'
  return sheetEqual === undefined ? null : sheetEqual ? 'equal' : 'unequal'
}

/** Votes by candidate; those that came through a list are in, and the lists' own counts beside. */
function tallyTable(definition: Definition, tally: Tally) {
  return definition.contests.map((contest, i) => {
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

function nameText({ fa, en }: { readonly fa: string; readonly en?: string | undefined }): string {
  return en === undefined ? fa : `${fa} (${en})`
}
