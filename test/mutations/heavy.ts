/** Files as large as the format allows, full of what costs a reader most: whoever reads them must neither hang nor run out of memory. */
import { MAX_FILE_BYTES } from '../../core/bundle/bundle.ts'
import { type Original, withFile } from './folders.ts'
import { bundlesIn, type Mutated } from './mutation.ts'

/** As many values as a text may have. */
const MOST_VALUES = 7_999_999

const FILLINGS: Readonly<Record<string, () => Uint8Array>> = {
  'line feeds': () => new Uint8Array(MAX_FILE_BYTES).fill(0x0a),
  'opening brackets': () => new Uint8Array(MAX_FILE_BYTES).fill(0x5b),
  quotes: () => new Uint8Array(MAX_FILE_BYTES).fill(0x22),
  'empty objects': () => Buffer.from(`[${'{},'.repeat(MOST_VALUES / 2 - 1)}{}]`),
  members: () =>
    Buffer.from(`{${Array.from({ length: 4_000_000 }, (_, i) => `"${i + 10_000_000}":0`).join()}}`),
}

const FILES = [
  'package.json',
  'manifest.json',
  'journal.jsonl',
  'checkpoint',
  'batches.jsonl',
  'spent-tags.json',
  'cosigned.json',
] as const

/** Each of these files with each of these fillings, one at a time, in the first bundle. */
export function* heavyMutations({ folders }: Original): Iterable<Mutated> {
  const [folder = ''] = bundlesIn(folders)
  for (const name of FILES) {
    for (const [what, fill] of Object.entries(FILLINGS)) {
      const place = `${folder}/${name}`
      const full = withFile(folders, folder, name, fill())
      yield { folders: full, what: `${place}: full of ${what}`, places: [place] }
    }
  }
}
