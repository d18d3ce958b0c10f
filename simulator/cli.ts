/** `sandogh simulate`: virtual peripherals on pseudo-terminals, for any program that opens a serial port. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { RefusalError } from '../core/result.ts'
import { faultyLine } from './faults/faulty-line.ts'
import { drawFaultPlan, printFaultPlan } from './faults/plan.ts'
import { ptyLine } from './lines/pty.ts'
import { PANEL, setUpBench } from './people/bench.ts'
import { Hands, VERBS } from './people/hands.ts'
import { LONGEST_LINE, TypedLines } from './people/typed-lines.ts'
import { realClock } from './real-clock.ts'
import { seededRandom } from './seeded-random.ts'

/** What each line carries, and what its peripheral sends for a byte. Bytes: how many a polling day of some voters sends up and down, for the places of faults. */
const LINES = {
  touchscreen: {
    what: 'Elo SmartSet touchscreen, 9600 8N1',
    baudRate: 9_600,
    bitsPerByte: 10,
    up: 4_000,
    down: 200,
  },
  'card-reader': {
    what: 'GemPC Twin card reader, 115200 8N2',
    baudRate: 115_200,
    bitsPerByte: 11,
    up: 20_000,
    down: 10_000,
  },
  printer: {
    what: 'ESC/POS printer, 115200 8N1',
    baudRate: 115_200,
    bitsPerByte: 10,
    up: 400,
    down: 400_000,
  },
  'io-board': { what: 'Firmata I/O board, 57600 8N1', baudRate: 57_600, bitsPerByte: 10, up: 600, down: 300 },
  display: {
    what: 'display, JSON lines, 115200 8N1',
    baudRate: 115_200,
    bitsPerByte: 10,
    up: 4_000,
    down: 800_000,
  },
} as const
type LineName = keyof typeof LINES

const FAULTS_A_LINE = 3

export const usage = `sandogh simulate: virtual peripherals that any program can open as serial ports

  sandogh simulate peripherals --pty [--seed <text>] [--faults]

  Opens a pseudo-terminal for the touchscreen, the card reader, the printer, the I/O board and the
  display of one ballot device, prints their paths, and keeps them alive until it is ended (Ctrl-C
  or SIGTERM). Hands move by what is typed here: "help" lists it.

  Bytes take as long as on a wire of the speed that a program sets; at another speed than the
  peripheral's both sides read garbage. Set the printer's line to ixon: it says XOFF. What is said
  while no program has a line open is lost. A path stays the same when a line is unplugged and
  plugged in again. The touch panel sits as that of the demonstration's devices: mirrored, raw
  values ${PANEL.left} to ${PANEL.right} across and ${PANEL.top} to ${PANEL.bottom} down.

  --pty      on pseudo-terminals (Linux); there is no other way yet
  --seed     same seed, same cards, PINs and faults; a random one is drawn and printed otherwise
  --faults   each line lies by a plan that is drawn from the seed and printed

  sandogh simulate country
      the devices of a whole country and their centre: see "sandogh simulate country --help"

  Exit code: 0 ended as asked, 2 the command was refused.
`

/** @returns the exit code, once it is ended */
export async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      pty: { type: 'boolean', default: false },
      seed: { type: 'string' },
      faults: { type: 'boolean', default: false },
    },
  })
  const [verb, more] = positionals
  if (verb !== 'peripherals' || more !== undefined) {
    throw misuse(
      verb === undefined ? 'say what to simulate: peripherals or country' : `there is no "${more ?? verb}"`,
    )
  }
  if (!values.pty) throw misuse('say on what: --pty')
  if (values.seed === '') throw misuse('--seed is empty')
  const seed = values.seed ?? crypto.randomUUID().slice(0, 8)
  await runPeripherals(seed, values.faults)
  return 0
}

/** Opens the lines, says where they are and obeys until a signal. */
async function runPeripherals(seed: string, faults: boolean): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'sandogh-lines-'))
  const random = seededRandom(seed)
  say(`Seed ${seed}: random numbers are seeded and not secret.`)
  const lines = forEachLine((name) => {
    const { what, baudRate, bitsPerByte, up, down } = LINES[name]
    const plan = faults ? drawFaultPlan(random, { up, down, faults: FAULTS_A_LINE }) : []
    const link = join(folder, name)
    const line = ptyLine({ clock: realClock, baudRate, bitsPerByte, paced: true, link })
    say(`${name.padEnd(12)} ${link}  ${what}`)
    if (faults) say(`             ${printFaultPlan(plan)}`)
    return faultyLine({ line, clock: realClock, baudRate, bitsPerByte, plan })
  })
  const bench = setUpBench(lines, realClock, PANEL, 'firmware')
  const hands = new Hands(bench, lines, random, realClock.now())
  for (const line of hands.cards()) say(line)
  say('Ready. Type "help" for what hands can do; end with Ctrl-C.')
  const typed = new TypedLines(
    (line) => {
      if (line.trim() === 'help') say(VERBS)
      else if (line.trim() !== '') void hands.obey(line).then(say)
    },
    () => say(`not done: a line has at most ${LONGEST_LINE} characters; "help" lists what hands can do`),
  )
  process.stdin.setEncoding('utf8')
  process.stdin.on('data', (text: string) => typed.take(text))
  process.stdin.once('end', () => typed.end())
  // Somebody who closes standard input has said all they want to; the peripherals stay.
  const keepAlive = setInterval(() => {}, 1 << 30)
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve)
    process.once('SIGTERM', resolve)
  })
  clearInterval(keepAlive)
  process.stdin.destroy()
  bench.board.switchOff()
  for (const line of Object.values(lines)) if (line.plugged) line.unplug()
  rmSync(folder, { recursive: true })
}

function forEachLine<T>(make: (name: LineName) => T): Readonly<Record<LineName, T>> {
  return {
    touchscreen: make('touchscreen'),
    'card-reader': make('card-reader'),
    printer: make('printer'),
    'io-board': make('io-board'),
    display: make('display'),
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

function misuse(what: string): RefusalError {
  return new RefusalError({
    code: 'usage',
    where: 'sandogh simulate',
    what,
    next: 'See "sandogh simulate --help".',
  })
}
