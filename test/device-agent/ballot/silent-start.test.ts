/** A start with a medium that does not answer, made so by strace(1): a call on its database takes longer than anybody waits. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { valueOrThrow } from '../../../core/result.ts'
import { setUpStore } from '../../../device-agent/ballot/setup.ts'
import { seededRandom } from '../../../simulator/seeded-random.ts'
import { type Replacement, weakenedCommand } from '../../end-to-end/weakened/build.ts'
import { PROGRAM } from '../../fixtures/program.ts'
import { describeWith, STRACE } from '../../oracles/needs.ts'
import { makeHome, newFolder } from '../store/device.ts'
import { openHome, writeHome } from '../store/home.ts'
import { firstSpare } from '../store/spare.ts'
import { clock } from '../store/voting.ts'

const SILENT_MS = 12_000
const DEADLINE_MS = 2_000

interface Said {
  readonly ms: number
  readonly refused?: string
  readonly told: readonly string[]
}

/** Starts a device whose media are silent at the first such call of each thread on a file. */
async function startWith(
  media: readonly string[],
  call: string,
  { file = 'ballots.db', deadlineMs = DEADLINE_MS } = {},
): Promise<Said> {
  const folder = makeHome()
  valueOrThrow(setUpStore(openHome(folder), clock, seededRandom(folder), PROGRAM)).close()
  const paths = media.flatMap((medium) => ['-P', join(folder, medium, file)])
  const delay = ['-e', `trace=${call}`, '-e', `inject=${call}:delay_enter=${SILENT_MS * 1_000}:when=1`]
  const program = [
    process.execPath,
    join(import.meta.dirname, 'start-program.ts'),
    folder,
    String(deadlineMs),
  ]
  const strace = spawn('strace', ['-f', '-qq', '-o', '/dev/null', ...delay, ...paths, ...program], {
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  })
  const [said] = await once(strace.stdout.setEncoding('utf8'), 'data')
  // The thread that hangs would be waited for.
  process.kill(-(strace.pid ?? 0), 'SIGKILL')
  return JSON.parse(said)
}

/** Looks at the media itself, and waits as long as the kernel does. */
const unasked: Replacement = {
  file: 'device-agent/ballot/main.ts',
  line: '!isEmptyPlace(probeMedia(mediaFolders(home)))',
  by: "mediaFolders(home).some((await import('node:fs')).existsSync)",
}
const sooner: Replacement = {
  file: 'device-agent/store/probe.ts',
  line: 'PROBE_MS = 15_000',
  by: `PROBE_MS = ${DEADLINE_MS}`,
}

/** Runs the program of a spare that took over before, whose first medium is silent. @returns how long it took to say that it does not start, ms */
async function spareSaysAfter(...replacements: readonly Replacement[]): Promise<number> {
  const folder = newFolder()
  writeHome(folder, firstSpare)
  const media = ['medium-a', 'medium-b'].map((name) => join(folder, name))
  for (const medium of media) mkdirSync(medium)
  const entry = join(weakenedCommand(...replacements), 'bin/sandogh.js')
  const delay = ['-e', 'trace=access', '-e', `inject=access:delay_enter=${SILENT_MS * 1_000}:when=1`]
  const program = [process.execPath, entry, 'device', 'run', '--home', folder]
  const options = ['-f', '-qq', '-o', '/dev/null', ...delay, '-P', media[0] ?? '']
  const begun = performance.now()
  const strace = spawn('strace', [...options, ...program], {
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  })
  let said = ''
  for await (const text of strace.stderr.setEncoding('utf8')) {
    said += text
    if (said.includes('the device does not start')) break
  }
  process.kill(-(strace.pid ?? 0), 'SIGKILL')
  expect(said).toContain('"code":"store.')
  return performance.now() - begun
}

describeWith([STRACE], 'a medium that does not answer at a start', () => {
  test.each([
    ['medium-a', 'read', 'a'],
    ['medium-a', 'fsync', 'a'],
    ['medium-b', 'openat', 'b'],
  ])('%s (%s): the device starts with the other, and says so', async (medium, call, name) => {
    const { ms, ...said } = await startWith([medium], call)
    expect(said).toEqual({ told: [`medium.lost ${name} silent`] })
    expect(ms).toBeLessThan(SILENT_MS)
  })

  test.each(['ballots.db', 'slots.bin', 'left-behind.json', 'distrusted.json'])(
    'though %s alone is what does not',
    async (file) => {
      const { ms, told } = await startWith(['medium-a'], 'openat', { file })
      expect(told).toEqual(['medium.lost a silent'])
      expect(ms).toBeLessThan(SILENT_MS)
    },
  )

  test('and the other neither: the start is refused, in time', async () => {
    const { ms, refused } = await startWith(['medium-a', 'medium-b'], 'openat')
    expect(refused).toBe('store.damaged')
    expect(ms).toBeLessThan(SILENT_MS)
  })

  // Both mostly wait.
  test.concurrent('of a spare that took over: it starts in time as any device', async () => {
    expect(await spareSaysAfter(sooner)).toBeLessThan(SILENT_MS)
  })

  test.concurrent('holds a spare that looks for its media itself', async () => {
    expect(await spareSaysAfter(sooner, unasked)).toBeGreaterThan(SILENT_MS)
  })

  test.concurrent('holds a start that asks nothing first', async () => {
    expect((await startWith(['medium-a'], 'openat', { deadlineMs: 0 })).ms).toBeGreaterThan(SILENT_MS)
  })
})
