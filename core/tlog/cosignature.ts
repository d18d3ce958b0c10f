/**
 * Cosignatures, C2SP tlog-cosignature v1.0.1 (c2sp.org/tlog-cosignature@v1.0.1), Ed25519: a witness states that at that time this was
 * the largest consistent head it had seen of the log. From the collector's key it is also the receipt (docs/formats.md).
 *
 *     signed      "cosignature/v1\n" || "time <seconds, decimal>\n" || text of the checkpoint
 *     line        — <name> base64(key ID (4) || seconds (8, big-endian) || Ed25519 signature (64))
 *
 * The message does not name the witness, so each witness needs a key of its own.
 */
import { type VerifySignature, verifyEd25519 } from '../keys/ed25519.ts'
import { concatBytes } from '../keys/hash.ts'
import type { Signer } from '../ports.ts'
import { ok, type Result, valueOrThrow } from '../result.ts'
import { parseCheckpoint } from './checkpoint.ts'
import {
  badSignature,
  COSIGNATURE_TYPE,
  isLineOf,
  keyId,
  parseNote,
  type SignatureLine,
  signatureLine,
  unsigned,
  type VerifierKey,
} from './note.ts'

/**
 * The witness's signature line, without newline, on a checkpoint that it has already opened and found consistent. Throws if `note` is no
 * checkpoint, or the time is no count of seconds.
 * @param witness.time seconds since 1970-01-01T00:00:00Z, whole
 */
export function cosign(
  note: string,
  witness: { readonly name: string; readonly signer: Signer; readonly time: number },
): string {
  const { name, signer, time } = witness
  if (!Number.isSafeInteger(time) || time < 0) throw new RangeError(`not a time in seconds: ${time}`)
  const { text } = valueOrThrow(parseNote(note))
  valueOrThrow(parseCheckpoint(text))
  const id = keyId(name, COSIGNATURE_TYPE, signer.publicKey)
  return signatureLine(name, id, concatBytes(timestampBytes(time), signer.sign(signedBytes(text, time))))
}

/** The note with one more signature line. Whatever the line holds, the outcome counts only once it is opened again. */
export function addSignatureLine(note: string, line: string): string {
  return `${note}${line}\n`
}

/**
 * Verifies a witness's cosignature on a note. A witness may sign one head again as time goes by: all its lines must verify, and the
 * latest time is told. The log's own signature is {@link openCheckpoint}'s matter.
 * @returns seconds since 1970-01-01T00:00:00Z, or a refusal `note.malformed`, `note.bad-signature`, `note.unsigned` or `checkpoint.malformed`
 */
export function openCosignature(
  note: string,
  { name, publicKey }: { readonly name: string; readonly publicKey: Uint8Array },
): Result<{ readonly time: number }> {
  const key: VerifierKey = { name, type: COSIGNATURE_TYPE, publicKey }
  const parsed = parseNote(note)
  if (!parsed.ok) return parsed
  const { text, signatures } = parsed.value
  const checkpoint = parseCheckpoint(text)
  if (!checkpoint.ok) return checkpoint
  let latest: number | undefined
  for (const line of signatures) {
    if (!isLineOf(line, key)) continue
    const time = verifyCosignatureLine(text, line, publicKey)
    if (time === undefined) return badSignature(name)
    latest = Math.max(latest ?? 0, time)
  }
  return latest === undefined ? unsigned(name) : ok({ time: latest })
}

/**
 * When a line that bears a witness's name and key id says that it was signed, seconds since 1970; undefined if it does not verify.
 * @param text of the checkpoint
 */
export function verifyCosignatureLine(
  text: string,
  { signature }: SignatureLine,
  publicKey: Uint8Array,
  verify: VerifySignature = verifyEd25519,
): number | undefined {
  const time = timestampOf(signature)
  if (time === undefined) return undefined
  return verify(publicKey, signedBytes(text, time), signature.subarray(8)) ? time : undefined
}

function signedBytes(text: string, time: number): Uint8Array {
  return new TextEncoder().encode(`cosignature/v1\ntime ${time}\n${text}`)
}

function timestampBytes(time: number): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(time))
  return bytes
}

/** The time of a timestamped signature of 72 bytes; undefined for other lengths and beyond the safe integers. */
function timestampOf(signature: Uint8Array): number | undefined {
  if (signature.length !== 72) return undefined
  const time = Number(new DataView(signature.buffer, signature.byteOffset).getBigUint64(0))
  return Number.isSafeInteger(time) ? time : undefined
}
