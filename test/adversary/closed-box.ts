/** The closed day as an attacker carves it out of one medium's files: batches with the place of each ballot, tags, what the journal says. */
import type { NamedBatch } from './chances.ts'
import { filesNamed, type Image } from './image.ts'
import {
  committed,
  decodeRecord,
  freedStretches,
  freePages,
  type Pages,
  tableCells,
} from './sqlite-carver.ts'

export interface CarvedBallot {
  readonly sealed: Buffer
  /** Where its cell lies: page times 65536 plus offset. */
  readonly place: number
  /** First byte in the database file and in the log; -1 where it is not. */
  readonly inFile: number
  readonly inLog: number
}

export interface CarvedBatch extends NamedBatch {
  readonly closing: boolean
  /** In the order of the table. */
  readonly ballots: readonly CarvedBallot[]
}

export interface ClosedBox {
  readonly batches: readonly CarvedBatch[]
  readonly tags: readonly Buffer[]
  /** Bytes in free pages and free stretches of pages that were not overwritten. */
  readonly leftovers: number
}

/**
 * Carves a medium.
 * @param closed taken when the polls had closed; has the log
 * @param shut taken when the program had ended; all is in the file
 */
export function carveClosedBox(closed: Image, shut: Image, medium: number): ClosedBox {
  const bytesOf = (image: Image, name: string) => filesNamed(image, name)[medium]?.bytes ?? Buffer.alloc(0)
  const log = bytesOf(closed, 'ballots.db-wal')
  const pages = committed(bytesOf(closed, 'ballots.db'), log)
  const file = bytesOf(shut, 'ballots.db')
  const rows = [...tableCells(pages, 'ballots')].map(({ page, offset, payload }) => {
    const values = decodeRecord(payload)
    const sealed = values.find((value) => Buffer.isBuffer(value)) as Buffer
    return {
      batch: Number(values.find((value) => typeof value === 'number')),
      ballot: {
        sealed,
        place: page * 65536 + offset,
        inFile: file.indexOf(sealed),
        inLog: log.indexOf(sealed),
      },
    }
  })
  return {
    batches: namedBatches(pages).map((named, i) => ({
      ...named,
      ballots: rows.filter(({ batch }) => batch === i + 1).map(({ ballot }) => ballot),
    })),
    tags: [...tableCells(pages, 'spent')].map(({ payload }) => decodeRecord(payload)[0] as Buffer),
    leftovers: [...freePages(pages), ...freedStretches(pages)].reduce(
      (sum, bytes) => sum + bytes.filter((byte) => byte !== 0).length,
      0,
    ),
  }
}

/** The batches that the journal names, with the count of ballots before each. */
function namedBatches(pages: Pages): (NamedBatch & { readonly closing: boolean })[] {
  const entries = [...tableCells(pages, 'journal')].map(
    ({ payload }) => JSON.parse(String(decodeRecord(payload)[1])) as { type: string; count: number },
  )
  return entries.flatMap(({ type, count }, i) => {
    if (type !== 'batch.sealed') return []
    const after = entries.slice(0, i).filter((entry) => entry.type === 'ballot.cast').length
    return [{ count, after, closing: entries[i + 1]?.type === 'polls.closed' }]
  })
}
