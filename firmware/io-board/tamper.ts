/** What the tamper switches tell, from one status of the board to the next. */
import { type BoardStatus, TAMPER_SWITCHES, type TamperSwitch } from './status.ts'

/** What the tamper switches have to tell. */
export interface Tamper {
  /** Which are open now. */
  readonly open: readonly TamperSwitch[]
  /** Which have opened since this was told last, at the first time: since the board's latch was last ended, whoever listened. */
  readonly opened: readonly TamperSwitch[]
  /** How often any of them has opened, ever. */
  readonly openings: number
}

/** Which switches have opened between two statuses; all that are latched if nothing was known before. */
export function openedSince(status: BoardStatus, before: BoardStatus | undefined): readonly TamperSwitch[] {
  if (before === undefined) return namesOf(status.latched)
  if (status.openings === before.openings) return []
  const known = TAMPER_SWITCHES.filter(
    (name) => (status.open[name] && !before.open[name]) || (status.latched[name] && !before.latched[name]),
  )
  // Opened and closed again while messages were lost: it is one of those that are latched.
  return known.length > 0 ? known : namesOf(status.latched)
}

/** The switches that are set. */
export function namesOf(switches: BoardStatus['open']): readonly TamperSwitch[] {
  return TAMPER_SWITCHES.filter((name) => switches[name])
}
