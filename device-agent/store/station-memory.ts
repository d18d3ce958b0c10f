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
import { type HeadContent, readHead, verifyHead } from '../witness/verify-head.ts'
import { changed } from './check-stored.ts'
import type { Medium } from './medium.ts'

/** Whose memory it is. */
export interface MemoryOwner {
  readonly definition: Definition
  readonly origin: string
  /** Ed25519 keys, 32 bytes: with which this device cosigns, and with which certificates are signed. */
  readonly witnessKey: Uint8Array
  readonly authorityKey: Uint8Array
  /** The text of this device's own checkpoint of that size. */
  readonly checkpointAt: (size: number) => string | undefined
  readonly nowMs: number
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
    // One that was remembered when the power was cut may be on the first medium only.
    if (heads.length > 0) for (const medium of media) medium.storeHeads(heads)
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
    const stored = heads.map((head) => encodeHeads([{ ...head, proofs: [] }]))
    if (stored.length === 0) return
    for (const medium of this.#media) medium.storeHeads(stored)
    this.#heads.push(...stored.flatMap((bytes) => contentOf(bytes, this.#definition) ?? []))
  }
}

/**
 * Whether the rows of table heads are such as this device writes: a neighbour's head, signed by it and cosigned by this device alone; an own
 * checkpoint that carries nothing but cosignatures of such neighbours, one at least.
 */
export function findHeadsProblem(heads: readonly Uint8Array[], owner: MemoryOwner): Refusal | undefined {
  const { definition, origin, witnessKey, authorityKey, checkpointAt, nowMs } = owner
  const device = deviceOfOrigin(definition, origin) ?? ''
  const station = definition.stations.find(({ devices }) => devices.includes(device))?.id ?? ''
  const own = { name: witnessNameOf(definition, device), publicKey: witnessKey }
  const witnesses = new Map<string, Uint8Array>()
  const ownHeads: { readonly number: number; readonly size: number; readonly note: string }[] = []
  const bad = (number: number, what: string) => changed('heads', `row ${number}: ${what}`).error
  for (const [index, bytes] of heads.entries()) {
    const number = index + 1
    const content = contentOf(bytes, definition)
    if (content === undefined) return bad(number, 'this is not a head')
    const { note } = content.head
    const verified = verifyHead(content.head, { definition, station, authorityKey, nowMs }, 'table heads')
    if (!verified.ok) return bad(number, verified.error.what)
    if (content.origin === origin) {
      ownHeads.push({ number, size: content.size, note })
      continue
    }
    const opened = openCosignature(note, own)
    if (!opened.ok) return bad(number, opened.error.what)
    if (cosigners(note, content.origin).some((name) => name !== own.name))
      return bad(number, 'somebody else signed below it')
    witnesses.set(witnessNameOf(definition, content.device), verified.value.witnessKey)
  }
  for (const { number, size, note } of ownHeads) {
    if (textOf(checkpointAt(size)) !== textOf(note)) return bad(number, 'it is not a head of this journal')
    const names = cosigners(note, origin)
    if (names.length === 0) return bad(number, 'nobody cosigned it')
    for (const name of names) {
      const publicKey = witnesses.get(name)
      if (publicKey === undefined || !openCosignature(note, { name, publicKey }).ok)
        return bad(number, `the cosignature of ${name} is not that of a neighbour who is known here`)
    }
  }
  return undefined
}

function contentOf(bytes: Uint8Array, definition: Definition): HeadContent | undefined {
  const heads = parseHeads(bytes, 'table heads')
  const [head] = heads.ok && heads.value.length === 1 ? heads.value : []
  if (head === undefined || head.proofs.length > 0) return undefined
  const content = readHead(head, definition, 'table heads')
  return content.ok ? content.value : undefined
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
