/**
 * Reads SQLite files without SQLite, to the last byte: pages, the order of cells and where each lies, what is free, and every
 * version of a page that the write-ahead log still holds. Written from "Database File Format" (sqlite.org/fileformat2.html); clause numbers
 * are of that page. Log checksums are not looked at: a carver takes what it finds.
 */

/** A page of a b-tree (clause 1.6). */
export interface Page {
  readonly kind: 'table-interior' | 'table-leaf' | 'index-interior' | 'index-leaf'
  /** Offsets of the cells in the order of their keys. */
  readonly cells: readonly number[]
  readonly freeblocks: readonly { readonly offset: number; readonly size: number }[]
  /** Interior pages only. */
  readonly rightmost: number | undefined
}

/** One entry of a b-tree and where its bytes lie. */
export interface Cell {
  readonly page: number
  readonly offset: number
  /** Tables with row ids only. */
  readonly rowId: number | undefined
  readonly payload: Buffer
}

export type Value = null | number | string | Buffer

/** Pages by number, as one state of the database holds them. */
export type Pages = ReadonlyMap<number, Buffer>

/** A page in the write-ahead log (clause 4.1). `live` is false for what an earlier round of the log left behind. */
export interface Frame {
  readonly page: number
  readonly commits: boolean
  readonly live: boolean
  readonly bytes: Buffer
}

const KINDS = { 2: 'index-interior', 5: 'table-interior', 10: 'index-leaf', 13: 'table-leaf' } as const
const LOG_MAGIC = 0x377f0682
const LOG_HEAD = 32
const FRAME_HEAD = 24

/** Page size by the header of the database file (clause 1.3.2). */
export function pageSizeOf(database: Buffer): number {
  const size = database.readUInt16BE(16)
  return size === 1 ? 65536 : size
}

/** The file cut into pages, without looking at the log. */
export function filePages(database: Buffer): Map<number, Buffer> {
  const size = pageSizeOf(database)
  const pages = new Map<number, Buffer>()
  for (let at = 0; at + size <= database.length; at += size)
    pages.set(at / size + 1, database.subarray(at, at + size))
  return pages
}

/** All frames of a log, leftovers included. */
export function logFrames(log: Buffer): Frame[] {
  if (log.length < LOG_HEAD || (log.readUInt32BE(0) & ~1) >>> 0 !== LOG_MAGIC) return []
  const step = FRAME_HEAD + log.readUInt32BE(8)
  const salts = log.subarray(16, 24)
  const frames: Frame[] = []
  let live = true
  for (let at = LOG_HEAD; at + step <= log.length; at += step) {
    live &&= log.subarray(at + 8, at + 16).equals(salts)
    frames.push({
      page: log.readUInt32BE(at),
      commits: log.readUInt32BE(at + 4) !== 0,
      live,
      bytes: log.subarray(at + FRAME_HEAD, at + step),
    })
  }
  return frames
}

/** Every state of the database that file and log still tell, oldest first; the last is the committed one. */
export function* states(database: Buffer, log: Buffer = Buffer.alloc(0)): Generator<Pages> {
  const pages = filePages(database)
  yield pages
  let pending: Frame[] = []
  for (const frame of logFrames(log)) {
    if (!frame.live) return
    pending.push(frame)
    if (!frame.commits) continue
    for (const { page, bytes } of pending) pages.set(page, bytes)
    pending = []
    yield pages
  }
}

/** The committed state. */
export function committed(database: Buffer, log?: Buffer): Pages {
  let last: Pages = new Map()
  for (const state of states(database, log)) last = state
  return last
}

/** Takes a page apart; undefined if it is none of a b-tree (overflow, free, noise). */
export function parsePage(bytes: Buffer, number: number): Page | undefined {
  const head = number === 1 ? 100 : 0
  const kind = KINDS[bytes[head] as keyof typeof KINDS]
  if (kind === undefined) return undefined
  const interior = kind.endsWith('interior')
  const count = bytes.readUInt16BE(head + 3)
  const pointers = head + (interior ? 12 : 8)
  if (pointers + 2 * count > bytes.length) return undefined
  const cells = Array.from({ length: count }, (_, i) => bytes.readUInt16BE(pointers + 2 * i))
  if (cells.some((offset) => offset < pointers + 2 * count || offset >= bytes.length)) return undefined
  const freeblocks: { offset: number; size: number }[] = []
  for (let at = bytes.readUInt16BE(head + 1); at !== 0 && at + 4 <= bytes.length; ) {
    freeblocks.push({ offset: at, size: bytes.readUInt16BE(at + 2) })
    const next = bytes.readUInt16BE(at)
    at = next > at ? next : 0
  }
  return {
    kind,
    cells,
    freeblocks,
    rightmost: interior ? bytes.readUInt32BE(head + 8) : undefined,
  }
}

/** The entries of a b-tree in the order of their keys. */
export function* walk(pages: Pages, root: number): Generator<Cell> {
  const bytes = pages.get(root)
  const page = bytes && parsePage(bytes, root)
  if (bytes === undefined || page === undefined) return
  for (const offset of page.cells) {
    const interior = page.rightmost !== undefined
    if (interior) yield* walk(pages, bytes.readUInt32BE(offset))
    // An interior page of an index holds entries of its own; one of a table only copies of row ids.
    if (page.kind !== 'table-interior') yield readCell(pages, { root, bytes, kind: page.kind, offset })
  }
  if (page.rightmost !== undefined) yield* walk(pages, page.rightmost)
}

/** The entries of a table by its name, from the schema on page 1; nothing if there is no such table. */
export function* tableCells(pages: Pages, name: string): Generator<Cell> {
  for (const { payload } of walk(pages, 1)) {
    const [type, , table, root] = decodeRecord(payload)
    if (type === 'table' && table === name && typeof root === 'number') yield* walk(pages, root)
  }
}

/** Pages on the list of free ones that hold nothing but what was there before (clause 1.5, "leaf pages"). */
export function freePages(pages: Pages): Buffer[] {
  const free: Buffer[] = []
  const trunks = new Set<number>()
  for (let trunk = pages.get(1)?.readUInt32BE(32) ?? 0; trunk !== 0 && !trunks.has(trunk); ) {
    const bytes = pages.get(trunk)
    if (bytes === undefined) break
    trunks.add(trunk)
    const leaves = Math.min(bytes.readUInt32BE(4), (bytes.length - 8) / 4)
    for (let i = 0; i < leaves; i += 1) free.push(pages.get(bytes.readUInt32BE(8 + 4 * i)) ?? Buffer.alloc(0))
    trunk = bytes.readUInt32BE(0)
  }
  return free
}

/** What was given back within pages (clause 1.6, "freeblocks"), without the four bytes that chain it; page by page. */
export function freedStretches(pages: Pages): Buffer[] {
  return [...pages].flatMap(([number, bytes]) =>
    (parsePage(bytes, number)?.freeblocks ?? []).map(({ offset, size }) =>
      bytes.subarray(offset + 4, offset + size),
    ),
  )
}

/** The values of a record (clause 2.1). */
export function decodeRecord(payload: Buffer): Value[] {
  const [headSize, first] = readVarint(payload, 0)
  const values: Value[] = []
  let at = headSize
  for (let head = first; head < headSize; ) {
    const [type, next] = readVarint(payload, head)
    head = next
    const size = type >= 12 ? Math.floor((type - 12) / 2) : ([0, 1, 2, 3, 4, 6, 8, 8, 0, 0][type] ?? 0)
    const bytes = payload.subarray(at, at + size)
    at += size
    if (type === 0) values.push(null)
    else if (type === 8 || type === 9) values.push(type - 8)
    else if (type === 7) values.push(bytes.readDoubleBE(0))
    else if (type < 7) values.push(size > 6 ? Number(bytes.readBigInt64BE(0)) : bytes.readIntBE(0, size))
    else values.push(type % 2 === 0 ? bytes : bytes.toString('utf8'))
  }
  return values
}

interface Place {
  readonly root: number
  readonly bytes: Buffer
  readonly kind: Page['kind']
  readonly offset: number
}

function readCell(pages: Pages, { root, bytes, kind, offset }: Place): Cell {
  const [size, afterSize] = readVarint(bytes, kind === 'index-interior' ? offset + 4 : offset)
  const [rowId, start] = kind === 'table-leaf' ? readVarint(bytes, afterSize) : [undefined, afterSize]
  const usable = bytes.length - (pages.get(1)?.[20] ?? 0)
  const local = localSize(size, usable, kind === 'table-leaf')
  const parts = [bytes.subarray(start, start + local)]
  let overflow = local < size ? bytes.readUInt32BE(start + local) : 0
  for (let left = size - local; left > 0 && overflow !== 0; left -= usable - 4) {
    const page = pages.get(overflow)
    if (page === undefined) break
    parts.push(page.subarray(4, 4 + Math.min(left, usable - 4)))
    overflow = page.readUInt32BE(0)
  }
  return {
    page: root,
    offset,
    rowId,
    payload: parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts),
  }
}

/** How much of a payload stays on its page (clause 1.6, "U", "X", "M", "K"). */
function localSize(size: number, usable: number, table: boolean): number {
  const most = table ? usable - 35 : Math.floor(((usable - 12) * 64) / 255) - 23
  if (size <= most) return size
  const least = Math.floor(((usable - 12) * 32) / 255) - 23
  const wanted = least + ((size - least) % (usable - 4))
  return wanted <= most ? wanted : least
}

/** Clause 1.6: one to nine bytes, seven bits each, the ninth all eight. @returns the number and where it ends */
function readVarint(bytes: Buffer, start: number): [value: number, end: number] {
  let value = 0
  for (let i = 0; i < 8; i += 1) {
    const byte = bytes[start + i] ?? 0
    value = value * 128 + (byte & 0x7f)
    if (byte < 0x80) return [value, start + i + 1]
  }
  return [value * 256 + (bytes[start + 8] ?? 0), start + 9]
}
