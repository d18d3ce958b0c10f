/**
 * Spares in the place of devices that died. The centre retires the journal of such a device at the size that the spare took over: what it signs
 * beyond is a fork, whenever it comes.
 */
import { deviceOfOrigin } from '../../core/bundle/names.ts'
import { devicesOfStation } from '../../core/election/definition.ts'
import { type Place, placeOf } from '../../core/election/place.ts'
import type { Entry } from '../../core/journal/entry.ts'
import { toBase64 } from '../../core/keys/hash.ts'
import type { Refusal } from '../../core/result.ts'
import type { HeldJournal, TakenOver } from '../store/store.ts'
import type { Alarm } from './alarm.ts'
import type { Desk } from './desk.ts'

/** In whose place of its station a journal votes; undefined if its device is none of the package, or a spare that took no place. */
export function placeOfJournal(
  { package: { definition } }: Pick<Desk, 'package'>,
  { device, takeover }: Pick<HeldJournal, 'device' | 'takeover'>,
): Place | undefined {
  return placeOf(definition, device, takeover && deviceOfOrigin(definition, takeover.origin))
}

/** Why a journal of this device cannot have this second entry: a spare takes a device's place there, and nobody else does. */
export function findPlaceProblem(
  desk: Desk,
  device: string,
  entry: Entry,
  where: string,
): Refusal | undefined {
  const { definition } = desk.package
  const tookOver = entry.type === 'takeover' ? (deviceOfOrigin(definition, entry.origin) ?? '') : undefined
  const isListed = definition.stations.some((station) => devicesOfStation(station).includes(device))
  if (!isListed || placeOf(definition, device, tookOver) !== undefined) return undefined
  return {
    code: 'entries.takeover',
    where: `${where} entry 1`,
    what:
      tookOver === undefined ? 'a spare took no device’s place' : 'this device is no spare for that place',
    next: 'Find out what was done at the station; keep the device and the medium it was given.',
  }
}

/** A device that signed more than the spare in its place took over; undefined as long as it has not. */
export function findWentOn(
  desk: Desk,
  { device, origin, size }: { readonly device: string; readonly origin: string; readonly size: number },
): Alarm | undefined {
  const taker = desk.store
    .takersOf(origin)
    .find(({ takeover }) => takeover !== undefined && size > takeover.size)
  return taker && { kind: 'takeover-fork', device, origin, by: taker.device, what: 'went-on' }
}

/**
 * What stands against a spare that just took over.
 * @param rootAt root of a held journal at a size it has
 */
export function findForkAtTakeover(
  desk: Desk,
  spare: { readonly device: string; readonly origin: string },
  { origin, size, root }: TakenOver,
  rootAt: (origin: string, size: number) => Uint8Array,
): Alarm | undefined {
  const fork = (what: (Alarm & { kind: 'takeover-fork' })['what']): Alarm => ({
    kind: 'takeover-fork',
    device: spare.device,
    origin,
    by: spare.device,
    what,
  })
  if (desk.store.takersOf(origin).some((other) => other.origin !== spare.origin))
    return fork('taken-over-twice')
  const held = desk.store.journal(origin)?.frontier.size ?? 0
  if (held > size) return fork('went-on')
  return held === size && toBase64(rootAt(origin, size)) !== root ? fork('other-history') : undefined
}
