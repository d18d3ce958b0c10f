/** How this device tells the centre: as the last order to reload its policy says, else as it was set up. */
import type { Day } from '../../../core/journal/day.ts'

/** Between two messages while the polls are open, of a device that was ordered nothing else. */
const TELL_EVERY_SECONDS = 5 * 60

/** How often a device tells, and how the devices spread at closing. */
export interface Telling {
  readonly tellEverySeconds: number
  readonly closingWindowSeconds: number
}

/** The policy that holds; a restart finds the ordered one in the journal. */
export function tellingPolicy(day: Pick<Day, 'orders'>, closingWindowSeconds: number): Telling {
  const ordered = day.orders.findLast((order) => order.do === 'reload-policy')?.policy
  return ordered ?? { tellEverySeconds: TELL_EVERY_SECONDS, closingWindowSeconds }
}
