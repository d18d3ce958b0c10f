import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { fromBase64, toHex } from '../../core/keys/hash.ts'
import { programFiles, programHash } from '../../device-agent/program-files.ts'
import { ROOT } from '../structure/repository.ts'

test('the list of the program is the one that sha256sum makes, and its hash that of the list', () => {
  const shell = (command: string, input?: string) =>
    execFileSync('sh', ['-c', command], { cwd: ROOT, ...(input !== undefined && { input }) }).toString()
  const list = programFiles()
  const places = 'core device-agent firmware ui package-lock.json'
  expect(list).toBe(shell(`find ${places} -type f | LC_ALL=C sort | xargs sha256sum`))
  expect(shell('sha256sum', list).slice(0, 64)).toBe(toHex(fromBase64(programHash()) ?? new Uint8Array()))
})

test('everything that a ballot device starts with is in the list', () => {
  for (const path of ['device-agent/ballot/main.ts', 'device-agent/cli.ts', 'core/ports.ts', 'ui/tokens.ts'])
    expect(programFiles()).toContain(`  ${path}\n`)
})
