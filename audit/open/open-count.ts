/**
 * Opening: every sealed ballot of every station is opened in memory, its rules are checked there on the whole ballot, and what is kept of it are
 * single selections, shuffled over the station. They recount everything; a whole ballot is never shown to anyone.
 */
import { commitTally } from '../../core/ballot-box/commitment.ts'
import { shuffle } from '../../core/ballot-box/draw.ts'
import { openBallot } from '../../core/ballot-box/sealed-ballot.ts'
import { openForTrustees } from '../../core/bundle/sealed-tally.ts'
import { contestsOfStyle } from '../../core/election/definition.ts'
import {
  addSelections,
  emptyTally,
  type Selection,
  selectionsOf,
  sumTallies,
  type Tally,
} from '../../core/election/tally.ts'
import { toBase64, toHex } from '../../core/keys/hash.ts'
import type { Random } from '../../core/ports.ts'
import type { VerifiedBundle } from '../verify/verify-bundle.ts'
import type { VerifiedCount } from '../verify/verify-count.ts'
import type { VerifiedStation } from '../verify/verify-station.ts'

/** Something that does not hold, as said to people. */
export interface Finding {
  /** Stable, dotted, for machines; the list is in `docs/formats.md`. */
  readonly code: string
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

/**
 * Why a station's recount is not told.
 *
 * - `sheet`: its sheet is told instead, unchecked
 * - `missing`: a bundle is missing that nobody declared lost
 * - `reporting-lost`: the reporting device is lost, and a sheet may have left it
 */
export type Untold = 'sheet' | 'missing' | 'reporting-lost'

export interface OpenedStation {
  readonly station: VerifiedStation['station']
  readonly devices: readonly OpenedDevice[]
  /** Recounted from the station's shuffled selections; absent where it is not told. */
  readonly tally?: Tally
  /** Why there is no recount. */
  readonly untold?: Untold
  /** Whether the station's sheet says the same; absent without a sheet, or where a bundle is missing. */
  readonly sheetEqual?: boolean
}

export interface OpenedCount {
  readonly stations: readonly OpenedStation[]
  /** Over all stations whose own is told. */
  readonly tally: Tally
  /** Empty if everything is equal. */
  readonly findings: readonly Finding[]
}

/**
 * Opens and recounts all ballots of a verified count. A faulty ballot, a ballot whose id was there before, a sealed tally that is not the committed
 * one, a device whose ballots are not its tally, and a sheet that is not its station's ballots are findings; nothing is skipped.
 * @param secretKey the election's secret key, 32 bytes
 * @param random for the shuffle
 * @param lost devices whose bundles are lost for good: their stations' totals are told without them where that gives no device away
 */
export function openCount(
  count: VerifiedCount,
  secretKey: Uint8Array,
  random: Random,
  lost: readonly string[],
): OpenedCount {
  const { definition } = count.electionPackage
  const findings: Finding[] = []
  const idsSeen = new Map<string, string>()
  const stations: OpenedStation[] = []
  for (const { station, bundles, missing, released } of count.stations) {
    const selections: Selection[] = []
    const devices = bundles.map((bundle) => {
      const opened = openDevice(bundle, secretKey, idsSeen, findings)
      const recount = addSelections(emptyTally(definition), opened.selections)
      const equal = isCommitted(bundle, recount, secretKey, findings)
      for (const selection of opened.selections) selections.push(selection)
      return { device: bundle.device, ballots: opened.ballots, faulty: opened.faulty, equal }
    })
    const tally = addSelections(emptyTally(definition), shuffle(selections, random))
    const { sheet } = released
    const sheetEqual = sheet && missing.length === 0 ? sameTally(sheet.tally, tally) : undefined
    if (sheetEqual === false && sheet !== undefined)
      findings.push({
        code: 'sheet.recount',
        where: sheet.where,
        what: "the station's ballots do not add up to its sheet",
      })
    const untold = whyUntold(station, { bundles, missing, lost, sheet })
    stations.push({
      station,
      devices,
      ...(untold === undefined ? { tally } : { untold }),
      ...(sheetEqual !== undefined && { sheetEqual }),
    })
  }
  const told = stations.flatMap(({ tally }) => (tally === undefined ? [] : [tally]))
  return { stations, tally: sumTallies(definition, told), findings }
}

/**
 * Whether the recount of what was given may be told. It must be the count of no device with fewer than 32 ballots, nor the difference between one
 * and what is public. A sheet is public wherever it was made; that a device released its own tally says that it knew every device of the station to
 * have 32 ballots or more, so that there is no sheet.
 *
 * ```
 * missing devices       tallies given    sheet      told
 * none                  any              any        the recount, and whether the sheet says the same
 * some                  any              given      the sheet's own sum, unchecked: sheet less recount would be the missing devices'
 * some                  all released     not given  the recount
 * some, not all lost    one sealed       not given  nothing
 * some, all lost        one released     not given  the recount
 * not the reporting     all sealed       not given  the recount: no sheet was made, and there is no other result of the station
 *   one, all lost
 * the reporting one     all sealed       not given  nothing: a sheet may have left it before, by the network
 *   too, all lost
 * ```
 *
 * Whoever holds the shares and runs this twice, with and without a bundle, can still subtract: that they do not is the trustees' word.
 */
function whyUntold(
  { devices }: VerifiedStation['station'],
  given: Pick<VerifiedStation, 'bundles' | 'missing'> & {
    readonly lost: readonly string[]
    readonly sheet: VerifiedStation['released']['sheet']
  },
): Untold | undefined {
  const { bundles, missing, lost, sheet } = given
  if (missing.length === 0) return undefined
  if (sheet !== undefined) return 'sheet'
  const released = bundles.filter((bundle) => bundle.tally !== undefined)
  if (released.length === bundles.length) return undefined
  if (!missing.every((device) => lost.includes(device))) return 'missing'
  return released.length === 0 && missing.some((device) => device === devices[0])
    ? 'reporting-lost'
    : undefined
}

/** Whether a device's ballots add up to its tally: the released one, or the sealed one once it opens and is the committed one. */
function isCommitted(
  bundle: VerifiedBundle,
  recount: Tally,
  secretKey: Uint8Array,
  findings: Finding[],
): boolean {
  const { where, day, electionPackage, sealedTally } = bundle
  const { definition } = electionPackage
  let { tally } = bundle
  if (sealedTally !== undefined) {
    const place = `${where}/sealed-tally.json`
    const opened = openForTrustees(definition, sealedTally, secretKey)
    if (opened === undefined) {
      findings.push({
        code: 'tally.does-not-open',
        where: place,
        what: 'it does not open with the election key',
      })
      return false
    }
    if (toBase64(commitTally(definition, opened.tally, opened.salt)) !== day.closing?.tally) {
      findings.push({
        code: 'tally.commitment',
        where: place,
        what: 'it is not the tally that the device committed to in polls.closed',
      })
      return false
    }
    tally = opened.tally
  }
  if (tally !== undefined && sameTally(recount, tally)) return true
  findings.push({ code: 'tally.recount', where, what: 'its ballots do not add up to its committed tally' })
  return false
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
        findings.push({ ...FAULTS[opened.faulty], where })
        continue
      }
      const id = toHex(opened.id)
      const other = idsSeen.get(id)
      if (other !== undefined)
        findings.push({ code: 'ballot.id-twice', where, what: `a ballot has the id of one in ${other}` })
      idsSeen.set(id, where)
      ballots += 1
      const contests = contestsOfStyle(definition, opened.style) ?? []
      for (const selection of selectionsOf(definition, contests, opened.ballot)) selections.push(selection)
    }
  }
  return { selections, ballots, faulty }
}

const FAULTS = {
  'does-not-open': { code: 'ballot.does-not-open', what: 'a ballot does not open with the election key' },
  size: { code: 'ballot.size', what: 'a ballot has another size inside than those of this package' },
  version: { code: 'ballot.version', what: 'a ballot is of an unknown version' },
  style: { code: 'ballot.style', what: 'a ballot is of a style that the package does not have' },
  context: {
    code: 'ballot.context',
    what: 'a ballot was not sealed for this device, style and package: it may be a copy',
  },
  rules: { code: 'ballot.rules', what: 'a ballot breaks the rules of its contests' },
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
