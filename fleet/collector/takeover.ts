/**
 * Spares in the place of devices that died. The centre retires the journal of such a device at the size that the spare took over: what it signs
 * beyond is a fork, whenever it comes.
 */
import { deviceOfOrigin } from '../../core/bundle/names.ts'
import { type Place, placeOf } from '../../core/election/place.ts'
import { toBase64 } from '../../core/keys/hash.ts'
import type { Held, HeldJournal, TakenOver } from '../store/store.ts'
import type { Alarm } from './alarm.ts'
import type { Desk } from './desk.ts'

/** In whose place of its station a journal votes; undefined if its device is none of the package, or a spare that took no place. */
export function placeOfJournal(
  { package: { definition }, stations }: Pick<Desk, 'package' | 'stations'>,
  { device, takeover }: Pick<HeldJournal, 'device' | 'takeover'>,
): Place | undefined {
  const tookOver = takeover && deviceOfOrigin(definition, takeover.origin)
  const station = stations.of(tookOver ?? device)
  return station && placeOf({ stations: [station] }, device, tookOver)
}

/** A device that signed more than the spare in its place took over; undefined as long as it has not. */
export function findWentOn(
  held: Held,
  { device, origin, size }: { readonly device: string; readonly origin: string; readonly size: number },
): Alarm | undefined {
  const taker = held.takersOf(origin).find(({ takeover }) => takeover !== undefined && size > takeover.size)
  return taker && { kind: 'takeover-fork', device, origin, by: taker.device, what: 'went-on' }
}

/**
 * What stands against a spare that just took over.
 * @param rootAt root of a held journal at a size it has
 */
export async function findForkAtTakeover(
  held: Held,
  spare: { readonly device: string; readonly origin: string },
  { origin, size, root }: TakenOver,
  rootAt: (origin: string, size: number) => Promise<Uint8Array>,
): Promise<Alarm | undefined> {
  const fork = (what: (Alarm & { kind: 'takeover-fork' })['what']): Alarm => ({
    kind: 'takeover-fork',
    device: spare.device,
    origin,
    by: spare.device,
    what,
  })
  if (held.takersOf(origin).some((other) => other.origin !== spare.origin)) return fork('taken-over-twice')
  const have = held.journal(origin)?.frontier.size ?? 0
  if (have > size) return fork('went-on')
  return have === size && toBase64(await rootAt(origin, size)) !== root ? fork('other-history') : undefined
}
