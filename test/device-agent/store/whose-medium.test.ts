/** Whose a medium is that differs from the other: of another history, device or journal, or only damaged. */
import { describe, expect, test } from 'vitest'
import { sha256, toBase64 } from '../../../core/keys/hash.ts'
import { describeRefusal, valueOrThrow } from '../../../core/result.ts'
import type { DeviceRow } from '../../../device-agent/store/database.ts'
import { DeviceStore, type StoreParts } from '../../../device-agent/store/device-store.ts'
import { Medium } from '../../../device-agent/store/medium.ts'
import { seededRandom } from '../../../simulator/seeded-random.ts'
import type { TestDevice } from '../../audit/fixtures.ts'
import { imageOf, newFolder, otherPackage, resumeOn } from './device.ts'
import {
  build,
  closeNow,
  NAMES,
  openDevice,
  rowsOf,
  sql,
  started,
  type Two,
  told,
  weakenedStore,
} from './two-media.ts'
import { dayKey, deviceRow, opening, partsFor, station } from './voting.ts'

/** Changes one column of the row that says whose a medium is. */
function spoilRow(folder: string, column: 'origin' | 'package' | 'certificate'): void {
  const value = column === 'certificate' ? "CAST(certificate || '0' AS BLOB)" : `${column} || '0'`
  sql(
    folder,
    `DROP TRIGGER device_no_update; UPDATE device SET ${column} = ${value}; ` +
      "CREATE TRIGGER device_no_update BEFORE UPDATE ON device BEGIN SELECT RAISE(ABORT, 'device: what was written is never changed or deleted'); END",
  )
}

/** A medium of the device beside this one. */
function otherDevices(): string {
  const { origin, certificate, keys } = station.devices[1] as TestDevice
  const row = { ...deviceRow, origin, certificate }
  const parts = (medium: Medium) => partsFor([medium], 'another device', { keys })
  return begun(row, parts, { ...opening, origin, certificate: toBase64(sha256(certificate)) })
}

/** A medium of this device, begun for another election. */
function otherJournals(): string {
  const row = { ...deviceRow, package: toBase64(otherPackage.hash) }
  const parts = (medium: Medium) => ({
    ...partsFor([medium], 'another journal'),
    electionPackage: otherPackage,
  })
  return begun(row, parts, { ...opening, package: row.package })
}

function begun(row: DeviceRow, parts: (medium: Medium) => StoreParts, first: typeof opening): string {
  const folder = newFolder()
  const medium = valueOrThrow(Medium.create(folder, row, seededRandom(`begun ${row.origin}`)))
  DeviceStore.begin(parts(medium), first).close()
  return folder
}

describe.each([0, 1] as const)('of two media number %i', (lost) => {
  const kept = lost === 0 ? 1 : 0

  test('tells another history: the device stops and takes neither', () => {
    const { store, folders } = openDevice(3)
    const other = folders.map(imageOf)
    store.append({ type: 'tamper.opened', switch: 'chassis' })
    const fork = started([other[kept] as string])
    fork.append({ type: 'tamper.opened', switch: 'seal' })
    fork.append({ type: 'tamper.opened', switch: 'seal' })
    closeNow(fork)
    const images = folders.map(imageOf) as string[]
    images[lost] = other[kept] as string
    const refused = resumeOn(build, images)
    expect(refused.ok ? 'taken' : describeRefusal(refused.error)).toContain('store.media-differ')
    expect(refused.ok ? 'taken' : refused.error.where).toContain('table journal, entry')
  })

  test.each(['device', 'journal'] as const)(
    'is of another %s: that is no damage, and the device stops, with both as they were',
    (what) => {
      const { folders } = openDevice(3)
      const images = folders.map(imageOf) as unknown as [string, string]
      images[lost] = what === 'device' ? otherDevices() : otherJournals()
      const before = images.map(rowsOf)
      const refused = resumeOn(build, images)
      expect(refused.ok ? 'taken' : refused.error).toMatchObject({
        code: what === 'device' ? 'records.changed' : 'store.other-package',
        where: expect.stringContaining(images[lost]),
      })
      expect(images.map(rowsOf)).toEqual(before)
    },
  )

  test.each(['origin', 'package', 'certificate'] as const)(
    'names another %s, in a row that nothing signed bears out: that is damage, and the other goes on and says so',
    (column) => {
      const { folders, voters } = openDevice(3)
      const images = folders.map(imageOf) as unknown as Two<string>
      spoilRow(images[lost], column)
      const store = started(images)
      valueOrThrow(store.unlock(dayKey()))
      voters.vote(store)
      expect(told(store)).toEqual([`medium.lost ${NAMES[lost]} damaged`])
    },
  )
})

describe('whose an unsound medium is', () => {
  const believing = (what: string) =>
    weakenedStore({
      file: 'device-agent/store/compare-media.ts',
      line: 'isOfAnother(records, first.day, expected)',
      by: what,
    })
  const isTaken = (of: typeof build, images: readonly string[]) => {
    const resumed = resumeOn(of, images)
    if (resumed.ok) resumed.value.close()
    return resumed.ok
  }

  test('a build that believes the row stops for one flipped bit', async () => {
    const { folders } = openDevice(3)
    const images = folders.map(imageOf) as unknown as Two<string>
    spoilRow(images[1], 'origin')
    const weak = await believing('records.device[0]?.origin !== first.day.origin')
    expect([isTaken(weak, images), isTaken(build, images)]).toEqual([false, true])
  })

  test('a build that does not ask goes on beside a medium that does not belong there', async () => {
    const { folders } = openDevice(3)
    const images = [imageOf(folders[0]), otherDevices()]
    const weak = await believing('records.journal.length < 0')
    expect([isTaken(weak, images.map(imageOf)), isTaken(build, images)]).toEqual([true, false])
  })
})
