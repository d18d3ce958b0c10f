import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT, repositoryFiles } from './repository.ts'

/** Pages are built; declarations hold no code; the configuration is vitest's. */
const modules = repositoryFiles().filter(
  (path) =>
    path.endsWith('.ts') &&
    !path.endsWith('.d.ts') &&
    !path.startsWith('test/') &&
    !path.split('/').includes('web') &&
    path !== 'vitest.config.ts',
)

/** Imports the modules named on standard input, one after another, and says which cannot be. */
const IMPORT_ALL = `
  import { readFileSync } from 'node:fs'
  import { pathToFileURL } from 'node:url'
  for (const path of JSON.parse(readFileSync(0, 'utf8'))) {
    try { await import(pathToFileURL(path).href) } catch (error) { console.log(path + ': ' + error.message); process.exitCode = 1 }
  }
`

function importAll(paths: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '--eval', IMPORT_ALL],
    { input: JSON.stringify(paths), encoding: 'utf8', timeout: 50_000 },
  )
  return { status, stdout, stderr }
}

test('every module loads with plain Node, says nothing and leaves nothing running', () => {
  expect(modules.length).toBeGreaterThan(100)
  // A timer, a line or a server left open would keep the child until it is stopped: no status then.
  const loaded = importAll(modules.map((path) => join(ROOT, path)))
  expect(loaded).toEqual({ status: 0, stdout: '', stderr: '' })
})

test('a module that plain Node cannot load is named', () => {
  const missing = join(ROOT, 'core/nowhere.ts')
  expect(importAll([missing])).toMatchObject({
    status: 1,
    stdout: expect.stringContaining('core/nowhere.ts: '),
  })
})
