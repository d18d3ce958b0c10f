/**
 * Opening a cosigned checkpoint once more, each check of which can be left out. It stands for the mistakes that a verifier can have, to show
 * that the tables of bent notes find each. No program uses it.
 */
import { verifyEd25519 } from '../../../core/keys/ed25519.ts'
import { concatBytes } from '../../../core/keys/hash.ts'
import { keyId } from '../../../core/tlog/note.ts'
import { EMPTY_ROOT } from '../../../core/tlog/tree.ts'
import { minusOrder, TIME } from './cosigned-note.ts'

export const NOTE_CHECKS = [
  'the signatures',
  'that S is below the group order',
  'that every line of a known key is good',
  'key names',
  'key IDs',
  'that base64 has one spelling',
  'that signatures have their length',
  'that each signature line is one',
  'that the note ends in a newline',
  'that names have no plus',
  'that the cosignature is bound to its time',
  'that times are safe integers',
  'that the origin is the one asked for',
  'that the size has one spelling',
  'that the size is a safe integer',
  'that the root has 32 bytes',
  'that the root fits size 0',
  'that there are three lines',
  'the number of signatures',
  'the length of the note',
] as const
export type NoteCheck = (typeof NOTE_CHECKS)[number]

/** A key by which the checkpoint must be signed. */
export interface NoteKey {
  readonly name: string
  readonly publicKey: Uint8Array
}

/** What a note says once both signatures are found good. */
export interface OpenedNote {
  readonly origin: string
  readonly size: number
  readonly root: Uint8Array
  readonly time: number
}

/** Opens a checkpoint signed by a log and cosigned by a witness without one of the checks, or with all. */
export function weakOpen(
  note: string,
  log: NoteKey,
  witness: NoteKey,
  without?: NoteCheck,
): OpenedNote | undefined {
  const checks = (check: NoteCheck) => check !== without
  if (checks('the length of the note') && note.length > 262_144) return undefined
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what no note may hold.
  if (/[\0-\x09\x0b-\x1f]/.test(note) || !note.isWellFormed()) return undefined
  const blank = note.lastIndexOf('\n\n')
  const [text, block] = [note.slice(0, blank + 1), note.slice(blank + 2)]
  if (blank === -1 || (checks('that the note ends in a newline') && !block.endsWith('\n'))) return undefined
  const lines = block.slice(0, block.lastIndexOf('\n')).split('\n')
  if (checks('the number of signatures') && lines.length > 64) return undefined
  const signedByLog: boolean[] = []
  const times: (number | undefined)[] = []
  for (const line of lines) {
    const parsed = parseLine(line, checks)
    if (parsed === undefined && checks('that each signature line is one')) return undefined
    if (parsed === undefined) continue
    if (isBy(parsed, log, 1, checks)) {
      signedByLog.push(isSigned(log, text, parsed.signature, checks))
    } else if (isBy(parsed, witness, 4, checks)) {
      times.push(timeOf(witness, text, parsed.signature, checks))
    }
  }
  const all = checks('that every line of a known key is good')
  const good = all ? signedByLog.every(Boolean) && !times.includes(undefined) : true
  const time = Math.max(...times.filter((known) => known !== undefined))
  if (!good || !signedByLog.includes(true) || !Number.isFinite(time)) return undefined
  const checkpoint = parseText(text, checks)
  if (checkpoint === undefined) return undefined
  if (checks('that the origin is the one asked for') && checkpoint.origin !== log.name) return undefined
  return { ...checkpoint, time }
}

type Checks = (check: NoteCheck) => boolean
interface Line {
  readonly name: string
  readonly id: Uint8Array
  readonly signature: Uint8Array
}

function parseLine(line: string, checks: Checks): Line | undefined {
  const [, name = '', encoded = ''] = /^— ([^\s\u0085]+) (\S+)$/u.exec(line) ?? []
  const bytes = fromBase64(encoded, checks)
  if (name === '' || bytes === undefined || bytes.length < 5) return undefined
  if (checks('that names have no plus') && name.includes('+')) return undefined
  return { name, id: bytes.subarray(0, 4), signature: bytes.subarray(4) }
}

function isBy({ name, id }: Line, key: NoteKey, type: number, checks: Checks): boolean {
  const own = keyId(key.name, type, key.publicKey)
  return (!checks('key names') || name === key.name) && (!checks('key IDs') || Buffer.from(id).equals(own))
}

function isSigned(key: NoteKey, text: string, given: Uint8Array, checks: Checks): boolean {
  if (!checks('the signatures')) return true
  const signature = checks('that signatures have their length') ? given : given.slice(0, 64)
  const message = new TextEncoder().encode(text)
  if (verifyEd25519(key.publicKey, message, signature)) return true
  // Whoever does not compare S with the order multiplies by S modulo the order, and finds S + L as good as S.
  const reduced = concatBytes(signature.subarray(0, 32), minusOrder(signature.subarray(32)))
  return !checks('that S is below the group order') && verifyEd25519(key.publicKey, message, reduced)
}

function timeOf(key: NoteKey, text: string, given: Uint8Array, checks: Checks): number | undefined {
  if (given.length < 8) return undefined
  const seconds = new DataView(given.buffer, given.byteOffset).getBigUint64(0)
  const safe = seconds <= BigInt(Number.MAX_SAFE_INTEGER)
  if (checks('that times are safe integers') && !safe) return undefined
  const bound = checks('that the cosignature is bound to its time')
  // Bound to nothing, the time is whatever the line says, and the signature that of the one time that is known.
  const message = `cosignature/v1\ntime ${bound ? seconds : TIME}\n${text}`
  return isSigned(key, message, given.subarray(8), checks) ? Number(seconds) : undefined
}

function parseText(text: string, checks: Checks): Omit<OpenedNote, 'time'> | undefined {
  const [origin = '', sizeText = '', rootText = '', ...rest] = text.split('\n')
  const lines = rest.length === 1 || !checks('that there are three lines')
  const spelt = /^(0|[1-9][0-9]*)$/.test(sizeText) || !checks('that the size has one spelling')
  const size = Number(sizeText)
  const safe = Number.isSafeInteger(size) || !checks('that the size is a safe integer')
  const root = fromBase64(rootText, checks)
  if (!lines || !spelt || !safe || origin === '' || root === undefined) return undefined
  if (checks('that the root has 32 bytes') && root.length !== 32) return undefined
  if (checks('that the root fits size 0') && size === 0 && !Buffer.from(root).equals(EMPTY_ROOT))
    return undefined
  return { origin, size, root }
}

function fromBase64(text: string, checks: Checks): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text || !checks('that base64 has one spelling')
    ? new Uint8Array(bytes)
    : undefined
}
