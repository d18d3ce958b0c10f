/**
 * Whole polling sessions on lines that lie. The long run is `npm run soak -- lines`, and `npm run soak -- lines --replay <seed>` repeats one
 * of them.
 */
import { afterAll, describe, expect, test } from 'vitest'
import { startAgent } from '../../device-agent/ballot/agent.ts'
import { readHome } from '../../device-agent/ballot/home.ts'
import { setUpStore } from '../../device-agent/ballot/setup.ts'
import { planOf } from './plans.ts'
import { describeOutcome, type Outcome, PreparedStation, runSession, runSessions } from './session.ts'

const BUILD = { readHome, setUpStore, startAgent }
const SESSIONS = 8
const TOGETHER = 8

const outcomes: Outcome[] = []
const station = new PreparedStation()
afterAll(() => station.remove())
afterAll(() => {
  for (const outcome of outcomes) if (outcome.broken.length > 0) console.error(describeOutcome(outcome))
})

describe('a polling session on lines that lie', () => {
  test('loses, doubles and changes no ballot, tells no voter anything wrong, and comes to its end, by drawn plans', async () => {
    const order = { seed: 'channels', first: 0, count: SESSIONS, together: TOGETHER }
    await runSessions(order, BUILD, (outcome) => outcomes.push(outcome))
    expect(outcomes.filter(({ broken }) => broken.length > 0).map(describeOutcome)).toEqual([])
    expect(outcomes).toHaveLength(SESSIONS)
    // They did meet faults, and a poll worker was needed.
    expect(outcomes.reduce((sum, { faults }) => sum + faults, 0)).toBeGreaterThan(SESSIONS)
    expect(outcomes.reduce((sum, { helped }) => sum + helped, 0)).toBeGreaterThan(SESSIONS)
  }, 900_000)

  test.concurrent.each([
    ['a reader that babbles while the printer prints', { 'card-reader': 'up:babble@2500,60000,7' }],
    [
      'a reader that babbles while the printer says nothing',
      { 'card-reader': 'up:babble@2500,60000,7', printer: 'up:mute@277,20000' },
    ],
    [
      'a touchscreen and a display that come unplugged together',
      { touchscreen: 'up:unplug@1500,9000', display: 'down:unplug@90000,9000' },
    ],
    ['a printer whose words never come whole', { printer: 'up:split@0,1000000,1 up:merge@40,64,2000' }],
    [
      'a printer at half the speed for a while',
      { printer: 'down:garble@150000,4000,50 up:garble@230,4000,50' },
    ],
    [
      'a board that is gone whenever somebody votes',
      { 'io-board': 'up:unplug@130,4000 up:unplug@260,4000', printer: 'down:unplug@170000,3000' },
    ],
  ])(
    'keeps every promise with %s',
    async (_, texts) => {
      const outcome = await runSession('ci by hand', station, BUILD, planOf(texts))
      expect(describeOutcome(outcome)).not.toContain('BROKEN')
      expect(outcome.faults).toBeGreaterThan(0)
    },
    240_000,
  )
})
