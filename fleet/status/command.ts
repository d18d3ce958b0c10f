/** `sandogh centre status`: what the centre holds, and, where the package is given, what of it is missing. */
import { renameSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { deviceOfOrigin } from '../../core/bundle/names.ts'
import { openStationSheet } from '../../core/bundle/station-sheet.ts'
import type { Definition } from '../../core/election/definition.ts'
import { placeOf } from '../../core/election/place.ts'
import { describeRefusal, RefusalError, valueOrThrow } from '../../core/result.ts'
import { existingStore, homeOf, misuse } from '../command-line.ts'
import { DISPUTES, findDisputes, placeNamedBy } from '../results/disputes.ts'
import { withinStations } from '../results/within-stations.ts'
import { type HeldJournal, type HeldRecords, type HeldSheet, openCentreStore } from '../store/store.ts'
import { alarmsText, wantsPeople } from './alarms.ts'
import { changesText, findChanges, programIn } from './changes.ts'
import { clocksText, healthOf, healthText } from './health.ts'
import { statusPage } from './page.ts'
import { shownLine } from './shown-line.ts'

export const statusUsage = `  sandogh centre status --store <store> [--home <folder>] [--program <list>] [--check] [--alarms] [--page <file>]
      says which journals, tallies and sheets of stations the centre's database holds. The head of each journal was held
      against the checkpoint that the device signed, and sheets against their signatures; --check also reads every entry
      again. With the home folder it names each device of the election of which something is missing; with the list of
      a program ("sandogh device program") each device that ran another. The result is marked where a program was changed.
      Alarms that were raised are told with the hash of what raised them: first and all of them those that want people,
      then the latest 200 of gaps, clocks, silences and floods, or every one with --alarms. LOOK names each open device
      that wants somebody: one that is silent, has lost a medium, is short of paper or storage, or whose clock or lines
      are bad; CLOCK says that it is the centre's clocks, where most devices say another time.
      --page writes the same as a page for a browser, which loads the file anew each minute: have a timer run the
      command as often
`

/** @returns the exit code: 1 where people are wanted, 3 where something is missing; refusals are thrown */
export async function status(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: {
      store: { type: 'string' },
      home: { type: 'string' },
      program: { type: 'string' },
      check: { type: 'boolean', default: false },
      alarms: { type: 'boolean', default: false },
      page: { type: 'string' },
    },
    allowPositionals: true,
  })
  if (positionals.length > 0) throw misuse(`status takes no "${positionals.join(' ')}"`)
  const location = existingStore(values.store)
  const home = values.home === undefined ? undefined : homeOf(values.home)
  const program = values.program === undefined ? undefined : programIn(values.program)
  const store = await openCentreStore(location, values.check ? 'everything' : 'heads')
  if (!store.ok) {
    process.stderr.write(`${describeRefusal(store.error)}\n`)
    return store.error.code === 'store.changed' ? 1 : 2
  }
  try {
    const { statuses, alarms, ...held } = await store.value.atOnce((records) =>
      readHeld(records, home?.package.definition),
    )
    const changes = findChanges(held.journals, program)
    const now = Date.now()
    const health = healthOf(statuses, doneIn(held.journals, home !== undefined), now / 1000, program)
    const missing = home === undefined ? undefined : findMissing(home.package.definition, held)
    const text = [
      heldText(held),
      changesText(changes),
      healthText(health),
      clocksText(statuses, now / 1000),
      alarmsText(alarms, values.alarms),
      missing === undefined ? '' : missingText(missing),
    ].join('')
    process.stdout.write(text)
    const election = home?.package.definition.election
    if (values.page !== undefined) writePage(values.page, statusPage({ election, now, health, text }))
    if (changes.length > 0 || held.forks.size > 0 || wantsPeople(alarms)) return 1
    return missing === undefined || missing.length === 0 ? 0 : 3
  } finally {
    await store.value.close()
  }
}

/** In the place of the page before, at once: a browser may be reading it. */
function writePage(path: string, page: string): void {
  const part = `${path}.part`
  try {
    writeFileSync(part, page)
    renameSync(part, path)
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error
    throw new RefusalError({
      code: 'status.page',
      where: path,
      what: `it cannot be written (${error.code})`,
      next: 'Name a file in a folder that can be written.',
    })
  }
}

/**
 * Devices that closed for good, that were declared dead, and those whose place a spare took: what they said last is no news any more.
 * @param isByDefinition whether only those are declared dead of whom it may be said; otherwise any device may have said it of any
 */
function doneIn(journals: readonly HeldJournal[], isByDefinition: boolean): ReadonlySet<string> {
  const taken = new Set(journals.map(({ takeover }) => takeover?.origin))
  const dead = new Set(isByDefinition ? journals.flatMap((journal) => journal.dead) : [])
  const done = journals.filter(
    ({ device, closing, origin }) => closing !== undefined || taken.has(origin) || dead.has(device),
  )
  return new Set(done.map(({ device }) => device))
}

interface Everything {
  readonly journals: readonly HeldJournal[]
  readonly sheets: readonly HeldSheet[]
  readonly forks: ReadonlyMap<string, number>
}

/** Where the definition is given, journals say of others only what counts by it. */
async function readHeld(held: HeldRecords, definition: Definition | undefined) {
  const said = await held.journals()
  return {
    journals: definition === undefined ? said : withinStations(definition, said),
    sheets: await held.sheets(),
    forks: await held.forks(),
    statuses: await held.statuses(),
    alarms: await held.alarms(),
  }
}

/** A line for each journal, one for each sheet, then the sums. */
export function heldText({ journals, sheets, forks }: Everything): string {
  const stationOf = stationsBySheet(sheets)
  const dead = new Set(journals.flatMap((journal) => journal.dead))
  const disputes = findDisputes(journals, forks)
  const takers = Map.groupBy(journals, ({ takeover }) => takeover?.origin)
  const lines = journals.map((journal) => {
    const { device, origin, frontier, hasTally, closing } = journal
    const tally = totalsOf(hasTally, stationOf.get(origin))
    const count = forks.get(origin) ?? 0
    const loud = count === 0 ? '' : `  EQUIVOCATION: ${count} signed checkpoints contradict the entries`
    const by = (takers.get(origin) ?? []).map(
      (spare) => `${spare.device} after ${spare.takeover?.size} entries`,
    )
    const taken = by.length === 0 ? '' : `  its place was taken by ${by.join(' and by ')}`
    const says = journal.dead.map((said) => `  declares ${said} dead`)
    const end = closing === undefined ? '' : ' AND CLOSED'
    const isDead = dead.has(device) ? `  WAS DECLARED DEAD${end}` : ''
    const why = disputes.get(placeNamedBy(journal)) ?? []
    const withheld =
      why.length === 0 ? '' : `  WITHHELD: ${why.map((dispute) => DISPUTES[dispute]).join('; ')}`
    const day = journal.illegal === undefined ? '' : `  ILLEGAL DAY: ${journal.illegal.what}`
    const marks = [taken, ...says, isDead, loud, day, withheld].join('')
    return `${device}  ${frontier.size} entries  ${tally}  ${origin}${marks}`
  })
  for (const { station, device, document, messageKey } of sheets) {
    const { without } = valueOrThrow(openStationSheet(document, messageKey, `sheet of ${station}`))
    const told = without.length === 0 ? '' : `, counted without ${without.join(', ')}: declared dead`
    lines.push(`${station}  sheet received from ${device}${told}`)
  }
  const devices = new Set(journals.map(({ device }) => device)).size
  const entries = journals.reduce((sum, { frontier }) => sum + frontier.size, 0)
  const tallies = journals.filter(({ hasTally }) => hasTally).length
  const totals = `${tallies} tallies received, ${sheets.length} sheets of stations received`
  lines.push(`${devices} devices, ${entries} entries, ${totals}`)
  return `${lines.map(shownLine).join('\n')}\n`
}

/** The station whose sheet lists a journal, by its origin. The store verified each sheet when it was opened. */
function stationsBySheet(sheets: readonly HeldSheet[]): ReadonlyMap<string, string> {
  return new Map(
    sheets.flatMap(({ station, document, messageKey }) => {
      const { journals } = valueOrThrow(openStationSheet(document, messageKey, `sheet of ${station}`))
      return journals.map(({ origin }) => [origin, station] as const)
    }),
  )
}

/** How the totals of a journal are there, in words. */
function totalsOf(hasTally: boolean, station: string | undefined): string {
  if (station === undefined) return hasTally ? 'tally received' : 'no tally yet'
  const counted = `counted by the sheet of ${station}`
  return hasTally ? `${counted}, A TALLY OF ITS OWN IS NOT COUNTED and should not have left it` : counted
}

interface Missing {
  readonly station: string
  readonly device: string
  readonly what: 'nothing received' | 'its closing' | 'its totals'
}

/** What is not there of each place of the definition, in its order. A device that was declared dead is missing too: its ballots are in no count. */
function findMissing(definition: Definition, { journals, sheets }: Everything): readonly Missing[] {
  const byPlace = Map.groupBy(journals, (journal) => placeOfHeld(definition, journal))
  const counted = stationsBySheet(sheets)
  return definition.stations.flatMap(({ id: station, devices }) =>
    devices.flatMap((device): Missing[] => {
      const held = byPlace.get(device) ?? []
      if (held.length === 0) return [{ station, device, what: 'nothing received' }]
      if (held.every(({ closing }) => closing === undefined))
        return [{ station, device, what: 'its closing' }]
      const hasTotals = held.some(({ hasTally, origin }) => hasTally || counted.has(origin))
      return hasTotals ? [] : [{ station, device, what: 'its totals' }]
    }),
  )
}

function placeOfHeld(
  { stations, authority, election }: Definition,
  { device, takeover }: HeldJournal,
): string {
  const tookOver = takeover && deviceOfOrigin({ authority, election }, takeover.origin)
  return placeOf({ stations }, device, tookOver)?.device ?? device
}

function missingText(missing: readonly Missing[]): string {
  if (missing.length === 0) return 'nothing is missing\n'
  const lines = missing.map(
    ({ station, device, what }) => `MISSING  ${device} of station ${station}: ${what}`,
  )
  return `${lines.map(shownLine).join('\n')}\n${missing.length} missing\n`
}
