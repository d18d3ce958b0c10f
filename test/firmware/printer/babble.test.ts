import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concatBytes } from '../../../core/keys/hash.ts'
import { connectPrinter } from '../../../firmware/printer/driver.ts'
import { seededRandom } from '../../../simulator/seeded-random.ts'
import { leavesMemoryFlat } from '../flat-memory.ts'
import { ManualClock } from '../manual-clock.ts'
import { bytes, good, keepingLogger, ScriptedLine } from '../scripted-line.ts'
import { ballot, type Connect, PollingBooth, wrongOnPaper } from './polling-booth.ts'
import { believesAnyNumber, believesTooEarly, weakened } from './weakened.ts'

const BYTES_A_MS = 11.52
const SPEAK_MS = 20
const BABBLE_MS = 20_000

/** So many bytes of something. */
type Voice = (length: number) => Uint8Array

const noise = (seed: string): Voice => {
  const random = seededRandom(seed)
  return (length) => random.bytes(length)
}

/** The same bytes over and over, wherever the last piece ended. */
const chatter = (hex: string): Voice => {
  const said = bytes(hex)
  let at = 0
  return (length) => Uint8Array.from({ length }, () => said[at++ % said.length] ?? 0)
}

const VOICES: Readonly<Record<string, () => Voice>> = {
  'a touchscreen (T packets)': () => chatter('55 54 02 34 02 9a 0b ff 00 25'),
  'a card reader (slot status, cards in and out)': () =>
    chatter('03 06 81 00 00 00 00 00 01 00 00 00 85 50 02 50 03'),
  'an I/O board (Firmata reports)': () => chatter('90 01 00 e0 12 03 f0 79 02 05 f7'),
  'nothing but XOFF': () => chatter('13'),
  'nothing but good status': () => chatter('12'),
  'an open cover, over and over': () => chatter('38 00 00 00'),
}

/** Two ballots while for a third of a minute something else speaks on the line at its full rate; everything that is wrong then. */
async function wrongUnder(voice: Voice): Promise<readonly string[]> {
  const booth = new PollingBooth(connectPrinter)
  const ballots = [ballot(1), ballot(2, 60, 72)]
  await booth.clock.run(
    (async () => {
      await booth.connected()
      const until = booth.clock.now() + BABBLE_MS
      const speak = () => {
        booth.say(voice(Math.floor(SPEAK_MS * BYTES_A_MS)))
        if (booth.clock.now() < until) booth.clock.after(SPEAK_MS, speak)
      }
      speak()
      await booth.vote(ballots)
    })(),
  )
  return [...booth.lies, ...wrongOnPaper(booth, ballots)]
}

describe('a line that babbles while slips are printed', () => {
  test('ends every print, proves nothing, and mixes nothing', () =>
    fc.assert(
      fc.asyncProperty(fc.string(), async (seed) => {
        expect(await wrongUnder(noise(seed))).toEqual([])
      }),
      { numRuns: 30 },
    ))

  test.each(Object.keys(VOICES))('with the bytes of %s does the same', async (name) => {
    expect(await wrongUnder(VOICES[name]?.() ?? noise(name))).toEqual([])
  })

  test('for a minute at line rate leaves the memory as it was, whatever is asked meanwhile', async () => {
    const line = new ScriptedLine((written) =>
      written[0] === 0x10 && written[1] === 0x14 ? [bytes('37 25 00')] : [bytes('12')],
    )
    const clock = new ManualClock()
    const parts = { open: line.open, clock, logger: keepingLogger(), baudRate: 115_200, firstProcess: 0 }
    const printer = good(await connectPrinter(parts))
    await leavesMemoryFlat({
      line,
      clock,
      voice: noise('a minute'),
      eachSecond: () => void printer.heartbeat(),
    })
    expect(printer.counters.discardedBytes).toBeGreaterThan(300_000)
  })
})

/** The answer to a process request, as the printer gives it. */
const answer = (number: number) =>
  Uint8Array.of(0x37, 0x22, ...[12, 8, 4, 0].map((shift) => 0x40 | ((number >> shift) & 15)), 0x00)

/** The numbers of a booth's first slip: its beginning, its one picture, the feed behind it. */
const NUMBERS = [0x100, 0x101, 0x102]
/** 60 rows as wide as the paper: 4369 bytes in pieces of 64, of which the last leaves 378 ms after the first. */
const WIDE = ballot(1, 60, 72)

/**
 * One ballot, and so long after its first byte somebody says that a process is done; the first outcome, and what is wrong. A driver that stops
 * the program is wrong too.
 */
async function toldAfter(
  connect: Connect,
  slip: ReturnType<typeof ballot>,
  ms: number,
  ...numbers: readonly number[]
) {
  const booth = new PollingBooth(connect)
  let begun = false
  booth.begins = () => {
    if (!begun) booth.clock.after(ms, () => booth.say(concatBytes(...numbers.map(answer))))
    begun = true
  }
  const stopped: string[] = []
  try {
    await booth.clock.run(booth.vote([slip]))
  } catch (error) {
    stopped.push(String(error))
  }
  const wrong = [...booth.lies, ...stopped, ...wrongOnPaper(booth, [slip])]
  return { first: booth.outcomes[0], wrong }
}

describe('a proof that is none', () => {
  test('with the right numbers is not believed while a byte of the slip is still to go', () =>
    fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 371 }), async (ms) => {
        const { first, wrong } = await toldAfter(connectPrinter, WIDE, ms, ...NUMBERS)
        expect(first).toEqual({ is: 'indeterminate', why: 'false-proof' })
        expect(wrong).toEqual([])
      }),
      { numRuns: 40 },
    ))

  test('with another number is never believed, whenever it comes', () =>
    fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 450 }),
        fc.integer({ min: 0, max: 0xffff }).filter((number) => !NUMBERS.includes(number)),
        async (ms, number) => {
          const { first, wrong } = await toldAfter(connectPrinter, WIDE, ms, number)
          expect(first).toEqual({ is: 'printed' })
          expect(wrong).toEqual([])
        },
      ),
      { numRuns: 40 },
    ))

  test('with the right numbers, between the last byte and the paper, is believed: no chance at each byte of noise is above 2^-56', async () => {
    const { first, wrong } = await toldAfter(connectPrinter, ballot(1), 30, ...NUMBERS)
    expect(first).toEqual({ is: 'printed' })
    expect(wrong).toContain('printed, and the paper does not show it')
  })

  test('is believed by a driver that does not count its bytes, or not the number', async () => {
    const early = await toldAfter(await weakened(believesTooEarly), WIDE, 100, ...NUMBERS)
    expect(early.wrong).toContain('printed, and the paper does not show it')
    const any = await toldAfter(await weakened(believesAnyNumber), ballot(1), 30, 7)
    expect(any.wrong).toContain('printed, and the paper does not show it')
  })
})
