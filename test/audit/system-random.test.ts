import { expect, test } from 'vitest'
import { systemRandom } from '../../audit/system-random.ts'
import { shuffle } from '../../core/ballot-box/draw.ts'

test('gives out as many bytes as it was asked for, and none twice, whatever lies in a block of the system', () => {
  const random = systemRandom()
  const lengths = [0, 1, 16, 4080, 16, 32, 4095, 4096, 4097, 9000, 16]
  expect(lengths.map((length) => random.bytes(length).length)).toEqual(lengths)
  const draws = Array.from({ length: 20_000 }, () => Buffer.from(random.bytes(16)).toString('hex'))
  expect(new Set(draws).size).toBe(draws.length)
})

test('shuffles to every order equally often: χ² of 24 orders, above which two in a thousand million fair runs are', () => {
  const random = systemRandom()
  const counts = new Map<string, number>()
  const runs = 48_000
  for (let run = 0; run < runs; run += 1) {
    const order = shuffle('abcd'.split(''), random).join('')
    counts.set(order, (counts.get(order) ?? 0) + 1)
  }
  const expected = runs / 24
  expect(counts.size).toBe(24)
  expect(
    [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0),
  ).toBeLessThan(87)
})
