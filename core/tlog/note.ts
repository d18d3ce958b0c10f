/**
 * Signed notes, C2SP signed-note v1.0.0 (c2sp.org/signed-note@v1.0.0):
 *
 *     <text, one or more lines>\n
 *     \n
 *     — <key name> <base64(key ID (4) || signature)>\n        one such line a signature
 *
 * key ID = first 4 bytes of SHA-256(key name || 0x0A || type || public key). Lines of unknown keys are ignored, so that logs,
 * witnesses and strangers can sign one note; a line of a known key must verify or the whole note is refused.
 */
import { type VerifySignature, verifyEd25519 } from '../keys/ed25519.ts'
import { concatBytes, equalBytes, fromBase64, sha256, toBase64, toHex } from '../keys/hash.ts'
import type { Signer } from '../ports.ts'
import { ok, type Result, refuse } from '../result.ts'

/** Type byte of an Ed25519 signature over the note's text. */
export const ED25519_TYPE = 0x01
/** Type byte of a timestamped Ed25519 cosignature (`core/tlog/cosignature.ts`). */
export const COSIGNATURE_TYPE = 0x04

/** Longer notes are refused unread. Room for many times the 16 signatures that every verifier must accept. UTF-16 units. */
const MAX_NOTE_LENGTH = 262_144
const MAX_SIGNATURES = 64
const SIGNATURE_PREFIX = '— '

/** A key by which signature lines are known. */
export interface VerifierKey {
  readonly name: string
  readonly type: typeof ED25519_TYPE | typeof COSIGNATURE_TYPE
  /** Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array
}

/** One signature line, not verified. */
export interface SignatureLine {
  readonly name: string
  /** 4 bytes. */
  readonly keyId: Uint8Array
  /** What follows the key ID; 1 byte or more. */
  readonly signature: Uint8Array
}

/** A note taken apart, nothing in it verified. */
export interface UnverifiedNote {
  /** What is signed; ends in a newline. */
  readonly text: string
  readonly signatures: readonly SignatureLine[]
}

/** A note with at least one valid signature of the given keys. */
interface OpenedNote {
  readonly text: string
  /** The keys whose signatures verified, in the order of their lines. */
  readonly signatures: readonly VerifierKey[]
  /** How many lines are by other keys. */
  readonly unknown: number
}

/** The 4-byte key ID that the specification recommends, and demands for Ed25519. */
export function keyId(name: string, type: number, publicKey: Uint8Array): Uint8Array {
  return sha256(new TextEncoder().encode(`${name}\n`), Uint8Array.of(type), publicKey).subarray(0, 4)
}

/** Whether a signature line bears a key's name and ID. */
export function isLineOf(line: SignatureLine, key: VerifierKey): boolean {
  return line.name === key.name && equalBytes(line.keyId, keyId(key.name, key.type, key.publicKey))
}

/** `<name>+<hex key ID>+<base64(type || public key)>`, as other people's tools take it. */
export function formatVerifierKey({ name, type, publicKey }: VerifierKey): string {
  const id = toHex(keyId(name, type, publicKey))
  return `${name}+${id}+${toBase64(concatBytes(Uint8Array.of(type), publicKey))}`
}

/** Reads {@link formatVerifierKey} back; refuses other types, and a key ID that is not the key's. */
export function parseVerifierKey(text: string): Result<VerifierKey> {
  const [name = '', id = '', ...rest] = text.split('+')
  // The base64 may hold a plus itself.
  const encoded = fromBase64(rest.join('+'))
  const type = encoded?.[0]
  const publicKey = encoded?.subarray(1)
  if (
    text.length > 1024 ||
    !isKeyName(name) ||
    publicKey?.length !== 32 ||
    (type !== ED25519_TYPE && type !== COSIGNATURE_TYPE) ||
    id !== toHex(keyId(name, type, publicKey))
  ) {
    return refuse(
      'note.verifier-key',
      'verifier key',
      'this is not a verifier key for Ed25519 (name+id+key), or its parts do not belong together',
      'Copy the whole key again from where it is published.',
    )
  }
  return ok({ name, type, publicKey })
}

/** One signature line without its newline. Throws on a name that no key may have. */
export function signatureLine(name: string, id: Uint8Array, signature: Uint8Array): string {
  if (!isKeyName(name))
    throw new RangeError('a key name is not empty and has no space, plus or control character')
  return `${SIGNATURE_PREFIX}${name} ${toBase64(concatBytes(id, signature))}`
}

/**
 * A note with one Ed25519 signature. Throws on text that no note may hold: without newline at its end, with control characters.
 */
export function signNote(
  text: string,
  key: { readonly name: string; readonly type: typeof ED25519_TYPE; readonly signer: Signer },
): string {
  if (!text.endsWith('\n') || !isNoteText(text)) throw new RangeError('this text cannot be a note')
  const id = keyId(key.name, key.type, key.signer.publicKey)
  const signature = key.signer.sign(new TextEncoder().encode(text))
  return `${text}\n${signatureLine(key.name, id, signature)}\n`
}

/** Takes a note apart by the grammar alone. **Nothing is verified**: {@link openNote} and its kin do that. */
export function parseNote(note: string): Result<UnverifiedNote> {
  if (note.length > MAX_NOTE_LENGTH) return notANote(`it has more than ${MAX_NOTE_LENGTH} characters`)
  if (!isNoteText(note)) return notANote('it has control characters or is not Unicode')
  const blank = note.lastIndexOf('\n\n')
  if (blank === -1) return notANote('no blank line parts text and signatures')
  const [text, block] = [note.slice(0, blank + 1), note.slice(blank + 2)]
  if (!block.endsWith('\n')) return notANote('it does not end with a signature line and a newline')
  const lines = block.slice(0, -1).split('\n')
  if (lines.length > MAX_SIGNATURES) return notANote(`it has more than ${MAX_SIGNATURES} signatures`)
  const signatures: SignatureLine[] = []
  for (const [i, line] of lines.entries()) {
    const signature = parseSignatureLine(line)
    if (signature === undefined) return notANote(`signature line ${i + 1} is malformed`)
    signatures.push(signature)
  }
  return ok({ text, signatures })
}

/**
 * Whether a key of {@link ED25519_TYPE} signed a note: its lines are those of its name and id, and every one must verify.
 * @param id the key's, if it is known already
 */
export function isSignedBy(
  { text, signatures }: UnverifiedNote,
  key: VerifierKey,
  verify: VerifySignature,
  id = keyId(key.name, key.type, key.publicKey),
): boolean {
  const lines = signatures.filter((line) => line.name === key.name && equalBytes(line.keyId, id))
  const message = Buffer.from(text)
  return lines.length > 0 && lines.every((line) => verify(key.publicKey, message, line.signature))
}

/**
 * Reads a note and verifies every signature line of the given keys, which are of {@link ED25519_TYPE}; lines of others are counted.
 * Refused with `note.malformed`, `note.bad-signature` (a given key's signature does not verify) or `note.unsigned` (there is none).
 */
export function openNote(
  note: string,
  verifiers: readonly VerifierKey[],
  verify: VerifySignature = verifyEd25519,
): Result<OpenedNote> {
  if (verifiers.some(({ type }) => type !== ED25519_TYPE))
    throw new TypeError('a key of another signature type')
  const parsed = parseNote(note)
  if (!parsed.ok) return parsed
  const { text, signatures } = parsed.value
  const message = new TextEncoder().encode(text)
  const verified: VerifierKey[] = []
  for (const line of signatures) {
    const verifier = verifiers.find((key) => isLineOf(line, key))
    if (verifier === undefined) continue
    if (!verify(verifier.publicKey, message, line.signature)) return badSignature(line.name)
    verified.push(verifier)
  }
  if (verified.length === 0) return unsigned(verifiers.map(({ name }) => name).join(', '))
  return ok({ text, signatures: verified, unknown: signatures.length - verified.length })
}

/** The refusal of a note on which a known key's signature does not verify. */
export function badSignature(name: string) {
  return refuse(
    'note.bad-signature',
    'signed note',
    `the signature of ${name} does not fit the text`,
    'It was changed after it was signed: get it again from its source.',
  )
}

/** The refusal of a note without signature of the key that is asked for. */
export function unsigned(names: string) {
  return refuse(
    'note.unsigned',
    'signed note',
    `it bears no signature of ${names}`,
    'Check which key is meant, or get the note from its signer.',
  )
}

function parseSignatureLine(line: string): SignatureLine | undefined {
  if (!line.startsWith(SIGNATURE_PREFIX)) return undefined
  const [name = '', encoded = '', ...rest] = line.slice(SIGNATURE_PREFIX.length).split(' ')
  const bytes = fromBase64(encoded)
  if (!isKeyName(name) || rest.length > 0 || bytes === undefined || bytes.length < 5) return undefined
  return { name, keyId: bytes.subarray(0, 4), signature: bytes.subarray(4) }
}

/** Not empty, no Unicode space (White_Space; U+0085 is not in `\s`), no plus, nothing that a note cannot hold. */
function isKeyName(name: string): boolean {
  return /^[^\s\u0085+]+$/u.test(name) && isNoteText(name)
}

/** Whether it can be written in UTF-8 and has no ASCII control character (below U+0020) but newlines. */
function isNoteText(text: string): boolean {
  return text.isWellFormed() && !CONTROL.test(text)
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const CONTROL = /[\0-\x09\x0b-\x1f]/

function notANote(what: string) {
  return refuse(
    'note.malformed',
    'signed note',
    `this is not a signed note: ${what}`,
    'Get it again from its source.',
  )
}
