/**
 * What opening found, in both forms. Totals are told by station, never by device: one of fewer than 32 ballots could be told apart, by itself or
 * as a difference.
 */
import { candidateVotes, type Tally } from '../../core/election/tally.ts'
import { authorityLines, incompleteOf, plural, type Report, SEEDED, table } from '../report.ts'
import type { VerifiedCount } from '../verify/verify-count.ts'
import type { OpenedCount, OpenedStation } from './open-count.ts'

const UNTOLD = {
  missing:
    'totals not told: a bundle is missing, and they could be those of a device of fewer than 32 ballots; give all bundles of the station, or name a lost device with --lost',
  'reporting-lost':
    'totals not told: the reporting device is lost, and if its sheet left it before, they would tell those of the lost devices; ask the centre for the sheet, or count the paper',
} as const

/** What the opened ballots say. */
export function openReport(
  count: VerifiedCount,
  opened: OpenedCount,
  keyFrom: 'given' | 'package',
  lost: readonly string[],
): Report {
  const { stations, tally, findings } = opened
  const devices = stations.flatMap((station) => station.devices)
  const ballots = devices.reduce((sum, device) => sum + device.ballots, 0)
  const missing = incompleteOf(count)
  const [first] = findings
  const seeded = count.stations.some(({ bundles }) => bundles.some(({ day }) => day.random !== 'system'))
  const holds = missing.length === 0 ? 'HOLDS' : 'HOLDS for what was given'
  const equal = `${holds}: ${plural(ballots, 'ballot')} opened and recounted, equal to the committed tally of ${plural(devices.length, 'device')}`
  const lines = [
    first === undefined ? equal : `DOES NOT HOLD: ${first.where}: ${first.what} (${first.code})`,
    ...findings.slice(1).map(({ code, where, what }) => `  and ${where}: ${what} (${code})`),
    ...(missing.length === 0 ? [] : [`missing: ${missing.join(', ')}`]),
    ...(lost.length === 0 ? [] : [`declared lost and not counted: ${lost.join(', ')}`]),
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
    if (station.sheetEqual !== undefined)
      lines.push(`  the station's sheet: ${station.sheetEqual ? 'equal' : 'UNEQUAL'}`)
    if (station.untold === 'sheet') {
      const { device: by, tally: sum } = sheetOf(count, station)
      const given = station.devices.map((one) => one.device)
      const isLost = station.station.devices.every((id) => given.includes(id) || lost.includes(id))
      const why = isLost ? 'a device is lost' : 'a bundle is missing'
      lines.push(
        `  the station's sheet, as ${by} signed it, not checked against the ballots: ${why}`,
        ...tallyLines(tallyTable(count, sum)),
      )
    } else if (station.untold !== undefined) lines.push(`  ${UNTOLD[station.untold]}`)
    else if (station.tally !== undefined && stations.length > 1)
      lines.push(...tallyLines(tallyTable(count, station.tally)))
  }
  const told = stations.filter((station) => station.tally !== undefined).length
  const totals =
    told === stations.length ? 'totals' : `totals of ${plural(told, 'station')} of ${stations.length}`
  if (told > 0) lines.push('', totals, ...tallyLines(tallyTable(count, tally)))
  if (seeded) lines.push('', SEEDED)
  return {
    text: `${lines.join('\n')}\n`,
    json: {
      verdict: first === undefined ? 'holds' : 'does not hold',
      findings: findings.map(({ code, where, what }) => ({ code, where, what })),
      missing,
      lost: [...lost],
      stations: stations.map((station) => ({
        station: station.station.id,
        devices: station.devices.map((device) => ({ ...device })),
        sheet: sheetWord(station),
        sheetContests: station.untold === 'sheet' ? tallyTable(count, sheetOf(count, station).tally) : null,
        contests: station.tally === undefined ? null : tallyTable(count, station.tally),
      })),
      contests: told === 0 ? null : tallyTable(count, tally),
    },
  }
}

function sheetWord({ untold, sheetEqual }: OpenedStation): 'unchecked' | 'equal' | 'unequal' | null {
  if (untold === 'sheet') return 'unchecked'
  return sheetEqual === undefined ? null : sheetEqual ? 'equal' : 'unequal'
}

/** The sheet of a station that has one. */
function sheetOf({ stations }: VerifiedCount, { station }: OpenedStation) {
  const sheet = stations.find((verified) => verified.station.id === station.id)?.released.sheet
  if (sheet === undefined) throw new Error(`station ${station.id} has no sheet`)
  return sheet
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

function nameText({ fa, en }: { readonly fa: string; readonly en?: string | undefined }): string {
  return en === undefined ? fa : `${fa} (${en})`
}
