import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { valueOrThrow } from '../../../core/result.ts'
import { faultyLine } from '../../../simulator/faults/faulty-line.ts'
import { drawFaultPlan, parseFaultPlan, printFaultPlan } from '../../../simulator/faults/plan.ts'
import { misread } from '../../../simulator/faults/uart.ts'
import { inProcessLine } from '../../../simulator/lines/in-process.ts'
import { seededRandom } from '../../../simulator/seeded-random.ts'
import { VirtualClock } from '../../../simulator/virtual-clock.ts'

interface Arrived {
  readonly at: number
  readonly bytes: readonly number[]
}

/** Sends these pieces up and down a line with that plan, 100 ms apart; a lost line is opened again. */
async function run(plan: string, pieces: readonly (readonly number[])[], ms = 60_000) {
  const clock = new VirtualClock(0)
  const { open, plug } = inProcessLine({ clock, baudRate: 9_600, paced: true })
  const line = faultyLine({ line: plug, clock, baudRate: 9_600, plan: valueOrThrow(parseFaultPlan(plan)) })
  const up: Arrived[] = []
  const down: Arrived[] = []
  const lost: number[] = []
  line.onData((bytes) => down.push({ at: clock.now(), bytes: [...bytes] }))
  const connect = async (): Promise<void> => {
    try {
      const transport = await open()
      transport.listen(
        (bytes) => up.push({ at: clock.now(), bytes: [...bytes] }),
        () => {
          lost.push(clock.now())
          void connect()
        },
      )
      current = transport
    } catch {
      clock.after(50, () => void connect())
    }
  }
  let current: { write(bytes: Uint8Array): void } | undefined
  await connect()
  pieces.forEach((piece, i) => {
    clock.after(100 * i, () => {
      line.write(Uint8Array.from(piece))
      current?.write(Uint8Array.from(piece))
    })
  })
  await clock.run(new Promise<void>((resolve) => clock.after(ms, () => resolve())))
  const flat = (arrived: readonly Arrived[]) => arrived.flatMap(({ bytes }) => [...bytes])
  return { up, down, lost, begun: line.begun, upBytes: flat(up), downBytes: flat(down) }
}

const TEN = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]

describe('a line that lies', () => {
  it('passes everything both ways while its plan is empty', async () => {
    const { up, upBytes, downBytes } = await run('none', [TEN, TEN])
    expect(upBytes).toEqual([...TEN, ...TEN])
    expect(downBytes).toEqual([...TEN, ...TEN])
    expect(up).toHaveLength(2)
  })

  it('splits bytes into pieces, and puts pieces together until there are enough or it takes too long', async () => {
    const split = await run('up:split@3,4,1', [TEN])
    expect(split.up.map(({ bytes }) => bytes)).toEqual([[0, 1, 2], [3], [4], [5], [6], [7, 8, 9]])
    const enough = await run('up:merge@0,20,5000', [TEN, TEN])
    expect(enough.up).toHaveLength(1)
    const late = await run('up:merge@0,99,5000', [TEN, TEN])
    expect(late.upBytes).toEqual([...TEN, ...TEN])
    expect(late.up[0]?.at).toBeGreaterThan(5_000)
  })

  it('drops and flips exactly the bytes of its plan', async () => {
    expect((await run('up:drop@8,4', [TEN, TEN])).upBytes).toEqual([
      0, 1, 2, 3, 4, 5, 6, 7, 2, 3, 4, 5, 6, 7, 8, 9,
    ])
    expect((await run('down:flip@3,129', [TEN])).downBytes).toEqual([0, 1, 2, 130, 4, 5, 6, 7, 8, 9])
  })

  it('is late, in order, for as long as its plan says', async () => {
    const { down, downBytes } = await run('down:delay@5,3000', [TEN, TEN])
    expect(downBytes).toEqual([...TEN, ...TEN])
    expect(down.map(({ bytes }) => bytes.length)).toEqual([5, 5, 10])
    expect((down[1]?.at ?? 0) - (down[0]?.at ?? 0)).toBe(3_000)
  })

  it('says nothing for a time, then speaks again', async () => {
    expect((await run('up:mute@10,150', [TEN, TEN, TEN, TEN])).upBytes).toEqual([...TEN, ...TEN])
  })

  it('babbles at line rate for a time, and what is said meanwhile is in the noise', async () => {
    const noisy = await run('up:babble@0,1000,7', [TEN])
    // 960 bytes a second at 9,600 baud.
    expect(noisy.upBytes.length).toBeGreaterThanOrEqual(950 + TEN.length)
    expect(noisy.upBytes.length).toBeLessThanOrEqual(960 + TEN.length)
    expect(noisy.up.map(({ bytes }) => bytes)).toContainEqual(TEN)
    expect((await run('up:babble@0,1000,7', [TEN])).up).toEqual(noisy.up)
    expect((await run('up:babble@0,1000,8', [TEN])).up).not.toEqual(noisy.up)
  })

  it('comes unplugged before the byte of its plan, and is plugged in again after a time', async () => {
    const { downBytes, lost, up } = await run('down:unplug@3,250', [TEN, TEN, TEN, TEN, TEN])
    expect(downBytes).toEqual([0, 1, 2, ...TEN, ...TEN])
    expect(lost).toHaveLength(1)
    expect(up.at(-1)?.bytes).toEqual(TEN)
  })

  it('reads as a UART of another speed would, and counts every fault that has begun', async () => {
    const { upBytes, begun } = await run('up:garble@0,50,50 down:drop@99,1', [TEN, TEN])
    expect(upBytes).toEqual([...misread(Uint8Array.from(TEN), 0.5), ...TEN])
    expect(begun).toBe(1)
  })

  it('refuses to unplug what cannot be plugged in again', () => {
    const clock = new VirtualClock(0)
    const line = { onData: () => {}, onOpen: () => {}, write: () => {} }
    const plan = valueOrThrow(parseFaultPlan('up:unplug@1,1'))
    expect(() => faultyLine({ line, clock, baudRate: 9_600, plan })).toThrow('cannot be plugged in again')
  })

  it('does the same again from the same plan, whatever the plan', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), async (seed) => {
        const drawn = drawFaultPlan(seededRandom(seed), { up: 60, down: 60, faults: 5, longestMs: 900 })
        const text = printFaultPlan(drawn)
        const pieces = [TEN, TEN, TEN, TEN, TEN, TEN]
        expect(await run(text, pieces, 10_000)).toEqual(await run(text, pieces, 10_000))
      }),
      { numRuns: 25 },
    )
  })
})

describe('a UART at another speed', () => {
  const bytes = (...all: number[]) => Uint8Array.from(all)

  it('reads what was sent at its own speed', () => {
    expect(misread(bytes(0x55, 0, 0xff), 1)).toEqual(bytes(0x55, 0, 0xff))
  })

  it('reads as waveforms drawn by hand say', () => {
    // Sent FF (0, then ones): at half the speed the line is high again before the start bit is over.
    expect(misread(bytes(0xff), 0.5)).toEqual(bytes(0xff))
    // Sent 00 (nine zeros, then ones): at half the speed the receiver looks at bits 1, 3, 5, 7 (low: start and three of data), 9 …: F8.
    expect(misread(bytes(0x00), 0.5)).toEqual(bytes(0xf8))
    // At twice the speed 18 of its bits are low: a byte of zeros whose stop bit is no one, which a terminal gives as 00.
    expect(misread(bytes(0x00), 2)).toEqual(bytes(0x00))
    // Sent FE (start and lowest bit low): at twice the speed four bits are low, the start and three: F8.
    expect(misread(bytes(0xfe), 2)).toEqual(bytes(0xf8))
  })

  it('ends, and never gives more bytes than there are falling edges, whatever it hears', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        (sent, ratio) => {
          expect(misread(sent, ratio).length).toBeLessThanOrEqual(5 * sent.length)
        },
      ),
    )
  })
})
