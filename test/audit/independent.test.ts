/** The second verifier, made in Python from `docs/formats.md` and sharing no code of ours: its own tests, and the same verdict as ours. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { main } from '../../audit/cli.ts'
import { readVector, writtenFile, writtenFolder } from '../docs/vector-folders.ts'
import type { StationVector } from '../docs/vectors-of-bundles.ts'
import { DEBIAN_PYTHON, describeWith, PYTHON_CRYPTOGRAPHY, PYTHON_NACL } from '../oracles/needs.ts'
import { ROOT } from '../structure/repository.ts'
import { run } from './run.ts'
import {
  differences,
  firstSays,
  INDEPENDENT,
  type Said,
  secondSays,
  wordsOfSecond,
} from './second-verifier.ts'

const STATIONS = ['station-small', 'station-large', 'station-faulty'] as const

/** All that was found is compared; of what opening finds in any order, as ballots of a batch may be opened in any. */
function comparable([verb]: readonly string[], { exitCode, findings }: Said) {
  return { exitCode, findings: verb === 'open' ? findings.toSorted() : findings }
}

/** Both are asked; what they say apart from each other, by what was asked. */
async function disagreements(questions: ReadonlyMap<string, readonly string[]>): Promise<readonly unknown[]> {
  const answers = secondSays([...questions.values()])
  const apart: unknown[] = []
  for (const [i, [why, words]] of [...questions].entries()) {
    const first = await firstSays(words)
    const second = answers[i] as Said
    const [one, other] = [comparable(words, first), comparable(words, second)]
    const members = differences(withoutFindings(first.told), withoutFindings(second.told))
    if (JSON.stringify(one) !== JSON.stringify(other) || members.length > 0)
      apart.push({ why, first: one, second: other, members })
  }
  return apart
}

function withoutFindings(told: unknown): unknown {
  return told === null ? null : { ...(told as object), findings: [] }
}

function sharesOf(shares: readonly string[]): readonly string[] {
  return shares.flatMap((share, i) => ['--share', writtenFile(`share-${i + 1}.json`, share)])
}

function linkTo(file: string): string {
  symlinkSync(file, `${file}-link`)
  return `${file}-link`
}

describeWith([PYTHON_CRYPTOGRAPHY, PYTHON_NACL], 'the second verifier', () => {
  test('passes its own tests', { timeout: 300_000 }, () => {
    const tests = spawnSync(DEBIAN_PYTHON, ['-B', '-m', 'unittest'], { cwd: INDEPENDENT })
    expect(tests.stderr.toString()).toMatch(/\nRan [1-9][0-9] tests in [^\n]*\n\nOK\n$/)
    expect(tests.status).toBe(0)
  })

  test('says the same as the first of every published bundle, good and bent', {
    timeout: 300_000,
  }, async () => {
    const questions = new Map<string, readonly string[]>()
    for (const name of STATIONS) {
      const { authorityKey, files, bends = [] } = readVector<StationVector>(name)
      questions.set(name, ['verify', '--authority', authorityKey, writtenFolder(files)])
      questions.set(`${name}, no authority`, ['verify', writtenFolder(files)])
      for (const [i, bend] of bends.entries()) {
        const folder = writtenFolder({ ...files, ...bend.files })
        questions.set(`${name} ${i}: ${bend.why}`, ['verify', '--authority', authorityKey, folder])
      }
    }
    expect(questions.size).toBeGreaterThan(95)
    expect(await disagreements(questions)).toEqual([])
  })

  test('says the same under every published policy', async () => {
    const { files } = readVector<StationVector>('station-small')
    const folder = writtenFolder(files)
    const policies = readVector<{ why: string; text: string }[]>('policies')
    const questions = policies.map(({ why, text }) => {
      return [why, ['verify', '--policy', writtenFile('policy', text), folder]] as const
    })
    expect(await disagreements(new Map(questions))).toEqual([])
  })

  test('goes on after a finding in the same way', async () => {
    const { files, authorityKey } = readVector<StationVector>('station-small')
    const spoilt = ['d-01', 'd-02', 'check-in'].flatMap((folder) =>
      Object.keys(files).filter((path) => path.startsWith(`${folder}/`)),
    )
    const questions = new Map<string, readonly string[]>()
    for (const [i, one] of spoilt.entries()) {
      const other = spoilt[(i * 7 + 3) % spoilt.length] ?? ''
      const third = spoilt[(i * 5 + 11) % spoilt.length] ?? ''
      const folder = writtenFolder({ ...files, [one]: null, [other]: 'x', [third]: '{}' })
      const asked = i % 2 === 0 ? ['--authority', authorityKey] : []
      questions.set(`${one} gone, ${other} and ${third} spoilt`, ['verify', ...asked, folder])
    }
    expect(questions.size).toBeGreaterThan(20)
    expect(await disagreements(questions)).toEqual([])
  })

  test('asks for the same programs', async () => {
    const { files } = readVector<StationVector>('station-small')
    const folder = writtenFolder(files)
    const [some, other] = [writtenFile('list', 'some'), writtenFile('list', 'other')]
    const questions = new Map<string, readonly string[]>([
      ['two others', ['verify', '--program', some, '--program', other, folder]],
      ['no list', ['verify', '--program', folder, folder]],
    ])
    expect(await disagreements(questions)).toEqual([])
  })

  test('takes folders in one order, whatever the order in which they are given', async () => {
    const { files } = readVector<StationVector>('station-small')
    const folder = writtenFolder(files)
    const odd = folder.replace(/\/([^/]+)$/, '/./$1')
    rmSync(join(folder, 'd-02/checkpoint'))
    const of = (...names: readonly string[]) => names.map((name) => `${odd}/${name}`)
    const questions = new Map<string, readonly string[]>([
      ['turned round', ['verify', ...of('d-02', 'check-in', 'd-01')]],
      ['one twice', ['verify', ...of('d-02', 'd-01', 'd-02/', 'check-in')]],
      ['inside and by name', ['verify', ...of('d-02'), odd]],
      ['by two names', ['verify', folder, odd]],
    ])
    expect(await disagreements(questions)).toEqual([])
  })

  test('calls the same input bad, by the same code', async () => {
    const { files, shares } = readVector<StationVector>('station-small')
    const good = writtenFolder(files)
    const of = (why: string, change: (folder: string) => void) => {
      const folder = writtenFolder(files)
      change(folder)
      return [why, ['verify', folder]] as const
    }
    const questions = new Map<string, readonly string[]>([
      ['nothing there', ['verify', join(good, 'nowhere')]],
      ['a file', ['verify', join(good, 'd-01/manifest.json')]],
      ['a file beside a folder', ['verify', good, join(good, 'd-01/manifest.json')]],
      ['an empty folder', ['verify', writtenFolder({})]],
      ['a folder of something else', ['verify', writtenFolder({ 'package.json': '{}' })]],
      ['the check-in alone', ['verify', join(good, 'check-in')]],
      ['a check-in that is bent, alone', ['verify', writtenFolder({ 'issued.json': '', x: '' })]],
      ['a bundle and the check-in by name', ['verify', join(good, 'check-in'), `${join(good, 'd-01')}/`]],
      ['a folder of folders of folders', ['verify', writtenFolder({ 'all/d-01/manifest.json': '' })]],
      of('an interrupted bundle', (folder) => mkdirSync(join(folder, 'd-01.part'))),
      of('an older bundle', (folder) => renameSync(join(folder, 'd-01'), join(folder, 'd-01.old'))),
      of('an older file', (folder) => writeFileSync(join(folder, 'd-01.old'), '')),
      of('an empty folder beside', (folder) => mkdirSync(join(folder, 'a'))),
      of('a file beside', (folder) => writeFileSync(join(folder, 'a'), '')),
      of('a link beside', (folder) => symlinkSync(join(folder, 'd-01'), join(folder, 'a'))),
      of('a link in the place of a file', (folder) => {
        rmSync(join(folder, 'd-01/checkpoint'))
        symlinkSync(join(folder, 'd-02/checkpoint'), join(folder, 'd-01/checkpoint'))
      }),
      of('a folder in the place of a file', (folder) => {
        rmSync(join(folder, 'd-02/leaves.bin'))
        mkdirSync(join(folder, 'd-02/leaves.bin'))
      }),
      of('folders alone, one named like a file', (folder) => mkdirSync(join(folder, 'issued.json'))),
      ['no policy there', ['verify', '--policy', join(good, 'nowhere'), good]],
      ['a link for a policy', ['verify', '--policy', linkTo(writtenFile('policy', 'quorum none\n')), good]],
      ['a key too short', ['verify', '--authority', 'AAAA', good]],
      ['a key of nobody', ['verify', '--authority', `${'A'.repeat(43)}=`, good]],
      ['an unknown option', ['verify', '--everything', good]],
      ['no share', ['open', good]],
      ['no share there', ['open', '--share', join(good, 'nowhere'), good]],
      ['a device that is not lost', ['open', ...sharesOf(shares), '--lost', 'd-01', good]],
    ])
    expect(await disagreements(questions)).toEqual([])
  })

  test('looks at no bundle of a device of which there are too many, and goes on with the rest', async () => {
    const { files } = readVector<StationVector>('station-small')
    const own = (device: string) => Object.entries(files).filter(([path]) => path.startsWith(`${device}/`))
    /** The station, so many more copies of these devices' bundles beside it, and these files taken away or changed. */
    const crowd = (copies: number, devices: readonly string[], bends: StationVector['files'] = {}) => {
      const more = devices.flatMap((device) =>
        Array.from({ length: copies }, (_, i) =>
          own(device).map(([path, file]) => [`${i}-${path}`, file] as const),
        ).flat(),
      )
      return ['verify', writtenFolder({ ...files, ...Object.fromEntries(more), ...bends })]
    }
    const questions = new Map<string, readonly string[]>([
      ['eight of one', crowd(7, ['d-02'])],
      ['nine of one', crowd(8, ['d-02'])],
      ['seventy of one', crowd(69, ['d-01'])],
      ['nine of both', crowd(8, ['d-01', 'd-02'])],
      ['nine, of which one is no bundle by its files', crowd(8, ['d-02'], { '3-d-02/checkpoint': null })],
      ['nine, and one more that is none', crowd(9, ['d-02'], { '3-d-02/checkpoint': null })],
      ['nine, of which the first has no package', crowd(8, ['d-02'], { '0-d-02/package.json': '{}' })],
      [
        'nine that all say so and lie',
        crowd(8, ['d-02'], { '3-d-02/leaves.bin': 'x', 'd-02/journal.jsonl': '' }),
      ],
      [
        'seventy that have only a manifest',
        crowd(
          69,
          ['d-02'],
          Object.fromEntries(
            Array.from({ length: 69 }, (_, i) => own('d-02').map(([path]) => [`${i}-${path}`, null] as const))
              .flat()
              .filter(([path]) => !path.endsWith('manifest.json')),
          ),
        ),
      ],
    ])
    expect(await disagreements(questions)).toEqual([])
    const found = async (why: string) =>
      (await firstSays(questions.get(why) ?? [])).findings.map((finding) => finding.replace(/ \/.*\//, ' '))
    expect(await found('eight of one')).toEqual(['station.twice 1-d-02'])
    expect(await found('nine of one')).toEqual(['bundle.crowded d-02'])
    expect(await found('seventy of one')).toEqual(['bundle.crowded 16-d-01'])
    expect(await found('nine of both')).toEqual(['bundle.crowded d-01', 'bundle.crowded d-02'])
    expect(await found('nine, and one more that is none')).toEqual([
      'bundle.files checkpoint',
      'bundle.crowded d-02',
    ])
  })

  test('refuses more folders than a country has', async () => {
    const folder = writtenFolder(
      Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`${i}/checkpoint`, ''])),
    )
    // A thousand of them under a hundred names and one.
    const paths = Array.from({ length: 101 }, (_, i) => folder + '/.'.repeat(i))
    const [second] = secondSays([['verify', ...paths]])
    for (const said of [await firstSays(['verify', ...paths]), second])
      expect(said).toMatchObject({ exitCode: 2, findings: ['input.crowded'] })
  })

  test('judges and writes names that are no plain text alike', async () => {
    const { files } = readVector<StationVector>('station-small')
    const good = writtenFolder(files)
    const of = (
      why: string,
      name: readonly (string | number)[],
      change: (place: Buffer, folder: string) => void,
    ) => {
      const folder = writtenFolder(files)
      const bytes = name.map((part) => (typeof part === 'number' ? Buffer.of(part) : Buffer.from(part)))
      change(Buffer.concat([Buffer.from(`${folder}/`), ...bytes]), folder)
      return [why, ['verify', folder]] as const
    }
    const file = (place: Buffer) => writeFileSync(place, '')
    const bundle = (place: Buffer, folder: string) => renameSync(join(folder, 'd-02'), place)
    const questions = new Map<string, readonly string[]>([
      of('a file in a bundle, one byte', ['d-01/leaves', 0xff], file),
      of('a cut sequence', ['d-01/', 0xe2, 0x82], file),
      of('an overlong one', ['d-01/', 0xc0, 0xaf, 'x'], file),
      of('a surrogate', ['d-01/é', 0xed, 0xa0, 0x80, '€'], file),
      of('a control character', ['d-01/a\nHOLDS: all of it'], file),
      of('one of the upper half', ['d-01/a\u009b31m'], file),
      of('the telltale of a bundle, with a byte behind', ['d-01/checkpoint', 0x80], file),
      of('in the check-in', ['check-in/', 0xff], file),
      of('one before those that do not belong either', ['d-01/', 0xff], (place, folder) => {
        file(place)
        writeFileSync(join(folder, 'd-01/]'), '')
        writeFileSync(join(folder, 'd-01/[z'), '')
      }),
      of('the letters that it is written with', ['d-01/\\xff'], file),
      of('a folder of a bundle', ['d-02', 0xff], bundle),
      of('a folder with an end of line', ['d-02\n'], bundle),
      of('a folder of which a device was interrupted, too', ['d-02', 0xff, '.part'], bundle),
      of('a plain folder in any letters', ['شعبه €'], bundle),
      of('a byte order mark in a name', ['\ufeffd-02'], bundle),
      of('U+FFFD in a folder', ['d-02\ufffd'], bundle),
      ['a path with U+FFFD', ['verify', `${good}\ufffd`]],
      ['a path with an end of line', ['verify', `${good}\n`]],
      ['a policy with U+FFFD', ['verify', '--policy', writtenFile('p\ufffd', 'quorum none\n'), good]],
      ['a share with a control character', ['open', '--share', writtenFile('s\u007f', ''), good]],
    ])
    expect(await disagreements(questions)).toEqual([])
    const found = async (why: string) => (await firstSays(questions.get(why) ?? [])).findings
    expect(await found('a surrogate')).toEqual([
      expect.stringMatching(/^bundle\.files \S+\/d-01\/é\\xed\\xa0\\x80€$/),
    ])
    expect(await found('one of the upper half')).toEqual([expect.stringContaining('/d-01/a\\xc2\\x9b31m')])
    expect(await found('a folder of a bundle')).toEqual(['input.name'])
    expect(await found('a path with U+FFFD')).toEqual(['input.name'])
    expect(await found('a plain folder in any letters')).toEqual([])
  })

  test('refuses a path whose bytes are no text, however they come to a program', () => {
    const folder = writtenFolder({})
    const path = `$'${folder}/d\\xff'`
    const commands = [
      `'${process.execPath}' '${join(ROOT, 'bin/sandogh.js')}' audit verify ${path}`,
      `${DEBIAN_PYTHON} -B '${join(INDEPENDENT, 'verify.py')}' ${path}`,
    ]
    for (const command of commands) {
      const { status, stdout, stderr } = spawnSync('bash', ['-c', `mkdir -p ${path}; ${command}`])
      expect([status, stdout.toString()], command).toEqual([2, ''])
      expect(stderr.toString()).toContain('input.name')
    }
  })

  test('opens and counts the same', async () => {
    const questions = new Map<string, readonly string[]>()
    for (const name of STATIONS) {
      const { files, shares } = readVector<StationVector>(name)
      questions.set(name, ['open', ...sharesOf(shares), writtenFolder(files)])
    }
    const { files, shares } = readVector<StationVector>('station-small')
    for (const device of ['d-01', 'd-02']) {
      const folder = writtenFolder(files)
      rmSync(join(folder, device), { recursive: true })
      rmSync(join(folder, 'check-in'), { recursive: true })
      questions.set(`without ${device}`, ['open', ...sharesOf(shares), folder])
      questions.set(`${device} lost`, ['open', ...sharesOf(shares), '--lost', device, folder])
    }
    const bent = writtenFolder({ ...files, 'd-02/leaves.bin': 'x' })
    const few = sharesOf(shares.slice(0, 1))
    questions.set('what does not hold, before shares that are too few', ['open', ...few, bent])
    questions.set('too few shares, before a device that is not lost', [
      'open',
      ...few,
      '--lost',
      'd-01',
      bent,
    ])
    questions.set('too few shares, of what holds', ['open', ...few, '--lost', 'd-01', writtenFolder(files)])
    const list = writtenFile('list', 'some')
    questions.set('another program', ['open', ...sharesOf(shares), '--program', list, writtenFolder(files)])
    const { given } = readVector<{ given: { why: string; shares: string[] }[] }>('shares')
    for (const item of given)
      questions.set(item.why, ['open', ...sharesOf(item.shares), writtenFolder(files)])
    expect(await disagreements(questions)).toEqual([])
  })

  test('says in its first line what the first says, and as exit code', async () => {
    const { files, shares } = readVector<StationVector>('station-small')
    const without = (...names: readonly string[]) =>
      writtenFolder(
        Object.fromEntries(
          Object.entries(files).filter(([path]) => !names.some((name) => path.startsWith(name))),
        ),
      )
    const bent = writtenFolder({ ...files, 'd-02/leaves.bin': 'x', 'd-01/checkpoint': null })
    const open = ['open', ...sharesOf(shares)]
    const asked: readonly (readonly [readonly string[], number, RegExp])[] = [
      [['verify', writtenFolder(files)], 0, /^HOLDS: 2 bundles, 1 station, \d+ ballots$/],
      [
        ['verify', without('check-in')],
        3,
        /^HOLDS for what was given: .*; missing: the check-in of station s-1$/,
      ],
      [
        ['verify', without('check-in', 'd-02')],
        3,
        /^HOLDS for what was given: 1 bundle, .*; missing: device d-02 of station s-1, the check-in of station s-1$/,
      ],
      [['verify', without('d-02')], 1, /^DOES NOT HOLD: station s-1: /],
      [['verify', bent], 1, /^DOES NOT HOLD: \S+\/d-01\/checkpoint: /],
      [[...open, writtenFolder(files)], 0, /^HOLDS: \d+ ballots opened and recounted, equal to /],
      [
        [...open, without('check-in')],
        3,
        /^HOLDS for what was given: .*equal to .*; missing: the check-in of station s-1$/,
      ],
      [
        [...open, '--lost', 'd-02', without('check-in', 'd-02')],
        3,
        /^HOLDS for what was given: .*; missing: device d-02/,
      ],
      [[...open, bent], 1, /^DOES NOT HOLD: \S+\/d-01\/checkpoint: /],
    ]
    for (const [words, exitCode, line] of asked) {
      const first = await run(main, ...words)
      const second = spawnSync(DEBIAN_PYTHON, ['-B', join(INDEPENDENT, 'verify.py'), ...wordsOfSecond(words)])
      const lines = [first.out, second.stdout.toString()].map((out) => out.split('\n')[0] ?? '')
      expect([first.exitCode, second.status], words.join(' ')).toEqual([exitCode, exitCode])
      for (const said of lines) expect(said).toMatch(line)
      if (exitCode !== 1) expect(lines[1]).toBe(lines[0])
    }
  })

  test('runs as the page for auditors says', () => {
    const { files } = readVector<StationVector>('station-large')
    const said = execFileSync(DEBIAN_PYTHON, ['-B', join(INDEPENDENT, 'verify.py'), writtenFolder(files)])
    const lines = said.toString().trimEnd().split('\n')
    expect(lines[0]).toMatch(/^HOLDS: 1 bundle, 1 station, /)
    expect(lines.at(-1)).toBe('tally not verified: that needs the paper or the trustees')
  })
})
