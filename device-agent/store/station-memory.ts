/**
 * What a device remembers of its neighbours: the heads it cosigned for them, and its own heads that came back with their cosignatures.
 * Only ever added to, on every medium; whatever {@link StationMemory.keep} has returned from survives a `kill -9`.
 */
import { deviceOfOrigin, witnessNameOf } from '../../core/bundle/names.ts'
import type { Definition } from '../../core/election/definition.ts'
import { toBase64 } from '../../core/keys/hash.ts'
import type { Refusal } from '../../core/result.ts'
import { openCosignature } from '../../core/tlog/cosignature.ts'
import { parseNote } from '../../core/tlog/note.ts'
import { encodeHeads, parseHeads, type StationHead } from '../witness/station-heads.ts'
import { type HeadContent, readHead } from '../witness/verify-head.ts'
import { changed } from './check-stored.ts'
import type { Medium } from './medium.ts'

/** Whose memory it is. */
export interface MemoryOwner {
  readonly definition: Definition
  readonly origin: string
  /** Ed25519 key with which this device cosigns, 32 bytes. */
  readonly witnessKey: Uint8Array
  /** The text of this device's own checkpoint of that size. */
  readonly checkpointAt: (size: number) => string | undefined
}

/** Guards one thing: that a head remembered here is on every medium. */
export class StationMemory {
  readonly #media: readonly Medium[]
  readonly #definition: Definition
  readonly #origin: string
  readonly #heads: HeadContent[]

  /** @param heads what {@link findHeadsProblem} found nothing wrong with */
  constructor(
    media: readonly Medium[],
    { definition, origin }: Pick<MemoryOwner, 'definition' | 'origin'>,
    heads: readonly Uint8Array[],
  ) {
    this.#media = media
    this.#definition = definition
    this.#origin = origin
    this.#heads = heads.flatMap((bytes) => contentOf(bytes, definition) ?? [])
  }

  /** The largest head known of each neighbour. */
  get neighbours(): ReadonlyMap<string, HeadContent> {
    const largest = new Map<string, HeadContent>()
    for (const head of this.#heads) {
      const known = largest.get(head.device)?.size ?? 0
      if (head.origin !== this.#origin && head.size > known) largest.set(head.device, head)
    }
    return largest
  }

  /** The largest size of this journal that each neighbour cosigned. */
  get cosignedSizes(): readonly number[] {
    const sizes = new Map<string, number>()
    for (const { origin, size, head } of this.#heads) {
      if (origin !== this.#origin) continue
      for (const name of cosigners(head.note, origin)) sizes.set(name, Math.max(size, sizes.get(name) ?? 0))
    }
    return [...sizes.values()]
  }

  /** Notes and certificates for the bundle, as they came. */
  get cosigned(): { readonly certificates: readonly Uint8Array[]; readonly notes: readonly string[] } {
    const neighbours = this.#heads.filter(({ origin }) => origin !== this.#origin)
    const certificates = new Map(neighbours.map(({ head }) => [toBase64(head.certificate), head.certificate]))
    return {
      certificates: [...certificates.values()],
      notes: this.#heads.map(({ head }) => head.note),
    }
  }

  /** Remembers heads; on every medium when this returns. */
  keep(heads: readonly StationHead[]): void {
    const stored = heads.map((head) => encodeHeads([head]))
    if (stored.length === 0) return
    for (const medium of this.#media) medium.storeHeads(stored)
    this.#heads.push(...stored.flatMap((bytes) => contentOf(bytes, this.#definition) ?? []))
  }
}

/**
 * Whether the rows of table heads are such as this device writes: a neighbour's head carries this device's cosignature, an own one is a
 * checkpoint of this journal.
 */
export function findHeadsProblem(heads: readonly Uint8Array[], owner: MemoryOwner): Refusal | undefined {
  const { definition, origin, witnessKey, checkpointAt } = owner
  const device = deviceOfOrigin(definition, origin) ?? ''
  const witness = { name: witnessNameOf(definition, device), publicKey: witnessKey }
  for (const [index, bytes] of heads.entries()) {
    const bad = (what: string) => changed('heads', `row ${index + 1}: ${what}`).error
    const content = contentOf(bytes, definition)
    if (content === undefined) return bad('this is not a head')
    if (content.origin === origin) {
      if (textOf(checkpointAt(content.size)) !== textOf(content.head.note))
        return bad('it is not a head of this journal')
    } else {
      const opened = openCosignature(content.head.note, witness)
      if (!opened.ok) return bad(opened.error.what)
    }
  }
  return undefined
}

function contentOf(bytes: Uint8Array, definition: Definition): HeadContent | undefined {
  const heads = parseHeads(bytes, 'table heads')
  const [head] = heads.ok && heads.value.length === 1 ? heads.value : []
  const content = head && readHead(head, definition, 'table heads')
  return content?.ok ? content.value : undefined
}

function textOf(note: string | undefined): string | undefined {
  const parsed = note === undefined ? undefined : parseNote(note)
  return parsed?.ok ? parsed.value.text : undefined
}

/** Names of those who signed a note and are no journal. */
function cosigners(note: string, origin: string): readonly string[] {
  const parsed = parseNote(note)
  const names = parsed.ok ? parsed.value.signatures.map(({ name }) => name) : []
  return names.filter((name) => name !== origin)
}
