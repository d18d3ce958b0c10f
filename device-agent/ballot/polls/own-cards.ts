/** Of a wrong key and a flipped bit the cipher says the same. Which of the two it is, the journal knows: it names the cards that opened the polls. */
import { parseEntry } from '../../../core/journal/entry.ts'
import { valueOrThrow } from '../../../core/result.ts'
import type { Admitted } from './polls.ts'

/**
 * Whether these cards opened the polls of this journal: a certificate is of one card, a share of that day's key stays on it until every device is
 * closed, and cards with shares of different keys were refused. The spare card is in no such entry, so it comes with one that is.
 */
export function haveOpened(entries: readonly Uint8Array[], by: readonly Admitted[]): boolean {
  for (const [seq, bytes] of entries.entries()) {
    const entry = valueOrThrow(parseEntry(bytes, seq, 'journal'))
    if (entry.type !== 'polls.opened' && entry.type !== 'takeover') continue
    return by.every(({ role, certificate }) => role === 'spare' || certificate === entry[role])
  }
  return false
}
