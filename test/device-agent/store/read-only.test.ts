/** What cannot be removed from a file system that became read-only: it is the medium's refusal, and told as that. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { setUpStore } from '../../../device-agent/ballot/setup.ts'
import { readDeadMedium } from '../../../device-agent/store/dead-medium.ts'
import { giveBackOn, MediumSpace } from '../../../device-agent/store/space.ts'
import { storageFault } from '../../../device-agent/store/storage-fault.ts'
import { seededRandom } from '../../../simulator/seeded-random.ts'
import { PROGRAM } from '../../fixtures/program.ts'
import { MOUNT, SmallDisk } from '../../fixtures/small-disk.ts'
import { describeWith } from '../../oracles/needs.ts'
import { deadDevice } from './dead-device.ts'
import { makeHome, newFolder } from './device.ts'
import { openHome } from './home.ts'
import { checks } from './spare.ts'
import { clock } from './voting.ts'

const RESERVE = 'reserve.bin'

/** A folder with a file of that name in it. */
function folderWith(path: string, name: string): string {
  mkdirSync(path, { recursive: true })
  writeFileSync(join(path, name), 'left over')
  return path
}

describeWith([MOUNT], 'on a file system that became read-only', () => {
  let disk: SmallDisk
  beforeEach(() => {
    disk = new SmallDisk(8)
  })
  afterEach(() => disk.remove())

  test('the room of a medium cannot be given back: that is the medium’s refusal, and the other gives its own', () => {
    folderWith(disk.folder, RESERVE)
    const other = folderWith(newFolder(), RESERVE)
    disk.makeReadOnly()
    let thrown: unknown
    try {
      new MediumSpace(disk.folder).giveBack()
    } catch (error) {
      thrown = error
    }
    expect(storageFault(thrown)).toBe('read-only')
    giveBackOn([disk.folder, other])
    expect([disk.folder, other].map((folder) => existsSync(join(folder, RESERVE)))).toEqual([true, false])
  })

  test('a set-up that was interrupted cannot be begun anew: it is refused', () => {
    const home = openHome(makeHome(disk.folder))
    folderWith(join(disk.folder, 'medium-a.part'), 'ballots.db')
    disk.makeReadOnly()
    const made = setUpStore(home, clock, seededRandom('read-only'), PROGRAM)
    expect(made).toMatchObject({ ok: false, error: { code: 'store.set-up' } })
    expect(made.ok ? '' : made.error.what).toContain('EROFS')
  })

  test('a dead medium cannot be copied where another copy was left: the spare blames its own storage', () => {
    const { medium } = deadDevice('read-only', 1)
    const work = folderWith(join(disk.folder, 'work'), 'ballots.db')
    disk.makeReadOnly()
    const read = readDeadMedium(medium, work, checks)
    expect(read).toMatchObject({ ok: false, error: { code: 'takeover.storage' } })
    expect(read.ok ? '' : read.error.what).toContain('EROFS')
  })
})
