/** A device's sync under test, and the office that it speaks with. */
import type { MqttClient } from 'mqtt'
import { afterEach, beforeEach } from 'vitest'
import { type Sync, type SyncOptions, startSync } from '../../../device-agent/sync/sync.ts'
import { seededRandom } from '../../../simulator/seeded-random.ts'
import { SECOND } from '../../fleet/brokers.ts'
import {
  CENTRE,
  election,
  identity,
  messageSigner,
  Office,
  realClock,
  silentLogger,
  type TestDevice,
} from '../../fleet/office.ts'

export const electionId = election.definition.election
let office: Office

/** Gives each test of a file an office of its own, and closes it with all that was started in it. @returns the office of the running test */
export function officeForEachTest(): () => Office {
  beforeEach(() => {
    office = new Office()
  })
  afterEach(() => office.close())
  return () => office
}

/** A device tells the centre at that port until the test is over; the next turn of its timer is never far. */
export function sync(
  device: TestDevice,
  port: number,
  overrides: Partial<SyncOptions> = {},
  start = startSync,
): Sync {
  const started = start({
    address: { url: `mqtts://127.0.0.1:${port}`, servername: CENTRE, tls: device.tls },
    outbox: device,
    package: election,
    centreMessageKey: messageSigner.publicKey,
    clock: realClock,
    networkClock: realClock,
    random: seededRandom(1),
    logger: silentLogger,
    intervalMs: () => 20,
    contradicted: () => {},
    failed: (error) => {
      throw error
    },
    ...overrides,
  })
  office.later(() => started.close())
  return started
}

/** Another collector of the same centre, from which an order can come. */
export function secondCollector(port: number): Promise<MqttClient> {
  return office.client(port, identity(SECOND, 'centre', {}).tls, SECOND)
}

/** A network's clock on which the time for an answer is over when it is said so. */
export function deadlinesByHand() {
  let last = () => {}
  const networkClock = {
    now: realClock.now,
    elapsed: realClock.elapsed,
    after: (_ms: number, callback: () => void) => {
      last = callback
      return { cancel: () => {} }
    },
  }
  return { networkClock, expire: () => last() }
}
