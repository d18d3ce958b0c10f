/** Bytes that never reach the printer. ESC/POS has no checksum; what is missing shows in the answers to the process requests. */
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import type { PrintDocument } from '../../../firmware/printer/document.ts'
import { connectPrinter } from '../../../firmware/printer/driver.ts'
import type { Fault } from '../../../simulator/faults/plan.ts'
import { seededRandom } from '../../../simulator/seeded-random.ts'
import { type Connect, PollingBooth, wrongOnPaper } from './polling-booth.ts'
import { asksAtTheEndOnly, weakened } from './weakened.ts'

/** A picture of three bands, 128, 128 and 44 rows, of bytes that mean something to a printer, but for real-time commands and the knife. */
function picture(seed: string): PrintDocument {
  const rows = seededRandom(seed)
    .bytes(300 * 72)
    .map((byte) => ((byte & 0x3f) === 0x10 ? 0x11 : byte & 0x3f))
  return {
    blocks: [
      { kind: 'raster', bitmap: { widthDots: 576, heightDots: 300, rows } },
      { kind: 'feed', lines: 1 },
    ],
  }
}

const SLIP = picture('lost bytes')
const BAND_HEADER = Buffer.from('1d763000', 'hex')
const HEADER_BYTES = 8

/** What goes to the printer on a line that is well: all of it, and where the slip begins and ends. */
const healthy = { sent: Buffer.alloc(0), from: 0, to: 0 }
beforeAll(async () => {
  const pieces: Uint8Array[] = []
  const booth = new PollingBooth(connectPrinter)
  booth.hears = (bytes) => pieces.push(bytes)
  await booth.clock.run(booth.vote([SLIP]))
  expect(wrongOnPaper(booth, [SLIP])).toEqual([])
  healthy.sent = Buffer.concat(pieces)
  healthy.from = healthy.sent.indexOf(BAND_HEADER)
  healthy.to = healthy.sent.lastIndexOf(Buffer.from('1b401d610e1d564200', 'hex'))
})

/** In the header of a band: if the first byte that is missing is there, the whole band is text to the printer, and nothing tells. */
function isInHeader(at: number): boolean {
  const header = healthy.sent.lastIndexOf(BAND_HEADER, at)
  return header !== -1 && at < header + HEADER_BYTES
}

/**
 * A slip on a line with a fault; what the driver said that is not so, and what the box holds that nobody meant. A fault that loses nothing is not
 * meant here: bytes that are only read as others no answer of the printer tells of.
 */
async function wrongWith(connect: Connect, fault: Fault, document = SLIP): Promise<readonly string[]> {
  const booth = new PollingBooth(connect, [], [fault])
  try {
    await booth.clock.run(booth.vote([document]))
  } catch (error) {
    return [String(error)]
  }
  fc.pre(booth.arrived < booth.passed.down)
  const wrong = wrongOnPaper(booth, [document])
  // Where bytes are missing the rest of a picture is taken for commands: above the mark may stand anything.
  return [...booth.lies, ...wrong.filter((what) => what !== 'a void slip with something else on it')]
}

/** Places in the slip, but for the headers. */
const places = fc
  .double({ min: 0, max: 1, noNaN: true })
  .map((place) => Math.floor(healthy.from + place * (healthy.to - healthy.from - 1)))
  .filter((at) => !isInHeader(at))

const losses: fc.Arbitrary<Fault> = fc.oneof(
  fc.record({
    way: fc.constant('down'),
    at: places,
    is: fc.constant('drop'),
    bytes: fc.integer({ min: 1, max: 300 }),
  }),
  fc.record({
    way: fc.constant('down'),
    at: places,
    is: fc.constant('mute'),
    ms: fc.integer({ min: 1, max: 400 }),
  }),
  fc.record({
    way: fc.constant('down'),
    at: places,
    is: fc.constant('garble'),
    ms: fc.integer({ min: 1, max: 400 }),
    hundredths: fc.constantFrom(25, 50, 75),
  }),
)

describe('bytes that are lost on their way to the printer', () => {
  test('or read at the wrong speed, anywhere but in the eight bytes before a band, leave the slip unproven: it is void and printed anew', () =>
    fc.assert(
      fc.asyncProperty(losses, async (loss) => {
        expect(await wrongWith(connectPrinter, loss)).toEqual([])
      }),
      { numRuns: 120 },
    ))

  test('go unseen by a driver that asks for one proof behind the whole slip', async () => {
    const connect = await weakened(asksAtTheEndOnly)
    // Two narrow bands of what is text to a printer that is not in a picture: it prints in time what it takes the second one for.
    const rows = seededRandom('text')
      .bytes(256 * 8)
      .map((byte) => 0x20 | (byte & 0x1f))
    const bitmap = { widthDots: 64, heightDots: 256, rows }
    const document: PrintDocument = {
      blocks: [
        { kind: 'raster', bitmap },
        { kind: 'feed', lines: 1 },
      ],
    }
    const fault = { way: 'down', at: healthy.from + 200, is: 'drop', bytes: 100 } as const
    expect(await wrongWith(connectPrinter, fault, document)).toEqual([])
    const wrong = await wrongWith(connect, fault, document)
    expect(wrong).toContain('printed, and the paper does not show it')
  })
})
