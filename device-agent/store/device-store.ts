/**
 * Everything a ballot device remembers: its journal, its ballots and what is still on its way to the centre. Whatever a method here
 * has returned from is on the disk and survives a `kill -9` at any instant. Order on several media: new slots on all, commit one after the
 * other, destroy old slots on all, acknowledge. A medium that fails or is silent is left behind, and the journal says so before anything is
 * acknowledged (`media.ts`); at the next start it may catch up (`docs/decisions/0018-two-media.md`).
 */
import { batchRoot } from '../../core/ballot-box/batch.ts'
import { ballotCapacity } from '../../core/ballot-box/capacity.ts'
import { commitTally, SALT_BYTES } from '../../core/ballot-box/commitment.ts'
import { addToPool, emptyPool, type Pool, sortBallots, spentRoot } from '../../core/ballot-box/pool.ts'
import { sealBallot } from '../../core/ballot-box/sealed-ballot.ts'
import { deviceOfOrigin } from '../../core/bundle/names.ts'
import type { Ballot } from '../../core/election/ballot.ts'
import { contestsOfStyle } from '../../core/election/definition.ts'
import { isReportingPlace, type Place, placeOf } from '../../core/election/place.ts'
import { addSelections, isZero, selectionsOf, type Tally } from '../../core/election/tally.ts'
import type { JournalEvent } from '../../core/journal/catalogue.ts'
import type { AdoptedRecords } from '../../core/journal/check-adopted.ts'
import type { Day } from '../../core/journal/day.ts'
import { batchCount } from '../../core/journal/day-rules.ts'
import { equalBytes, hkdfSha256, hmacSha256, toBase64 } from '../../core/keys/hash.ts'
import type { ElectionPackage } from '../../core/package/package.ts'
import type { Clock, Random, Signer } from '../../core/ports.ts'
import type { Result } from '../../core/result.ts'
import { ok, refuse } from '../../core/result.ts'
import type { AdoptedBox } from './adopted-rows.ts'
import { bringUp } from './catch-up.ts'
import { changed } from './check-stored.ts'
import { closingTotals } from './closing-totals.ts'
import { compareMedia } from './compare-media.ts'
import { type Beside, JournalWriter } from './journal-writer.ts'
import { type AllMedia, Media, type StoreMedium } from './media.ts'
import { Space } from './media-space.ts'
import type { SlipState, StoredRecords, StoredTotals } from './medium.ts'
import { type BlockParts, poolLocked, recoverFromMedium, sealOnMedium } from './pool-block.ts'
import { Repeats } from './repeats.ts'
import { StationMemory } from './station-memory.ts'
import { ToldMedia } from './told-media.ts'

/** What the store is given. */
export interface StoreParts {
  /** Every medium in the order in which they are written. */
  readonly media: AllMedia
  readonly electionPackage: ElectionPackage
  readonly logSigner: Signer
  readonly messageSigner: Signer
  /** Cosigns the heads of neighbouring devices. */
  readonly witnessSigner: Signer
  /** Ed25519 key of the election authority, 32 bytes. */
  readonly authorityKey: Uint8Array
  /** Which start of the computer this is. */
  readonly boot: string
  readonly clock: Clock
  readonly random: Random
}

/** Two officers' certificates, SHA-256 in base64. */
export interface OpeningOfficers {
  readonly executive: string
  readonly supervisory: string
}

/** How far a journal was acknowledged. */
export interface Acknowledged {
  readonly origin: string
  readonly size: number
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
  readonly #media: ToldMedia
  readonly #journal: JournalWriter
  readonly #spent: Uint8Array[]
  readonly #repeats: Repeats
  /** Heads of this station's journals that passed by on officers' cards. */
  readonly station: StationMemory
  /** Room for votes on the media. */
  readonly space: Space
  #box: OpenBox | undefined

  private constructor(
    parts: StoreParts,
    media: Media,
    journal: JournalWriter,
    { spent, heads }: Pick<StoredRecords, 'spent' | 'heads'>,
  ) {
    const { electionPackage, witnessSigner, authorityKey } = parts
    this.#parts = parts
    this.#media = new ToldMedia(media, journal)
    this.#journal = journal
    this.#spent = [...spent]
    this.#repeats = new Repeats(parts.clock)
    const { definition } = electionPackage
    const owner = { definition, journal, witnessKey: witnessSigner.publicKey, authorityKey }
    this.space = new Space(this.#media, definition)
    this.station = new StationMemory((step) => this.#media.onEach(step), owner, heads)
  }

  /** A new journal on new, empty media: writes the first entry. */
  static begin(
    parts: StoreParts,
    opening: Omit<JournalEvent & { type: 'journal.opened' }, 'type'>,
  ): DeviceStore {
    const media = new Media(parts.media, parts.boot)
    const journal = new JournalWriter(opening.origin, { ...parts, media })
    const store = new DeviceStore(parts, media, journal, { spent: [], heads: [] })
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
    const media = new Media(parts.media, parts.boot)
    const journal = new JournalWriter(opening.origin, { ...parts, media })
    const store = new DeviceStore(parts, media, journal, { spent: box.spent, heads: [] })
    store.#writeBox({ dayKey, pool }, [{ type: 'journal.opened', ...opening }, takeover], { adopted: box })
    return store
  }

  /**
   * Takes up a journal again: checks every row of every medium first, and names the table where something does not hold. The longest sound one
   * counts; what became of another one is in the journal when this returns.
   * @param acknowledged after a failure: by this same program. Where no medium holds that much nothing is written on any: it would be another history
   */
  static resume(parts: StoreParts, acknowledged?: Acknowledged): Result<DeviceStore> {
    const { electionPackage, logSigner, messageSigner, witnessSigner, authorityKey } = parts
    const keys = {
      logKey: logSigner.publicKey,
      messageKey: messageSigner.publicKey,
      witnessKey: witnessSigner.publicKey,
    }
    const compared = compareMedia(parts.media, { electionPackage, ...keys, authorityKey }, parts.boot)
    if (!compared.ok) return compared
    const { day, records, counted, short, behind } = compared.value
    const { origin, size } = acknowledged ?? day
    if (day.origin !== origin || day.size < size) return tooShort(parts.media, day, size)
    const media = new Media(parts.media, parts.boot, counted, [...short, ...behind])
    const journal = JournalWriter.resume({ ...parts, media }, day, records)
    const store = new DeviceStore(parts, media, journal, records)
    store.#media.settle(compared.value)
    if (day.polls === 'closed' || day.polls === 'finished') store.#settleClosed()
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
    return this.#media.read((medium) => medium.slip())
  }

  /** Adds one event to the journal; what outsiders bring about again and again is counted instead. */
  append(event: JournalEvent): void {
    const events = this.#repeats.take(event)
    if (events.length > 0) this.#journal.write(events, {})
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
   * After a restart: opens the pool again with the day key from two officers' cards, from a medium that is behind if that alone holds it. The
   * slot that does not open the committed block is destroyed before anything else; with another day's key nothing is.
   */
  unlock(dayKey: Uint8Array): Result<void> {
    this.#box = undefined
    const open = (medium: StoreMedium) => this.#openPoolOn(medium, dayKey)
    const found = this.#media.readSound(open)
    const pool = found.ok ? found.value : this.#media.readBehind(open)
    if (pool === undefined) return found as Result<never>
    this.#box = { dayKey, pool }
    this.#catchUp()
    if (found.ok) return ok(undefined)
    const again = this.#media.readSound(open)
    if (!again.ok) this.#box = undefined
    return again.ok ? ok(undefined) : again
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
    // Nobody is let in for it: a count that is full never begins anew at zero.
    if (this.day.casts >= ballotCapacity(definition))
      throw new Error('a ballot was cast that no count has room for')
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
    const beside = { spentTags: [tag], slip: 'accepted' as const }
    if (added.batch === undefined) this.#writeBox({ dayKey, pool: added.pool }, events, beside)
    else {
      const batch = this.#nextBatch(added.batch)
      events.push({ type: 'batch.sealed', ...batch.event })
      this.#writeBox({ dayKey, pool: added.pool }, events, { ...beside, batches: [batch.rows] })
    }
    this.#spent.push(tag)
  }

  /**
   * Closes the polls for good: the last batch, the commitment to the tally, the tally itself, open and sealed, and the pool and its keys
   * gone. The day key is forgotten here, even where a medium fails.
   */
  closePolls(officers: OpeningOfficers): void {
    const { electionPackage, random } = this.#parts
    const { definition } = electionPackage
    const { pool, dayKey } = this.#unlocked()
    const rest = sortBallots(pool.ballots.flat())
    const last = rest.length > 0 ? this.#nextBatch(rest) : undefined
    const salt = random.bytes(SALT_BYTES)
    const events: JournalEvent[] = [
      ...this.#repeats.rest(),
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
    const isReporting = this.place !== undefined && isReportingPlace(this.place)
    const journal = { origin: this.origin, isReporting }
    const totals = closingTotals(this.#parts, journal, { salt, tally: pool.tally }, dayKey)
    try {
      this.#journal.write(events, { pools: null, totals, ...(last && { batches: [last.rows] }) })
      this.#media.onEach(({ slots }) => slots.destroyAll())
    } finally {
      // Whichever fails on the last medium: this program writes nothing more, and the next start asks for the cards or is finished.
      dayKey.fill(0)
      this.#box = undefined
    }
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
    for (const { batch, sealed } of this.#media.read((medium) => medium.ballots())) {
      const ballots = batches.get(batch)
      if (ballots === undefined) batches.set(batch, [sealed])
      else ballots.push(sealed)
    }
    return batches
  }

  /** Of a spare: what it keeps of the journal that it took over. */
  get adopted(): AdoptedRecords | undefined {
    const { device, journal } = this.#media.read((medium) => medium.adopted())
    const [row] = device
    return row && { ...row, entries: journal.map(({ entry }) => entry) }
  }

  /** The totals, once the polls are closed for good. What of them may leave is another matter (`ballot/release.ts`). */
  get totals(): StoredTotals | undefined {
    return this.#media.read((medium) => medium.totals())
  }

  /** The station's sheet is made, or none is wanted: the key to the station's sealed tallies is forgotten. */
  settleSheet(sheet: string | undefined): void {
    this.#media.onEach((medium) => medium.settleSheet(sheet))
  }

  get receipt(): { readonly size: number; readonly cosignature: string } | undefined {
    return this.#media.read((medium) => medium.receipt())
  }

  storeReceipt(size: number, cosignature: string): void {
    this.#media.onEach((medium) => medium.storeReceipt(size, cosignature))
  }

  markTallyAnswered(): void {
    this.#media.onEach((medium) => medium.markTallyAnswered())
  }

  close(): void {
    this.#media.close()
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
    this.#box = undefined
    const parts = this.#blockParts(box.dayKey)
    const pools = this.#media.readAll((medium) => sealOnMedium(medium, box.pool, parts))
    this.#journal.write(events, { ...beside, pools })
    this.#media.onEach(({ slots }) => slots.destroyPrevious())
    this.#box = box
  }

  /** Opens the pool of one medium, and holds it against what the journal and the tags say. */
  #openPoolOn(medium: StoreMedium, dayKey: Uint8Array): Result<Pool> {
    const pool = recoverFromMedium(medium, this.#blockParts(dayKey))
    if (pool === undefined) return poolLocked(medium)
    if (pool.casts !== this.day.casts)
      return changed('pool', `it knows ${pool.casts} ballots, the journal ${this.day.casts}`)
    if (!equalBytes(pool.spent, spentRoot(this.#spent)))
      return changed('spent', 'these are not the tags that the pool knows')
    return ok(pool)
  }

  /** The day is over, or has not begun: no pool is needed, and a medium that is behind has no day key to wait for. */
  #settleClosed(): void {
    this.#catchUp()
    this.#media.onEach(({ slots }) => slots.destroyAll())
    // The power may have been cut between two media, or before the key for the sheet had left a write-ahead log.
    const totals = [...this.#media.readAll((medium) => medium.totals()).values()]
    if (totals.some((kept) => kept !== undefined && kept.sheetKey === undefined))
      this.settleSheet(totals.find((kept) => kept?.sheet !== undefined)?.sheet)
  }

  /** Brings up what is behind; while a pool is there its new block goes with all the rest. */
  #catchUp(): void {
    const box = this.#box
    this.#media.catchUp((medium, whole) => {
      if (box === undefined) return bringUp(medium, whole, this.day.polls === 'finished' ? null : undefined)
      const parts = this.#blockParts(box.dayKey)
      // The key of its old block is not the one that is overwritten: until the commit it is sound as it was.
      recoverFromMedium(medium, parts)
      bringUp(medium, whole, sealOnMedium(medium, box.pool, parts))
      medium.slots.destroyPrevious()
    })
  }

  #blockParts(dayKey: Uint8Array): BlockParts {
    const { electionPackage, random } = this.#parts
    return { definition: electionPackage.definition, origin: this.origin, dayKey, random }
  }
}

function tooShort([{ folder }]: AllMedia, day: Day, size: number) {
  return refuse(
    'store.too-short',
    `${folder} and the medium beside it`,
    `of ${size} entries that were acknowledged ${day.size} are there`,
    'Do not vote on this device. Switch it off and on with both media in their places.',
  )
}

/** HMAC-SHA-256(HKDF(day key, "spent"), nonce): tells a spent authorization again while the day key lives, and nothing after. */
function spentTag(dayKey: Uint8Array, nonce: Uint8Array): Uint8Array {
  return hmacSha256(hkdfSha256(dayKey, 'sandogh/v1/spent'), nonce)
}
