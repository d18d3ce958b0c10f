/** The end of a program one of whose threads the system does not answer. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { valueOrThrow } from '../../core/result.ts'
import { Medium } from '../../device-agent/store/medium.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { type Replacement, weakenedSources } from '../end-to-end/weakened/build.ts'
import { deviceRow } from './store/voting.ts'

const ROOT = join(import.meta.dirname, '../..')
/** As long as a service manager waits before it starts the program anew, and longer. */
const PATIENCE_MS = 8_000

const folders: string[] = []
afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

const newFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), 'sandogh-hung-'))
  folders.push(folder)
  return folder
}

/** A pipe that nobody reads or writes. */
function hangsAt(folder: string, file: string): void {
  expect(spawnSync('mkfifo', [join(folder, file)]).status).toBe(0)
}

/** @returns what a program says when it has been left hanging, if it does, and how it ended; `still there` if it did not */
async function endOf(name: string, root: string, folder: string): Promise<readonly string[]> {
  const program = spawn(process.execPath, [join(import.meta.dirname, name), root, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  program.stdout.setEncoding('utf8').on('data', (text) => {
    said += text
  })
  const exited = once(program, 'exit')
  const isLate = new Promise<string>((resolve) => {
    setTimeout(() => resolve('still there'), PATIENCE_MS).unref()
  })
  const end = await Promise.race([exited.then(() => 'ended'), isLate])
  if (end !== 'ended') program.kill('SIGKILL')
  await exited
  return [...(said === '' ? [] : [JSON.parse(said)[0].is]), end]
}

/** The end of a program that asked a medium whose database hangs. */
async function endBesideDatabase(root: string): Promise<readonly string[]> {
  const folder = newFolder()
  hangsAt(folder, 'ballots.db')
  return await endOf('hung-program.ts', root, folder)
}

/** The end of one that had a medium marked which hangs at that. */
async function endBesideMark(root: string): Promise<readonly string[]> {
  const folder = newFolder()
  valueOrThrow(Medium.create(folder, deviceRow, seededRandom('hung mark'))).close()
  hangsAt(folder, 'left-behind.json.part')
  return await endOf('hung-mark-program.ts', root, folder)
}

const waits: Replacement = {
  file: 'device-agent/hung-threads.ts',
  line: "  if (hung.size === 0) process.once('exit', endAtOnce)\n",
  by: '',
}

const endsWithThread: Replacement = {
  file: 'device-agent/hung-threads.ts',
  line: '  if (!isMainThread) return\n',
  by: '',
}

const tellsNobody: Replacement = {
  file: 'device-agent/store/worker-medium.ts',
  line: '    if (code === SILENT) leaveHanging(this.#thread)\n',
  by: '',
}

describe('a program with a thread that the system does not answer', () => {
  test.concurrent('ends when it is at its end', async () => {
    expect(await endBesideDatabase(ROOT)).toEqual(['silent', 'ended'])
  })

  test.concurrent('would wait for that thread, and nobody would start it anew', async () => {
    expect(await endBesideDatabase(weakenedSources(waits))).toEqual(['silent', 'still there'])
  })

  test.concurrent('goes on to its end where a medium hangs that another thread has marked', async () => {
    expect(await endBesideMark(ROOT)).toEqual(['ETIMEDOUT', 'ended'])
  })

  test.concurrent('would end without a word when it lets go of that medium, were the end of a thread its own', async () => {
    expect(await endBesideMark(weakenedSources(endsWithThread))).toEqual(['ended'])
  })

  test.concurrent('would wait for that medium, were its main thread not told', async () => {
    expect(await endBesideMark(weakenedSources(tellsNobody))).toEqual(['ETIMEDOUT', 'still there'])
  })
})
