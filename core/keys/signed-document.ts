/**
 * The one form of everything that is signed apart from the journal: package, manifest, tally, messages. Canonical JSON (RFC 8785):
 *
 *     {"payload":<json>,"signatures":[{"key":"<base64, 32>","signature":"<base64, 64>"}, …],"type":"<type>"}
 *
 * Each Ed25519 signature is over the UTF-8 bytes of `sandogh/v1/<type>\n` followed by the canonical payload, so that no signature
 * made for one purpose serves another.
 */
import type { Signer } from '../ports.ts'
import { fail, ok, type Refusal, type Result, refuse } from '../result.ts'
import { canonicalJson, type Json, parseCanonicalJson } from '../text/canonical-json.ts'
import { verifyEd25519 } from './ed25519.ts'
import { equalBytes, fromBase64, sha256, toBase64 } from './hash.ts'

/** Longer documents are refused unread; a package of 2,700 candidates is well below. Bytes of UTF-8. */
const MAX_DOCUMENT_BYTES = 64 * 1024 * 1024
/** No document here has more signers than an executive and a supervisory officer; the rest is room. */
const MAX_SIGNATURES = 16

/** What {@link openDocument} vouches for. */
interface OpenedDocument {
  readonly payload: Json
  /** SHA-256 of the payload's canonical text: what journals and ballots name a package by. */
  readonly payloadHash: Uint8Array
}

interface Document {
  readonly payload: Json
  readonly canonicalPayload: string
  readonly signatures: readonly { readonly key: Uint8Array; readonly signature: Uint8Array }[]
}

/**
 * A document of that type, signed by each signer in order. Throws on a type other than lower-case words with dots and dashes and
 * on a payload that has no canonical form.
 */
export function signDocument(type: string, payload: Json, signers: readonly Signer[]): string {
  if (!/^[a-z0-9][a-z0-9.-]{0,63}$/.test(type)) throw new RangeError(`not a document type: ${type}`)
  if (signers.length === 0 || signers.length > MAX_SIGNATURES) throw new RangeError('one to sixteen signers')
  const message = signedBytes(type, canonicalJson(payload))
  const signatures = signers.map((signer) => ({ key: signer.publicKey, signature: signer.sign(message) }))
  return putTogether(type, payload, signatures)
}

/**
 * Reads a document and verifies it: canonical form, that type, and exactly the signatures of `keys`, in their order.
 * @param where the file or topic it came from
 * @returns the payload, or a refusal `document.*`: `wrong-key` if another key signed, `bad-signature` if the signature does not verify
 */
export function openDocument(
  text: string,
  expected: { readonly type: string; readonly keys: readonly Uint8Array[]; readonly where: string },
): Result<OpenedDocument> {
  const document = readDocument(text, expected.type, expected.where)
  return document.ok ? verifyDocument(document.value, expected) : document
}

/** The document with one more signature behind those it has, which are verified first by the keys they name. */
export function addSignature(text: string, type: string, signer: Signer, where: string): Result<string> {
  const document = readDocument(text, type, where)
  if (!document.ok) return document
  const { payload, canonicalPayload, signatures } = document.value
  const keys = signatures.map(({ key }) => key)
  const verified = verifyDocument(document.value, { type, keys, where })
  if (!verified.ok) return verified
  const own = { key: signer.publicKey, signature: signer.sign(signedBytes(type, canonicalPayload)) }
  const all = [...signatures, own].map(({ key, signature }) => ({
    key: toBase64(key),
    signature: toBase64(signature),
  }))
  return ok(canonicalJson({ payload, signatures: all, type }))
}

function verifyDocument(
  { payload, canonicalPayload, signatures }: Document,
  {
    type,
    keys,
    where,
  }: { readonly type: string; readonly keys: readonly Uint8Array[]; readonly where: string },
): Result<OpenedDocument> {
  if (signatures.length !== keys.length) {
    return refuse(
      'document.signature-count',
      where,
      `it has ${signatures.length} signatures where ${keys.length} are needed`,
      'Have it signed by all who must sign it.',
    )
  }
  const message = signedBytes(type, canonicalPayload)
  for (const [i, key] of keys.entries()) {
    const found = signatures[i]
    if (found === undefined || !equalBytes(found.key, key)) {
      return refuse(
        'document.wrong-key',
        where,
        `signature ${i + 1} is by another key than the one expected here`,
        'Get the document from the office whose key was given, or check which key was given.',
      )
    }
    if (!verifyEd25519(key, message, found.signature)) {
      return refuse(
        'document.bad-signature',
        where,
        `signature ${i + 1} does not fit the content`,
        'It was changed after it was signed: get it again from its source.',
      )
    }
  }
  return ok({ payload, payloadHash: sha256(new TextEncoder().encode(canonicalPayload)) })
}

/**
 * What a document says and the keys that it names, **whose own signatures verify; whether they count is the caller's to know**. For who learns
 * later which keys count, where verifying would hold others up.
 */
export function openByNamedKeys(text: string, type: string, where: string): OpenedByNamedKeys {
  const peeked = peekToOpen(text, type, where)
  return peeked.ok ? peeked.value.openByNamedKeys() : peeked
}

/** What {@link openByNamedKeys} returns. */
export type OpenedByNamedKeys = Result<OpenedDocument & { readonly keys: readonly Uint8Array[] }>

/** The payload as {@link peekDocument} gives it, and {@link openByNamedKeys} on the document, which is not read again for it. */
export function peekToOpen(
  text: string,
  type: string,
  where: string,
): Result<{ readonly payload: Json; readonly openByNamedKeys: () => OpenedByNamedKeys }> {
  const document = readDocument(text, type, where)
  if (!document.ok) return document
  const { payload, signatures } = document.value
  const keys = signatures.map(({ key }) => key)
  const open = () => {
    const verified = verifyDocument(document.value, { type, keys, where })
    return verified.ok ? ok({ ...verified.value, keys }) : verified
  }
  return ok({ payload, openByNamedKeys: open })
}

/**
 * The payload **without verifying any signature**. Only for a document whose signer's key is named by its own content (or by
 * something that content names): learn the key, establish that it counts, then call {@link openDocument} and use what that returns.
 */
export function peekDocument(text: string, type: string, where: string): Result<Json> {
  const document = readDocument(text, type, where)
  return document.ok ? ok(document.value.payload) : document
}

/** The payload of a document and its signatures, **none of them verified**, for who writes it down in another form. */
export function takeApart(
  text: string,
  type: string,
  where: string,
): Result<Pick<Document, 'payload' | 'signatures'>> {
  return readDocument(text, type, where)
}

/** The document that {@link takeApart} took apart. Whether the signatures hold is for who opens it. */
export function putTogether(type: string, payload: Json, signatures: Document['signatures']): string {
  const written = signatures.map(({ key, signature }) => ({
    key: toBase64(key),
    signature: toBase64(signature),
  }))
  return canonicalJson({ payload, signatures: written, type })
}

function signedBytes(type: string, canonicalPayload: string): Uint8Array {
  return new TextEncoder().encode(`sandogh/v1/${type}\n${canonicalPayload}`)
}

/** The form alone: canonical, exactly the three members, that type, well-formed signatures. */
function readDocument(text: string, type: string, where: string): Result<Document> {
  if (text.length > MAX_DOCUMENT_BYTES || Buffer.byteLength(text) > MAX_DOCUMENT_BYTES) {
    return refuse('document.size', where, 'it is larger than 64 MiB', 'Check that this is the right file.')
  }
  const parsed = parseCanonicalJson(text, where)
  if (!parsed.ok) {
    const code = parsed.error.code === 'json.syntax' ? 'document.syntax' : 'document.not-canonical'
    const form: Refusal = { ...parsed.error, code }
    return fail(form)
  }
  const members = membersOf(parsed.value, ['payload', 'signatures', 'type'])
  if (members === undefined) return notADocument(where)
  if (members['type'] !== type) {
    return refuse(
      'document.type',
      where,
      `this is not a document of type ${type}`,
      'Check that this is the right file.',
    )
  }
  const signatures = readSignatures(members['signatures'])
  const payload = members['payload']
  if (signatures === undefined || payload === undefined) return notADocument(where)
  return ok({ payload, canonicalPayload: payloadOf(text, members), signatures })
}

/** The canonical payload, cut out of the canonical document that it stands in. */
function payloadOf(text: string, members: { readonly [key: string]: Json }): string {
  const behind = canonicalJson({ signatures: members['signatures'], type: members['type'] })
  return text.slice('{"payload":'.length, -behind.length)
}

function readSignatures(value: Json | undefined): Document['signatures'] | undefined {
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_SIGNATURES) return undefined
  const signatures: { key: Uint8Array; signature: Uint8Array }[] = []
  for (const item of value as readonly Json[]) {
    const members = membersOf(item, ['key', 'signature'])
    const key = bytesOf(members?.['key'], 32)
    const signature = bytesOf(members?.['signature'], 64)
    if (key === undefined || signature === undefined) return undefined
    signatures.push({ key, signature })
  }
  return signatures
}

/** The members of an object that has exactly these names, which stand in their sorted order. */
function membersOf(value: Json, names: readonly string[]): { readonly [key: string]: Json } | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const members = value as { readonly [key: string]: Json }
  return Object.keys(members).sort().join() === names.join() ? members : undefined
}

function bytesOf(value: Json | undefined, length: number): Uint8Array | undefined {
  const bytes = typeof value === 'string' ? fromBase64(value) : undefined
  return bytes?.length === length ? bytes : undefined
}

function notADocument(where: string) {
  return refuse(
    'document.shape',
    where,
    'this is not a signed document',
    'Check that this is the right file, or get it again from its source.',
  )
}
