/** The day to which times are told: in the election's time zone, or in UTC where no package says which or this computer does not know it. */
import type { Definition } from '../../core/election/definition.ts'
import { checkTimeZone } from '../../core/package/time-zone.ts'
import type { Reference } from '../verify/reference.ts'

/** Milliseconds since 1970; `until` is the first instant after the day. */
export interface PollingWindow {
  readonly timeZone: string
  readonly from: number
  readonly until: number
}

/** Ballots are told by no shorter time. */
export const HALF_HOUR_MS = 30 * 60_000
export const HOUR_MS = 2 * HALF_HOUR_MS

/** The polling day of a package. */
export function windowOf({ electionPackage, pollingDay }: Reference): PollingWindow {
  const { definition } = electionPackage
  if (pollingDay === undefined) return windowInUtc(definition.pollingDay)
  const { timeZone } = definition
  return { timeZone, from: Date.parse(pollingDay.from), until: Date.parse(pollingDay.until) }
}

/** The time zone in which an election's times are told. */
export function zoneOf(definition: Definition): string {
  return checkTimeZone(definition, 'package.json').ok ? definition.timeZone : 'UTC'
}

/** The day of a time as UTC has it. */
export function windowInUtc(at: string): PollingWindow {
  const from = Date.parse(`${at.slice(0, 10)}T00:00:00Z`)
  return { timeZone: 'UTC', from, until: from + 24 * HOUR_MS }
}

/** Half hours of the day; the last one may be cut. */
export function halfHoursOf({ from, until }: PollingWindow): number {
  return Math.ceil((until - from) / HALF_HOUR_MS)
}

/** Which half hour of the day an instant is in; undefined on another day. */
export function halfHourOf(ms: number, { from, until }: PollingWindow): number | undefined {
  return ms < from || ms >= until ? undefined : Math.floor((ms - from) / HALF_HOUR_MS)
}
