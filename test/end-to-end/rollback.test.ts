/**
 * A disk that was set back, one that lies in another device's housing, a device id used twice, and a journal that goes on at two places, each on
 * whole devices; and each again with the one check taken away that finds it, where nobody finds it.
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { describeRefusal } from '../../core/result.ts'
import { DEVICES } from '../../demo/elections/gy-les-nonains.ts'
import { stringsIn } from '../../ui/strings.ts'
import { CopiedStation, type RunningDevice, type Shown } from './copied-devices.ts'
import {
  type Build,
  blindToOtherHead,
  blindToOwnHead,
  blindToSecondJournal,
  blindToSubject,
  centreShowsNothing,
  realBuild,
  weakenedBuild,
} from './weakened/build.ts'

const [A, B, C] = DEVICES
const { officers: WORDS } = stringsIn('fa')
/** Minutes: longer than the sync's timer, and than a device needs to connect. */
const NEXT_TURN = 6
const CONNECTED = 1

const real = await realBuild()

/** What is expected on a device that had to stop. */
function expectStopped(device: RunningDevice, why: keyof typeof WORDS.stop): void {
  expect(device.screen).toBe('polls.stopped')
  for (const words of [WORDS.stopped, WORDS.stop[why], WORDS.stopHint]) expect(device.words).toContain(words)
}

/** The device opens, somebody votes, an image of its disk is taken, and somebody else votes. */
async function dayWithImage(station: CopiedStation, online = false) {
  const folder = station.setUp(A)
  const device = await station.start(A, folder, online)
  await device.open()
  await device.vote()
  const image = station.copyOf(folder)
  await device.vote()
  return { folder, device, image }
}

describe('a disk that was set back to an earlier image', () => {
  /** Cards were there since the image; they come to the restored device. */
  const restoredAndShown = (build: Build) =>
    CopiedStation.during(build, async (station) => {
      const { folder, device, image } = await dayWithImage(station)
      await device.end()
      const again = await station.start(A, folder)
      await again.resume()
      await again.end()
      station.restore(folder, image)
      const restored = await station.start(A, folder)
      expect(restored.screen).toBe('polls.paused')
      const shown = await restored.admit('executive')
      if (shown === 'stopped') await staysStopped(station, folder, restored)
      return shown
    })

  async function staysStopped(station: CopiedStation, folder: string, device: RunningDevice): Promise<void> {
    expectStopped(device, 'rolled-back')
    const card = station.cards.at(-1)
    if (card === undefined) throw new Error('a voter with a card is needed')
    device.bench.reader.insertCard(card)
    await device.wait(1)
    expectStopped(device, 'rolled-back')
    // Issued, and not claimed.
    expect(card.state).toBe(1)
    device.bench.reader.pullCard()
    await device.end()
    const stops = () => station.journalOf(folder).filter(({ type }) => type === 'device.stopped')
    expect(stops()).toMatchObject([{ why: 'rolled-back' }])
    const casts = station.journalOf(folder).filter(({ type }) => type === 'ballot.cast').length
    const again = await station.start(A, folder)
    expectStopped(again, 'rolled-back')
    again.bench.reader.insertCard(station.provisioned.officers.supervisory.card)
    again.bench.board.turnKey('executive', true)
    again.bench.board.turnKey('supervisory', true)
    await again.wait(1)
    expectStopped(again, 'rolled-back')
    await again.end()
    expect(stops()).toHaveLength(1)
    expect(station.journalOf(folder).filter(({ type }) => type === 'ballot.cast')).toHaveLength(casts)
  }

  test("is told by an officer's card that was there later, and nobody votes on it any more", async () => {
    expect(await restoredAndShown(real)).toBe('stopped')
  })

  test('would open again if the card were not asked about this device', async () => {
    expect(await restoredAndShown(await weakenedBuild(blindToOwnHead))).toBe('taken')
  })

  /** The centre has seen more than the image; no card comes. */
  const restoredOnline = (build: Build) =>
    CopiedStation.during(build, async (station) => {
      const centre = await station.runCentre()
      const { folder, device, image } = await dayWithImage(station, true)
      await device.end()
      const again = await station.start(A, folder, true)
      await again.resume()
      await again.wait(NEXT_TURN)
      await again.end()
      station.restore(folder, image)
      const restored = await station.start(A, folder, true)
      await restored.wait(CONNECTED)
      const { screen } = restored
      if (screen === 'polls.stopped') expectStopped(restored, 'rolled-back')
      await restored.end()
      return {
        screen,
        stops: station.journalOf(folder).filter(({ type }) => type === 'device.stopped').length,
        alarms: centre.alarms.map(({ kind }) => kind),
      }
    })

  test('is told by the centre without any card, which shows what the device signed itself', async () => {
    const { screen, stops, alarms } = await restoredOnline(real)
    expect([screen, stops]).toEqual(['polls.stopped', 1])
    expect(alarms).toEqual(['equivocation'])
  })

  test('would wait for its officers if the centre did not show it', async () => {
    const { screen, stops } = await restoredOnline(await weakenedBuild(centreShowsNothing))
    expect([screen, stops]).toEqual(['polls.paused', 0])
  })

  test('without link, and with cards that were not there since, is not told: what the README names, until the centre is met', async () => {
    await CopiedStation.during(real, async (station) => {
      await station.runCentre()
      const { folder, device, image } = await dayWithImage(station, true)
      await device.wait(NEXT_TURN)
      await device.end()
      station.restore(folder, image)
      const restored = await station.start(A, folder)
      await restored.resume()
      await restored.vote()
      expect(restored.screen).toBe('voter.thanks')
      await restored.end()
      const met = await station.start(A, folder, true)
      await met.wait(CONNECTED)
      expectStopped(met, 'forked')
    })
  })
})

describe("a disk in another device's housing", () => {
  /** What device a says of itself with these parts of b, each time beginning with what is its own. */
  const withPartsOfB = (build: Build, ...trials: readonly (readonly string[])[]) =>
    CopiedStation.during(build, async (station) => {
      const [a, b] = [station.setUp(A), station.setUp(B)]
      const kept = station.copyOf(a)
      const said: string[] = []
      for (const names of trials) {
        station.restore(a, kept)
        for (const name of names) station.exchange(a, b, name)
        const refusal = await station.refusalOf(a)
        said.push(refusal === undefined ? 'starts' : describeRefusal(refusal).replace(`${a}/`, ''))
      }
      return said
    })
  const EVERYTHING = ['medium-a', 'medium-b', 'keys.json', 'certificate.der']

  test('is refused in words before anybody is shown anything, and so is each of its parts', async () => {
    const [none, medium, keys, certificate, everything] = await withPartsOfB(
      real,
      [],
      ['medium-a'],
      ['keys.json'],
      ['certificate.der'],
      EVERYTHING,
    )
    expect(none).toBe('starts')
    expect(medium).toMatch(/^medium-a, table checkpoints/)
    expect(keys).toMatch(/^keys\.json: these are not the keys that certificate\.der names/)
    expect(certificate).toMatch(/^certificate\.der: this is not the certificate of device gy-1-a/)
    expect(everything).toMatch(/^certificate\.der: this is not the certificate of device gy-1-a/)
  })

  test('would vote under a wrong name if the certificate could name any device', async () => {
    expect(await withPartsOfB(await weakenedBuild(blindToSubject), EVERYTHING)).toEqual(['starts'])
  })
})

describe('a device id used twice', () => {
  /** Set up a second time with the same keys and certificate; an officer goes from one to the other. */
  const twice = (build: Build, online: boolean) =>
    CopiedStation.during(build, async (station) => {
      const centre = online ? await station.runCentre() : undefined
      const first = station.setUp(A)
      const second = station.copyOf(first)
      for (const name of ['medium-a', 'medium-b']) rmSync(join(second, name), { recursive: true })
      station.setUpAgain(second)
      const one = await station.start(A, first, online)
      await one.open()
      if (online) await one.wait(CONNECTED)
      await one.end()
      const other = await station.start(A, second, online)
      if (online) await other.wait(CONNECTED)
      const shown = await other.admit('executive')
      if (shown === 'stopped') expectStopped(other, 'other-journal')
      await other.end()
      return {
        shown,
        stops: station.journalOf(second).filter(({ type }) => type === 'device.stopped'),
        alarms: centre?.alarms.map(({ kind, device }) => [kind, device]),
      }
    })

  test('is told by the card that goes from one to the other, and the centre hears of the second journal', async () => {
    const { shown, stops, alarms } = await twice(real, true)
    expect(shown).toBe('stopped')
    expect(stops).toMatchObject([{ why: 'other-journal' }])
    expect(alarms).toEqual([['second-journal', A]])
  })

  test('would go on if the card were not asked about this device', async () => {
    const { shown, stops } = await twice(await weakenedBuild(blindToOwnHead), false)
    expect([shown, stops]).toEqual(['taken', []])
  })

  test('would be no news to a centre that does not compare names', async () => {
    const { alarms } = await twice(await weakenedBuild(blindToSecondJournal), true)
    expect(alarms).toEqual([])
  })
})

describe('a journal that goes on at two places', () => {
  /** Both halves take one step, one officer at each, and the two meet at a third device. */
  const forked = (build: Build) =>
    CopiedStation.during(build, async (station) => {
      const centre = await station.runCentre()
      const [first, c] = [station.setUp(A), station.setUp(C)]
      const device = await station.start(A, first)
      await device.open()
      await device.end()
      const second = station.copyOf(first)
      const one = await station.start(A, first)
      const shownToOne = await one.admit('executive')
      await one.end()
      const other = await station.start(A, second)
      const shownToOther = await other.admit('supervisory')
      await other.end()
      expect([shownToOne, shownToOther]).toEqual(['taken', 'taken'])
      const sizes = [first, second].map((folder) => station.journalOf(folder).length)
      expect(sizes[0]).toBe(sizes[1])

      const third = await station.start(C, c)
      expect(await third.admit('executive')).toBe('taken')
      expect(await third.show('supervisory')).toBe('taken')
      await third.person.see('voter.idle')
      third.turnKeysBack()
      await third.close()
      const onScreen = third.words
      await third.end()

      const halves: { shown: Shown; why: unknown }[] = []
      for (const [folder, role] of [
        [first, 'supervisory'],
        [second, 'executive'],
      ] as const) {
        const kept = station.copyOf(folder)
        const half = await station.start(A, kept)
        const shown = await half.admit(role)
        await half.end()
        halves.push({
          shown,
          why: station.journalOf(kept).find(({ type }) => type === 'device.stopped')?.['why'],
        })
      }

      const screens: (string | undefined)[] = []
      for (const folder of [first, second]) {
        const half = await station.start(A, folder, true)
        await half.wait(CONNECTED)
        screens.push(half.screen)
        await half.end()
      }
      return {
        halves,
        screens,
        onScreen,
        alarms: station.journalOf(c).filter(({ type }) => type === 'witness.alarm'),
        minutes: station.incidentsOf(c),
        centreAlarms: centre.alarms.map(({ kind }) => kind),
      }
    })

  test('is told by a neighbour, by the cards that go from one to the other, and by the centre', async () => {
    const seen = await forked(real)
    expect(seen.alarms).toMatchObject([{ device: A, alarm: 'forked' }])
    expect(seen.onScreen).toContain(A)
    expect(seen.minutes.some((text) => text.includes(A))).toBe(true)
    expect(seen.halves).toEqual([
      { shown: 'stopped', why: 'forked' },
      { shown: 'stopped', why: 'forked' },
    ])
    // The first half is what the centre knew first.
    expect(seen.screens).toEqual(['polls.paused', 'polls.stopped'])
    expect(seen.centreAlarms).toEqual(['equivocation'])
  })

  test('would be no news to a neighbour that compares nothing', async () => {
    const seen = await forked(await weakenedBuild(blindToOtherHead))
    expect(seen.alarms).toEqual([])
    expect(seen.onScreen).not.toContain(A)
  })

  test('would go on at both places without the word of cards and centre', async () => {
    const seen = await forked(await weakenedBuild(blindToOwnHead, centreShowsNothing))
    expect(seen.halves.map(({ shown }) => shown)).toEqual(['taken', 'taken'])
    expect(seen.screens).toEqual(['polls.paused', 'polls.paused'])
  })
})
