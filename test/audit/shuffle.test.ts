/**
 * The shuffle of opened selections: any order is as likely as any other, whatever the source's blocks cut through. Each look at it is also taken at a
 * build that has lost one line of it, and fails there.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BLOCK_BYTES, inBlocks, systemRandom } from '../../audit/system-random.ts'
import { shuffle, uniform } from '../../core/ballot-box/draw.ts'
import type { Random } from '../../core/ports.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { type Replacement, weakenedDraw, weakenedRandom } from './weakened/weaken.ts'

const SEED = 'shuffled selections, 1405'

interface Build {
  readonly shuffle: typeof shuffle
  readonly uniform: typeof uniform
  readonly inBlocks: typeof inBlocks
}

const real: Build = { shuffle, uniform, inBlocks }

/** A seeded source that is asked in blocks, as the system is. */
function seeded(build: Build, seed: string): Random {
  const source = seededRandom(seed)
  return {
    kind: 'seeded, not secret',
    bytes: build.inBlocks((bytes) => bytes.set(source.bytes(bytes.length))),
  }
}

/** Pearson's statistic of how often each of so many equally likely things came. */
function chiSquare(times: number, things: number, draw: () => number): number {
  const counts = new Array<number>(things).fill(0)
  for (let i = 0; i < times; i += 1) {
    const drawn = draw()
    counts[drawn] = (counts[drawn] ?? 0) + 1
  }
  const expected = times / things
  return counts.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0)
}

/** All orders of four things. */
const ORDERS = ['0', '1', '2', '3'].reduce<readonly string[]>(
  (orders, next) =>
    orders.flatMap((order) =>
      Array.from({ length: order.length + 1 }, (_, at) => order.slice(0, at) + next + order.slice(at)),
    ),
  [''],
)

/** Each of the 24 orders as often: 23 degrees of freedom. */
function orders(build: Build): number {
  const random = seeded(build, SEED)
  return chiSquare(48_000, 24, () => ORDERS.indexOf(build.shuffle(['0', '1', '2', '3'], random).join('')))
}

/** Each thing of forty at each place as often: 39 degrees of freedom for the place of the first, which the last swaps decide. */
function places(build: Build): number {
  const random = seeded(build, `${SEED}, places`)
  const things = Array.from({ length: 40 }, (_, i) => i)
  return chiSquare(8_000, 40, () => build.shuffle(things, random).indexOf(0))
}

/** Each third of a range that goes a third into 2^32 once more: 2 degrees of freedom. */
function thirds(build: Build): number {
  const random = seeded(build, `${SEED}, thirds`)
  return chiSquare(3_000, 3, () => Math.floor(build.uniform(3 * 2 ** 30, random) / 2 ** 30))
}

/** The 99.9 % points of chi-square. */
const LOOKS = [
  ['each order of four', orders, 49.73],
  ['the place of one among forty', places, 72.05],
  ['a third of a range that does not divide 2^32', thirds, 13.82],
] as const

test.each(LOOKS)(`is fair: %s (chi-square, seed "${SEED}")`, (_, look, limit) => {
  expect(look(real)).toBeLessThan(limit)
})

const DRAW = 'core/ballot-box/draw.ts'
const UNFAIR: readonly (readonly [string, Replacement, (build: Build) => number, number])[] = [
  [
    'never leaves a thing where it was',
    { file: DRAW, line: 'uniform(last + 1, random)', by: 'uniform(last, random)' },
    orders,
    49.73,
  ],
  [
    'swaps with any place',
    { file: DRAW, line: 'uniform(last + 1, random)', by: 'uniform(shuffled.length, random)' },
    orders,
    49.73,
  ],
  ['stops one short', { file: DRAW, line: 'last > 0; last -= 1', by: 'last > 1; last -= 1' }, orders, 49.73],
  [
    'keeps draws beyond the last multiple',
    { file: DRAW, line: 'value < limit', by: 'value < range' },
    thirds,
    13.82,
  ],
]

test.each(UNFAIR)('a build that %s is found unfair', async (_, replacement, look, limit) => {
  const draw = await weakenedDraw([replacement])
  expect(look({ ...real, ...draw })).toBeGreaterThan(limit)
})

/** A source that counts: its bytes are the numbers 0, 1, 2 … in base 2^32, so that each four tell where they are from. */
function counting() {
  let next = 0
  return (bytes: Uint8Array) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    for (let at = 0; at + 4 <= bytes.length; at += 4, next += 1) view.setUint32(at, next)
  }
}

const words = (bytes: Uint8Array) =>
  Array.from({ length: bytes.length / 4 }, (_, i) =>
    new DataView(bytes.buffer, bytes.byteOffset).getUint32(4 * i),
  )

const lengths = fc.array(
  fc
    .oneof(
      fc.constantFrom(1, BLOCK_BYTES / 4 - 1, BLOCK_BYTES / 4, BLOCK_BYTES / 4 + 1),
      fc.nat(12),
      fc.nat(BLOCK_BYTES / 2),
    )
    .map((count) => 4 * count),
  { maxLength: 60 },
)

/** Throws unless all that is asked for comes in its length and no byte of the source comes twice. */
function checkBlocks(build: Build): void {
  fc.assert(
    fc.property(lengths, (asked) => {
      const bytes = build.inBlocks(counting())
      const given = asked.map((length) => bytes(length))
      expect(given.map(({ length }) => length)).toEqual(asked)
      const all = given.flatMap(words)
      expect(new Set(all).size).toBe(all.length)
    }),
    { seed: 1405 },
  )
}

test('whatever is asked for comes in its length, across the ends of blocks, and no byte of the source twice', () => {
  checkBlocks(real)
})

test('a block is used to its last byte, and the next one from its first', () => {
  const bytes = inBlocks(counting())
  const drawn = Array.from({ length: BLOCK_BYTES / 2 }, () => words(bytes(4))[0])
  expect(drawn).toEqual([...drawn.keys()])
  // Three bytes are left, four are asked for: the next block begins.
  const cut = inBlocks(counting())
  cut(1)
  for (let at = 1; at + 4 <= BLOCK_BYTES; at += 4) cut(4)
  expect(words(cut(4))).toEqual([BLOCK_BYTES / 4])
})

test('what was given out stays what it was', () => {
  const bytes = inBlocks(counting())
  const first = bytes(8)
  bytes(BLOCK_BYTES)
  expect(words(first)).toEqual([0, 1])
})

const SOURCE = 'audit/system-random.ts'
const REPEATING: readonly (readonly [string, Replacement])[] = [
  ['begins a block anew without filling it', { file: SOURCE, line: 'fill(block)\n', by: '\n' }],
  [
    'fills a block when it is at its very end',
    { file: SOURCE, line: 'used + length > BLOCK_BYTES', by: 'used >= BLOCK_BYTES' },
  ],
  ['does not count what it gave', { file: SOURCE, line: 'used += length\n', by: 'used = length\n' }],
]

test.each(REPEATING)('a build that %s is found', async (_, replacement) => {
  const weakened = await weakenedRandom([replacement])
  expect(() => checkBlocks({ ...real, inBlocks: weakened.inBlocks })).toThrow()
})

test('the system’s own bytes make a permutation, another one each time', () => {
  const things = Array.from({ length: 5_000 }, (_, i) => i)
  const [one, other] = [shuffle(things, systemRandom()), shuffle(things, systemRandom())]
  expect(one.toSorted((a, b) => a - b)).toEqual(things)
  expect(other.toSorted((a, b) => a - b)).toEqual(things)
  expect(one).not.toEqual(other)
})
