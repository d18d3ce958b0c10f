/** The end of a program one of whose threads the system does not answer. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { type Replacement, weakenedSources } from '../end-to-end/weakened/build.ts'

const ROOT = join(import.meta.dirname, '../..')
/** As long as a service manager waits before it starts the program anew, and longer. */
const PATIENCE_MS = 8_000

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

/** @returns how a program ended that asked a medium whose database is a pipe that nobody writes to; `still there` if it did not */
async function endOf(root: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'sandogh-hung-'))
  folders.push(folder)
  expect(spawnSync('mkfifo', [join(folder, 'ballots.db')]).status).toBe(0)
  const program = spawn(process.execPath, [join(import.meta.dirname, 'hung-program.ts'), root, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(program, 'exit')
  const [said] = await once(program.stdout.setEncoding('utf8'), 'data')
  expect(JSON.parse(said)).toEqual([{ is: 'silent' }])
  const tooLong = setTimeout(() => program.kill('SIGKILL'), PATIENCE_MS)
  const begun = performance.now()
  await exited
  clearTimeout(tooLong)
  return performance.now() - begun < PATIENCE_MS ? 'ended' : 'still there'
}

const waits: Replacement = {
  file: 'device-agent/hung-threads.ts',
  line: "  if (hung.size === 0) process.once('exit', endAtOnce)\n",
  by: '',
}

describe('a program with a thread that the system does not answer', () => {
  test.concurrent('ends when it is at its end', async () => {
    expect(await endOf(ROOT)).toBe('ended')
  })

  test.concurrent('would wait for that thread, and nobody would start it anew', async () => {
    expect(await endOf(weakenedSources(waits))).toBe('still there')
  })
})
