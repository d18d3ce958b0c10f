/** The polling day as a time: by when certificates are judged, and whether a clock can be right. */
import type { Definition } from './definition.ts'

const HOUR_MS = 3_600_000
/** Polls are opened before dawn, and may stay open past midnight. */
const MARGIN_MS = 6 * HOUR_MS
/** Of a day that is an hour longer, where clocks are set back. */
export const LONGEST_POLLING_HOURS = 25 + (2 * MARGIN_MS) / HOUR_MS

/** A device asks for the time at each of its screens, and making one of these costs more than all that is asked of it. */
const formats = new Map<string, Intl.DateTimeFormat>()

/**
 * The time by which certificates are judged: they are issued for the polling day, and a device's clock may be wrong.
 * @returns noon UTC, milliseconds since 1970-01-01T00:00:00Z
 */
export function pollingNoon({ pollingDay }: Pick<Definition, 'pollingDay'>): number {
  return Date.parse(`${pollingDay}T12:00:00Z`)
}

/** Whether polls may be held at this time: on the polling day where the station is, or up to six hours before or behind it. */
export function isPollingTime({ pollingDay, timeZone }: Definition, ms: number): boolean {
  // Nobody's date is further from UTC's than this, and not every clock's time has a date.
  if (Math.abs(ms - pollingNoon({ pollingDay })) > 48 * HOUR_MS) return false
  const format = dateFormat(timeZone)
  const dateAt = (at: number) => {
    const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]))
    return ['year', 'month', 'day'].map((part) => parts.get(part as 'year')?.padStart(2, '0')).join('-')
  }
  return dateAt(ms + MARGIN_MS) >= pollingDay && dateAt(ms - MARGIN_MS) <= pollingDay
}

function dateFormat(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone)
  if (known !== undefined) return known
  const made = new Intl.DateTimeFormat('en-CA', { timeZone, calendar: 'iso8601', numberingSystem: 'latn' })
  formats.set(timeZone, made)
  return made
}
