/** A second medium that the configuration names: on a disk of its own, or no set-up. */
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { valueOrThrow } from '../../../core/result.ts'
import { checkSecondDisk } from '../../../device-agent/ballot/second-disk.ts'
import { setUpStore } from '../../../device-agent/ballot/setup.ts'
import { seededRandom } from '../../../simulator/seeded-random.ts'
import { PROGRAM } from '../../fixtures/program.ts'
import { makeHome } from '../store/device.ts'
import { openHome } from '../store/home.ts'
import { clock } from '../store/voting.ts'

/** A disk in memory, as Linux has it. */
const OTHER_DISK = '/dev/shm'
const hasTwoDisks = existsSync(OTHER_DISK) && statSync(OTHER_DISK).dev !== statSync(tmpdir()).dev

const made: string[] = []
afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true })
})

/** A device whose configuration names a folder for its second medium. */
function deviceWith(secondMedium: string) {
  const home = openHome(makeHome())
  return { ...home, config: { ...home.config, secondMedium } }
}

describe('a second medium that the configuration names', () => {
  test('on the disk of the first is refused, and what to do is said', () => {
    const mountPoint = mkdtempSync(join(tmpdir(), 'sandogh-card-'))
    made.push(mountPoint)
    const secondMedium = join(mountPoint, 'medium')
    const home = deviceWith(secondMedium)
    expect(setUpStore(home, clock, seededRandom('one disk'), PROGRAM)).toMatchObject({
      ok: false,
      error: { code: 'store.one-disk', where: secondMedium },
    })
    for (const folder of [mountPoint, home.folder])
      expect(readdirSync(folder).filter((name) => name.includes('medium'))).toEqual([])
    // Nobody claims that these are two.
    expect(checkSecondDisk(openHome(makeHome())).ok).toBe(true)
  })

  test.skipIf(!hasTwoDisks)('on another disk holds the device’s journal when it has been set up', () => {
    const card = mkdtempSync(join(OTHER_DISK, 'sandogh-card-'))
    made.push(card)
    const home = deviceWith(join(card, 'medium'))
    expect(checkSecondDisk(home).ok).toBe(true)
    valueOrThrow(setUpStore(home, clock, seededRandom('two disks'), PROGRAM)).close()
    expect(existsSync(join(card, 'medium', 'ballots.db'))).toBe(true)
    expect(existsSync(join(home.folder, 'medium-b'))).toBe(false)
  })
})
