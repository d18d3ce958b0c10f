/** Until when an order keeps the polls open. */

import type { Definition } from '../../../core/election/definition.ts'
import { isPollingTime } from '../../../core/election/polling-time.ts'
import type { Day } from '../../../core/journal/day.ts'
import { lockOf } from '../../../core/journal/day-rules.ts'
import { utcSecond } from '../../../core/text/utc-second.ts'

/** Longer hours, and whose order they are. */
export interface LongerHours {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly until: number
  readonly number: number
  readonly by: readonly string[]
}

/** The hours that still last; the last order counts. A clock that cannot be right keeps nobody from closing, nor does a device on which nobody may vote. */
export function longerHours(
  day: Pick<Day, 'orders'>,
  definition: Definition,
  now: number,
): LongerHours | undefined {
  const last = day.orders.findLast((order) => order.do === 'extend-hours')
  const until = utcSecond(last?.until ?? '')
  if (lockOf(day) !== undefined) return undefined
  if (last === undefined || until === undefined || now >= until || !isPollingTime(definition, now))
    return undefined
  return { until, number: last.number, by: last.by.map(({ name }) => name) }
}
