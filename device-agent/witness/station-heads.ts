/**
 * The heads of a station's journals as they travel from device to device on the officers' cards (object `0203`, docs/card.md). Canonical
 * JSON, at most 32 KiB:
 *
 * ```
 * {"heads":[{"certificate":"<base64 DER>",
 *            "closing":{"entry":"<exact text>","proof":["<base64>", …],"seq":<number>},   only once the polls are closed for good
 *            "dead":[{"entry":"<exact text>","proof":["<base64>", …],"seq":<number>}, …],      only of a device at which others were declared dead
 *            "note":"<signed checkpoint and cosignatures>",
 *            "proofs":[{"proof":["<base64>", …],"size":<number>}, …],
 *            "takeover":{"entry":"<exact text>","proof":["<base64>", …]}}, …],            only of a spare
 *  "version":1}
 * ```
 *
 * The head of the device that wrote the card stands first, then one of each neighbour, then those that do not go together with what the
 * writer knows. `closing` holds `polls.closed` and its inclusion in the head, `dead` each `device.declared_dead` behind it, `proofs` the head's consistency with the sizes that the
 * station's cards carried before; `takeover` is entry 1 of a spare's journal and its inclusion. Nothing here is believed: `verify-head.ts` does that.
 */
import { z } from 'zod'
import { MAX_ENTRY_BYTES } from '../../core/journal/entry.ts'
import { fromBase64, toBase64 } from '../../core/keys/hash.ts'
import { canonicalJson, type Json, parseCanonicalJson } from '../../core/text/canonical-json.ts'

/** Room for the object on a card, bytes: five devices with three proofs each need about 20,000. */
export const HEADS_ROOM = 32_768

/** An entry of a head's journal, by its number. */
export interface IncludedEntry {
  readonly entry: Uint8Array
  readonly proof: readonly Uint8Array[]
  readonly seq: number
}

/** One device's head, unverified. */
export interface StationHead {
  /** Of the device, DER. */
  readonly certificate: Uint8Array
  /** The checkpoint, signed by the device, with the cosignatures that it gathered on its way. */
  readonly note: string
  /** `polls.closed` and its inclusion proof in the head. */
  readonly closing?: IncludedEntry
  /** Each `device.declared_dead` and its inclusion proof in the head; behind `closing`. */
  readonly dead?: readonly IncludedEntry[]
  /** Of a spare: its entry `takeover`, which is entry 1, and its inclusion proof in the head. */
  readonly takeover?: { readonly entry: Uint8Array; readonly proof: readonly Uint8Array[] }
  /** That the tree of `size` is a beginning of this one. */
  readonly proofs: readonly { readonly size: number; readonly proof: readonly Uint8Array[] }[]
}

/** A checkpoint and the cosignatures of eight devices, all with the longest names: text 280, own line 330, 310 a cosignature. UTF-16 units. */
export const MAX_NOTE = 4_000
/** Two of each of the eight devices that a station may have. */
const MAX_HEADS = 16

const hash = z.string().length(44)
/** A tree of 2^53 leaves has no longer one. */
const proof = z.array(hash).max(64)
const included = z.strictObject({ entry: z.string().max(MAX_ENTRY_BYTES), proof, seq: z.int().min(0) })
const headShape = z.strictObject({
  certificate: z.string().max(1_600),
  closing: included.optional(),
  /** The other devices that a station may have. */
  dead: z.array(included).min(1).max(7).optional(),
  note: z.string().max(MAX_NOTE),
  proofs: z.array(z.strictObject({ proof, size: z.int().min(1) })).max(16),
  takeover: z.strictObject({ entry: z.string().max(MAX_ENTRY_BYTES), proof }).optional(),
})
const shape = z.strictObject({ version: z.literal(1), heads: z.array(z.unknown()) })

/** What stands in the object. */
export interface CardHeads {
  /** Those that have the form of a head, as they stand there. */
  readonly heads: readonly StationHead[]
  /** Something stands there that is no head. */
  readonly isDamaged: boolean
}

/**
 * The object's bytes. Where the card has no room for all, proofs are left out, those from the smallest sizes first (a neighbour that knows
 * only that size will not go on from it), then the last heads, and so is a note that somebody filled with lines.
 */
export function encodeHeads(heads: readonly StationHead[]): Uint8Array {
  let fitting = heads.filter(({ note }) => note.length <= MAX_NOTE).slice(0, MAX_HEADS)
  for (;;) {
    const bytes = encodeAll(fitting)
    if (bytes.length <= HEADS_ROOM) return bytes
    const most = Math.max(...fitting.map(({ proofs }) => proofs.length))
    fitting =
      most === 0
        ? fitting.slice(0, -1)
        : fitting.map((head) => (head.proofs.length < most ? head : withoutSmallest(head)))
  }
}

/** One head without its proofs, as a row of table heads. Nothing is left out: whoever stores it reads it back first. */
export function encodeRow(head: StationHead): Uint8Array {
  return encodeAll([{ ...head, proofs: [] }])
}

function encodeAll(heads: readonly StationHead[]): Uint8Array {
  return Buffer.from(canonicalJson({ version: 1, heads: heads.map(headJson) }))
}

function withoutSmallest(head: StationHead): StationHead {
  const smallest = Math.min(...head.proofs.map(({ size }) => size))
  return { ...head, proofs: head.proofs.filter(({ size }) => size !== smallest) }
}

/** Reads the object; empty bytes are a card that was nowhere yet. Each head is read for itself: a bad one takes no other with it. */
export function parseHeads(bytes: Uint8Array): CardHeads {
  if (bytes.length === 0) return { heads: [], isDamaged: false }
  const json =
    bytes.length > HEADS_ROOM
      ? undefined
      : parseCanonicalJson(Buffer.from(bytes).toString('utf8'), 'heads of journals')
  const parsed = json?.ok ? shape.safeParse(json.value) : undefined
  if (!parsed?.success) return { heads: [], isDamaged: true }
  const given = parsed.data.heads
  const heads = given.flatMap((each) => parseHead(each) ?? []).slice(0, MAX_HEADS)
  return { heads, isDamaged: heads.length < given.length }
}

function parseHead(given: unknown): StationHead | undefined {
  const parsed = headShape.safeParse(given)
  if (!parsed.success) return undefined
  const { certificate, closing, dead, note, proofs, takeover } = parsed.data
  const der = fromBase64(certificate)
  const end = closing && readIncluded(closing)
  const declared = dead?.flatMap((each) => readIncluded(each) ?? [])
  const consistency = proofs.flatMap((each) => {
    const proof = hashes(each.proof)
    return proof === undefined ? [] : [{ size: each.size, proof }]
  })
  const beginning = takeover && hashes(takeover.proof)
  const isWhole =
    consistency.length === proofs.length &&
    (closing === undefined) === (end === undefined) &&
    dead?.length === declared?.length &&
    (takeover === undefined) === (beginning === undefined)
  if (der === undefined || !isWhole) return undefined
  return {
    certificate: der,
    note,
    proofs: consistency,
    ...(end && { closing: end }),
    ...(declared && { dead: declared }),
    ...(takeover && beginning && { takeover: { entry: Buffer.from(takeover.entry), proof: beginning } }),
  }
}

function readIncluded({ entry, proof, seq }: z.infer<typeof included>): IncludedEntry | undefined {
  const path = hashes(proof)
  return path && { entry: Buffer.from(entry), proof: path, seq }
}

function headJson({ certificate, closing, dead, note, proofs, takeover }: StationHead): Json {
  return {
    certificate: toBase64(certificate),
    note,
    proofs: proofs.map(({ size, proof }) => ({ size, proof: proof.map(toBase64) })),
    ...(takeover && {
      takeover: {
        entry: Buffer.from(takeover.entry).toString('utf8'),
        proof: takeover.proof.map(toBase64),
      },
    }),
    ...(closing && { closing: includedJson(closing) }),
    ...(dead && { dead: dead.map(includedJson) }),
  }
}

function includedJson({ entry, proof, seq }: IncludedEntry): Json {
  return { entry: Buffer.from(entry).toString('utf8'), proof: proof.map(toBase64), seq }
}

function hashes(texts: readonly string[]): Uint8Array[] | undefined {
  const decoded = texts.map((text) => fromBase64(text)).filter((bytes) => bytes?.length === 32)
  return decoded.length === texts.length ? (decoded as Uint8Array[]) : undefined
}
