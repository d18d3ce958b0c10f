/** What a bundle says of totals: the device's own, released or sealed, and its station's sheet. Why which: `core/bundle/sealed-tally.ts`. */
import { commitTally } from '../../core/ballot-box/commitment.ts'
import { openTally, SHEET_FILE } from '../../core/bundle/bundle.ts'
import { openSealedTally, type SealedTally } from '../../core/bundle/sealed-tally.ts'
import { openStationSheet, type SheetJournal } from '../../core/bundle/station-sheet.ts'
import { findTallyProblem } from '../../core/election/check-tally.ts'
import { parseTally, type Tally } from '../../core/election/tally.ts'
import type { Day } from '../../core/journal/day.ts'
import { toBase64 } from '../../core/keys/hash.ts'
import type { ElectionPackage } from '../../core/package/package.ts'
import { ok, type Result, refuse } from '../../core/result.ts'
import type { Json } from '../../core/text/canonical-json.ts'
import type { BundleFiles } from './bundle-files.ts'
import type { DeviceIdentity, PlacedIdentity } from './identity.ts'

/** Either `tally` or `sealedTally` is there. */
export interface Totals {
  /** As released and committed to; that the ballots say the same is not verified here. */
  readonly tally?: Tally
  /** What is in it only the election key tells. */
  readonly sealedTally?: SealedTally
  /** The sum of the station, if this is its reporting device and made it. */
  readonly sheet?: Sheet
}

/** A station's sheet that its reporting device signed; whether its journals are those of the station is asked there. */
export interface Sheet {
  readonly journals: readonly SheetJournal[]
  /** Devices that were declared dead, as the sheet says. */
  readonly without: readonly string[]
  readonly tally: Tally
}

const KEEP = 'Keep it as it is, and compare it with the device, its other copies and the centre.'

/**
 * Verifies a bundle's tally and, if it is there, the station's sheet.
 * @returns a refusal `bundle.tally`, `tally.*`, `bundle.sheet`, `sheet.shape` or `document.*` that names the file
 */
export function verifyTotals(
  files: BundleFiles,
  identity: PlacedIdentity,
  day: Day,
  electionPackage: ElectionPackage,
): Result<Totals> {
  const [name, verify] = files.has('tally.json')
    ? (['tally.json', verifyTally] as const)
    : (['sealed-tally.json', verifySealed] as const)
  const own = verify(files.text(name), identity, day, electionPackage, files.place(name))
  if (!own.ok || !files.has(SHEET_FILE)) return own
  const sheet = verifySheet(files.text(SHEET_FILE), identity, day, electionPackage, files.place(SHEET_FILE))
  return sheet.ok ? ok({ ...own.value, sheet: sheet.value }) : sheet
}

/** The sealed tally: signed, of this journal, and of the one size. */
function verifySealed(
  text: string,
  { messageKey }: DeviceIdentity,
  day: Day,
  { definition }: ElectionPackage,
  where: string,
): Result<Totals> {
  const sealedTally = openSealedTally(text, { definition, messageKey }, where)
  if (!sealedTally.ok) return sealedTally
  const isOwn = sealedTally.value.origin === day.origin
  return isOwn ? ok({ sealedTally: sealedTally.value }) : refuse('bundle.tally', where, OTHER_JOURNAL, KEEP)
}

const OTHER_JOURNAL = 'it is the tally of another journal'

/** The released tally: signed, the one committed to, and possible. */
function verifyTally(
  text: string,
  { messageKey }: DeviceIdentity,
  day: Day,
  { definition }: ElectionPackage,
  where: string,
): Result<Totals> {
  const released = openTally(text, messageKey, where)
  if (!released.ok) return released
  if (released.value.origin !== day.origin) return refuse('bundle.tally', where, OTHER_JOURNAL, KEEP)
  const tally = parseTally(definition, released.value.tally as Json, where)
  if (!tally.ok) return tally
  if (toBase64(commitTally(definition, tally.value, released.value.salt)) !== day.closing?.tally) {
    return refuse(
      'bundle.tally',
      where,
      'it is not the tally that the device committed to in polls.closed',
      KEEP,
    )
  }
  const problem = findTallyProblem(definition, tally.value, day.casts)
  return problem === undefined ? ok({ tally: tally.value }) : refuse('bundle.tally', where, problem, KEEP)
}

/**
 * A station's sheet as far as its maker's own papers go: signed by the station's reporting device, of that station, and over its journal too.
 * @returns a refusal `bundle.sheet`, `sheet.shape`, `tally.shape` or `document.*`
 */
export function verifySheet(
  text: string,
  identity: Pick<PlacedIdentity, 'device' | 'station' | 'standsFor' | 'messageKey'>,
  { origin, closing }: Day,
  { definition }: ElectionPackage,
  where: string,
): Result<Sheet> {
  const { device, station: id, standsFor, messageKey } = identity
  const bad = (what: string) => refuse('bundle.sheet', where, what, KEEP)
  const reporting = definition.stations.find((station) => station.id === id)?.devices[0]
  if (standsFor !== reporting)
    return bad(`the reporting device of its station is ${reporting}, not ${device}`)
  const sheet = openStationSheet(text, messageKey, where)
  if (!sheet.ok) return sheet
  const { station, journals, tally: json, without } = sheet.value
  if (station !== id) return bad('it is the sheet of another station')
  const own = journals.find((journal) => journal.origin === origin)
  if (own === undefined) return bad('the journal of the device that made it is not in it')
  if (own.commitment !== closing?.tally) return bad('it is not over the tally to which polls.closed commits')
  const tally = parseTally(definition, json, where)
  return tally.ok ? ok({ journals, tally: tally.value, without }) : tally
}
