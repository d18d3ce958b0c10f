/** Setting a device up, interrupted wherever it touches the disk, and repeated. */
import { spawnSync } from 'node:child_process'
import fs, { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { valueOrThrow } from '../../../core/result.ts'
import { resumeStore, setUpStore } from '../../../device-agent/ballot/setup.ts'
import { seededRandom } from '../../../simulator/seeded-random.ts'
import { PROGRAM } from '../../fixtures/program.ts'
import { makeHome } from '../store/device.ts'
import { openHome } from '../store/home.ts'
import { clock } from '../store/voting.ts'

/** Every way in which a set-up touches the disk itself; SQLite's own are inside the part folder. */
const CALLS = [
  'rmSync',
  'mkdirSync',
  'openSync',
  'writeSync',
  'fdatasyncSync',
  'readdirSync',
  'fsyncSync',
  'closeSync',
  'renameSync',
] as const

const random = seededRandom('set-up')

afterEach(() => {
  vi.restoreAllMocks()
  syncBuiltinESMExports()
})

/** Sets up and is stopped just before it calls the file system for the `at`th time: that call and all after it are never made. */
function setUpUntil(folder: string, at: number): 'interrupted' | 'finished' {
  const home = openHome(folder)
  let calls = 0
  for (const name of CALLS) {
    const real = fs[name] as (...args: unknown[]) => unknown
    vi.spyOn(fs, name).mockImplementation(((...args: unknown[]) => {
      calls += 1
      if (calls >= at) throw new Error('interrupted')
      return real(...args)
    }) as never)
  }
  syncBuiltinESMExports()
  try {
    valueOrThrow(setUpStore(home, clock, random, PROGRAM)).close()
    return 'finished'
  } catch (error) {
    if (calls >= at) return 'interrupted'
    throw error
  } finally {
    vi.restoreAllMocks()
    syncBuiltinESMExports()
  }
}

const originOf = (folder: string) => {
  const store = valueOrThrow(resumeStore(openHome(folder), clock, random))
  store.close()
  return store.origin
}

describe('a set-up that is interrupted', () => {
  test('anywhere leaves nothing usable or a finished set-up, and can be repeated', () => {
    const left = { nothing: 0, named: 0, finished: 0 }
    let at = 0
    let folder: string
    do {
      // Every third call while both media are made, and every one about their names.
      at += left.named === 0 ? 3 : 1
      folder = makeHome()
      if (setUpUntil(folder, at) === 'finished') break
      const [first, second] = ['medium-a', 'medium-b'].map((name) => existsSync(join(folder, name)))
      if (first && second) {
        left.finished += 1
        const resumed = valueOrThrow(resumeStore(openHome(folder), clock, random))
        resumed.close()
        expect(resumed.day).toMatchObject({ size: 1, lostMedia: [] })
        const again = setUpStore(openHome(folder), clock, random, PROGRAM)
        expect(again.ok ? 'made anew' : again.error.code).toBe('store.exists')
        expect(originOf(folder)).toBe(resumed.origin)
      } else {
        if (first) left.named += 1
        else left.nothing += 1
        expect(second).toBe(false)
        const store = valueOrThrow(setUpStore(openHome(folder), clock, random, PROGRAM))
        expect(store.day).toMatchObject({ size: 1, lostMedia: [] })
        store.close()
      }
      for (const part of ['medium-a.part', 'medium-b.part'])
        expect(existsSync(join(folder, part))).toBe(false)
    } while (at < 1_000)
    expect(left.nothing).toBeGreaterThan(10)
    expect(left.named).toBeGreaterThan(0)
    expect(left.finished).toBeGreaterThan(0)
  })

  test('by kill -9 just before it is complete can be repeated', () => {
    const folder = makeHome()
    const killed = spawnSync(process.execPath, [join(import.meta.dirname, 'killed-setup.ts'), folder])
    expect([killed.signal, killed.stderr.toString()]).toEqual(['SIGKILL', ''])
    expect(existsSync(join(folder, 'medium-a.part', 'ballots.db'))).toBe(true)
    const before = resumeStore(openHome(folder), clock, random)
    expect(before.ok ? 'usable' : before.error.code).toBe('store.missing')
    valueOrThrow(setUpStore(openHome(folder), clock, random, PROGRAM)).close()
    expect(originOf(folder)).toContain('/device/')
    expect(existsSync(join(folder, 'medium-a.part'))).toBe(false)
  })

  test('leaves what it left to be taken away, whatever it is', () => {
    const folder = makeHome()
    mkdirSync(join(folder, 'medium-a.part'))
    writeFileSync(join(folder, 'medium-a.part', 'ballots.db'), 'half a database')
    writeFileSync(join(folder, 'medium-a.part', 'slots.bin'), '')
    valueOrThrow(setUpStore(openHome(folder), clock, random, PROGRAM)).close()
    expect(originOf(folder)).toContain('/device/')
  })
})

describe('a set-up', () => {
  test('that is finished is never written over', () => {
    const folder = makeHome()
    valueOrThrow(setUpStore(openHome(folder), clock, random, PROGRAM)).close()
    const before = readFileSync(join(folder, 'medium-a', 'ballots.db'))
    const again = setUpStore(openHome(folder), clock, random, PROGRAM)
    expect(again.ok ? undefined : again.error).toMatchObject({
      code: 'store.exists',
      where: join(folder, 'medium-a'),
    })
    expect(readFileSync(join(folder, 'medium-a', 'ballots.db')).equals(before)).toBe(true)
  })

  test('on a disk that does not take it is refused, and says what to do', () => {
    const folder = makeHome()
    const home = openHome(folder)
    vi.spyOn(fs, 'mkdirSync').mockImplementation(() => {
      throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
    })
    syncBuiltinESMExports()
    const refused = setUpStore(home, clock, random, PROGRAM)
    expect(refused.ok ? undefined : refused.error).toMatchObject({
      code: 'store.set-up',
      where: join(folder, 'medium-a.part'),
      what: 'it cannot be written (ENOSPC)',
    })
  })

  test('is readable by the device alone, also where files are open to everybody by default', () => {
    const before = process.umask(0)
    try {
      const folder = makeHome()
      const store = valueOrThrow(setUpStore(openHome(folder), clock, random, PROGRAM))
      const modeOf = (name: string) => (statSync(join(folder, name)).mode & 0o777).toString(8)
      // While the store is open, so are the write-ahead log and its index.
      const files = ['ballots.db', 'ballots.db-wal', 'ballots.db-shm', 'slots.bin']
      for (const medium of ['medium-a', 'medium-b']) {
        expect(files.map((name) => modeOf(join(medium, name)))).toEqual(files.map(() => '600'))
        expect(modeOf(medium)).toBe('700')
      }
      expect(modeOf('keys.json')).toBe('600')
      store.close()
    } finally {
      process.umask(before)
    }
  })
})
