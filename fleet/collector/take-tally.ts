/**
 * Takes a device's own tally: it is stored only if the device signed it, its journal's closing entry commits to it, the closings of its whole
 * station are held, but of devices that officers declared dead, and no device there is small by any account that is held of it.
 */
import { RELEASE_MINIMUM, type Release, releaseOf } from '../../core/bundle/sealed-tally.ts'
import { devicesOfStation } from '../../core/election/definition.ts'
import { fail, ok, type Refusal, type Result } from '../../core/result.ts'
import { findDisputes } from '../results/disputes.ts'
import type { Closing, Held, HeldJournal } from '../store/store.ts'
import { declaredInStation, journalsOfStation } from './declared-dead.ts'
import { type Desk, MOST_JOURNALS } from './desk.ts'
import { countsOf, type ExaminedTally, signedWith } from './examine-totals.ts'
import { alarmed, answeredAgain, type Decision } from './outcome.ts'
import { placeOfJournal } from './takeover.ts'

/** A device signs the same always in the same way (RFC 8032). */
export const SIGNED_AGAIN = {
  what: 'these are the totals that are held, signed a second time in another way, as no device does',
  next: 'Find out who else has the keys of this device.',
} as const

/**
 * What comes of a device's own tally. Where a closing entry of the station is not held yet, or one device is small by one account of it and perhaps not by
 * another, the device is asked to send again: nobody can tell that none of its devices is small. Throws only what the store throws.
 * @param device whose topic it came on
 */
export async function takeTally(
  desk: Desk,
  held: Held,
  device: string,
  message: ExaminedTally,
): Promise<Decision> {
  const where = `tally of ${device}`
  const { document, origin } = message
  const journal = held.journal(origin)
  if (journal !== undefined && journal.device !== device) {
    const what = 'the tally is for the journal of another device'
    const next = 'Find out which device has this certificate.'
    return alarmed('forged', device, { code: 'tally.owner', where, what, next })
  }
  const have = journal?.frontier.size ?? 0
  const answer = (result: 'stored' | 'refused' | 'resend') => ({
    reply: { kind: 'answer', answer: { have, result } } as const,
  })
  const again = (result: 'stored' | 'resend') => answeredAgain(desk, device, answer(result))
  if (journal?.closing === undefined) return again('resend')
  const known = await held.tally(origin)
  if (known?.document === document) return again('stored')
  const signed = signedWith(message.signed, journal.messageKey, where)
  if (!signed.ok) return { ...alarmed('forged', device, signed.error), ...answer('refused') }
  const release = releaseIn(desk, held, journal)
  if (release === 'station')
    return { ...alarmed('small-device', device, smallRefusal(where)), ...answer('refused') }
  if (release === 'disputed' || !isStationClosed(desk, held, journal)) return again('resend')
  if (journal.illegal !== undefined)
    return { ...alarmed('malformed', device, journal.illegal), ...answer('refused') }
  const committed = checkCommitment(desk, signed.value, journal.closing, where)
  if (!committed.ok) return { ...alarmed('other-tally', device, committed.error), ...answer('refused') }
  if (known !== undefined) {
    held.storeSecondTotals({ origin, station: undefined, document })
    const refusal = { code: 'tally.again', where, ...SIGNED_AGAIN }
    return { ...alarmed('other-tally', device, refusal), ...answer('stored') }
  }
  held.storeTally(origin, document)
  return answer('stored')
}

/** The places of a journal's station, the devices that may vote there, and the journals that are held of each place; a device of no station is its own. */
function stationOf(desk: Desk, held: Held, own: HeldJournal) {
  const station = placeOfJournal(desk, own)?.station
  if (station !== undefined)
    return {
      station,
      places: station.devices,
      devices: devicesOfStation(station),
      journals: journalsOfStation(desk, held, station),
    }
  const journals = held.journalsOf(own.device).map((journal) => ({ journal, place: own.device }))
  return { station, places: [own.device], devices: [own.device], journals }
}

/** Places of a station that are declared dead in it. */
function deadIn(desk: Desk, held: Held, { station }: ReturnType<typeof stationOf>): readonly string[] {
  return station === undefined ? [] : declaredInStation(desk, held, station).map(({ place }) => place)
}

/** Whether a closing entry of every place of a station is held, or word that its device is dead. Of a device that died the spare in its place has one. */
function isStationClosed(desk: Desk, held: Held, own: HeldJournal): boolean {
  const all = stationOf(desk, held, own)
  const dead = deadIn(desk, held, all)
  return all.places.every(
    (id) =>
      dead.includes(id) ||
      all.journals.some(({ journal, place }) => place === id && journal.closing !== undefined),
  )
}

/**
 * How the totals of this one's station may leave, as far as closing entries are held. One small device is enough for `station`, whichever it is: with the
 * sheet, its neighbours' totals tell its own. Of a place of which there are two accounts nobody knows whether it is small: `disputed`. Then no totals are
 * taken, for it may be; and nobody is blamed for sending them, for it may not be, and its neighbours know from the cards what the centre cannot.
 */
function releaseIn(desk: Desk, held: Held, own: HeldJournal): Release | 'disputed' {
  const all = stationOf(desk, held, own)
  const small = all.journals.filter(
    ({ journal: { fewestCasts } }) => fewestCasts !== undefined && releaseOf([fewestCasts]) === 'station',
  )
  // Where as many journals of a device are held as are kept, another may have been refused.
  const isAllHeld = all.devices.every((device) => held.journalsOf(device).length < MOST_JOURNALS)
  if (small.length === 0 && isAllHeld) return 'device'
  const accounts = all.devices.flatMap((device) => held.journalsOf(device))
  const forks = new Map(accounts.map(({ origin, isForked }) => [origin, isForked ? 1 : 0]))
  const disputed = new Set([...findDisputes(accounts, forks).keys(), ...deadIn(desk, held, all)])
  // What it signed itself of its own ballots it may be blamed for, whatever else is said of it.
  return small.some(({ journal, place }) => journal.origin === own.origin || !disputed.has(place))
    ? 'station'
    : 'disputed'
}

function smallRefusal(where: string): Refusal {
  return {
    code: 'tally.small',
    where,
    what: `a device of this station has fewer than ${RELEASE_MINIMUM} ballots: no device of it sends its own totals`,
    next: 'No copy was kept. Have the device examined: it sent what only the sheet of its station may tell.',
  }
}

function checkCommitment(
  { package: { definition } }: Desk,
  { counts, commitment }: Extract<ExaminedTally['signed'], { readonly ok: true }>['value'],
  closing: Closing,
  where: string,
): Result<undefined> {
  const tally = countsOf(definition, counts, closing.casts, where)
  if (!tally.ok) return tally
  if (commitment !== '' && commitment === closing.commitment) return ok(undefined)
  return fail({
    code: 'tally.commitment',
    where,
    what: "it is not the tally to which the journal's closing entry commits",
    next: 'Keep the device as evidence and open its ballots.',
  })
}
