/**
 * Everything a ballot device remembers: its journal, its ballots and what is still on its way to the centre. Whatever a method here
 * has returned from is on the disk and survives a `kill -9` at any instant. Order on several media: new slots on all, commit one after the
 * other, destroy old slots on all, acknowledge.
 */
import { batchRoot } from '../../core/ballot-box/batch.ts'
import { commitTally, SALT_BYTES } from '../../core/ballot-box/commitment.ts'
import {
  addToPool,
  emptyPool,
  openPool,
  type Pool,
  sealPool,
  sortBallots,
  spentRoot,
} from '../../core/ballot-box/pool.ts'
import { sealBallot, sealedBallotSize } from '../../core/ballot-box/sealed-ballot.ts'
import { signTally } from '../../core/bundle/bundle.ts'
import type { Ballot } from '../../core/election/ballot.ts'
import { contestsOfStyle } from '../../core/election/definition.ts'
import { addSelections, isZero, selectionsOf, type Tally, tallyJson } from '../../core/election/tally.ts'
import type { JournalEvent } from '../../core/journal/catalogue.ts'
import { checkRecords } from '../../core/journal/check-records.ts'
import { type Day, stepDay } from '../../core/journal/day.ts'
import { encodeEntry, parseEntry } from '../../core/journal/entry.ts'
import { equalBytes, hkdfSha256, hmacSha256, toBase64 } from '../../core/keys/hash.ts'
import type { ElectionPackage } from '../../core/package/package.ts'
import type { Clock, Random, Signer } from '../../core/ports.ts'
import type { Result } from '../../core/result.ts'
import { ok, refuse, valueOrThrow } from '../../core/result.ts'
import { signCheckpoint } from '../../core/tlog/checkpoint.ts'
import { appendLeaf, emptyFrontier, type Frontier, frontierRoot, leafHash } from '../../core/tlog/tree.ts'
import type { Change, Medium, SlipState } from './medium.ts'

const SLOT_KEY_BYTES = 32
const KEEP_AND_CALL = 'Do not vote on this device; keep its media and call a technician.'

/** What the store is given. */
export interface StoreParts {
  /** Every medium in the order in which they are written; all hold the same. */
  readonly media: readonly [Medium, ...Medium[]]
  readonly electionPackage: ElectionPackage
  readonly logSigner: Signer
  readonly messageSigner: Signer
  readonly clock: Clock
  readonly random: Random
}

/** Two officers' certificates, SHA-256 in base64. */
export interface OpeningOfficers {
  readonly executive: string
  readonly supervisory: string
}

/** The pool with the key that opens it; in memory only. */
interface OpenBox {
  readonly dayKey: Uint8Array
  readonly pool: Pool
}

/** The device's memory. Guards one thing: that what is on the media and what is believed here are the same. */
export class DeviceStore {
  readonly origin: string
  readonly #parts: StoreParts
  #day: Day | undefined
  #frontier: Frontier
  readonly #entries: Uint8Array[]
  readonly #checkpoints: string[]
  readonly #spent: Uint8Array[]
  #box: OpenBox | undefined

  private constructor(origin: string, parts: StoreParts) {
    this.origin = origin
    this.#parts = parts
    this.#frontier = emptyFrontier()
    this.#entries = []
    this.#checkpoints = []
    this.#spent = []
  }

  /** A new journal on new, empty media: writes the first entry. */
  static begin(
    parts: StoreParts,
    opening: Omit<JournalEvent & { type: 'journal.opened' }, 'type'>,
  ): DeviceStore {
    const store = new DeviceStore(opening.origin, parts)
    store.append({ type: 'journal.opened', ...opening })
    return store
  }

  /** Takes up a journal again: checks every row of every medium first, and names the table where something does not hold. */
  static resume(parts: StoreParts): Result<DeviceStore> {
    const size = sealedBallotSize(parts.electionPackage.definition)
    let store: DeviceStore | undefined
    for (const medium of parts.media) {
      const read = medium.records()
      if (!read.ok) return read
      const { device, journal, checkpoints, spent } = read.value
      const day = checkRecords({
        ...read.value,
        origin: device.origin,
        logKey: parts.logSigner.publicKey,
        sealedSize: size,
      })
      if (!day.ok) return day
      const bound = checkBinding(day.value, device, parts.electionPackage, spent.length)
      if (!bound.ok) return bound
      if (store === undefined) {
        store = new DeviceStore(device.origin, parts)
        store.#day = day.value
        for (const { entry } of journal) {
          store.#entries.push(entry)
          store.#frontier = appendLeaf(store.#frontier, leafHash(entry))
        }
        store.#checkpoints.push(...checkpoints.map(({ note }) => note))
        store.#spent.push(...spent)
      } else if (checkpoints.at(-1)?.note !== store.#checkpoints.at(-1)) {
        return refuse(
          'store.media-differ',
          medium.folder,
          'the media do not hold the same journal',
          KEEP_AND_CALL,
        )
      }
    }
    if (store === undefined) throw new Error('a store has at least one medium')
    if (store.day.polls === 'closed' || store.day.polls === 'finished') {
      for (const { slots } of parts.media) slots.destroyAll()
    }
    return ok(store)
  }

  /** What the journal says so far. */
  get day(): Day {
    if (this.#day === undefined) throw new Error('the journal has no first entry')
    return this.#day
  }

  /** Whether the day key is here, so that ballots can be cast. */
  get isUnlocked(): boolean {
    return this.#box !== undefined
  }

  /** The slip of the ballot in hand, as last written. */
  get slip(): SlipState {
    return this.#parts.media[0].slip()
  }

  /** Adds one event to the journal. */
  append(event: JournalEvent): void {
    this.#write([event], {})
  }

  /**
   * Before the polls open: writes an empty pool under the day key and reads it back from every medium.
   * @returns what the counters on the disk really say, for the zero report
   */
  preparePool(dayKey: Uint8Array): Result<Tally> {
    const { definition } = this.#parts.electionPackage
    if (this.day.polls !== 'closed') throw new Error('an empty pool is made only before the polls open')
    this.#writeBox({ dayKey, pool: emptyPool(definition) }, [], {})
    const unlocked = this.unlock(dayKey)
    if (!unlocked.ok) return unlocked
    return ok(this.#unlocked().pool.tally)
  }

  /** Opens the polls; the pool was prepared and holds nothing. */
  openPolls(officers: OpeningOfficers): void {
    const { pool } = this.#unlocked()
    if (pool.casts !== 0 || !isZero(pool.tally)) throw new Error('polls open only with every count at zero')
    this.#write([{ type: 'polls.opened', ...officers }], {})
  }

  /**
   * After a restart: opens the pool again with the day key from two officers' cards. The slot that does not open the committed block
   * is destroyed before anything else.
   */
  unlock(dayKey: Uint8Array): Result<void> {
    const { definition } = this.#parts.electionPackage
    let found: Pool | undefined
    for (const medium of this.#parts.media) {
      const block = medium.pool()
      let pool: Pool | undefined
      const key =
        block &&
        medium.slots.recover((slotKey) => {
          pool = openPool(definition, block, { dayKey, slotKey, origin: this.origin })
          return pool !== undefined
        })
      if (key === undefined || pool === undefined) {
        return refuse(
          'store.pool',
          `${medium.folder}, table pool`,
          'the ballots of today that are not yet in a batch cannot be opened: the cards are of another day, or the table was changed',
          'Try the other cards of this station; if none opens it, keep the device and call a technician.',
        )
      }
      found = pool
    }
    if (found === undefined) throw new Error('a store has at least one medium')
    if (found.casts !== this.day.casts || !equalBytes(found.spent, spentRoot(this.#spent))) {
      const table = found.casts === this.day.casts ? 'spent' : 'pool'
      return refuse(
        'store.pool',
        `table ${table}`,
        `the pool knows ${found.casts} ballots, the journal ${this.day.casts}, or a spent authorization was changed`,
        KEEP_AND_CALL,
      )
    }
    this.#box = { dayKey, pool: found }
    return ok(undefined)
  }

  /** Whether an authorization with this nonce was already used on this device. */
  isSpent(nonce: Uint8Array): boolean {
    const tag = spentTag(this.#unlocked().dayKey, nonce)
    return this.#spent.some((known) => equalBytes(known, tag))
  }

  setSlip(slip: SlipState): void {
    this.#write([], { slip })
  }

  /** A slip was printed void and has dropped. */
  countVoidSlip(): void {
    this.#write([{ type: 'slip.voided', count: this.day.voids + 1 }], { slip: 'none' })
  }

  /** Casts a ballot: pool, spent tag, journal and checkpoint in one transaction. When this returns, the vote counts. */
  cast(style: string, ballot: Ballot, nonce: Uint8Array): void {
    const { electionPackage, random } = this.#parts
    const { definition, hash } = electionPackage
    const contests = contestsOfStyle(definition, style)
    const { dayKey, pool } = this.#unlocked()
    if (contests === undefined || this.isSpent(nonce))
      throw new Error('a ballot was cast without an unspent authorization')
    const tag = spentTag(dayKey, nonce)
    const added = addToPool(
      pool,
      {
        style: definition.styles.findIndex(({ id }) => id === style),
        sealed: sealBallot({ definition, packageHash: hash, origin: this.origin }, style, ballot, random),
        spent: spentRoot([...this.#spent, tag]),
        tally: addSelections(pool.tally, selectionsOf(definition, contests, ballot)),
      },
      random,
    )
    const events: JournalEvent[] = [{ type: 'ballot.cast', count: added.pool.casts }]
    const change: Partial<Change> = { spentTag: tag, slip: 'accepted' }
    if (added.batch === undefined) this.#writeBox({ dayKey, pool: added.pool }, events, change)
    else {
      const batch = this.#nextBatch(added.batch)
      events.push({ type: 'batch.sealed', ...batch.event })
      this.#writeBox({ dayKey, pool: added.pool }, events, { ...change, batch: batch.rows })
    }
    this.#spent.push(tag)
  }

  /**
   * Closes the polls for good: the last batch, the commitment to the tally, the tally itself for release, and the pool and its keys
   * gone. The day key is forgotten here.
   */
  closePolls(officers: OpeningOfficers): void {
    const { electionPackage, messageSigner, random, media } = this.#parts
    const { definition } = electionPackage
    const { pool } = this.#unlocked()
    const rest = sortBallots(pool.ballots.flat())
    const last = rest.length > 0 ? this.#nextBatch(rest) : undefined
    const salt = random.bytes(SALT_BYTES)
    const events: JournalEvent[] = [
      ...(last ? [{ type: 'batch.sealed' as const, ...last.event }] : []),
      {
        type: 'polls.closed',
        ...officers,
        casts: pool.casts,
        voids: this.day.voids,
        batches: this.day.batches.length + (last ? 1 : 0),
        spent: toBase64(spentRoot(this.#spent)),
        tally: toBase64(commitTally(definition, pool.tally, salt)),
      },
    ]
    const tally = signTally(
      { origin: this.origin, salt, tally: tallyJson(definition, pool.tally) },
      messageSigner,
    )
    this.#write(events, { pool: null, tally, ...(last && { batch: last.rows }) })
    for (const { slots } of media) slots.destroyAll()
    this.#box?.dayKey.fill(0)
    this.#box = undefined
  }

  /** Exact bytes of the entries from number `from` on. */
  entriesFrom(from: number): readonly Uint8Array[] {
    return this.#entries.slice(from)
  }

  /** The signed checkpoint after `size` entries. */
  checkpointAt(size: number): string | undefined {
    return this.#checkpoints[size - 1]
  }

  get spentTags(): readonly Uint8Array[] {
    return this.#spent
  }

  /** Sealed ballots by batch, as stored. */
  batches(): ReadonlyMap<number, readonly Uint8Array[]> {
    const { ballots } = valueOrThrow(this.#parts.media[0].records())
    const batches = new Map<number, Uint8Array[]>()
    for (const { batch, sealed } of ballots) batches.set(batch, [...(batches.get(batch) ?? []), sealed])
    return batches
  }

  /** The released tally and whether the centre has answered for it. */
  get tally(): { readonly document: string; readonly answered: boolean } | undefined {
    return this.#parts.media[0].tally()
  }

  get receipt(): { readonly size: number; readonly cosignature: string } | undefined {
    return this.#parts.media[0].receipt()
  }

  storeReceipt(size: number, cosignature: string): void {
    for (const medium of this.#parts.media) medium.storeReceipt(size, cosignature)
  }

  markTallyAnswered(): void {
    for (const medium of this.#parts.media) medium.markTallyAnswered()
  }

  close(): void {
    for (const medium of this.#parts.media) medium.close()
  }

  #unlocked(): OpenBox {
    if (this.#box === undefined) throw new Error('the ballot box is locked: the day key is not here')
    return this.#box
  }

  #nextBatch(ballots: readonly Uint8Array[]) {
    const batch = this.day.batches.length + 1
    const root = batchRoot(ballots)
    return {
      event: { batch, count: ballots.length, root: toBase64(root) },
      rows: { batch, root, ballots },
    }
  }

  /** Writes a change together with a new block of the pool, under a slot key that is used this once. */
  #writeBox(box: OpenBox, events: readonly JournalEvent[], change: Partial<Change>): void {
    const { media, random, electionPackage } = this.#parts
    const blocks = media.map(({ slots }) => {
      const slotKey = random.bytes(SLOT_KEY_BYTES)
      slots.writeNext(slotKey)
      return sealPool(electionPackage.definition, box.pool, {
        dayKey: box.dayKey,
        slotKey,
        origin: this.origin,
      })
    })
    try {
      this.#write(events, change, blocks)
    } catch (error) {
      for (const { slots } of media) slots.destroyNext()
      throw error
    }
    for (const { slots } of media) slots.destroyPrevious()
    this.#box = box
  }

  /** Signs a checkpoint for each event and commits all on every medium; only then is it believed here. */
  #write(events: readonly JournalEvent[], change: Partial<Change>, pools?: readonly Uint8Array[]): void {
    const { clock, logSigner, media } = this.#parts
    const written: Change['entries'][number][] = []
    let day = this.#day
    let frontier = this.#frontier
    for (const event of events) {
      const seq = frontier.size
      const entry = encodeEntry(event, seq, clock.now())
      day = valueOrThrow(stepDay(day, valueOrThrow(parseEntry(entry, seq, 'journal')), 'journal'))
      frontier = appendLeaf(frontier, leafHash(entry))
      const note = signCheckpoint(
        { origin: this.origin, size: frontier.size, root: frontierRoot(frontier) },
        logSigner,
      )
      written.push({ seq, entry, note })
    }
    for (const [index, medium] of media.entries()) {
      const pool = pools?.[index]
      medium.commit({ ...change, entries: written, ...(pool && { pool }) })
    }
    this.#day = day
    this.#frontier = frontier
    for (const { entry, note } of written) {
      this.#entries.push(entry)
      this.#checkpoints.push(note)
    }
  }
}

/** HMAC-SHA-256(HKDF(day key, "spent"), nonce): tells a spent authorization again while the day key lives, and nothing after. */
function spentTag(dayKey: Uint8Array, nonce: Uint8Array): Uint8Array {
  return hmacSha256(hkdfSha256(dayKey, 'sandogh/v1/spent'), nonce)
}

/** The journal must be of this package, and as many authorizations spent as ballots cast. */
function checkBinding(
  day: Day,
  device: { readonly package: string },
  electionPackage: ElectionPackage,
  spent: number,
): Result<void> {
  const expected = toBase64(electionPackage.hash)
  if (day.packageHash !== expected || device.package !== expected) {
    return refuse(
      'store.other-package',
      'table device',
      'this journal was begun for another election package',
      'Load the package the journal was begun with; a journal is never carried over.',
    )
  }
  if (spent === day.casts) return ok(undefined)
  return refuse(
    'store.spent',
    'table spent',
    `${spent} authorizations spent but ${day.casts} ballots cast`,
    KEEP_AND_CALL,
  )
}
