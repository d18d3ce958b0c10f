/** A device whose home folder is damaged at its start: people read on its screen what to do, and whoever reads its log, which file it is. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
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
const out = mkdtempSync(join(tmpdir(), 'sandogh-no-home-'))
afterAll(() => rmSync(out, { recursive: true, force: true }))
const provisioned = provision(out, seededRandom('no home'), [systemClock.now(), POLLING_DAY])
const [id, another, third] = DEVICES

const made = (device: string, entry = SANDOGH) =>
  new PtyDevice({ out, id: device, provisioned, brokerPort: 1, entry })

/** A bit that turned on the disk. */
function flip(file: string): void {
  const bytes = readFileSync(file)
  writeFileSync(file, bytes.with(bytes.length >> 1, (bytes[bytes.length >> 1] ?? 0) ^ 1))
}

describe('a file of the home folder that is damaged', () => {
  const device = made(id)
  const home = deviceFolder(out, id)
  const whole = join(out, 'whole')
  afterAll(() => device.end())

  test.each([
    ['the package', 'package.json', flip],
    ['the keys', 'keys.json', (file: string) => writeFileSync(file, '')],
    ['the certificate', 'certificate.der', flip],
    ['all photos', 'photos', (folder: string) => rmSync(folder, { recursive: true })],
  ])(
    '%s: the screen says so until the device is switched off, and the log which it is',
    async (_, name, damage) => {
      cpSync(home, whole, { recursive: true })
      damage(join(home, name))
      const { elements } = await device.start('device.no-home')
      expect(elements.map(({ name: text }) => text)).toEqual([
        noStore.heading,
        noStore.home.why,
        noStore.voters,
        noStore.home.officers,
      ])
      await device.said('the device does not start')
      await device.said(join(home, name))
      expect(await device.switchOff()).toBe(2)
      cpSync(whole, home, { recursive: true })
    },
  )

  test('is whole again: the device begins', async () => {
    await device.setUp()
    await device.start('polls.closed')
  })
})

test('a program that only ends leaves people before a dark screen', async () => {
  const root = weakenedCommand({
    file: 'device-agent/ballot/main.ts',
    line: '    await showRefusedHome(folder, logger)\n',
    by: '',
  })
  const device = made(another, join(root, 'bin/sandogh.js'))
  flip(join(deviceFolder(out, another), 'package.json'))
  try {
    await expect(device.start('device.no-home')).rejects.toThrow(
      /stopped at its start; last screen undefined:.*package\.json/s,
    )
  } finally {
    await device.end()
  }
})

test('config.json itself: nobody knows where the display is, so the program ends, and its log says why and what to do', async () => {
  const device = made(third)
  writeFileSync(join(deviceFolder(out, third), 'config.json'), '{')
  try {
    await expect(device.start('device.no-home')).rejects.toThrow(
      /stopped at its start; last screen undefined:.*config\.json.*this is not JSON.*Have a technician provision this device again/s,
    )
  } finally {
    await device.end()
  }
})
