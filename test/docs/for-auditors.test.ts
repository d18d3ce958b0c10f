/** The commands of the page for auditors, as they stand there, on a station that lies in `out/` as after `npm start`. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { shareFile } from '../../core/package/trustee-share.ts'
import { COSIGNATURE_TYPE, formatVerifierKey } from '../../core/tlog/note.ts'
import { testFolder } from '../audit/files.ts'
import { makeStation } from '../audit/fixtures.ts'
import { CHROMIUM, describeWith, OPENSSL, PYTHON_CRYPTOGRAPHY, PYTHON_NACL } from '../oracles/needs.ts'
import { ROOT } from '../structure/repository.ts'
import { filesOf } from './vectors-of-bundles.ts'

const page = readFileSync(join(ROOT, 'docs/for-auditors.md'), 'utf8')
const COMMANDS = [...page.matchAll(/```sh\n([^`]+)```/g)].flatMap(([, lines = '']) =>
  lines.trim().split('\n'),
)
const folder = testFolder()

beforeAll(() => {
  const station = makeStation('for auditors', { casts: [40, 40, 40] })
  const { key: _, ...witness } = station.electionPackage.definition.witness
  const centre = formatVerifierKey({
    ...witness,
    type: COSIGNATURE_TYPE,
    publicKey: station.witness.publicKey,
  })
  const shares = station.shares.map(
    (share, i) => [`trustees/share-${i + 1}.json`, shareFile(share, station.electionPackage)] as const,
  )
  const bundles = [...filesOf(station)].map(([path, bytes]) => [`bundles/${named(path)}`, bytes] as const)
  const policy = ['policy', `witness centre ${centre}\nquorum centre\n`] as const
  for (const [path, content] of [...bundles, ...shares, policy]) {
    mkdirSync(dirname(join(folder, 'out', path)), { recursive: true })
    writeFileSync(join(folder, 'out', path), content)
  }
  symlinkSync(join(ROOT, 'audit'), join(folder, 'audit'))
})

/** In a folder of the name that the demonstration gives: which names folders have means nothing. */
function named(path: string): string {
  return path.replace(/^d-0([123])\//, (_, number: string) => `gy-1-${'abc'[Number(number) - 1]}/`)
}

/** A command line in that folder, with `npx sandogh` being the one of here. */
function runHere(command: string) {
  const npx = `npx() { shift; '${process.execPath}' '${join(ROOT, 'bin/sandogh.js')}' "$@"; }`
  // No compiled Python beside the program.
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1' }
  return spawnSync('bash', ['-c', `${npx}; ${command}`], { cwd: folder, env, encoding: 'utf8' })
}

test('the page has commands', () => expect(COMMANDS).toHaveLength(18))

describeWith([CHROMIUM, OPENSSL, PYTHON_CRYPTOGRAPHY, PYTHON_NACL], 'the page for auditors', () => {
  test.each(COMMANDS)('has a command that works: %s', (command) => {
    const { status, stdout, stderr } = runHere(command)
    expect([status, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(
      command.startsWith('openssl') ? /^$/ : /^(HOLDS|holds|AGREE|تأیید می‌شود|\{"verdict":"holds")/,
    )
  })
})
