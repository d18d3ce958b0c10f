import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { sha256, toBase64, toHex } from '../../core/keys/hash.ts'
import { signPackage } from '../../core/package/package.ts'
import { main, usage } from '../../provisioning/cli.ts'
import { testFolder } from '../audit/files.ts'
import { makeStation } from '../audit/fixtures.ts'
import { run } from '../audit/run.ts'
import { picture } from '../fixtures/picture.ts'

const station = makeStation('provision check', { casts: [0] })
const { definition, hash } = station.electionPackage
const key = toBase64(station.authority.publicKey)
const folder = testFolder()
const file = (name: string, text: string) => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}
const good = file('good.json', station.packageText)
const check = (...args: string[]) => run(main, 'check', ...args)

describe('sandogh provision check', () => {
  test('says what a good package is', async () => {
    const { exitCode, out } = await check(good, '--authority', key)
    expect(exitCode).toBe(0)
    expect(out).toContain(toBase64(hash))
    expect(out).toContain('rehearsal, no election')
    expect(out).toMatch(/101 {2}نامزد 101/)
    expect(out).toMatch(/s-1 .*d-01/)
  })

  test('says of each language whether somebody has read it whose first language it is', async () => {
    const languages = definition.languages.map((language) =>
      language.language === 'az' ? { ...language, readByNativeSpeaker: true } : language,
    )
    const text = signPackage({ ...definition, languages }, station.authority)
    const { out } = await check(file('read.json', text), '--authority', key)
    expect(out).toContain(`languages: 4
  fa: Persian, not yet read by anyone whose first language it is
  en: English, not yet read by anyone whose first language it is
  ar: Arabic, not yet read by anyone whose first language it is
  az: Azerbaijani, read by somebody whose first language it is
`)
  })

  test('refuses a package of which a photo is not in the folder beside it, with exit code 2', async () => {
    const photo = picture('image/png', 30, 40)
    const [first, ...others] = definition.contests
    if (first === undefined) throw new Error('a fixture without contests')
    const candidates = first.candidates.map((one) => ({ ...one, photo: toBase64(sha256(photo)) }))
    const text = signPackage(
      { ...definition, contests: [{ ...first, candidates }, ...others] },
      station.authority,
    )
    const path = file('photos.json', text)
    const missing = await check(path, '--authority', key)
    expect([missing.exitCode, missing.err]).toEqual([2, expect.stringContaining('photo.missing')])
    mkdirSync(join(folder, 'photos'))
    file(`photos/${toHex(sha256(photo))}.png`, '')
    expect((await check(path, '--authority', key)).err).toContain('photo.wrong-hash')
    writeFileSync(join(folder, `photos/${toHex(sha256(photo))}.png`), photo)
    const good = await check(path, '--authority', key)
    expect([good.exitCode, good.out]).toEqual([0, expect.stringContaining('photos: 1\n')])
  })

  test('refuses a package of which a photo cannot be decoded, though it begins and ends as one, with exit code 2', async () => {
    const photo = picture('image/png', 300, 400).fill(0, 40, -12)
    const contests = definition.contests.map((contest) => ({
      ...contest,
      candidates: contest.candidates.map((one) => ({ ...one, photo: toBase64(sha256(photo)) })),
    }))
    const path = file('damaged.json', signPackage({ ...definition, contests }, station.authority))
    mkdirSync(join(folder, 'photos'), { recursive: true })
    writeFileSync(join(folder, `photos/${toHex(sha256(photo))}.png`), photo)
    const { exitCode, err } = await check(path, '--authority', key)
    expect([exitCode, err]).toEqual([2, expect.stringContaining('photo.damaged')])
  })

  test('refuses a package of which a language lacks a text, with exit code 2', async () => {
    const languages = definition.languages.map(({ texts, ...language }) => ({
      ...language,
      texts: { ...texts, ...(language.language === 'en' && { back: '' }) },
    }))
    const text = signPackage({ ...definition, languages }, station.authority)
    const { exitCode, err } = await check(file('texts.json', text), '--authority', key)
    expect(exitCode).toBe(2)
    expect(err).toContain('in English the text "back" is missing (package.texts)')
  })

  const contest = definition.contests[0]
  if (contest === undefined) throw new Error('a fixture without contests')
  const doubled = contest.candidates.map((candidate) => ({ ...candidate, code: '101' }))
  test.each([
    ['a duplicate code', { ...contest, candidates: doubled }, 'package.duplicate-code'],
    ['more seats than candidates', { ...contest, seats: 6 }, 'package.seats'],
  ])('refuses %s with exit code 2', async (_, changed, code) => {
    const text = signPackage({ ...definition, contests: [changed] }, station.authority)
    const { exitCode, err } = await check(file(`${code}.json`, text), '--authority', key)
    expect(exitCode).toBe(2)
    expect(err).toContain(code)
    expect(err).toContain('contests[0]')
  })

  test('refuses a signature of another key, a changed file and a missing one with exit code 2', async () => {
    const other = toBase64(station.witness.publicKey)
    expect(await check(good, '--authority', other)).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('document.wrong-key'),
    })
    const changed = file('changed.json', station.packageText.replace('2026-06-19', '2026-06-20'))
    expect(await check(changed, '--authority', key)).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('document.bad-signature'),
    })
    expect(await check(join(folder, 'nowhere.json'), '--authority', key)).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('nowhere.json'),
    })
  })

  test('says what is wrong with a command and where help is', async () => {
    for (const args of [
      [],
      ['load'],
      ['check'],
      ['check', good],
      ['check', good, good, '--authority', key],
      ['check', good, '--authority', 'short'],
      ['check', good, '--key', key],
    ]) {
      const { exitCode, err, out } = await run(main, ...args)
      expect([exitCode, out]).toEqual([2, ''])
      expect(err).toContain('sandogh provision --help')
    }
    expect(await run(main, '--help')).toMatchObject({ exitCode: 0, out: usage })
  })
})
