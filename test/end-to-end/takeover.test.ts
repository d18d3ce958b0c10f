/**
 * A ballot device dies in the middle of the day with a voter at it. Officers and technician put its media into a spare, in at most twelve actions,
 * and the day goes on: whole virtual devices, and the audit as its own process.
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { shuffle } from '../../core/ballot-box/draw.ts'
import { toBase64 } from '../../core/keys/hash.ts'
import type { Logger } from '../../core/ports.ts'
import { valueOrThrow } from '../../core/result.ts'
import { AUTOMATIC_DAY, type RealBallot, realBallots } from '../../demo/elections/gy-les-nonains.ts'
import {
  CALIBRATION,
  deviceFolder,
  type Provisioned,
  provision,
  writeConfig,
} from '../../demo/provisioned.ts'
import { VirtualDesk } from '../../demo/virtual-desk.ts'
import { virtualLine } from '../../demo/virtual-line.ts'
import { startVirtualDevice } from '../../demo/virtual-station.ts'
import { type Agent, startAgent } from '../../device-agent/ballot/agent.ts'
import { readHome } from '../../device-agent/ballot/home.ts'
import { type DeviceLines, PERIPHERALS, type PeripheralName } from '../../device-agent/ballot/peripherals.ts'
import { startSpare } from '../../device-agent/ballot/takeover/spare.ts'
import { systemClock } from '../../device-agent/system.ts'
import type { VoterCard } from '../../simulator/cards/voter-card.ts'
import { type Bench, setUpBench } from '../../simulator/people/bench.ts'
import { closePolls, openPolls, takeLeave } from '../../simulator/people/officers.ts'
import { Person } from '../../simulator/people/person.ts'
import { giveWord, takeOver } from '../../simulator/people/takeover.ts'
import { vote } from '../../simulator/people/voter.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { VirtualClock } from '../../simulator/virtual-clock.ts'
import { stringsIn } from '../../ui/strings.ts'
import { flipPool } from '../fixtures/flipped-pool.ts'
import { PROGRAM } from '../fixtures/program.ts'
import { sandogh } from './command.ts'
import { enrolSpare } from './spare.ts'
import { silent } from './station.ts'

const SEED = 'takeover'
const MORNING = Date.parse('2026-06-19T03:30:00Z')
const [FIRST, SECOND, SPARE] = ['gy-1-a', 'gy-1-b', 'gy-spare-7'] as const
/** Before the death, behind it, and on the other device. */
const VOTERS = [40, 8, 33] as const
const MEDIA = ['medium-a', 'medium-b'] as const

const out = mkdtempSync(join(tmpdir(), 'sandogh-takeover-'))
const bundles = join(out, 'bundles')
const slots = [join(out, 'slot-a'), join(out, 'slot-b')] as const
const cast: RealBallot[] = []
let provisioned: Provisioned
let actions: readonly string[]
let again: string
let damaged: Awaited<ReturnType<typeof refuseDamaged>>
let erased: readonly boolean[]

beforeAll(async () => {
  const clock = new VirtualClock(MORNING)
  const random = seededRandom(SEED)
  const plan = { ...AUTOMATIC_DAY, devices: [FIRST, SECOND], spares: [SPARE] }
  provisioned = provision(out, random, [MORNING, systemClock.now()], plan)
  const { officers } = provisioned
  const parts = { out, provisioned, clock, networkClock: systemClock, logger: silent }
  const desk = new VirtualDesk({ ...parts, random: seededRandom(`${SEED} desk`) })
  const nowhere = { touchscreen: '-', cardReader: '-', printer: '-', ioBoard: '-', display: '-' }
  const start = (id: string) => {
    writeConfig(out, id, provisioned.authority, nowhere, undefined)
    return startVirtualDevice(id, { ...parts, random: seededRandom(`${SEED} ${id}`) })
  }
  const ballots = shuffle(realBallots(), random).filter((codes) => codes.length > 0)
  const newCard = async () => {
    const card = provisioned.voterCard(random)
    await desk.authorise(card)
    return card
  }
  const voteOn = async (bench: Bench, card: VoterCard) => {
    const codes = ballots[cast.length] ?? []
    expect(await vote(bench, clock, { card, codes })).toBe('voted')
    cast.push(codes)
  }
  await clock.run(
    (async () => {
      const first = start(FIRST)
      const second = start(SECOND)
      await openPolls(first.bench, clock, officers)
      await openPolls(second.bench, clock, officers)
      const early: VoterCard[] = []
      for (let i = 0; i < VOTERS[0]; i += 1) {
        const card = await newCard()
        await voteOn(first.bench, card)
        early.push(card)
      }
      for (let i = 0; i < VOTERS[2]; i += 1) await voteOn(second.bench, await newCard())

      // Dies with a voter's card claimed: what its medium holds at that instant is all there is.
      const caught = await newCard()
      first.bench.reader.insertCard(caught)
      await new Person(first.bench, clock).see('voter.choosing')
      const media = MEDIA.map((name) => {
        const copy = join(out, `dead-${name}`)
        cpSync(join(deviceFolder(out, FIRST), name), copy, { recursive: true })
        return copy
      })
      first.bench.reader.pullCard()
      await first.agent.close()

      await enrol()
      damaged = await refuseDamaged(clock, media)
      const replaced = await replace(clock, media)
      actions = replaced.actions
      await voteOn(replaced.bench, caught)
      for (let i = 1; i < VOTERS[1]; i += 1) await voteOn(replaced.bench, await newCard())
      again = await tryAgain(replaced.bench, clock, early[1] as VoterCard)

      for (const { bench } of [replaced, second]) await closePolls(bench, clock, officers)
      const left: boolean[] = []
      for (const { bench } of [replaced, second, replaced, second])
        left.push(await takeLeave(bench, clock, officers))
      erased = left
      for (const { agent } of [replaced, second]) await agent.handedOver()
      mkdirSync(join(bundles, 'check-in'), { recursive: true })
      desk.writeStatement(join(bundles, 'check-in'))
      await desk.close()
      for (const { agent } of [replaced, second]) await agent.close()
    })(),
  )
}, 240_000)

afterAll(() => rmSync(out, { recursive: true, force: true }))

async function enrol(): Promise<void> {
  const nowhere = { touchscreen: '-', cardReader: '-', printer: '-', ioBoard: '-', display: '-' }
  writeConfig(out, SPARE, provisioned.authority, nowhere, undefined, {
    oldMedium: slots[0],
    oldSecondMedium: slots[1],
  })
  await enrolSpare(out, SPARE)
}

/** The spare is switched on; people do what its screen says. */
async function replace(
  clock: VirtualClock,
  media: readonly string[],
): Promise<{ readonly bench: Bench; readonly agent: Agent; readonly actions: readonly string[] }> {
  const { bench, running, spare } = switchOn(clock)
  const done = takeOver(bench, clock, { ...hands(), putIn: () => media.forEach(putIn) })
  const takenOver = await spare.takenOver
  const agent = valueOrThrow(startAgent({ ...running, networkClock: systemClock, takenOver }))
  return { bench, agent, actions: await done }
}

/** What it says of a pool that is damaged, on the one medium that was put in first, and then on the other too. */
async function refuseDamaged(clock: VirtualClock, media: readonly string[]) {
  const logged: unknown[] = []
  const { bench, spare } = switchOn(clock, (fields) => logged.push(fields))
  const person = new Person(bench, clock)
  const refused: (readonly string[])[] = []
  const refuse = async () => {
    await giveWord(bench, clock, hands())
    refused.push((await person.see('takeover.refused')).elements.map(({ name }) => name))
  }
  await person.see('takeover.waiting')
  for (const [place, medium] of media.entries()) {
    putIn(medium, place)
    flipPool(slots[place] ?? '')
    if (place === 0) {
      await person.see('takeover.other')
      await person.press('other-lost')
    }
    await refuse()
  }
  spare.close()
  for (const slot of slots) rmSync(slot, { recursive: true })
  return { refused, logged }
}

function hands() {
  const { officers, technician } = provisioned
  return { officers, technician: technician(seededRandom('technician')) }
}

function putIn(medium: string, place: number): void {
  cpSync(medium, slots[place] ?? '', { recursive: true })
}

function switchOn(clock: VirtualClock, error: Logger['error'] = silent.error) {
  const home = valueOrThrow(readHome(deviceFolder(out, SPARE)))
  const lines = Object.fromEntries(PERIPHERALS.map((name) => [name, virtualLine(name, clock)])) as Record<
    PeripheralName,
    ReturnType<typeof virtualLine>
  >
  const plugs = Object.fromEntries(PERIPHERALS.map((name) => [name, lines[name].plug])) as {
    [K in PeripheralName]: (typeof lines)[K]['plug']
  }
  const opens = Object.fromEntries(PERIPHERALS.map((name) => [name, lines[name].open])) as DeviceLines
  const bench = setUpBench(plugs, clock, CALIBRATION, 'firmware')
  const running = {
    home,
    program: PROGRAM,
    lines: opens,
    clock,
    random: seededRandom(`${SEED} ${SPARE}`),
    logger: { ...silent, error },
    hold: () => clock.hold(),
  }
  return { bench, running, spare: startSpare({ ...running, oldMedia: slots }) }
}

/** What somebody sees who voted on the dead device and comes again. */
async function tryAgain(bench: Bench, clock: VirtualClock, card: VoterCard): Promise<string> {
  const person = new Person(bench, clock)
  await person.see('voter.idle')
  bench.reader.insertCard(card)
  const { name } = await person.see('voter.refused', 'voter.choosing')
  bench.reader.pullCard()
  await person.see('voter.idle')
  return name
}

test('a spare takes over in at most twelve actions of people', () => {
  expect(actions).toHaveLength(12)
  expect(actions.at(-1)).toBe('the technician takes the card out')
})

test('a pool that is damaged is told as that, not as wrong cards, with a next step for one medium and for both', () => {
  const { boxHint, untouched, why } = stringsIn('fa').takeover
  const [one, both] = ['box-damaged', 'boxes-damaged'] as const
  expect(damaged.refused).toEqual(
    [one, both].map((code) => expect.arrayContaining([why[code], boxHint[code], untouched])),
  )
  expect(damaged.logged).toMatchObject([{ code: 'takeover.box-damaged' }, { code: 'takeover.boxes-damaged' }])
})

test('nobody who voted on the device that died votes again', () => {
  expect(again).toBe('voter.refused')
})

test("the station is known to be closed, and the cards forget the day's key", () => {
  expect(erased.slice(2)).toEqual([true, true])
})

test("the spare's journal says in whose place, and its minutes too", () => {
  const journal = readFileSync(join(bundles, SPARE, 'journal.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(journal[1]).toMatchObject({ type: 'takeover', casts: VOTERS[0], slip: 'none', media: 'both' })
  expect(journal[1].origin).toContain(`/device/${FIRST}/`)
  expect(journal.find(({ type }) => type === 'polls.closed')).toMatchObject({ casts: VOTERS[0] + VOTERS[1] })
})

test('the audit holds for the whole station, and the totals are what was cast on all of it', async () => {
  const authority = ['--authority', toBase64(provisioned.authority.publicKey)]
  const verified = JSON.parse(await sandogh('audit', 'verify', bundles, ...authority, '--json'))
  expect([verified.verdict, verified.missing]).toEqual(['holds', []])
  const shares = provisioned.shareFiles.slice(2).flatMap((file) => ['--share', file])
  const opened = JSON.parse(await sandogh('audit', 'open', ...shares, bundles, ...authority, '--json'))
  expect(opened.verdict).toBe('holds')
  const votes = new Map<string, number>()
  for (const code of cast.flat()) votes.set(code, (votes.get(code) ?? 0) + 1)
  for (const { code, votes: counted } of opened.contests[0].candidates)
    expect([code, counted]).toEqual([code, votes.get(code) ?? 0])
})
