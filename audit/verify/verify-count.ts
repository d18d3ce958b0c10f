/** All bundles that were given, station by station. */
import { deviceOfOrigin } from '../../core/bundle/names.ts'
import { placeOf } from '../../core/election/place.ts'
import { peekDocument } from '../../core/keys/signed-document.ts'
import type { ElectionPackage } from '../../core/package/package.ts'
import { fail, ok, type Result, refuse } from '../../core/result.ts'
import { type AskedEyes, checkPolicy } from '../policy/check-policy.ts'
import { type BundleContent, MANIFEST_FILE, unlessUnreadable } from '../read-folders.ts'
import type { IssuedFile } from './check-in.ts'
import { type Finding, folderFinding, STEP, sortFindings } from './findings.ts'
import { openReference, type Reference, textOf } from './reference.ts'
import { Remembered } from './remembered.ts'
import { peekTakenOver } from './takeover.ts'
import { type VerifiedBundle, verifyBundle } from './verify-bundle.ts'
import { type VerifiedStation, verifyStation } from './verify-station.ts'

/** Everything that was given, and it holds. */
export interface VerifiedCount {
  readonly electionPackage: ElectionPackage
  readonly authorityKey: Uint8Array
  /** Stations of which something was given, in the package's order. */
  readonly stations: readonly VerifiedStation[]
}

/** What was given to verify. */
export interface GivenFolders {
  /** One or more. */
  readonly bundles: readonly BundleContent[]
  readonly checkIns: readonly IssuedFile[]
}

/** What was given of one station, by what it says of itself; what says nothing that can be read is of station undefined. */
export interface GivenStation extends GivenFolders {
  readonly station: string | undefined
  /** Folders that are not looked at, by device: more say that they are of it than anybody needs. */
  readonly crowds: readonly (readonly string[])[]
}

/** An honest device has one bundle, and maybe earlier ones; and what is verified of one station is in memory together. */
const MAX_BUNDLES_OF_A_DEVICE = 8

/** What is asked of a count beside the rules of the format. */
export interface Demands {
  /** Who must have seen every journal to its end. */
  readonly eyes?: AskedEyes
  /** Programs that may have run: SHA-256 over the list of their files, base64. */
  readonly programs?: ReadonlySet<string>
}

/** What was found of one station. */
export interface StationVerdict {
  /** What does not hold; empty if all holds. */
  readonly findings: readonly Finding[]
  /** Folders of bundles that do not hold. */
  readonly spoiled: readonly string[]
  /** What can be told of the bundles that hold; absent if they contradict each other, or none does. */
  readonly verified?: VerifiedStation
}

/**
 * Verifies in this process.
 * @param authorityKey Ed25519 key of the election authority; if it is not given, the key that signed the first package is taken
 * @returns the first thing that does not hold; its code begins `input.` if what was given does not belong together
 */
export function verifyCount(
  given: GivenFolders,
  authorityKey: Uint8Array | undefined,
): Result<VerifiedCount> {
  const opened = findReference(given, authorityKey)
  if (!opened.ok) return opened
  const { reference, bundles } = opened.value
  const groups = groupByStation({ ...given, bundles }, reference)
  const verdicts = groups.map((station) => verifyGiven(station, reference, {}))
  const [first] = sortFindings(verdicts.flatMap(({ findings }) => findings))
  if (first !== undefined) return fail(first)
  const stations = verdicts.flatMap(({ verified }) => (verified === undefined ? [] : [verified]))
  const { electionPackage, authorityKey: key } = reference
  return ok({ electionPackage, authorityKey: key, stations })
}

/**
 * What all are held against: the package of the first bundle of which it can be opened. Those before it are given back with what is wrong with
 * theirs.
 * @returns what is wrong with the first, if none can be opened
 */
export function findReference(
  { bundles, checkIns }: GivenFolders,
  authorityKey: Uint8Array | undefined,
): Result<{ readonly reference: Reference; readonly bundles: readonly BundleContent[] }> {
  const before: BundleContent[] = []
  for (const { where, files, problem } of bundles) {
    const reference = unlessUnreadable(() =>
      openReference(files.get('package.json') ?? new Uint8Array(), authorityKey, `${where}/package.json`),
    )
    if (reference.ok)
      return ok({ reference: reference.value, bundles: [...before, ...bundles.slice(before.length)] })
    before.push({ where, files, problem: problem ?? reference.error })
  }
  const problems = before.flatMap(({ where, problem }) =>
    problem === undefined ? [] : [folderFinding(where, problem)],
  )
  for (const { where, problem } of checkIns)
    if (problem !== undefined) problems.push(folderFinding(where, problem))
  const [first] = sortFindings(problems)
  if (first !== undefined) return fail(first)
  const next = 'Name at least one bundle.'
  return refuse('input.no-bundle', 'what was given', 'there is no bundle of a device', next)
}

/** Puts what was given together by the stations that it says it is of, in the package's order; what is of none comes last, each by itself. */
export function groupByStation(
  { bundles, checkIns }: GivenFolders,
  reference: Reference,
): readonly GivenStation[] {
  const { definition } = reference.electionPackage
  const groups = new Map(
    definition.stations.map(({ id }) => [
      id,
      { station: id, bundles: [] as SaidOfDevice[], checkIns: [] as IssuedFile[] },
    ]),
  )
  const strays: GivenStation[] = []
  for (const bundle of bundles) {
    const origin = originOf(bundle)
    const device = origin === undefined ? undefined : deviceOfOrigin(definition, origin)
    const group =
      device === undefined ? undefined : groups.get(stationOfBundle(device, bundle, reference) ?? '')
    if (device === undefined || group === undefined)
      strays.push({ station: undefined, bundles: [bundle], checkIns: [], crowds: [] })
    else group.bundles.push({ device, bundle })
  }
  for (const file of checkIns) {
    const group = groups.get(stationOfIssued(file) ?? '')
    if (group === undefined) strays.push({ station: undefined, bundles: [], checkIns: [file], crowds: [] })
    else group.checkIns.push(file)
  }
  const given = [...groups.values()].filter((group) => group.bundles.length + group.checkIns.length > 0)
  return [...given.map((group) => ({ ...group, ...withoutCrowds(group.bundles) })), ...strays]
}

/** A bundle and the device that it says it is of. */
interface SaidOfDevice {
  readonly device: string
  readonly bundle: BundleContent
}

/** Sets aside bundles of devices of which there are too many. What is no bundle by its files is told for itself, and takes no time. */
function withoutCrowds(said: readonly SaidOfDevice[]): Pick<GivenStation, 'bundles' | 'crowds'> {
  const whole = said.filter(({ bundle }) => bundle.problem?.code !== 'bundle.files')
  const crowds = [...Map.groupBy(whole, ({ device }) => device).values()]
    .filter((same) => same.length > MAX_BUNDLES_OF_A_DEVICE)
    .map((same) => same.map(({ bundle }) => bundle.where))
  const crowded = new Set(crowds.flat())
  return { bundles: said.flatMap(({ bundle }) => (crowded.has(bundle.where) ? [] : [bundle])), crowds }
}

/** The first bundle of a device that is one too many. */
function crowdFinding(folders: readonly string[]): Finding {
  const folder = folders[MAX_BUNDLES_OF_A_DEVICE] ?? ''
  const what = `${folders.length} bundles say that they are of this device, and none of them is looked at`
  const next = `Take away those that are copies, until there are ${MAX_BUNDLES_OF_A_DEVICE} or fewer.`
  return { step: STEP.bundle, folder, refusal: { code: 'bundle.crowded', where: folder, what, next } }
}

/** Verifies what was given of one station: each bundle, then all together. */
export function verifyGiven(given: GivenStation, reference: Reference, demands: Demands): StationVerdict {
  const remembered = new Remembered(reference)
  const findings: Finding[] = given.crowds.map(crowdFinding)
  const spoiled: string[] = given.crowds.flat()
  const bundles: VerifiedBundle[] = []
  for (const content of given.bundles) {
    const bundle = verifyDemanded(content, given.station, reference, demands, remembered)
    if (bundle.ok) bundles.push(bundle.value)
    else {
      const { where: folder, problem } = content
      findings.push(
        problem === undefined
          ? { step: STEP.bundle, folder, refusal: bundle.error }
          : folderFinding(folder, problem),
      )
      spoiled.push(content.where)
    }
  }
  const issued = readableCheckIns(given, findings)
  const station = reference.electionPackage.definition.stations.find(({ id }) => id === given.station)
  if (station === undefined) return { findings, spoiled }
  const beside = { ...(issued !== undefined && { issued }), spoiled: spoiled.length > 0 }
  const verified = verifyStation(station, bundles, beside, reference, remembered)
  if (!verified.ok) {
    findings.push({ step: STEP.station, folder: '', refusal: verified.error })
    return { findings, spoiled }
  }
  const unseen = demands.eyes === undefined ? [] : checkPolicy(demands.eyes, verified.value, remembered)
  for (const refusal of unseen) findings.push({ step: STEP.policy, folder: '', refusal })
  return { findings, spoiled, verified: verified.value }
}

/** The one count of a station's check-in; what cannot be it is a finding. */
function readableCheckIns({ station, checkIns }: GivenStation, findings: Finding[]): IssuedFile | undefined {
  let issued: IssuedFile | undefined
  for (const file of checkIns) {
    const bad = (what: string, next: string) =>
      findings.push({
        step: STEP.checkIn,
        folder: file.where,
        refusal: { code: 'station.issued', where: file.where, what, next },
      })
    if (file.problem !== undefined) findings.push(folderFinding(file.where, file.problem))
    else if (station === undefined)
      bad('it is no count of authorizations of a station of this election', 'Get it again from the check-in.')
    else if (issued !== undefined) {
      const what = `there is a second count of authorizations of station ${station}`
      bad(what, 'Keep both and have the two officers explain them.')
    } else issued = file
  }
  return issued
}

function verifyDemanded(
  content: BundleContent,
  station: string | undefined,
  reference: Reference,
  { programs }: Demands,
  remembered: Remembered,
): Result<VerifiedBundle> {
  const bundle = verifyBundle(content, reference, remembered)
  if (!bundle.ok) return bundle
  if (bundle.value.station !== station) {
    const next = 'Copy it to a disk of your own and verify the copy.'
    return refuse('bundle.files', content.where, 'it changed while it was read', next)
  }
  const other = programs && bundle.value.day.programs.find((program) => !programs.has(program))
  if (other === undefined) return bundle
  const what = `device ${bundle.value.device} ran a program that is none of those given: ${other}`
  return refuse('program.unknown', `${content.where}/journal.jsonl`, what, 'Find out which program it was.')
}

/** The origin that a manifest names, unverified. */
function originOf({ files }: BundleContent): string | undefined {
  const read = unlessUnreadable(() => ok(textOf(files.get(MANIFEST_FILE) ?? new Uint8Array())))
  return read.ok ? memberOf(peekDocument(read.value, 'manifest', MANIFEST_FILE), 'origin') : undefined
}

/** The station of a device; of a spare the one that its journal says, unverified. */
function stationOfBundle(device: string, { files }: BundleContent, reference: Reference): string | undefined {
  const station = reference.stationOf(device)
  if (station !== undefined || !reference.isSpare(device)) return station?.id
  const read = unlessUnreadable(() => ok(files.get('journal.jsonl') ?? new Uint8Array()))
  const place = read.ok ? peekTakenOver(read.value, reference) : undefined
  return place === undefined
    ? undefined
    : placeOf(reference.electionPackage.definition, device, place)?.station.id
}

/** The station that an `issued.json` says it is of, unverified: it tells whose keys must have signed it. */
export function stationOfIssued({ text, where }: IssuedFile): string | undefined {
  return memberOf(peekDocument(text, 'issued', where), 'station')
}

function memberOf(peeked: ReturnType<typeof peekDocument>, name: string): string | undefined {
  const payload = (peeked.ok ? (peeked.value ?? {}) : {}) as Readonly<Record<string, unknown>>
  const member = payload[name]
  return typeof member === 'string' ? member : undefined
}
