/**
 * What the centre holds of every device's journal, on disk before anything is said about it. The heads of the trees (`Frontier`) are kept
 * in memory; they are computed from the entries at opening, and every stored checkpoint must agree with them.
 */
import SqliteDatabase, { type Database } from 'better-sqlite3'
import { openStationSheet } from '../../core/bundle/station-sheet.ts'
import { parseEntry } from '../../core/journal/entry.ts'
import { equalBytes } from '../../core/keys/hash.ts'
import type { Result } from '../../core/result.ts'
import { ok, refuse } from '../../core/result.ts'
import { openCheckpoint } from '../../core/tlog/checkpoint.ts'
import { appendLeaf, emptyFrontier, type Frontier, frontierRoot, leafHash } from '../../core/tlog/tree.ts'
import { prepare } from './schema.ts'

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

/** A journal as far as it is held. */
export interface HeldJournal extends Owner {
  readonly frontier: Frontier
  /** Of a spare: the journal that it took over. */
  readonly takeover?: TakenOver
}

/** A journal of a device that died, as its spare says it was. */
export interface TakenOver {
  readonly origin: string
  readonly size: number
  /** Base64. */
  readonly root: string
}

/** A checkpoint as the device signed it, and the cosignature given for it. */
interface HeldCheckpoint {
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

/** Entries that join a journal, with the checkpoint over all of it. */
export interface Addition {
  readonly owner: Owner
  readonly entries: readonly Uint8Array[]
  /** The tree with these entries. */
  readonly frontier: Frontier
  readonly note: string
  readonly cosignature: string
}

/** Methods that write return once the transaction is on disk, and throw what SQLite throws if it is not. */
export interface CentreStore {
  journals(): readonly HeldJournal[]
  journal(origin: string): HeldJournal | undefined
  /** Spares' journals that took this one over; one, unless something is very wrong. */
  takersOf(origin: string): readonly HeldJournal[]
  /** Entries `from` to `to` (not included), as far as they are held. */
  entries(origin: string, from: number, to: number): readonly Uint8Array[]
  checkpoint(origin: string, size: number): HeldCheckpoint | undefined
  latestCheckpoint(origin: string): HeldCheckpoint | undefined
  tally(origin: string): HeldTally | undefined
  tallies(): readonly HeldTally[]
  /** Entries, checkpoint, cosignature and, the first time, the journal's owner: all or nothing. */
  append(addition: Addition): void
  storeTally(origin: string, document: string): void
  sheet(station: string): HeldSheet | undefined
  sheets(): readonly HeldSheet[]
  /** @param origin the journal of the reporting device */
  storeSheet(station: string, origin: string, document: string): void
  /** Keeps a contradicting checkpoint as evidence: the first of each size. */
  storeFork(origin: string, size: number, note: string): void
  /** How many contradicting checkpoints are kept of a journal. */
  forks(origin: string): number
  close(): void
}

interface TallyRow {
  readonly origin: string
  readonly document: Buffer
}

interface SheetRow {
  readonly station: string
  readonly origin: string
  readonly document: Buffer
}

interface OwnerRow {
  readonly origin: string
  readonly device: string
  readonly certificate: Buffer
  readonly log_key: Buffer
  readonly message_key: Buffer
}

/**
 * Opens or makes the centre's database and checks all that it holds.
 * @param path of the file
 * @returns a refusal `store.*` if it is no such database or its content contradicts itself
 */
export function openCentreStore(path: string): Result<CentreStore> {
  let database: Database | undefined
  try {
    database = new SqliteDatabase(path)
    const prepared = prepare(database, path)
    const heads: Result<Map<string, HeldJournal>> = prepared.ok ? readHeads(database, path) : prepared
    const checked = heads.ok ? checkSheets(database, heads.value, path) : heads
    if (checked.ok) return ok(storeOf(database, checked.value))
    database.close()
    return checked
  } catch (error) {
    database?.close()
    if (!(error instanceof SqliteDatabase.SqliteError || error instanceof TypeError)) throw error
    return refuse(
      'store.open',
      path,
      error.message,
      "Check that this is the centre's database and can be written.",
    )
  }
}

/** The head of every journal, from its entries; a stored checkpoint that is not of the entries stops everything. */
function readHeads(database: Database, path: string): Result<Map<string, HeldJournal>> {
  const entriesOf = database.prepare('SELECT bytes FROM entries WHERE origin = ? ORDER BY seq').pluck()
  const checkpointsOf = database.prepare('SELECT size, note FROM checkpoints WHERE origin = ?')
  const heads = new Map<string, HeldJournal>()
  for (const row of database.prepare('SELECT * FROM devices').all() as OwnerRow[]) {
    const owner = ownerOf(row)
    const notes = new Map(
      (checkpointsOf.all(owner.origin) as HeldCheckpoint[]).map(({ size, note }) => [size, note]),
    )
    let frontier = emptyFrontier()
    let takeover: TakenOver | undefined
    for (const bytes of entriesOf.iterate(owner.origin) as Iterable<Buffer>) {
      if (frontier.size === TAKEOVER_ENTRY) takeover = takeoverOf(bytes)
      frontier = appendLeaf(frontier, leafHash(bytes))
      const note = notes.get(frontier.size)
      if (note === undefined) continue
      const checkpoint = openCheckpoint(note, { origin: owner.origin, publicKey: owner.logKey })
      if (!checkpoint.ok || !equalBytes(checkpoint.value.root, frontierRoot(frontier))) {
        return changed(path, `${owner.origin}: the entries are not those of the checkpoint ${frontier.size}`)
      }
      notes.delete(frontier.size)
    }
    if (notes.size > 0) return changed(path, `${owner.origin}: a checkpoint without its entries`)
    heads.set(owner.origin, { ...owner, frontier, ...(takeover && { takeover }) })
  }
  return ok(heads)
}

/** A spare's journal takes another over in this entry, or none does. */
const TAKEOVER_ENTRY = 1

function takeoverOf(bytes: Uint8Array): TakenOver | undefined {
  const entry = parseEntry(bytes, TAKEOVER_ENTRY, 'entry 1')
  if (!entry.ok || entry.value.type !== 'takeover') return undefined
  const { origin, size, root } = entry.value
  return { origin, size, root }
}

/** Keeps by the journal that was taken over who did; a journal that grew takes its own place. */
function noteTaker(takers: Map<string, HeldJournal[]>, journal: HeldJournal): void {
  if (journal.takeover === undefined) return
  const others = (takers.get(journal.takeover.origin) ?? []).filter(({ origin }) => origin !== journal.origin)
  takers.set(journal.takeover.origin, [...others, journal])
}

/** Every sheet is signed by the journal it is stored under, and is of the station it is stored for. */
function checkSheets(
  database: Database,
  heads: Map<string, HeldJournal>,
  path: string,
): Result<Map<string, HeldJournal>> {
  for (const row of database.prepare('SELECT * FROM sheets').all() as SheetRow[]) {
    const where = `the sheet of ${row.station}`
    if (!heads.has(row.origin)) return changed(path, `${where}: its journal is missing`)
    const { document, messageKey } = heldSheet(heads, row)
    const opened = openStationSheet(document, messageKey, where)
    if (!opened.ok) return changed(path, `${where}: ${opened.error.what}`)
    if (opened.value.station !== row.station)
      return changed(path, `${where}: it is that of ${opened.value.station}`)
  }
  return ok(heads)
}

/** The journal that a row refers to: the database itself refuses a row without. */
function journalOf(heads: ReadonlyMap<string, HeldJournal>, origin: string): HeldJournal {
  const journal = heads.get(origin)
  if (journal === undefined) throw new Error(`totals of an unknown journal: ${origin}`)
  return journal
}

function heldSheet(
  heads: ReadonlyMap<string, HeldJournal>,
  { station, origin, document }: SheetRow,
): HeldSheet {
  const { device, messageKey, takeover } = journalOf(heads, origin)
  const takenOver = takeover && { takenOver: takeover.origin }
  return { station, device, messageKey, document: document.toString('utf8'), ...takenOver }
}

function changed(path: string, what: string) {
  return refuse('store.changed', path, what, 'The file was changed or damaged: keep it, and restore a copy.')
}

function ownerOf(row: OwnerRow): Owner {
  const { origin, device, certificate, log_key: logKey, message_key: messageKey } = row
  return { origin, device, certificate, logKey, messageKey }
}

function storeOf(database: Database, heads: Map<string, HeldJournal>): CentreStore {
  const addOwner = database.prepare('INSERT INTO devices VALUES (?, ?, ?, ?, ?)')
  const addEntry = database.prepare('INSERT INTO entries VALUES (?, ?, ?)')
  const addCheckpoint = database.prepare('INSERT INTO checkpoints VALUES (?, ?, ?, ?)')
  const addTally = database.prepare('INSERT INTO tallies VALUES (?, ?)')
  const addSheet = database.prepare('INSERT INTO sheets VALUES (?, ?, ?)')
  const sheetOf = database.prepare('SELECT * FROM sheets WHERE station = ?')
  const allSheets = database.prepare('SELECT * FROM sheets ORDER BY station')
  const addFork = database.prepare('INSERT OR IGNORE INTO forks VALUES (?, ?, ?)')
  const forksOf = database.prepare('SELECT count(*) FROM forks WHERE origin = ?').pluck()
  const range = database
    .prepare('SELECT bytes FROM entries WHERE origin = ? AND seq >= ? AND seq < ? ORDER BY seq')
    .pluck()
  const checkpointOf = database.prepare(
    'SELECT size, note, cosignature FROM checkpoints WHERE origin = ? AND size = ?',
  )
  const latestOf = database.prepare(
    'SELECT size, note, cosignature FROM checkpoints WHERE origin = ? ORDER BY size DESC LIMIT 1',
  )
  const tallyRows = 'SELECT origin, document FROM tallies'
  const tallyOf = database.prepare(`${tallyRows} WHERE origin = ?`)
  const allTallies = database.prepare(`${tallyRows} ORDER BY origin`)

  const heldTally = ({ origin, document }: TallyRow) => {
    const { device, messageKey, takeover } = journalOf(heads, origin)
    const takenOver = takeover && { takenOver: takeover.origin }
    return { origin, device, messageKey, document: document.toString('utf8'), ...takenOver }
  }

  const takers = new Map<string, HeldJournal[]>()
  for (const journal of heads.values()) noteTaker(takers, journal)

  const append = database.transaction(({ owner, entries, frontier, note, cosignature }: Addition) => {
    const { origin, device, certificate, logKey, messageKey } = owner
    if (!heads.has(origin)) addOwner.run(origin, device, certificate, logKey, messageKey)
    const first = frontier.size - entries.length
    for (const [index, entry] of entries.entries()) addEntry.run(origin, first + index, entry)
    addCheckpoint.run(origin, frontier.size, note, cosignature)
  })

  return {
    journals: () => [...heads.values()],
    journal: (origin) => heads.get(origin),
    takersOf: (origin) => takers.get(origin) ?? [],
    entries: (origin, from, to) => range.all(origin, from, to) as Buffer[],
    checkpoint: (origin, size) => checkpointOf.get(origin, size) as HeldCheckpoint | undefined,
    latestCheckpoint: (origin) => latestOf.get(origin) as HeldCheckpoint | undefined,
    tally: (origin) => {
      const row = tallyOf.get(origin) as TallyRow | undefined
      return row && heldTally(row)
    },
    tallies: () => (allTallies.all() as TallyRow[]).map(heldTally),
    append: (addition) => {
      append.immediate(addition)
      // Only now: a head in memory must never be ahead of the disk.
      const { owner, entries, frontier } = addition
      const second = entries[TAKEOVER_ENTRY - (frontier.size - entries.length)]
      const takeover = heads.get(owner.origin)?.takeover ?? (second && takeoverOf(second))
      const journal = { ...owner, frontier, ...(takeover && { takeover }) }
      heads.set(owner.origin, journal)
      noteTaker(takers, journal)
    },
    storeTally: (origin, document) => {
      addTally.run(origin, Buffer.from(document))
    },
    sheet: (station) => {
      const row = sheetOf.get(station) as SheetRow | undefined
      return row && heldSheet(heads, row)
    },
    sheets: () => (allSheets.all() as SheetRow[]).map((row) => heldSheet(heads, row)),
    storeSheet: (station, origin, document) => {
      addSheet.run(station, origin, Buffer.from(document))
    },
    storeFork: (origin, size, note) => {
      addFork.run(origin, size, note)
    },
    forks: (origin) => forksOf.get(origin) as number,
    close: () => {
      database.close()
    },
  }
}
