/** Room for votes on a file system of its own that something else fills. */
import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { valueOrThrow } from '../../../core/result.ts'
import { DeviceStore } from '../../../device-agent/store/device-store.ts'
import { ballotBytes } from '../../../device-agent/store/media-space.ts'
import { Medium } from '../../../device-agent/store/medium.ts'
import { CLOSING_BYTES, DAY_BALLOTS, FLOOR_BYTES, MediumSpace } from '../../../device-agent/store/space.ts'
import { seededRandom } from '../../../simulator/seeded-random.ts'
import { weakenedSources } from '../../end-to-end/weakened/build.ts'
import { MOUNT, SmallDisk } from '../../fixtures/small-disk.ts'
import { describeWith } from '../../oracles/needs.ts'
import { atLeastOne, deviceRow, officers, opening, openPolls, partsFor, station, Voters } from './voting.ts'

const { definition } = station.electionPackage
const BALLOT = ballotBytes(definition)
const DAY_BYTES = DAY_BALLOTS * BALLOT + FLOOR_BYTES + CLOSING_BYTES
const MIB = 1024 * 1024

describeWith([MOUNT], 'room for votes', () => {
  let disk: SmallDisk
  let space: MediumSpace
  beforeEach(() => {
    disk = new SmallDisk(64)
    space = new MediumSpace(disk.folder)
  })
  afterEach(() => disk.remove())

  const reserved = () => statSync(join(disk.folder, 'reserve.bin'), { throwIfNoEntry: false })?.size ?? 0

  test('is taken for a day, or not at all', () => {
    disk.fill(DAY_BYTES - MIB)
    expect(space.reserve(BALLOT)).toBe(false)
    expect(reserved()).toBe(0)
    expect(disk.freeBytes).toBeGreaterThan(DAY_BYTES - 2 * MIB)
    disk.empty()
    expect(space.reserve(BALLOT)).toBe(true)
    expect(reserved()).toBe(DAY_BYTES)
    // Zeros that were written are taken; a hole would be there for others.
    expect(disk.freeBytes).toBeLessThanOrEqual(64 * MIB - DAY_BYTES)
    // Opening again after the keys were turned back takes no more.
    expect(space.reserve(BALLOT)).toBe(true)
    expect(reserved()).toBe(DAY_BYTES)
  })

  test('stays when something else fills the disk: a day of ballots can be cast and closed on what was taken', () => {
    const random = seededRandom('space')
    const medium = valueOrThrow(Medium.create(disk.folder, deviceRow, random))
    const store = DeviceStore.begin(partsFor([medium], 'space'), opening)
    expect(space.reserve(BALLOT)).toBe(true)
    disk.fill(0)
    expect(space.ballotsLeft(BALLOT, disk.freeBytes)).toBeGreaterThanOrEqual(DAY_BALLOTS)
    space.makeRoom(BALLOT, disk.freeBytes)
    openPolls(store)
    const voters = new Voters('space')
    const log = () => statSync(join(disk.folder, 'ballots.db-wal')).size
    const wanted = () => Math.max(0, FLOOR_BYTES - log())
    for (let casts = 0; casts < 150; casts += 1) {
      space.makeRoom(BALLOT, disk.freeBytes)
      voters.vote(store)
      // Whatever became free is somebody else's at once, but for what a vote wants.
      disk.fill(wanted())
    }
    // Each vote cost at most what was taken for it, and once more what somebody else took before the next.
    expect(space.ballotsLeft(BALLOT, disk.freeBytes)).toBeGreaterThan(DAY_BALLOTS - 2 * 150 - 50)
    space.giveBack()
    store.closePolls(officers)
    expect(store.day).toMatchObject({ polls: 'finished', casts: 150, sealed: 150 })
    store.close()
  })

  test('is taken anew only where none is kept, and for the closing where there is no more', () => {
    space.reserve(BALLOT)
    disk.fill(0)
    space.makeRoom(BALLOT, disk.freeBytes)
    const shrunk = reserved()
    space.renew(BALLOT)
    expect(reserved()).toBe(shrunk)
    space.giveBack()
    disk.fill(CLOSING_BYTES + MIB)
    space.renew(BALLOT)
    expect(reserved()).toBe(CLOSING_BYTES)
  })

  test('is taken anew where a program that was killed had taken less than the closing wants', () => {
    writeFileSync(join(disk.folder, 'reserve.bin'), new Uint8Array(CLOSING_BYTES - 1))
    space.renew(BALLOT)
    expect(reserved()).toBe(DAY_BYTES)
    writeFileSync(join(disk.folder, 'reserve.bin'), new Uint8Array(CLOSING_BYTES - 1))
    disk.fill(MIB)
    space.renew(BALLOT)
    expect(reserved()).toBe(CLOSING_BYTES)
  })

  test('is counted down to none, and what the closing wants is kept', () => {
    expect(space.reserve(BALLOT)).toBe(true)
    disk.fill(0)
    for (let round = 0; round < 1_000 && space.ballotsLeft(BALLOT, disk.freeBytes) > 0; round += 1) {
      space.makeRoom(BALLOT, disk.freeBytes)
      disk.fill(0)
    }
    expect(space.ballotsLeft(BALLOT, disk.freeBytes)).toBe(0)
    space.makeRoom(BALLOT, disk.freeBytes)
    expect(reserved()).toBe(CLOSING_BYTES)
  })

  test('one ballot adds less than is counted for it', () => {
    const random = seededRandom('growth')
    const medium = valueOrThrow(Medium.create(disk.folder, deviceRow, random))
    const store = DeviceStore.begin(partsFor([medium], 'growth'), opening)
    openPolls(store)
    const before = disk.freeBytes
    const voters = new Voters('growth')
    for (let casts = 0; casts < 500; casts += 1) voters.vote(store)
    expect(before - disk.freeBytes).toBeLessThan(500 * BALLOT + FLOOR_BYTES)
    store.close()
  })
})

describeWith([MOUNT], 'media and their disks', () => {
  const disks: SmallDisk[] = []
  afterEach(() => {
    for (const disk of disks.splice(0)) disk.remove()
  })
  const newDisk = () => {
    const disk = new SmallDisk(96)
    disks.push(disk)
    return disk
  }

  /** A device that has taken room for a day on both media, on whatever disks they lie, which are full but for so many bytes. */
  function fullDevice(on: readonly SmallDisk[], free: number, build = { DeviceStore, Medium }) {
    const random = seededRandom('disks')
    const media = on.map((disk, place) => {
      const folder = join(disk.folder, `medium-${place}`)
      mkdirSync(folder)
      return valueOrThrow(build.Medium.create(folder, deviceRow, random))
    })
    const store = build.DeviceStore.begin(partsFor(atLeastOne(media), 'disks'), opening)
    expect(store.space.reserve()).toBe(true)
    for (const disk of on) disk.fill(free)
    return store
  }

  /** Before one vote on one medium; its log has begun to grow already. */
  const WANTED = FLOOR_BYTES + BALLOT
  const LOG_SO_FAR = MIB / 4

  test('two on one disk count what is free there once, two on disks of their own each what is free on its own', () => {
    const one = newDisk()
    const free = 20 * MIB
    const shared = fullDevice([one, one], free)
    const apart = fullDevice([newDisk(), newDisk()], free)
    const [left, more] = [shared.space.ballotsLeft, apart.space.ballotsLeft]
    // What is kept for a day is a medium's own on either.
    expect((left - DAY_BALLOTS) * BALLOT).toBeLessThanOrEqual(free / 2 + LOG_SO_FAR)
    expect((more - DAY_BALLOTS) * BALLOT).toBeGreaterThan(free)
    for (const store of [shared, apart]) store.close()
  })

  /** What is free when somebody else has left so much that it is enough for one medium. */
  function freeBeforeVote(build = { DeviceStore, Medium }): number {
    const disk = newDisk()
    const store = fullDevice([disk, disk], WANTED, build)
    store.space.makeRoom()
    const left = disk.freeBytes
    store.close()
    return left
  }

  test('before a vote two on one disk have what it wants on both; a device that takes each to be alone has it for one, which these tests tell', async () => {
    const root = weakenedSources({
      file: 'device-agent/store/media-space.ts',
      line: '({ id }) => id === disk.id',
      by: '(other) => other === disk',
    })
    const [weakStore, weakMedium] = await Promise.all([
      import(join(root, 'device-agent/store/device-store.ts')),
      import(join(root, 'device-agent/store/medium.ts')),
    ])
    expect(freeBeforeVote()).toBeGreaterThan(2 * (WANTED - LOG_SO_FAR))
    expect(freeBeforeVote({ ...weakStore, ...weakMedium })).toBeLessThan(WANTED + LOG_SO_FAR)
  })
})
