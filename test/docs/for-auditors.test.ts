/** The commands of the page for auditors, as they stand there, on a station that lies in `out/` as after `npm start`. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
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
  // As in a clone: npx finds the program by its package.
  for (const name of ['package.json', 'node_modules', 'bin', 'audit'])
    symlinkSync(join(ROOT, name), join(folder, name))
})

/** In a folder of the name that the demonstration gives: which names folders have means nothing. */
function named(path: string): string {
  return path.replace(/^d-0([123])\//, (_, number: string) => `gy-1-${'abc'[Number(number) - 1]}/`)
}

/** For npm: a cache of this test alone, a registry that nobody serves unless it is named, no compiled Python beside the program. */
function environment(registry = 'http://127.0.0.1:9/') {
  return {
    ...process.env,
    npm_config_cache: join(folder, 'npm'),
    npm_config_registry: registry,
    npm_config_update_notifier: 'false',
    npm_config_fetch_retries: '0',
    PYTHONDONTWRITEBYTECODE: '1',
  }
}

/** A command line in that folder. */
function runHere(command: string) {
  return spawnSync('bash', ['-c', command], { cwd: folder, env: environment(), encoding: 'utf8' })
}

/** What a registry is asked by a command line in a folder that is no clone. */
async function askedElsewhere(
  command: string,
): Promise<{ readonly asked: readonly string[]; readonly status: number }> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    response.writeHead(404).end('{}')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const env = environment(`http://127.0.0.1:${port}/`)
  const child = spawn('bash', ['-c', command], { cwd: testFolder(), env, stdio: 'ignore' })
  const [status] = (await once(child, 'exit')) as [number]
  server.close()
  return { asked, status }
}

test('the page has commands', () => expect(COMMANDS).toHaveLength(20))

test('its program is asked of nobody by who is not in the clone', async () => {
  const [command = ''] = COMMANDS
  const { asked, status } = await askedElsewhere(command)
  expect(asked).toEqual([])
  expect(status).not.toBe(0)
  // Were it not for the option, it would be.
  expect((await askedElsewhere(command.replace(' --offline', ''))).asked).toContain('/sandogh')
})

describeWith([CHROMIUM, OPENSSL, PYTHON_CRYPTOGRAPHY, PYTHON_NACL], 'the page for auditors', () => {
  test.each(COMMANDS)('has a command that works: %s', (command) => {
    const { status, stdout, stderr } = runHere(command)
    expect([status, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(
      command.startsWith('openssl') ? /^$/ : /^(HOLDS|holds|AGREE|تأیید می‌شود|\{"verdict":"holds")/,
    )
  })
})
