/**
 * Two devices of a station meet on an officer's card. The card brings heads: this device's own, as it was when the card was here last,
 * and those of its neighbours. The own one must be a beginning of the journal here, else this device was set back or copied. A
 * neighbour's must go on from what is known of it, also from what the same card brought; then it is cosigned (C2SP tlog-cosignature). Of
 * every neighbour the card takes along the largest head that is cosigned here, whatever stood on the card, so that a device that was set
 * back meets its own signature; beside it one that does not go together with it.
 *
 * ```
 * known here      on the card                      what follows                                    what the card takes along
 * nothing         any head                         remembered, cosigned                            that head
 * size n          size n, same root                cosigned again, not remembered twice            that head
 * size n          larger, proof from n holds       remembered, cosigned                            that head
 * size n          smaller, or no head              nothing                                         the known one
 * size n          larger, no proof from n          neither an alarm nor cosigned                   both
 * size n          larger, proof from n fails       alarm: inconsistent (anybody may have bent it)  both
 * size n          size n, other root               alarm: forked (two signed heads prove it)       both
 * journal a       journal b, or other certificate  alarm: other-journal                            both
 * ```
 */
import { witnessNameOf } from '../../core/bundle/names.ts'
import type { Definition } from '../../core/election/definition.ts'
import { equalBytes } from '../../core/keys/hash.ts'
import type { Signer } from '../../core/ports.ts'
import { valueOrThrow } from '../../core/result.ts'
import { addSignatureLine, cosign, openCosignature } from '../../core/tlog/cosignature.ts'
import {
  COSIGNATURE_TYPE,
  ED25519_TYPE,
  isLineOf,
  parseNote,
  signatureLine,
  type VerifierKey,
} from '../../core/tlog/note.ts'
import {
  consistencyProof,
  inclusionProof,
  leafHash,
  rootOf,
  verifyConsistency,
} from '../../core/tlog/tree.ts'
import type { IncludedEntry, StationHead } from './station-heads.ts'
import { type HeadChecks, type VerifiedHead, verifyHead } from './verify-head.ts'

/** This device's journal, and its key as a witness. */
export interface OwnJournal {
  readonly device: string
  readonly origin: string
  /** Of this device, DER. */
  readonly certificate: Uint8Array
  /** Exact bytes of every entry. */
  readonly entries: readonly Uint8Array[]
  /** The signed checkpoint over all of them. */
  readonly note: string
  /** Number of the entry `polls.closed`. */
  readonly closing?: number
  /** Numbers of the entries `device.declared_dead`. */
  readonly dead: readonly number[]
  /** It took over another journal, in its entry 1. */
  readonly isSpare?: boolean
  readonly witness: Signer
}

/** What this device remembers of former meetings. */
export interface Remembered {
  /** The largest head known of each neighbour. */
  readonly neighbours: ReadonlyMap<string, VerifiedHead>
  /** Whether a neighbour's head with this device's cosignature can be remembered. What cannot is not cosigned. */
  readonly canKeep: (head: StationHead) => boolean
  /** Sizes of this journal that a neighbour may know: proofs from them go along. */
  readonly carried: readonly number[]
}

/** Why this device must stop: its own journal is not the one that this device has shown elsewhere. */
export type OwnAlarm = 'rolled-back' | 'forked' | 'other-journal'

/** A neighbour that showed two histories, or two journals, or a proof that does not hold. */
export interface NeighbourAlarm {
  readonly device: string
  readonly alarm: 'forked' | 'other-journal' | 'inconsistent'
}

/** What a meeting brought. */
export interface Exchanged {
  /** For the card, this device's own first. */
  readonly heads: readonly StationHead[]
  /** Neighbours' heads with this device's cosignature, to be remembered before the card is written. */
  readonly learned: readonly StationHead[]
  /** Own heads that came back with cosignatures of neighbours known here. */
  readonly seen: readonly StationHead[]
  readonly alarms: readonly NeighbourAlarm[]
}

/** The heads of a card that hold; others say nothing and are not carried further. */
export function verifiedHeads(heads: readonly StationHead[], checks: HeadChecks): readonly VerifiedHead[] {
  return heads.flatMap((head) => {
    const verified = verifyHead(head, checks, "officer's card")
    return verified.ok ? [verified.value] : []
  })
}

/** Whether a card knows this device's journal otherwise than it stands here. */
export function findOwnAlarm(
  heads: readonly VerifiedHead[],
  { device, origin, entries }: Pick<OwnJournal, 'device' | 'origin' | 'entries'>,
): OwnAlarm | undefined {
  for (const head of heads) {
    if (head.device !== device) continue
    if (head.origin !== origin) return 'other-journal'
    if (head.size > entries.length) return 'rolled-back'
    if (!equalBytes(head.root, rootOf(entries.slice(0, head.size).map(leafHash)))) return 'forked'
  }
  return undefined
}

/**
 * The meeting, once {@link findOwnAlarm} found nothing. Pure: what is to be remembered and what is to be written comes back.
 * @param nowMs time of the cosignatures, milliseconds since 1970-01-01T00:00:00Z
 */
export function exchangeHeads(
  heads: readonly VerifiedHead[],
  own: OwnJournal,
  remembered: Remembered,
  { definition, nowMs }: Pick<HeadChecks, 'definition' | 'nowMs'>,
): Exchanged {
  const witness = { name: witnessNameOf(definition, own.device), signer: own.witness }
  const time = Math.floor(nowMs / 1000)
  const learned: StationHead[] = []
  const alarms: NeighbourAlarm[] = []
  /** Grows as the meeting goes on. */
  const known = new Map(remembered.neighbours)
  /** The card's own copies of what is known: they may bear the lines of others. */
  const copies = new Map<string, VerifiedHead>()
  const doubtful = new Map<string, VerifiedHead>()
  const neighbours = heads.filter(({ device }) => device !== own.device).toSorted((a, b) => a.size - b.size)
  for (const neighbour of neighbours) {
    const { device } = neighbour
    const before = known.get(device)
    const judged = judge(neighbour, before)
    if (judged === 'goes-on') {
      const head = cosigned(neighbour, [], { ...witness, time })
      if (remembered.canKeep(head)) {
        learned.push(head)
        known.set(device, { ...neighbour, head })
        copies.set(device, neighbour)
      }
    } else if (judged === 'known') {
      copies.set(device, neighbour)
    } else if (judged !== 'older') {
      if (judged !== 'unproved') alarms.push({ device, alarm: judged })
      if (judged !== 'unproved' || !doubtful.has(device))
        doubtful.set(device, withoutProofFrom(neighbour, before?.size))
    }
  }
  const witnesses = [...known.values()].map(({ device, witnessKey }) =>
    witnessOf(definition, device, witnessKey),
  )
  const cosigners = ({ note }: StationHead) => witnesses.filter((each) => openCosignature(note, each).ok)
  const taken = [...known.values()].map(({ device, head }) => {
    const copy = copies.get(device)
    return copy === undefined ? head : cosigned(copy, cosigners(copy.head), { ...witness, time })
  })
  const others = [...doubtful.values()].map(({ head, ...content }) => ({
    ...head,
    note: withLinesOf(head.note, [logOf(content), ...cosigners(head)]),
  }))
  return {
    heads: [ownHead(own, remembered.carried), ...taken, ...others],
    learned,
    alarms,
    seen: heads.flatMap(({ device, head, ...content }) => {
      const lines = device === own.device ? cosigners(head) : []
      const note = withLinesOf(head.note, [logOf(content), ...lines])
      return lines.length === 0 ? [] : [{ certificate: own.certificate, note, proofs: [] }]
    }),
  }
}

function judge(
  { origin, size, root, head }: VerifiedHead,
  known: VerifiedHead | undefined,
): 'goes-on' | 'known' | 'older' | 'unproved' | NeighbourAlarm['alarm'] {
  if (known === undefined) return 'goes-on'
  if (known.origin !== origin || !equalBytes(known.head.certificate, head.certificate)) return 'other-journal'
  if (known.size === size) return equalBytes(known.root, root) ? 'known' : 'forked'
  if (size < known.size) return 'older'
  const proofs = head.proofs.filter((each) => each.size === known.size)
  if (proofs.length === 0) return 'unproved'
  const holds = proofs.some(({ proof }) =>
    verifyConsistency({ oldSize: known.size, oldRoot: known.root, size, root, proof }),
  )
  return holds ? 'goes-on' : 'inconsistent'
}

/** A neighbour's head with its own line, those of the given witnesses, and this device's. Lines of nobody known here are not carried on. */
function cosigned(
  { head, ...content }: VerifiedHead,
  others: readonly VerifierKey[],
  witness: Parameters<typeof cosign>[1],
): StationHead {
  const keys = [logOf(content), ...others.filter(({ name }) => name !== witness.name)]
  const note = withLinesOf(head.note, keys)
  return { ...head, note: addSignatureLine(note, cosign(note, witness)) }
}

function logOf({ origin, logKey }: Pick<VerifiedHead, 'origin' | 'logKey'>): VerifierKey {
  return { name: origin, type: ED25519_TYPE, publicKey: logKey }
}

function witnessOf(definition: Definition, device: string, publicKey: Uint8Array): VerifierKey {
  return { name: witnessNameOf(definition, device), type: COSIGNATURE_TYPE, publicKey }
}

/** The note with one line of each of these keys, by name and key id, in their order. Every other line may be anybody's. */
function withLinesOf(note: string, keys: readonly VerifierKey[]): string {
  const { text, signatures } = valueOrThrow(parseNote(note))
  const lines = keys.flatMap((key) => {
    const line = signatures.find((each) => isLineOf(each, key))
    return line === undefined ? [] : [`${signatureLine(line.name, line.keyId, line.signature)}\n`]
  })
  return `${text}\n${lines.join('')}`
}

/** A proof that did not hold here would raise the same alarm at the next device, which knows no more. */
function withoutProofFrom(verified: VerifiedHead, from: number | undefined): VerifiedHead {
  const proofs = verified.head.proofs.filter(({ size }) => size !== from)
  return { ...verified, head: { ...verified.head, proofs } }
}

/** This device's head as the card takes it along. */
function ownHead(
  { certificate, entries, note, closing, dead, isSpare }: OwnJournal,
  carried: readonly number[],
): StationHead {
  const leaves = entries.map(leafHash)
  const included = (seq: number): IncludedEntry => {
    const entry = entries[seq]
    if (entry === undefined) throw new Error(`the journal has no entry ${seq}`)
    return { entry, proof: inclusionProof(leaves, seq), seq }
  }
  const takeover = isSpare === true ? entries[1] : undefined
  return {
    certificate,
    note,
    ...(takeover !== undefined && { takeover: { entry: takeover, proof: inclusionProof(leaves, 1) } }),
    proofs: carried.map((size) => ({ size, proof: consistencyProof(leaves, size) })),
    ...(closing !== undefined && { closing: included(closing) }),
    ...(dead.length > 0 && { dead: dead.map(included) }),
  }
}
