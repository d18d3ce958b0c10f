/** A ballot device's program as a process of its own: how long until its first screen is painted, and how much memory it holds then. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { valueOrThrow } from '../../core/result.ts'
import { DEVICES } from '../../demo/elections/gy-les-nonains.ts'
import { deviceFolder, provision } from '../../demo/provisioned.ts'
import { readHome } from '../../device-agent/ballot/home.ts'
import { setUpStore } from '../../device-agent/ballot/setup.ts'
import { systemClock } from '../../device-agent/system.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { PtyDevice } from '../end-to-end/pty-device.ts'
import { PROGRAM } from '../fixtures/program.ts'
import { quantile } from './table.ts'

const TIMES = 5
const ENTRY = join(import.meta.dirname, '../../bin/sandogh.js')
/** Nobody listens there: a device starts without a network. */
const NO_BROKER = 9

/** Milliseconds and MiB, medians of a few starts. */
export async function measureStart(): Promise<{
  readonly bare: number
  readonly start: number
  readonly rssMib: number
}> {
  const out = mkdtempSync(join(tmpdir(), 'sandogh-bench-start-'))
  const random = seededRandom('start')
  const provisioned = provision(out, random, [systemClock.now()])
  const [id] = DEVICES
  const device = new PtyDevice({ out, id, provisioned, brokerPort: NO_BROKER, entry: ENTRY })
  const home = valueOrThrow(readHome(deviceFolder(out, id)))
  valueOrThrow(setUpStore(home, systemClock, random, PROGRAM)).close()
  const [bares, starts, memories]: [number[], number[], number[]] = [[], [], []]
  for (let i = 0; i < TIMES; i += 1) {
    const bare = performance.now()
    spawnSync(process.execPath, ['--version'])
    bares.push(performance.now() - bare)
    const begun = performance.now()
    await device.start('polls.closed')
    starts.push(performance.now() - begun)
    memories.push(device.residentMib())
    await device.kill()
  }
  await device.end()
  rmSync(out, { recursive: true, force: true })
  return { bare: quantile(bares, 0.5), start: quantile(starts, 0.5), rssMib: quantile(memories, 0.5) }
}
