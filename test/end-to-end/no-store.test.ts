/** A device whose storage is gone at its start: people read on its screen what to do, and whoever reads its log, why. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { DEVICES } from '../../demo/elections/gy-les-nonains.ts'
import { deviceFolder, provision } from '../../demo/provisioned.ts'
import { systemClock } from '../../device-agent/system.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { stringsIn } from '../../ui/strings.ts'
import { SANDOGH } from './command.ts'
import { PtyDevice } from './pty-device.ts'
import { weakenedCommand } from './weakened/build.ts'

const POLLING_DAY = Date.parse('2026-06-19T08:30:00Z')
const { noStore } = stringsIn('fa')
const out = mkdtempSync(join(tmpdir(), 'sandogh-no-store-'))
afterAll(() => rmSync(out, { recursive: true, force: true }))
const provisioned = provision(out, seededRandom('no store'), [systemClock.now(), POLLING_DAY])
const [id, another] = DEVICES

/** A device of which one medium was pulled and the other cannot be read, before its start. */
async function withoutMedia(device: string, entry = SANDOGH): Promise<PtyDevice> {
  const made = new PtyDevice({ out, id: device, provisioned, brokerPort: 1, entry })
  await made.setUp()
  const home = deviceFolder(out, device)
  rmSync(join(home, 'medium-b'), { recursive: true })
  writeFileSync(join(home, 'medium-a', 'ballots.db'), 'no database')
  return made
}

test('one medium pulled and the other unreadable: the screen says so until the device is switched off', async () => {
  const device = await withoutMedia(id)
  try {
    const { elements } = await device.start('device.no-store')
    expect(elements.map(({ name }) => name)).toEqual(
      expect.arrayContaining([noStore.heading, noStore.why.lost, noStore.voters, noStore.officers]),
    )
    await device.said('"code":"store.damaged"')
    expect(await device.switchOff()).toBe(2)
  } finally {
    await device.end()
  }
})

test('a program that only ends leaves people before a dark screen', async () => {
  const root = weakenedCommand({
    file: 'device-agent/ballot/main.ts',
    line: `      const screen = showNoStore(parts, started.error)
      await switchedOff()
      screen.close()
`,
    by: '',
  })
  const device = await withoutMedia(another, join(root, 'bin/sandogh.js'))
  try {
    await expect(device.start('device.no-store')).rejects.toThrow(
      /stopped at its start; last screen undefined:.*store\.damaged/s,
    )
  } finally {
    await device.end()
  }
})
