import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'

function looping(seconds: number): string | number | null {
  const { signal, status } = spawnSync(process.execPath, [
    join(import.meta.dirname, 'looping.ts'),
    String(seconds),
  ])
  return signal ?? status
}

test('a loop that stands still for long ends the process, and one that is only busy does not', () => {
  expect([looping(8), looping(0.5)]).toEqual(['SIGKILL', 0])
})
