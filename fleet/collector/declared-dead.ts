/**
 * Devices that two officers declared dead at a neighbour (event `device.declared_dead`). The centre takes such a station for complete without the
 * device. If the device speaks again, or closed, there are two accounts of it: both are kept, and people are told.
 */
import { devicesOfStation, type Station } from '../../core/election/definition.ts'
import type { Place } from '../../core/election/place.ts'
import type { Held, HeldJournal } from '../store/store.ts'
import type { Alarm } from './alarm.ts'
import { type Places, placeOfJournal } from './takeover.ts'

/** Who declared a device of a station dead. */
interface Declaring {
  readonly place: string
  readonly by: HeldJournal
}

/** The journals that are held of a station's places, each with the device whose place it is. */
export function journalsOfStation(
  desk: Places,
  held: Held,
  station: Station,
): readonly { readonly journal: HeldJournal; readonly place: string }[] {
  return devicesOfStation(station).flatMap((device) =>
    held.journalsOf(device).flatMap((journal) => {
      const place = placeOfJournal(desk, journal)
      return place?.station.id === station.id ? [{ journal, place: place.device }] : []
    }),
  )
}

/** What the journals of a station that tell legal days say of its other devices. */
export function declaredInStation(desk: Places, held: Held, station: Station): readonly Declaring[] {
  return journalsOfStation(desk, held, station).flatMap(({ journal: by, place: device }) =>
    declaredBy({ station, device }, by).map((place) => ({ place, by })),
  )
}

/** What the journal of a place says of the other places of its station; one of a day that was not legal says nothing. */
export function declaredBy(
  { station, device }: Place,
  { dead, illegal }: Pick<HeldJournal, 'dead' | 'illegal'>,
): readonly string[] {
  return illegal === undefined
    ? dead.filter((place) => station.devices.includes(place) && place !== device)
    : []
}

/**
 * Why a journal with the entries that it just brought contradicts a declaration, or a declaration in it a journal that is closed.
 * @param origin of a journal that is held
 */
export function findNotDead(desk: Places, held: Held, origin: string): Alarm | undefined {
  const journal = held.journal(origin)
  const place = journal && placeOfJournal(desk, journal)
  if (journal === undefined || place === undefined) return undefined
  const declared = declaredInStation(desk, held, place.station)
  const alarm = (dead: HeldJournal, by: HeldJournal): Alarm => ({
    kind: 'not-dead',
    device: dead.device,
    origin: dead.origin,
    by: by.device,
    what: dead.closing === undefined ? 'went-on' : 'closed',
  })
  const ofThis = declared.find((said) => said.place === place.device)
  if (ofThis !== undefined) return alarm(journal, ofThis.by)
  const journals = journalsOfStation(desk, held, place.station)
  for (const { place: dead, by } of declared.filter((said) => said.by.origin === origin)) {
    const closed = journals.find((other) => other.place === dead && other.journal.closing !== undefined)
    if (closed !== undefined) return alarm(closed.journal, by)
  }
  return undefined
}
