/** A case that is opened while no program runs: the board keeps it, and whoever starts the device again reads it on the screen. */
import { describe, expect, test } from 'vitest'
import { DEVICES } from '../../demo/elections/gy-les-nonains.ts'
import { stringsIn } from '../../ui/strings.ts'
import { CopiedStation, type RunningDevice } from './copied-devices.ts'
import { type Build, realBuild, weakenedBuild } from './weakened/build.ts'

const [DEVICE] = DEVICES
const { officers: WORDS } = stringsIn('fa')
/** Longer than a switch bounces and a latch takes to be stored. */
const NOTED_MS = 200
/** Minutes: longer than a device needs to connect. */
const CONNECTED = 1

const real = await realBuild()

/** The program ends, somebody opens the case and closes it again, and the program is started. */
async function openedMeanwhile(station: CopiedStation, device: RunningDevice): Promise<RunningDevice> {
  await device.end()
  device.bench.board.openCase()
  await device.person.pause(NOTED_MS)
  device.bench.board.closeCase()
  await device.person.pause(NOTED_MS)
  return restarted(station, device)
}

async function restarted(station: CopiedStation, device: RunningDevice): Promise<RunningDevice> {
  await device.end()
  const again = await station.startAgain(device)
  await again.wait(CONNECTED)
  return again
}

/** Why voting is stopped, as the screen says it now. */
function whySaid({ screen, words }: RunningDevice): string | undefined {
  expect(screen).toBe('polls.paused')
  return (['tamper', 'restart'] as const).find((why) => words.includes(WORDS.pause[why]))
}

const openings = (station: CopiedStation, folder: string) =>
  station.journalOf(folder).filter(({ type }) => type === 'tamper.opened')

/** A day in which the case is opened at noon, while no program runs: why voting is stopped, as the screen says it after each start. */
const afterNoon = (build: Build) =>
  CopiedStation.during(build, async (station) => {
    const folder = station.setUp(DEVICE)
    const morning = await station.start(DEVICE, folder, false, 'firmware')
    await morning.open()
    await morning.vote()
    const noon = await openedMeanwhile(station, morning)
    const said = [whySaid(noon)]
    const again = await restarted(station, noon)
    said.push(whySaid(again))
    expect(openings(station, folder)).toMatchObject([{ switch: 'chassis' }])
    await again.resume()
    await again.vote()
    said.push(whySaid(await restarted(station, again)))
    return said
  })

/** The same before the polls are opened: whether the screen says so, after each start and once they were opened. */
const beforeOpening = (build: Build) =>
  CopiedStation.during(build, async (station) => {
    const folder = station.setUp(DEVICE)
    const night = await station.start(DEVICE, folder, false, 'firmware')
    await night.wait(CONNECTED)
    const said = [night.words.includes(WORDS.tampered)]
    const early = await openedMeanwhile(station, night)
    said.push(early.words.includes(WORDS.tampered))
    const again = await restarted(station, early)
    said.push(again.words.includes(WORDS.tampered))
    expect(again.screen).toBe('polls.closed')
    expect(openings(station, folder)).toMatchObject([{ switch: 'chassis' }])
    await again.open()
    await again.vote()
    const noon = await restarted(station, again)
    expect(noon.words).toContain(WORDS.pause.restart)
    return said
  })

describe('a case that was opened while no program ran', () => {
  test('stops voting with its reason on the screen, over every restart, until two officers resume', async () => {
    expect(await afterNoon(real)).toEqual(['tamper', 'tamper', 'restart'])
  })

  test('is said on the screen before the polls are opened, and hinders nobody who has looked', async () => {
    expect(await beforeOpening(real)).toEqual([false, true, true])
  })

  test.each([
    {
      weakness: 'a restart hides the reason',
      file: 'device-agent/ballot/polls/polls.ts',
      line: "if (input.is === 'tampered') return to({ is: 'paused', why: 'tamper' })\n      if (input.is === 'polls-resumed') return to(state,",
      by: "if (input.is === 'polls-resumed') return to(state,",
      noon: ['restart', 'tamper', 'restart'],
    },
    {
      weakness: 'the reason is not looked for in the journal',
      file: 'device-agent/ballot/polls/polls.ts',
      line: "why: tampered ? 'tamper' : 'restart'",
      by: "why: tampered ? 'restart' : 'restart'",
      noon: ['tamper', 'restart', 'restart'],
    },
  ])('would not be seen where $weakness', async ({ noon, file, line, by }) => {
    expect(await afterNoon(await weakenedBuild({ file, line, by }))).toEqual(noon)
  })
})

/** The case shakes three times, the day ends within two minutes: what the journal has the board count, against the board. */
const shaken = (build: Build, ends: 'closes' | 'is ended') =>
  CopiedStation.during(build, async (station) => {
    const folder = station.setUp(DEVICE)
    const device = await station.start(DEVICE, folder, false, 'firmware')
    await device.open()
    await device.vote()
    for (let i = 0; i < 3; i += 1) {
      device.bench.board.openCase()
      await device.person.pause(NOTED_MS)
      device.bench.board.closeCase()
      await device.person.pause(NOTED_MS)
    }
    if (ends === 'closes') {
      await device.resume()
      await device.close()
    } else await device.end()
    const counted = station.journalOf(folder).findLast(({ type }) => type === 'tamper.counted')
    return [openings(station, folder).length, counted?.['openings']]
  })

describe('a case that shakes shortly before the end of a day', () => {
  test.each(['closes', 'is ended'] as const)(
    'is named once and counted whole where the device %s',
    async (ends) => {
      expect(await shaken(real, ends)).toEqual([1, 3])
    },
  )

  test.each([
    ['closes', "    if (effect.do === 'close-polls') this.#tamper.tellCount()\n"],
    ['is ended', '    this.#guard(() => this.#tamper.tellCount())\n'],
  ] as const)('would be counted short in a build that forgets it where it %s', async (ends, line) => {
    const build = await weakenedBuild({ file: 'device-agent/ballot/device.ts', line, by: '' })
    expect(await shaken(build, ends)).toEqual([1, 1])
  })
})
