/**
 * Opening: every sealed ballot of a station is opened in memory, its rules are checked there on the whole ballot, and what is kept of it are
 * single selections, shuffled over the station. They recount everything; a whole ballot is never shown to anyone.
 */
import { commitTally } from '../../core/ballot-box/commitment.ts'
import { shuffle } from '../../core/ballot-box/draw.ts'
import { ballotOpener } from '../../core/ballot-box/sealed-ballot.ts'
import { parseBatches } from '../../core/bundle/bundle.ts'
import { openForTrustees } from '../../core/bundle/sealed-tally.ts'
import { contestsOfStyle } from '../../core/election/definition.ts'
import {
  addSelections,
  emptyTally,
  type Selection,
  selectionsOf,
  type Tally,
} from '../../core/election/tally.ts'
import { toBase64 } from '../../core/keys/hash.ts'
import type { Random } from '../../core/ports.ts'
import { type Refusal, type Result, refuse } from '../../core/result.ts'
import type { BundleContent } from '../read-folders.ts'
import { digestOf } from '../verify/bundle-files.ts'
import type { Reference } from '../verify/reference.ts'
import type { VerifiedBundle } from '../verify/verify-bundle.ts'
import type { VerifiedStation } from '../verify/verify-station.ts'
import { type Untold, whyUntold } from './untold.ts'

/** One device's ballots against its committed tally. Its counts themselves are not told: a station's are enough. */
export interface OpenedDevice {
  readonly device: string
  /** Ballots that opened and are legal. */
  readonly ballots: number
  readonly faulty: number
  readonly equal: boolean
}

/** What opening a station left. */
export interface OpenedStation {
  readonly station: string
  readonly devices: readonly OpenedDevice[]
  /** Recounted from the station's shuffled selections; absent where it is not told. */
  readonly tally?: Tally
  /** Why there is no recount. */
  readonly untold?: Untold
  /** The station's sheet as it was signed, where it is told in place of a recount. */
  readonly sheetTally?: Tally
  /** Whether the station's sheet says the same; absent without a sheet, or where a bundle is missing. */
  readonly sheetEqual?: boolean
  /** A faulty ballot, a sealed tally that is not the committed one, a device whose ballots are not its tally, a sheet that is not the sum. */
  readonly findings: readonly OpenFinding[]
  /** Ids of all legal ballots, 16 bytes each, for finding doubles within the count; never shown. */
  readonly ids: Uint8Array
  /** Where they are from, one after another. */
  readonly places: readonly { readonly where: string; readonly ballots: number }[]
}

/** What does not hold once ballots are open, and where in the order of opening. */
export interface OpenFinding {
  /** The number of its batch in {@link OpenedStation.places}, or a number between two of them. */
  readonly at: number
  readonly refusal: Refusal
}

/** What opening needs beside what was verified. */
export interface Opening {
  /** The election's secret key, 32 bytes. */
  readonly secretKey: Uint8Array
  /** For the shuffle. */
  readonly random: Random
  /** Devices whose bundles are lost for good: their stations' totals are told without them where that gives no device away. */
  readonly lost: readonly string[]
}

const KEEP = 'Keep all of it as it is, and have the device examined; the paper decides.'

/**
 * Opens and recounts all ballots of a verified station; nothing is skipped.
 * @param contents of its bundles, from which the ballots are read once more
 */
export function openStation(
  verified: VerifiedStation,
  contents: readonly BundleContent[],
  { electionPackage }: Reference,
  { secretKey, random, lost }: Opening,
): OpenedStation {
  const { station, bundles, missing, released, declared } = verified
  const { definition } = electionPackage
  const findings: OpenFinding[] = []
  const ids: Uint8Array[] = []
  const places: { readonly where: string; readonly ballots: number }[] = []
  const all: Selection[] = []
  const devices = bundles.map((bundle): OpenedDevice => {
    const { device, where } = bundle
    const content = contents.find((given) => given.where === where)
    const batches = content === undefined ? changed(bundle) : readBatches(bundle, content)
    if (!batches.ok) {
      findings.push({ at: places.length - 0.5, refusal: batches.error })
      return { device, ballots: 0, faulty: 0, equal: false }
    }
    const opened = openDevice(bundle, batches.value, electionPackage, secretKey)
    // One by one: a hostile device has more of them than a call takes arguments.
    for (const { at, refusal } of opened.findings) findings.push({ at: places.length + at, refusal })
    for (const id of opened.ids) ids.push(id)
    for (const place of opened.places) places.push(place)
    for (const selection of opened.selections) all.push(selection)
    const adoptedProblem = findAdoptedProblem(bundle, opened)
    if (adoptedProblem !== undefined) findings.push({ at: places.length - 0.5, refusal: adoptedProblem })
    const recount = addSelections(emptyTally(definition), opened.selections)
    const problem = findCommitmentProblem(bundle, recount, electionPackage, secretKey)
    if (problem !== undefined) findings.push({ at: places.length - 0.5, refusal: problem })
    const { length: faulty } = opened.findings
    return { device, ballots: opened.ids.length, faulty, equal: problem === undefined }
  })
  const tally = addSelections(emptyTally(definition), shuffle(all, random))
  const { sheet } = released
  const isWhole = missing.every((device) => sheet?.without.includes(device))
  const sheetEqual = sheet && isWhole ? sameTally(sheet.tally, tally) : undefined
  if (sheetEqual === false && sheet !== undefined)
    findings.push({
      at: places.length,
      refusal: finding('sheet.recount', sheet.where, "the station's ballots do not add up to its sheet"),
    })
  const untold = whyUntold(station, {
    bundles,
    missing,
    lost: [...lost, ...declared.map(({ device }) => device)],
    sheet,
  })
  return {
    station: station.id,
    devices,
    ...(untold === undefined ? { tally } : { untold }),
    ...(untold === 'sheet' && sheet !== undefined && { sheetTally: sheet.tally }),
    ...(sheetEqual !== undefined && { sheetEqual }),
    findings,
    ids: Buffer.concat(ids),
    places,
  }
}

/** The ballots that were verified: the file is read once more, and must be the same. */
function readBatches(
  bundle: VerifiedBundle,
  { files }: BundleContent,
): Result<ReadonlyMap<number, readonly Uint8Array[]>> {
  const bytes = files.get('batches.jsonl') ?? new Uint8Array()
  if (digestOf(bytes) !== bundle.digests.batches) return changed(bundle)
  return parseBatches(bytes, `${bundle.where}/batches.jsonl`)
}

function changed({ where }: VerifiedBundle) {
  const next = 'Copy it to a disk of your own and open the copy.'
  return refuse('bundle.changed', `${where}/batches.jsonl`, 'it changed after it was verified', next)
}

/** Opens the ballots of one device, batch by batch. */
function openDevice(
  bundle: VerifiedBundle,
  batches: ReadonlyMap<number, readonly Uint8Array[]>,
  { definition, hash: packageHash }: Reference['electionPackage'],
  secretKey: Uint8Array,
) {
  const { where: folder } = bundle
  const open = openerOf(bundle, { definition, hash: packageHash }, secretKey)
  const contestsOf = new Map(definition.styles.map(({ id }) => [id, contestsOfStyle(definition, id) ?? []]))
  const selections: Selection[] = []
  const findings: OpenFinding[] = []
  const ids: Uint8Array[] = []
  let adopted = 0
  const places: { readonly where: string; readonly ballots: number }[] = []
  for (const [batch, sealedBallots] of batches) {
    const where = `${folder}/batches.jsonl batch ${batch}`
    const before = ids.length
    for (const sealed of sealedBallots) {
      const opened = open(sealed, batch)
      if ('faulty' in opened) {
        const { code, what } = FAULTS[opened.faulty]
        findings.push({ at: places.length, refusal: finding(code, where, what) })
        continue
      }
      ids.push(opened.id)
      if ('isAdopted' in opened) adopted += 1
      const marks = selectionsOf(definition, contestsOf.get(opened.style) ?? [], opened.ballot)
      for (const selection of marks) selections.push(selection)
    }
    places.push({ where, ballots: ids.length - before })
  }
  return { selections, findings, ids, places, adopted }
}

/** Opens ballots of a bundle; of a spare's those of the device in whose place it voted as well, and these alone in the batches of that one. */
function openerOf(
  { origin, adopted }: VerifiedBundle,
  { definition, hash: packageHash }: Pick<Reference['electionPackage'], 'definition' | 'hash'>,
  secretKey: Uint8Array,
) {
  const own = ballotOpener({ definition, packageHash, origin }, secretKey)
  if (adopted === undefined) return own
  const old = ballotOpener({ definition, packageHash, origin: adopted.origin }, secretKey)
  return (sealed: Uint8Array, batch: number) => {
    const opened = batch <= adopted.day.batches.length ? undefined : own(sealed)
    const isOther = opened === undefined || ('faulty' in opened && opened.faulty === 'context')
    return isOther ? { ...old(sealed), isAdopted: true } : opened
  }
}

/** Why the ballots of a spare's bundle are not those of the two journals, each as many as were cast in it. */
function findAdoptedProblem(
  { where, adopted, day }: VerifiedBundle,
  opened: { readonly ids: readonly unknown[]; readonly adopted: number },
): Refusal | undefined {
  if (adopted === undefined) return undefined
  const own = opened.ids.length - opened.adopted
  const cast = { adopted: adopted.day.casts, own: day.casts - adopted.day.casts }
  if (opened.adopted <= cast.adopted && own <= cast.own) return undefined
  const what = `${opened.adopted} of its ballots are of ${adopted.device}, which cast ${cast.adopted}, and ${own} its own, of ${cast.own}`
  return finding('takeover.ballots', where, what)
}

/** Why a device's ballots are not its tally: the released one, or the sealed one once it opens and is the committed one. */
function findCommitmentProblem(
  { where, day, sealedTally, tally: released }: VerifiedBundle,
  recount: Tally,
  { definition }: Reference['electionPackage'],
  secretKey: Uint8Array,
): Refusal | undefined {
  let tally = released
  if (sealedTally !== undefined) {
    const place = `${where}/sealed-tally.json`
    const opened = openForTrustees(definition, sealedTally, secretKey)
    if (opened === undefined)
      return finding('tally.does-not-open', place, 'it does not open with the election key')
    if (toBase64(commitTally(definition, opened.tally, opened.salt)) !== day.closing?.tally) {
      const what = 'it is not the tally that the device committed to in polls.closed'
      return finding('tally.commitment', place, what)
    }
    tally = opened.tally
  }
  if (tally !== undefined && sameTally(recount, tally)) return undefined
  return finding('tally.recount', where, 'its ballots do not add up to its committed tally')
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

function finding(code: string, where: string, what: string): Refusal {
  return { code, where, what, next: KEEP }
}

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
