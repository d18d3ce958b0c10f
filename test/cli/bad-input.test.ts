/** The one command as a newcomer meets it: real processes, wrong words and wrong files. */
import { spawn } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { toBase64 } from '../../core/keys/hash.ts'
import { signPackage } from '../../core/package/package.ts'
import { shareFile } from '../../core/package/trustee-share.ts'
import { deviceFolder, provision, writeConfig } from '../../demo/provisioned.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { testFolder, writeStation } from '../audit/files.ts'
import { makeStation } from '../audit/fixtures.ts'
import { ROOT } from '../structure/repository.ts'

const station = makeStation('bad input', { casts: [5, 3] })
const { bundles, shares } = writeStation(station)
const [share1 = '', share2 = '', share3 = ''] = shares
const otherElection = writeStation(makeStation('bad input', { casts: [1], election: 'other' }))
const [otherShare = ''] = otherElection.shares
const key = toBase64(station.authority.publicKey)
const otherKey = toBase64(station.witness.publicKey)
const folder = testFolder()

const file = (name: string, content: string | Uint8Array) => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}
const good = file('good.json', station.packageText)
const duplicateCode = packageWith('duplicate.json', { duplicate: true })
const tooManySeats = packageWith('seats.json', { duplicate: false })
const garbage = file('garbage.json', seededRandom('garbage').bytes(500))
const damagedShare = file('damaged-share.json', damaged(2))
const tornShare = file('torn-share.json', readFileSync(share2).subarray(0, 120))
const nowhere = join(folder, 'nowhere')
const occupied = join(folder, 'occupied')
mkdirSync(occupied)
writeFileSync(join(occupied, 'diary.txt'), 'mine')
const running = join(folder, 'running')
mkdirSync(running)
writeFileSync(join(running, '.sandogh-demo'), `in use by process ${process.pid}\n`)
const { home, incomplete, fresh, office } = deviceFolders()

/** A package that is signed rightly, and wrong. */
function packageWith(name: string, { duplicate }: { readonly duplicate: boolean }): string {
  const { definition } = station.electionPackage
  const [contest, ...contests] = definition.contests
  if (contest === undefined) throw new Error('a fixture without contests')
  const [first, second, ...others] = contest.candidates
  if (first === undefined || second === undefined) throw new Error('a fixture without candidates')
  const changed = duplicate
    ? { ...contest, candidates: [first, { ...second, code: first.code }, ...others] }
    : { ...contest, seats: 6 }
  return file(name, signPackage({ ...definition, contests: [changed, ...contests] }, station.authority))
}

/** The file of a share in which one byte of the share was changed. */
function damaged(number: number): string {
  const bytes = station.shares[number - 1]?.slice() ?? new Uint8Array()
  bytes[20] = (bytes[20] ?? 0) ^ 1
  return shareFile(bytes, station.electionPackage)
}

/** Two provisioned devices' folders, and one that never got its keys. */
function deviceFolders() {
  const out = join(folder, 'devices')
  const { authority } = provision(out, seededRandom('device folders'), [Date.now()])
  for (const id of ['gy-1-a', 'gy-1-b', 'gy-1-c']) {
    const lines = { touchscreen: '-', cardReader: '-', printer: '-', ioBoard: '-', display: '-' }
    writeConfig(out, id, authority, lines, undefined)
  }
  rmSync(join(deviceFolder(out, 'gy-1-b'), 'keys.json'))
  return {
    home: deviceFolder(out, 'gy-1-a'),
    incomplete: deviceFolder(out, 'gy-1-b'),
    fresh: deviceFolder(out, 'gy-1-c'),
    office: join(out, 'office'),
  }
}

interface Said {
  readonly exitCode: number | null
  readonly out: string
  readonly err: string
}

/** Runs the command as a process of its own. */
function sandogh(...args: readonly string[]): Promise<Said> {
  const child = spawn(process.execPath, [join(ROOT, 'bin/sandogh.js'), ...args], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said = { out: '', err: '' }
  child.stdout.on('data', (chunk) => {
    said.out += chunk
  })
  child.stderr.on('data', (chunk) => {
    said.err += chunk
  })
  return new Promise((resolve) => child.on('close', (exitCode) => resolve({ exitCode, ...said })))
}

const open = (...given: readonly string[]) => [
  'audit',
  'open',
  ...given.flatMap((path) => ['--share', path]),
  bundles,
]
const check = (path: string, by = key) => ['provision', 'check', path, '--authority', by]

describe('what is wrong is told on standard error with exit code 2: what, where, and what to do', () => {
  test.concurrent.each<[string, readonly string[], readonly string[]]>([
    ['no command', [], ['a command is missing', 'audit', 'Start with "npm start"']],
    ['an unknown command', ['vote'], ['there is no command "vote"', 'sandogh <command> [--help]']],
    ['a flag for a command', ['--fast'], ['there is no command "--fast"', 'sandogh <command> [--help]']],
    ['a name that every object has', ['constructor'], ['there is no command "constructor"']],
    ['demo: an unknown flag', ['demo', '--fast'], ["sandogh demo: Unknown option '--fast'.\n", '--seed']],
    ['demo: a word too many', ['demo', 'now'], ["sandogh demo: Unexpected argument 'now'", '--seed']],
    ['demo: a flag without its value', ['demo', '--seed'], ["'--seed <value>' argument missing", '--out']],
    [
      'demo: no value but the next flag',
      ['demo', '--out', '--auto'],
      ["'--out' argument is ambiguous.\n", '--out'],
    ],
    [
      'demo: a port that is none',
      ['demo', '--port', '99999999'],
      ['sandogh demo --port: "99999999" is no port (usage). Give a number from 1 to 65533.'],
    ],
    [
      'demo: a port for pages that are not there',
      ['demo', '--auto', '--port', '4600'],
      ['sandogh demo --port: with --auto there are no pages (usage).'],
    ],
    ['demo: a value for a flag that takes none', ['demo', '--auto=yes'], ["'--auto' does not take", '--out']],
    [
      'demo: an empty seed',
      ['demo', '--seed', ''],
      ['demo --seed: its value is empty', 'leave the flag out'],
    ],
    [
      'demo: no name of a folder',
      ['demo', '--out', ''],
      ['demo --out: its value is empty', 'leave the flag out'],
    ],
    [
      'demo: a file instead of a folder',
      ['demo', '--out', join(occupied, 'diary.txt')],
      ['diary.txt: a file is in the way', 'Name a folder that is new or empty'],
    ],
    [
      'demo: a name that no file system takes',
      ['demo', '--out', 'n'.repeat(300)],
      ['it cannot be written (ENAMETOOLONG)', 'Name a folder that is new or empty'],
    ],
    [
      'demo: a folder that holds something else',
      ['demo', '--out', occupied],
      [
        `${occupied}: this folder holds something that no demonstration made`,
        'Name a folder that is new or empty',
      ],
    ],
    [
      'demo: a folder in which another demonstration runs',
      ['demo', '--out', running],
      [
        `${running}: another demonstration is running in it (process ${process.pid})`,
        'Name a folder that is new or empty',
      ],
    ],
    [
      'demo: a file where the folder should be',
      ['demo', '--out', join(occupied, 'diary.txt', 'out')],
      ['diary.txt/out: a file is in the way', 'Name a folder that is new or empty'],
    ],
    [
      'demo: a place where nobody can write',
      ['demo', '--out', '/proc/sandogh'],
      ['/proc/sandogh: it cannot be written', 'Name a folder that is new or empty'],
    ],
    [
      'demo: a folder in a place where nobody can write',
      ['demo', '--out', '/proc/sandogh/out'],
      ['/proc/sandogh/out: it cannot be written', 'Name a folder that is new or empty'],
    ],
    [
      'provision: no verb',
      ['provision'],
      ['say what to do: check, enrol or official', 'sandogh provision --help'],
    ],
    [
      'provision: an unknown verb',
      ['provision', 'bake'],
      ['there is no verb "bake"', 'sandogh provision --help'],
    ],
    ['provision: an unknown flag', [...check(good), '--fast'], ["Unknown option '--fast' (", '--help']],
    ['provision: no package', ['provision', 'check'], ['one package file is needed', '--help']],
    ['provision: no key', ['provision', 'check', good], ['--authority is missing', '--help']],
    ['provision: half a key', check(good, 'AAAA'), ['32 bytes in base64', '--help']],
    ['provision: a missing file', check(nowhere), [`${nowhere}: there is no such file`, 'Name the file']],
    ['provision: a folder', check(folder), [`${folder}: this is a folder`, 'Name the file']],
    [
      'provision: a package with a duplicate code',
      check(duplicateCode),
      [
        `${duplicateCode} at contests[0].candidates[1].code: code 101 is already given at contests[0].candidates[0].code`,
        'Correct the package at its source and sign it again',
      ],
    ],
    [
      'provision: a package with more seats than candidates',
      check(tooManySeats),
      [`${tooManySeats} at contests[0].seats: 6 seats but only 5 candidates`, 'sign it again'],
    ],
    [
      'provision: a package signed with another key',
      check(good, otherKey),
      [`${good}: signature 1 is by another key`, 'check which key was given'],
    ],
    [
      'provision: requests of nobody',
      ['provision', 'enrol', occupied, '--station', 'gy-1', '--office', office],
      [`${join(occupied, 'enrolment.request')}: there is no such file`, 'sandogh device request'],
    ],
    ['provision: garbage', check(garbage), [`${garbage}: this is not JSON`, 'again from its source']],
    ['audit: no verb', ['audit'], ['say what to do', 'sandogh audit --help']],
    ['audit: an unknown verb', ['audit', 'trust'], ['there is no verb "trust"', 'sandogh audit --help']],
    [
      'audit: an unknown flag',
      ['audit', 'verify', bundles, '--fast'],
      ["Unknown option '--fast' (", '--help'],
    ],
    ['audit: nothing to verify', ['audit', 'verify'], ['there is no bundle to verify', '--help']],
    [
      'audit: a missing folder',
      ['audit', 'verify', nowhere],
      [`${nowhere}: there is no such file or folder`, 'Check its name'],
    ],
    [
      'audit: a folder of something else',
      ['audit', 'verify', occupied],
      [`${occupied}: this is not the folder of a bundle`, 'Name the folder of a bundle'],
    ],
    [
      "audit: a device's home folder instead of its bundle",
      ['audit', 'verify', home],
      [`${home}: this is not the folder of a bundle`, 'Name the folder of a bundle'],
    ],
    [
      'audit: a file that is no database',
      ['audit', 'verify', good],
      [`${good}: it is no folder of a bundle and no database of a device`, '--help'],
    ],
    ['audit: no share', ['audit', 'open', bundles], ["the trustees' shares: --share <file>", '--help']],
    [
      'audit: a share of another election',
      open(share1, otherShare, share3),
      [`${otherShare}: this is a share of another election`, 'Bring the share of '],
    ],
    [
      'audit: two shares where three are needed',
      open(share1, share3),
      ['two shares where three are needed', 'Bring more trustees'],
    ],
    [
      'audit: one share twice',
      open(share1, share1, share3),
      [`${share1}: share 1 was already given`, 'another trustee'],
    ],
    [
      'audit: a damaged share',
      open(share1, damagedShare, share3),
      [`${damagedShare}: it is not share 2 of the key ceremony`, 'Read it again from its carrier'],
    ],
    [
      'audit: a torn share',
      open(share1, tornShare, share3),
      [`${tornShare}: this is not a trustee's share`, 'Check'],
    ],
    [
      'audit: a missing share',
      open(share1, nowhere, share3),
      [`${nowhere}: there is no such file`, 'Check the name'],
    ],
    [
      'device: a calibration of no device',
      ['device', 'calibrate'],
      ['--home <folder>', 'sandogh device --help'],
    ],
    [
      'device: no verb',
      ['device'],
      ['say what to do: request, setup, run, calibrate or program', 'sandogh device --help'],
    ],
    ['device: an unknown verb', ['device', 'fly'], ['there is no verb "fly"', 'sandogh device --help']],
    ['device: no folder', ['device', 'run'], ['--home <folder>', 'sandogh device --help']],
    [
      'device: a missing folder',
      ['device', 'run', '--home', nowhere],
      [`${nowhere}: there is no such folder`, 'Name the folder'],
    ],
    [
      'device: a folder that was never provisioned',
      ['device', 'setup', '--home', occupied],
      [`${join(occupied, 'config.json')}: there is no such file`, 'Have a technician provision'],
    ],
    [
      'device: a program without a configuration, and so without a display',
      ['device', 'run', '--home', occupied],
      [`${join(occupied, 'config.json')}: there is no such file`, 'Have a technician provision'],
    ],
    [
      'device: a folder without keys',
      ['device', 'setup', '--home', incomplete],
      [`${join(incomplete, 'keys.json')}: there is no such file`, 'Have a technician provision'],
    ],
    [
      'centre: no verb',
      ['centre'],
      ['say what to do: broker, broker-config, collect, status, result, import', 'sandogh centre --help'],
    ],
    [
      'centre: an unknown flag',
      ['centre', 'status', '--fast'],
      ["Unknown option '--fast'.", 'sandogh centre status'],
    ],
    ['centre: no store', ['centre', 'status'], ['--store <store>', 'sandogh centre --help']],
    [
      'centre: a missing store',
      ['centre', 'status', '--store', nowhere],
      [`${nowhere}: there is no such file`, 'the database that the centre wrote'],
    ],
    [
      'centre: no database',
      ['centre', 'status', '--store', garbage],
      [`${garbage}: file is not a database`, 'Check that'],
    ],
  ])('%s', async (_, args, words) => {
    const { exitCode, out, err } = await sandogh(...args)
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' })
    for (const word of words) expect(err).toContain(word)
    expect(err, 'no stack trace').not.toMatch(/^\s+at /m)
    expect(err).toMatch(/\.\n$/)
    // No share, whole or in part, damaged or not.
    for (const share of [share1, share3, damagedShare]) {
      const { share: secret } = JSON.parse(readFileSync(share, 'utf8')) as { readonly share: string }
      expect(err).not.toContain(secret.slice(0, 12))
    }
  })

  test('and nothing was written anywhere', () => {
    expect(readdirSync(occupied)).toEqual(['diary.txt'])
    expect(readdirSync(incomplete).toSorted()).toEqual(
      [
        ...['authority.der', 'centre.der', 'certificate.der', 'config.json', 'package.json', 'photos'],
        ...['card-authority.der', 'card-certificate.tlv', 'card-key.json'],
      ].toSorted(),
    )
    expect(readdirSync(folder)).not.toContain('nowhere')
  })
})

describe('help', () => {
  test.concurrent.each(['demo', 'audit', 'provision', 'device', 'centre'])(
    'of "sandogh %s" says what it is for, how to call it and what the exit codes mean',
    async (area) => {
      for (const args of [
        [area, '--help'],
        [area, 'anything', '-h'],
      ]) {
        const { exitCode, out, err } = await sandogh(...args)
        expect([exitCode, err]).toEqual([0, ''])
        expect(out).toMatch(new RegExp(`^sandogh ${area}: [a-z' ,]+\n\n {2}sandogh ${area} `))
        expect(out).toContain('Exit code: 0 ')
        expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(125)
      }
    },
  )

  test('of one verb tells of no other, and of all that they have in common; a wrong flag shows that verb alone', async () => {
    const verbs = (text: string) => new Set(text.match(/^ {2}sandogh centre [a-z-]+/gm))
    const help = await sandogh('centre', 'order', 'send', '--help')
    expect(verbs(help.out)).toEqual(new Set(['  sandogh centre order']))
    for (const common of ['<store> is a file', 'Exit code: 0 ']) expect(help.out).toContain(common)
    const { exitCode, err } = await sandogh('centre', 'broker-config', '--fast')
    expect(exitCode).toBe(2)
    expect(verbs(err)).toEqual(new Set(['  sandogh centre broker-config']))
    expect(err).toContain('See "sandogh centre broker-config --help".')
  })

  test('of the command names every area and where to begin', async () => {
    for (const word of ['--help', '-h', 'help']) {
      const { exitCode, out, err } = await sandogh(word)
      expect([exitCode, err]).toEqual([0, ''])
      for (const area of ['demo', 'audit', 'provision', 'device', 'centre'])
        expect(out).toContain(`  ${area} `)
      expect(out).toContain('Start with "npm start"')
    }
  })
})

// The administrator may write everywhere.
test.skipIf(process.getuid?.() === 0)('a demonstration into a read-only folder is refused', async () => {
  const readOnly = join(folder, 'read-only')
  mkdirSync(readOnly, { mode: 0o555 })
  for (const out of [readOnly, join(readOnly, 'out')]) {
    const { exitCode, err } = await sandogh('demo', '--out', out)
    expect(exitCode).toBe(2)
    expect(err).toContain(`${out}: it cannot be written (EACCES)`)
  }
})

test('a device is set up once: the second time is refused, exit code 2, and changes nothing', async () => {
  // As an interrupted set-up leaves it.
  mkdirSync(join(fresh, 'medium-a.part'))
  const done = await sandogh('device', 'setup', '--home', fresh)
  expect([done.exitCode, done.err]).toEqual([0, ''])
  expect(done.out).toContain('the ballot database is made')
  expect(readdirSync(fresh)).not.toContain('medium-a.part')
  const before = readFileSync(join(fresh, 'medium-a', 'ballots.db'))
  const again = await sandogh('device', 'setup', '--home', fresh)
  expect([again.exitCode, again.out]).toEqual([2, ''])
  expect(again.err).toContain(`${join(fresh, 'medium-a')}: this device was set up already (store.exists).`)
  expect(again.err).toContain('sandogh device run')
  expect(readFileSync(join(fresh, 'medium-a', 'ballots.db')).equals(before)).toBe(true)
})

test('a bundle that another authority signed does not hold: exit code 1, and the package is named', async () => {
  const { exitCode, out, err } = await sandogh('audit', 'verify', bundles, '--authority', otherKey)
  expect([exitCode, err]).toEqual([1, ''])
  const [verdict, next] = out.split('\n')
  expect(verdict).toBe(
    `DOES NOT HOLD: ${bundles}/d-01/package.json: signature 1 is by another key than the one expected here`,
  )
  expect(next).toContain('check which key was given')
})
