/** How many emulated I/O boards keep real time on one core: `npm run bench -- boards`. */
import { encodeFeed } from '../../firmware/io-board/status.ts'
import { inProcessLine } from '../../simulator/lines/in-process.ts'
import { EmulatedIoBoard } from '../../simulator/peripherals/emulated-io-board.ts'
import { VirtualIoBoard } from '../../simulator/peripherals/io-board.ts'
import { VirtualClock } from '../../simulator/virtual-clock.ts'
import { machine, table } from './table.ts'

const BOARDS = 20
const HOUR_MS = 3_600_000
/** As often as an agent feeds its board. */
const HEARTBEAT_MS = 5_000
const SAMPLING = Uint8Array.of(0xf0, 0x7a, 0x13, 0x00, 0xf7, 0xc0, 0x01, 0xc1, 0x01, 0xc2, 0x01)

/** Prints the measurement. */
export async function main(): Promise<void> {
  const say = (text: string) => process.stdout.write(`${text}\n`)
  say(`${machine()}\n`)
  say(`## ${BOARDS} I/O boards in one process\n`)
  const kinds = [
    ['light board, fed every 5 s', VirtualIoBoard, false, HOUR_MS],
    ['real firmware, fed every 5 s', EmulatedIoBoard, false, HOUR_MS],
    ['real firmware, three channels sampled every 19 ms', EmulatedIoBoard, true, HOUR_MS / 60],
  ] as const
  const rows: string[][] = []
  for (const [name, Board, isSampling, ms] of kinds) {
    const spentMs = await run(Board, isSampling, ms)
    const boards = (BOARDS * ms) / spentMs
    rows.push([name, `${(spentMs / 1_000).toFixed(2)} s for ${ms / 60_000} min`, boards.toFixed(0)])
  }
  say(table(['board', 'processor time', 'boards in real time per core'], rows))
}

/** Lets the boards run so long; gives the processor time in milliseconds. */
async function run(
  Board: typeof VirtualIoBoard | typeof EmulatedIoBoard,
  isSampling: boolean,
  ms: number,
): Promise<number> {
  const clock = new VirtualClock(0)
  for (let i = 0; i < BOARDS; i += 1) {
    const { open, plug } = inProcessLine({ clock, baudRate: 57_600, paced: true })
    new Board({ line: plug, clock })
    const line = await open()
    line.listen(
      () => {},
      () => {},
    )
    clock.after(100, () => isSampling && line.write(SAMPLING))
    const beat = () => {
      line.write(encodeFeed(1, 30))
      clock.after(HEARTBEAT_MS, beat)
    }
    clock.after(200, beat)
  }
  const before = process.cpuUsage()
  await clock.run(new Promise<void>((resolve) => clock.after(ms, resolve)))
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1_000
}
