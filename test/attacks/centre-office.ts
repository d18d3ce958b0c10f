/** What attacks on the centre have in common: an office with its home folder, and the status as it is told to people. */
import { vi } from 'vitest'
import { encodeEntriesMessage } from '../../core/messages/entries.ts'
import type { CentreHome } from '../../fleet/home.ts'
import type { CentreStore } from '../../fleet/store/store.ts'
import { writeHome } from '../fleet/brokers.ts'
import { Office, type TestDevice } from '../fleet/office.ts'
import { deskOn } from '../fleet/totals.ts'
import type { CentreBuild } from './weakened/weaken.ts'

export class CentreUnderAttack {
  readonly office = new Office()
  readonly home: CentreHome = writeHome(this.office)

  /** The database of a centre that begins anew. */
  open(): Promise<CentreStore> {
    return this.office.openStore()
  }

  /** A centre hears a device's journal, and its tally if it has one; the code of what it refuses, or what it says. */
  async hear(
    { takeMessage }: CentreBuild,
    store: CentreStore,
    device: TestDevice,
    topic = device.deviceId,
  ): Promise<string> {
    const desk = deskOn(store)
    const payload = encodeEntriesMessage(device.message(0, device.entries.length))
    const { alarm, reply } = await takeMessage(desk, { device: topic, kind: 'entries', payload })
    if (device.waitingTally !== undefined)
      await takeMessage(desk, { device: topic, kind: 'tally', payload: Buffer.from(device.waitingTally) })
    return alarm === undefined
      ? (reply?.kind ?? 'nothing')
      : 'refusal' in alarm
        ? alarm.refusal.code
        : alarm.kind
  }

  /** What the status says, and its exit code. */
  status({ status }: CentreBuild, ...more: readonly string[]): Promise<readonly [number, string]> {
    return told(() => status(['--store', this.office.storePath, ...more]))
  }

  /** What the result says, and its exit code. */
  result({ result }: CentreBuild, ...more: readonly string[]): Promise<readonly [number, string]> {
    return told(() => result(['--home', this.home.folder, '--store', this.office.storePath, ...more]))
  }
}

/** The exit code of a command, and all that it wrote meanwhile. */
async function told(command: () => Promise<number>): Promise<readonly [number, string]> {
  let text = ''
  const spies = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, 'write').mockImplementation((words) => {
      text += words
      return true
    }),
  )
  try {
    return [await command(), text]
  } finally {
    for (const spy of spies) spy.mockRestore()
  }
}
