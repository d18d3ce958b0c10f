/** `sandogh demo`, which is `npm start`: one polling station votes, from keys to an audited result. */
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { pino } from 'pino'
import { RefusalError } from '../core/result.ts'
import { systemClock } from '../device-agent/system.ts'
import { seededRandom } from '../simulator/seeded-random.ts'
import { VirtualClock } from '../simulator/virtual-clock.ts'
import { auditAndCompare } from './audited.ts'
import { DEVICES, realBallots } from './elections/gy-les-nonains.ts'
import { writePictures } from './pictures.ts'
import { writePolicy } from './policy.ts'
import { pollingDay } from './polling-day.ts'
import { Progress } from './progress.ts'
import { provision } from './provisioned.ts'

/** Half past seven in Tehran on the polling day. */
const MORNING = Date.parse('2026-06-19T04:00:00Z')

export const usage = `sandogh demo: one polling station votes, from keys to an audited result

  sandogh demo [--auto] [--seed <text>] [--out <folder>]

  Runs the day of one polling station with three ballot devices on virtual hardware, with 365 real
  ballots, sends everything to a centre, audits it and compares it with the data file.

  --auto   do not wait for anybody (until there are screens to open, this is always so)
  --seed   same seed, same keys and voters; a random one is drawn and printed otherwise
  --out    where the results go (default: out); what an earlier run left there is replaced

  Exit code: 0 everything agrees, 1 something does not, 2 the command or folder was refused.
`

/** @returns the exit code */
export async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      auto: { type: 'boolean', default: false },
      seed: { type: 'string' },
      out: { type: 'string', default: 'out' },
    },
  })
  if (values.seed === '')
    throw emptyValue('--seed', 'Give a text, or leave the flag out and a random one is drawn.')
  if (values.out === '')
    throw emptyValue('--out', 'Name a folder that is new or empty, or leave the flag out.')
  const out = prepareFolder(values.out)
  const seed = values.seed ?? crypto.randomUUID().slice(0, 8)
  const progress = new Progress(process.stdout)
  progress.line('Sandogh: one polling station votes. This is a rehearsal on virtual hardware, no election.')
  progress.line(`Seed ${seed}: random numbers are seeded and not secret. Results go to ${out}`)
  progress.line('')
  const logger = pino({ base: null }, pino.destination({ dest: join(out, 'program.log'), sync: true }))
  const random = seededRandom(seed)
  const clock = new VirtualClock(MORNING)
  progress.stage(`keys are made, the package is signed, ${DEVICES.length} devices are enrolled`)
  const provisioned = provision(out, random, [MORNING, systemClock.now()])
  writePolicy(out, provisioned, MORNING)
  const { castOn, devices } = await pollingDay({
    out,
    provisioned,
    clock,
    networkClock: systemClock,
    random,
    logger,
    progress,
  })
  const slips = writePictures(out, devices)
  const agrees = auditAndCompare(
    {
      out,
      authorityKey: provisioned.authority.publicKey,
      shareFiles: provisioned.shareFiles,
      electionPackage: provisioned.electionPackage,
      ballots: realBallots(),
      castOn,
    },
    progress,
  )
  progress.line('')
  progress.line(
    agrees ? 'Everything agrees: audit, devices, data file.' : 'SOMETHING DOES NOT AGREE: see above.',
  )
  progress.line('')
  progress.line(whatIsWhat(values.out, slips))
  return agrees ? 0 : 1
}

/** Empties a folder that an earlier run made; anything else is not touched. */
function prepareFolder(given: string): string {
  const out = resolve(given)
  const mark = join(out, '.sandogh-demo')
  try {
    makeFolder(out)
    emptyFolder(out, mark)
    writeFileSync(mark, 'made by "sandogh demo", emptied by its next run\n')
    return out
  } catch (error) {
    if (error instanceof RefusalError) throw error
    const { code } = error as NodeJS.ErrnoException
    const isFile = code === 'EEXIST' || code === 'ENOTDIR'
    const what = isFile ? 'a file is in the way' : `it cannot be written (${code})`
    throw otherFolder(out, what)
  }
}

/** A folder and those above it. Node's own `recursive` never returns where a file system, such as /proc, refuses with ENOENT. */
function makeFolder(path: string): void {
  if (existsSync(path) && statSync(path).isDirectory()) return
  if (dirname(path) !== path) makeFolder(dirname(path))
  mkdirSync(path)
}

function emptyFolder(out: string, mark: string): void {
  const found = readdirSync(out)
  if (found.length > 0 && !existsSync(mark)) {
    throw otherFolder(out, 'this folder holds something that no demonstration made, and is left as it is')
  }
  for (const name of found) rmSync(join(out, name), { recursive: true, force: true })
}

function otherFolder(out: string, what: string): RefusalError {
  return new RefusalError({
    code: 'demo.out',
    where: out,
    what,
    next: 'Name a folder that is new or empty: --out <folder>.',
  })
}

function emptyValue(flag: string, next: string): RefusalError {
  return new RefusalError({ code: 'usage', where: `sandogh demo ${flag}`, what: 'its value is empty', next })
}

function whatIsWhat(out: string, slips: number): string {
  return `What lies in ${out}/
  bundles/     what left the three devices and the check-in: all that an auditor needs
  policy       whose eyes an auditor may ask for on every journal: the centre's and both neighbours'
  slips/       ${slips} paper slips as pictures, in no order, as in a ballot box
  reports/     zero reports, minutes and results as pictures
  trustees/    five shares of the election key; three open the ballots
  centre/      database of the national centre
  devices/     home folders of the devices, with their databases
  program.log  what the programs said of themselves

Try next
  npx sandogh audit verify ${out}/bundles
  npx sandogh audit verify --policy ${out}/policy ${out}/bundles
  npx sandogh audit open --share ${out}/trustees/share-1.json --share ${out}/trustees/share-2.json \\
      --share ${out}/trustees/share-4.json ${out}/bundles
  change one letter in ${out}/bundles/${DEVICES[0]}/journal.jsonl and verify again: the entry is named
`
}
