/** Two copies of one device's bundle: the same, one further than the other, or forked. Nothing of this rests on what either says is right. */
import { MAX_ENTRY_BYTES } from '../../core/journal/entry.ts'
import { equalBytes } from '../../core/keys/hash.ts'
import { RefusalError } from '../../core/result.ts'
import type { Json } from '../../core/text/canonical-json.ts'
import { shownText } from '../../core/text/drawable.ts'
import type { BundleFileName } from '../read-folders.ts'
import { findingsJson, plural, type Report } from '../report.ts'
import type { ReadStory } from '../story/read-story.ts'
import { textOf } from '../verify/reference.ts'

/** How two journals go together. */
type Relation =
  | { readonly is: 'same'; readonly entries: number }
  | { readonly is: 'prefix'; readonly shorter: 0 | 1; readonly entries: number; readonly more: number }
  | { readonly is: 'forked'; readonly entry: number; readonly texts: readonly [string, string] }

/** Characters of an entry that are shown. */
const ENTRY_SHOWN = 300

/** Compares two copies. @returns the report, and whether they are the same to the byte */
export function compareCopies(
  copies: readonly [ReadStory, ReadStory],
  device: string,
): { readonly same: boolean; readonly report: Report } {
  const [a, b] = copies
  const journals = copies.map(({ files }) => bytesOf(files, 'journal.jsonl')) as [
    Uint8Array | undefined,
    Uint8Array | undefined,
  ]
  const relation = relate(journals[0] ?? new Uint8Array(), journals[1] ?? new Uint8Array())
  const differing = filesThatDiffer(copies)
  const bothHold = a.finding === undefined && b.finding === undefined
  const same = differing.length === 0 && relation.is === 'same'
  const lines = [
    ...relationLines(relation, copies, device, same),
    ...(relation.is === 'forked' && bothHold
      ? [
          'both copies hold: the device has signed two histories, which is proof that it, or who has its key, is not honest',
        ]
      : []),
    ...(differing.length === 0 ? [] : [`files that differ: ${differing.join(', ')}`]),
    ...copies.map(({ where, finding }) =>
      finding === undefined
        ? `${shownText(where, 200)}: holds by itself`
        : `${shownText(where, 200)}: DOES NOT HOLD: ${shownText(finding.where, 200)}: ${shownText(finding.what, 300)} (${finding.code})`,
    ),
  ]
  return {
    same,
    report: {
      text: `${lines.join('\n')}\n`,
      json: {
        device,
        relation: relationJson(relation, copies),
        files: [...differing],
        copies: copies.map(({ where, finding }) => ({
          where,
          findings: finding === undefined ? [] : findingsJson([finding]),
        })),
      },
    },
  }
}

function relationLines(
  relation: Relation,
  copies: readonly [ReadStory, ReadStory],
  device: string,
  same: boolean,
): readonly string[] {
  const [a, b] = copies.map(({ where }) => shownText(where, 200)) as [string, string]
  switch (relation.is) {
    case 'same':
      return same
        ? [
            `IDENTICAL: both copies of device ${device} have the same files, and a journal of ${plural(relation.entries, 'entry', 'entries')}`,
          ]
        : [
            `DIFFERENT: the journal of device ${device} is the same in both copies, ${plural(relation.entries, 'entry', 'entries')}; other files are not`,
          ]
    case 'prefix': {
      const [short, long] = relation.shorter === 0 ? [a, b] : [b, a]
      return [
        `DIFFERENT: ${long} goes on from ${short} by ${plural(relation.more, 'entry', 'entries')}: the first ${relation.entries} are the same`,
      ]
    }
    case 'forked':
      return [
        relation.entry === 0
          ? `FORKED: these are two journals under the one device ${device}: the first entries differ`
          : `FORKED: the journals of device ${device} are the same up to entry ${relation.entry}, and there are two of that`,
        `  ${a}: ${relation.texts[0]}`,
        `  ${b}: ${relation.texts[1]}`,
      ]
  }
}

function relationJson(relation: Relation, copies: readonly [ReadStory, ReadStory]): Json {
  switch (relation.is) {
    case 'same':
      return { is: 'same', entries: relation.entries }
    case 'prefix':
      return {
        is: 'prefix',
        shorter: copies[relation.shorter].where,
        entries: relation.entries,
        more: relation.more,
      }
    case 'forked':
      return { is: 'forked', entry: relation.entry, texts: [...relation.texts] }
  }
}

/** Line by line, as bytes: what stands in a line is not asked. */
function relate(a: Uint8Array, b: Uint8Array): Relation {
  let entries = 0
  let [atA, atB] = [0, 0]
  while (atA < a.length && atB < b.length) {
    const [lineA, lineB] = [lineAt(a, atA), lineAt(b, atB)]
    if (!equalBytes(lineA, lineB))
      return { is: 'forked', entry: entries, texts: [entryText(lineA), entryText(lineB)] }
    atA += lineA.length
    atB += lineB.length
    entries += 1
  }
  if (atA === a.length && atB === b.length) return { is: 'same', entries }
  const [shorter, rest] = atA === a.length ? [0 as const, b.subarray(atB)] : [1 as const, a.subarray(atA)]
  return { is: 'prefix', shorter, entries, more: countLines(rest) }
}

/** With its line feed, if it has one. */
function lineAt(bytes: Uint8Array, start: number): Uint8Array {
  const end = bytes.indexOf(0x0a, start)
  return bytes.subarray(start, end === -1 ? bytes.length : end + 1)
}

function countLines(bytes: Uint8Array): number {
  let lines = 0
  for (let start = 0; start < bytes.length; start += lineAt(bytes, start).length) lines += 1
  return lines
}

function entryText(line: Uint8Array): string {
  const text = textOf(line.subarray(0, MAX_ENTRY_BYTES)).replace(/\n$/, '')
  return text === '\0' ? `${line.length} bytes that are no text` : shownText(text, ENTRY_SHOWN)
}

/** Files other than the journal of which the copies have not the same bytes; sorted. */
function filesThatDiffer([a, b]: readonly [ReadStory, ReadStory]): readonly string[] {
  const names = [...new Set([...a.files.keys(), ...b.files.keys()])].sort()
  return names.filter((name) => {
    if (name === 'journal.jsonl') return false
    const [ofA, ofB] = [bytesOf(a.files, name), bytesOf(b.files, name)]
    if (ofA === undefined || ofB === undefined) return ofA !== ofB
    return !equalBytes(ofA, ofB)
  })
}

/** Undefined for a file that is not there or cannot be read. */
function bytesOf(files: ReadStory['files'], name: BundleFileName): Uint8Array | undefined {
  try {
    return files.get(name)
  } catch (error) {
    if (error instanceof RefusalError) return undefined
    throw error
  }
}
