/** Mutations of rows: entries, batches, hashes, tags, notes, certificates. What is left is well formed. */
import { canonicalJson, type Json } from '../../core/text/canonical-json.ts'
import type { Original } from './folders.ts'
import { withFile } from './folders.ts'
import { bundlesIn, bytesOf, type Draw, type Mutate, type Mutated } from './mutation.ts'

/** How a file is cut into rows and put together again. */
interface Rows {
  readonly file: string
  readonly cut: (bytes: Uint8Array) => readonly string[]
  readonly paste: (rows: readonly string[]) => Uint8Array
}

const lines = (file: string): Rows => ({
  file,
  cut: (bytes) => Buffer.from(bytes).toString('latin1').split('\n').slice(0, -1),
  paste: (rows) => Buffer.from(rows.map((row) => `${row}\n`).join(''), 'latin1'),
})

const member = (file: string, name: string): Rows => ({
  file,
  cut: (bytes) => JSON.parse(Buffer.from(bytes).toString())[name].map((row: Json) => JSON.stringify(row)),
  // The other members come with the first row of the original, which paste is not given: see `ofMember`.
  paste: () => new Uint8Array(),
})

const KINDS: readonly Rows[] = [
  lines('journal.jsonl'),
  lines('batches.jsonl'),
  {
    file: 'leaves.bin',
    cut: (bytes) => Buffer.from(bytes).toString('hex').match(/.{64}/g) ?? [],
    paste: (rows) => Buffer.from(rows.join(''), 'hex'),
  },
  {
    file: 'spent-tags.json',
    cut: (bytes) => JSON.parse(Buffer.from(bytes).toString()),
    paste: (rows) => Buffer.from(JSON.stringify(rows)),
  },
  member('cosigned.json', 'notes'),
  member('cosigned.json', 'certificates'),
]

type Change = (
  rows: readonly string[],
  at: number,
  draw: Draw,
  foreign: readonly string[],
) => readonly string[]

const CHANGES: Readonly<Record<string, Change>> = {
  'taken out': (rows, at) => rows.toSpliced(at, 1),
  doubled: (rows, at) => rows.toSpliced(at, 0, rows[at] as string),
  'exchanged with the next': (rows, at) => {
    const next = (at + 1) % rows.length
    return rows.with(at, rows[next] as string).with(next, rows[at] as string)
  },
  'moved elsewhere': (rows, at, draw) => {
    const rest = rows.toSpliced(at, 1)
    return rest.toSpliced(draw.below(rest.length + 1), 0, rows[at] as string)
  },
  'one of another device': (rows, at, draw, foreign) => rows.with(at, draw.of(foreign)),
  'one of another device added': (rows, at, draw, foreign) => rows.toSpliced(at, 0, draw.of(foreign)),
  'all after it taken out': (rows, at) => rows.slice(0, at),
  'all turned round': (rows) => rows.toReversed(),
}

function mutateRows(
  original: Original,
  draw: Draw,
  kind: Rows,
  how: string,
  change: Change,
): Mutated | undefined {
  const { folders } = original
  const [folder, other] = draw.two(bundlesIn(folders))
  const read = (of: string) => bytesOf(folders.get(of)?.get(kind.file))
  const bytes = read(folder)
  const [rows, foreign] = [kind.cut(bytes), kind.cut(read(other))]
  if (rows.length < 2 || foreign.length === 0) return undefined
  const at = draw.below(rows.length)
  const changed = change(rows, at, draw, foreign)
  const pasted = kind.file === 'cosigned.json' ? ofMember(bytes, rows, changed) : kind.paste(changed)
  const differs = changed.findIndex((row, i) => row !== rows[i])
  const first = differs === -1 ? changed.length : differs
  const same = differs === -1 && changed.length === rows.length
  const place = kind.file === 'journal.jsonl' ? ` entry ${first}` : ''
  return {
    folders: withFile(folders, folder, kind.file, pasted),
    what: `${folder}/${kind.file}: row ${at} ${how}`,
    places: same ? [] : [`${folder}/${kind.file}${place}`],
  }
}

/** `cosigned.json` with these notes or certificates in the place of those that were there. */
function ofMember(bytes: Uint8Array, rows: readonly string[], changed: readonly string[]): Uint8Array {
  const json = JSON.parse(Buffer.from(bytes).toString()) as { [name: string]: Json }
  for (const [name, value] of Object.entries(json)) {
    const isIt =
      Array.isArray(value) && JSON.stringify(value.map((row) => JSON.stringify(row))) === JSON.stringify(rows)
    if (isIt) json[name] = changed.map((row) => JSON.parse(row) as Json)
  }
  return Buffer.from(canonicalJson(json))
}

/** One kind for each file of rows and each thing done to a row. */
export const rowMutations: readonly Mutate[] = KINDS.flatMap((kind) =>
  Object.entries(CHANGES).map(
    ([how, change]): Mutate =>
      (original, draw) =>
        mutateRows(original, draw, kind, how, change),
  ),
)
