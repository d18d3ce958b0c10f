/** `npm start -- --auto`: the whole day of a polling station by itself, from keys to an audited result. */
import { join } from 'node:path'
import { pino } from 'pino'
import { systemClock } from '../device-agent/system.ts'
import { seededRandom } from '../simulator/seeded-random.ts'
import { VirtualClock } from '../simulator/virtual-clock.ts'
import { auditAndCompare } from './audited.ts'
import { DEVICES, realBallots } from './elections/gy-les-nonains.ts'
import { makeOfficials } from './officials.ts'
import { writePictures } from './pictures.ts'
import { writePolicy } from './policy.ts'
import { pollingDay } from './polling-day.ts'
import type { Progress } from './progress.ts'
import { provision } from './provisioned.ts'

/** Half past seven in Tehran on the polling day. */
const MORNING = Date.parse('2026-06-19T04:00:00Z')

/** What the day is run with. */
interface AutomaticDay {
  /** The folder of outputs, and how it was named. */
  readonly out: string
  readonly outName: string
  readonly seed: string
  readonly progress: Progress
}

/** Runs the day. @returns whether audit, devices and data file agree */
export async function automaticDay({ out, outName, seed, progress }: AutomaticDay): Promise<boolean> {
  progress.line('Sandogh: one polling station votes. This is a rehearsal on virtual hardware, no election.')
  progress.line(`Seed ${seed}: random numbers are seeded and not secret. Results go to ${out}`)
  progress.line('')
  const logger = pino({ base: null }, pino.destination({ dest: join(out, 'program.log'), sync: true }))
  const random = seededRandom(seed)
  const clock = new VirtualClock(MORNING)
  progress.stage(`keys are made, the package is signed, ${DEVICES.length} devices are enrolled`)
  const provisioned = provision(out, random, [MORNING, systemClock.now()])
  writePolicy(out, provisioned, MORNING)
  makeOfficials(out, provisioned, random)
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
  progress.line(whatIsWhat(outName, slips))
  return agrees
}

function whatIsWhat(out: string, slips: number): string {
  return `What lies in ${out}/
  bundles/     what left the three devices and the check-in: all that an auditor needs
  policy       whose eyes an auditor may ask for on every journal: the centre's and both neighbours'
  slips/       ${slips} paper slips as pictures, in no order, as in a ballot box
  reports/     zero reports, minutes and results as pictures
  trustees/    five shares of the election key; three open the ballots
  officials/   key files of two who can give orders to devices, together
  centre/      home folder and database of the national centre
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
