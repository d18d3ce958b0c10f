/**
 * What the centre holds of every device's journal, on disk before anything is said about it: the seam that the rest of the centre knows, the same
 * over SQLite and PostgreSQL. Rows never change, but for the
 * latest status of a device; what a decision needs of a station is read at once, and all that it writes is one transaction.
 */
import type { Refusal, Result } from '../../core/result.ts'
import type { Frontier } from '../../core/tlog/tree.ts'
import { openPostgresStore } from './postgres-store.ts'
import { openSqliteStore } from './sqlite-store.ts'

/** Whose journal it is. */
export interface Owner {
  readonly origin: string
  readonly device: string
  /** DER. */
  readonly certificate: Uint8Array
  /** Ed25519, 32 bytes each. */
  readonly logKey: Uint8Array
  readonly messageKey: Uint8Array
}

/** A journal as far as it is held, with what was noted of its entries when they came. */
export interface HeldJournal extends Owner {
  readonly frontier: Frontier
  /** Of a spare: the journal that it took over. */
  readonly takeover?: TakenOver
  /** Its last closing entry. */
  readonly closing?: Closing
  /** Of a closed journal: the fewest ballots that any of its closing entries names. A legal day has one; but who closes again takes back no number. */
  readonly fewestCasts?: number
  /** Of a closed journal: why its day was never legal. */
  readonly illegal?: Refusal
  /** The programs that its entries name, by the hashes of their files, in the order in which they ran: more than one if it was changed. The first few (`noted.ts`). */
  readonly programs: readonly string[]
  /** Devices that it declares dead behind its closing. */
  readonly dead: readonly string[]
  /** Whether a tally of it is held. */
  readonly hasTally: boolean
  /** Whether a checkpoint is kept that contradicts it. */
  readonly isForked: boolean
  /** When the centre signed its latest receipt, and when the device says that it wrote its last entry: seconds since 1970; 0 if it is not known. */
  readonly receiptedAt: number
  readonly writtenAt: number
}

/** A journal of a device that died, as its spare says it was. */
export interface TakenOver {
  readonly origin: string
  readonly size: number
  /** Base64. */
  readonly root: string
}

/** What a closing entry says of the totals. */
export interface Closing {
  readonly seq: number
  readonly casts: number
  /** Base64. */
  readonly commitment: string
}

/** A checkpoint as the device signed it, and the cosignature given for it. */
export interface HeldCheckpoint {
  readonly size: number
  readonly note: string
  readonly cosignature: string
}

/** A released tally whose journal commits to it. */
export interface HeldTally {
  readonly origin: string
  readonly device: string
  readonly messageKey: Uint8Array
  /** The signed document. */
  readonly document: string
  /** Of a spare: the journal that it took over, whose ballots are in it too. */
  readonly takenOver?: string
}

/** The sheet of a station, whose journals commit to what it sums up. */
export interface HeldSheet {
  readonly station: string
  /** The reporting device, and the message key of its journal. */
  readonly device: string
  readonly messageKey: Uint8Array
  /** The signed document. */
  readonly document: string
  /** Of a spare: the journal that it took over. */
  readonly takenOver?: string
}

/** Totals that a journal's key signed beside those that are held: evidence, which nobody counts. */
export interface SecondTotals {
  /** Whose key it was. */
  readonly origin: string
  /** Of a sheet its station; of a device's own tally none. */
  readonly station: string | undefined
  /** The signed document. */
  readonly document: string
}

/** What the centre had to be told of a device, kept for people to find. */
export interface KeptAlarm {
  readonly device: string
  readonly kind: string
  /** SHA-256 of the message that raised it; of an alarm that no message raised, of its own words; of a journal that was not kept, of its origin. */
  readonly evidence: Uint8Array
  /** When it was first raised, seconds since 1970. */
  readonly at: number
  /** In words, of characters that are seen. */
  readonly what: string
}

/** What a device said last of how it is: news, not evidence. */
export interface HeldStatus {
  readonly device: string
  /** By the clock of the collector, seconds since 1970. */
  readonly receivedAt: number
  /** As the device wrote it (`core/messages/status.ts`). */
  readonly document: string
}

/** So many alarms of one kind are kept of a device, the first: whoever floods fills no disk, and hides no other device's. */
export const MOST_ALARMS = 8

/** Entries that join a journal, with the checkpoint over all of it. */
export interface Addition {
  readonly owner: Owner
  readonly entries: readonly Uint8Array[]
  /** The tree with these entries. */
  readonly frontier: Frontier
  readonly note: string
  readonly cosignature: string
  /** As {@link HeldJournal} has them. */
  readonly receiptedAt: number
  readonly writtenAt: number
}

/** What belongs together: only one transaction at a time reads and writes it. */
export interface Scope {
  /** Of a station its id; of a device that stands in none a name of its own. */
  readonly name: string
  /** All its devices, spares too. */
  readonly devices: readonly string[]
}

/** The journals of some stations within a transaction. What is written is read back at once, and is on disk when the transaction has ended. */
export interface Held {
  /** Throws on a journal of another station. */
  journal(origin: string): HeldJournal | undefined
  /** In the order in which they came. */
  journalsOf(device: string): readonly HeldJournal[]
  /** Spares' journals that took this one over; one, unless something is very wrong. */
  takersOf(origin: string): readonly HeldJournal[]
  entries(origin: string, from: number, to: number): Promise<readonly Uint8Array[]>
  checkpoint(origin: string, size: number): Promise<HeldCheckpoint | undefined>
  latestCheckpoint(origin: string): Promise<HeldCheckpoint | undefined>
  /** The largest tree over no more than so many of its entries that was kept: that of a checkpoint, or the empty one. */
  tree(origin: string, most: number): Promise<Frontier>
  tally(origin: string): Promise<HeldTally | undefined>
  sheet(station: string): Promise<HeldSheet | undefined>
  /** Entries, checkpoint, cosignature and, the first time, the journal's owner. */
  append(addition: Addition): Promise<void>
  storeTally(origin: string, document: string): void
  /** @param origin the journal of the reporting device */
  storeSheet(station: string, origin: string, document: string): void
  /** Keeps totals beside those that are held as evidence: of each journal the first, and of each station the first that a journal's key signed. */
  storeSecondTotals(second: SecondTotals): void
  /** Keeps a contradicting checkpoint as evidence: the first of each size. */
  storeFork(origin: string, size: number, note: string): void
  /** Keeps an alarm once, and of one kind and device no more than {@link MOST_ALARMS}. Throws on a device of another station. */
  storeAlarm(alarm: KeptAlarm): Promise<void>
  /** Keeps it in the place of the device's status before, whenever that was by another collector's clock. Throws on a device of another station. */
  storeStatus(status: HeldStatus): void
}

/** What is held. Every method rejects with what the database says if it cannot be reached (`StoreUnavailable` where another try may succeed). */
export interface HeldRecords {
  /** In the order in which they came. */
  journals(): Promise<readonly HeldJournal[]>
  journal(origin: string): Promise<HeldJournal | undefined>
  /** Entries `from` to `to` (not included), as far as they are held. */
  entries(origin: string, from: number, to: number): Promise<readonly Uint8Array[]>
  checkpoint(origin: string, size: number): Promise<HeldCheckpoint | undefined>
  latestCheckpoint(origin: string): Promise<HeldCheckpoint | undefined>
  tally(origin: string): Promise<HeldTally | undefined>
  tallies(): Promise<readonly HeldTally[]>
  sheet(station: string): Promise<HeldSheet | undefined>
  sheets(): Promise<readonly HeldSheet[]>
  secondTotals(): Promise<readonly SecondTotals[]>
  /** How many contradicting checkpoints are kept, by journal. */
  forks(): Promise<ReadonlyMap<string, number>>
  /** In the order in which they were raised. */
  alarms(): Promise<readonly KeptAlarm[]>
  /** The latest of each device, by their names. */
  statuses(): Promise<readonly HeldStatus[]>
}

/** Rejects as {@link HeldRecords} does, or where it cannot be written. What its own methods read, each reads for itself, while others write. */
export interface CentreStore extends HeldRecords {
  /** All that `read` reads is of one moment, whatever others write meanwhile: for whoever holds one record against another. */
  atOnce<T>(read: (held: HeldRecords) => Promise<T>): Promise<T>
  /**
   * All that `work` writes, or nothing: it is on disk when the promise resolves. Nobody else, in no other process, changes anything of these
   * stations meanwhile.
   */
  transact<T>(stations: readonly Scope[], work: (held: Held) => Promise<T>): Promise<T>
  close(): Promise<void>
}

/**
 * How much is held against each other at opening: `everything`, or of each journal only its head, which is what a collector builds on, while
 * devices wait (docs/decisions/0023).
 */
export type OpeningCheck = 'everything' | 'heads'

/**
 * Opens or makes the centre's database.
 * @param location of the file (SQLite), or a URL `postgres://…`
 * @returns a refusal `store.*` if it is no such database or its content contradicts itself
 */
export function openCentreStore(
  location: string,
  check: OpeningCheck = 'everything',
): Promise<Result<CentreStore>> {
  return isPostgresUrl(location) ? openPostgresStore(location, check) : openSqliteStore(location, check)
}

export function isPostgresUrl(location: string): boolean {
  return /^postgres(ql)?:\/\//i.test(location)
}
