import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { VirtualClock } from '../../simulator/virtual-clock.ts'

const MORNING = Date.parse('2026-06-19T07:00:00Z')

function sleep(clock: VirtualClock, ms: number): Promise<void> {
  return new Promise((resolve) => clock.after(ms, resolve))
}

describe('the virtual clock', () => {
  it('takes a waiting program through a twelve hour day at once', async () => {
    const clock = new VirtualClock(MORNING)
    await clock.run(sleep(clock, 12 * 3_600_000))
    expect(new Date(clock.now()).toISOString()).toBe('2026-06-19T19:00:00.000Z')
  })

  it('gives back what it ran for, and passes on its failure', async () => {
    const clock = new VirtualClock(0)
    expect(await clock.run(sleep(clock, 5).then(() => 'done'))).toBe('done')
    await expect(clock.run(sleep(clock, 5).then(() => Promise.reject(new Error('late'))))).rejects.toThrow(
      'late',
    )
  })

  it('fires timers in the order of their times, and those of one instant in the order they were set', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ ms: fc.integer({ min: 0, max: 20 }), cancel: fc.boolean() }), { maxLength: 60 }),
        async (plans) => {
          const clock = new VirtualClock(0)
          const fired: { at: number; plan: number }[] = []
          for (const [plan, { ms, cancel }] of plans.entries()) {
            const timer = clock.after(ms, () => fired.push({ at: clock.now(), plan }))
            if (cancel) timer.cancel()
          }
          await clock.run(sleep(clock, 21))
          const expected = plans
            .map(({ ms, cancel }, plan) => ({ at: ms, plan, cancel }))
            .filter(({ cancel }) => !cancel)
            .sort((a, b) => a.at - b.at || a.plan - b.plan)
            .map(({ at, plan }) => ({ at, plan }))
          expect(fired).toEqual(expected)
        },
      ),
      { numRuns: 50 },
    )
  })

  it('lets a chain of promises finish before time moves on', async () => {
    const clock = new VirtualClock(0)
    const seen: number[] = []
    const chain = async (): Promise<void> => {
      await sleep(clock, 1)
      for (let link = 0; link < 50; link += 1) await Promise.resolve()
      await new Promise((resolve) => setImmediate(resolve))
      seen.push(clock.now())
    }
    await clock.run(Promise.all([chain(), sleep(clock, 2)]))
    expect(seen).toEqual([1])
  })

  it('stands still while real work holds it', async () => {
    const clock = new VirtualClock(0)
    const release = clock.hold()
    let heldUntil = -1
    setTimeout(() => {
      heldUntil = clock.now()
      release()
      release()
    }, 30)
    await clock.run(sleep(clock, 1000))
    expect(heldUntil).toBe(0)
    expect(clock.now()).toBe(1000)
  })

  it('waits for real work that nobody declared, for a while', async () => {
    const clock = new VirtualClock(0)
    await clock.run(new Promise<void>((resolve) => setTimeout(resolve, 20)))
    expect(clock.now()).toBe(0)
  })

  it('says so when nothing is left that could happen', async () => {
    const clock = new VirtualClock(MORNING, 30)
    await expect(clock.run(new Promise(() => undefined))).rejects.toThrow(
      /deadlock at 2026-06-19T07:00:00.000Z: no timer, no hold/,
    )
  })

  it('jumps a hundred thousand times without anyone waiting for it', async () => {
    const clock = new VirtualClock(0)
    let jumps = 0
    await clock.run(
      new Promise<void>((resolve) => {
        const jump = (): void => {
          jumps += 1
          if (jumps === 100_000) resolve()
          else clock.after(7, jump)
        }
        jump()
      }),
    )
    expect(clock.now()).toBe(7 * 99_999)
  })

  it('refuses to run twice at once, and times that are none', async () => {
    const clock = new VirtualClock(0)
    const first = clock.run(sleep(clock, 1))
    await expect(clock.run(sleep(clock, 1))).rejects.toThrow('running already')
    await first
    expect(() => clock.after(-1, () => undefined)).toThrow(RangeError)
    expect(() => clock.after(Number.NaN, () => undefined)).toThrow(RangeError)
  })
})
