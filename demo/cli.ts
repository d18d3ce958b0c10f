/** `sandogh demo`, which is `npm start`: a polling station that people can use, or with `--auto` one whose day runs by itself. */
import { parseArgs } from 'node:util'
import { RefusalError } from '../core/result.ts'
import { automaticDay } from './automatic-day.ts'
import { leaveFolder, prepareFolder } from './out-folder.ts'
import { Progress } from './progress.ts'
import { runStation } from './station/run-station.ts'

/** Where the voting device's page is; the officers' and the bench's follow. */
const PORT = 4600
const PAGES = 3

export const usage = `sandogh demo: a polling station on virtual hardware

  sandogh demo [--port <number>] [--seed <text>] [--out <folder>]
      opens a station with one ballot device that you can use in a browser, prints the addresses of the
      voting device, the officers and the bench of virtual peripherals, and runs until Ctrl-C
  sandogh demo --auto [--seed <text>] [--out <folder>]
      runs the day of a station with three devices by itself, with 365 real ballots, sends everything to
      a centre, audits it and compares it with the data file

  --auto   nobody is there: the whole day, and an end
  --port   where the voting device's address is (default: ${PORT}), the officers' and the bench's on the
           two ports behind it; for one that is taken a free one is used
  --seed   the same seed makes the same keys; without it --auto draws one and prints it, and a station
           that you can use takes the system's random numbers, as a device in service does
  --out    where the results go (default: out); what an earlier run left there is replaced

  Exit code: 0 everything agrees, or ended as asked; 1 something does not agree; 2 the command or folder was refused.
`

/** @returns the exit code */
export async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      auto: { type: 'boolean', default: false },
      port: { type: 'string' },
      seed: { type: 'string' },
      out: { type: 'string', default: 'out' },
    },
  })
  const { auto, seed } = values
  if (seed === '') throw misuse('--seed', 'its value is empty', 'Give a text, or leave the flag out.')
  if (values.out === '')
    throw misuse('--out', 'its value is empty', 'Name a folder that is new or empty, or leave the flag out.')
  const port = portOf(values.port)
  if (auto && values.port !== undefined)
    throw misuse('--port', 'with --auto there are no pages', 'Leave one of the two flags out.')
  const out = prepareFolder(values.out)
  const progress = new Progress(process.stdout)
  try {
    if (!auto) {
      await runStation({ out, outName: values.out, seed, port, progress })
      return 0
    }
    const drawn = seed ?? crypto.randomUUID().slice(0, 8)
    return (await automaticDay({ out, outName: values.out, seed: drawn, progress })) ? 0 : 1
  } finally {
    leaveFolder(out)
  }
}

function portOf(given: string | undefined): number {
  if (given === undefined) return PORT
  const port = /^[0-9]{1,5}$/.test(given) ? Number(given) : 0
  const largest = 65_535 - (PAGES - 1)
  if (port < 1 || port > largest)
    throw misuse(
      '--port',
      `${JSON.stringify(given.slice(0, 20))} is no port`,
      `Give a number from 1 to ${largest}.`,
    )
  return port
}

function misuse(flag: string, what: string, next: string): RefusalError {
  return new RefusalError({ code: 'usage', where: `sandogh demo ${flag}`, what, next })
}
