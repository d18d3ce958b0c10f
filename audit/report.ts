/** What verifying found, for people (the verdict in the first line) and as JSON for machines. Both say the same. */
import type { Definition } from '../core/election/definition.ts'
import { fromBase64, sha256, toBase64, toHex } from '../core/keys/hash.ts'
import type { Refusal } from '../core/result.ts'
import type { Json } from '../core/text/canonical-json.ts'
import type { AuditedCount } from './count/audit-count.ts'
import { incompleteOf, missingText } from './missing.ts'
import { verdictOn } from './verdict.ts'
import type { VerifiedDatabase } from './verify/database.ts'
import type { DeviceFacts, StationFacts } from './verify/facts.ts'

/** A report in both forms. `text` ends in a line feed. */
export interface Report {
  readonly text: string
  readonly json: Json
}

/** A file that a count was held against, by the name that was given. */
export interface HeldFile {
  readonly name: string
  /** SHA-256, base64. */
  readonly hash: string
}

/** What a count was held against beside the rules of the format. */
export interface HeldAgainst {
  /** Where the authority's key came from. */
  readonly key: 'given' | 'package'
  readonly policy: (HeldFile & { readonly asksNobody: boolean }) | undefined
  /** Lists of programs. */
  readonly programs: readonly HeldFile[]
}

/** Said of every count in which a journal says so. */
export const SEEDED = 'random numbers were seeded, not secret: a simulation, no election'

export const TALLY_NOT_VERIFIED = 'tally not verified: that needs the paper or the trustees'

/** The first thing that does not hold, where there is nothing else to tell. */
export function refusalReport(refusal: Refusal): Report {
  return {
    text: `${verdictLines([refusal]).join('\n')}\n`,
    json: { verdict: 'does not hold', findings: findingsJson([refusal]) },
  }
}

/** The verdict of findings, the first in full. */
export function verdictLines([first, ...others]: readonly Refusal[]): readonly string[] {
  if (first === undefined) return []
  return [
    `DOES NOT HOLD: ${first.where}: ${first.what}`,
    `${first.next} (${first.code})`,
    ...others.map(({ code, where, what }) => `  and ${where}: ${what} (${code})`),
  ]
}

/** Findings for machines. */
export function findingsJson(findings: readonly Refusal[]): Json {
  return findings.map(({ code, where, what, next }) => ({ code, where, what, next }))
}

/** What verifying a count found. */
export function verifyReport(count: AuditedCount, against: HeldAgainst): Report {
  const { findings, stations, spoiled } = count
  const devices = stations.flatMap((station) => station.devices)
  const missing = incompleteOf(count)
  const lines = [
    ...(findings.length === 0 ? [holdsLine(stations, missing)] : verdictLines(findings)),
    ...authorityLines(count, against.key),
    ...stations.flatMap(stationLines),
    ...devices.flatMap(clockLines),
    ...(findings.length === 0 ? againstLines(devices, against) : []),
    ...(devices.some(({ random }) => random !== 'system') ? ['', SEEDED] : []),
    '',
    TALLY_NOT_VERIFIED,
  ]
  return {
    text: `${lines.join('\n')}\n`,
    json: {
      verdict: verdictOn(findings, missing),
      findings: findingsJson(findings),
      spoiled: [...spoiled],
      missing,
      stations: stations.map(stationJson),
      policy: against.policy?.name ?? null,
      programs: against.programs.map(({ name }) => name),
      tally: TALLY_NOT_VERIFIED,
    },
  }
}

function holdsLine(stations: readonly StationFacts[], missing: readonly string[]): string {
  const devices = stations.flatMap((station) => station.devices)
  const ballots = devices.reduce((sum, device) => sum + device.ballots, 0)
  const given = `${plural(devices.length, 'bundle')}, ${plural(stations.length, 'station')}, ${plural(ballots, 'ballot')}`
  if (missing.length === 0) return `HOLDS: ${given}`
  return `HOLDS for what was given: ${given}; missing: ${missingText(missing)}`
}

function stationLines(facts: StationFacts): readonly string[] {
  const { station, devices, checkIn } = facts
  const ballots = devices.reduce((sum, device) => sum + device.ballots, 0)
  const head = [
    'device',
    'entries',
    'ballots',
    'void slips',
    'slips in all',
    'batches',
    'receipt of the centre',
    'seen by',
    'totals',
  ]
  return [
    '',
    `station ${station}`,
    ...(checkIn === null
      ? []
      : [
          `  check-in: ${checkIn.issued} issued, ${plural(ballots, 'ballot')}, ${checkIn.returned} returned`,
          ...(checkIn.again === 0
            ? []
            : [
                `    ${checkIn.again} of those issued in the place of cards that a dead device had claimed, by the decision of two officers: up to so many of its paper ballots may be of voters who voted again`,
              ]),
        ]),
    ...table([
      head,
      ...devices.map((row) => [
        row.device,
        String(row.entries),
        String(row.ballots),
        String(row.voidSlips),
        String(row.ballots + row.voidSlips),
        String(row.batches),
        row.receipt === null ? 'no receipt of the centre' : timeText(row.receipt),
        eyesText(row.seenBy),
        row.totals,
      ]),
    ]),
    ...devices.flatMap(({ device, tookOver }) =>
      tookOver === null
        ? []
        : [
            `  ${device} took the place of ${tookOver.device}, which died after ${tookOver.entries} entries and ${plural(tookOver.ballots, 'ballot')}; all of them are in its bundle${tookOver.media === 'both' ? '' : '; officers said that its other storage medium is lost or cannot be read'}`,
          ],
    ),
    ...totalsText(facts).map((line) => `  ${line}`),
  ]
}

function stationJson(facts: StationFacts): Json {
  const { station, devices, missing, sheet, checkIn } = facts
  return {
    station,
    devices: devices.map(({ receipt, clock, seenBy, programs, ...device }) => ({
      ...device,
      programs: [...programs],
      receipt: receipt === null ? null : timeText(receipt),
      clockWentBack: clock.wentBack && { entry: clock.wentBack.entry, times: clock.wentBack.times },
      clock: {
        wentBack: clock.wentBack && { ...clock.wentBack },
        outside: clock.outside && { ...clock.outside },
        ahead: clock.ahead.map(({ entry, seconds, witness }) => ({
          entry,
          seconds,
          witness: witness ?? 'centre',
        })),
      },
      seenBy: { ...seenBy },
    })),
    missing,
    sheet: sheet === null ? null : { device: sheet },
    totals: totalsText(facts),
    checkIn: checkIn && { ...checkIn },
  }
}

/** How far a station's totals left its devices, where that is not each with its own. */
function totalsText({ neverReleased, withoutSheet, sheet }: StationFacts): readonly string[] {
  if (sheet !== null)
    return [`totals left as the station's sheet alone, made by ${sheet}: a device has fewer than 32 ballots`]
  if (withoutSheet) return ["the station's sheet was not made: opening all its bundles tells the totals"]
  return neverReleased.length === 0
    ? []
    : [
        `totals of ${neverReleased.join(', ')} were never released: opening all bundles of the station tells its totals`,
      ]
}

/** No rule is broken, since clocks get set; whoever compares times with other evidence must know it. */
function clockLines({ device, clock }: DeviceFacts): readonly string[] {
  const { wentBack, outside, ahead } = clock
  const lines: string[] = []
  if (wentBack !== null) {
    const by = `, by ${plural(wentBack.seconds, 'second')}${wentBack.times === 1 ? '' : ' at most'}`
    lines.push(`${wentBackLine(device, wentBack)}${by}`)
  }
  if (outside !== null) {
    const more = outside.times === 1 ? '' : ` and ${plural(outside.times - 1, 'more entry', 'more entries')}`
    lines.push(
      `clock of ${device}: entry ${outside.entry}${more} between opening and closing say another day than the polling day`,
    )
  }
  for (const { entry, seconds, witness } of ahead) {
    const who = witness === undefined ? 'the centre' : `device ${witness}`
    lines.push(
      `clock of ${device} was ahead, or that of ${who} behind: entry ${entry} says a time ${plural(seconds, 'second')} after ${who} cosigned it`,
    )
  }
  return lines.length === 0 ? [] : ['', ...lines]
}

function wentBackLine(device: string, { entry, times }: { readonly entry: number; readonly times: number }) {
  const more = times === 1 ? '' : ` and ${plural(times - 1, 'more time', 'more times')}`
  return `clock of ${device} went back before entry ${entry}${more}`
}

/** Policy and programs: what was asked, or what nobody asked. */
function againstLines(devices: readonly DeviceFacts[], { policy, programs }: HeldAgainst): readonly string[] {
  const lines: string[] = []
  if (policy !== undefined)
    lines.push(
      '',
      policy.asksNobody
        ? `who has seen the journals to their end was not asked: ${policy.name} asks for nobody (quorum none)`
        : `every journal was seen to its end by those whom ${policy.name} asks for`,
    )
  if (programs.length > 0) {
    const names = programs.map(({ name }) => name).join(' or ')
    lines.push('', `every device says that it ran the program of ${names}`)
  } else {
    const counts = new Map<string, number>()
    for (const program of devices.flatMap((device) => [...new Set(device.programs)]))
      counts.set(program, (counts.get(program) ?? 0) + 1)
    lines.push(
      '',
      'programs that ran, as they say of themselves; --program compares them with lists of files',
    )
    for (const [program, count] of [...counts].sort(([a], [b]) => (a < b ? -1 : 1)))
      lines.push(`  ${toHex(fromBase64(program) ?? new Uint8Array())}  on ${plural(count, 'device')}`)
  }
  return lines
}

/** Whose eyes have been on the end of a journal: `centre, 1 of 2 neighbours`. */
function eyesText(seen: DeviceFacts['seenBy']): string {
  const neighbours = seen.of === 0 ? [] : [`${seen.neighbours.length} of ${plural(seen.of, 'neighbour')}`]
  const eyes = [...(seen.centre ? ['centre'] : []), ...neighbours]
  return eyes.length === 0 ? 'nobody' : eyes.join(', ')
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
      ...(pooled === 0 ? [] : [`  ${plural(pooled, 'ballot')} in the pool, which only the day key opens`]),
      ...(clockWentBack === undefined ? [] : [wentBackLine(device, clockWentBack)]),
      TALLY_NOT_VERIFIED,
      '',
    ].join('\n'),
    json: {
      verdict: 'holds',
      findings: [],
      device,
      station,
      ...counts,
      pooled,
      polls,
      clockWentBack: clockWentBack === undefined ? null : { ...clockWentBack },
      tally: TALLY_NOT_VERIFIED,
    },
  }
}

/** Which election and package, and what a person compares where no key was given. */
export function authorityLines(
  {
    electionPackage,
    authorityKey,
  }: {
    readonly electionPackage: { readonly definition: Definition; readonly hash: Uint8Array }
    readonly authorityKey: Uint8Array
  },
  keyFrom: HeldAgainst['key'],
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
    rows.reduce((width, row) => Math.max(width, row[i]?.length ?? 0), 0),
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
