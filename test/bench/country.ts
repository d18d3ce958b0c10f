/**
 * The simulated country as it grows, by the command as it is installed: connections and tallies beside their floors, processor and memory a device.
 * The countries are kept for the next run; the largest takes a quarter of an hour to be made.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PlainFigures } from '../../demo/country/plain-run.ts'
import { median } from '../../demo/country/report.ts'
import { CAVEAT } from '../../demo/country/telling.ts'
import { SANDOGH } from '../end-to-end/command.ts'
import { growthPlot, type Panel } from './country-plot.ts'
import { machine, table } from './table.ts'

const SIZES = [1_000, 4_000, 16_000, 32_000]
const PLOT = 'docs/pictures/country-growth.svg'
const GIB = 2 ** 30

/** A run of one size. */
interface Grown {
  readonly devices: number
  readonly figures: PlainFigures
}

/** @param args how many devices, once or more often; all sizes where none is given, and only then the plot is drawn */
export async function main(args: readonly string[]): Promise<void> {
  const say = (text: string) => process.stdout.write(`${text}\n`)
  say(`${machine()}\n`)
  const grown: Grown[] = []
  for (const devices of args.length === 0 ? SIZES : args.map(Number)) {
    grown.push({ devices, figures: await run(devices) })
    say(`${growthTable(grown)}\n`)
  }
  if (args.length > 0) return
  writeFileSync(join(import.meta.dirname, '../..', PLOT), growthPlot(panelsOf(grown), CAVEAT))
  say(`drawn: ${PLOT}`)
}

async function run(devices: number): Promise<PlainFigures> {
  const out = join(tmpdir(), `sandogh-bench-country-${devices}`)
  const words = ['simulate', 'country', '--devices', String(devices), '--seed', 'growth', '--out', out]
  const child = spawn(process.execPath, [SANDOGH, ...words], { stdio: 'inherit' })
  const [status] = await once(child, 'close')
  if (status !== 0) throw new Error(`the country of ${devices} ended with ${status}`)
  return (JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')) as { readonly figures: PlainFigures })
    .figures
}

/** The rows of docs/performance.md. */
export function growthTable(grown: readonly Grown[]): string {
  const head = [
    `devices (${CAVEAT})`,
    'floor: handshakes',
    'connected',
    'ratio',
    'floor: tallies dropped',
    'journals stored',
    'tallies stored',
    'ratio',
    'centre’s processor a tally',
    'memory: devices',
    'brokers',
    'collectors',
  ]
  const rows = grown.map(({ devices, figures }) => {
    const { handshakesMs, connectMs, rounds, loaders, brokers } = figures
    const middle = (of: (round: (typeof rounds)[number]) => number) => median(rounds.map(of))
    const perDevice = (bytes: number) => `${(bytes / 1_024 / devices).toFixed(0)} KiB each`
    return [
      devices.toLocaleString('en'),
      seconds(handshakesMs),
      seconds(connectMs),
      (connectMs / handshakesMs).toFixed(2),
      seconds(middle(({ floorMs }) => floorMs)),
      seconds(middle(({ entriesMs }) => entriesMs)),
      seconds(middle(({ talliesMs }) => talliesMs)),
      middle(({ floorMs, talliesMs }) => talliesMs / floorMs).toFixed(2),
      `${((1_000 * middle(({ centre }) => centre.cpuSeconds)) / devices).toFixed(2)} ms`,
      perDevice(loaders.residentBytes),
      perDevice(brokers.residentBytes),
      perDevice(rounds.at(-1)?.collectors.residentBytes ?? 0),
    ]
  })
  return table(head, rows)
}

/** Time and memory, to be drawn. */
export function panelsOf(grown: readonly Grown[]): readonly Panel[] {
  const dots = (of: (figures: PlainFigures) => number) =>
    grown.map(({ devices, figures }) => ({ devices, value: of(figures) }))
  const middle = (figures: PlainFigures, of: (round: PlainFigures['rounds'][number]) => number) =>
    median(figures.rounds.map(of)) / 1_000
  return [
    {
      title: 'Time',
      unit: 's',
      series: [
        { name: 'connected', colour: '#40609f', measured: dots(({ connectMs }) => connectMs / 1_000) },
        {
          name: 'floor: bare handshakes',
          colour: '#90a8d0',
          measured: dots(({ handshakesMs }) => handshakesMs / 1_000),
        },
        {
          name: 'tallies stored and answered',
          colour: '#9f4060',
          measured: dots((figures) => middle(figures, ({ talliesMs }) => talliesMs)),
        },
        {
          name: 'floor: tallies dropped',
          colour: '#d090a8',
          measured: dots((figures) => middle(figures, ({ floorMs }) => floorMs)),
        },
      ],
    },
    {
      title: 'Memory of all processes',
      unit: 'GiB',
      series: [
        {
          name: 'the devices’ own side',
          colour: '#40609f',
          measured: dots(({ loaders }) => loaders.residentBytes / GIB),
        },
        { name: 'brokers', colour: '#9f4060', measured: dots(({ brokers }) => brokers.residentBytes / GIB) },
      ],
    },
  ]
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(2)} s`
}
