/** What serial lines cost: `npm run bench -- lines`. */
import { type LineKind, measureOpenLines, type OpenLines } from './open-lines.ts'
import { measureSlip } from './slip-time.ts'
import { machine, table } from './table.ts'
import { measureTouchPaths, PACKET_US } from './touch-path.ts'

const OPEN_LINES = 32_000

/** Prints all three measurements. */
export async function main(): Promise<void> {
  const say = (text: string) => process.stdout.write(`${text}\n`)
  say(`${machine()}\n`)
  say(`## A touch: from the packet on the wire to the session's input\n`)
  say(await touches())
  say(`## ${OPEN_LINES} open lines in one process\n`)
  say(openLines())
  say('## A slip beside its bytes at 115200\n')
  say(await slip())
}

async function touches(): Promise<string> {
  const paths = await measureTouchPaths()
  return table(
    [
      'line',
      'floor: to a bare listener, median (99 %)',
      "to the session's input, median (99 %)",
      'ratio of medians',
      'beside the 10.4 ms of the packet itself at 9600',
    ],
    paths.map(({ line, floor, input }) => [
      line,
      `${us(floor.median)} (${us(floor.worstOfAHundred)})`,
      `${us(input.median)} (${us(input.worstOfAHundred)})`,
      (input.median / floor.median).toFixed(1),
      `${((100 * input.median) / PACKET_US).toFixed(2)} %`,
    ]),
  )
}

function openLines(): string {
  const kinds: readonly (readonly [LineKind, string])[] = [
    ['duplex', "floor: one of Node's streams"],
    ['in-process', 'our in-process line'],
    ['serialport', 'the real SerialPort class on it'],
  ]
  const measured = kinds.map(([kind, name]) => [name, measureOpenLines(kind, OPEN_LINES)] as const)
  const floor = measured[0]?.[1]
  if (floor === undefined) throw new Error('nothing was measured')
  const ratio = (of: (lines: OpenLines) => number, lines: OpenLines) => (of(lines) / of(floor)).toFixed(1)
  return table(
    [
      'line',
      'opened in',
      'each',
      'ratio',
      'memory',
      'each',
      'ratio',
      'a packet on every line',
      'each',
      'ratio',
    ],
    measured.map(([name, lines]) => [
      name,
      `${(lines.openMs / 1_000).toFixed(2)} s`,
      us((1_000 * lines.openMs) / lines.count),
      ratio(({ openMs }) => openMs, lines),
      `${Math.round(lines.residentBytes / 2 ** 20)} MiB`,
      `${(lines.residentBytes / 1_024 / lines.count).toFixed(1)} KiB`,
      ratio(({ residentBytes }) => residentBytes, lines),
      `${Math.round(lines.packetMs)} ms`,
      us((1_000 * lines.packetMs) / lines.count),
      ratio(({ packetMs }) => packetMs, lines),
    ]),
  )
}

async function slip(): Promise<string> {
  const { bytes, makeMs, wireMs, paperMs, proofMs } = await measureSlip()
  const beside = (ms: number) => (ms / wireMs).toFixed(3)
  return table(
    ['of the longest slip of the demonstration', 'time', 'beside its bytes on the wire'],
    [
      [`floor: ${bytes} bytes at 115200 8N1`, `${Math.round(wireMs)} ms`, '1'],
      ['drawing and encoding it, on this machine', `${makeMs.toFixed(1)} ms`, beside(makeMs)],
      ['so much paper at 150 mm/s', `${Math.round(paperMs)} ms`, beside(paperMs)],
      ["from the order to the printer's proof, virtual time", `${Math.round(proofMs)} ms`, beside(proofMs)],
    ],
  )
}

function us(microseconds: number): string {
  return `${microseconds < 10 ? microseconds.toFixed(1) : Math.round(microseconds)} µs`
}
