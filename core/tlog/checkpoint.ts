/**
 * Checkpoints, C2SP tlog-checkpoint v1.0.0 (c2sp.org/tlog-checkpoint@v1.0.0): how large a log is and what stands in it, in three lines
 *
 *     <origin>\n
 *     <size, decimal, no leading zero>\n
 *     <base64 of the root hash (32)>\n
 *
 * signed as a note by a key named like the origin. Extension lines, which the specification allows and advises against, are refused:
 * nobody could check what a device writes there.
 */

import type { VerifySignature } from '../keys/ed25519.ts'
import { equalBytes, fromBase64, toBase64 } from '../keys/hash.ts'
import type { Signer } from '../ports.ts'
import { fail, ok, type Result, refuse } from '../result.ts'
import { ED25519_TYPE, openNote, signNote } from './note.ts'
import { EMPTY_ROOT } from './tree.ts'

/** The head of a log. */
export interface Checkpoint {
  /** Names the log: ASCII, no space, no plus, 1 to 256 characters. */
  readonly origin: string
  /** Number of entries. */
  readonly size: number
  /** RFC 6962 root hash, 32 bytes. */
  readonly root: Uint8Array
}

const ORIGIN = /^[!-*,-~]{1,256}$/
/** Sixteen digits hold every safe integer. */
const SIZE = /^(0|[1-9][0-9]{0,15})$/

/** The text of a checkpoint. Throws on one that {@link parseCheckpoint} would refuse. */
export function formatCheckpoint(checkpoint: Checkpoint): string {
  const text = `${checkpoint.origin}\n${checkpoint.size}\n${toBase64(checkpoint.root)}\n`
  if (!parseCheckpoint(text).ok) throw new RangeError('this is no checkpoint')
  return text
}

/** Reads the text of a checkpoint, which is a note's text and unverified unless it comes from an opened note. */
export function parseCheckpoint(text: string): Result<Checkpoint> {
  const [origin = '', sizeText = '', rootText = '', end, ...rest] = text.split('\n')
  const size = SIZE.test(sizeText) ? Number(sizeText) : Number.NaN
  const root = fromBase64(rootText)
  if (!ORIGIN.test(origin)) return notACheckpoint('its first line is no origin')
  if (!Number.isSafeInteger(size)) return notACheckpoint('its second line is no size')
  if (root?.length !== 32) return notACheckpoint('its third line is no root hash')
  if (end !== '' || rest.length > 0)
    return notACheckpoint('there is not exactly one newline behind the third line')
  if (size === 0 && !equalBytes(root, EMPTY_ROOT))
    return notACheckpoint('it is of size 0 with entries in its root')
  return ok({ origin, size, root })
}

/** The checkpoint as a note signed by the log itself, under its origin as key name. */
export function signCheckpoint(checkpoint: Checkpoint, signer: Signer): string {
  return signNote(formatCheckpoint(checkpoint), { name: checkpoint.origin, type: ED25519_TYPE, signer })
}

/**
 * Reads a signed checkpoint of that log and verifies the log's own signature; other lines are ignored.
 * @param log.publicKey Ed25519, 32 bytes
 */
export function openCheckpoint(
  note: string,
  { origin, publicKey }: { readonly origin: string; readonly publicKey: Uint8Array },
  verify?: VerifySignature,
): Result<Checkpoint> {
  const where = `checkpoint of ${origin}`
  const opened = openNote(note, [{ name: origin, type: ED25519_TYPE, publicKey }], verify)
  if (!opened.ok) return fail({ ...opened.error, where })
  const checkpoint = parseCheckpoint(opened.value.text)
  if (!checkpoint.ok) return fail({ ...checkpoint.error, where })
  if (checkpoint.value.origin === origin) return checkpoint
  return refuse(
    'checkpoint.origin',
    where,
    'the log signed a checkpoint that names another origin',
    'Keep it as evidence and report the device.',
  )
}

function notACheckpoint(what: string) {
  return refuse(
    'checkpoint.malformed',
    'checkpoint',
    `this is not a checkpoint: ${what}`,
    'Get it again from its source.',
  )
}
