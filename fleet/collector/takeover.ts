/**
 * Spares in the place of devices that died. Where the device goes on nevertheless there are two accounts of its place: the centre keeps and cosigns
 * both to their ends, for nobody knows yet which is true, tells people, and counts neither (`results/disputes.ts`).
 */
import { deviceOfOrigin } from '../../core/bundle/names.ts'
import { type Place, placeOf } from '../../core/election/place.ts'
import { toBase64 } from '../../core/keys/hash.ts'
import type { Held, HeldJournal, TakenOver } from '../store/store.ts'
import type { Alarm } from './alarm.ts'
import type { Desk } from './desk.ts'

/** What tells in whose place a journal votes. */
export interface Places {
  readonly package: Pick<Desk['package'], 'definition'>
  readonly stations: Desk['stations']
}

/** In whose place of its station a journal votes; undefined if its device is none of the package, or a spare that took no place. */
export function placeOfJournal(
  { package: { definition }, stations }: Places,
  { device, takeover }: Pick<HeldJournal, 'device' | 'takeover'>,
): Place | undefined {
  const tookOver = takeover && deviceOfOrigin(definition, takeover.origin)
  return placeOf({ stations: stations.of(tookOver ?? device) }, device, tookOver)
}

/** That a device signed a head beyond what the spare in its place took over: that is enough, whether or not its entries ever come. */
export function findHeadBeyond(
  held: Held,
  { device, origin, size }: { readonly device: string; readonly origin: string; readonly size: number },
): Alarm | undefined {
  const taker = held.takersOf(origin).find(({ takeover }) => takeover !== undefined && size > takeover.size)
  return taker && { kind: 'takeover-fork', device, origin, by: taker.device, what: 'went-on' }
}

/**
 * How a journal that was taken over contradicts its spare, with the entries that it just brought.
 * @param had entries of it that were held before
 * @param rootAt its root at a size beyond these
 */
export function findForkOfTaken(
  held: Held,
  origin: string,
  had: number,
  rootAt: (size: number) => Uint8Array,
): Alarm | undefined {
  const journal = held.journal(origin)
  if (journal === undefined) return undefined
  for (const { device: by, takeover } of held.takersOf(origin)) {
    if (takeover === undefined) continue
    const { size, root } = takeover
    const have = journal.frontier.size
    const isOther = had < size && size <= have && toBase64(rootAt(size)) !== root
    const isClosed = journal.closing !== undefined && journal.closing.seq >= had
    const what = isOther ? 'other-history' : have > size ? 'went-on' : isClosed ? 'closed' : undefined
    if (what !== undefined) return { kind: 'takeover-fork', device: journal.device, origin, by, what }
  }
  return undefined
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
  const taken = held.journal(origin)
  const have = taken?.frontier.size ?? 0
  if (have > size) return fork('went-on')
  if (taken?.closing !== undefined) return fork('closed')
  return have === size && toBase64(await rootAt(origin, size)) !== root ? fork('other-history') : undefined
}
