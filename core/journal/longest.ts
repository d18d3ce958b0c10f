/**
 * How long a journal can be. A package names one polling day and no number of voters, so this follows from the hours in which polls may be held and from what a
 * device writes in an hour at most.
 */
import { LONGEST_POLLING_HOURS } from '../election/polling-time.ts'

/** A voter every half minute (docs/decisions/0021), and more entries for each than any way through a session makes. */
const VOTERS_AN_HOUR = 120
const ENTRIES_A_VOTER = 16
/** What outsiders can bring about again and again is cut off there (docs/decisions/0021). */
const OTHERS_AN_HOUR = 450

/** No device has more entries in one journal, and a signed checkpoint of a larger size is no device's. */
export const LONGEST_JOURNAL = LONGEST_POLLING_HOURS * (VOTERS_AN_HOUR * ENTRIES_A_VOTER + OTHERS_AN_HOUR)
