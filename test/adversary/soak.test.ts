import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const SOAK = fileURLToPath(new URL('../soak.ts', import.meta.url))
const soak = (...args: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [SOAK, ...args], { encoding: 'utf8' })
  return { status, stdout, stderr }
}

test('without a name the long runs are listed, one a line', () => {
  const { status, stdout } = soak()
  expect(status).toBe(0)
  expect(stdout).toMatch(/^ {2}adversary +attackers .*\n/m)
})

test('an unknown name or option ends with 2 and says so', () => {
  const name = soak('nothing')
  expect(name.status).toBe(2)
  expect(name.stderr).toContain('no soak "nothing"')
  const option = soak('adversary', '--nothing')
  expect(option.status).toBe(2)
  expect(option.stderr).toContain("'--nothing'")
})
