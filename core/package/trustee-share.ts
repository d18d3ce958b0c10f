/**
 * A trustee's share of the election key as a file. Written where the key ceremony is held, read where the count is opened:
 *
 * ```
 * {"constituency":…,"election":…,"index":n,"package":"<hash>","share":"<base64, 33 bytes>","threshold":n,"type":"trustee-share","version":1}
 * ```
 */
import { z } from 'zod'
import { equalBytes, fromBase64, sha256, toBase64 } from '../keys/hash.ts'
import { ok, type Result, refuse } from '../result.ts'
import { canonicalJson, parseCanonicalJson } from '../text/canonical-json.ts'
import type { ElectionPackage } from './package.ts'

/** Number of the share and one byte for each of the secret key's 32. */
const SHARE_BYTES = 33
/** A share file is a few hundred bytes. */
const MAX_CHARACTERS = 4096

const shape = z.strictObject({
  constituency: z.string().max(64),
  election: z.string().max(64),
  index: z.int().min(1).max(255),
  package: z.string().length(44),
  share: z.string().length(44),
  threshold: z.int().min(2).max(255),
  type: z.literal('trustee-share'),
  version: z.literal(1),
})

/** One trustee's share. The bytes are secret. */
interface TrusteeShare {
  /** Number of the share, from 1. */
  readonly index: number
  /** 33 bytes, the number first. */
  readonly share: Uint8Array
}

/** The text of a share's file. A secret: it belongs to one trustee. */
export function shareFile(share: Uint8Array, electionPackage: ElectionPackage): string {
  const { definition, hash } = electionPackage
  return canonicalJson({
    constituency: definition.constituency.id,
    election: definition.election,
    index: share[0] ?? 0,
    package: toBase64(hash),
    share: toBase64(share),
    threshold: definition.constituency.trustees.threshold,
    type: 'trustee-share',
    version: 1,
  })
}

/**
 * Reads a share's file for a count of that package.
 * @returns the share, or a refusal: `share.form`, `share.other-election`, `share.wrong` (not the one whose hash the package holds)
 */
export function readShareFile(
  text: string,
  electionPackage: ElectionPackage,
  where: string,
): Result<TrusteeShare> {
  const { definition, hash } = electionPackage
  const json = text.length > MAX_CHARACTERS ? undefined : parseCanonicalJson(text, where)
  const parsed = json?.ok ? shape.safeParse(json.value) : undefined
  const share = parsed?.success ? fromBase64(parsed.data.share) : undefined
  if (!parsed?.success || share?.length !== SHARE_BYTES) {
    return refuse('share.form', where, "this is not a trustee's share", 'Check that this is the right file.')
  }
  const { constituency, election, index, package: given, threshold } = parsed.data
  if (
    election !== definition.election ||
    constituency !== definition.constituency.id ||
    given !== toBase64(hash)
  ) {
    return refuse(
      'share.other-election',
      where,
      'this is a share of another election, constituency or package',
      `Bring the share of ${definition.election}, ${definition.constituency.id}.`,
    )
  }
  const { shareHashes, threshold: needed } = definition.constituency.trustees
  const expected = fromBase64(shareHashes[index - 1] ?? '')
  const isTheOne = expected !== undefined && equalBytes(sha256(share), expected)
  if (!isTheOne || share[0] !== index || threshold !== needed) {
    return refuse(
      'share.wrong',
      where,
      `it is not share ${index} of the key ceremony: its hash is not the one in the package`,
      'Read it again from its carrier; if it stays so, go on with the share of another trustee.',
    )
  }
  return ok({ index, share })
}
