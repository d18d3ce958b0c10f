/** One bundle read for its story: verified first; then its journal, as far as it can be read. */
import { fail, ok, type Refusal, type Result } from '../../core/result.ts'
import { readBundle, readOnce, unlessUnreadable } from '../read-folders.ts'
import { type DeviceFacts, factsOf } from '../verify/facts.ts'
import { openReference, type Reference } from '../verify/reference.ts'
import { verifyCount } from '../verify/verify-count.ts'
import type { DayStory } from './day-story.ts'
import { type PollingWindow, windowOf } from './polling-window.ts'
import { readJournal } from './read-journal.ts'

export interface ReadStory {
  readonly where: string
  /** What does not hold; then nothing of the story is vouched for. */
  readonly finding?: Refusal
  /** Present if the bundle holds. */
  readonly verified?: { readonly station: string; readonly facts: DeviceFacts }
  /** Absent if the bundle's package cannot be opened. */
  readonly reference?: Reference
  readonly window: PollingWindow
  readonly story?: DayStory
  /** Why the journal was not read to its end. */
  readonly stopped?: Refusal
  /** The files, as they were read; `get` throws for one that cannot be. */
  readonly files: ReturnType<typeof readOnce>['files']
}

/**
 * Reads one bundle.
 * @param authorityKey Ed25519; if it is not given, the key that signed the package is taken
 * @returns a refusal `input.*` if it cannot be judged
 */
export function readStory(where: string, authorityKey: Uint8Array | undefined): Result<ReadStory> {
  const read = readBundle(where)
  if (!read.ok) return read
  const content = readOnce(read.value)
  const { files } = content
  const bytes = (name: 'journal.jsonl' | 'package.json') =>
    unlessUnreadable(() => ok(files.get(name) ?? new Uint8Array()))
  const count = verifyCount({ bundles: [content], checkIns: [] }, authorityKey)
  if (!count.ok && count.error.code.startsWith('input.')) return fail(count.error)
  const packageBytes = bytes('package.json')
  const reference = packageBytes.ok
    ? openReference(packageBytes.value, authorityKey, `${where}/package.json`)
    : packageBytes
  const journal = bytes('journal.jsonl')
  const window = reference.ok ? windowOf(reference.value) : undefined
  const [station] = count.ok ? count.value.stations.map(factsOf) : []
  const [facts] = station?.devices ?? []
  return ok({
    where,
    files,
    ...readJournal(journal.ok ? journal.value : new Uint8Array(), `${where}/journal.jsonl`, window),
    ...(!count.ok && { finding: count.error }),
    ...(reference.ok && { reference: reference.value }),
    ...(station !== undefined && facts !== undefined && { verified: { station: station.station, facts } }),
  })
}
