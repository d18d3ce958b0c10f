/**
 * Whether no more totals left a station's devices than may: where one of them has fewer than 32 ballots, only the sum of all, as the station's
 * sheet; else each device's own and no sheet. Why: `core/bundle/sealed-tally.ts`.
 */
import { SHEET_FILE } from '../../core/bundle/bundle.ts'
import { deviceOfOrigin } from '../../core/bundle/names.ts'
import { RELEASE_MINIMUM, releaseOf } from '../../core/bundle/sealed-tally.ts'
import { findTallyProblem } from '../../core/election/check-tally.ts'
import { type Definition, devicesOfStation, type Station } from '../../core/election/definition.ts'
import { ok, type Result, refuse } from '../../core/result.ts'
import type { Declaration } from './declared-dead.ts'
import type { Sheet } from './totals.ts'
import type { VerifiedBundle } from './verify-bundle.ts'

/** How far a station's totals have left its devices. */
export interface Released {
  /** Devices whose tally is sealed though every device that was given has 32 ballots or more. */
  readonly neverReleased: readonly string[]
  /** A device has fewer than 32 ballots, the reporting device's bundle was given, and no sheet is in it. */
  readonly withoutSheet: boolean
  /** The sheet, and the bundle that it is in. */
  readonly sheet?: { readonly where: string; readonly device: string } & Sheet
}

const KEEP = 'Keep all of it as it is and compare it with the devices, the check-in and the centre.'
const SECRET = 'Show these files to nobody else, and have the release of totals examined on these devices.'

/**
 * Holds the totals in a station's bundles against the rule for small devices.
 * @param bundles verified, of this station, each device once
 * @returns a refusal `station.small-device` for totals that should not have left, `station.sheet` for a sheet that should not be or does not fit
 */
export function verifyReleased(
  station: Station,
  bundles: readonly VerifiedBundle[],
  declared: readonly Declaration[],
  definition: Definition,
): Result<Released> {
  const small = bundles.find(({ day }) => day.casts < RELEASE_MINIMUM)
  const told = bundles.find(({ tally }) => tally !== undefined)
  if (small !== undefined && told !== undefined) {
    const { device, day } = small
    const what =
      told === small
        ? `totals left ${device}, which has fewer than ${RELEASE_MINIMUM} ballots: ${day.casts}`
        : `these totals left ${told.device} though ${device} of its station has fewer than ${RELEASE_MINIMUM} ballots: ${day.casts}; what ${device} counted may follow from them`
    return refuse('station.small-device', `${told.where}/tally.json`, what, SECRET)
  }
  const release = releaseOf(bundles.map(({ day }) => day.casts))
  const reporting = bundles.find(({ standsFor }) => standsFor === station.devices[0])
  const neverReleased = release === 'device' ? sealedOf(bundles) : []
  if (reporting?.sheet === undefined)
    return ok({ neverReleased, withoutSheet: release === 'station' && reporting !== undefined })
  const where = `${reporting.where}/${SHEET_FILE}`
  const dead = declared.map(({ device }) => device)
  const isWhole = bundles.length + dead.length === station.devices.length
  if (release === 'device' && (isWhole || told !== undefined)) {
    const what =
      told === undefined
        ? `a sheet was made though every device has ${RELEASE_MINIMUM} ballots or more`
        : `a sheet was made and ${told.device} released its own totals: only one of the two may be`
    return refuse('station.sheet', where, what, KEEP)
  }
  const problem = findSheetProblem(reporting.sheet, station, { bundles, dead, isWhole }, definition)
  if (problem !== undefined) return refuse('station.sheet', where, problem, KEEP)
  // A device that is missing here may be the small one for which the sheet was made.
  const sheet = { where, device: reporting.device, ...reporting.sheet }
  return ok({ neverReleased: [], withoutSheet: false, sheet })
}

function sealedOf(bundles: readonly VerifiedBundle[]): readonly string[] {
  return bundles.filter(({ sealedTally }) => sealedTally !== undefined).map(({ device }) => device)
}

/** One journal of each device of the station that is not dead; those of the given bundles as they closed; a sum that ballots can give. */
function findSheetProblem(
  { journals, tally, without }: Sheet,
  station: Station,
  {
    bundles,
    dead,
    isWhole,
  }: {
    readonly bundles: readonly VerifiedBundle[]
    /** Devices that were declared dead, in the bundles given. */
    readonly dead: readonly string[]
    /** Every other device is given. */
    readonly isWhole: boolean
  },
  definition: Definition,
): string | undefined {
  const named = journals.map(({ origin }) => deviceOfOrigin(definition, origin) ?? '')
  if (!isOneOfEachPlace(named, without, station, bundles))
    return 'its journals are not one of each device of the station, or of a spare in its place, but those that it says are dead'
  const counted = dead.find((device) => !without.includes(device))
  if (counted !== undefined) return `it counts ${counted}, which was declared dead`
  const undeclared = isWhole ? without.find((device) => !dead.includes(device)) : undefined
  if (undeclared !== undefined) return `it says that ${undeclared} is dead, which nobody declared`
  for (const { device, origin, day } of bundles) {
    const journal = journals.find((known) => known.origin === origin)
    if (journal === undefined) return `it is over another journal of ${device} than the one here`
    if (journal.commitment !== day.closing?.tally)
      return `it is over another tally of ${device} than the one to which polls.closed commits`
  }
  if (!isWhole) return undefined
  const casts = bundles.reduce((sum, { day }) => sum + day.casts, 0)
  return findTallyProblem(definition, tally, casts)
}

/** Whether these devices can be those of all places of a station but the dead ones. Whose place a spare took whose bundle is not here, nobody knows. */
function isOneOfEachPlace(
  named: readonly string[],
  without: readonly string[],
  station: Station,
  bundles: readonly VerifiedBundle[],
): boolean {
  const listed = devicesOfStation(station)
  const known = named.flatMap((device) => {
    const bundle = bundles.find((one) => one.device === device)
    return bundle?.standsFor ?? station.devices.filter((id) => id === device)
  })
  return (
    named.length + without.length === station.devices.length &&
    without.every((device) => station.devices.includes(device) && !known.includes(device)) &&
    named.every((device) => listed.includes(device)) &&
    new Set(named).size === named.length &&
    new Set(known).size === known.length
  )
}
