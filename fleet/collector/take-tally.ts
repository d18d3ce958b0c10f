/**
 * Takes a device's own tally: it is stored only if the device signed it, its journal's closing entry commits to it, the closings of its whole
 * station are held, but of devices that officers declared dead, and no device there is small.
 */
import { commitTally, SALT_BYTES } from '../../core/ballot-box/commitment.ts'
import { openTally } from '../../core/bundle/bundle.ts'
import { RELEASE_MINIMUM, releaseOf } from '../../core/bundle/sealed-tally.ts'
import { toBase64 } from '../../core/keys/hash.ts'
import { type DeviceTallyMessage, peekTallyMessage } from '../../core/messages/tally.ts'
import { ok, type Refusal, type Result, refuse } from '../../core/result.ts'
import type { HeldJournal } from '../store/store.ts'
import { type Closing, checkDay, findClosing, readCounts } from './closed-journal.ts'
import { declaredInStation } from './declared-dead.ts'
import { answerReply, type Desk } from './desk.ts'
import { alarmed, type Outcome } from './outcome.ts'
import { takeSheet } from './take-sheet.ts'
import { placeOfJournal } from './takeover.ts'

/**
 * What comes of a message of totals: a device's own tally, or the sheet of its station. Where a closing entry of the station is not held yet, the
 * device is asked to send again: until all are, nobody can tell that none of its devices is small. Throws only what the store throws.
 * @param device whose topic it came on
 */
export function takeTally(desk: Desk, device: string, payload: Uint8Array): Outcome {
  const message = peekTallyMessage(payload, `tally of ${device}`)
  if (!message.ok) return alarmed('malformed', device, message.error)
  return message.value.of === 'device'
    ? takeOwn(desk, device, payload, message.value)
    : takeSheet(desk, device, payload, message.value)
}

function takeOwn(desk: Desk, device: string, payload: Uint8Array, message: DeviceTallyMessage): Outcome {
  const where = `tally of ${device}`
  const { document, origin } = message
  const journal = desk.store.journal(origin)
  if (journal !== undefined && journal.device !== device) {
    const what = 'the tally is for the journal of another device'
    const next = 'Find out which device has this certificate.'
    return alarmed('forged', device, { code: 'tally.owner', where, what, next })
  }
  const have = journal?.frontier.size ?? 0
  const resend = (): Outcome => ({ reply: answerReply(desk, payload, { have, result: 'resend' }) })
  const closing = journal === undefined ? undefined : findClosing(desk, journal)
  if (journal === undefined || closing === undefined) return resend()
  if (desk.store.tally(origin)?.document === document) {
    return { reply: answerReply(desk, payload, { have, result: 'stored' }) }
  }
  const refused = answerReply(desk, payload, { have, result: 'refused' })
  const opened = openTally(document, journal.messageKey, where)
  if (!opened.ok) return { ...alarmed('forged', device, opened.error), reply: refused }
  const small = findSmallDevice(desk, journal, where)
  if (small !== undefined) return { ...alarmed('small-device', device, small), reply: refused }
  if (!isStationClosed(desk, journal)) return resend()
  const legal = checkDay(desk, journal, where)
  if (!legal.ok) return { ...alarmed('malformed', device, legal.error), reply: refused }
  const committed = checkCommitment(desk, { ...opened.value, closing, where })
  if (!committed.ok) return { ...alarmed('other-tally', device, committed.error), reply: refused }
  desk.store.storeTally(origin, document)
  return { reply: answerReply(desk, payload, { have, result: 'stored' }) }
}

/** The places of a journal's station, and the journals that are held of each; a device of no station is its own. */
function stationOf(desk: Desk, own: HeldJournal) {
  const station = placeOfJournal(desk, own)?.station
  const journals = desk.store.journals().flatMap((journal) => {
    const place = placeOfJournal(desk, journal)
    const isBeside = station === undefined ? journal.device === own.device : place?.station.id === station.id
    return isBeside ? [{ journal, place: place?.device ?? journal.device }] : []
  })
  return { places: station?.devices ?? [own.device], journals }
}

/** Whether a closing entry of every place of a station is held, or word that its device is dead. Of a device that died the spare in its place has one. */
function isStationClosed(desk: Desk, own: HeldJournal): boolean {
  const { places, journals } = stationOf(desk, own)
  const station = placeOfJournal(desk, own)?.station.id
  const dead = station === undefined ? [] : declaredInStation(desk, station).map(({ place }) => place)
  return places.every(
    (id) =>
      dead.includes(id) ||
      journals.some(({ journal, place }) => place === id && findClosing(desk, journal) !== undefined),
  )
}

/**
 * Why no device of this one's station may send totals of its own, as far as closing entries are held. One small device is enough, whichever
 * it is: with the sheet, its neighbours' totals tell its own.
 */
function findSmallDevice(desk: Desk, own: HeldJournal, where: string): Refusal | undefined {
  const casts = stationOf(desk, own).journals.flatMap(
    ({ journal }) => findClosing(desk, journal)?.casts ?? [],
  )
  if (releaseOf(casts) === 'device') return undefined
  return {
    code: 'tally.small',
    where,
    what: `a device of this station has fewer than ${RELEASE_MINIMUM} ballots: no device of it sends its own totals`,
    next: 'No copy was kept. Have the device examined: it sent what only the sheet of its station may tell.',
  }
}

function checkCommitment(
  desk: Desk,
  claim: {
    readonly salt: Uint8Array
    readonly tally: unknown
    readonly closing: Closing
    readonly where: string
  },
): Result<undefined> {
  const { salt, closing, where } = claim
  const tally = readCounts(desk, claim.tally, closing.casts, where)
  if (!tally.ok) return tally
  const { definition } = desk.package
  if (salt.length === SALT_BYTES && toBase64(commitTally(definition, tally.value, salt)) === closing.tally)
    return ok(undefined)
  return refuse(
    'tally.commitment',
    where,
    "it is not the tally to which the journal's closing entry commits",
    'Keep the device as evidence and open its ballots.',
  )
}
