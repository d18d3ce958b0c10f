/** What a print says of the time that it still takes, held against the bytes on its line and the moment at which they were through. */
import { describe, expect, test } from 'vitest'
import type { OpenLine } from '../../../core/ports.ts'
import { connectPrinter, type PrintProgress } from '../../../firmware/printer/driver.ts'
import { inProcessLine } from '../../../simulator/lines/in-process.ts'
import { VirtualPrinter } from '../../../simulator/peripherals/printer.ts'
import { VirtualClock } from '../../../simulator/virtual-clock.ts'
import { ballot, type Connect } from './polling-booth.ts'
import { ignoresTheBaud, tellsOnlyTheBeginning, weakened } from './weakened.ts'

/** 14,400 bytes of picture in two bands: 1.25 s on a fast line, 15 s on a slow one, and the head is never behind. */
const SLIP = ballot(1, 200, 72)
const BITS_A_BYTE = 10
const DLE = 0x10
/** A piece that has just been written is counted as gone, and is on the line as long as it takes: 64 bytes; and a timer's rounding. */
const lateMs = (baudRate: number) => (64 * BITS_A_BYTE * 1000) / baudRate + 2
/** From the last byte to its proof: the rest of the paper. */
const PAPER_MS = 500

interface Told extends PrintProgress {
  readonly at: number
}

/** Prints a slip on a line of this speed. */
async function printed(connect: Connect, baudRate: number) {
  const clock = new VirtualClock(0, 200)
  const line = inProcessLine({ clock, baudRate, paced: true })
  const paper = new VirtualPrinter({ line: line.plug, clock })
  const told: Told[] = []
  let bytes = 0
  const open: OpenLine = async () => {
    const end = await line.open()
    return {
      listen: (receive, lost) => end.listen(receive, lost),
      close: () => end.close(),
      write: (piece) => {
        if (told.length > 0 && piece[0] !== DLE) bytes += piece.length
        end.write(piece)
      },
    }
  }
  const logger = { info: () => {}, warn: () => {}, error: () => {} }
  const connected = await clock.run(connect({ open, clock, logger, baudRate, firstProcess: 1 }))
  if (!connected.ok) throw new Error(connected.error.what)
  const print = connected.value.print(SLIP, (progress) => told.push({ ...progress, at: clock.elapsed() }))
  expect(await clock.run(print)).toEqual({ is: 'printed' })
  const provenAt = clock.elapsed()
  await clock.run(new Promise<void>((over) => clock.after(1_000, over)))
  connected.value.close()
  expect(paper.lostBytes).toBe(0)
  return { told, provenAt, needsMs: (bytes * BITS_A_BYTE * 1000) / baudRate }
}

/** What of it does not hold. */
async function wrongAt(connect: Connect, baudRate: number): Promise<readonly string[]> {
  const { told, provenAt, needsMs } = await printed(connect, baudRate)
  const wrong: string[] = []
  const [first, last] = [told.at(0), told.at(-1)]
  if (first === undefined || last === undefined) return ['nothing is told']
  if (Math.abs(first.msLeft - needsMs) > 1 || first.done !== 0)
    wrong.push('it does not begin at what the bytes need')
  if (!told.every(({ msLeft }, i) => i === 0 || msLeft < (told[i - 1]?.msLeft ?? 0)))
    wrong.push('it does not only fall')
  if (last.msLeft !== 0 || last.done !== 1) wrong.push('it does not end')
  if (last.at > provenAt || provenAt - last.at > lateMs(baudRate) + PAPER_MS)
    wrong.push('it is not over when the proof comes')
  if (!told.every(({ at, msLeft }) => Math.abs(at + msLeft - last.at) <= lateMs(baudRate)))
    wrong.push('what it says is not what it takes')
  if (!told.every(({ done, msLeft }) => Math.abs(msLeft - (1 - done) * needsMs) <= 1))
    wrong.push('part and time do not agree')
  return wrong
}

describe('the time that a print still takes', () => {
  test.each([115_200, 9_600])(
    'at %i baud begins at what its bytes need there, only falls, and is over when the proof comes',
    async (baudRate) => {
      expect(await wrongAt(connectPrinter, baudRate)).toEqual([])
    },
  )

  test('is a twelfth of it on a slow line, told by a driver that ignores the baud', async () => {
    const connect = await weakened(ignoresTheBaud)
    expect(await wrongAt(connect, 115_200)).toEqual([])
    expect(await wrongAt(connect, 9_600)).toEqual(
      expect.arrayContaining([
        'it does not begin at what the bytes need',
        'what it says is not what it takes',
      ]),
    )
  })

  test('stands still, told by a driver that does not tell as the bytes go out', async () => {
    expect(await wrongAt(await weakened(tellsOnlyTheBeginning), 9_600)).toContain('it does not end')
  })
})
