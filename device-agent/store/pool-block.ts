/**
 * The pool as it lies on one medium: a block in the database and, in the slots beside it, the key that opens it together with the day key.
 */
import { openPool, type Pool, sealPool } from '../../core/ballot-box/pool.ts'
import type { Definition } from '../../core/election/definition.ts'
import type { Random } from '../../core/ports.ts'
import { refuse } from '../../core/result.ts'
import type { StoreMedium } from './media.ts'

const SLOT_KEY_BYTES = 32

/** What a block is sealed and opened with, beside its slot key. */
export interface BlockParts {
  readonly definition: Definition
  readonly origin: string
  readonly dayKey: Uint8Array
  readonly random: Random
}

/** A new block under a slot key that is used this once; the key is on the medium when this returns, the block is not yet. */
export function sealOnMedium(
  { slots }: StoreMedium,
  pool: Pool,
  { definition, origin, dayKey, random }: BlockParts,
): Uint8Array {
  const slotKey = random.bytes(SLOT_KEY_BYTES)
  slots.writeNext(slotKey)
  return sealPool(definition, pool, { dayKey, slotKey, origin })
}

/** Opens the committed block and destroys the slot that does not; undefined if neither does, and then nothing is destroyed. */
export function recoverFromMedium(
  medium: StoreMedium,
  { definition, origin, dayKey }: Omit<BlockParts, 'random'>,
): Pool | undefined {
  const block = medium.pool()
  if (block === undefined) return undefined
  for (const { place, key: slotKey } of medium.slots.keys()) {
    const pool = openPool(definition, block, { dayKey, slotKey, origin })
    if (pool === undefined) continue
    medium.slots.keep(place)
    return pool
  }
  return undefined
}

/** The refusal where a pool does not open. */
export function poolLocked({ folder }: StoreMedium) {
  return refuse(
    'store.pool',
    `${folder}, table pool`,
    'the ballots of today that are not yet in a batch cannot be opened: the cards are of another day, or the table was changed',
    'Try the other cards of this station; if none opens it, keep the device and call a technician.',
  )
}
