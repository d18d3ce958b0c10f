/**
 * What an official of the election office keeps, a secret, as canonical JSON: the seed of the key that signs orders, its certificate, and whose election
 * it is for: `{"authority":"base64","certificate":"base64 DER","seed":"base64","version":1}`.
 */
import { z } from 'zod'
import { signerFromSeed } from '../keys/ed25519.ts'
import { fromBase64, toBase64 } from '../keys/hash.ts'
import { ok, type Result, refuse } from '../result.ts'
import { canonicalJson, parseCanonicalJson } from '../text/canonical-json.ts'
import type { Official } from './order.ts'

const bytes = z.string().transform((text) => fromBase64(text) ?? new Uint8Array())
const key = bytes.refine(({ length }) => length === 32)
const shape = z.strictObject({ version: z.literal(1), seed: key, authority: key, certificate: bytes })

/** The text of the file. @param seed 32 bytes. @param authority the election authority's public key, 32 bytes */
export function officialFile(seed: Uint8Array, certificate: Uint8Array, authority: Uint8Array): string {
  const parts = { seed: toBase64(seed), certificate: toBase64(certificate), authority: toBase64(authority) }
  return `${canonicalJson({ version: 1, ...parts })}\n`
}

/** Reads the file. Whether the certificate is good, and for this key, `check-order.ts` asks. */
export function parseOfficial(
  text: string,
  where: string,
): Result<Official & { readonly authority: Uint8Array }> {
  const json = parseCanonicalJson(text.trimEnd(), where)
  const parsed = json.ok ? shape.safeParse(json.value) : undefined
  if (!parsed?.success) {
    const next = 'Give the file that "sandogh provision official" made.'
    return refuse('official.file', where, 'this is not the key file of an official', next)
  }
  const { seed, authority, certificate } = parsed.data
  return ok({ signer: signerFromSeed(seed), authority, certificate })
}
