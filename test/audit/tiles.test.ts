import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { main, usage } from '../../audit/cli.ts'
import { toBase64 } from '../../core/keys/hash.ts'
import { valueOrThrow } from '../../core/result.ts'
import { openCheckpoint } from '../../core/tlog/checkpoint.ts'
import { parseVerifierKey } from '../../core/tlog/note.ts'
import { tileTree } from '../../core/tlog/tiles.ts'
import { testFolder, writeStation } from './files.ts'
import { makeStation } from './fixtures.ts'
import { run } from './run.ts'

// Enough ballots that the journal of the first device fills more than one tile.
const station = makeStation('tiles', { casts: [270, 3] })
const { bundles } = writeStation(station)
const bundle = join(bundles, 'd-01')
const key = toBase64(station.authority.publicKey)
const exportTiles = (...args: string[]) => run(main, 'export-tiles', ...args)

/** Every file below a folder with its content, folders that hold none left out. */
function filesIn(folder: string): Map<string, Uint8Array> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((e) => e.isFile())
  const paths = entries.map((entry) => join(entry.parentPath, entry.name))
  return new Map(
    paths.map((path) => [path.slice(folder.length + 1), new Uint8Array(readFileSync(path))] as const),
  )
}

describe('sandogh audit export-tiles', () => {
  test('lays the journal out as tiles, entries and checkpoint, and tells the key that opens it', async () => {
    const to = join(testFolder(), 'tiles')
    const { exitCode, out, err } = await exportTiles(bundle, '--to', to, '--authority', key)
    expect([exitCode, err]).toEqual([0, ''])
    const [device] = station.devices
    const entries = device?.entries ?? []
    expect(entries.length).toBeGreaterThan(256)
    const checkpoint = new Uint8Array(readFileSync(join(bundle, 'checkpoint')))
    const expected = tileTree(entries, checkpoint)
    expect([...filesIn(to).keys()].sort()).toEqual([...expected.keys()].sort())
    for (const [path, bytes] of filesIn(to))
      expect(Buffer.compare(bytes, expected.get(path) ?? Buffer.of())).toBe(0)
    expect(out.split('\n')[0]).toBe(
      `HOLDS, and its ${entries.length} entries lie in ${to} as ${expected.size} files`,
    )
    const { name, publicKey } = valueOrThrow(parseVerifierKey(out.trim().split('\n').at(-1)?.trim() ?? ''))
    const opened = openCheckpoint(Buffer.from(checkpoint).toString(), { origin: name, publicKey })
    expect(valueOrThrow(opened)).toMatchObject({ origin: device?.origin, size: entries.length })
  })

  test('asks to compare the key that the package brought along, and says it as JSON too', async () => {
    const folder = testFolder()
    const { out } = await exportTiles(bundle, '--to', join(folder, 'a'))
    expect(out).toMatch(/compare its SHA-256 fingerprint .*\n {2}[0-9a-f]{64}\n/)
    const json = await exportTiles(bundle, '--to', join(folder, 'b'), '--json')
    expect(JSON.parse(json.out)).toMatchObject({
      verdict: 'holds',
      origin: station.devices[0]?.origin,
      files: 6,
    })
  })

  test('fills a folder that is there and empty', async () => {
    const to = mkdtempSync(join(testFolder(), 'tiles-'))
    expect((await exportTiles(bundle, '--to', to)).exitCode).toBe(0)
  })

  test('refuses a folder in which anything lies, and leaves it as it was', async () => {
    const to = mkdtempSync(join(testFolder(), 'tiles-'))
    writeFileSync(join(to, 'checkpoint'), 'mine')
    const { exitCode, err, out } = await exportTiles(bundle, '--to', to)
    expect([exitCode, out]).toEqual([2, ''])
    expect(err).toContain('not empty')
    expect([...filesIn(to)]).toEqual([['checkpoint', new Uint8Array(Buffer.from('mine'))]])
  })

  test('writes nothing into the bundle that it reads, by whatever name the folder is reached', async () => {
    const before = filesIn(bundle)
    const link = join(testFolder(), 'link')
    symlinkSync(bundle, link)
    for (const to of [bundle, join(bundle, 'tiles'), link, join(link, 'tiles')])
      expect((await exportTiles(bundle, '--to', to)).exitCode, to).toBe(2)
    expect([...filesIn(bundle).keys()]).toEqual([...before.keys()])
    expect(readdirSync(bundle)).not.toContain('tiles')
  })

  test('refuses a folder that cannot be made', async () => {
    const file = join(testFolder(), 'file')
    writeFileSync(file, '')
    for (const to of [file, join(file, 'tiles'), join(testFolder(), 'no', 'such', 'folder')]) {
      const { exitCode, err } = await exportTiles(bundle, '--to', to)
      expect(exitCode).toBe(2)
      expect(err).toContain(to)
    }
  })

  test('writes nothing of a bundle that does not hold', async () => {
    const folder = testFolder()
    const [spoiled, to] = [join(folder, 'spoiled'), join(folder, 'tiles')]
    cpSync(bundle, spoiled, { recursive: true })
    const path = join(spoiled, 'journal.jsonl')
    writeFileSync(path, readFileSync(path, 'utf8').replace('"count":5,', '"count":6,'))
    const { exitCode, out } = await exportTiles(spoiled, '--to', to)
    expect(exitCode).toBe(1)
    expect(out).toMatch(/^DOES NOT HOLD: .*journal\.jsonl entry \d+ \(ballot\.cast\): /)
    expect(readdirSync(folder)).toEqual(['spoiled'])
  })

  test('takes one bundle and one folder to write to', async () => {
    const empty = testFolder()
    mkdirSync(join(empty, 'here'))
    const to = join(empty, 'here')
    for (const args of [
      [bundle],
      ['--to', to],
      [bundles, '--to', to],
      [join(bundles, 'check-in'), '--to', to],
    ]) {
      const { exitCode, err } = await exportTiles(...args)
      expect(exitCode).toBe(2)
      expect(err).toContain('sandogh audit --help')
    }
    expect(readdirSync(to)).toEqual([])
    expect(usage).toContain('export-tiles <bundle> --to <folder>')
  })
})
