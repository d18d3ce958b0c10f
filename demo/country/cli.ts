/** `sandogh simulate country`: whether the centre stands the whole country, as far as one computer can show it. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { RefusalError } from '../../core/result.ts'
import { leaveFolder, prepareFolder } from '../out-folder.ts'
import { BROKERS, missingFor, SIDES, STORES } from './centre-processes.ts'
import { openCountryPackage } from './election.ts'
import { FEWEST_FOR_FAULTS } from './fault-plan.ts'
import { faultyRun } from './faulty-run.ts'
import { plainRun, type RunParts } from './plain-run.ts'
import { prepareCountry } from './prepare.ts'
import { mostOpenFiles } from './processes.ts'
import { faultyReport, plainReport, problemsOf } from './report.ts'
import { CAVEAT, Telling } from './telling.ts'

const PLANS = ['plain', 'faults'] as const
/** Of a program, beside its connections. */
const OTHER_FILES = 100
/** Two brokers here hold no more connections. */
const MOST_DEVICES = 36_000
const OUT = 'out-country'
const COUNTRY = {
  mark: '.sandogh-country',
  command: 'sandogh simulate country',
  keeps: ['country.db'],
} as const

export const usage = `sandogh simulate country: the devices of a whole country and their centre, on this computer

  sandogh simulate country [--devices <number>] [--seed <text>] [--plan plain|faults] [--out <folder>]
                           [--store ${STORES.join('|')}] [--broker ${BROKERS.join('|')}]

  Makes an election with so many devices, lets each have its polling day in the real store of a device, one
  after another, and then has all of them tell the centre at once: the real sync over real connections with
  certificates on both sides, two brokers, two collectors. No peripherals, no voters' cards, no paper.

  --devices  how many (default: 1000; at most ${MOST_DEVICES}); in stations of 3 or 4
  --seed     the same seed makes the same country and the same faults; one is drawn and printed otherwise
  --plan     plain (default): everybody connects and sends, beside bare handshakes and dropped messages;
             faults: links flap, a broker, a collector and the database are killed, messages are doubled,
             forged and flooded, devices are copied and lie
  --out      where the report goes (default: ${OUT}), and the country itself, which the next run of the same
             seed, number and code takes up again; anything else in the folder is replaced
  --store    where the collectors keep what they take (default: ${STORES[0]})
  --broker   which brokers the devices meet (default: ${BROKERS[0]})

  Every figure is "${CAVEAT}".

  Exit code: 0 everything holds, 1 something does not, 2 the command or folder was refused.
`

/** Runs `sandogh simulate country …` on the arguments behind `country`; resolves to the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      devices: { type: 'string', default: '1000' },
      seed: { type: 'string' },
      plan: { type: 'string', default: PLANS[0] },
      out: { type: 'string', default: OUT },
      store: { type: 'string', default: STORES[0] },
      broker: { type: 'string', default: BROKERS[0] },
    },
  })
  const plan = oneOf('--plan', values.plan, PLANS)
  const store = oneOf('--store', values.store, STORES)
  const broker = oneOf('--broker', values.broker, BROKERS)
  const missing = missingFor({ broker, store })
  if (missing !== undefined)
    throw misuse(
      missing === 'mosquitto' ? '--broker' : '--store',
      'its program is not here',
      `Install it: apt-get install ${missing}.`,
    )
  const devices = devicesOf(values.devices, plan === 'faults' ? FEWEST_FOR_FAULTS : 1)
  const [wanted, allowed] = [Math.ceil(devices / SIDES) + OTHER_FILES, mostOpenFiles()]
  if (wanted > allowed)
    throw misuse(
      '--devices',
      `a broker needs ${wanted} open files, and ${allowed} are allowed here`,
      `Allow them (ulimit -n ${wanted}), or simulate fewer.`,
    )
  if (values.seed === '') throw misuse('--seed', 'its value is empty', 'Give a text, or leave the flag out.')
  if (values.out === '')
    throw misuse('--out', 'its value is empty', 'Name a folder that is new or empty, or leave the flag out.')
  const seed = values.seed ?? crypto.randomUUID().slice(0, 8)
  const out = prepareFolder(values.out, COUNTRY)
  // Programs of the centre end when this one exits, and a signal alone is no exit.
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)
    process.once(signal, () => process.exit(code))
  const telling = new Telling((text) => process.stdout.write(text))
  try {
    telling.line(
      `Seed ${seed}: random numbers are seeded and not secret. ${CAVEAT[0]?.toUpperCase()}${CAVEAT.slice(1)}.`,
    )
    telling.stage(`${devices} devices are made, each with its polling day`)
    const file = await prepareCountry(out, { seed, devices }, telling)
    const electionPackage = openCountryPackage(seed, file.packageText)
    const parts = {
      seed,
      devices,
      out,
      path: join(out, 'country.db'),
      file,
      electionPackage,
      telling,
      broker,
      store,
    }
    const asked = { devices, seed, store, broker }
    const { report, figures, problems } =
      plan === 'plain' ? await plain(parts, asked) : await faulty(parts, asked)
    file.close()
    const verdict =
      problems.length === 0 ? ['Everything holds.'] : problems.map((problem) => `DOES NOT HOLD: ${problem}`)
    const text = [...report, ...verdict].map((line) => `${line}\n`).join('')
    writeFileSync(join(out, 'report.txt'), text)
    writeFileSync(
      join(out, 'report.json'),
      `${JSON.stringify({ asked, plan, figures, problems }, null, 2)}\n`,
    )
    telling.line(`\n${text}`)
    return problems.length === 0 ? 0 : 1
  } finally {
    leaveFolder(out, COUNTRY)
  }
}

async function plain(parts: RunParts, asked: Parameters<typeof plainReport>[0]) {
  const figures = await plainRun(parts)
  const problems = problemsOf(figures.rounds.map(({ verdict }) => verdict))
  return { report: plainReport(asked, figures), figures, problems }
}

async function faulty(parts: RunParts, asked: Parameters<typeof faultyReport>[0]) {
  const figures = await faultyRun(parts)
  return { report: faultyReport(asked, figures), figures, problems: problemsOf([figures.verdict]) }
}

function devicesOf(given: string, fewest: number): number {
  const number = /^[0-9]{1,6}$/.test(given) ? Number(given) : 0
  if (number >= fewest && number <= MOST_DEVICES) return number
  const what = `${JSON.stringify(given.slice(0, 20))} is no number of devices for this plan`
  throw misuse('--devices', what, `Give a number from ${fewest} to ${MOST_DEVICES}.`)
}

function oneOf<T extends string>(flag: string, given: string, known: readonly T[]): T {
  const found = known.find((each) => each === given)
  if (found !== undefined) return found
  throw misuse(flag, `there is no ${JSON.stringify(given.slice(0, 20))}`, `Give one of: ${known.join(', ')}.`)
}

function misuse(flag: string, what: string, next: string): RefusalError {
  return new RefusalError({ code: 'usage', where: `sandogh simulate country ${flag}`, what, next })
}
