/** The centre's desk with the devices of the test station, for tests of tallies and sheets. */
import { type StationSheet, signStationSheet } from '../../core/bundle/station-sheet.ts'
import { sumTallies, tallyJson } from '../../core/election/tally.ts'
import { openAnswer } from '../../core/messages/answer.ts'
import { encodeEntriesMessage } from '../../core/messages/entries.ts'
import { valueOrThrow } from '../../core/result.ts'
import { type Desk, openDesk } from '../../fleet/collector/desk.ts'
import type { Outcome } from '../../fleet/collector/outcome.ts'
import { takeMessage } from '../../fleet/collector/take-messages.ts'
import type { CentreStore } from '../../fleet/store/store.ts'
import {
  authorityKey,
  election,
  everyDevice,
  messageSigner,
  realClock,
  TestDevice,
  votes,
  witness,
} from './office.ts'

export const deskOn = (store: CentreStore, electionPackage = election): Desk =>
  openDesk({ store, package: electionPackage, authorityKey, witness, messageSigner, clock: realClock })

/** The centre takes the journal, all of it or its first entries. */
export function hear(desk: Desk, device: TestDevice, size = device.entries.length): Promise<Outcome> {
  const payload = encodeEntriesMessage(device.message(0, size))
  return takeMessage(desk, { device: device.deviceId, kind: 'entries', payload })
}

/** The closings of the rest of the station of the first device, so that nothing waits for them. */
export async function hearNeighbours(desk: Desk): Promise<void> {
  for (const id of ['device-2', 'device-3']) await hear(desk, new TestDevice(id).close())
}

/** The centre takes totals on the device's topic. */
export function tell(desk: Desk, device: TestDevice, text = device.waitingTally ?? ''): Promise<Outcome> {
  return takeMessage(desk, { device: device.deviceId, kind: 'tally', payload: Buffer.from(text) })
}

/** Stores a tally as a centre that did not know the rules yet would have. */
export function storeTally(store: CentreStore, { origin, waitingTally }: TestDevice): Promise<void> {
  return store.transact(everyDevice, async (held) => held.storeTally(origin, waitingTally ?? ''))
}

/** What the centre answered, by its signature. */
export function answerIn(outcome: Outcome) {
  return valueOrThrow(openAnswer(outcome.reply?.payload ?? new Uint8Array(), messageSigner.publicKey, 'test'))
}

/** The devices of station-1 after a day with so many ballots each. */
export class TestStation {
  readonly devices: readonly [TestDevice, TestDevice, TestDevice]
  readonly sheet: StationSheet

  constructor(casts: readonly [number, number, number]) {
    const tallies = casts.map((count, option) => votes(count, option))
    const closed = (index: number) => new TestDevice(`device-${index + 1}`).close(tallies[index])
    this.devices = [closed(0), closed(1), closed(2)]
    const { definition } = election
    this.sheet = {
      station: 'station-1',
      without: [],
      journals: this.devices.map(({ origin }, index) => ({
        origin,
        commitment: this.devices[index]?.commitment(tallies[index] ?? []) ?? '',
      })),
      tally: tallyJson(definition, sumTallies(definition, tallies)),
    }
  }

  /** The sheet as the reporting device, or another, signs it. */
  signed(changes: Partial<StationSheet> = {}, by: TestDevice = this.devices[0]): string {
    return signStationSheet({ ...this.sheet, ...changes }, by.messageSigner)
  }
}
