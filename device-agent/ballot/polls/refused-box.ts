/** The ballot box does not open after a restart: other cards than its own were brought, or what lies on the storage is damaged. */
import type { Logger } from '../../../core/ports.ts'
import type { Refusal } from '../../../core/result.ts'
import type { DeviceStore } from '../../store/device-store.ts'
import { haveOpened } from './own-cards.ts'
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
  // With any other refusal the key has opened the block.
  const isKeyRight = code !== 'store.pool' || haveOpened(store.entriesFrom(0), by)
  return { is: isKeyRight ? 'box-damaged' : 'box-locked' }
}
