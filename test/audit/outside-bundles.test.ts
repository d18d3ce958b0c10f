/** No verb of the audit writes into what it reads, nor where its files would be taken for part of a count. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { main } from '../../audit/cli.ts'
import { testFolder, writeStation } from './files.ts'
import { makeStation } from './fixtures.ts'
import { run } from './run.ts'

const { bundles, shares } = writeStation(makeStation('outside', { casts: [4, 3] }))
const key = join(testFolder(), 'key.pem')
execFileSync('openssl', ['genpkey', '-algorithm', 'ed25519', '-out', key])
const [first = '', second = ''] = readdirSync(bundles)
  .filter((name) => name.startsWith('d-'))
  .map((name) => join(bundles, name))

/** What each verb that writes is called with, but for where it writes. */
const VERBS: Readonly<Record<string, (place: string) => readonly string[]>> = {
  open: (place) => [
    'open',
    ...shares.slice(0, 3).flatMap((share) => ['--share', share]),
    ...[first, second, '--sign', key, '--out', place],
  ],
  report: (place) => ['report', first, '--out', place],
  'export-tiles': (place) => ['export-tiles', first, '--to', place],
}

function everything(): readonly string[] {
  return readdirSync(bundles, { recursive: true }).map(String).sort()
}

test.each(Object.keys(VERBS))(
  '%s refuses a place in its bundle, in another and among bundles, and leaves nothing there',
  async (verb) => {
    const before = everything()
    for (const place of [join(first, 'x.json'), join(second, 'x.json'), join(bundles, 'x.json')]) {
      const { exitCode, err } = await run(main, ...(VERBS[verb]?.(place) ?? []))
      expect({ exitCode, err }, place).toMatchObject({
        exitCode: 2,
        err: expect.stringContaining('(input.inside-bundle)'),
      })
      expect(everything()).toEqual(before)
    }
  },
)

test('a folder beside that of the bundles is a place', async () => {
  const outside = join(testFolder(), 'outside')
  mkdirSync(outside)
  const { exitCode } = await run(main, 'export-tiles', first, '--to', join(outside, 'tiles'))
  expect(exitCode).toBe(0)
})
