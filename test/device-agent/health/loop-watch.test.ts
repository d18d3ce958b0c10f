import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'

function looping(when: 'at its start' | 'later', seconds: number): string | number | null {
  const program = [join(import.meta.dirname, 'looping.ts'), when, String(seconds)]
  const { signal, status } = spawnSync(process.execPath, program)
  return signal ?? status
}

test.each([
  ['later', 15, 'SIGKILL'],
  ['later', 0.5, 0],
  ['at its start', 3.5, 0],
  ['at its start', 15, 'SIGKILL'],
] as const)('a loop that stands still %s for %d seconds ends with %s', (when, seconds, end) => {
  expect(looping(when, seconds)).toBe(end)
})
