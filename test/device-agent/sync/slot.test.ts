import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Said, slotMs, slotWaitMs } from '../../../device-agent/sync/slot.ts'
import { sayingBuild } from '../../attacks/weakened/weaken.ts'

const DEVICES = 32_000
const WINDOW_MS = 900_000
const said = fc.constantFrom<Said>('entries', 'tally')
const window = fc.integer({ min: 0, max: 7_200_000 })

/** That slots drawn so are spread over their half of the window. */
function evenly(slot: typeof slotMs) {
  const name = fc.constantFrom(
    (i: number) => `device-${i}`,
    (i: number) => `ir-${Math.floor(i / 3)}-${'abc'[i % 3]}`,
    (i: number) => `${i}`.padStart(64, '0'),
  )
  return fc.property(fc.stringMatching(/^[a-z0-9]{1,20}$/), name, said, (election, nameOf, what) => {
    const seconds = new Map<number, number>()
    const tenths = new Array<number>(10).fill(0)
    const first = what === 'entries' ? 0 : WINDOW_MS / 2
    for (let i = 0; i < DEVICES; i += 1) {
      const at = slot(election, nameOf(i), what, WINDOW_MS)
      const second = Math.floor(at / 1_000)
      seconds.set(second, (seconds.get(second) ?? 0) + 1)
      const tenth = Math.floor(((at - first) * 10) / (WINDOW_MS / 2))
      tenths[tenth] = (tenths[tenth] ?? 0) + 1
    }
    // 71 a second on average with a deviation of 8.4, and 3,200 a tenth with 54: eight of them is never.
    expect(tenths).toHaveLength(10)
    for (const count of tenths) expect(Math.abs(count - DEVICES / 10)).toBeLessThan(430)
    expect(Math.max(...seconds.values())).toBeLessThan(140)
    expect(seconds.size).toBe(450)
  })
}

describe('slots at closing', () => {
  it('of 32,000 devices lie evenly, however devices are named', () => {
    fc.assert(evenly(slotMs), { numRuns: 6 })
  })

  it.each([
    ['drawn from one byte', '.getUint32(0) / 2 ** 32', '.getUint8(0) / 2 ** 8'],
    ['all in the middle', 'share * half', 'half / 2'],
  ])('%s do not: the test sees it', async (_, line, by) => {
    const weakened = await sayingBuild([{ file: 'device-agent/sync/slot.ts', line, by }])
    expect(fc.check(evenly(weakened.slotMs), { numRuns: 1, endOnFailure: true }).failed).toBe(true)
  })

  it('are the same whenever they are asked for, closings in the first half of the window and totals in the second', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), window, (election, device, windowMs) => {
        const entries = slotMs(election, device, 'entries', windowMs)
        const tally = slotMs(election, device, 'tally', windowMs)
        expect(slotMs(election, device, 'tally', windowMs)).toBe(tally)
        expect(entries).toBeGreaterThanOrEqual(0)
        expect(entries).toBeLessThanOrEqual(windowMs / 2)
        expect(tally).toBeGreaterThanOrEqual(Math.floor(windowMs / 2))
        expect(tally).toBeLessThanOrEqual(windowMs)
      }),
    )
  })

  it('have passed when they have passed, and a clock that was set makes nobody wait for longer', () => {
    const time = fc.integer({ min: 0, max: 2 ** 42 })
    fc.assert(
      fc.property(window, time, time, (slot, closedAt, now) => {
        const wait = slotWaitMs(slot, closedAt, now)
        expect(wait).toBeGreaterThanOrEqual(0)
        expect(wait).toBeLessThanOrEqual(slot)
        expect(wait === 0).toBe(slot === 0 || now >= closedAt + slot)
        if (now >= closedAt && now <= closedAt + slot) expect(now + wait).toBe(closedAt + slot)
      }),
    )
  })
})
