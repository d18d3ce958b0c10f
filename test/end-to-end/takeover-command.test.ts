/**
 * A device's program is killed in the middle of the day with a voter at it, and does not come back. A technician has made a spare by the commands;
 * people put the media into it and do what its screen says: real processes on real serial ports, and the audit as another. The election office orders
 * it about meanwhile, over the broker.
 */
import { mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { utcText } from '../../core/text/utc-second.ts'
import { AUTOMATIC_DAY, dayOf } from '../../demo/elections/gy-les-nonains.ts'
import { provision } from '../../demo/provisioned.ts'
import { systemClock } from '../../device-agent/system.ts'
import type { VoterCard } from '../../simulator/cards/voter-card.ts'
import { closePolls, openPolls, resumePolls, turnKeys } from '../../simulator/people/officers.ts'
import { Person } from '../../simulator/people/person.ts'
import { takeOver } from '../../simulator/people/takeover.ts'
import { vote } from '../../simulator/people/voter.ts'
import type { Screen } from '../../simulator/peripherals/display.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { stringsIn } from '../../ui/strings.ts'
import { auditDevice } from './audited.ts'
import { SANDOGH } from './command.ts'
import { stepsOfVoting } from './interrupted-voter.ts'
import { OrderOffice } from './order-office.ts'
import { PtyDevice } from './pty-device.ts'
import { enrolSpare } from './spare.ts'
import { hurriedClock, issueCards, runCentre } from './station.ts'
import { CODES } from './steps.ts'

const [DEAD, SPARE] = ['gy-1-a', 'gy-spare-7'] as const
const HOUR_MS = 3_600_000
const LONGEST_MS = 240_000

const out = mkdtempSync(join(tmpdir(), 'sandogh-takeover-command-'))
const ends: (() => Promise<void>)[] = []
afterAll(async () => {
  for (const end of ends) await end()
  rmSync(out, { recursive: true, force: true })
})

const words = stringsIn('fa')
const textsOf = ({ elements }: Screen) => elements.map(({ name }) => name)

test('a spare made by the commands takes over as `device run`, in twelve actions; orders bind it; killed afterwards, and one of its own media gone, it goes on as any device', {
  timeout: LONGEST_MS,
}, async () => {
  const random = seededRandom('takeover by command')
  const plan = { ...AUTOMATIC_DAY, pollingDay: dayOf(systemClock.now()), devices: [DEAD], spares: [SPARE] }
  const provisioned = provision(out, random, [systemClock.now()], plan)
  const { officers } = provisioned
  const centre = await runCentre(out, provisioned)
  ends.push(() => centre.close())
  const cards = await issueCards(2, provisioned, random)
  const [before, caught] = cards as [VoterCard, VoterCard]
  const running = { out, provisioned, brokerPort: centre.port, entry: SANDOGH }
  const dead = new PtyDevice({ ...running, id: DEAD })
  ends.unshift(() => dead.end())
  await dead.setUp()
  await dead.unlessStuck(
    (async () => {
      await dead.start('polls.closed')
      await openPolls(dead.bench, hurriedClock, officers)
      expect(await vote(dead.bench, hurriedClock, { card: before, codes: CODES })).toBe('voted')
      const voter = new Person(dead.bench, hurriedClock)
      await voter.see('voter.idle')
      dead.bench.reader.insertCard(caught)
      await voter.see('voter.choosing')
      await dead.kill()
      dead.bench.reader.pullCard()
    })(),
  )

  const slots = [join(out, 'slot-a'), join(out, 'slot-b')] as const
  const spare = new PtyDevice({
    ...running,
    id: SPARE,
    oldMedia: { oldMedium: slots[0], oldSecondMedium: slots[1] },
  })
  ends.unshift(() => spare.end())
  await enrolSpare(out, SPARE)
  const office = new OrderOffice(out, provisioned, centre.port, random)
  const ordered = (order: Parameters<OrderOffice['order']>[1]) => office.order(SPARE, order)
  const officer = new Person(spare.bench, hurriedClock)
  const { actions, again } = await spare.unlessStuck(
    (async () => {
      await spare.start('takeover.waiting')
      const taken = await takeOver(spare.bench, hurriedClock, {
        officers,
        technician: provisioned.technician(random),
        putIn: () => {
          for (const [i, medium] of dead.media.entries()) renameSync(medium, slots[i] ?? '')
        },
      })
      const until = utcText(systemClock.now() + HOUR_MS)
      expect(await ordered({ do: 'extend-hours', until })).toEqual({ is: 'accepted', number: 1 })
      turnKeys(spare.bench, true)
      const kept = await officer.see('polls.kept-open')
      expect(textsOf(kept)).toContain(words.officers.keptOpen.order('1', 'لیلا آزموده و رضا آزموده'))
      turnKeys(spare.bench, false)
      let locked: ReturnType<typeof ordered> | undefined
      for await (const step of stepsOfVoting(spare.bench, caught, CODES))
        if (step === 'a-code') locked ??= ordered({ do: 'lock' })
      expect(textsOf(await officer.see('polls.no-voters'))).toContain(words.peripherals.noVoters.locked)
      await spare.kill()
      rmSync(spare.media[0] ?? '', { recursive: true })
      await spare.start('polls.paused')
      await resumePolls(spare.bench, hurriedClock, officers)
      await officer.see('polls.no-voters')
      expect(await locked).toEqual({ is: 'accepted', number: 2 })
      expect(await ordered({ do: 'unlock' })).toEqual({ is: 'accepted', number: 3 })
      const outcome = await vote(spare.bench, hurriedClock, { card: before, codes: CODES })
      // The hours that were extended last, and a locked device can be closed all the same.
      expect(await ordered({ do: 'lock' })).toEqual({ is: 'accepted', number: 4 })
      await closePolls(spare.bench, hurriedClock, officers)
      await spare.said('the bundle is in')
      return { actions: taken, again: outcome }
    })(),
  )
  expect(actions.length).toBeLessThanOrEqual(12)
  expect(again).toBe('refused')
  expect(await spare.switchOff()).toBe(0)

  const journal = readFileSync(join(out, 'bundles', SPARE, 'journal.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
  const entries = journal.map((line) => JSON.parse(line))
  expect(entries[1]).toMatchObject({ type: 'takeover', casts: 1, media: 'both' })
  const told = entries.filter(({ type }) => type === 'order.accepted' || type === 'ballot.cast')
  expect(told.map((entry) => entry.do ?? 'cast')).toEqual(['extend-hours', 'cast', 'lock', 'unlock', 'lock'])
  const audited = await auditDevice(out, SPARE, provisioned, DEAD)
  expect(audited).toMatchObject({ holds: true, ballots: 2 })
  expect(CODES.map((code) => audited.votes.get(code))).toEqual(CODES.map(() => 2))
  expect(centre.alarms).toEqual([])
})
