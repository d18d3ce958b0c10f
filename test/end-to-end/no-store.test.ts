/** A device whose storage is gone at its start: people read on its screen what to do, and whoever reads its log, why. */
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { DEVICES } from '../../demo/elections/gy-les-nonains.ts'
import { deviceFolder, provision } from '../../demo/provisioned.ts'
import { systemClock } from '../../device-agent/system.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { stringsIn } from '../../ui/strings.ts'
import { MOUNT, SmallDisk } from '../fixtures/small-disk.ts'
import { describeWith } from '../oracles/needs.ts'
import { SANDOGH } from './command.ts'
import { PtyDevice } from './pty-device.ts'
import { weakenedCommand } from './weakened/build.ts'

const POLLING_DAY = Date.parse('2026-06-19T08:30:00Z')
const { noStore } = stringsIn('fa')
const out = mkdtempSync(join(tmpdir(), 'sandogh-no-store-'))
afterAll(() => rmSync(out, { recursive: true, force: true }))
const provisioned = provision(out, seededRandom('no store'), [systemClock.now(), POLLING_DAY])
const [id, another, third] = DEVICES
/** What SQLite wants to open a database, and not an entry more. */
const LEFT_BYTES = 36 * 1024
const KEPT_BYTES = 4 * 1024 * 1024

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

describeWith([MOUNT], 'one medium pulled and the disk of the other full', () => {
  let disk: SmallDisk
  beforeEach(() => {
    disk = new SmallDisk(8)
  })
  afterEach(() => disk.remove())

  test('the screen says so until it is switched off; with room that was kept for votes it begins', async () => {
    const device = new PtyDevice({ out, id: third, provisioned, brokerPort: 1, entry: SANDOGH })
    try {
      await device.setUp()
      const [first = '', second = ''] = device.media
      const medium = join(disk.folder, 'medium')
      cpSync(first, medium, { recursive: true })
      for (const folder of [first, second]) rmSync(folder, { recursive: true })
      symlinkSync(medium, first)
      disk.fill(LEFT_BYTES)
      const { elements } = await device.start('device.no-store')
      expect(elements.map(({ name }) => name)).toContain(noStore.why.refuse)
      await device.said('"code":"store.full"')
      expect(await device.switchOff()).toBe(2)
      disk.empty()
      writeFileSync(join(medium, 'reserve.bin'), new Uint8Array(KEPT_BYTES))
      disk.fill(LEFT_BYTES)
      await device.start('polls.closed')
    } finally {
      await device.end()
    }
  })
})
