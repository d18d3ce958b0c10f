/** The ballot box does not open after a restart: other cards than its own were brought, or what lies on the storage is damaged. */
import { parseEntry } from '../../../core/journal/entry.ts'
import type { Logger } from '../../../core/ports.ts'
import { type Refusal, valueOrThrow } from '../../../core/result.ts'
import type { DeviceStore } from '../../store/device-store.ts'
import type { Admitted, PollsInput } from './polls.ts'

/**
 * Whose fault it is, for the officers; the log is told why.
 * @param refusal undefined if the cards gave no key at all
 */
export function refusedBox(
  store: Pick<DeviceStore, 'entriesFrom'>,
  by: readonly Admitted[],
  refusal: Refusal | undefined,
  logger: Pick<Logger, 'error'>,
): PollsInput & { readonly is: 'box-locked' | 'box-damaged' } {
  const { code, where, what } = refusal ?? {
    code: 'day-key.none',
    where: "the officers' cards",
    what: 'their shares give no key',
  }
  logger.error({ code, where, what }, 'the ballot box does not open')
  if (refusal === undefined) return { is: 'box-locked' }
  // Of a wrong key and a flipped bit the cipher says the same; with any other refusal the key has opened the block.
  const isKeyRight = code !== 'store.pool' || haveOpened(store, by)
  return { is: isKeyRight ? 'box-damaged' : 'box-locked' }
}

/**
 * Whether these cards opened the polls here: a certificate is of one card, a share of that day's key stays on it until every device is closed, and
 * cards with shares of different keys were refused. The spare card is in no such entry, so it comes with one that is.
 */
function haveOpened(store: Pick<DeviceStore, 'entriesFrom'>, by: readonly Admitted[]): boolean {
  for (const [seq, bytes] of store.entriesFrom(0).entries()) {
    const entry = valueOrThrow(parseEntry(bytes, seq, 'journal'))
    if (entry.type !== 'polls.opened' && entry.type !== 'takeover') continue
    return by.every(({ role, certificate }) => role === 'spare' || certificate === entry[role])
  }
  return false
}
