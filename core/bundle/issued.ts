/** What the check-in says at the end of the day: how many authorizations it gave out, signed by both its keys. */
import { z } from 'zod'
import { fromBase64, toBase64 } from '../keys/hash.ts'
import { openDocument, signDocument } from '../keys/signed-document.ts'
import type { Signer } from '../ports.ts'
import type { Result } from '../result.ts'
import { ok, refuse } from '../result.ts'

/** Name of the file in the check-in's folder of a station's bundles. */
export const ISSUED_FILE = 'issued.json'

export interface Issued {
  /** Base64 of SHA-256 of the election package. */
  readonly package: string
  readonly station: string
  /** Authorizations written on cards. */
  readonly issued: number
  /** Given back unused. */
  readonly returned: number
  /** Authorizations among `issued` that two officers gave to voters whose card a dead device had claimed. */
  readonly again: readonly Again[]
}

/** Cards given in the place of those that one journal had claimed. */
export interface Again {
  /** Base64 of SHA-256 of the journal's origin, as the claimed cards show it. */
  readonly claimedBy: string
  readonly cards: number
}

/** Journals of a station that can have claimed cards: those of eight devices and of the spares in their places. */
const MAX_JOURNALS = 16

const hash = z.string().refine((text) => fromBase64(text)?.length === 32)
const shape = z.strictObject({
  version: z.literal(1),
  package: z.string().length(44),
  station: z.string().max(64),
  issued: z.int().min(0),
  returned: z.int().min(0),
  again: z
    .array(z.strictObject({ claimedBy: hash, cards: z.int().min(1) }))
    .min(1)
    .max(MAX_JOURNALS)
    .refine((all) => all.every(({ claimedBy }, i) => i === 0 || (all[i - 1]?.claimedBy ?? '') < claimedBy))
    .optional(),
})

/** The statement as `issued.json`, signed by the executive terminal and the supervisor. */
export function signIssued(
  counts: {
    readonly packageHash: Uint8Array
    readonly station: string
    readonly issued: number
    readonly returned: number
    readonly again?: readonly Again[]
  },
  signers: { readonly executive: Signer; readonly supervisory: Signer },
): string {
  const { packageHash, station, issued, returned, again = [] } = counts
  const payload = {
    version: 1,
    package: toBase64(packageHash),
    station,
    issued,
    returned,
    ...(again.length > 0 && { again: again.map(({ claimedBy, cards }) => ({ claimedBy, cards })) }),
  }
  return signDocument('issued', payload, [signers.executive, signers.supervisory])
}

/** Reads `issued.json` against the station's two authorization keys. */
export function openIssued(
  text: string,
  keys: { readonly executive: Uint8Array; readonly supervisory: Uint8Array },
  where: string,
): Result<Issued> {
  const opened = openDocument(text, { type: 'issued', keys: [keys.executive, keys.supervisory], where })
  if (!opened.ok) return opened
  const parsed = shape.safeParse(opened.value.payload)
  if (parsed.success) return ok({ ...parsed.data, again: parsed.data.again ?? [] })
  return refuse(
    'issued.shape',
    where,
    'this is not a count of authorizations',
    'Get it again from the check-in.',
  )
}

/** How many voters were given another card because a dead device had claimed theirs. */
export function givenAgain({ again }: Issued): number {
  return again.reduce((sum, { cards }) => sum + cards, 0)
}
