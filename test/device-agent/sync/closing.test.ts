import { describe, expect, it } from 'vitest'
import { topicOf } from '../../../core/messages/topic.ts'
import { slotMs, slotWaitMs } from '../../../device-agent/sync/slot.ts'
import { type Sync, type SyncOptions, startSync } from '../../../device-agent/sync/sync.ts'
import type { CentreStore } from '../../../fleet/store/store.ts'
import { VirtualClock } from '../../../simulator/virtual-clock.ts'
import { sayingBuild } from '../../attacks/weakened/weaken.ts'
import { TestDevice } from '../../fleet/office.ts'
import { deskOn, hearNeighbours } from '../../fleet/totals.ts'
import { electionId, officeForEachTest, secondCollector, sync } from './syncing.ts'

const office = officeForEachTest()

describe('at closing', () => {
  const START = Date.parse('2026-06-19T18:00:00Z')
  const WINDOW_MS = 60_000

  /** A device and its centre around the closing of its polls. */
  interface Around {
    readonly clock: VirtualClock
    readonly device: TestDevice
    readonly centre: { readonly port: number; readonly close: () => Promise<void> }
    readonly store: CentreStore
    readonly start: () => Sync
    readonly closePolls: () => void
    /** The office orders another window. */
    readonly orderWindow: (ms: number) => Promise<void>
    readonly wait: (ms: number) => Promise<void>
  }

  /** Of each message its kind and when it was answered, in virtual milliseconds after the beginning. */
  async function answeredOn(
    run: (around: Around) => Promise<unknown>,
    intervalMs = 300_000,
    start = startSync,
  ): Promise<readonly (readonly [kind: string, at: number])[]> {
    const store = await office().openStore()
    await hearNeighbours(deskOn(store))
    const centre = await office().startCentre(store)
    const clock = new VirtualClock(START)
    let closedAt: number | undefined
    let windowMs = WINDOW_MS
    let ordered = (): void => undefined
    const answered: (readonly [kind: string, at: number])[] = []
    const device = new TestDevice('device-1')
    const { deviceId } = device
    const [keep, clear] = [device.storeReceipt.bind(device), device.clearTally.bind(device)]
    device.storeReceipt = (size, line) => {
      answered.push(['entries', clock.elapsed() - START])
      keep(size, line)
    }
    device.clearTally = () => {
      answered.push(['tally', clock.elapsed() - START])
      clear()
    }
    const overrides: Partial<SyncOptions> = {
      clock,
      hold: () => clock.hold(),
      intervalMs: () => intervalMs,
      slotWaitMs: (said) =>
        closedAt === undefined
          ? 0
          : slotWaitMs(slotMs(electionId, deviceId, said, windowMs), closedAt, clock.now()),
      ordered: () => {
        ordered()
        return Buffer.from('taken')
      },
    }
    await clock.run(
      run({
        clock,
        device,
        centre,
        store,
        start: () => sync(device, centre.port, overrides, start),
        closePolls: () => {
          device.close()
          closedAt = clock.now()
        },
        orderWindow: async (ms) => {
          const release = clock.hold()
          const second = await secondCollector(centre.port)
          await new Promise<void>((resolve) => {
            ordered = () => {
              windowMs = ms
              resolve()
            }
            second.publish(topicOf(electionId, deviceId, 'down', 'order'), 'another window', { qos: 1 })
          })
          release()
        },
        wait: (ms) => new Promise((resolve) => clock.after(ms, resolve)),
      }),
    )
    return answered
  }
  const slot = (said: 'entries' | 'tally') => slotMs(electionId, 'device-1', said, WINDOW_MS)
  const inItsSlot = [
    ['entries', slot('entries')],
    ['tally', slot('tally')],
  ]

  it('a device says neither its last entries nor its totals before its slot, though it has just connected', async () => {
    expect(slot('entries')).toBeGreaterThan(15_000)
    const answered = await answeredOn(({ start, closePolls }) => {
      closePolls()
      return start().flush()
    })
    expect(answered).toEqual(inItsSlot)
  })

  /** Polls are open for 11 seconds, and the timer's turn is at every fifth. */
  const closedWithTimer = async ({ device, start, closePolls, wait }: Around) => {
    const running = start()
    await wait(1_000)
    device.appendMany(2)
    await wait(6_000)
    device.appendMany(2)
    await wait(4_000)
    device.appendMany(2)
    closePolls()
    await running.flush()
  }

  it('turns of the timer send what there is while polls are open, and before the slot nothing more', async () => {
    expect(await answeredOn(closedWithTimer, 5_000)).toEqual([
      ['entries', 0],
      ['entries', 5_000],
      ['entries', 10_000],
      ['entries', 11_000 + slot('entries')],
      ['tally', 11_000 + slot('tally')],
    ])
  })

  it('a build that asks the slot for totals alone says its last entries at the next turn: the test sees it', async () => {
    const weakened = await sayingBuild([
      {
        file: 'device-agent/sync/sync.ts',
        line: 'if (isBeforeSlot(message.kind)) return',
        by: "if (message.kind === 'tally' && isBeforeSlot('tally')) return",
      },
    ])
    expect((await answeredOn(closedWithTimer, 5_000, weakened.startSync))[3]).toEqual(['entries', 11_000])
  })

  it('a broker that comes back before the slot hears nothing until then', async () => {
    const answered = await answeredOn(async ({ clock, centre, store, start, closePolls, wait }) => {
      const running = start()
      await wait(1_000)
      const release = clock.hold()
      await centre.close()
      closePolls()
      const flushed = running.flush()
      await office().startCentre(store, { port: centre.port })
      release()
      await flushed
    }, 5_000)
    expect(answered).toEqual([
      ['entries', 0],
      ['entries', 1_000 + slot('entries')],
      ['tally', 1_000 + slot('tally')],
    ])
  })

  it.each([
    ['its slot', slot('entries') - 3_000],
    ['that of its totals', slot('tally') - 3_000],
  ])(
    'a device that is started again before %s loses nothing, says nothing twice and keeps its slot',
    async (_, at) => {
      const answered = await answeredOn(async ({ clock, device, store, start, closePolls, wait }) => {
        closePolls()
        const first = start()
        void first.flush()
        await wait(at)
        const release = clock.hold()
        await first.close()
        release()
        await wait(1_000)
        expect(await start().flush()).toBe('received')
        expect((await store.journal(device.origin))?.frontier.size).toBe(device.entries.length)
        expect(await store.tallies()).toHaveLength(1)
      }, 5_000)
      expect(answered).toEqual(inItsSlot)
    },
  )

  it('a device whose clock is set back waits no longer than its slot lasts, though its clock comes to it hours later', async () => {
    const answered = await answeredOn(async ({ clock, start, closePolls, wait }) => {
      closePolls()
      clock.set(-6 * 3_600_000)
      await Promise.race([start().flush(), wait(3_600_000)])
    }, 5_000)
    expect(answered).toEqual([
      ['entries', slot('entries')],
      ['tally', slot('entries') + slot('tally')],
    ])
  })

  it('a longer window that is ordered while a device waits holds for it', async () => {
    const answered = await answeredOn(async ({ start, closePolls, orderWindow, wait }) => {
      const running = start()
      await wait(1_000)
      closePolls()
      const flushed = running.flush()
      await wait(1_000)
      await orderWindow(10 * WINDOW_MS)
      await flushed
    }, 5_000)
    const longer = (said: 'entries' | 'tally') => slotMs(electionId, 'device-1', said, 10 * WINDOW_MS)
    expect(answered).toEqual([
      ['entries', 0],
      ['entries', 1_000 + longer('entries')],
      ['tally', 1_000 + longer('tally')],
    ])
  })

  it('a device that was started again after its slot speaks at once', async () => {
    const answered = await answeredOn(async ({ start, closePolls, wait }) => {
      closePolls()
      await wait(WINDOW_MS)
      await start().flush()
    })
    expect(answered).toEqual([
      ['entries', WINDOW_MS],
      ['tally', WINDOW_MS],
    ])
  })
})
