/**
 * Whether a card that a device claimed is in doubt, so that two officers may decide on it: by what their cards know, and no officer's memory, the journal that claimed it is that of the
 * device that they call dead, it is not closed, and no spare took its place. Else the card is put into the device that knows: that frees it, spends it or goes on.
 */
import { equalBytes, sha256 } from '../../../core/keys/hash.ts'
import { type Refusal, refuse } from '../../../core/result.ts'
import type { VerifiedHead } from '../../witness/verify-head.ts'

/**
 * Why it is not.
 * @param claimedBy SHA-256 of the claiming journal's origin, as the card shows it
 * @param dead the device that the officers call dead
 * @param heads of both officers' cards
 */
export function findKnowing(
  claimedBy: Uint8Array,
  dead: string,
  heads: readonly VerifiedHead[],
): Refusal | undefined {
  const claimers = heads.filter(({ origin }) => equalBytes(sha256(Buffer.from(origin)), claimedBy))
  const [claimer] = claimers
  if (claimer === undefined)
    return bad(
      'no device that the officers’ cards have met claimed it',
      'Put both cards into a device that runs, then here again.',
    )
  if (claimer.device !== dead) return bad(`${claimer.device} claimed it, not ${dead}`, goTo(claimer.device))
  if (claimers.some(({ closedWith }) => closedWith !== undefined))
    return bad(`${dead} is closed`, `Put the card into ${dead}, which says whether its vote was recorded.`)
  const spare = heads.find(({ tookOver }) => tookOver === claimer.origin)
  return spare && bad(`${spare.device} took the place of ${dead}`, goTo(spare.device))
}

function goTo(device: string): string {
  return `Have its voter put it into ${device}: there the vote goes on, or one reads that it was recorded.`
}

function bad(what: string, next: string): Refusal {
  const refused = refuse('desk.claim', 'voter card in the reader', what, next)
  return refused.error
}
