/**
 * South Carolina, 2010: after the election logs and results of many machines were never collected, and nobody noticed. Here the centre knows from the
 * package which devices there are, and its status names each of which something is missing.
 */
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { CentreStore } from '../../fleet/store/store.ts'
import { TestDevice, votes } from '../fleet/office.ts'
import { CentreUnderAttack } from './centre-office.ts'
import { blindToSilentDevices, takesPartForAll } from './weakened/centre.ts'
import { centreBuild } from './weakened/weaken.ts'

let centre: CentreUnderAttack
let store: CentreStore

beforeEach(async () => {
  centre = new CentreUnderAttack()
  store = await centre.open()
})
afterEach(() => centre.office.close())

const missing = (text: string) => text.split('\n').filter((line) => line.startsWith('MISSING'))
const status = async (replacements: Parameters<typeof centreBuild>[0] = []) => {
  const [code, text] = await centre.status(await centreBuild(replacements), '--home', centre.home.folder)
  return [code, missing(text)]
}

test('after closing every device is there', async () => {
  const build = await centreBuild()
  for (const device of ['device-1', 'device-2', 'device-3'].map((id) => new TestDevice(id).close()))
    await centre.hear(build, store, device)
  // The first two tallies had to wait for the third closing.
  for (const device of ['device-1', 'device-2'].map((id) => new TestDevice(id).close()))
    await centre.hear(build, store, device)
  expect(await status()).toEqual([0, []])
})

test('or is named missing: one of which nothing came, one that never closed, one whose totals did not come', async () => {
  const build = await centreBuild()
  await centre.hear(build, store, new TestDevice('device-2').appendMany(4))
  await centre.hear(build, store, new TestDevice('device-3').close(votes(40)))
  expect(await status()).toEqual([
    3,
    [
      'MISSING  device-1 of station station-1: nothing received',
      'MISSING  device-2 of station station-1: its closing',
      'MISSING  device-3 of station station-1: its totals',
    ],
  ])
})

test('builds that look only at what came, or take a part for all, would say that nothing is missing', async () => {
  const build = await centreBuild()
  for (const id of ['device-2', 'device-3']) await centre.hear(build, store, new TestDevice(id).appendMany(4))
  expect((await status(blindToSilentDevices))[1]).toHaveLength(2)
  expect(await status([...blindToSilentDevices, ...takesPartForAll])).toEqual([0, []])
})
