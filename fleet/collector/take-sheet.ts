/**
 * Takes the sheet of a station: it is stored only if the station's reporting device signed it, it lists one journal of each device of the
 * station but of those that officers declared dead, all closed and with their commitments, and a device of the station is small. Whether the sum is that of the committed tallies only
 * the trustees can tell (`core/bundle/sealed-tally.ts`); the centre holds it against the number of ballots.
 */
import { isDeepStrictEqual } from 'node:util'
import { deviceOfOrigin } from '../../core/bundle/names.ts'
import { RELEASE_MINIMUM, releaseOf } from '../../core/bundle/sealed-tally.ts'
import { openStationSheet, type SheetJournal, type StationSheet } from '../../core/bundle/station-sheet.ts'
import { devicesOfStation, type Station } from '../../core/election/definition.ts'
import type { Refusal } from '../../core/result.ts'
import type { Closing, Held, HeldJournal, HeldSheet } from '../store/store.ts'
import { declaredInStation } from './declared-dead.ts'
import type { Desk } from './desk.ts'
import { countsOf, type ExaminedSheet, signedWith } from './examine-totals.ts'
import { alarmed, answeredAgain, type Decision } from './outcome.ts'
import { SIGNED_AGAIN } from './take-tally.ts'
import { placeOfJournal } from './takeover.ts'

const KEEP = 'Keep the reporting device as evidence and open the ballots of the station.'

/**
 * What comes of a sheet. Where a journal or closing entry that it lists is not held yet, the device is asked to send again: its neighbours
 * speak at times of their own. Throws only what the store throws.
 * @param device whose topic it came on
 */
export async function takeSheet(
  desk: Desk,
  held: Held,
  device: string,
  message: ExaminedSheet,
): Promise<Decision> {
  const where = `sheet of ${message.station} from ${device}`
  const { definition } = desk.package
  const station = desk.stations.station(message.station)
  const own = message.journals.find(({ origin }) => deviceOfOrigin(definition, origin) === device)
  const journal = own && held.journal(own.origin)
  const isReporting =
    journal === undefined
      ? station !== undefined && devicesOfStation(station).includes(device)
      : placeOfJournal(desk, journal)?.device === station?.devices[0]
  if (station === undefined || !isReporting || own === undefined) {
    const what = 'it does not come from the reporting device of its station, or lists no journal of it'
    const next = 'Find out which device has this certificate.'
    return alarmed('forged', device, { code: 'sheet.reporter', where, what, next })
  }
  const have = journal?.frontier.size ?? 0
  const answer = (result: 'stored' | 'refused' | 'resend') => ({
    reply: { kind: 'answer', answer: { have, result } } as const,
  })
  const again = (result: 'stored' | 'resend') => answeredAgain(desk, device, answer(result))
  if (journal === undefined) return again('resend')
  const known = await held.sheet(station.id)
  if (known?.document === message.document) return again('stored')

  const refused = ({ kind, ...refusal }: Problem): Decision => ({
    ...alarmed(kind, device, { where, ...refusal }),
    ...answer('refused'),
  })
  const signed = signedWith(message.signed, journal.messageKey, where)
  if (!signed.ok) return refused({ kind: 'forged', ...signed.error })
  if (known !== undefined) {
    if (isSameSheet(known, signed.value.sheet, where)) {
      const refusal = { code: 'sheet.again', where, ...SIGNED_AGAIN }
      return { ...alarmed('second-sheet', device, refusal), ...answer('stored') }
    }
    held.storeSecondTotals({ origin: journal.origin, station: station.id, document: message.document })
    const what = 'the centre holds another sheet of this station'
    return refused({ kind: 'second-sheet', code: 'sheet.second', what, next: KEEP })
  }
  const problem = findProblem(desk, held, station, signed.value, where)
  if (problem === 'not held yet') return again('resend')
  if (problem !== undefined) return refused(problem)
  held.storeSheet(station.id, journal.origin, message.document)
  return answer('stored')
}

function isSameSheet({ document, messageKey }: HeldSheet, sheet: StationSheet, where: string): boolean {
  const known = openStationSheet(document, messageKey, where)
  return known.ok && isDeepStrictEqual(known.value, sheet)
}

/** Why a sheet is refused, and the alarm for it. `where` is the sheet unless a refusal names a place in it. */
type Problem = Omit<Refusal, 'where'> & {
  readonly where?: string
  readonly kind: 'forged' | 'malformed' | 'other-tally' | 'second-sheet'
}

/** What speaks against a sheet that the reporting device signed, looked at from the devices to the sum. */
function findProblem(
  desk: Desk,
  held: Held,
  station: Station,
  { sheet, counts }: Extract<ExaminedSheet['signed'], { readonly ok: true }>['value'],
  where: string,
): Problem | 'not held yet' | undefined {
  const { journals, without }: StationSheet = sheet
  const listed = journals.map(({ origin }) => deviceOfOrigin(desk.package.definition, origin) ?? '')
  const isOfStation = listed.every((id) => devicesOfStation(station).includes(id))
  const all = listed.length + without.length
  if (all !== station.devices.length || !isOfStation || new Set(listed).size < listed.length) {
    const what = 'it does not list one journal of each device of the station that is not dead'
    return { kind: 'malformed', code: 'sheet.journals', what, next: KEEP }
  }
  const closed = journals.flatMap((one) => findClosed(held, one) ?? [])
  if (closed.length < journals.length) return 'not held yet'
  const dead = declaredInStation(desk, held, station).map(({ place }) => place)
  if (!without.every((id) => dead.includes(id))) return 'not held yet'
  const places = closed.map(({ journal }) => placeOfJournal(desk, journal)?.device)
  if (!station.devices.every((id) => places.includes(id) !== without.includes(id))) {
    const what =
      'two of its journals are of one place of the station, or one is of a place that it says is dead'
    return { kind: 'malformed', code: 'sheet.journals', what, next: KEEP }
  }
  const illegal = closed.find(({ journal }) => journal.illegal !== undefined)?.journal.illegal
  if (illegal !== undefined) return { kind: 'malformed', ...illegal }
  const uncommitted = closed.find(({ listed, closing }) => listed.commitment !== closing.commitment)
  if (uncommitted !== undefined) {
    const what = `the closing entry of ${uncommitted.journal.device} commits to another tally`
    return { kind: 'other-tally', code: 'sheet.commitment', what, next: KEEP }
  }
  const casts = closed.map(({ closing }) => closing.casts)
  if (releaseOf(casts) === 'device') {
    const what = `every device of the station has ${RELEASE_MINIMUM} ballots or more: each sends its own tally`
    return { kind: 'malformed', code: 'sheet.needless', what, next: KEEP }
  }
  const ballots = casts.reduce((sum, count) => sum + count, 0)
  const sum = countsOf(desk.package.definition, counts, ballots, where)
  return sum.ok ? undefined : { kind: 'other-tally', ...sum.error }
}

interface ClosedJournal {
  readonly listed: SheetJournal
  readonly journal: HeldJournal
  readonly closing: Closing
}

/** A listed journal with its closing entry, if both are held. */
function findClosed(held: Held, listed: SheetJournal): ClosedJournal | undefined {
  const journal = held.journal(listed.origin)
  return journal?.closing && { listed, journal, closing: journal.closing }
}
