import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { MAX_POLICY_BYTES } from '../../audit/policy/policy.ts'
import { BATCH_SIZE, POOL_PLACES } from '../../core/ballot-box/pool.ts'
import {
  ADOPTED_FILES,
  BUNDLE_FILES,
  MAX_FILE_BYTES,
  SHEET_FILE,
  TALLY_FILES,
} from '../../core/bundle/bundle.ts'
import { MAX_CERTIFICATES, MAX_NOTES } from '../../core/bundle/cosigned.ts'
import { ISSUED_FILE } from '../../core/bundle/issued.ts'
import { RELEASE_MINIMUM } from '../../core/bundle/sealed-tally.ts'
import { MAX_ENTRY_BYTES } from '../../core/journal/entry.ts'
import { unshownCharacter } from '../../core/text/drawable.ts'
import { bundleFiles, issuedText } from '../audit/files.ts'
import { makeStation, type TestDevice } from '../audit/fixtures.ts'
import { ROOT } from '../structure/repository.ts'
import { codesIn, eventsTable, formatsPage, sectionOf, sourcesBehind } from './page.ts'

const page = formatsPage()
const VERIFIER = [
  'audit/count/audit-count.ts',
  'audit/open/open-station.ts',
  'audit/open/opened-count.ts',
  'audit/open/rebuild-key.ts',
  'audit/policy/check-policy.ts',
  'audit/policy/policy.ts',
  'audit/read-folders.ts',
  'audit/verify/verify-count.ts',
]

test('the page lists every code that the verifier can tell, and no other', () => {
  const inCode = codesIn(sourcesBehind(VERIFIER).join('\n'), "'")
  expect(inCode.length).toBeGreaterThan(80)
  expect(codesIn(sectionOf(page, '### Codes'), '`')).toEqual(inCode)
})

test('the page explains each code before it lists it', () => {
  const [explained = ''] = page.split('\n### Codes\n')
  const inWords = codesIn(explained, '`')
  const listed = codesIn(sectionOf(page, '### Codes'), '`')
  // The last is a limit of this verifier, the other two come out of no bundle.
  const other = ['journal.entry-size', 'note.verifier-key', 'station.too-large']
  expect(listed.filter((code) => !inWords.includes(code))).toEqual(other)
  // What a package is not built with is nothing to a verifier.
  expect(inWords.filter((code) => !listed.includes(code))).toEqual(['package.character'])
})

test('the page has the catalogue of events', () => {
  expect(sectionOf(page, '### Events')).toContain(`\n${eventsTable()}`)
})

/** The first cells of the table in a section, and the rest of each row. */
function rowsOf(heading: string): ReadonlyMap<string, string> {
  const rows = [...sectionOf(page, heading).matchAll(/^\| `([^|]+)` \| (.*) \|$/gm)]
  return new Map(rows.map(([, name = '', rest = '']) => [name, rest]))
}

test('the page names the files of a bundle', () => {
  const names: readonly string[] = [
    ...BUNDLE_FILES,
    ...TALLY_FILES,
    ...ADOPTED_FILES,
    SHEET_FILE,
    'manifest.json',
  ]
  expect([...rowsOf("## A device's bundle").keys()].toSorted()).toEqual(names.toSorted())
  expect(page).toContain(`\`${ISSUED_FILE}\``)
})

/** Names of the members of a value and of all objects in it. */
function memberNames(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return []
  const own = Array.isArray(value) ? [] : Object.keys(value)
  return [...own, ...Object.values(value).flatMap(memberNames)]
}

test('the page names every member of every signed document of a bundle', () => {
  const small = makeStation('page', { casts: [1, 1] })
  const large = makeStation('page', { casts: [32] })
  const bundles = [
    bundleFiles(small, small.devices[0] as TestDevice),
    bundleFiles(large, large.devices[0] as TestDevice),
  ]
  const texts = [
    ...bundles.flatMap((files) => [...files]),
    [ISSUED_FILE, Buffer.from(issuedText(small, { issued: 2, returned: 0 }))] as const,
  ]
  const rows = rowsOf('### Documents of a bundle')
  const seen = new Set<string>()
  for (const [name, bytes] of texts) {
    if (!name.endsWith('.json') || name === 'cosigned.json' || name === 'spent-tags.json') continue
    const { payload, type } = JSON.parse(Buffer.from(bytes).toString()) as { payload: object; type: string }
    seen.add(type)
    if (type === 'package') continue
    const { tally, ...members } = payload as { tally?: unknown }
    const names = [...memberNames(members), ...(tally === undefined ? [] : ['tally'])]
    const row = rows.get(type) ?? ''
    const known = [...row.matchAll(/`([^`]+)`/g)].flatMap(
      ([, words = '']) => words.match(/[a-z0-9A-Z]+/g) ?? [],
    )
    expect(known, type).toEqual(expect.arrayContaining(names))
  }
  expect([...seen].toSorted()).toEqual([...rows.keys()].toSorted())
})

test('the page says the limits that the code has', () => {
  for (const [limit, words] of [
    [MAX_ENTRY_BYTES, 'at most 4,096 bytes, with `seq`'],
    [MAX_FILE_BYTES / 2 ** 20, '64 MiB each at most'],
    [MAX_POLICY_BYTES / 2 ** 20, 'A file has up to 16 MiB'],
    [MAX_CERTIFICATES, 'at most 64 certificates'],
    [MAX_NOTES, 'at most 1,024 notes'],
    [BATCH_SIZE, '`count` is 32'],
    [POOL_PLACES, '*waiting* is 64 or more'],
    [RELEASE_MINIMUM, 'fewer than 32 ballots'],
  ] as const) {
    expect(page).toContain(words)
    expect(words.replaceAll(',', '')).toContain(String(limit))
  }
})

test('the page lists every character that no name holds', () => {
  const [, ranges = ''] = page.split('with which Persian is written:\n```\n')
  const listed = (ranges.split('\n```')[0] ?? '').split(/\s/).map((range) => {
    const [from = '', to = from] = range.split('-')
    return [Number.parseInt(from, 16), Number.parseInt(to, 16)] as const
  })
  const isListed = (code: number) => listed.some(([from, to]) => code >= from && code <= to)
  const differing: string[] = []
  for (let code = 0; code <= 0x10ffff; code += 1) {
    const isShown = unshownCharacter(String.fromCodePoint(code)) === undefined
    if (isShown === isListed(code)) differing.push(code.toString(16))
  }
  expect(differing).toEqual([])
})

test('the examples on the page are those of the published vectors', () => {
  const section = sectionOf(page, '## Test vectors')
  const [, table = ''] = section.split('\n|---|---|\n')
  const files = [...(table.split('\n\n')[0] ?? '').matchAll(/`([a-z0-9-]+\.json)`/g)].map(
    ([, name = '']) => name,
  )
  expect(files.toSorted()).toEqual(readdirSync(join(ROOT, 'docs/vectors')).toSorted())
  const vectors = files.map((name) =>
    readFileSync(join(ROOT, 'docs/vectors', name), 'utf8').replaceAll('\\"', '"'),
  )
  const examples = [...section.matchAll(/```\n([^`]+)```/g)].flatMap(([, lines = '']) =>
    lines.trim().split('\n'),
  )
  expect(examples).toHaveLength(12)
  for (const example of examples) expect(vectors.some((text) => text.includes(example))).toBe(true)
})

test('every code has a vector, but those that no small file brings about', () => {
  const texts = readdirSync(join(ROOT, 'docs/vectors')).map((name) =>
    readFileSync(join(ROOT, 'docs/vectors', name), 'utf8'),
  )
  const listed = codesIn(sectionOf(page, '### Codes'), '`')
  expect(listed.filter((code) => !texts.some((text) => text.includes(`"${code}"`)))).toEqual(WITHOUT_VECTOR)
})

const WITHOUT_VECTOR = [
  'bundle.crowded',
  'document.size',
  'input.crowded',
  'input.empty',
  'input.leftover',
  'input.name',
  'input.no-bundle',
  'input.no-folder',
  'input.unreadable',
  'journal.entry-size',
  'note.verifier-key',
  'policy.unknown-log',
  'policy.unmet',
  'program.unknown',
  'share.key',
  'station.too-large',
  'tally.commitment',
  'tally.does-not-open',
  'witness.certificate',
]
