/**
 * Two devices of a station meet on an officer's card. The card brings heads: this device's own, as it was when the card was here last,
 * and those of its neighbours. The own one must be a beginning of the journal here, else this device was set back or copied. A
 * neighbour's must go on from what is known of it; then it is cosigned (C2SP tlog-cosignature) and the card takes the line along.
 *
 * ```
 * known here      on the card                      what follows
 * nothing         any head                         remembered, cosigned
 * size n          size n, same root                cosigned again where the card lost the line, not remembered twice
 * size n          size n, other root               alarm: forked (two signed heads of one size prove it)
 * size n          larger, proof from n holds       remembered, cosigned
 * size n          larger, no proof from n; smaller nothing: neither an alarm nor cosigned
 * journal a       journal b of the same device     alarm: other-journal
 * ```
 */
import { witnessNameOf } from '../../core/bundle/names.ts'
import type { Definition } from '../../core/election/definition.ts'
import { equalBytes } from '../../core/keys/hash.ts'
import type { Signer } from '../../core/ports.ts'
import { addSignatureLine, cosign, openCosignature } from '../../core/tlog/cosignature.ts'
import {
  consistencyProof,
  inclusionProof,
  leafHash,
  rootOf,
  verifyConsistency,
} from '../../core/tlog/tree.ts'
import type { StationHead } from './station-heads.ts'
import { type HeadChecks, type HeadContent, type VerifiedHead, verifyHead } from './verify-head.ts'

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
  readonly witness: Signer
}

/** What this device remembers of former meetings. */
export interface Remembered {
  /** The largest head known of each neighbour. */
  readonly neighbours: ReadonlyMap<string, HeadContent>
  /** Sizes of this journal that a neighbour may know: proofs from them go along. */
  readonly carried: readonly number[]
}

/** Why this device must stop: its own journal is not the one that this device has shown elsewhere. */
export type OwnAlarm = 'rolled-back' | 'forked' | 'other-journal'

/** A neighbour that showed two histories, or two journals. */
export interface NeighbourAlarm {
  readonly device: string
  readonly alarm: 'forked' | 'other-journal'
}

/** What a meeting brought. */
export interface Exchanged {
  /** For the card. */
  readonly heads: readonly StationHead[]
  /** Neighbours' heads with this device's cosignature, to be remembered before the card is written. */
  readonly learned: readonly StationHead[]
  /** An own head that came back with neighbours' cosignatures. */
  readonly seen?: StationHead
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
  const learned: StationHead[] = []
  const alarms: NeighbourAlarm[] = []
  /** One head of each neighbour. */
  const carried = new Map<string, StationHead>()
  const name = witnessNameOf(definition, own.device)
  const neighbours = heads.filter(({ device }) => device !== own.device)
  const carryOn = (head: StationHead, device: string) => carried.set(device, carried.get(device) ?? head)
  for (const neighbour of neighbours) {
    const judged = judge(neighbour, remembered.neighbours.get(neighbour.device))
    if (judged === 'forked' || judged === 'other-journal')
      alarms.push({ device: neighbour.device, alarm: judged })
    if (judged !== 'goes-on' && judged !== 'known') {
      carryOn(neighbour.head, neighbour.device)
      continue
    }
    const { note } = neighbour.head
    const time = Math.floor(nowMs / 1000)
    const line = cosign(note, { name, signer: own.witness, time })
    const others = linesOf(note, (signer) => signer !== name)
    carryOn({ ...neighbour.head, note: addSignatureLine(others, line) }, neighbour.device)
    if (judged === 'known') continue
    const signed = linesOf(note, (signer) => signer === neighbour.origin)
    learned.push({ ...neighbour.head, note: addSignatureLine(signed, line) })
  }
  const before = heads.find(({ device }) => device === own.device)
  const witnesses = before === undefined ? [] : goodWitnesses(before, neighbours, definition)
  return {
    heads: [...carried.values(), ownHead(own, remembered.carried)],
    learned,
    alarms,
    ...(before !== undefined &&
      witnesses.length > 0 && {
        seen: {
          ...before.head,
          note: linesOf(before.head.note, (signer) => [own.origin, ...witnesses].includes(signer)),
        },
      }),
  }
}

function judge(
  { origin, size, root, head }: VerifiedHead,
  known: HeadContent | undefined,
): 'goes-on' | 'known' | 'nothing-new' | NeighbourAlarm['alarm'] {
  if (known === undefined) return 'goes-on'
  if (known.origin !== origin) return 'other-journal'
  if (known.size === size) return equalBytes(known.root, root) ? 'known' : 'forked'
  const proof = head.proofs.find((each) => each.size === known.size)?.proof
  if (size < known.size || proof === undefined) return 'nothing-new'
  const holds = verifyConsistency({ oldSize: known.size, oldRoot: known.root, size, root, proof })
  return holds ? 'goes-on' : 'nothing-new'
}

/** Names of the neighbours, of those whose certificates are on the same card, that really cosigned this device's head. */
function goodWitnesses(
  own: VerifiedHead,
  neighbours: readonly VerifiedHead[],
  definition: Definition,
): readonly string[] {
  return neighbours.flatMap(({ device, witnessKey }) => {
    const name = witnessNameOf(definition, device)
    return openCosignature(own.head.note, { name, publicKey: witnessKey }).ok ? [name] : []
  })
}

/** The note with some of its signature lines. */
function linesOf(note: string, isWanted: (name: string) => boolean): string {
  const text = note.slice(0, note.indexOf('\n\n') + 2)
  const lines = note.slice(text.length).split('\n').slice(0, -1)
  return (
    text +
    lines
      .filter((line) => isWanted(line.split(' ')[1] ?? ''))
      .map((line) => `${line}\n`)
      .join('')
  )
}

/** This device's head as the card takes it along. */
function ownHead(
  { certificate, entries, note, closing }: OwnJournal,
  carried: readonly number[],
): StationHead {
  const leaves = entries.map(leafHash)
  const entry = closing === undefined ? undefined : entries[closing]
  return {
    certificate,
    note,
    proofs: carried.map((size) => ({ size, proof: consistencyProof(leaves, size) })),
    ...(entry !== undefined &&
      closing !== undefined && { closing: { entry, proof: inclusionProof(leaves, closing), seq: closing } }),
  }
}
