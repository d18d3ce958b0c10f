/**
 * Everything a ballot device remembers: its journal, its ballots and what is still on its way to the centre. Whatever a method here
 * has returned from is on the disk and survives a `kill -9` at any instant. Order on several media: new slots on all, commit one after the
 * other, destroy old slots on all, acknowledge.
 */
import { batchRoot } from '../../core/ballot-box/batch.ts'
import { commitTally, SALT_BYTES } from '../../core/ballot-box/commitment.ts'
import { addToPool, emptyPool, type Pool, sortBallots, spentRoot } from '../../core/ballot-box/pool.ts'
import { sealBallot } from '../../core/ballot-box/sealed-ballot.ts'
import { signTally } from '../../core/bundle/bundle.ts'
import { deviceOfOrigin } from '../../core/bundle/names.ts'
import { type SaltedTally, sealTally, stationSheetKey } from '../../core/bundle/sealed-tally.ts'
import type { Ballot } from '../../core/election/ballot.ts'
import { contestsOfStyle } from '../../core/election/definition.ts'
import { isReportingPlace, type Place, placeOf } from '../../core/election/place.ts'
import { addSelections, isZero, selectionsOf, type Tally, tallyJson } from '../../core/election/tally.ts'
import type { JournalEvent } from '../../core/journal/catalogue.ts'
import type { AdoptedRecords } from '../../core/journal/check-adopted.ts'
import type { Day } from '../../core/journal/day.ts'
import { batchCount } from '../../core/journal/day-rules.ts'
import { equalBytes, fromBase64, hkdfSha256, hmacSha256, toBase64 } from '../../core/keys/hash.ts'
import type { ElectionPackage } from '../../core/package/package.ts'
import type { Clock, Random, Signer } from '../../core/ports.ts'
import type { Result } from '../../core/result.ts'
import { ok } from '../../core/result.ts'
import type { AdoptedBox } from './adopted-rows.ts'
import { changed, checkMedia } from './check-stored.ts'
import { type Beside, JournalWriter } from './journal-writer.ts'
import type { ClosingTotals, Medium, SlipState, StoredRecords, StoredTotals } from './medium.ts'
import { type BlockParts, poolLocked, recoverFromMedium, sealOnMedium } from './pool-block.ts'
import { StationMemory } from './station-memory.ts'

/** What the store is given. */
export interface StoreParts {
  /** Every medium in the order in which they are written; all hold the same. */
  readonly media: readonly [Medium, ...Medium[]]
  readonly electionPackage: ElectionPackage
  readonly logSigner: Signer
  readonly messageSigner: Signer
  /** Cosigns the heads of neighbouring devices. */
  readonly witnessSigner: Signer
  /** Ed25519 key of the election authority, 32 bytes. */
  readonly authorityKey: Uint8Array
  readonly clock: Clock
  readonly random: Random
}

/** Two officers' certificates, SHA-256 in base64. */
export interface OpeningOfficers {
  readonly executive: string
  readonly supervisory: string
}

/** What a spare found on the medium of a device that died, and by whose leave it goes on with it. */
export interface FoundBox {
  readonly takeover: JournalEvent & { readonly type: 'takeover' }
  readonly box: AdoptedBox
  readonly dayKey: Uint8Array
  readonly pool: Pool
}

/** The pool with the key that opens it; in memory only. */
interface OpenBox {
  readonly dayKey: Uint8Array
  readonly pool: Pool
}

/** The device's memory. Guards one thing: that the ballots, tags and counts on the media and those believed here are the same. */
export class DeviceStore {
  readonly #parts: StoreParts
  readonly #journal: JournalWriter
  readonly #spent: Uint8Array[]
  /** Heads of this station's journals that passed by on officers' cards. */
  readonly station: StationMemory
  #box: OpenBox | undefined

  private constructor(
    parts: StoreParts,
    journal: JournalWriter,
    { spent, heads }: Pick<StoredRecords, 'spent' | 'heads'>,
  ) {
    const { media, electionPackage, witnessSigner, authorityKey } = parts
    this.#parts = parts
    this.#journal = journal
    this.#spent = [...spent]
    const { definition } = electionPackage
    const owner = { definition, journal, witnessKey: witnessSigner.publicKey, authorityKey }
    this.station = new StationMemory(media, owner, heads)
  }

  /** A new journal on new, empty media: writes the first entry. */
  static begin(
    parts: StoreParts,
    opening: Omit<JournalEvent & { type: 'journal.opened' }, 'type'>,
  ): DeviceStore {
    const store = new DeviceStore(parts, new JournalWriter(opening.origin, parts), { spent: [], heads: [] })
    store.append({ type: 'journal.opened', ...opening })
    return store
  }

  /**
   * A new journal on new, empty media that goes on with what another device left: its first two entries, and everything that was found, in one
   * transaction. The ballot box is open afterwards.
   */
  static takeOver(
    parts: StoreParts,
    opening: Omit<JournalEvent & { type: 'journal.opened' }, 'type'>,
    found: FoundBox,
  ): DeviceStore {
    const { takeover, box, dayKey, pool } = found
    const store = new DeviceStore(parts, new JournalWriter(opening.origin, parts), {
      spent: box.spent,
      heads: [],
    })
    store.#writeBox({ dayKey, pool }, [{ type: 'journal.opened', ...opening }, takeover], { adopted: box })
    return store
  }

  /** Takes up a journal again: checks every row of every medium first, and names the table where something does not hold. */
  static resume(parts: StoreParts): Result<DeviceStore> {
    const { media, electionPackage, logSigner, messageSigner, witnessSigner, authorityKey } = parts
    const keys = {
      logKey: logSigner.publicKey,
      messageKey: messageSigner.publicKey,
      witnessKey: witnessSigner.publicKey,
    }
    const checked = checkMedia(media, { electionPackage, ...keys, authorityKey })
    if (!checked.ok) return checked
    const { day, records } = checked.value
    const store = new DeviceStore(parts, JournalWriter.resume(parts, day, records), records)
    if (day.polls === 'closed' || day.polls === 'finished') {
      for (const { slots } of media) slots.destroyAll()
      // The power may have been cut between two media, or before the key for the sheet had left a write-ahead log.
      const totals = media.map((medium) => medium.totals())
      if (totals.some((kept) => kept !== undefined && kept.sheetKey === undefined))
        store.settleSheet(totals.find((kept) => kept?.sheet !== undefined)?.sheet)
    }
    return ok(store)
  }

  get origin(): string {
    return this.#journal.origin
  }

  /** In whose place of the station this device votes; undefined of a spare that took none. */
  get place(): Place | undefined {
    const { definition } = this.#parts.electionPackage
    const { adopted } = this.day
    const device = deviceOfOrigin(definition, this.origin) ?? ''
    return placeOf(definition, device, adopted && deviceOfOrigin(definition, adopted.origin))
  }

  /** Cosigns the heads of neighbouring devices. */
  get witness(): Signer {
    return this.#parts.witnessSigner
  }

  /** What the journal says so far. */
  get day(): Day {
    return this.#journal.day
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
    this.#journal.write([event], {})
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
    this.#journal.write([{ type: 'polls.opened', ...officers }], {})
  }

  /**
   * After a restart: opens the pool again with the day key from two officers' cards. The slot that does not open the committed block
   * is destroyed before anything else; with another day's key nothing is.
   */
  unlock(dayKey: Uint8Array): Result<void> {
    this.#box = undefined
    let found: Pool | undefined
    for (const medium of this.#parts.media) {
      const pool = recoverFromMedium(medium, this.#blockParts(dayKey))
      if (pool === undefined) return poolLocked(medium)
      if (pool.casts !== this.day.casts)
        return changed('pool', `it knows ${pool.casts} ballots, the journal ${this.day.casts}`)
      if (!equalBytes(pool.spent, spentRoot(this.#spent)))
        return changed('spent', 'these are not the tags that the pool knows')
      found = pool
    }
    if (found === undefined) throw new Error('a store has at least one medium')
    this.#box = { dayKey, pool: found }
    return ok(undefined)
  }

  /** Whether an authorization with this nonce was already used on this device. */
  isSpent(nonce: Uint8Array): boolean {
    const tag = spentTag(this.#unlocked().dayKey, nonce)
    return this.#spent.some((known) => equalBytes(known, tag))
  }

  setSlip(slip: SlipState): void {
    this.#journal.write([], { slip })
  }

  /** A slip was printed void and has dropped. */
  countVoidSlip(): void {
    this.#journal.write([{ type: 'slip.voided', count: this.day.voids + 1 }], { slip: 'none' })
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
    const beside = { spentTag: tag, slip: 'accepted' as const }
    if (added.batch === undefined) this.#writeBox({ dayKey, pool: added.pool }, events, beside)
    else {
      const batch = this.#nextBatch(added.batch)
      events.push({ type: 'batch.sealed', ...batch.event })
      this.#writeBox({ dayKey, pool: added.pool }, events, { ...beside, batch: batch.rows })
    }
    this.#spent.push(tag)
  }

  /**
   * Closes the polls for good: the last batch, the commitment to the tally, the tally itself, open and sealed, and the pool and its keys
   * gone. The day key is forgotten here.
   */
  closePolls(officers: OpeningOfficers): void {
    const { electionPackage, random, media } = this.#parts
    const { definition } = electionPackage
    const { pool, dayKey } = this.#unlocked()
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
        batches: batchCount(this.day) + (last ? 1 : 0),
        spent: toBase64(spentRoot(this.#spent)),
        tally: toBase64(commitTally(definition, pool.tally, salt)),
      },
    ]
    const totals = this.#closingTotals({ salt, tally: pool.tally }, dayKey)
    this.#journal.write(events, { pools: null, totals, ...(last && { batch: last.rows }) })
    for (const { slots } of media) slots.destroyAll()
    this.#box?.dayKey.fill(0)
    this.#box = undefined
  }

  /** Exact bytes of the entries from number `from` on. */
  entriesFrom(from: number): readonly Uint8Array[] {
    return this.#journal.entriesFrom(from)
  }

  /** The signed checkpoint after `size` entries. */
  checkpointAt(size: number): string | undefined {
    return this.#journal.checkpointAt(size)
  }

  get spentTags(): readonly Uint8Array[] {
    return this.#spent
  }

  /** Sealed ballots by batch, as stored. */
  batches(): ReadonlyMap<number, readonly Uint8Array[]> {
    const batches = new Map<number, Uint8Array[]>()
    for (const { batch, sealed } of this.#parts.media[0].ballots()) {
      const ballots = batches.get(batch)
      if (ballots === undefined) batches.set(batch, [sealed])
      else ballots.push(sealed)
    }
    return batches
  }

  /** Of a spare: what it keeps of the journal that it took over. */
  get adopted(): AdoptedRecords | undefined {
    const { device, journal } = this.#parts.media[0].adopted()
    const [row] = device
    return row && { ...row, entries: journal.map(({ entry }) => entry) }
  }

  /** The totals, once the polls are closed for good. What of them may leave is another matter (`ballot/release.ts`). */
  get totals(): StoredTotals | undefined {
    return this.#parts.media[0].totals()
  }

  /** The station's sheet is made, or none is wanted: the key to the station's sealed tallies is forgotten. */
  settleSheet(sheet: string | undefined): void {
    for (const medium of this.#parts.media) medium.settleSheet(sheet)
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

  #closingTotals(salted: SaltedTally, dayKey: Uint8Array): ClosingTotals {
    const { electionPackage, messageSigner, random } = this.#parts
    const { definition } = electionPackage
    const { origin } = this
    const place = this.place
    const isReporting = place !== undefined && isReportingPlace(place)
    const sheetKey = stationSheetKey(dayKey)
    const electionKey = fromBase64(definition.constituency.electionKey)
    if (electionKey === undefined) throw new Error('a package without election key')
    return {
      tally: signTally(
        { origin, salt: salted.salt, tally: tallyJson(definition, salted.tally) },
        messageSigner,
      ),
      sealed: sealTally({ ...salted, origin }, { stationKey: sheetKey, electionKey }, messageSigner, random),
      ...(isReporting && { sheetKey }),
    }
  }

  #unlocked(): OpenBox {
    if (this.#box === undefined) throw new Error('the ballot box is locked: the day key is not here')
    return this.#box
  }

  #nextBatch(ballots: readonly Uint8Array[]) {
    const batch = batchCount(this.day) + 1
    const root = batchRoot(ballots)
    return {
      event: { batch, count: ballots.length, root: toBase64(root) },
      rows: { batch, root, ballots },
    }
  }

  /**
   * Writes a change together with a new block of the pool. If anything fails the box is locked, and both places of a slot file may hold
   * a key: the next {@link unlock} keeps the one that opens what was really committed.
   */
  #writeBox(box: OpenBox, events: readonly JournalEvent[], beside: Omit<Beside, 'pools'>): void {
    const { media } = this.#parts
    this.#box = undefined
    const pools = media.map((medium) => sealOnMedium(medium, box.pool, this.#blockParts(box.dayKey)))
    this.#journal.write(events, { ...beside, pools })
    for (const { slots } of media) slots.destroyPrevious()
    this.#box = box
  }

  #blockParts(dayKey: Uint8Array): BlockParts {
    const { electionPackage, random } = this.#parts
    return { definition: electionPackage.definition, origin: this.origin, dayKey, random }
  }
}

/** HMAC-SHA-256(HKDF(day key, "spent"), nonce): tells a spent authorization again while the day key lives, and nothing after. */
function spentTag(dayKey: Uint8Array, nonce: Uint8Array): Uint8Array {
  return hmacSha256(hkdfSha256(dayKey, 'sandogh/v1/spent'), nonce)
}
