/** Every figure of a report is computed again by the rule and from the files that stand beside it, none exempt. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { describe, expect, test } from 'vitest'
import { formatCosigned } from '../../core/bundle/cosigned.ts'
import { sha256, toHex } from '../../core/keys/hash.ts'
import { claimedBy, declaring, writeGiven } from './dead-station.ts'
import { eventfulStation } from './eventful-station.ts'
import { bundleFiles, cosignedHead, testFolder, writeFiles, writeStation } from './files.ts'
import { makeStation, type TestDevice, type Wishes } from './fixtures.ts'
import { type Figure, recompute } from './recompute.ts'
import { run } from './run.ts'
import { weakenedMain } from './weakened/weaken.ts'
import { figuresOf, page, written } from './written-report.ts'

const { bundles } = writeStation(eventfulStation())
const stationOfTwo = makeStation('one of two is dead', { casts: [40, 3] })

describe('every figure of a report', () => {
  /** Figures of a report whose value their rule does not give; every one is computed again from the files beside it. */
  function unlikeTheirRules(out: string, folder: string): readonly unknown[] {
    const { figures, files, rules } = figuresOf(out)
    const pathOf = (path: string) => join(folder, path.replace('check-in s-1/', 'check-in/'))
    for (const { path, sha256: hash } of files)
      expect([path, hash]).toEqual([path, toHex(sha256(readFileSync(pathOf(path))))])
    const known = new Set(files.map(({ path }: { path: string }) => path))
    return (figures as Figure[]).flatMap((figure) => {
      expect(rules).toHaveProperty(figure.rule)
      for (const path of figure.files) expect(known).toContain(path)
      const own = new Map(figure.files.map((path) => [path, readFileSync(pathOf(path))]))
      const again = recompute(figure, own)
      return isDeepStrictEqual(figure.value, again) ? [] : [{ ...figure, again }]
    })
  }

  /** @param given what is reported of that folder */
  async function reported(folder: string, given = folder): Promise<readonly unknown[]> {
    return unlikeTheirRules((await written([given])).out, folder)
  }

  const [living, dead] = stationOfTwo.devices as [TestDevice, TestDevice]
  const again = [claimedBy(dead.origin, 2)]
  const besideDead = writeGiven(stationOfTwo, [[declaring(living, dead.id)]], 46, again).bundles

  test('is of a rule that a day full of events, or one beside a dead device, shows', async () => {
    const { figures: eventful, rules } = figuresOf((await written([bundles])).out)
    const figures = [...eventful, ...figuresOf((await written([besideDead])).out).figures]
    expect(new Set(figures.map(({ rule }: Figure) => rule))).toEqual(new Set(Object.keys(rules)))
  })

  test.each<readonly [string, Wishes]>([
    ['an eventful day', {}],
    ['a day of small devices', { casts: [9, 4] }],
  ])('has its files by hash, and comes out again by its rule: %s', async (_, wishes) => {
    expect(await reported(writeStation(eventfulStation(wishes)).bundles)).toEqual([])
  })

  test('comes out again where cards were given in the place of those of a dead device', async () => {
    expect(await reported(besideDead)).toEqual([])
  })

  test('comes out again where one device of a station was given', async () => {
    expect(await reported(bundles, join(bundles, 'd-01'))).toEqual([])
  })

  test('comes out again where clocks were wrong, and ahead of those who cosigned', async () => {
    const clock = (device: number, seq: number) => (device === 1 && seq > 3 ? 16 * 3600 : 0)
    expect(await reported(writeStation(makeStation('wrong', { casts: [40, 40], clock })).bundles)).toEqual([])
  })

  test('comes out again where a neighbour did not see a journal to its end', async () => {
    const station = makeStation('unseen', { casts: [40, 40, 40] })
    const [first, second, third] = station.devices as [TestDevice, TestDevice, TestDevice]
    const folder = writeStation(station).bundles
    const early = formatCosigned({
      certificates: [second.certificate],
      notes: [cosignedHead(station, first, 3, [second]), cosignedHead(station, second, 5, [first])],
    })
    writeFiles(join(folder, 'd-01'), bundleFiles(station, first, { 'cosigned.json': early }))
    const two = formatCosigned({
      certificates: [third.certificate],
      notes: [cosignedHead(station, second, second.entries.length, [third])],
    })
    writeFiles(join(folder, 'd-02'), bundleFiles(station, second, { 'cosigned.json': two }, false))
    expect(await reported(folder)).toEqual([])
  })

  test('would be told from one that its rule does not give', async () => {
    for (const [file, line, by] of [
      ['audit/printed/sources.ts', '{ of, seen: neighbours.length }', '{ of, seen: neighbours.length + 1 }'],
      ['audit/story/day-story.ts', 'at - this.#last >= SILENCE_MS', 'at - this.#last >= 3 * SILENCE_MS'],
    ] as const) {
      const weak = await weakenedMain([{ file, line, by }])
      const out = join(testFolder(), 'report')
      await run(weak, 'report', bundles, '--out', out)
      expect(unlikeTheirRules(out, bundles)).not.toEqual([])
    }
  })

  test('that the page shows is listed, and none besides; each number of it is its value', async () => {
    const { out } = await written([bundles])
    const { figures } = figuresOf(out)
    const shown = [...page(out).matchAll(/data-figure="([^"]+)"/g)].flatMap(([, ids = '']) => ids.split(' '))
    expect([...shown].sort()).toEqual((figures as Figure[]).map(({ id }) => id).sort())
    const values = new Map((figures as Figure[]).map(({ id, value }) => [id, value]))
    for (const [, id = '', text] of page(out).matchAll(
      /<span class="figure" data-figure="([^"]+)"[^>]*>([0-9]+)</g,
    ))
      expect([id, Number(text)]).toEqual([id, values.get(id)])
  })
})
