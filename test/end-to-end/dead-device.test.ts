/**
 * A device dies for good with its polls open, and no medium of it is left: two officers declare it dead at a neighbour that is closed. Whole virtual
 * devices, the real network, both verifiers. Once with devices of 32 ballots or more beside it, once with small ones; each time it was only switched
 * off in truth, comes back and must learn it.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { shuffle } from '../../core/ballot-box/draw.ts'
import { sha256, toBase64 } from '../../core/keys/hash.ts'
import { valueOrThrow } from '../../core/result.ts'
import { DEVICES, type RealBallot, realBallots } from '../../demo/elections/gy-les-nonains.ts'
import { deviceFolder, type Provisioned, provision, writeConfig } from '../../demo/provisioned.ts'
import { VirtualDesk } from '../../demo/virtual-desk.ts'
import { restartVirtualDevice, startVirtualDevice, type VirtualDevice } from '../../demo/virtual-station.ts'
import { systemClock } from '../../device-agent/system.ts'
import { resultOf } from '../../fleet/results/results.ts'
import {
  closePolls,
  declareDead,
  type OfficerHand,
  openPolls,
  takeLeave,
  turnKeys,
} from '../../simulator/people/officers.ts'
import { Person } from '../../simulator/people/person.ts'
import { forgetLastCode, vote } from '../../simulator/people/voter.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { VirtualClock } from '../../simulator/virtual-clock.ts'
import { differences, firstSays, secondSays } from '../audit/second-verifier.ts'
import { type RunningCentre, runCentre, silent } from './station.ts'

const MORNING = Date.parse('2026-06-19T03:30:00Z')
const [A, B, C] = DEVICES

describe.each([
  ['of 32 ballots or more', [33, 32, 3]],
  ['of few ballots', [3, 2, 3]],
] as const)('a device that is dead at closing, beside devices %s', (name, voters) => {
  const out = mkdtempSync(join(tmpdir(), 'sandogh-dead-device-'))
  const bundles = join(out, 'bundles')
  const counted: RealBallot[] = []
  let provisioned: Provisioned
  let centre: RunningCentre
  let erased: readonly boolean[] = []
  let back: readonly string[] = []
  const inDoubts: string[] = []
  let alarmsBefore: readonly string[] = []

  beforeAll(async () => {
    const clock = new VirtualClock(MORNING)
    const random = seededRandom(name)
    provisioned = provision(out, random, [MORNING, systemClock.now()])
    const release = clock.hold()
    centre = await runCentre(out, provisioned)
    release()
    const parts = { out, provisioned, clock, networkClock: systemClock, logger: silent }
    const desk = new VirtualDesk({ ...parts, random: seededRandom(`${name} desk`) })
    const devices = DEVICES.map((id) => {
      const nowhere = { touchscreen: '-', cardReader: '-', printer: '-', ioBoard: '-', display: '-' }
      writeConfig(out, id, provisioned.authority, nowhere, { host: '127.0.0.1', port: centre.port })
      return startVirtualDevice(id, { ...parts, random: seededRandom(`${name} ${id}`) })
    })
    const end = async ({ agent }: VirtualDevice) => {
      const held = clock.hold()
      await agent.close()
      held()
    }
    const { officers } = provisioned
    /** One more voter of a device, who has looked at the slip and not said anything yet when the card is pulled. */
    const standsBeforeSlip = async ({ bench }: VirtualDevice) => {
      const codes = realBallots().find(({ length }) => length > 1) ?? []
      const card = provisioned.voterCard(random)
      await desk.authorise(card)
      await forgetLastCode(bench, clock, { card, codes })
      bench.reader.pullCard()
      return { card, codes }
    }
    await clock.run(
      (async () => {
        for (const { bench } of devices) await openPolls(bench, clock, officers)
        const ballots = shuffle(realBallots(), random)
        await Promise.all(
          devices.map(async ({ bench, id }, place) => {
            for (let voter = 0; voter < (voters[place] ?? 0); voter += 1) {
              const codes = ballots[3 * voter + place] ?? []
              const card = provisioned.voterCard(random)
              await desk.authorise(card)
              expect(await vote(bench, clock, { card, codes: shuffle(codes, random) })).toBe('voted')
              if (id !== C) counted.push(codes)
            }
          }),
        )
        const [a, b, dead] = devices as [VirtualDevice, VirtualDevice, VirtualDevice]
        const inDoubt = await standsBeforeSlip(dead)
        await end(dead)
        inDoubts.push(await vote(a.bench, clock, inDoubt))
        const another = provisioned.voterCard(random)
        const decide = (dead: string) => desk.authoriseAgain(inDoubt.card, another, { officers, dead })
        await expect(decide(A as string)).rejects.toThrow(`${C} claimed it, not ${A}`)
        await decide(C as string)
        inDoubts.push(await vote(a.bench, clock, { ...inDoubt, card: another }))
        counted.push(inDoubt.codes)
        for (const { bench } of [a, b]) await closePolls(bench, clock, officers)
        for (const { bench } of [a, b, a]) await takeLeave(bench, clock, officers)
        await declareDead(b.bench, clock, officers, C as string)
        const last: boolean[] = []
        for (const { bench } of [b, a, b]) last.push(await takeLeave(bench, clock, officers))
        erased = last
        for (const { agent } of [a, b]) expect(await agent.handedOver()).toMatchObject({ sync: 'received' })
        mkdirSync(join(bundles, 'check-in'), { recursive: true })
        desk.writeStatement(join(bundles, 'check-in'))
        await desk.close()
        alarmsBefore = centre.alarms.map(({ kind }) => kind)
        const again = restartVirtualDevice(C as string, { ...parts, random: seededRandom(`${name} again`) })
        back = await comesBack(again, clock, officers.executive)
        // It speaks to the centre at the next turn of its timer, over a network that takes real time.
        const person = new Person(again.bench, clock)
        for (let turn = 0; turn < 100 && centre.alarms.length === 0; turn += 1) {
          await person.pause(30_000)
          const held = clock.hold()
          await new Promise<void>((resolve) => systemClock.after(50, resolve))
          held()
        }
        for (const device of [again, a, b]) await end(device)
      })(),
    )
  }, 240_000)

  afterAll(async () => {
    await centre.close()
    rmSync(out, { recursive: true, force: true })
  })

  const journalOf = (device: string): readonly Record<string, unknown>[] =>
    readFileSync(join(bundles, device, 'journal.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))

  test('two officers declared it at one device, with what was known of it, and its minutes were printed once more', () => {
    const entries = journalOf(B as string)
    const at = entries.findIndex(({ type }) => type === 'device.declared_dead')
    const said = entries[at] as { device: string; known?: { size: number }; by: { role: string }[] }
    expect(said).toMatchObject({ device: C, by: [{ role: 'executive' }, { role: 'supervisory' }] })
    expect(said.known?.size).toBeGreaterThan(0)
    expect(entries.slice(at).filter(({ report }) => report === 'minutes')).toHaveLength(1)
    expect(journalOf(A as string).some(({ type }) => type === 'device.declared_dead')).toBe(false)
  })

  test('a card that it had claimed was taken nowhere; its voter voted with another, and the count of the check-in says so', () => {
    expect(inDoubts).toEqual(['refused', 'voted'])
    const { payload } = JSON.parse(readFileSync(join(bundles, 'check-in', 'issued.json'), 'utf8'))
    const { known } = journalOf(B as string).find(({ type }) => type === 'device.declared_dead') as {
      known: { origin: string }
    }
    const claimedBy = toBase64(sha256(Buffer.from(known.origin)))
    expect(payload).toMatchObject({ again: [{ cards: 1, claimedBy }] })
  })

  test('the cards told the neighbour, and forgot the key of the day', () => {
    expect(erased).toEqual([true, true, true])
  })

  test('totals left as if it were none of the station, and say that it is missing', async () => {
    const { definition } = provisioned.electionPackage
    const { store } = centre
    const isLarge = Math.min(voters[0], voters[1]) >= 32
    const left = [A, B].map((id) =>
      readdirSync(join(bundles, id as string)).filter((file) => /^(tally|station-sheet)/.test(file)),
    )
    expect(left).toEqual(isLarge ? [['tally.json'], ['tally.json']] : [['station-sheet.json'], []])
    const result = valueOrThrow(await resultOf(definition, store))
    expect(result.stations[0]).toMatchObject({ by: isLarge ? 'devices' : 'sheet', missing: [C] })
    const votes = new Map<string, number>()
    for (const code of counted.flat()) votes.set(code, (votes.get(code) ?? 0) + 1)
    expect(result.sum[0]?.options).toEqual(
      definition.contests[0]?.candidates.map(({ code }) => votes.get(code) ?? 0),
    )
  })

  test('both verifiers say what holds, and that it is missing, by whose word and since when', async () => {
    const given = ['--authority', toBase64(provisioned.authority.publicKey)]
    const shares = provisioned.shareFiles.slice(0, 3).flatMap((file) => ['--share', file])
    const [station] = provisioned.electionPackage.definition.stations
    for (const words of [
      ['verify', bundles, ...given],
      ['open', ...shares, bundles, ...given],
    ]) {
      const first = await firstSays(words)
      const [second] = secondSays([words])
      expect([first.exitCode, second?.exitCode, first.findings]).toEqual([3, 3, []])
      const { missing } = first.told as { missing: readonly string[] }
      expect(missing).toHaveLength(1)
      expect(missing[0]).toMatch(
        new RegExp(
          `^device ${C} of station ${station?.id} \\(declared dead at ${B} 2026-06-19T\\S+Z by executive and supervisory\\)$`,
        ),
      )
      expect(second?.told).toMatchObject({ missing })
      expect(differences(first.told, second?.told).filter((path) => path.startsWith('.stations'))).toEqual([])
    }
    const opened = (await firstSays(['open', ...shares, bundles, ...given])).told as {
      stations: { sheet: string | null }[]
      contests: { candidates: { code: string; votes: number }[] }[]
    }
    expect(opened.stations[0]?.sheet).toBe(voters[0] >= 32 ? null : 'equal')
    const votes = opened.contests[0]?.candidates.reduce((sum, one) => sum + one.votes, 0)
    expect(votes).toBe(counted.flat().length)
  })

  test('when it comes back it learns it from the first card, and nobody votes there; the centre is told that it spoke', () => {
    expect(alarmsBefore).toEqual([])
    expect(back).toEqual(['polls.paused', 'polls.stopped'])
    expect(centre.alarms).toContainEqual(
      expect.objectContaining({ kind: 'not-dead', device: C, by: B, what: 'went-on' }),
    )
    expect(readdirSync(bundles)).not.toContain(C)
    expect(readdirSync(deviceFolder(out, C as string))).not.toEqual([])
  })
})

/** Two officers want to resume; which screens they see. */
async function comesBack(
  { bench }: VirtualDevice,
  clock: VirtualClock,
  { card, pin }: OfficerHand,
): Promise<readonly string[]> {
  const person = new Person(bench, clock)
  const first = await person.see('polls.paused')
  turnKeys(bench, true)
  await person.see('polls.admitting.insert')
  bench.reader.insertCard(card)
  await person.see('polls.admitting.pin')
  for (const digit of pin.slice(0, -1)) await person.press(`digit-${digit}`)
  await person.press(`digit-${pin.at(-1)}`)
  const last = await person.see('polls.stopped', 'polls.admitting.take', 'polls.admitting.refused')
  bench.reader.pullCard()
  return [first.name, last.name]
}
