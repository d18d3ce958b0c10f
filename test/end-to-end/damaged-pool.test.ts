/** The ballots that wait are damaged on every medium of a device while it is off: officers and log are told what it is, and it is not their cards. */
import { expect, test } from 'vitest'
import { startAgent } from '../../device-agent/ballot/agent.ts'
import { mediaFolders, readHome } from '../../device-agent/ballot/home.ts'
import { setUpStore } from '../../device-agent/ballot/setup.ts'
import { present, resumePolls, turnKeys } from '../../simulator/people/officers.ts'
import { stringsIn } from '../../ui/strings.ts'
import { flipPool } from '../fixtures/flipped-pool.ts'
import { accept, choose, finish } from './steps.ts'
import { type Hall, pollingDay } from './virtual-device.ts'

const { officers } = stringsIn('fa')
const LOG_LINE = 'the ballot box does not open'

const shownBy = ({ bench }: Hall) => bench.display.current()?.elements.map(({ name }) => name)

test('a pool that was damaged on both media is told as that, not as wrong cards, and opens once it is whole again', async () => {
  const logged: unknown[] = []
  let folders: readonly string[] = []
  const build = {
    readHome,
    setUpStore,
    startAgent: (parts: Parameters<typeof startAgent>[0]) => {
      folders = mediaFolders(parts.home)
      const error = (fields: object, message: string) => message === LOG_LINE && logged.push(fields)
      return startAgent({ ...parts, logger: { ...parts.logger, error } })
    },
  }
  const flip = () => folders.forEach(flipPool)
  const { audited } = await pollingDay(
    1,
    async (hall) => {
      const { bench, clock, person } = hall
      await choose(hall)
      await finish(hall)
      await accept(hall)
      await person.see('voter.idle')
      await hall.restart(flip)
      await person.see('polls.paused')
      for (let twice = 0; twice < 2; twice += 1) {
        turnKeys(bench, true)
        await present(person, hall.officers.executive)
        await present(person, hall.officers.supervisory)
        await person.see('polls.paused')
        expect(shownBy(hall)).toEqual(
          expect.arrayContaining([officers.boxDamaged, officers.boxDamagedHint, officers.stopVote.none]),
        )
        expect(shownBy(hall)).not.toContain(officers.boxLocked)
        turnKeys(bench, false)
        await person.pause(1_000)
      }
      await hall.restart(flip)
      await resumePolls(bench, clock, hall.officers)
    },
    { build },
  )
  expect(logged).toMatchObject([{ code: 'store.pool' }, { code: 'store.pool' }])
  expect(audited).toMatchObject({ holds: true, ballots: 1 })
})
