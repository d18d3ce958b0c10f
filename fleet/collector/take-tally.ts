/**
 * Takes a device's own tally: it is stored only if the device signed it, its journal's closing entry commits to it, the closings of its whole
 * station are held, but of devices that officers declared dead, and no device there is small.
 */
import { RELEASE_MINIMUM, releaseOf } from '../../core/bundle/sealed-tally.ts'
import { fail, ok, type Refusal, type Result } from '../../core/result.ts'
import type { Closing, Held, HeldJournal } from '../store/store.ts'
import { declaredInStation, journalsOfStation } from './declared-dead.ts'
import type { Desk } from './desk.ts'
import { countsOf, type ExaminedTally, signedWith } from './examine-totals.ts'
import { alarmed, type Decision } from './outcome.ts'
import { placeOfJournal } from './takeover.ts'

/** A device signs the same always in the same way (RFC 8032). */
export const SIGNED_AGAIN = {
  what: 'these are the totals that are held, signed a second time in another way, as no device does',
  next: 'Find out who else has the keys of this device.',
} as const

/**
 * What comes of a device's own tally. Where a closing entry of the station is not held yet, the device is asked to send again: until all are,
 * nobody can tell that none of its devices is small. Throws only what the store throws.
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
  if (journal?.closing === undefined) return answer('resend')
  const known = await held.tally(origin)
  if (known?.document === document) return answer('stored')
  const signed = signedWith(message.signed, journal.messageKey, where)
  if (!signed.ok) return { ...alarmed('forged', device, signed.error), ...answer('refused') }
  const small = findSmallDevice(desk, held, journal, where)
  if (small !== undefined) return { ...alarmed('small-device', device, small), ...answer('refused') }
  if (!isStationClosed(desk, held, journal)) return answer('resend')
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

/** The places of a journal's station, and the journals that are held of each; a device of no station is its own. */
function stationOf(desk: Desk, held: Held, own: HeldJournal) {
  const station = placeOfJournal(desk, own)?.station
  if (station !== undefined)
    return { station, places: station.devices, journals: journalsOfStation(desk, held, station) }
  const journals = held.journalsOf(own.device).map((journal) => ({ journal, place: own.device }))
  return { station, places: [own.device], journals }
}

/** Whether a closing entry of every place of a station is held, or word that its device is dead. Of a device that died the spare in its place has one. */
function isStationClosed(desk: Desk, held: Held, own: HeldJournal): boolean {
  const { station, places, journals } = stationOf(desk, held, own)
  const dead = station === undefined ? [] : declaredInStation(desk, held, station).map(({ place }) => place)
  return places.every(
    (id) =>
      dead.includes(id) ||
      journals.some(({ journal, place }) => place === id && journal.closing !== undefined),
  )
}

/**
 * Why no device of this one's station may send totals of its own, as far as closing entries are held. One small device is enough, whichever
 * it is: with the sheet, its neighbours' totals tell its own.
 */
function findSmallDevice(desk: Desk, held: Held, own: HeldJournal, where: string): Refusal | undefined {
  const casts = stationOf(desk, held, own).journals.flatMap(({ journal }) => journal.closing?.casts ?? [])
  if (releaseOf(casts) === 'device') return undefined
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
