/**
 * The heads of a station's journals as they travel from device to device on the officers' cards (object `0203`, docs/card.md). Canonical
 * JSON, at most 32 KiB:
 *
 * ```
 * {"heads":[{"certificate":"<base64 DER>",
 *            "closing":{"entry":"<exact text>","proof":["<base64>", …],"seq":<number>},   only once the polls are closed for good
 *            "note":"<signed checkpoint and cosignatures>",
 *            "proofs":[{"proof":["<base64>", …],"size":<number>}, …]}, …],
 *  "version":1}
 * ```
 *
 * `closing` holds `polls.closed` and its inclusion in the head, `proofs` the head's consistency with the sizes that the station's cards
 * carried before. Nothing here is believed: `verify-head.ts` does that.
 */
import { z } from 'zod'
import { MAX_ENTRY_BYTES } from '../../core/journal/entry.ts'
import { fromBase64, toBase64 } from '../../core/keys/hash.ts'
import { ok, type Result, refuse } from '../../core/result.ts'
import { canonicalJson, type Json, parseCanonicalJson } from '../../core/text/canonical-json.ts'

/** Room for the object on a card, bytes: five devices with three proofs each need about 20,000. */
export const HEADS_ROOM = 32_768

/** One device's head, unverified. */
export interface StationHead {
  /** Of the device, DER. */
  readonly certificate: Uint8Array
  /** The checkpoint, signed by the device, with the cosignatures that it gathered on its way. */
  readonly note: string
  /** `polls.closed` and its inclusion proof in the head. */
  readonly closing?: {
    readonly entry: Uint8Array
    readonly proof: readonly Uint8Array[]
    readonly seq: number
  }
  /** That the tree of `size` is a beginning of this one. */
  readonly proofs: readonly { readonly size: number; readonly proof: readonly Uint8Array[] }[]
}

/** A checkpoint and the cosignatures of eight neighbours. */
const MAX_NOTE = 2_000
/** Devices of a station. */
const MAX_HEADS = 8

const hash = z.string().length(44)
/** A tree of 2^53 leaves has no longer one. */
const proof = z.array(hash).max(64)
const shape = z.strictObject({
  version: z.literal(1),
  heads: z
    .array(
      z.strictObject({
        certificate: z.string().max(1_600),
        closing: z
          .strictObject({ entry: z.string().max(MAX_ENTRY_BYTES), proof, seq: z.int().min(0) })
          .optional(),
        note: z.string().max(MAX_NOTE),
        proofs: z.array(z.strictObject({ proof, size: z.int().min(1) })).max(16),
      }),
    )
    .max(MAX_HEADS),
})

/**
 * The object's bytes. Where the card has no room for all, proofs are left out, those from the smallest sizes first (a neighbour that knows
 * only that size will not go on from it), and so is a note that somebody filled with lines.
 */
export function encodeHeads(heads: readonly StationHead[]): Uint8Array {
  let fitting = heads.filter(({ note }) => note.length <= MAX_NOTE).slice(0, MAX_HEADS)
  for (;;) {
    const bytes = Buffer.from(canonicalJson({ version: 1, heads: fitting.map(headJson) }))
    if (bytes.length <= HEADS_ROOM) return bytes
    const most = Math.max(...fitting.map(({ proofs }) => proofs.length))
    if (most === 0) throw new Error('heads without proofs have room on a card')
    fitting = fitting.map((head) => (head.proofs.length < most ? head : withoutSmallest(head)))
  }
}

function withoutSmallest(head: StationHead): StationHead {
  const smallest = Math.min(...head.proofs.map(({ size }) => size))
  return { ...head, proofs: head.proofs.filter(({ size }) => size !== smallest) }
}

/** Reads the object; empty bytes are a card that was nowhere yet. */
export function parseHeads(bytes: Uint8Array, where: string): Result<readonly StationHead[]> {
  if (bytes.length === 0) return ok([])
  const bad = () => refuse('heads.form', where, 'these are no heads of journals', 'Use another card.')
  if (bytes.length > HEADS_ROOM) return bad()
  const json = parseCanonicalJson(Buffer.from(bytes).toString('utf8'), where)
  const parsed = json.ok ? shape.safeParse(json.value) : undefined
  if (!parsed?.success) return bad()
  const heads: StationHead[] = []
  for (const { certificate, closing, note, proofs } of parsed.data.heads) {
    const der = fromBase64(certificate)
    const end = closing && hashes(closing.proof)
    const consistency = proofs.flatMap((each) => {
      const proof = hashes(each.proof)
      return proof === undefined ? [] : [{ size: each.size, proof }]
    })
    const isWhole = consistency.length === proofs.length && (closing === undefined) === (end === undefined)
    if (der === undefined || !isWhole) return bad()
    heads.push({
      certificate: der,
      note,
      proofs: consistency,
      ...(closing && end && { closing: { entry: Buffer.from(closing.entry), proof: end, seq: closing.seq } }),
    })
  }
  return ok(heads)
}

function headJson({ certificate, closing, note, proofs }: StationHead): Json {
  return {
    certificate: toBase64(certificate),
    note,
    proofs: proofs.map(({ size, proof }) => ({ size, proof: proof.map(toBase64) })),
    ...(closing && {
      closing: {
        entry: Buffer.from(closing.entry).toString('utf8'),
        proof: closing.proof.map(toBase64),
        seq: closing.seq,
      },
    }),
  }
}

function hashes(texts: readonly string[]): Uint8Array[] | undefined {
  const decoded = texts.map((text) => fromBase64(text)).filter((bytes) => bytes?.length === 32)
  return decoded.length === texts.length ? (decoded as Uint8Array[]) : undefined
}
