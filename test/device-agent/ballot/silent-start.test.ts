/** A start with a medium that does not answer, made so by strace(1): a call on its database takes longer than anybody waits. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { valueOrThrow } from '../../../core/result.ts'
import { setUpStore } from '../../../device-agent/ballot/setup.ts'
import { seededRandom } from '../../../simulator/seeded-random.ts'
import { PROGRAM } from '../../fixtures/program.ts'
import { describeWith, STRACE } from '../../oracles/needs.ts'
import { makeHome } from '../store/device.ts'
import { openHome } from '../store/home.ts'
import { clock } from '../store/voting.ts'

const SILENT_MS = 12_000
const DEADLINE_MS = 2_000

interface Said {
  readonly ms: number
  readonly refused?: string
  readonly told: readonly string[]
}

/** Starts a device whose media are silent at the first such call of each thread. */
async function startWith(media: readonly string[], call: string, deadlineMs = DEADLINE_MS): Promise<Said> {
  const folder = makeHome()
  valueOrThrow(setUpStore(openHome(folder), clock, seededRandom(folder), PROGRAM)).close()
  const paths = media.flatMap((medium) => ['-P', join(folder, medium, 'ballots.db')])
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

describeWith([STRACE], 'a medium that does not answer at a start', () => {
  test.each([
    ['medium-a', 'openat', 'a'],
    ['medium-a', 'read', 'a'],
    ['medium-a', 'fsync', 'a'],
    ['medium-b', 'openat', 'b'],
  ])('%s (%s): the device starts with the other, and says so', async (medium, call, name) => {
    const { ms, ...said } = await startWith([medium], call)
    expect(said).toEqual({ told: [`medium.lost ${name} silent`] })
    expect(ms).toBeLessThan(SILENT_MS)
  })

  test('and the other neither: the start is refused, in time', async () => {
    const { ms, refused } = await startWith(['medium-a', 'medium-b'], 'openat')
    expect(refused).toBe('store.damaged')
    expect(ms).toBeLessThan(SILENT_MS)
  })

  test('holds a start that asks nothing first', async () => {
    expect((await startWith(['medium-a'], 'openat', 0)).ms).toBeGreaterThan(SILENT_MS)
  })
})
