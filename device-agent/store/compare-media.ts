/**
 * What a device's media hold, compared at every start. The longest sound journal is the device's; another medium that holds the beginning of
 * it, byte for byte, may catch up (`catch-up.ts`), at once if it lacks no vote; one that cannot be read or is not sound is lost. One that is sound and holds
 * something else stops the device: nobody here can know which of two histories is the day. So does one of another device (`foreign-medium.ts`).
 */
import type { MediumName } from '../../core/journal/catalogue.ts'
import type { Day } from '../../core/journal/day.ts'
import { parseEntry } from '../../core/journal/entry.ts'
import { equalBytes, toBase64 } from '../../core/keys/hash.ts'
import { fail, ok, type Refusal, type Result, refuse, valueOrThrow } from '../../core/result.ts'
import { checkStored, type Expected } from './check-stored.ts'
import { isOfAnother } from './foreign-medium.ts'
import { type AllMedia, type Loss, nameIn, type StoreMedium } from './media.ts'
import type { StoredRecords } from './medium.ts'
import { lossOf } from './storage-fault.ts'

/** A medium that is sound for itself. */
interface Sound {
  readonly medium: StoreMedium
  readonly day: Day
  readonly records: StoredRecords
  /** One that failed beside it since the computer was started. */
  readonly marked: MediumName | undefined
  /** So many entries the other one had when this one was left behind. */
  readonly further: number
}

/** A medium that is not. */
interface Unsound {
  readonly medium: StoreMedium
  readonly why: Loss['why']
  readonly refusal: Refusal
  /** If they could be read. */
  readonly records?: StoredRecords
}

/** The media of a device as a start finds them. */
export interface ComparedMedia {
  /** The day as the longest sound journal tells it. */
  readonly day: Day
  readonly records: StoredRecords
  /** Media with that journal. */
  readonly counted: readonly StoreMedium[]
  /** Media that lack entries, and hold the pool as it is. */
  readonly short: readonly StoreMedium[]
  /** Media whose pool is another than the day's. */
  readonly behind: readonly StoreMedium[]
  /** Those that are not there or not sound, or failed since the computer was started. */
  readonly lost: readonly Loss[]
  /** One that counts though it failed since then, because it alone holds the whole day: until another does. */
  readonly doubted: readonly StoreMedium[]
}

/**
 * Reads every medium, checks each for itself, and all against the longest.
 * @param boot which start of the computer this is
 * @returns the refusal of the first if none is sound, `store.left-behind` if none holds the day, and `store.media-differ` if two tell different
 *   histories
 */
export function compareMedia(all: AllMedia, expected: Expected, boot: string): Result<ComparedMedia> {
  const found = all.map((medium) => readMedium(medium, expected, boot))
  const sound = found.filter((each) => 'day' in each)
  const unsound = found.filter((each) => 'why' in each)
  const [first, ...others] = sound.toSorted((a, b) => b.day.size - a.day.size)
  if (first === undefined) return fail((unsound[0] as Unsound).refusal)
  for (const { records, refusal } of unsound) {
    // Of another device or another journal: that is no damage but a medium that does not belong here.
    if (records !== undefined && isOfAnother(records, first.day, expected)) return fail(refusal)
  }
  const behind = sound.find(({ further }) => further > first.day.size)
  if (behind !== undefined) return leftBehind(behind)
  for (const other of others) {
    const differs = findDifference(first, other)
    if (differs !== undefined) return twoHistories(all, [first, other], differs)
  }
  const isWhole = ({ day }: Sound) => day.size === first.day.size
  const isShort = ({ medium, day }: Sound) => hasPoolOf(first.day, day, nameIn(all, medium))
  const marked = sound.map((each) => each.marked)
  const isMarked = ({ medium }: Sound) => marked.includes(nameIn(all, medium))
  // Where both failed neither is better than the other.
  const isDoubted = (each: Sound) => isMarked(each) && !sound.every(isMarked)
  const whole = sound.filter(isWhole)
  const trusted = whole.filter((each) => !isDoubted(each))
  const counted = trusted.length > 0 ? trusted : whole
  const lacking = others.filter((other) => !isWhole(other) && !isDoubted(other))
  const failed = sound.filter((each) => isDoubted(each) && !counted.includes(each))
  // A power cut between two media leaves one of them behind; what any of them remembers was told to a neighbour.
  const heads = new Map(sound.flatMap(({ records }) => records.heads.map((head) => [toBase64(head), head])))
  return ok({
    day: first.day,
    records: { ...first.records, heads: [...heads.values()] },
    counted: counted.map(({ medium }) => medium),
    short: lacking.filter(isShort).map(({ medium }) => medium),
    behind: lacking.filter((other) => !isShort(other)).map(({ medium }) => medium),
    lost: [...unsound, ...failed.map(({ medium }) => ({ medium, why: 'failed' as const }))].map(
      ({ medium, why }) => ({ medium: nameIn(all, medium), why }),
    ),
    doubted: counted.filter(isDoubted).map(({ medium }) => medium),
  })
}

function readMedium(medium: StoreMedium, expected: Expected, boot: string): Sound | Unsound {
  const unsound = (why: Loss['why'], refusal: Refusal, records?: StoredRecords): Unsound => ({
    medium,
    why,
    refusal: records === undefined ? refusal : { ...refusal, where: `${medium.folder}, ${refusal.where}` },
    ...(records && { records }),
  })
  let read: Result<StoredRecords>
  let marked: MediumName | undefined
  let further = 0
  try {
    read = medium.records()
    if (read.ok) marked = medium.distrust.marked(boot)
    const [device] = read.ok ? read.value.device : []
    if (device !== undefined) further = medium.leftBehind.sizeOf(device.origin)
  } catch (error) {
    const why = lossOf(error)
    if (why === undefined) throw error
    return unsound(why, cannotBeRead(medium, error as Error))
  }
  if (!read.ok) return unsound(read.error.code === 'store.missing' ? 'missing' : 'damaged', read.error)
  const day = checkStored(read.value, expected)
  if (!day.ok) return unsound('damaged', day.error, read.value)
  return { medium, day: day.value, records: read.value, marked, further }
}

/**
 * Whether a medium that holds the beginning of a day holds the day's pool. Each cast has a block of its own, and so has the opening; but one that
 * nobody called lost lacks what was written last and nothing else, and an opening writes no block: it was prepared before.
 */
function hasPoolOf(day: Day, beginning: Day, name: MediumName): boolean {
  if (day.casts !== beginning.casts) return false
  if (phaseOf(day) === phaseOf(beginning)) return true
  return phaseOf(day) === 'voting' && !day.lostMedia.includes(name)
}

function phaseOf({ polls }: Day): 'before' | 'voting' | 'after' {
  if (polls === 'closed') return 'before'
  return polls === 'finished' ? 'after' : 'voting'
}

/** Where a medium is not the beginning of a longer one, or of one as long. Both are sound, so batches and ballots are what their journals name. */
function findDifference(long: Sound, short: Sound): string | undefined {
  const { checkpoints, spent } = short.records
  const entry = partingOf(long, short)
  if (entry !== -1) return `table journal, entry ${entry}`
  const note = checkpoints.findIndex((checkpoint, i) => long.records.checkpoints[i]?.note !== checkpoint.note)
  if (note !== -1) return `table checkpoints, size ${note + 1}`
  // As many as ballots were cast: where the journals are as long, these are the same.
  const known = new Set(long.records.spent.map(toBase64))
  return spent.every((tag) => known.has(toBase64(tag))) ? undefined : 'table spent'
}

/** The first entry of the shorter one that the longer one has not; -1 if there is none. */
function partingOf(long: Sound, short: Sound): number {
  return short.records.journal.findIndex(({ entry }, i) => {
    const other = long.records.journal[i]
    return other === undefined || !equalBytes(other.entry, entry)
  })
}

/**
 * Nobody here decides which of the two is the day: what one tells of the other may have been arranged, by whoever set one back. But whoever decides is told
 * which of them went on without the other, so that a medium that hung in the middle of a step, and did it later, can be taken out.
 */
function twoHistories(all: AllMedia, [first, other]: readonly [Sound, Sound], where: string) {
  const at = partingOf(first, other)
  const without = wentOnWithout(all, at, first, other) ?? wentOnWithout(all, at, other, first)
  const what = `it holds another history of this device than ${first.medium.folder}`
  const next =
    'Do not vote on this device. Take neither medium away and call a technician: only the centre and the officers’ cards know which of the two is the day. Without the other one the device starts.'
  const { folder } = other.medium
  if (without === undefined) return refuse('store.media-differ', `${folder}, ${where}`, what, next)
  return refuse(
    'store.media-differ',
    `${folder}, ${where}`,
    `${what}; from there on ${without.told}`,
    `${next} If ${without.left} hung then or was taken out, it is the one to take out and to keep.`,
  )
}

/** What the first entry that only one of two has says of the loss of the other; undefined if nothing. */
function wentOnWithout(all: AllMedia, at: number, one: Sound, left: Sound) {
  const entry = one.records.journal[at]?.entry
  const event = entry && valueOrThrow(parseEntry(entry, at, one.medium.folder))
  if (event?.type !== 'medium.lost' || event.medium !== nameIn(all, left.medium)) return undefined
  const { folder } = left.medium
  const own = left.records.journal.length - at
  return {
    left: folder,
    told: `${one.medium.folder} went on without ${folder} (medium ${event.medium} lost: ${event.why}), which has others there (${own})`,
  }
}

function leftBehind({ medium: { folder }, further }: Sound) {
  return refuse(
    'store.left-behind',
    folder,
    `it was left behind, and the other medium, which had ${further} entries then, is not there or has them no more`,
    'Do not vote on this device. Put both media in their places and switch it off and on. If it does not start then, its votes are on the other medium: keep it and call a technician.',
  )
}

function cannotBeRead({ folder }: StoreMedium, error: Error): Refusal {
  return {
    code: 'store.damaged',
    where: folder,
    what: `it cannot be used: ${error.message}`,
    next: 'Do not vote on this device; keep the medium and call a technician.',
  }
}
