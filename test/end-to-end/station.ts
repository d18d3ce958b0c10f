/** What stands around one device in these tests: the centre behind mutual TLS, a desk that issues cards, people in a hurry. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock, Logger, Random } from '../../core/ports.ts'
import { valueOrThrow } from '../../core/result.ts'
import { STATION, STYLE } from '../../demo/elections/gy-les-nonains.ts'
import type { Provisioned } from '../../demo/provisioned.ts'
import { centreOf } from '../../demo/virtual-centre.ts'
import { CardDesk } from '../../device-agent/check-in/cards/desk.ts'
import { systemClock } from '../../device-agent/system.ts'
import { connectCardReader } from '../../firmware/card-reader/driver.ts'
import { type Centre, startCentre } from '../../fleet/centre.ts'
import type { Alarm } from '../../fleet/collector/alarm.ts'
import { type CentreStore, openCentreStore } from '../../fleet/store/store.ts'
import type { VoterCard } from '../../simulator/cards/voter-card.ts'
import { inProcessLine } from '../../simulator/lines/in-process.ts'
import { VirtualCardReader } from '../../simulator/peripherals/card-reader.ts'

/** Nobody needs to read a program log that a failing test does not print. */
export const silent: Logger = { info: () => {}, warn: () => {}, error: () => {} }

/** How much faster than real ones the people of these tests look and reach. */
const HURRY = 20

/** The people's time: real, but a quarter of a second of theirs is a few milliseconds. */
export const hurriedClock: Clock = {
  now: systemClock.now,
  elapsed: systemClock.elapsed,
  after: (ms, callback) => systemClock.after(ms / HURRY, callback),
}

/** A centre, what it holds and what it found alarming. */
export interface RunningCentre {
  readonly port: number
  readonly store: CentreStore
  readonly alarms: readonly Alarm[]
  close(): Promise<void>
}

/**
 * Starts a centre on a free port of this machine.
 * @param start the centre's program, or a weakened one
 */
export async function runCentre(
  out: string,
  provisioned: Provisioned,
  start = startCentre,
): Promise<RunningCentre> {
  const folder = join(out, 'centre')
  mkdirSync(folder, { recursive: true })
  const store = valueOrThrow(await openCentreStore(join(folder, 'centre.db')))
  const alarms: Alarm[] = []
  const centre: Centre = await start({
    ...centreOf(provisioned),
    store,
    clock: systemClock,
    logger: silent,
    onAlarm: (alarm) => alarms.push(alarm),
  })
  return {
    port: centre.port,
    store,
    alarms,
    close: async () => {
      await centre.close()
      await store.close()
    },
  }
}

/** Issues that many voters' cards at a check-in desk with its own reader. */
export async function issueCards(
  count: number,
  { electionPackage, desk: signers, deskTerminal: terminal, authority, voterCard }: Provisioned,
  random: Random,
): Promise<readonly VoterCard[]> {
  const { open, plug } = inProcessLine({ clock: systemClock, baudRate: 115_200, paced: false })
  const reader = new VirtualCardReader({ line: plug, clock: systemClock })
  const connected = await connectCardReader({ open, clock: systemClock, logger: silent })
  if (!connected.ok) throw new Error(`the desk's card reader: ${connected.error.what}`)
  const driver = connected.value
  const desk = new CardDesk({
    electionPackage,
    station: STATION,
    signers,
    terminal,
    authorityKey: authority.publicKey,
    clock: systemClock,
    random,
  })
  const cards: VoterCard[] = []
  let moved: (() => void) | undefined
  driver.onCard(() => moved?.())
  const move = (hand: () => void) =>
    new Promise<void>((resolve) => {
      moved = resolve
      hand()
    })
  for (let issued = 0; issued < count; issued += 1) {
    const card = voterCard(random)
    await move(() => reader.insertCard(card))
    valueOrThrow(await desk.issue(driver, STYLE))
    await move(() => reader.pullCard())
    cards.push(card)
  }
  driver.close()
  return cards
}
