/**
 * The journal as it grows: an event becomes an entry, an entry a signed checkpoint, and what belongs with it goes into the same
 * transaction. Nothing is believed here before it is on every medium that counts.
 */
import type { JournalEvent } from '../../core/journal/catalogue.ts'
import { type Day, stepDay } from '../../core/journal/day.ts'
import { encodeEntry, parseEntry } from '../../core/journal/entry.ts'
import type { Clock, Signer } from '../../core/ports.ts'
import { valueOrThrow } from '../../core/result.ts'
import { signCheckpoint } from '../../core/tlog/checkpoint.ts'
import { appendLeaf, emptyFrontier, type Frontier, frontierRoot, leafHash } from '../../core/tlog/tree.ts'
import type { Media, StoreMedium } from './media.ts'
import type { Change, StoredRecords } from './medium.ts'

/** What the journal is written with. */
interface WriterParts {
  readonly media: Media
  readonly logSigner: Signer
  readonly clock: Clock
}

/** What goes with the entries into one transaction; pool blocks differ from medium to medium. */
export type Beside = Omit<Change, 'entries' | 'pool'> & {
  /** A block for each medium, or null to take the pool away for good. */
  readonly pools?: ReadonlyMap<StoreMedium, Uint8Array> | null
}

/** Guards one thing: that the journal on the media and the one believed here are the same. */
export class JournalWriter {
  readonly origin: string
  readonly #parts: WriterParts
  readonly #entries: Uint8Array[] = []
  readonly #checkpoints: string[] = []
  #frontier: Frontier = emptyFrontier()
  #day: Day | undefined
  /** Why nothing more is written. */
  #failure: unknown

  /** A journal without entries; the first must be `journal.opened`. */
  constructor(origin: string, parts: WriterParts) {
    this.origin = origin
    this.#parts = parts
  }

  /** A journal that is on the media already, every row of it checked. */
  static resume(
    parts: WriterParts,
    day: Day,
    { journal, checkpoints }: Pick<StoredRecords, 'journal' | 'checkpoints'>,
  ): JournalWriter {
    const writer = new JournalWriter(day.origin, parts)
    writer.#day = day
    for (const { entry } of journal) {
      writer.#entries.push(entry)
      writer.#frontier = appendLeaf(writer.#frontier, leafHash(entry))
    }
    writer.#checkpoints.push(...checkpoints.map(({ note }) => note))
    return writer
  }

  /** What the journal says so far. */
  get day(): Day {
    if (this.#day === undefined) throw new Error('the journal has no first entry')
    return this.#day
  }

  /** Exact bytes of the entries from number `from` on. */
  entriesFrom(from: number): readonly Uint8Array[] {
    return this.#entries.slice(from)
  }

  /** The signed checkpoint after `size` entries. */
  checkpointAt(size: number): string | undefined {
    return this.#checkpoints[size - 1]
  }

  /**
   * Signs a checkpoint for each event and commits all of it on every medium that counts. A medium that fails is told of in the next entry,
   * before this returns. Throws if an event cannot stand there, or if the last medium fails. After a failed commit nobody knows what is on the
   * disk (a commit whose sync fails may still be found at the next start), so nothing more is written until the journal is taken up again.
   */
  write(events: readonly JournalEvent[], beside: Beside): void {
    this.#commit(events, beside)
    this.tellLosses()
  }

  /** Whatever medium was lost, the journal of those that are left knows of it when this returns. */
  tellLosses(): void {
    const { media } = this.#parts
    for (let loss = media.takeUntold(); loss !== undefined; loss = media.takeUntold()) {
      this.#commit([{ type: 'medium.lost', ...loss }], {})
      media.leaveBehind(loss, this.day)
    }
  }

  #commit(events: readonly JournalEvent[], { pools, ...beside }: Beside): void {
    if (this.#failure !== undefined)
      throw new Error('an earlier write failed: the journal must be taken up again first', {
        cause: this.#failure,
      })
    const { entries, day, frontier } = this.#sign(events)
    try {
      this.#parts.media.each((medium) => {
        const pool = pools === null ? null : pools?.get(medium)
        medium.commit({ ...beside, entries, ...(pool !== undefined && { pool }) })
      })
    } catch (error) {
      this.#failure = error
      throw error
    }
    this.#day = day
    this.#frontier = frontier
    for (const { entry, note } of entries) {
      this.#entries.push(entry)
      this.#checkpoints.push(note)
    }
  }

  #sign(events: readonly JournalEvent[]) {
    const { clock, logSigner } = this.#parts
    const entries: Change['entries'][number][] = []
    let day = this.#day
    let frontier = this.#frontier
    for (const event of events) {
      const seq = frontier.size
      const entry = encodeEntry(event, seq, clock.now())
      day = valueOrThrow(stepDay(day, valueOrThrow(parseEntry(entry, seq, 'journal')), 'journal'))
      frontier = appendLeaf(frontier, leafHash(entry))
      const checkpoint = { origin: this.origin, size: frontier.size, root: frontierRoot(frontier) }
      entries.push({ seq, entry, note: signCheckpoint(checkpoint, logSigner) })
    }
    return { entries, day, frontier }
  }
}
