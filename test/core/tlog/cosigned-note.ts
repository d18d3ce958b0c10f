/** The cosigned checkpoint that the tables of bent notes start from, and how it is built with any part of it other than it should be. */
import { signerFromSeed } from '../../../core/keys/ed25519.ts'
import { concatBytes, sha256, toBase64 } from '../../../core/keys/hash.ts'
import type { Signer } from '../../../core/ports.ts'
import { keyId } from '../../../core/tlog/note.ts'

export const ORIGIN = 'council.example/rehearsal-1405/device/d-01/0f1e2d3c4b5a69788796a5b4c3d2e1f0'
export const WITNESS = 'centre.example/witness'
export const SIZE = 413
export const TIME = 1_781_857_862

const utf8 = (text: string) => new TextEncoder().encode(text)
const seeded = (name: string) => signerFromSeed(sha256(utf8(name)))
export const log = seeded('log')
export const witness = seeded('witness')
export const stranger = seeded('stranger')
export const root = sha256(utf8('root of the bent notes'))
/** The order of Ed25519's base point (RFC 8032, 5.1). */
const GROUP_ORDER = 2n ** 252n + 27742317777372353535851937790883648493n
/** The checkpoint's three lines. */
export const TEXT = `${ORIGIN}\n${SIZE}\n${toBase64(root)}\n`

/** What a note is built of. */
export interface Parts {
  readonly text: string
  /** What the log and the witness sign, if not `text`. */
  readonly signed: string
  readonly logLine: Line
  readonly witnessLine: Line
  /** Seconds, as the cosignature's message writes them and as its 8 bytes say. */
  readonly time: { readonly text: string; readonly bytes: Uint8Array }
  readonly header: string
}

/** A signature line: who is said to sign, who does, and what becomes of the signature. */
export interface Line {
  readonly name: string
  readonly id: Uint8Array
  readonly signer: Signer
  readonly bend: (signature: Uint8Array) => Uint8Array
}

export const LOG_LINE: Line = {
  name: ORIGIN,
  id: keyId(ORIGIN, 1, log.publicKey),
  signer: log,
  bend: (signature) => signature,
}
export const WITNESS_LINE: Line = {
  ...LOG_LINE,
  name: WITNESS,
  id: keyId(WITNESS, 4, witness.publicKey),
  signer: witness,
}

/** The note of these parts. Built here and not by core, which writes no such note. */
export function noteOf(parts: Partial<Parts> = {}): string {
  const { text = TEXT, logLine = LOG_LINE, witnessLine = WITNESS_LINE } = parts
  const { signed = text, header = 'cosignature/v1\n' } = parts
  const time = parts.time ?? { text: `${TIME}`, bytes: bigEndian(BigInt(TIME)) }
  const byLog = logLine.bend(logLine.signer.sign(utf8(signed)))
  const byWitness = witnessLine.signer.sign(utf8(`${header}time ${time.text}\n${signed}`))
  const cosignature = witnessLine.bend(concatBytes(time.bytes, byWitness))
  return `${text}\n${lineOf(logLine.name, concatBytes(logLine.id, byLog))}${lineOf(witnessLine.name, concatBytes(witnessLine.id, cosignature))}`
}

/** The note as log and witness made it. */
export const SOUND_NOTE = noteOf()

/** A signature line with its newline; the name may be one that no key may have. */
export function lineOf(name: string, bytes: Uint8Array): string {
  return `— ${name} ${toBase64(bytes)}\n`
}

/** Eight bytes. */
export function bigEndian(seconds: bigint): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, seconds)
  return bytes
}

/** The same bytes written with a bit set that decoding drops. */
export function strayBits(base64: string): string {
  const [body = '', padding = ''] = base64.split(/(?==)/)
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
  return `${body.slice(0, -1)}${alphabet[alphabet.indexOf(body.slice(-1)) + 1]}${padding}`
}

/** S + L of S, little-endian: verifiers that do not compare S with the group's order take both for the same. */
export function plusOrder(bytes: Uint8Array): Uint8Array {
  return addLittleEndian(bytes, GROUP_ORDER)
}

/** S of S + L. */
export function minusOrder(bytes: Uint8Array): Uint8Array {
  return addLittleEndian(bytes, -GROUP_ORDER)
}

/** The sum in as many bytes, whatever does not fit dropped. */
function addLittleEndian(bytes: Uint8Array, addend: bigint): Uint8Array {
  let rest = [...bytes].reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n) + addend
  return bytes.map(() => {
    const byte = Number(rest & 0xffn)
    rest >>= 8n
    return byte
  })
}
