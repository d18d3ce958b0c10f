/**
 * The day of a small station with its centre, in a process of its own: `node scanned-day.ts <JSON of a ScannedDay>`. Below `out` it leaves what
 * the world sees (`program.log` of all devices and of the centre, `messages.jsonl` with every MQTT publication in order, `bundles/`), and
 * `secrets.json` for the scanner.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { MqttClient } from 'mqtt'
import { pino } from 'pino'
import type { Random } from '../../core/ports.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import type { Secrets } from './secrets.ts'
import { bendSource } from './weakened/bend.ts'
import { LEAKS, TRAFFIC_LEAKS } from './weakened/leaks.ts'

/** Which day. */
export interface ScannedDay {
  readonly out: string
  readonly seed: string
  /** How many people vote on each device. */
  readonly voters: readonly number[]
  /** Names of what the build leaks; none is the real one. */
  readonly leaks: readonly string[]
  /** Everybody votes for three candidates of this end of the list; without it, for those of a real ballot. */
  readonly choose?: 'first' | 'last'
}

/** One line of `messages.jsonl`. */
export interface Overheard {
  /** Virtual time, milliseconds. */
  readonly at: number
  readonly topic: string
  /** Base64. */
  readonly payload: string
}

const { out, seed, voters, leaks, choose } = JSON.parse(process.argv[2] ?? '') as ScannedDay
const checkBent = bendSource(leaks.flatMap((leak) => ({ ...LEAKS, ...TRAFFIC_LEAKS })[leak]?.edits ?? []))
// Only now: what is loaded before the hooks would be the real build.
const { shuffle } = await import('../../core/ballot-box/draw.ts')
const { encodeBallot, optionByCode } = await import('../../core/election/ballot.ts')
const { valueOrThrow } = await import('../../core/result.ts')
const { DEVICES, realBallots } = await import('../../demo/elections/gy-les-nonains.ts')
const { provision, writeConfig } = await import('../../demo/provisioned.ts')
const { centreOf } = await import('../../demo/virtual-centre.ts')
const { VirtualDesk } = await import('../../demo/virtual-desk.ts')
const { startVirtualDevice } = await import('../../demo/virtual-station.ts')
const { systemClock } = await import('../../device-agent/system.ts')
const { startCentre } = await import('../../fleet/centre.ts')
const { openCentreStore } = await import('../../fleet/store/store.ts')
const { closePolls, openPolls, takeLeave } = await import('../../simulator/people/officers.ts')
const { vote } = await import('../../simulator/people/voter.ts')
const { VirtualClock } = await import('../../simulator/virtual-clock.ts')
checkBent()

/** Half past seven in Tehran on the polling day. */
const MORNING = Date.parse('2026-06-19T04:00:00Z')
/** Between two voters of a device: messages are sent between them too. */
const GAP_MS = 4 * 60_000

/** Everything that is published is published through this client, by devices and by the centre. */
const overheard: Overheard[] = []
const { publish } = MqttClient.prototype
MqttClient.prototype.publish = function (this: MqttClient, topic: string, payload: Buffer, ...rest: never[]) {
  overheard.push({ at: clock.now(), topic, payload: Buffer.from(payload).toString('base64') })
  return publish.call(this, topic, payload, ...rest)
} as typeof publish

/** Remembers draws of some sizes. */
function noting(random: Random, into: Readonly<Record<number, string[]>>): Random {
  return {
    kind: random.kind,
    bytes(length) {
      const bytes = random.bytes(length)
      into[length]?.push(Buffer.from(bytes).toString('hex'))
      return bytes
    },
  }
}

mkdirSync(join(out, 'centre'), { recursive: true })
const logger = pino({ base: null }, pino.destination({ dest: join(out, 'program.log'), sync: true }))
const random = seededRandom(seed)
const clock = new VirtualClock(MORNING)
const provisioned = provision(out, random, [MORNING, systemClock.now()])
const { definition } = provisioned.electionPackage
const [contest] = definition.contests
if (contest === undefined) throw new Error('an election without a contest')
const secrets = {
  nonces: [] as string[],
  ids: [] as string[],
  keys: [] as string[],
  cards: [] as string[],
  choices: [] as string[],
}

async function day(): Promise<void> {
  const store = valueOrThrow(await openCentreStore(join(out, 'centre', 'centre.db')))
  const release = clock.hold()
  const centre = await startCentre({
    ...centreOf(provisioned),
    store,
    clock,
    logger,
    onAlarm: ({ kind, device }) => logger.error({ alarm: kind, device }, 'alarm'),
  })
  release()
  const shared = { out, provisioned, clock, networkClock: systemClock, logger }
  const desk = new VirtualDesk({
    ...shared,
    random: noting(seededRandom(`${seed} desk`), { 16: secrets.nonces }),
  })
  const devices = DEVICES.slice(0, voters.length).map((id) => {
    const nowhere = { touchscreen: '-', cardReader: '-', printer: '-', ioBoard: '-', display: '-' }
    writeConfig(out, id, provisioned.authority, nowhere, { host: '127.0.0.1', port: centre.port })
    const noted = noting(seededRandom(`${seed} ${id}`), { 16: secrets.ids, 32: secrets.keys })
    return startVirtualDevice(id, { ...shared, random: noted })
  })
  for (const { bench } of devices) await openPolls(bench, clock, provisioned.officers)
  const ballots = shuffle(realBallots(), random)
  await Promise.all(
    devices.map(async ({ bench }, place) => {
      for (let voter = 0; voter < (voters[place] ?? 0); voter += 1) {
        const codes =
          choose === undefined ? shuffle(ballots[3 * voter + place] ?? [], random) : codesAt(choose)
        const card = provisioned.voterCard(random)
        secrets.cards.push(Buffer.from(card.publicKey).toString('hex'))
        await desk.authorise(card)
        if ((await vote(bench, clock, { card, codes })) !== 'voted') throw new Error('a voter was refused')
        noteChoice(codes)
        await new Promise<void>((resolve) => clock.after(GAP_MS, resolve))
      }
    }),
  )
  for (const { bench } of devices) await closePolls(bench, clock, provisioned.officers)
  for (const { bench } of [...devices, ...devices]) await takeLeave(bench, clock, provisioned.officers)
  for (const { agent } of devices) {
    const end = await agent.handedOver()
    if (end.is === 'failed') throw end.error
  }
  const checkIn = join(out, 'bundles', 'check-in')
  mkdirSync(checkIn, { recursive: true })
  desk.writeStatement(checkIn)
  await desk.close()
  for (const { agent } of devices) await agent.close()
  const held = clock.hold()
  await centre.close()
  held()
  await store.close()
}

/** Three codes of equally many digits. */
function codesAt(end: 'first' | 'last'): readonly string[] {
  const codes = contest?.candidates.map(({ code }) => code) ?? []
  return end === 'first' ? codes.slice(0, 3) : codes.slice(-3)
}

/** A whole choice in the forms in which a program might write it: as it is encoded, and as its codes in binary, in both byte orders. */
function noteChoice(codes: readonly string[]): void {
  if (contest === undefined || codes.length < 4) return
  const positions = codes.map((code) => optionByCode(contest, code)?.position ?? 0)
  const encoded = encodeBallot([contest], [[...positions].sort((a, b) => a - b)])
  const wide = (numbers: readonly number[], write: 'writeUInt16BE' | 'writeUInt16LE') => {
    const bytes = Buffer.alloc(2 * numbers.length)
    for (const [i, number] of numbers.entries()) bytes[write](number, 2 * i)
    return bytes.toString('hex')
  }
  secrets.choices.push(
    Buffer.from(encoded.subarray(0, 1 + 2 * codes.length)).toString('hex'),
    wide(codes.map(Number), 'writeUInt16BE'),
    wide(codes.map(Number), 'writeUInt16LE'),
    wide(codes.map(Number).toSorted(), 'writeUInt16BE'),
    wide(codes.map(Number).toSorted(), 'writeUInt16LE'),
  )
}

await clock.run(day())
const { executive, supervisory, spare } = provisioned.officers
const found: Secrets = {
  ...secrets,
  pins: [executive.pin, supervisory.pin, spare.pin],
  codes: [...contest.candidates, ...contest.lists].map(({ code }) => code),
  names: [...contest.candidates, ...contest.lists].flatMap(({ name }) =>
    Object.values(name).filter((text) => text !== undefined),
  ),
}
writeFileSync(join(out, 'secrets.json'), JSON.stringify(found))
writeFileSync(
  join(out, 'messages.jsonl'),
  overheard.map((message) => `${JSON.stringify(message)}\n`).join(''),
)
process.exit(0)
