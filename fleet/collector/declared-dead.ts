/**
 * Devices that two officers declared dead at a neighbour (event `device.declared_dead`). The centre takes such a station for complete without the
 * device. If the device speaks again, or closed, there are two accounts of it: both are kept, and people are told.
 */
import type { DeclaredDead } from '../../core/journal/day.ts'
import { type Entry, parseEntry } from '../../core/journal/entry.ts'
import { valueOrThrow } from '../../core/result.ts'
import type { HeldJournal } from '../store/store.ts'
import type { Alarm } from './alarm.ts'
import { checkDay, findClosing } from './closed-journal.ts'
import type { Desk } from './desk.ts'
import { placeOfJournal } from './takeover.ts'

/** What a held journal says of dead neighbours behind its closing; whether its day is legal is not asked. */
export function declarationsIn(desk: Pick<Desk, 'store'>, journal: HeldJournal): readonly DeclaredDead[] {
  const { origin, frontier } = journal
  const closing = findClosing(desk, journal)
  if (closing === undefined) return []
  return desk.store.entries(origin, closing.seq + 1, frontier.size).flatMap((bytes, i) => {
    const entry = valueOrThrow(parseEntry(bytes, closing.seq + 1 + i, origin))
    return entry.type === 'device.declared_dead' ? [entry] : []
  })
}

/** Who declared a device of a station dead. */
interface Declaring {
  readonly place: string
  readonly by: HeldJournal
}

/** What the journals of a station that tell legal days say of its other devices. */
export function declaredInStation(desk: Desk, station: string): readonly Declaring[] {
  return desk.store.journals().flatMap((by) => {
    const own = placeOfJournal(desk, by)
    if (own?.station.id !== station) return []
    const said = declarationsIn(desk, by)
    const legal = said.length > 0 && checkDay(desk, by, by.origin).ok
    const places = said.map(({ device }) => device)
    return legal
      ? places
          .filter((place) => own.station.devices.includes(place) && place !== own.device)
          .map((place) => ({ place, by }))
      : []
  })
}

/** What a device that is not dead comes to write, and what says that one is; nothing else is worth reading a station's journals for. */
const TELLING: ReadonlySet<Entry['type']> = new Set([
  'device.started',
  'device.stopped',
  'polls.closed',
  'device.declared_dead',
])

/**
 * Why the entries that a journal just brought contradict a declaration, or a declaration among them a journal that is closed.
 * @param journal as it is held with them
 * @param brought its last entries
 */
export function findNotDead(
  desk: Desk,
  journal: HeldJournal,
  brought: readonly Uint8Array[],
): Alarm | undefined {
  const place = placeOfJournal(desk, journal)
  const isTelling = brought.some((bytes, i) => {
    const entry = parseEntry(bytes, journal.frontier.size - brought.length + i, journal.origin)
    return entry.ok && TELLING.has(entry.value.type)
  })
  if (place === undefined || !isTelling) return undefined
  const declared = declaredInStation(desk, place.station.id)
  const alarm = (dead: HeldJournal, by: HeldJournal): Alarm => ({
    kind: 'not-dead',
    device: dead.device,
    origin: dead.origin,
    by: by.device,
    what: findClosing(desk, dead) === undefined ? 'went-on' : 'closed',
  })
  const ofThis = declared.find((said) => said.place === place.device)
  if (ofThis !== undefined) return alarm(journal, ofThis.by)
  for (const { place: dead, by } of declared.filter((said) => said.by.origin === journal.origin)) {
    const closed = desk.store
      .journals()
      .find((held) => placeOfJournal(desk, held)?.device === dead && findClosing(desk, held) !== undefined)
    if (closed !== undefined) return alarm(closed, by)
  }
  return undefined
}
