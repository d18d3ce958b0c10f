/** Whole counts: many stations over several threads, every finding told, and the same report whatever was given or done first. */
import { cpSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type AuditedCount, auditCount } from '../../audit/count/audit-count.ts'
import { openReport } from '../../audit/open/open-report.ts'
import { verifyReport } from '../../audit/report.ts'
import { shareFile } from '../../core/package/trustee-share.ts'
import { valueOrThrow } from '../../core/result.ts'
import { makeCountry } from './country.ts'
import { testFolder, writeFiles } from './files.ts'

const STATIONS = 18
const country = makeCountry({ seed: 'country', stations: STATIONS, devicesEach: 1, ballots: 33, entries: 60 })
const folder = join(testFolder(), 'bundles')
for (let station = 0; station < STATIONS; station += 1) {
  for (const [name, files] of country.station(station)) writeFiles(join(folder, name), files)
}
const shares = country.shares.slice(0, 3).map((share, i) => ({
  where: `share-${i + 1}.json`,
  text: shareFile(share, country.electionPackage),
}))

/** A copy of the bundles that a test may spoil. */
function spoiled(spoil: (folder: string) => void): string {
  const copy = join(testFolder(), 'bundles')
  cpSync(folder, copy, { recursive: true })
  spoil(copy)
  return copy
}

interface Asked {
  readonly workers?: number
  readonly opens?: boolean
  readonly progress?: { readonly isTTY?: boolean; write(text: string): unknown }
}

async function audit(paths: readonly string[], { workers = 1, opens = false, progress }: Asked = {}) {
  return valueOrThrow(
    await auditCount({
      paths,
      authorityKey: country.authorityKey,
      policy: undefined,
      programs: undefined,
      ...(opens && { opening: { shares, lost: [] } }),
      workers,
      progress: progress ?? { write: () => {} },
    }),
  )
}

const AGAINST = { key: 'given', policy: undefined, programs: [] } as const

/** Everything that is told, text and JSON. */
function told(count: AuditedCount): string {
  const { opened } = count
  const { text, json } =
    opened === undefined ? verifyReport(count, AGAINST) : openReport(count, opened, AGAINST, [])
  return `${text}\n${JSON.stringify(json)}`
}

/** One letter of a bundle's journal is another. */
function bendJournal(bundles: string, device: string): void {
  const path = join(bundles, device, 'journal.jsonl')
  writeFileSync(path, readFileSync(path, 'utf8').replace('already-used', 'already-usex'))
}

describe('a count of many stations', () => {
  test('holds, and is told alike by one thread and by several, in whatever order its folders are named', async () => {
    const one = told(await audit([folder]))
    expect(one).toMatch(/^HOLDS: 18 bundles, 18 stations, 594 ballots\n/)
    expect(told(await audit([folder]))).toBe(one)
    expect(told(await audit([folder], { workers: 2 }))).toBe(one)
    const names = Array.from({ length: STATIONS }, (_, i) => [`s-${i + 1}-a`, `s-${i + 1}-check-in`]).flat()
    const apart = names.map((name) => join(folder, name))
    expect(told(await audit(apart.toReversed(), { workers: 2 }))).toBe(one)
    expect(told(await audit([...apart, ...apart]))).toBe(one)
    expect(told(await audit([`${folder}/`, ...apart.slice(5)]))).toBe(one)
  })

  test('is opened alike by one thread and by several', async () => {
    const one = told(await audit([folder], { opens: true }))
    expect(one).toMatch(
      /^HOLDS: 594 ballots opened and recounted, equal to the committed tally of 18 devices\n/,
    )
    expect(told(await audit([folder], { opens: true, workers: 2 }))).toBe(one)
  })

  test('tells every bundle that does not hold, the first in its first line, and all that holds beside', async () => {
    const bent = spoiled((copy) => {
      bendJournal(copy, 's-7-a')
      rmSync(join(copy, 's-12-a', 'checkpoint'))
      rmSync(join(copy, 's-3-a'), { recursive: true })
    })
    const count = await audit([bent], { workers: 2 })
    // The order of the checks: folders, bundles, stations.
    expect(count.findings.map(({ code, where }) => `${code} ${where.replace(bent, '')}`)).toEqual([
      'bundle.files /s-12-a/checkpoint',
      expect.stringMatching(/^bundle\.entry \/s-7-a\/journal\.jsonl entry \d+ \(card\.refused\)$/),
      'station.device-missing station s-3',
    ])
    const text = told(count)
    expect(text).toMatch(/^DOES NOT HOLD: .*s-12-a\/checkpoint: this file is missing\n/)
    expect(text).toContain('  and station s-3: ')
    expect(text).toContain('station s-18\n')
    expect(count.stations.flatMap(({ devices }) => devices)).toHaveLength(15)
    expect(told(await audit([bent]))).toBe(text)
  })

  test('names folders as they were given', async () => {
    const bent = spoiled((copy) => {
      rmSync(join(copy, 's-12-a', 'checkpoint'))
      bendJournal(copy, 's-7-a')
    })
    const odd = bent.replace('/bundles', '/./bundles')
    const places = (await audit([odd])).findings.map(({ where }) => where)
    expect(places.every((place) => place.startsWith(`${odd}/s-`))).toBe(true)
  })

  test('tells a file that is too large before anything in the bundles, and one that is not listed in its turn', async () => {
    const bent = spoiled((copy) => {
      bendJournal(copy, 's-1-a')
      rmSync(join(copy, 's-2-a', 'tally.json'))
      writeFileSync(join(copy, 's-2-a', 'sealed-tally.json'), '')
      writeFileSync(join(copy, 's-3-a', 'package.json'), '')
      truncateSync(join(copy, 's-3-a', 'batches.jsonl'), 2 ** 26 + 1)
    })
    const count = await audit([bent])
    expect(count.findings.map(({ code, where }) => `${code} ${where.replace(bent, '')}`)).toEqual([
      'bundle.files /s-3-a/batches.jsonl',
      expect.stringMatching(/^bundle\.entry \/s-1-a\/journal\.jsonl entry/),
      'bundle.files /s-2-a/tally.json',
    ])
  })

  test('is not opened while something in it does not hold', async () => {
    const bent = spoiled((copy) => bendJournal(copy, 's-9-a'))
    const count = await audit([bent], { opens: true, workers: 2 })
    expect(count.opened).toBeUndefined()
    expect(count.findings.map(({ code }) => code)).toEqual(['bundle.entry'])
    expect(told(count)).not.toContain('votes')
  })

  test('with a package that cannot be read is held against the next one that can', async () => {
    const bent = spoiled((copy) => writeFileSync(join(copy, 's-1-a', 'package.json'), '{}'))
    const count = await audit([bent])
    expect(count.findings.map(({ code, where }) => `${code} ${where.replace(bent, '')}`)).toEqual([
      'document.shape /s-1-a/package.json',
    ])
    expect(count.stations.flatMap(({ devices }) => devices)).toHaveLength(STATIONS - 1)
  })

  test('in which dozens of folders call themselves one device names it, looks at none of them, and goes on', async () => {
    const crowded = spoiled((copy) => {
      for (let i = 0; i < 70; i += 1)
        cpSync(join(copy, 's-4-a'), join(copy, `s-4-copy-${i}`), { recursive: true })
    })
    const count = await audit([crowded], { workers: 2 })
    expect(count.findings.map(({ code, where }) => `${code} ${where.replace(crowded, '')}`)).toEqual([
      'bundle.crowded /s-4-copy-15',
    ])
    expect(count.spoiled).toHaveLength(71)
    expect(count.stations.flatMap(({ devices }) => devices)).toHaveLength(STATIONS - 1)
    expect(told(await audit([crowded]))).toBe(told(count))
  })
})

describe('how far it is', () => {
  const written: string[] = []
  const stream = (isTTY: boolean) => ({ isTTY, write: (text: string) => written.push(text) })
  const many = Array.from({ length: 3 }, (_, i) => join(testFolder(), `copy-${i}`))

  test('is shown on a terminal for a long count, and taken away at its end', async () => {
    for (const copy of many) cpSync(folder, copy, { recursive: true })
    await audit(many, { progress: stream(true) })
    const bundles = STATIONS * many.length
    expect(written.at(-2)).toBe(`\r\x1b[K${bundles} of ${bundles} bundles (100.0 %), 18 do not hold`)
    expect(written.at(-1)).toBe('\r\x1b[K')
    expect(written.every((text) => text.startsWith('\r\x1b[K'))).toBe(true)
  })

  test('is shown to no pipe, and of no short count', async () => {
    written.length = 0
    await audit(many, { progress: stream(false) })
    await audit([folder], { progress: stream(true) })
    expect(written).toEqual([])
  })
})
