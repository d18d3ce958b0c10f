/**
 * The first medium freezes while the program writes an entry, and stays so: a real device process, in which strace(1) holds a write. The loop stands
 * still, the watch beside it ends the program, and the start after it leaves the medium out, of which a file now answers nobody who opens it.
 */
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { AUTOMATIC_DAY, DEVICES, dayOf } from '../../demo/elections/gy-les-nonains.ts'
import { provision } from '../../demo/provisioned.ts'
import { systemClock } from '../../device-agent/system.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { stringsIn } from '../../ui/strings.ts'
import { describeWith, STRACE } from '../oracles/needs.ts'
import { PtyDevice } from './pty-device.ts'
import { type Replacement, weakenedCommand } from './weakened/build.ts'

const [DEVICE, OTHER] = DEVICES
/** Of a loop that stands still, and of a medium that does not answer: in service two minutes, and fifteen seconds. */
const STILL_SECONDS = 4
const PROBE_MS = 3_000
/** Longer than both wait. */
const FROZEN_SECONDS = 60

const { notes } = stringsIn('fa').peripherals

const sooner: readonly Replacement[] = [
  {
    file: 'device-agent/ballot/main.ts',
    line: '    watchLoop()\n',
    by: `    watchLoop({ start: 600, still: ${STILL_SECONDS} })\n`,
  },
  { file: 'device-agent/store/probe.ts', line: 'PROBE_MS = 15_000', by: `PROBE_MS = ${PROBE_MS}` },
]
const unwatched: Replacement = { file: 'device-agent/ballot/main.ts', line: '    watchLoop()\n', by: '' }

const out = mkdtempSync(join(tmpdir(), 'sandogh-frozen-medium-'))
const ends: (() => Promise<void>)[] = []
afterAll(async () => {
  for (const end of ends) await end()
  rmSync(out, { recursive: true, force: true })
})
const pollingDay = dayOf(systemClock.now())
const provisioned = provision(out, seededRandom('frozen medium'), [systemClock.now()], {
  ...AUTOMATIC_DAY,
  pollingDay,
})

/** The next write to that file is held; resolves once that is so. */
async function freeze(pid: number, file: string): Promise<void> {
  const held = `inject=pwrite64:delay_enter=${FROZEN_SECONDS * 1_000_000}:when=1`
  const options = ['-f', '-o', '/dev/null', '-p', String(pid), '-e', 'trace=pwrite64', '-e', held, '-P', file]
  const strace = spawn('strace', options, { stdio: ['ignore', 'ignore', 'pipe'] })
  ends.push(async () => {
    strace.kill('SIGKILL')
  })
  for await (const said of strace.stderr.setEncoding('utf8')) if (said.includes('attached')) return
  throw new Error('strace could not attach')
}

/** Starts a device and has it write an entry, which its first medium never takes. @returns that medium's database */
async function frozen(device: PtyDevice): Promise<string> {
  const database = join(device.media[0] ?? '', 'ballots.db')
  await device.setUp()
  await device.start('polls.closed')
  await freeze(device.pid, `${database}-wal`)
  device.bench.board.openCase()
  return database
}

function deviceOf(id: string, ...replacements: readonly Replacement[]): PtyDevice {
  const entry = join(weakenedCommand(...replacements), 'bin/sandogh.js')
  const device = new PtyDevice({ out, id, provisioned, brokerPort: 1, entry })
  ends.unshift(() => device.end())
  return device
}

describeWith([STRACE], 'a first medium that freezes', () => {
  // Both mostly wait.
  test.concurrent('ends the program, which is started again without it and says so', async () => {
    const device = deviceOf(DEVICE, ...sooner)
    const database = await frozen(device)
    expect(await device.endedByItself()).toBe('SIGKILL')
    device.bench.board.closeCase()
    // Whoever opens a pipe waits until somebody writes to it, and nobody does.
    renameSync(database, `${database}.frozen`)
    spawnSync('mkfifo', [database])
    const { elements } = await device.start('polls.closed')
    expect(elements.map(({ name }) => name)).toContain(notes['medium-lost'])
  })

  test.concurrent('leaves people before a screen that stands still where nothing watches the loop', async () => {
    const device = deviceOf(OTHER, unwatched)
    await frozen(device)
    let painted = 0
    device.bench.display.onScreen(() => {
      painted += 1
    })
    const ended = device.endedByItself().then(() => 'ended')
    const waited = new Promise((resolve) =>
      systemClock.after((STILL_SECONDS + 3) * 1_000, () => resolve('still there')),
    )
    expect(await Promise.race([ended, waited])).toBe('still there')
    // An open case is told of at once.
    expect(painted).toBe(0)
  })
})
