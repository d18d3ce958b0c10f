/** A line for a terminal: whatever is in the database, it moves no cursor, turns no text around and begins no line of its own. */
import { shownText } from '../../core/text/drawable.ts'

/** Longer than any honest line. */
const MOST_CHARACTERS = 4_000

export function shownLine(line: string): string {
  return shownText(line, MOST_CHARACTERS)
}
