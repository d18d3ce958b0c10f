/**
 * The centre's stores: journals and tallies of an eighth of the country through a collector's engine, without a network, beside the verification alone; and how long a store
 * takes to open that holds them. `npm run bench -- store`; PostgreSQL where Debian's is installed.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeEntriesMessage } from '../../core/messages/entries.ts'
import { valueOrThrow } from '../../core/result.ts'
import { startEngine } from '../../fleet/collector/engine.ts'
import { examine, type Inbound } from '../../fleet/collector/examine.ts'
import { openCentreStore } from '../../fleet/store/store.ts'
import { silentLogger, TestDevice, votes } from '../fleet/office.ts'
import { PostgresServer, postgresPrograms } from '../fleet/postgres-server.ts'
import { deskOn } from '../fleet/totals.ts'
import { machine, table } from './table.ts'

const DEVICES = 4_000

interface Made {
  readonly journals: Inbound[]
  readonly tallies: Inbound[]
  entries: number
  bytes: number
}

/** Devices of no station, closed with 32 ballots each. */
function makeMessages(): Made {
  const made: Made = { journals: [], tallies: [], entries: 0, bytes: 0 }
  for (let i = 0; i < DEVICES; i += 1) {
    const device = new TestDevice(`extra-${i}`).close(votes(32, i % 16))
    const { deviceId, entries, waitingTally = '' } = device
    const payload = encodeEntriesMessage(device.message(0, entries.length))
    made.journals.push({ device: deviceId, kind: 'entries', payload })
    made.tallies.push({ device: deviceId, kind: 'tally', payload: Buffer.from(waitingTally) })
    made.entries += entries.length
    made.bytes += payload.length + waitingTally.length
  }
  return made
}

/** Seconds of processor that this process took, all its threads together: others use the machine too. */
async function seconds(work: () => unknown): Promise<number> {
  const start = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1e6
}

async function measure(location: string, { journals, tallies }: Made): Promise<readonly number[]> {
  const store = valueOrThrow(await openCentreStore(location))
  const engine = startEngine(deskOn(store), silentLogger)
  const all = async (messages: readonly Inbound[], kind: 'receipt' | 'answer') => {
    // As many on their way as a collector's connection lets through at once.
    for (let i = 0; i < messages.length; i += 1_000) {
      const outcomes = await Promise.all(messages.slice(i, i + 1_000).map((message) => engine.take(message)))
      const strange = outcomes.find(({ reply, alarm }) => reply?.kind !== kind || alarm !== undefined)
      if (strange !== undefined) throw new Error(`not taken: ${JSON.stringify(strange.alarm)}`)
    }
  }
  const taken = [await seconds(() => all(journals, 'receipt')), await seconds(() => all(tallies, 'answer'))]
  await engine.close()
  await store.close()
  const opened = async (check: 'heads' | 'everything') => {
    const again = valueOrThrow(await openCentreStore(location, check))
    await again.close()
  }
  return [...taken, await seconds(() => opened('heads')), await seconds(() => opened('everything'))]
}

export async function main(): Promise<void> {
  const made = makeMessages()
  const desk = deskOn({} as never)
  const floor = await Promise.all(
    [made.journals, made.tallies].map((messages) =>
      seconds(() => {
        for (const message of messages.slice(0, DEVICES / 10)) examine(desk, message, Date.now())
      }),
    ),
  )
  const rows: (readonly string[])[] = [
    ['floor: examined on one thread (from a tenth)', ...floor.map((time) => (time * 10).toFixed(1)), '', ''],
  ]
  const folder = mkdtempSync(join(tmpdir(), 'sandogh-bench-'))
  const file = join(folder, 'centre.db')
  const row = (name: string, times: readonly number[]) =>
    rows.push([name, ...times.map((time) => time.toFixed(1))])
  row('SQLite', await measure(file, made))
  const size = statSync(file).size
  rmSync(folder, { recursive: true })
  if (postgresPrograms() !== undefined) {
    const server = await PostgresServer.start()
    try {
      row('PostgreSQL', await measure(await server.database(), made))
    } finally {
      await server.close()
    }
  }
  console.log(
    `${machine()}\n\n${DEVICES} devices, ${made.entries} entries, ${(made.bytes / 2 ** 20).toFixed(0)} MiB of messages, a file of ${(size / 2 ** 20).toFixed(0)} MiB; seconds of processor in this process, PostgreSQL's own not counted; no network\n`,
  )
  console.log(table(['', 'journals taken', 'tallies taken', 'opened, heads', 'opened, everything'], rows))
}
