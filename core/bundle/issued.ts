/** What the check-in says at the end of the day: how many authorizations it gave out, signed by both its keys. */
import { z } from 'zod'
import { toBase64 } from '../keys/hash.ts'
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
}

const shape = z.strictObject({
  version: z.literal(1),
  package: z.string().length(44),
  station: z.string().max(64),
  issued: z.int().min(0),
  returned: z.int().min(0),
})

/** The statement as `issued.json`, signed by the executive terminal and the supervisor. */
export function signIssued(
  counts: {
    readonly packageHash: Uint8Array
    readonly station: string
    readonly issued: number
    readonly returned: number
  },
  signers: { readonly executive: Signer; readonly supervisory: Signer },
): string {
  const { packageHash, station, issued, returned } = counts
  const payload = { version: 1, package: toBase64(packageHash), station, issued, returned }
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
  if (parsed.success) return ok(parsed.data)
  return refuse(
    'issued.shape',
    where,
    'this is not a count of authorizations',
    'Get it again from the check-in.',
  )
}
