/**
 * A spare goes on in the place of a device that died: what it may take over of that device's journal, and that what it says it took over is
 * what the journal tells. Pure; whether the journal is the device's own is asked where its checkpoint is verified.
 */
import { toBase64 } from '../keys/hash.ts'
import { ok, type Result, refuse } from '../result.ts'
import type { JournalEvent } from './catalogue.ts'
import type { Day } from './day.ts'
import { batchCount } from './day-rules.ts'

/** What is said of the journal that was found. */
export type Adopted = Pick<
  JournalEvent & { type: 'takeover' },
  'origin' | 'size' | 'root' | 'casts' | 'voids' | 'batches' | 'pooled'
>

/**
 * What a spare takes over from this day.
 * @param root over the journal, 32 bytes
 * @param where the medium
 * @returns a refusal `takeover.finished`, `.not-open`, `.stopped`, `.chained` where there is nothing to go on with
 */
export function adoptDay(day: Day, root: Uint8Array, where: string): Result<Adopted> {
  const no = (code: string, what: string, next: string) => refuse(`takeover.${code}`, where, what, next)
  if (day.polls === 'finished')
    return no(
      'finished',
      'the polls of this device are closed for good: it has nothing to go on with',
      'Read its bundle from this medium with the device it belongs to; nobody takes its place any more.',
    )
  if (day.polls === 'closed')
    return no(
      'not-open',
      'the polls of this device were never opened',
      'There are no ballots on this medium. Open the other devices of the station and report that this one is dead.',
    )
  if (day.stopped !== undefined)
    return no(
      'stopped',
      `this device had to stop (${day.stopped}): somebody holds another history of it`,
      'Nobody goes on with it. Keep the medium and call the election office.',
    )
  if (day.adopted !== undefined)
    return no(
      'chained',
      'this device had itself taken the place of another one',
      'A spare is not replaced by another spare. Keep the medium and call the election office.',
    )
  const { origin, size, casts, voids, sealed } = day
  return ok({
    origin,
    size,
    root: toBase64(root),
    casts,
    voids,
    batches: batchCount(day),
    pooled: casts - sealed,
  })
}

/** What in an entry `takeover` is not what the journal that it names tells, as a sentence. */
export function findAdoptionProblem(said: Adopted, day: Day, root: Uint8Array): string | undefined {
  const adopted = adoptDay(day, root, 'the journal taken over')
  if (!adopted.ok) return adopted.error.what
  const member = (['origin', 'size', 'root', 'casts', 'voids', 'batches', 'pooled'] as const).find(
    (name) => said[name] !== adopted.value[name],
  )
  return member && `${member} is ${said[member]}, but the journal taken over tells ${adopted.value[member]}`
}
