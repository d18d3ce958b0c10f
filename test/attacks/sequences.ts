/**
 * Looks for a generator behind bytes that were made public: is some part of each item a number of one sequence? Without any secret, and without
 * knowing who voted when.
 */
import { invertedRecordIds, nextExampleRand, RECORD_IDS } from './weakened/record-numbers.ts'

/** A sequence that the items come from. */
export interface Sequence {
  /** Which generator, and in which bytes of an item. */
  readonly what: string
  /** For each item its place in the sequence. A sequence of unknown step may be the wrong way round. */
  readonly places: readonly number[]
}

/** Numbers of one sequence span less than so many times their count: some may be missing. DVSorder.py asks the same. */
const SPARSE = 10
const TWO_24 = 2 ** 24
const TWO_32 = 2 ** 32

/** Ways to take a number out of an item, and what each counts modulo. */
const READINGS: readonly {
  readonly name: string
  readonly modulus: number
  readonly read: (bytes: Buffer, at: number) => number
}[] = [
  { name: 'big-endian', modulus: TWO_32, read: (bytes, at) => bytes.readUInt32BE(at) },
  { name: 'little-endian', modulus: TWO_32, read: (bytes, at) => bytes.readUInt32LE(at) },
  { name: '24 bits, big-endian', modulus: TWO_24, read: (bytes, at) => bytes.readUIntBE(at, 3) },
  { name: '24 bits, little-endian', modulus: TWO_24, read: (bytes, at) => bytes.readUIntLE(at, 3) },
]

const inverted = invertedRecordIds()

/** Every sequence in every four bytes of the items, all of one length. */
export function findSequences(items: readonly Uint8Array[]): readonly Sequence[] {
  const bytes = items.map((item) => Buffer.from(item))
  const size = bytes[0]?.length ?? 0
  const found: Sequence[] = []
  for (let at = 0; at + 4 <= size; at += 1) {
    for (const { name, modulus, read } of READINGS) {
      const numbers = bytes.map((item) => read(item, at))
      for (const { generator, places } of tryGenerators(numbers, modulus))
        found.push({ what: `${generator}, ${name} at byte ${at}`, places })
    }
  }
  return found
}

/** Every generator that makes these numbers. */
function tryGenerators(numbers: readonly number[], modulus: number) {
  return [
    ...inverted.map(({ scanner, places }) => ({
      generator: `DVSorder, ${scanner}`,
      places: closeTogether(numbers.map((number) => places[number % RECORD_IDS] ?? 0)),
    })),
    { generator: 'steps of one size', places: byUnknownStep(numbers, [modulus, RECORD_IDS]) },
    { generator: 'rand', places: byWalking(numbers) },
  ].flatMap(({ generator, places }) => (places === undefined ? [] : [{ generator, places }]))
}

/** Places in the sequence of record ids, from the lowest; undefined unless they lie close together, also across the end of the circle. */
function closeTogether(places: readonly number[]): readonly number[] | undefined {
  for (const turn of [0, RECORD_IDS / 2]) {
    const turned = places.map((place) => (place + turn) % RECORD_IDS)
    const lowest = Math.min(...turned)
    if (Math.max(...turned) - lowest < SPARSE * places.length) return turned.map((place) => place - lowest)
  }
  return undefined
}

/**
 * One step after another by a step nobody told: then one difference is there nearly as often as there are numbers. Among random
 * numbers no difference is there more than a few times.
 */
function byUnknownStep(numbers: readonly number[], moduli: readonly number[]): readonly number[] | undefined {
  for (const modulus of moduli) {
    const step = commonStep(numbers, modulus)
    if (step === undefined) continue
    const turned = numbers.map((number) => number % modulus)
    return byWalking(turned, (number) => (number + step) % modulus)
  }
  return undefined
}

/** The difference that most numbers have to another, if it is at least half of them. */
function commonStep(numbers: readonly number[], modulus: number): number | undefined {
  const steps = new Float64Array((numbers.length * (numbers.length - 1)) / 2)
  let count = 0
  for (const [i, one] of numbers.entries()) {
    for (let j = 0; j < i; j += 1) {
      const difference = Math.abs(one - (numbers[j] as number)) % modulus
      steps[count] = Math.min(difference, modulus - difference)
      count += 1
    }
  }
  steps.sort()
  let from = 0
  let most: { readonly step: number | undefined; readonly times: number } = { step: undefined, times: 0 }
  for (let at = 1; at <= count; at += 1) {
    if (at < count && steps[at] === steps[from]) continue
    if (at - from > most.times && steps[from] !== 0) most = { step: steps[from], times: at - from }
    from = at
  }
  return most.times >= numbers.length / 2 ? most.step : undefined
}

/** From each number on along a generator: one of them is the first, and the walk from it meets all the others. */
function byWalking(
  numbers: readonly number[],
  next: (state: number) => number = nextExampleRand,
): readonly number[] | undefined {
  const known = new Map(numbers.map((number, i) => [number, i]))
  if (known.size < numbers.length) return undefined
  const farthest = SPARSE * numbers.length
  // A random item is in the first half of its sequence with probability 1/2: from one of eight others are met, or there is no sequence.
  const hopeful = numbers.slice(0, 8).some((first) => walk(first, known, next, farthest).size > 1)
  if (!hopeful) return undefined
  for (const first of numbers) {
    const places = walk(first, known, next, farthest)
    if (places.size === numbers.length) return numbers.map((_, i) => places.get(i) ?? 0)
  }
  return undefined
}

/** Which of the known numbers a walk meets, each by its index, and after how many steps. */
function walk(
  first: number,
  known: ReadonlyMap<number, number>,
  next: (state: number) => number,
  farthest: number,
): Map<number, number> {
  const met = new Map<number, number>()
  let state = first
  for (let step = 0; step < farthest; step += 1) {
    const index = known.get(state)
    if (index !== undefined && !met.has(index)) met.set(index, step)
    state = next(state)
  }
  return met
}
