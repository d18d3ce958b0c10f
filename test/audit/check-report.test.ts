/** A second party gets a signed report and holds it against its statement, and against the bundles that it has itself. */
import { generateKeyPairSync } from 'node:crypto'
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { main } from '../../audit/cli.ts'
import { report } from '../../audit/commands/report.ts'
import { sha256, toHex } from '../../core/keys/hash.ts'
import { eventfulStation } from './eventful-station.ts'
import { testFolder, writeStation } from './files.ts'
import { run } from './run.ts'
import { type Replacement, weakenedMain } from './weakened/weaken.ts'

const { bundles } = writeStation(eventfulStation())
const { privateKey, publicKey } = generateKeyPairSync('ed25519')
const key = join(testFolder(), 'key.pem')
writeFileSync(key, privateKey.export({ type: 'pkcs8', format: 'pem' }))
const fingerprint = toHex(sha256(publicKey.export({ type: 'spki', format: 'der' }).subarray(-32)))
const policy = join(testFolder(), 'policy')
writeFileSync(policy, 'quorum none\n')

const signed = join(testFolder(), 'report')
// Without a browser it ends with a refusal, all but the PDF written.
await report([bundles, '--sign', key, '--policy', policy, '--out', signed], '/nowhere').catch(() => undefined)

const check = (...args: string[]) => run(main, 'check-report', ...args)

/** A copy that a test may spoil. */
function spoiled(of: string, spoil: (folder: string) => void): string {
  const folder = join(testFolder(), 'copy')
  cpSync(of, folder, { recursive: true })
  spoil(folder)
  return folder
}

const change = (path: string) => writeFileSync(path, `${readFileSync(path, 'utf8')} `)

describe('a signed report', () => {
  test('holds, with the fingerprint of who signed it and a word on what was not compared', async () => {
    const { exitCode, out, err } = await check(signed)
    expect([exitCode, err]).toEqual([0, ''])
    expect(out).toMatch(/^HOLDS: .*: 2 files as signed; what it was made of was not compared/)
    expect(out).toContain(fingerprint)
  })

  test('holds beside the bundles that it was made of, whatever their folders are called, and its policy', async () => {
    const own = spoiled(bundles, () => undefined)
    const { exitCode, out } = await check(signed, own, '--policy', policy)
    expect(exitCode).toBe(0)
    expect(out).toMatch(/^HOLDS: .*: 2 files as signed; made of 21 files, the same as given\n/)
    expect(JSON.parse((await check(signed, own, '--json')).out)).toMatchObject({
      verdict: 'holds',
      fingerprint,
      inputsCompared: true,
    })
  })

  test.each<[string, (folder: string) => void, string]>([
    ['a page that was changed', (f) => change(join(f, 'report.html')), 'report.html: it is not the file'],
    [
      'figures that were taken away',
      (f) => rmSync(join(f, 'figures.json')),
      'figures.json: it is signed, and',
    ],
    [
      'a file too many',
      (f) => writeFileSync(join(f, 'report.pdf'), ''),
      'report.pdf: it is not among the signed',
    ],
  ])('does not hold with %s', async (_, spoil, words) => {
    const { exitCode, out } = await check(spoiled(signed, spoil))
    expect(exitCode).toBe(1)
    expect(out).toMatch(/^DOES NOT HOLD: /)
    expect(out).toContain(words)
    expect(out).toContain('(report.file)')
  })

  test('does not hold with a statement that was changed', async () => {
    const folder = spoiled(signed, (f) => {
      const path = join(f, 'statement.json')
      writeFileSync(
        path,
        readFileSync(path, 'utf8').replace('"verdict":"holds"', '"verdict":"does not hold"'),
      )
    })
    const { exitCode, out } = await check(folder)
    expect(exitCode).toBe(1)
    expect(out).toContain('(document.bad-signature)')
  })

  test('does not hold beside other bundles, of which each difference is named, nor with another policy', async () => {
    const own = spoiled(bundles, (f) => change(join(f, 'd-01', 'leaves.bin')))
    const { exitCode, out } = await check(signed, own)
    expect(exitCode).toBe(1)
    expect(out).toContain('d-01/leaves.bin is not among what was given as it was used')
    expect(out).toContain(`${own}/d-01/leaves.bin: the report was not made of this file as it is`)
    const few = await check(signed, join(bundles, 'd-01'))
    expect(few.out).toContain('d-02/journal.jsonl is not among what was given')
    const other = join(testFolder(), 'policy')
    writeFileSync(other, '# another\nquorum none\n')
    expect((await check(signed, '--policy', other)).out).toContain('it was made with another policy, or none')
    const list = await check(signed, '--program', other)
    expect([list.exitCode, list.out]).toEqual([1, expect.stringContaining('other lists of programs')])
  })

  test('that is none, or was not signed, is refused with exit code 2', async () => {
    const unsigned = spoiled(signed, (f) => rmSync(join(f, 'statement.json')))
    for (const folder of [unsigned, join(signed, 'nowhere')])
      expect(await check(folder)).toMatchObject({
        exitCode: 2,
        err: expect.stringContaining('input.unreadable'),
      })
    const foreign = spoiled(signed, (f) => writeFileSync(join(f, 'statement.json'), '{}'))
    expect(await check(foreign)).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('input.statement'),
    })
    expect(await check()).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('the folder of a report'),
    })
  })

  test('would hold with any page or bundle, were hashes not compared', async () => {
    const file = 'audit/printed/check-report.ts'
    const weak = (line: string, by: string) => weakenedMain([{ file, line, by }] satisfies Replacement[])
    const page = spoiled(signed, (f) => change(join(f, 'report.html')))
    const line = 'listed === toBase64(sha256(bytes))'
    expect((await run(await weak(line, 'listed !== undefined'), 'check-report', page)).exitCode).toBe(0)
    const own = spoiled(bundles, (f) => change(join(f, 'd-01', 'leaves.bin')))
    const names = await weak("[own, name].join(' ')", 'name')
    expect((await run(names, 'check-report', signed, own)).exitCode).toBe(0)
  })
})
