/** A spare takes the place of a device that died: what it goes on with, what it refuses, and what a crash of its own leaves. */
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
} from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { openTally } from '../../../core/bundle/bundle.ts'
import { signerFromSeed } from '../../../core/keys/ed25519.ts'
import { sha256, toBase64 } from '../../../core/keys/hash.ts'
import { type Result, valueOrThrow } from '../../../core/result.ts'
import { resumeStore, setUpStore } from '../../../device-agent/ballot/setup.ts'
import { takeOver } from '../../../device-agent/ballot/takeover/take-over.ts'
import { chooseMedium } from '../../../device-agent/store/dead-media.ts'
import { isMediumIn, readDeadMedium } from '../../../device-agent/store/dead-medium.ts'
import type { DeviceStore } from '../../../device-agent/store/device-store.ts'
import { CLOSING_BYTES } from '../../../device-agent/store/space.ts'
import { seededRandom } from '../../../simulator/seeded-random.ts'
import { weakenedSources } from '../../end-to-end/weakened/build.ts'
import { flipPool } from '../../fixtures/flipped-pool.ts'
import { PROGRAM } from '../../fixtures/program.ts'
import { deadDevice, fingerprintOf, type TakeoverBuild } from './dead-device.ts'
import { makeHome, newFolder, otherPackage } from './device.ts'
import { openHome } from './home.ts'
import { checks, firstSpare, people, secondSpare } from './spare.ts'
import { clock, dayKey, device, officers, type Voters } from './voting.ts'

const real: TakeoverBuild = { readDeadMedium, chooseMedium, takeOver }

/** A build with one line replaced. */
async function weakened(file: string, line: string, by: string): Promise<TakeoverBuild> {
  const root = weakenedSources({ file, line, by })
  const [{ readDeadMedium }, { chooseMedium }, { takeOver }] = await Promise.all([
    import(join(root, 'device-agent/store/dead-medium.ts')),
    import(join(root, 'device-agent/store/dead-media.ts')),
    import(join(root, 'device-agent/ballot/takeover/take-over.ts')),
  ])
  return { readDeadMedium, chooseMedium, takeOver }
}

/** Reads the medium and takes over into a new home, as the spare would. */
function takeOverOn(
  medium: string,
  {
    build = real,
    home = makeHome(newFolder(), firstSpare),
    key = dayKey(),
    given = checks,
    by = people,
  } = {},
): Result<DeviceStore> {
  const dead = build.readDeadMedium(medium, join(home, 'takeover.part'), given)
  if (!dead.ok) return dead
  expect(existsSync(join(home, 'takeover.part'))).toBe(false)
  const tools = { clock, random: seededRandom(home), program: PROGRAM }
  const found = build.chooseMedium([dead.value])
  return found.ok ? build.takeOver(openHome(home), found.value, key, by, tools) : found
}

function codeOf(result: Result<DeviceStore>): string {
  if (!result.ok) return result.error.code
  result.value.close()
  return 'taken over'
}

/** Counts of the closing's tally, by contest: blank, valid, then each option. */
function countsOf(store: DeviceStore, spare = firstSpare): readonly (readonly number[])[] {
  const { publicKey } = signerFromSeed(spare.keys.message)
  const { tally } = valueOrThrow(openTally(store.totals?.tally ?? '', publicKey, 'tally'))
  return (tally as { blank: number; valid: number; options: Record<string, number> }[]).map((contest) => [
    contest.blank,
    contest.valid,
    ...Object.values(contest.options),
  ])
}

describe('a spare in the place of a device that died', () => {
  /** The spare votes on with `more` voters and closes. */
  function wholeDay(ballots: number, more: number, build = real) {
    const { medium, voters } = deadDevice(`day ${ballots}`, ballots)
    const before = fingerprintOf(medium)
    const taken = takeOverOn(medium, { build })
    if (!taken.ok) return taken.error.where
    const store = taken.value
    const wasSpent = voters.nonces.every((nonce) => store.isSpent(nonce))
    for (let i = 0; i < more; i += 1) voters.vote(store)
    store.closePolls(officers)
    const { casts, voids, batches } = store.day.closing ?? {}
    const stored = [...store.batches().values()]
    const ids = new Set(stored.flat().map((sealed) => toBase64(sha256(sealed))))
    const found = {
      wasSpent,
      untouched: before.join() === fingerprintOf(medium).join(),
      closing: [casts, voids],
      batches: batches === stored.length,
      ballots: [ids.size, stored.flat().length],
      tags: store.spentTags.length,
      tally: JSON.stringify(countsOf(store)) === JSON.stringify(voters.shadow),
    }
    store.close()
    return found
  }
  const whole = (ballots: number) => ({
    wasSpent: true,
    untouched: true,
    closing: [ballots, 0],
    batches: true,
    ballots: [ballots, ballots],
    tags: ballots,
    tally: true,
  })

  test.each([
    [0, 3],
    [5, 0],
    [40, 40],
    [100, 90],
  ])(
    'goes on from %i ballots with %i more: each once, no card again, and the old medium untouched',
    (ballots, more) => {
      expect(wholeDay(ballots, more)).toEqual(whole(ballots + more))
    },
  )

  test('says whether a slip was in hand, and counts no vote that was not recorded', () => {
    const { medium } = deadDevice('slip', 3, (store) => store.setSlip('hanging'))
    const store = valueOrThrow(takeOverOn(medium))
    expect(store.day.adopted).toMatchObject({
      slip: 'not-recorded',
      casts: 3,
      origin: device.origin,
      ...people,
    })
    expect([store.slip, store.day.polls, store.day.incidents.length]).toEqual(['none', 'open', 1])
    store.close()
  })

  test('that is started again needs the cards as any other, and then knows all of it', () => {
    const { medium, voters } = deadDevice('again', 70)
    const home = makeHome(newFolder(), firstSpare)
    valueOrThrow(takeOverOn(medium, { home })).close()
    const again = valueOrThrow(resumeStore(openHome(home), clock, seededRandom('again')))
    expect([again.isUnlocked, again.day.casts]).toEqual([false, 70])
    valueOrThrow(again.unlock(dayKey()))
    expect(voters.nonces.every((nonce) => again.isSpent(nonce))).toBe(true)
    again.close()
  })

  test('takes the room of a day on both its media', () => {
    const { medium } = deadDevice('room', 3)
    const home = makeHome(newFolder(), firstSpare)
    expect(codeOf(takeOverOn(medium, { home }))).toBe('taken over')
    for (const name of ['medium-a', 'medium-b'])
      expect(statSync(join(home, name, 'reserve.bin')).size).toBeGreaterThan(CLOSING_BYTES)
  })

  test('reads a medium that cannot be written', () => {
    const { medium } = deadDevice('read only', 4)
    for (const name of readdirSync(medium)) chmodSync(join(medium, name), 0o400)
    chmodSync(medium, 0o500)
    expect(codeOf(takeOverOn(medium))).toBe('taken over')
    chmodSync(medium, 0o700)
  })

  test('that forgot the spent authorizations, or a ballot, would not get past its own first check', async () => {
    const tags = await weakened(
      'device-agent/store/adopted-rows.ts',
      'of spent) run(',
      'of spent.slice(1)) run(',
    )
    expect(wholeDay(40, 2, tags)).toMatch(/table spent$/)
    const ballots = await weakened(
      'device-agent/store/adopted-rows.ts',
      'sealed } of ballots)',
      'sealed } of ballots.slice(1))',
    )
    expect(wholeDay(100, 2, ballots)).toMatch(/table ballots, batch 1$/)
  })

  test('that took a ballot of a batch into the pool once more could not close: its own journal would not let it', async () => {
    const doubling = await weakened(
      'device-agent/store/dead-media.ts',
      'equalBytes(pool.spent, spentRoot(box.spent))) return pool',
      'equalBytes(pool.spent, spentRoot(box.spent))) return { ...pool, ballots: pool.ballots.map((known, i) => (i === 0 ? [...known, ...box.ballots.slice(0, 1).map(({ sealed }) => sealed)] : known)) }',
    )
    expect(() => wholeDay(100, 2, doubling)).toThrow(/ballots sealed but \d+ waited/)
    expect(wholeDay(100, 2)).toEqual(whole(102))
  })

  test('that forgot whose authorizations were spent would let a card vote again, which this test tells', async () => {
    const { medium, voters } = deadDevice('forgetful', 4)
    const forgetful = await weakened(
      'device-agent/store/device-store.ts',
      'return this.#spent.some((known) => equalBytes(known, tag))',
      'return this.day.adopted === undefined && this.#spent.some((known) => equalBytes(known, tag))',
    )
    const again = (build: TakeoverBuild) => {
      const store = valueOrThrow(takeOverOn(medium, { build }))
      const spent = store.isSpent((voters as Voters).nonces[0] ?? new Uint8Array())
      store.close()
      return spent
    }
    expect([again(real), again(forgetful)]).toEqual([true, false])
  })
})

describe('a takeover that is killed', () => {
  const killed = (home: string, medium: string, when: 'before' | 'after') =>
    spawnSync(process.execPath, [join(import.meta.dirname, 'killed-takeover.ts'), home, medium, when])

  test('before it is complete has taken nothing over, and is done again', () => {
    const { medium } = deadDevice('killed', 40)
    const home = makeHome(newFolder(), firstSpare)
    const ended = killed(home, medium, 'before')
    expect([ended.signal, ended.stderr.toString()]).toEqual(['SIGKILL', ''])
    const before = resumeStore(openHome(home), clock, seededRandom('killed'))
    expect(before.ok ? 'usable' : before.error.code).toBe('store.missing')
    expect(codeOf(takeOverOn(medium, { home }))).toBe('taken over')
  })

  test('after that has taken over, and cannot be done again', () => {
    const { medium } = deadDevice('killed later', 40)
    const home = makeHome(newFolder(), firstSpare)
    expect(killed(home, medium, 'after').signal).toBe('SIGKILL')
    // The second medium has no name yet: the next start gives it one.
    const store = valueOrThrow(resumeStore(openHome(home), clock, seededRandom('killed later')))
    valueOrThrow(store.unlock(dayKey()))
    expect(store.day).toMatchObject({ casts: 40, lostMedia: [] })
    store.close()
    expect(codeOf(takeOverOn(medium, { home }))).toBe('store.exists')
  })
})

describe('a spare refuses by name', () => {
  test('to be set up without a medium to go on from', () => {
    const home = openHome(makeHome(newFolder(), firstSpare))
    const made = setUpStore(home, clock, seededRandom('alone'), PROGRAM)
    expect(made.ok ? 'made' : made.error.code).toBe('store.spare')
  })

  test('a medium of another station, package or spare, and cards of another day', async () => {
    const { medium } = deadDevice('others', 4)
    expect(codeOf(takeOverOn(medium, { given: { ...checks, station: 's-2' } }))).toBe(
      'takeover.other-station',
    )
    expect(codeOf(takeOverOn(medium, { given: { ...checks, electionPackage: otherPackage } }))).toBe(
      'takeover.other-package',
    )
    expect(codeOf(takeOverOn(medium, { given: { ...checks, spare: 's-09' } }))).toBe('takeover.no-spare')
    const by = { ...people, supervisory: toBase64(sha256(Uint8Array.of(9))) }
    expect(codeOf(takeOverOn(medium, { key: new Uint8Array(32), by }))).toBe('takeover.locked')
    const blind = await weakened(
      'device-agent/store/dead-medium.ts',
      'if (place.station.id !== station)',
      "if (place.station.id === '')",
    )
    const strange = { build: blind, given: { ...checks, station: 's-2' } }
    expect(codeOf(takeOverOn(medium, strange))).toBe('taken over')
  })

  test('a device that is closed, was never opened, had to stop, or was a spare', () => {
    const ended = (last: (store: DeviceStore) => void) =>
      codeOf(takeOverOn(deadDevice('ended', 3, last).medium))
    expect(ended((store) => store.closePolls(officers))).toBe('takeover.finished')
    expect(ended((store) => store.append({ type: 'device.stopped', why: 'forked' }))).toBe('takeover.stopped')
    const { medium } = deadDevice('chain', 3)
    const home = makeHome(newFolder(), firstSpare)
    valueOrThrow(takeOverOn(medium, { home })).close()
    const given = { ...checks, spare: secondSpare.id }
    const second = { home: makeHome(newFolder(), secondSpare), given }
    expect(codeOf(takeOverOn(join(home, 'medium-a'), second))).toBe('takeover.chained')
  })

  test('whatever answers where a medium is put in, and cannot be read; nothing there, or an empty place, is none', () => {
    const place = newFolder()
    const at = join(place, 'slot')
    // Who follows it comes back to it for ever: an answer that is neither that nothing is there nor what is.
    const unreadable = () => symlinkSync(at, at)
    const other = () => mkdirSync(join(at, 'lost+found'), { recursive: true })
    const noFile = () => mkdirSync(join(at, 'ballots.db'), { recursive: true })
    for (const put of [unreadable, other, noFile]) {
      put()
      expect(isMediumIn(at)).toBe(true)
      expect(codeOf(takeOverOn(at))).toBe('takeover.unreadable')
      rmSync(at, { recursive: true })
    }
    expect(isMediumIn(at)).toBe(false)
    expect(isMediumIn(join(place, 'slot', 'medium'))).toBe(false)
    mkdirSync(at)
    expect(isMediumIn(at)).toBe(false)
  })

  test('what cannot be read, is no file, was cut or changed, and writes nothing', () => {
    const { medium } = deadDevice('bent', 40)
    const bent = (bend: (folder: string) => void) => {
      const copy = newFolder()
      cpSync(medium, copy, { recursive: true })
      bend(copy)
      const home = makeHome(newFolder(), firstSpare)
      const code = codeOf(takeOverOn(copy, { home }))
      expect(readdirSync(home).filter((name) => /medium|part/.test(name))).toEqual([])
      return code
    }
    const sql = (text: string) => (folder: string) => {
      const database = new Database(join(folder, 'ballots.db'))
      database.exec(text)
      database.close()
    }
    expect(bent((folder) => rmSync(join(folder, 'ballots.db')))).toBe('takeover.unreadable')
    expect(bent((folder) => rmSync(join(folder, 'slots.bin')))).toBe('takeover.unreadable')
    const linked = (folder: string) => {
      rmSync(join(folder, 'slots.bin'))
      symlinkSync(join(medium, 'slots.bin'), join(folder, 'slots.bin'))
    }
    expect(bent(linked)).toBe('takeover.unreadable')
    expect(bent((folder) => truncateSync(join(folder, 'ballots.db-wal'), 100_000))).not.toBe('taken over')
    expect(bent(sql('DROP TRIGGER spent_no_delete; DELETE FROM spent'))).toBe('store.schema')
    expect(bent(sql('CREATE VIEW more AS SELECT 1'))).toBe('store.schema')
    const slots = (folder: string) => truncateSync(join(folder, 'slots.bin'), 0)
    expect(bent(slots)).toBe('takeover.box-damaged')
  })

  test('a pool that was damaged, and says that the cards are right', async () => {
    const { medium } = deadDevice('flipped', 3)
    const flipped = newFolder()
    cpSync(medium, flipped, { recursive: true })
    flipPool(flipped)
    expect(codeOf(takeOverOn(flipped))).toBe('takeover.box-damaged')
    expect(codeOf(takeOverOn(medium))).toBe('taken over')
    const blind = await weakened(
      'device-agent/ballot/polls/own-cards.ts',
      "role === 'spare' || certificate === entry[role]",
      "role === 'spare' || certificate === ''",
    )
    expect(codeOf(takeOverOn(flipped, { build: blind }))).toBe('takeover.locked')
  })
})
