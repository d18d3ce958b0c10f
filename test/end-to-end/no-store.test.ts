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

const POLLING_DAY = Date.parse('2026-06-19T08:30:00Z')
const { noStore } = stringsIn('fa')
const out = mkdtempSync(join(tmpdir(), 'sandogh-no-store-'))
afterAll(() => rmSync(out, { recursive: true, force: true }))

test('one medium pulled and the other unreadable: the screen says so until the device is switched off', async () => {
  const provisioned = provision(out, seededRandom('no store'), [systemClock.now(), POLLING_DAY])
  const [id] = DEVICES
  const device = new PtyDevice({ out, id, provisioned, brokerPort: 1, entry: SANDOGH })
  try {
    await device.setUp()
    const home = deviceFolder(out, id)
    rmSync(join(home, 'medium-b'), { recursive: true })
    writeFileSync(join(home, 'medium-a', 'ballots.db'), 'no database')
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
