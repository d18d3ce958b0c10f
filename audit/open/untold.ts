/** Whether the recount of a station may be told, where bundles of it are missing. */
import type { VerifiedStation } from '../verify/verify-station.ts'

/**
 * Why a station's recount is not told.
 *
 * - `sheet`: its sheet is told instead, unchecked
 * - `missing`: a bundle is missing that nobody declared lost (whoever audits, or two officers whose device was dead: `device.declared_dead`)
 * - `reporting-lost`: the reporting device is lost, and a sheet may have left it
 */
export type Untold = 'sheet' | 'missing' | 'reporting-lost'

/**
 * Whether the recount of what was given may be told. It must be the count of no device with fewer than 32 ballots, nor the difference between one
 * and what is public. A sheet is public wherever it was made; that a device released its own tally says that it knew every device of the station to
 * have 32 ballots or more, so that there is no sheet.
 *
 * ```
 * missing devices       tallies given    sheet      told
 * none                  any              any        the recount, and whether the sheet says the same
 * those alone of which  any              given      the same
 *   it says it is without
 * some                  any              given      the sheet's own sum, unchecked: sheet less recount would be the missing devices'
 * some                  all released     not given  the recount
 * some, not all lost    one sealed       not given  nothing
 * some, all lost        one released     not given  the recount
 * not the reporting     all sealed       not given  the recount: no sheet was made, and there is no other result of the station
 *   one, all lost
 * the reporting one     all sealed       not given  nothing: a sheet may have left it before, by the network
 *   too, all lost
 * ```
 *
 * Whoever holds the shares and runs this twice, with and without a bundle, can still subtract: that they do not is the trustees' word.
 */
export function whyUntold(
  { devices }: VerifiedStation['station'],
  given: Pick<VerifiedStation, 'bundles' | 'missing'> & {
    readonly lost: readonly string[]
    readonly sheet: VerifiedStation['released']['sheet']
  },
): Untold | undefined {
  const { bundles, missing, lost, sheet } = given
  if (missing.length === 0) return undefined
  if (sheet !== undefined)
    return missing.every((device) => sheet.without.includes(device)) ? undefined : 'sheet'
  const released = bundles.filter((bundle) => bundle.tally !== undefined)
  if (released.length === bundles.length) return undefined
  if (!missing.every((device) => lost.includes(device))) return 'missing'
  return released.length === 0 && missing.some((device) => device === devices[0])
    ? 'reporting-lost'
    : undefined
}
