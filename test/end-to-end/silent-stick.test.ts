/**
 * A memory stick that does not answer, made so by strace(1): the first folder that is made on it takes longer than anybody waits. A real device
 * process, started in the evening with its polls closed and its minutes printed.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { valueOrThrow } from '../../core/result.ts'
import { AUTOMATIC_DAY, DEVICES, dayOf } from '../../demo/elections/gy-les-nonains.ts'
import { deviceFolder, provision } from '../../demo/provisioned.ts'
import { readHome } from '../../device-agent/ballot/home.ts'
import { setUpStore } from '../../device-agent/ballot/setup.ts'
import { systemClock, systemRandom } from '../../device-agent/system.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { stringsIn } from '../../ui/strings.ts'
import { officers, openPolls } from '../device-agent/store/voting.ts'
import { PROGRAM } from '../fixtures/program.ts'
import { describeWith, STRACE } from '../oracles/needs.ts'
import { PtyDevice } from './pty-device.ts'
import { type Replacement, weakenedCommand } from './weakened/build.ts'

const [DEVICE, OTHER] = DEVICES
const SILENT_MS = 15_000
/** In service thirty seconds. */
const STICK_MS = 5_000
const FINISHED = 'polls.finished.insert'

const { bundle: words } = stringsIn('fa').officers

const sooner: Replacement = {
  file: 'device-agent/ballot/stick.ts',
  line: 'STICK_MS = 30_000',
  by: `STICK_MS = ${STICK_MS}`,
}
/** Goes to the stick itself. */
const unthreaded: Replacement = {
  file: 'device-agent/ballot/handing-over.ts',
  line: 'await stick.writeBundle(',
  by: "stick && (await import('./stick-files.ts')).writeBundle(home.config.bundles, ",
}

const out = mkdtempSync(join(tmpdir(), 'sandogh-silent-stick-'))
const ends: (() => Promise<void>)[] = []
afterAll(async () => {
  for (const end of ends) await end()
  rmSync(out, { recursive: true, force: true })
})
const pollingDay = dayOf(systemClock.now())
const provisioned = provision(out, seededRandom('silent stick'), [systemClock.now()], {
  ...AUTOMATIC_DAY,
  pollingDay,
})

/** A device whose day is over, but for the bundle. */
function closedDevice(id: string, ...replacements: readonly Replacement[]): PtyDevice {
  const held = `inject=mkdir:delay_enter=${SILENT_MS * 1_000}:when=1`
  const options = ['-D', '-f', '-qq', '-o', '/dev/null', '-e', 'trace=mkdir', '-e', held]
  const device = new PtyDevice({
    out,
    id,
    provisioned,
    brokerPort: 1,
    entry: join(weakenedCommand(...replacements), 'bin/sandogh.js'),
    under: ['strace', ...options, '-P', join(out, 'bundles', `${id}.part`)],
  })
  ends.unshift(() => device.end())
  const home = valueOrThrow(readHome(deviceFolder(out, id)))
  const store = valueOrThrow(setUpStore(home, systemClock, systemRandom, PROGRAM))
  openPolls(store)
  store.closePolls(officers)
  store.append({ type: 'report.printed', report: 'minutes' })
  store.close()
  return device
}

/** Resolves with how long it took until the screen said that of the bundle, ms. */
async function saysOfBundle(device: PtyDevice, text: string): Promise<number> {
  const begun = performance.now()
  const isSaid = () => device.bench.display.current()?.elements.some(({ name }) => name === text)
  while (!isSaid()) {
    if (performance.now() - begun > 2 * SILENT_MS) throw new Error(`never said: ${text}`)
    await new Promise((resolve) => systemClock.after(20, () => resolve(undefined)))
  }
  return performance.now() - begun
}

describeWith([STRACE], 'a stick that does not answer in the evening', () => {
  // Both mostly wait.
  test.concurrent('leaves the screen as it is, which says that the bundle is being written, and then that it is not', async () => {
    const device = closedDevice(DEVICE, sooner)
    const begun = performance.now()
    await device.start(FINISHED)
    expect(performance.now() - begun).toBeLessThan(SILENT_MS)
    expect(await saysOfBundle(device, words.writing)).toBeLessThan(STICK_MS)
    expect(await saysOfBundle(device, words.missing)).toBeLessThan(SILENT_MS)
  })

  test.concurrent('leaves people before a dark screen where the program goes to it itself', async () => {
    const device = closedDevice(OTHER, sooner, unthreaded)
    const begun = performance.now()
    await device.start(FINISHED)
    expect(performance.now() - begun).toBeGreaterThan(SILENT_MS)
  })
})
