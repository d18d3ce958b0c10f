/** What a database of the centre gives and takes, row by row: what differs between SQLite and PostgreSQL. */
import { z } from 'zod'
import { concatBytes } from '../../core/keys/hash.ts'
import type { Refusal } from '../../core/result.ts'
import { canonicalJson } from '../../core/text/canonical-json.ts'
import type { Frontier } from '../../core/tlog/tree.ts'
import type {
  HeldCheckpoint,
  HeldJournal,
  HeldSheet,
  HeldStatus,
  HeldTally,
  KeptAlarm,
  Owner,
  SecondTotals,
} from './store.ts'

/** A journal as the databases give it, with its latest checkpoint and what was noted of its entries. */
export interface JournalRow {
  readonly origin: string
  readonly device: string
  readonly certificate: Uint8Array
  readonly log_key: Uint8Array
  readonly message_key: Uint8Array
  readonly size: number
  readonly roots: Uint8Array
  readonly receipted_at: number
  readonly written_at: number
  readonly day: string | null
  readonly taken: string | null
  readonly taken_size: number | null
  readonly taken_root: string | null
  readonly closing_seq: number | null
  readonly casts: number | null
  readonly commitment: string | null
  readonly fewest_casts: number | null
  /** A JSON list of devices. */
  readonly dead: string
  /** A JSON list of hashes. */
  readonly programs: string
  /** 0 or 1. */
  readonly has_tally: number
  /** 0 or 1. */
  readonly is_forked: number
}

/** A totals' row beside its journal. */
export interface TotalsRow {
  readonly origin: string
  readonly device: string
  readonly message_key: Uint8Array
  readonly document: Uint8Array
  readonly taken: string | null
}
export interface SheetRow extends TotalsRow {
  readonly station: string
}

export interface SecondTotalsRow {
  readonly origin: string
  /** Empty if it is a device's own tally. */
  readonly station: string
  readonly document: Uint8Array
}

/** A tree over the first entries of a journal. */
export interface TreeRow {
  readonly size: number
  readonly roots: Uint8Array
}

export interface CheckpointRow extends HeldCheckpoint {
  readonly origin: string
  readonly roots: Uint8Array
  readonly receiptedAt: number
  readonly writtenAt: number
  /** As {@link dayText} writes it; null as long as the polls are not closed. */
  readonly day: string | null
}

/** Rows to be written, in the order in which the tables depend on each other. */
export interface Writes {
  readonly owners: Owner[]
  readonly entries: { readonly origin: string; readonly seq: number; readonly bytes: Uint8Array }[]
  readonly checkpoints: CheckpointRow[]
  readonly closings: {
    readonly origin: string
    readonly seq: number
    readonly casts: number
    readonly commitment: string
  }[]
  readonly declarations: { readonly origin: string; readonly seq: number; readonly device: string }[]
  readonly takeovers: {
    readonly origin: string
    readonly taken: string
    readonly takenDevice: string
    readonly size: number
    readonly root: string
  }[]
  readonly programs: { readonly origin: string; readonly seq: number; readonly program: string }[]
  readonly tallies: { readonly origin: string; readonly document: string }[]
  readonly sheets: { readonly station: string; readonly origin: string; readonly document: string }[]
  readonly secondTotals: SecondTotals[]
  readonly forks: { readonly origin: string; readonly size: number; readonly note: string }[]
  readonly alarms: KeptAlarm[]
  /** One of a device at most. */
  readonly statuses: Map<string, HeldStatus>
}

export function noWrites(): Writes {
  return {
    owners: [],
    entries: [],
    checkpoints: [],
    closings: [],
    declarations: [],
    takeovers: [],
    programs: [],
    tallies: [],
    sheets: [],
    secondTotals: [],
    forks: [],
    alarms: [],
    statuses: new Map(),
  }
}

/** One connection to a database, in a transaction or not. */
export interface Rows {
  /** All journals; or those of these devices and of who took one of theirs over. In the order in which they came. */
  journals(devices?: readonly string[]): Promise<readonly JournalRow[]>
  journal(origin: string): Promise<JournalRow | undefined>
  /** Of every journal its latest checkpoint, empty if there is none, and how many entries are there by the number of the last. */
  heads(): Promise<readonly { readonly origin: string; readonly note: string; readonly entries: number }[]>
  entries(origin: string, from: number, to: number): Promise<readonly Uint8Array[]>
  checkpoints(origin: string): Promise<readonly { readonly size: number; readonly note: string }[]>
  checkpoint(origin: string, size: number): Promise<HeldCheckpoint | undefined>
  latestCheckpoint(origin: string): Promise<HeldCheckpoint | undefined>
  /** The largest tree of no more than so many entries that was kept. */
  tree(origin: string, most: number): Promise<TreeRow | undefined>
  tallies(origin?: string): Promise<readonly TotalsRow[]>
  sheets(station?: string): Promise<readonly SheetRow[]>
  secondTotals(): Promise<readonly SecondTotalsRow[]>
  forks(): Promise<readonly { readonly origin: string; readonly count: number }[]>
  /** Of one device, or all; in the order in which they were raised. */
  alarms(device?: string): Promise<readonly KeptAlarm[]>
  statuses(): Promise<readonly HeldStatus[]>
  write(writes: Writes): Promise<void>
}

const HASH_BYTES = 32

/** The roots of a frontier one after another: how many there are follows from the size. */
export function rootsBytes(roots: readonly Uint8Array[]): Uint8Array {
  return concatBytes(...roots)
}

/** The frontier of a tree that was kept. */
export function frontierOf({ size, roots }: TreeRow): Frontier {
  const each = Array.from({ length: roots.length / HASH_BYTES }, (_, i) =>
    roots.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES),
  )
  return { size, roots: each }
}

/** How it is noted with a checkpoint what the day up to it was. */
export function dayText(illegal: Refusal | undefined): string {
  return canonicalJson(illegal === undefined ? {} : { illegal: { ...illegal } })
}

const refusalShape = z.strictObject({
  code: z.string(),
  where: z.string(),
  what: z.string(),
  next: z.string(),
})

/** Beside it older versions wrote the programs, which have a table now. */
const dayShape = z.object({ illegal: refusalShape.optional() })

export function journalOf(row: JournalRow): HeldJournal {
  const { origin, device, certificate, log_key: logKey, message_key: messageKey, day } = row
  const { taken, taken_size: takenSize, taken_root: takenRoot } = row
  const { closing_seq: seq, casts, commitment } = row
  const judged = day === null ? undefined : dayShape.parse(JSON.parse(day))
  return {
    origin,
    device,
    certificate,
    logKey,
    messageKey,
    frontier: frontierOf(row),
    receiptedAt: row.receipted_at,
    writtenAt: row.written_at,
    dead: listOf(row.dead),
    hasTally: row.has_tally === 1,
    isForked: row.is_forked === 1,
    ...(taken !== null &&
      takenSize !== null &&
      takenRoot !== null && { takeover: { origin: taken, size: takenSize, root: takenRoot } }),
    ...(seq !== null && casts !== null && commitment !== null && { closing: { seq, casts, commitment } }),
    ...(row.fewest_casts !== null && { fewestCasts: row.fewest_casts }),
    programs: listOf(row.programs),
    ...(judged?.illegal && { illegal: judged.illegal }),
  }
}

function listOf(text: string): readonly string[] {
  return z.array(z.string()).parse(JSON.parse(text))
}

export function tallyOf(row: TotalsRow): HeldTally {
  const { origin, device, message_key: messageKey, taken } = row
  return { origin, device, messageKey, document: textOf(row), ...(taken !== null && { takenOver: taken }) }
}

export function sheetOf(row: SheetRow): HeldSheet {
  const { station, device, message_key: messageKey, taken } = row
  return { station, device, messageKey, document: textOf(row), ...(taken !== null && { takenOver: taken }) }
}

export function secondTotalsOf(row: SecondTotalsRow): SecondTotals {
  const { origin, station } = row
  return { origin, station: station === '' ? undefined : station, document: textOf(row) }
}

function textOf({ document }: { readonly document: Uint8Array }): string {
  return Buffer.from(document.buffer, document.byteOffset, document.byteLength).toString('utf8')
}
