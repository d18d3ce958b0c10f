/** A start whose last medium refuses the first entry: what was kept for that is used, and otherwise it is a refusal with words, not a dead program. */
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { valueOrThrow } from '../../../core/result.ts'
import { setUpStore } from '../../../device-agent/ballot/setup.ts'
import { startStore } from '../../../device-agent/ballot/start-store.ts'
import { DeviceStore } from '../../../device-agent/store/device-store.ts'
import { Medium } from '../../../device-agent/store/medium.ts'
import { seededRandom } from '../../../simulator/seeded-random.ts'
import { PROGRAM } from '../../fixtures/program.ts'
import { makeHome } from '../store/device.ts'
import { openHome } from '../store/home.ts'
import { clock, openPolls } from '../store/voting.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

/** The home of a device that was switched off while its polls were open, and a start of it. */
function switchedOff() {
  const folder = makeHome()
  const [home, random] = [openHome(folder), seededRandom(folder)]
  const store = valueOrThrow(setUpStore(home, clock, random, PROGRAM))
  openPolls(store)
  store.close()
  const reserve = join(folder, 'medium-a', 'reserve.bin')
  writeFileSync(reserve, 'kept for votes')
  return { folder, reserve, start: () => startStore({ home, clock, random }) }
}

/** The same, and its second medium is not there any more. */
function withOneMedium() {
  const device = switchedOff()
  rmSync(join(device.folder, 'medium-b'), { recursive: true })
  return device
}

/** The first medium refuses whatever is to be written while that is so. */
function refuses(code: string | undefined, isSo: () => boolean) {
  const commit = Medium.prototype.commit
  vi.spyOn(Medium.prototype, 'commit').mockImplementation(function (this: Medium, change) {
    if (isSo()) throw Object.assign(new Error('it refuses'), code === undefined ? {} : { code })
    commit.call(this, change)
  })
}

/** What a store says of its start, in order. */
function told(store: DeviceStore): readonly string[] {
  const types = store.entriesFrom(0).map((bytes) => JSON.parse(Buffer.from(bytes).toString('utf8')).type)
  store.close()
  return types.slice(types.indexOf('polls.opened') + 1)
}

describe('a start whose only medium refuses the first entry', () => {
  test('goes on in the room that was kept, where the disk is full', () => {
    const { reserve, start } = withOneMedium()
    refuses('SQLITE_FULL', () => existsSync(reserve))
    expect(told(valueOrThrow(start()))).toEqual(['medium.lost', 'polls.paused'])
  })

  test.each([
    ['SQLITE_FULL', 'store.full', false],
    ['SQLITE_READONLY', 'store.read-only', true],
    ['SQLITE_IOERR_WRITE', 'store.io-error', true],
  ])('is refused where nothing helps: %s is %s; the room stays: %s', (answer, code, isKept) => {
    const { folder, reserve, start } = withOneMedium()
    refuses(answer, () => true)
    const refused = start()
    expect(refused).toMatchObject({
      ok: false,
      error: { code, where: expect.stringContaining(join(folder, 'medium-a')) },
    })
    expect(existsSync(reserve)).toBe(isKept)
    // Whatever was opened is closed: the next start finds a medium that nobody holds.
    vi.restoreAllMocks()
    expect(told(valueOrThrow(start()))).toEqual(['medium.lost', 'polls.paused'])
  })

  test('throws what is no medium’s fault', () => {
    const { reserve, start } = withOneMedium()
    refuses(undefined, () => true)
    expect(start).toThrow('it refuses')
    expect(existsSync(reserve)).toBe(true)
  })
})

describe('a start whose media both refuse that the polls are paused', () => {
  const refusesPause = (code: string, isSo: () => boolean) => {
    const append = DeviceStore.prototype.append
    vi.spyOn(DeviceStore.prototype, 'append').mockImplementation(function (this: DeviceStore, event) {
      if (event.type === 'polls.paused' && isSo()) throw Object.assign(new Error('it refuses'), { code })
      append.call(this, event)
    })
  }

  test('goes on in the room that was kept, where the disk is full', () => {
    const { reserve, start } = switchedOff()
    refusesPause('ENOSPC', () => existsSync(reserve))
    expect(told(valueOrThrow(start()))).toEqual(['polls.paused'])
  })

  test('is refused where nothing helps', () => {
    const { start } = switchedOff()
    refusesPause('EIO', () => true)
    expect(start()).toMatchObject({ ok: false, error: { code: 'store.io-error' } })
    vi.restoreAllMocks()
    expect(told(valueOrThrow(start()))).toEqual(['polls.paused'])
  })
})
