/**
 * What is gone on with of a device that died. It kept everything twice, and one medium may have been left behind while the other went on: the
 * longest of what was read is its journal, and whatever else was read has to be the beginning of it. What waited is opened from whichever medium
 * holds it: the key slots of one may be damaged, and the device itself would have gone on from the other.
 */
import { openPool, type Pool, spentRoot } from '../../core/ballot-box/pool.ts'
import { type Adopted, adoptDay } from '../../core/journal/adopt.ts'
import { equalBytes } from '../../core/keys/hash.ts'
import type { ElectionPackage } from '../../core/package/package.ts'
import { ok, type Result, refuse } from '../../core/result.ts'
import { leafHash, rootOf } from '../../core/tlog/tree.ts'
import type { DeadMedium } from './dead-medium.ts'

/** A block of the pool, and a slot key that lies beside it. */
interface SealedPool {
  readonly block: Uint8Array
  readonly slotKey: Uint8Array
}

/** The medium to go on from, and whether it was held against the other one. */
export interface FoundMedium extends Omit<DeadMedium, 'block' | 'slotKeys'> {
  readonly adopted: Adopted
  /** What waited, of each medium that was read, under each of its keys; of the longest first. */
  readonly pools: readonly SealedPool[]
  readonly media: 'both' | 'one'
  /** Votes that counted are on none of those that were read. */
  readonly isLeftBehind: boolean
}

/** Whether these are one medium: each seals the same pool with a key of its own. */
export function isSameMedium(one: DeadMedium, other: DeadMedium): boolean {
  if (one.device !== other.device || one.block === undefined || other.block === undefined) return false
  return equalBytes(one.block, other.block)
}

/**
 * The longest of the media of one device.
 * @param media one or more, no two of them the same
 * @returns a refusal `takeover.forked` if they tell two histories, or what {@link adoptDay} says of the longest
 */
export function chooseMedium(media: readonly DeadMedium[]): Result<FoundMedium> {
  const sorted = media.toSorted((a, b) => b.day.size - a.day.size)
  const [longest, ...others] = sorted
  if (longest === undefined) throw new Error('a choice of no medium')
  for (const { day, root, where } of others) {
    const beginning = rootOf(longest.box.entries.slice(0, day.size).map(leafHash))
    if (day.origin !== longest.day.origin || !equalBytes(beginning, root))
      return refuse(
        'takeover.forked',
        where,
        'it and the other medium of this device tell two histories',
        'Nobody goes on with either. Keep both media and call the election office.',
      )
  }
  const adopted = adoptDay(longest.day, longest.root, longest.where)
  if (!adopted.ok) return adopted
  const slips = [longest, ...others.filter(({ day }) => day.size === longest.day.size)]
  // Of two that are as long the slip in hand may be on one only: who is told of it looks for it.
  const slip = slips.find((medium) => medium.slip !== 'none')?.slip ?? 'none'
  const isLeftBehind = media.some(({ further }) => further > longest.day.size)
  const { block: _block, slotKeys: _slotKeys, ...found } = longest
  return ok({
    ...found,
    slip,
    pools: sorted.flatMap(poolsOf),
    adopted: adopted.value,
    media: others.length === 0 ? 'one' : 'both',
    isLeftBehind,
  })
}

/**
 * Opens the ballots that waited, with the day key of the officers' cards. A block that opens and agrees with the journal is the day's, wherever it
 * lies.
 * @returns `locked` if none opens: it is the key of another day, or the pool was changed; `changed` if one opens, but none that is the day's
 */
export function openDeadPool(
  { pools, day, box }: FoundMedium,
  { definition }: ElectionPackage,
  dayKey: Uint8Array,
): Pool | 'locked' | 'changed' {
  let failure: 'locked' | 'changed' = 'locked'
  for (const { block, slotKey } of pools) {
    const pool = openPool(definition, block, { dayKey, slotKey, origin: day.origin })
    if (pool === undefined) continue
    const waiting = pool.ballots.reduce((sum, ballots) => sum + ballots.length, 0)
    const isOfDay = pool.casts === day.casts && waiting === day.casts - day.sealed
    if (isOfDay && equalBytes(pool.spent, spentRoot(box.spent))) return pool
    failure = 'changed'
  }
  return failure
}

function poolsOf({ block, slotKeys }: DeadMedium): readonly SealedPool[] {
  return block === undefined ? [] : slotKeys.map((slotKey) => ({ block, slotKey }))
}
