/** The election's secret key, put together from trustees' shares. It lives in memory until the count is opened, and no longer. */
import { equalBytes, fromBase64 } from '../../core/keys/hash.ts'
import { boxPublicKey } from '../../core/keys/sealed-box.ts'
import { combineShares } from '../../core/keys/shares.ts'
import type { ElectionPackage } from '../../core/package/package.ts'
import { readShareFile } from '../../core/package/trustee-share.ts'
import { type Result, refuse } from '../../core/result.ts'

/** A share's file as read. Secret. */
export interface GivenShare {
  readonly where: string
  readonly text: string
}

/**
 * Rebuilds the key.
 * @returns 32 bytes, which the caller overwrites after use; or a refusal: what `readShareFile` says of a share, `share.twice`,
 *   `share.too-few`, `share.key` (the shares are those of the package, but what they give is not its key)
 */
export function rebuildKey(
  given: readonly GivenShare[],
  electionPackage: ElectionPackage,
): Result<Uint8Array> {
  const { electionKey, trustees } = electionPackage.definition.constituency
  const shares = new Map<number, Uint8Array>()
  for (const { where, text } of given) {
    const share = readShareFile(text, electionPackage, where)
    if (!share.ok) return share
    if (shares.has(share.value.index)) {
      const what = `share ${share.value.index} was already given`
      return refuse('share.twice', where, what, 'Bring the share of another trustee.')
    }
    shares.set(share.value.index, share.value.share)
  }
  if (shares.size < trustees.threshold) {
    return refuse(
      'share.too-few',
      'the shares',
      `${inWords(shares.size)} ${shares.size === 1 ? 'share' : 'shares'} where ${inWords(trustees.threshold)} are needed`,
      'Bring more trustees with their shares.',
    )
  }
  const secret = combineShares([...shares.values()].slice(0, trustees.threshold))
  if (!secret.ok) return secret
  const expected = fromBase64(electionKey)
  if (expected !== undefined && equalBytes(boxPublicKey(secret.value), expected)) return secret
  secret.value.fill(0)
  return refuse(
    'share.key',
    'the shares',
    'together they give another key than the one in the package',
    'The key ceremony went wrong: the ballots cannot be opened this way, count the paper.',
  )
}

/** `two`; numbers above twelve in figures. */
function inWords(n: number): string {
  const words = 'no one two three four five six seven eight nine ten eleven twelve'.split(' ')
  return words[n] ?? String(n)
}
