/**
 * What a device remembers of its neighbours: the heads it cosigned for them, and its own heads that came back with their cosignatures.
 * Only ever added to, on every medium that counts; whatever {@link StationMemory.keep} has returned from survives a `kill -9`. One rule says what a row
 * may be ({@link judgeRow}), for what is written as for what is found at a start: whatever was kept is taken up again.
 */
import { MAX_NOTES } from '../../core/bundle/cosigned.ts'
import { deviceOfOrigin, witnessNameOf } from '../../core/bundle/names.ts'
import type { Definition } from '../../core/election/definition.ts'
import { placeOf } from '../../core/election/place.ts'
import type { Day } from '../../core/journal/day.ts'
import { equalBytes, sha256, toBase64 } from '../../core/keys/hash.ts'
import { fail, ok, type Refusal, type Result } from '../../core/result.ts'
import { openCosignature } from '../../core/tlog/cosignature.ts'
import { parseNote } from '../../core/tlog/note.ts'
import { encodeRow, parseHeads, type StationHead } from '../witness/station-heads.ts'
import { type HeadContent, readHead, type VerifiedHead, verifyHead } from '../witness/verify-head.ts'
import { changed } from './check-stored.ts'
import type { StoreMedium } from './media.ts'

/** Whose memory it is. */
export interface MemoryOwner {
  readonly definition: Definition
  /** Ed25519 keys, 32 bytes: with which this device cosigns, and with which certificates are signed. */
  readonly witnessKey: Uint8Array
  readonly authorityKey: Uint8Array
  readonly journal: {
    readonly origin: string
    /** SHA-256 of this device's certificate, base64. */
    readonly day: Pick<Day, 'certificate' | 'adopted'>
    /** The signed checkpoint of that size, with no other line. */
    readonly checkpointAt: (size: number) => string | undefined
  }
}

/** By device: the first head remembered of each neighbour. Its origin and certificate are the neighbour's from then on. */
type Neighbours = ReadonlyMap<string, VerifiedHead>

/** The proofs that came with the head of that size. */
interface SizedProofs {
  readonly size: number
  readonly proofs: StationHead['proofs']
}

/** Does something on every medium that counts. */
type OnEach = (step: (medium: StoreMedium) => void) => void

/** Guards one thing: that a head remembered here is on every medium. */
export class StationMemory {
  readonly #onEach: OnEach
  readonly #owner: MemoryOwner
  readonly #heads: HeadContent[] = []
  #neighbours: Neighbours = new Map()
  /** Of the last head of each device: not stored, because a start could not tell whether they were changed. */
  readonly #proofs = new Map<string, SizedProofs>()

  /** @param heads what {@link findHeadsProblem} found nothing wrong with */
  constructor(onEach: OnEach, owner: MemoryOwner, heads: readonly Uint8Array[]) {
    this.#onEach = onEach
    this.#owner = owner
    for (const bytes of heads) {
      const content = contentOf(bytes, owner.definition)
      if (content === undefined) throw new Error('rows that were not checked')
      this.#heads.push(content)
      if (content.origin === owner.journal.origin || this.#neighbours.has(content.device)) continue
      const judged = judgeRow(bytes, this.#neighbours, owner)
      if (judged.ok) this.#neighbours = withHead(this.#neighbours, judged.value)
    }
    // One that was remembered when the power was cut may be on the first medium only.
    if (heads.length > 0) onEach((medium) => medium.storeHeads(heads))
  }

  /** The largest head known of each neighbour, with those proofs that came since the last start. */
  get neighbours(): Neighbours {
    const largest = new Map<string, VerifiedHead>()
    for (const content of this.#heads) {
      const { device, size, head } = content
      const first = this.#neighbours.get(device)
      if (first === undefined || size <= (largest.get(device)?.size ?? 0)) continue
      const { logKey, witnessKey } = first
      const sized = this.#proofs.get(device)
      const proofs = sized?.size === size ? sized.proofs : []
      largest.set(device, { ...content, logKey, witnessKey, head: { ...head, proofs } })
    }
    return largest
  }

  /** The largest size of this journal that each neighbour cosigned. */
  get cosignedSizes(): readonly number[] {
    const sizes = new Map<string, number>()
    for (const { origin, size, head } of this.#heads) {
      if (origin !== this.#owner.journal.origin) continue
      for (const name of signers(head.note).slice(1)) sizes.set(name, Math.max(size, sizes.get(name) ?? 0))
    }
    return [...sizes.values()]
  }

  /**
   * Notes and certificates for the bundle: one note of each head, with the newest line of everybody who cosigned it, and of those the newest
   * if there are more than a bundle takes.
   */
  get cosigned(): { readonly certificates: readonly Uint8Array[]; readonly notes: readonly string[] } {
    const notes = new Map<string, string>()
    for (const { origin, size, head } of this.#heads) {
      const place = `${origin} ${size}`
      const before = notes.get(place)
      // Put in again, so that the newest stand last.
      notes.delete(place)
      notes.set(place, before === undefined ? head.note : withLinesOfBoth(head.note, before))
    }
    return {
      certificates: [...this.#neighbours.values()].map(({ head }) => head.certificate),
      notes: [...notes.values()].slice(-MAX_NOTES),
    }
  }

  /** Whether a head would be taken up again at the next start. */
  canKeep(head: StationHead): boolean {
    return judgeRow(encodeRow(head), this.#neighbours, this.#owner).ok
  }

  /** Remembers heads, those that {@link canKeep} lets stand behind the ones before; on every medium when this returns. */
  keep(heads: readonly StationHead[]): void {
    const kept: { readonly bytes: Uint8Array; readonly content: HeadContent }[] = []
    const proofs: [string, SizedProofs][] = []
    let neighbours = this.#neighbours
    for (const head of heads) {
      const bytes = encodeRow(head)
      const judged = judgeRow(bytes, neighbours, this.#owner)
      if (!judged.ok) continue
      const content = judged.value
      kept.push({ bytes, content })
      proofs.push([content.device, { size: content.size, proofs: head.proofs }])
      neighbours = withHead(neighbours, content)
    }
    if (kept.length === 0) return
    this.#onEach((medium) => medium.storeHeads(kept.map(({ bytes }) => bytes)))
    this.#neighbours = neighbours
    this.#heads.push(...kept.map(({ content }) => content))
    for (const [device, sized] of proofs) this.#proofs.set(device, sized)
  }
}

/**
 * Whether the rows of table heads are such as this device writes: a neighbour's head, signed by it and cosigned by this device alone; an own
 * checkpoint that carries nothing but cosignatures of such neighbours, one at least.
 */
export function findHeadsProblem(heads: readonly Uint8Array[], owner: MemoryOwner): Refusal | undefined {
  let neighbours: Neighbours = new Map()
  for (const [index, bytes] of heads.entries()) {
    const judged = judgeRow(bytes, neighbours, owner)
    if (!judged.ok) return changed('heads', `row ${index + 1}: ${judged.error}`).error
    neighbours = withHead(neighbours, judged.value)
  }
  return undefined
}

/** What a row says, or why it cannot stand behind those from which the neighbours are known. */
function judgeRow(
  bytes: Uint8Array,
  neighbours: Neighbours,
  owner: MemoryOwner,
): Result<HeadContent | VerifiedHead, string> {
  const content = contentOf(bytes, owner.definition)
  if (content === undefined) return fail('this is not a head')
  if (content.origin !== owner.journal.origin) return judgeNeighbour(content, neighbours, owner)
  const problem = findOwnProblem(content, neighbours, owner)
  return problem === undefined ? ok(content) : fail(problem)
}

function judgeNeighbour(
  { head, device }: HeadContent,
  neighbours: Neighbours,
  { definition, witnessKey, authorityKey, journal }: MemoryOwner,
): Result<VerifiedHead, string> {
  const self = deviceOfOrigin(definition, journal.origin) ?? ''
  const { adopted } = journal.day
  const tookOver = adopted && deviceOfOrigin(definition, adopted.origin)
  const station = placeOf(definition, self, tookOver)?.station.id ?? ''
  const name = witnessNameOf(definition, self)
  const line = openCosignature(head.note, { name, publicKey: witnessKey })
  if (!line.ok) return fail(line.error.what)
  // The certificate held when this device cosigned; whether it holds at a start is no question of what was seen.
  const nowMs = 1000 * line.value.time
  const verified = verifyHead(head, { definition, station, authorityKey, nowMs }, 'table heads')
  if (!verified.ok) return fail(verified.error.what)
  if (device === self) return fail('it is of another journal of this device')
  const { origin } = verified.value
  if (signers(head.note).join(' ') !== `${origin} ${name}`) return fail('somebody else signed below it')
  const first = neighbours.get(device)
  if (first !== undefined && first.origin !== origin) return fail('it is of another journal than before it')
  if (first !== undefined && !equalBytes(first.head.certificate, head.certificate))
    return fail('it came with another certificate than before it')
  return verified
}

/** Cosigners count only with the certificate that is remembered here: another one may be on a card, and nobody has it at the next start. */
function findOwnProblem(
  { size, head: { certificate, note } }: HeadContent,
  neighbours: Neighbours,
  { definition, journal }: MemoryOwner,
): string | undefined {
  const checkpoint = journal.checkpointAt(size)
  if (checkpoint === undefined || !note.startsWith(checkpoint)) return 'it is not a head of this journal'
  if (toBase64(sha256(certificate)) !== journal.day.certificate) return "it has not this device's certificate"
  const [, ...names] = signers(note)
  if (names.length === 0) return 'nobody cosigned it'
  if (new Set(names).size < names.length) return 'somebody signed it twice'
  const keys = new Map(
    [...neighbours.values()].map((each) => [witnessNameOf(definition, each.device), each.witnessKey]),
  )
  const stranger = names.find((name) => {
    const publicKey = keys.get(name)
    return publicKey === undefined || !openCosignature(note, { name, publicKey }).ok
  })
  if (stranger === undefined) return undefined
  return `the cosignature of ${stranger} is not that of a neighbour who is known here`
}

function withHead(neighbours: Neighbours, content: HeadContent | VerifiedHead): Neighbours {
  if (!('witnessKey' in content) || neighbours.has(content.device)) return neighbours
  return new Map([...neighbours, [content.device, content]])
}

function contentOf(bytes: Uint8Array, definition: Definition): HeadContent | undefined {
  const { heads, isDamaged } = parseHeads(bytes)
  const [head] = heads.length === 1 && !isDamaged ? heads : []
  if (head === undefined || head.proofs.length > 0) return undefined
  const content = readHead(head, definition, 'table heads')
  return content.ok ? content.value : undefined
}

/** Names of those who signed a note, the journal's own first. */
function signers(note: string): readonly string[] {
  const parsed = parseNote(note)
  return parsed.ok ? parsed.value.signatures.map(({ name }) => name) : []
}

/** A note with the lines of those who signed the same head before, and not again. */
function withLinesOfBoth(newer: string, older: string): string {
  const nameOf = (line: string) => line.split(' ')[1] ?? ''
  const [lines, before] = [newer, older].map((note) => note.slice(note.indexOf('\n\n') + 2).split('\n')) as [
    string[],
    string[],
  ]
  const names = new Set(lines.map(nameOf))
  return (
    newer +
    before
      .filter((line) => !names.has(nameOf(line)))
      .map((line) => `${line}\n`)
      .join('')
  )
}
