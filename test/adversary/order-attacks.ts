/**
 * Attackers (a) and (c): no cards, all images. Each idea below gives every ballot of a batch a number; if the idea is right, the numbers
 * grow with the order in which the batch's voters voted.
 */
import { shuffle } from '../../core/ballot-box/draw.ts'
import type { CarvedBatch, ClosedBox } from './closed-box.ts'
import { type Archive, type FileImage, filesNamed, type Image } from './image.ts'
import { timeSeeded } from './weakened/time-seeded.ts'
import { firstImages, tracesOf } from './words.ts'

export interface Idea {
  readonly name: string
  /** For each batch a number for each of its ballots, in the order of the table. */
  readonly numbers: readonly (readonly number[])[]
  /** The numbers are voters themselves, not only an order. */
  readonly names?: boolean
}

/** What an attacker without cards has. */
export interface Loot {
  readonly archive: Archive
  readonly styles: readonly number[]
  readonly box: ClosedBox
  /** Number of the first image in which each ballot shows in any form, by batch. */
  readonly firstSeen: readonly (readonly (number | undefined)[])[]
  /** Times of the key slots at the image in which each batch first shows, milliseconds. */
  readonly sealedAtMs: readonly number[]
}

/** Looks each ballot up in everything that was ever on the disk. */
export function firstSeenByBatch(
  archive: Archive,
  batches: readonly CarvedBatch[],
): (number | undefined)[][] {
  const first = firstImages(
    archive,
    batches.flatMap(({ ballots }) => ballots.map(({ sealed }) => tracesOf(sealed))),
  )
  let taken = 0
  return batches.map(({ ballots }) => {
    taken += ballots.length
    return first.slice(taken - ballots.length, taken)
  })
}

/** How many ballots show on the disk before their batch was sealed. */
export function seenTooEarly({ archive, box, firstSeen }: Loot): number {
  return box.batches.reduce((sum, { after, closing }, batch) => {
    const early = firstSeen[batch]?.filter((image) => {
      const instant = image === undefined ? undefined : archive.instants[image]
      return instant !== undefined && (instant.casts < after || (closing && instant.kind !== 'closed'))
    })
    return sum + (early?.length ?? 0)
  }, 0)
}

/** Every idea that needs no key. */
export function ideas(loot: Loot): readonly Idea[] {
  const { batches } = loot.box
  const each = (number: (ballot: CarvedBatch['ballots'][number], row: number) => number) =>
    batches.map(({ ballots }) => ballots.map(number))
  return [
    { name: 'order of rows', numbers: each((_, row) => row) },
    { name: 'place on pages', numbers: each(({ place }) => place) },
    { name: 'first byte in the file', numbers: each(({ inFile }) => inFile) },
    { name: 'first byte in the log', numbers: each(({ inLog }) => inLog) },
    { name: 'first image it shows in', numbers: byFirstImage(loot), names: true },
    { name: 'rank among spent tags', numbers: byTags(loot) },
    ...[0, 1].map((secondsBack) => ({
      name: `shuffle seeded by file time, ${secondsBack} s back`,
      numbers: bySeededShuffle(loot, secondsBack),
      names: true,
    })),
  ]
}

/** A ballot is that of the voter after whose cast it is first seen. */
function byFirstImage({ archive, box: { batches }, firstSeen }: Loot): number[][] {
  return batches.map(({ after }, batch) =>
    (firstSeen[batch] ?? []).map((image) => (archive.instants[image ?? -1]?.casts ?? after) - 1),
  )
}

/** If ballots and tags sort alike, the ballot of rank i belongs to the tag of rank i, and the images tell when each tag came. */
function byTags({ archive, box: { batches, tags } }: Loot): number[][] {
  const sortedTags = [...tags].sort(Buffer.compare)
  const came = firstImages(
    archive,
    sortedTags.map((tag) => [tag]),
  )
  const sorted = batches.flatMap(({ ballots }) => ballots.map(({ sealed }) => sealed)).sort(Buffer.compare)
  const rank = new Map(sorted.map((sealed, i) => [sealed, i]))
  return batches.map(({ ballots }) => ballots.map(({ sealed }) => came[rank.get(sealed) ?? -1] ?? 0))
}

/** Brazil, 2012: the shuffle's seed is the second at which it ran, and the file's time tells that. Runs it again on the voters. */
function bySeededShuffle({ styles, box, sealedAtMs }: Loot, secondsBack: number): number[][] {
  const waiting = new Map<number, number[]>()
  let arrived = 0
  return box.batches.map(({ after, count, closing }, batch) => {
    for (; arrived < after; arrived += 1) {
      const style = styles[arrived] ?? 0
      waiting.set(style, [...(waiting.get(style) ?? []), arrived])
    }
    const style = styles[after - 1] ?? 0
    const pool = waiting.get(style) ?? []
    if (closing || pool.length < count) return [...waiting.values()].flat().slice(0, count)
    const shuffled = shuffle(pool, timeSeeded(Math.floor((sealedAtMs[batch] ?? 0) / 1000) - secondsBack))
    waiting.set(style, shuffled.slice(count))
    return shuffled.slice(0, count)
  })
}

/** Time of the newest slot file of an image, milliseconds. */
export function slotTime(image: Image): number {
  return Math.max(...filesNamed(image, 'slots.bin').map(({ modifiedMs }: FileImage) => modifiedMs))
}
