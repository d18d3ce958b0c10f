/** Whether every promise was kept on a day that was full of faults: store, journal and paper against what voters meant and were told. */
import { readFileSync } from 'node:fs'
import { rebuildKey } from '../../audit/open/rebuild-key.ts'
import { readBundle } from '../../audit/read-folders.ts'
import { verifyCount } from '../../audit/verify/verify-count.ts'
import { candidateVotes } from '../../core/election/tally.ts'
import type { Provisioned } from '../../demo/provisioned.ts'
import { systemRandom } from '../../device-agent/system.ts'
import type { DroppedSlip } from '../../simulator/peripherals/printer.ts'
import { openCount } from '../audit/in-memory.ts'
import { lookIntoBox } from '../end-to-end/box.ts'
import { DEVICE } from './hall.ts'
import type { Voter } from './voters.ts'

const THRESHOLD = 3

/** What came off the printer, and when. */
export interface Piece {
  readonly at: number
  readonly slip: DroppedSlip
}

/** Says what does not hold, a sentence each. @param bundle the folder that the device wrote */
export function brokenPromises(
  bundle: string,
  provisioned: Provisioned,
  voters: readonly Voter[],
  pieces: readonly Piece[],
): readonly string[] {
  const content = readBundle(bundle)
  if (!content.ok) return [`the bundle cannot be read: ${content.error.what}`]
  const given = { bundles: [content.value], checkIns: [] }
  const count = verifyCount(given, provisioned.authority.publicKey)
  if (!count.ok) return [`the audit does not hold: ${count.error.where}: ${count.error.what}`]
  const { electionPackage } = count.value
  const shares = provisioned.shareFiles
    .slice(-THRESHOLD)
    .map((where) => ({ where, text: readFileSync(where, 'utf8') }))
  const key = rebuildKey(shares, electionPackage)
  if (!key.ok) return [`the key cannot be rebuilt: ${key.error.what}`]
  const lost = electionPackage.definition.stations
    .flatMap(({ devices }) => devices)
    .filter((id) => id !== DEVICE)
  const opening = { secretKey: key.value, random: systemRandom, lost }
  const { opened } = openCount(given, provisioned.authority.publicKey, opening)
  const broken = opened.findings.map(({ where, what }) => `${where}: ${what}`)
  const day = count.value.stations[0]?.bundles[0]?.day
  const ballots = opened.stations[0]?.devices[0]?.ballots
  const meant = voters.filter(({ told }) => told === 'recorded').map(({ codes }) => codes)
  const expected = (what: string, is: unknown, be: unknown) => {
    if (String(is) !== String(be)) broken.push(`${what}: ${is} where there must be ${be}`)
  }
  expected('voters who were told that their vote is recorded', meant.length, voters.length)
  expected('ballots that open', ballots, meant.length)
  expected('casts in the journal', day?.casts, meant.length)
  const [contest] = electionPackage.definition.contests
  const [counted] = opened.tally
  if (contest === undefined || counted === undefined) return [...broken, 'there is no tally']
  const votes = candidateVotes(contest, counted)
  for (const [position, { code }] of contest.candidates.entries())
    expected(`votes for ${code}`, votes[position], meant.filter((codes) => codes.includes(code)).length)
  // The journal tells whole seconds; reports drop before the polls are open, and seconds after they are closed.
  const from = Date.parse(day?.openedAt ?? '') + 1_000
  const to = Date.parse(day?.closedAt ?? '') + 1_000
  const between = pieces.filter(({ at }) => at > from && at < to).map(({ slip }) => slip)
  const box = lookIntoBox(between, electionPackage.definition)
  const bySlip = (codes: readonly (readonly string[])[]) =>
    codes
      .map((slip) => slip.toSorted().join('+'))
      .toSorted()
      .join(' ')
  expected('slips in the box', bySlip(box.slips), bySlip(meant))
  expected('slips nobody can count', box.unclear, 0)
  expected('void slips', box.voids, day?.voids)
  return broken
}
