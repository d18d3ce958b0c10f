/**
 * Opening: every sealed ballot of every station is opened in memory, its rules are checked there on the whole ballot, and what is kept of it are
 * single selections, shuffled over the station. They recount everything; a whole ballot is never shown to anyone.
 */
import { shuffle } from '../../core/ballot-box/draw.ts'
import { openBallot } from '../../core/ballot-box/sealed-ballot.ts'
import { contestsOfStyle } from '../../core/election/definition.ts'
import {
  addSelections,
  emptyTally,
  type Selection,
  selectionsOf,
  type Tally,
} from '../../core/election/tally.ts'
import { toHex } from '../../core/keys/hash.ts'
import type { Random } from '../../core/ports.ts'
import type { VerifiedBundle } from '../verify/verify-bundle.ts'
import type { VerifiedCount } from '../verify/verify-count.ts'
import type { VerifiedStation } from '../verify/verify-station.ts'

/** Something that does not hold, as said to people. */
export interface Finding {
  readonly where: string
  readonly what: string
}

/** One device's ballots against its committed tally. Its counts themselves are not told: a station's are enough. */
export interface OpenedDevice {
  readonly device: string
  /** Ballots that opened and are legal. */
  readonly ballots: number
  readonly faulty: number
  readonly equal: boolean
}

export interface OpenedStation {
  readonly station: VerifiedStation['station']
  readonly devices: readonly OpenedDevice[]
  /** Recounted from the station's shuffled selections. */
  readonly tally: Tally
}

export interface OpenedCount {
  readonly stations: readonly OpenedStation[]
  /** Over all stations. */
  readonly tally: Tally
  /** Empty if everything is equal. */
  readonly findings: readonly Finding[]
}

/**
 * Opens and recounts all ballots of a verified count. A faulty ballot, a ballot whose id was there before, and a device whose ballots are not its
 * tally are findings; nothing is skipped.
 * @param secretKey the election's secret key, 32 bytes
 * @param random for the shuffle
 */
export function openCount(count: VerifiedCount, secretKey: Uint8Array, random: Random): OpenedCount {
  const { definition } = count.electionPackage
  const findings: Finding[] = []
  const idsSeen = new Map<string, string>()
  const stations: OpenedStation[] = []
  let tally = emptyTally(definition)
  for (const { station, bundles } of count.stations) {
    const selections: Selection[] = []
    const devices = bundles.map((bundle) => {
      const opened = openDevice(bundle, secretKey, idsSeen, findings)
      const recount = addSelections(emptyTally(definition), opened.selections)
      const equal = sameTally(recount, bundle.tally)
      if (!equal)
        findings.push({ where: bundle.where, what: 'its ballots do not add up to its committed tally' })
      for (const selection of opened.selections) selections.push(selection)
      return { device: bundle.device, ballots: opened.ballots, faulty: opened.faulty, equal }
    })
    const shuffled = shuffle(selections, random)
    stations.push({ station, devices, tally: addSelections(emptyTally(definition), shuffled) })
    tally = addSelections(tally, shuffled)
  }
  return { stations, tally, findings }
}

/** Opens the ballots of one device, batch by batch. */
function openDevice(
  bundle: VerifiedBundle,
  secretKey: Uint8Array,
  idsSeen: Map<string, string>,
  findings: Finding[],
) {
  const { definition, hash: packageHash } = bundle.electionPackage
  const selections: Selection[] = []
  let ballots = 0
  let faulty = 0
  for (const [batch, sealedBallots] of bundle.batches) {
    const where = `${bundle.where}/batches.jsonl batch ${batch}`
    for (const sealed of sealedBallots) {
      const opened = openBallot({ definition, packageHash, origin: bundle.origin }, sealed, secretKey)
      if ('faulty' in opened) {
        faulty += 1
        findings.push({ where, what: FAULTS[opened.faulty] })
        continue
      }
      const id = toHex(opened.id)
      const other = idsSeen.get(id)
      if (other !== undefined) findings.push({ where, what: `a ballot has the id of one in ${other}` })
      idsSeen.set(id, where)
      ballots += 1
      const contests = contestsOfStyle(definition, opened.style) ?? []
      for (const selection of selectionsOf(definition, contests, opened.ballot)) selections.push(selection)
    }
  }
  return { selections, ballots, faulty }
}

const FAULTS = {
  'does-not-open': 'a ballot does not open with the election key',
  size: 'a ballot has another size inside than those of this package',
  version: 'a ballot is of an unknown version',
  style: 'a ballot is of a style that the package does not have',
  context: 'a ballot was not sealed for this device, style and package: it may be a copy',
  rules: 'a ballot breaks the rules of its contests',
} as const

function sameTally(a: Tally, b: Tally): boolean {
  return (
    a.length === b.length &&
    a.every((contest, i) => {
      const other = b[i]
      return (
        other !== undefined &&
        contest.valid === other.valid &&
        contest.blank === other.blank &&
        contest.options.length === other.options.length &&
        contest.options.every((n, position) => n === other.options[position])
      )
    })
  )
}
