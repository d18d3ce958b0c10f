import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { main } from '../../audit/cli.ts'
import { encodeEntry } from '../../core/journal/entry.ts'
import { eventfulStation } from './eventful-station.ts'
import { bundleFiles, testFolder, writeFiles, writeStation } from './files.ts'
import { makeStation, OPENING } from './fixtures.ts'
import { run } from './run.ts'

const station = eventfulStation()
const { bundles } = writeStation(station)
const [one, other] = [join(bundles, 'd-01'), join(bundles, 'd-02')]
const diff = (...args: string[]) => run(main, 'diff', ...args)

function copy(change: (folder: string) => void = () => {}): string {
  const folder = join(testFolder(), 'copy')
  cpSync(one, folder, { recursive: true })
  change(folder)
  return folder
}

function editJournal(folder: string, change: (lines: string[]) => readonly string[]): void {
  const path = join(folder, 'journal.jsonl')
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
  writeFileSync(
    path,
    change(lines)
      .map((line) => `${line}\n`)
      .join(''),
  )
}

describe('two copies of one bundle', () => {
  test('that are identical say so, with exit code 0', async () => {
    const { exitCode, out } = await diff(one, copy())
    expect(exitCode).toBe(0)
    expect(out).toMatch(
      /^IDENTICAL: both copies of device d-01 have the same files, and a journal of 111 entries\n/,
    )
  })

  test('of which one is the start of the other, whichever is named first', async () => {
    const short = copy((folder) => editJournal(folder, (lines) => lines.slice(0, 100)))
    for (const given of [
      [one, short],
      [short, one],
    ] as const) {
      const { exitCode, out } = await diff(...given)
      expect(exitCode).toBe(1)
      expect(out).toContain(
        `DIFFERENT: ${one} goes on from ${short} by 11 entries: the first 100 are the same`,
      )
      expect(out).toContain(`${one}: holds by itself`)
      expect(out).toContain(`${short}: DOES NOT HOLD: `)
    }
  })

  test('that are forked name the entry and show both', async () => {
    const forked = copy((folder) =>
      editJournal(folder, (lines) =>
        lines.with(50, '{"at":"2026-06-19T07:00:00Z","count":1,"seq":50,"type":"\u009b"}'),
      ),
    )
    const { exitCode, out } = await diff(one, forked)
    expect(exitCode).toBe(1)
    expect(out).toMatch(
      /^FORKED: the journals of device d-01 are the same up to entry 50, and there are two of that\n/,
    )
    expect(out).toContain(`  ${one}: {"at":`)
    expect(out).toContain(`  ${forked}: {"at":"2026-06-19T07:00:00Z","count":1,"seq":50,"type":"<U+009B>"}`)
    const json = JSON.parse((await diff(one, forked, '--json')).out)
    expect(json.relation).toMatchObject({ is: 'forked', entry: 50 })
  })

  test('that both hold and are forked prove that the device is not honest', async () => {
    const [device] = station.devices
    if (device === undefined) throw new Error('a station without devices')
    const last = device.entries.length - 1
    const entries = device.entries.with(
      last,
      encodeEntry({ type: 'report.printed', report: 'minutes' }, last, OPENING + 36_000_000),
    )
    const forked = join(testFolder(), 'forked')
    writeFiles(forked, bundleFiles(station, { ...device, entries }))
    const { exitCode, out } = await diff(one, forked)
    expect(exitCode).toBe(1)
    expect(out).toMatch(/^FORKED: .* up to entry 110,/)
    expect(out).toContain('both copies hold: the device has signed two histories')
  })

  test('of which another file differs name it', async () => {
    const bent = copy((folder) => writeFileSync(join(folder, 'checkpoint'), 'nothing'))
    const { exitCode, out } = await diff(one, bent)
    expect(exitCode).toBe(1)
    expect(out).toMatch(
      /^DIFFERENT: the journal of device d-01 is the same in both copies, 111 entries; other files are not\n/,
    )
    expect(out).toContain('files that differ: checkpoint\n')
    const lacking = copy((folder) => rmSync(join(folder, 'leaves.bin')))
    expect((await diff(one, lacking)).out).toContain('files that differ: leaves.bin\n')
  })
})

describe('devices of one station', () => {
  test('stand side by side, with what stands out marked', async () => {
    for (const given of [[one, other], [bundles]]) {
      const { exitCode, out } = await diff(...given)
      expect(exitCode).toBe(0)
      expect(out).toMatch(
        /^HOLDS, each by itself: 2 devices\nwhat stands out \(\*\): program of d-01, d-02; /,
      )
      expect(out).toMatch(/^ {2}opened +07:54 +08:02$/m)
      expect(out).toMatch(/^ {2}closed +16:14 \* +08:46 \*$/m)
      expect(out).toMatch(/^ {2}ballots +80 +40$/m)
      expect(out).toMatch(/^ {2}tampering +1 \* +0$/m)
      expect(out).toMatch(/^ {2}clock went back +1 \* +0$/m)
    }
  })

  test('of which most agree mark the one that does not', async () => {
    const three = writeStation(eventfulStation({ casts: [80, 40, 41] })).bundles
    const { out } = await diff(three)
    expect(out).toMatch(/^ {2}program +\S+ \S+ \* +\S+ {2,}\S+$/m)
    expect(out).toMatch(/^ {2}closed +16:14 \* +08:46 +08:47$/m)
  })

  test('mark a device whose bundle does not hold', async () => {
    const folder = join(testFolder(), 'bundles')
    cpSync(bundles, folder, { recursive: true })
    writeFileSync(join(folder, 'd-02', 'checkpoint'), '')
    const { exitCode, out } = await diff(folder)
    expect(exitCode).toBe(1)
    expect(out).toMatch(/^DOES NOT HOLD: .*d-02\/checkpoint/)
    expect(out).toMatch(/^ +d-01 +! d-02$/m)
  })
})

describe('what cannot be compared is refused with exit code 2', () => {
  test('bundles of two elections', async () => {
    const foreign = writeStation(makeStation('other', { casts: [1], election: 'other' })).bundles
    const { exitCode, out, err } = await diff(one, join(foreign, 'd-01'))
    expect([exitCode, out]).toEqual([2, ''])
    expect(err).toContain('(input.apart)')
  })

  test('two copies of one device beside another device', async () => {
    expect(await diff(one, copy(), other)).toMatchObject({ exitCode: 2, out: '' })
  })

  test('a folder that does not say whose bundle it is', async () => {
    const nameless = copy((folder) => writeFileSync(join(folder, 'journal.jsonl'), '{}\n'))
    const { exitCode, err } = await diff(one, nameless)
    expect(exitCode).toBe(2)
    expect(err).toContain('(input.no-journal)')
    const empty = testFolder()
    mkdirSync(join(empty, 'x'))
    expect((await diff(one, join(empty, 'x'))).exitCode).toBe(2)
  })
})
