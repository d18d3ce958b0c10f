import { describe, expect, it } from 'vitest'
import { shuffle, uniform } from '../../core/ballot-box/draw.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { chancesByBatch, chancesInPool, expectedHits, type NamedBatch, namesInOrder } from './chances.ts'
import { GUESS_ALARM, SPREAD } from './evidence.ts'
import { poissonLimit, poissonTail, rankScore } from './statistics.ts'

const random = seededRandom('chances')
const DAYS = 4_000

/** A day in which nothing leaks, drawn without any store: who is in which batch, in an order that means nothing. */
function honestDay(casts: number) {
  const styles = Array.from({ length: casts }, () => (uniform(6, random) === 0 ? 1 : 0))
  const pools: number[][] = [[], []]
  const batches: (NamedBatch & { readonly voters: readonly number[] })[] = []
  for (const [voter, style] of styles.entries()) {
    const pool = pools[style] as number[]
    pool.push(voter)
    if (pool.length < 64) continue
    const drawn = shuffle(pool, random)
    batches.push({ count: 32, after: voter + 1, voters: drawn.slice(0, 32) })
    pools[style] = drawn.slice(32)
  }
  const rest = shuffle(pools.flat(), random)
  batches.push({ count: rest.length, after: casts, voters: rest })
  return { styles, batches }
}

describe('the chance level', () => {
  const days = Array.from({ length: DAYS }, () => honestDay(110 + uniform(60, random)))

  it('gives every batch as many ballots as it has, and every ballot one batch', () => {
    for (const { styles, batches } of days.slice(0, 200)) {
      const chances = chancesByBatch(styles, batches)
      for (const [batch, { count }] of batches.entries())
        expect(chances[batch]?.reduce((a, b) => a + b, 0)).toBeCloseTo(count, 6)
      for (const voter of styles.keys())
        expect(chances.reduce((sum, batch) => sum + (batch[voter] ?? 0), 0)).toBeCloseTo(1, 6)
      expect(chancesInPool(styles, batches, styles.length).every((chance) => Math.abs(chance) < 1e-9)).toBe(
        true,
      )
    }
  })

  it('is what guessing on days without any leak really gives, and its spread is within the bound of the gate', () => {
    let expected = 0
    const hits = days.map(({ styles, batches }) => {
      const chances = chancesByBatch(styles, batches)
      return batches.reduce((sum, { voters, count }, batch) => {
        const names = namesInOrder(chances[batch] ?? [], count)
        expect(new Set(names).size).toBe(count)
        expected += expectedHits(chances[batch] ?? [], names, count)
        return sum + voters.filter((voter, i) => voter === names[i]).length
      }, 0)
    })
    const total = hits.reduce((a, b) => a + b, 0)
    expect(Math.abs(total - expected)).toBeLessThan(5 * Math.sqrt(expected))
    // As many days with many hits as a Poisson variable allows: the gate's limit rests on that.
    const mean = (expected / DAYS) * SPREAD
    for (const many of [3, 5, 7]) {
      const share = hits.filter((n) => n >= many).length / DAYS
      const bound = poissonTail(mean, many)
      expect(share).toBeLessThan(bound + 5 * Math.sqrt(bound / DAYS))
    }
    expect(Math.max(...hits)).toBeLessThan(poissonLimit(mean, GUESS_ALARM))
  })

  it('of a rank score has mean 0, variance 1 and no heavier tail than the normal distribution', () => {
    const scores = days.flatMap(({ batches }) =>
      batches.map(({ voters }) => rankScore([...voters.keys()], voters) ?? 0),
    )
    const mean = scores.reduce((a, b) => a + b, 0) / scores.length
    const variance = scores.reduce((a, b) => a + b * b, 0) / scores.length
    expect(Math.abs(mean)).toBeLessThan(5 / Math.sqrt(scores.length))
    expect(Math.abs(variance - 1)).toBeLessThan(5 * Math.sqrt(2 / scores.length))
    // Normal: 0.27 % beyond three.
    const far = scores.filter((score) => Math.abs(score) > 3).length / scores.length
    expect(far).toBeLessThan(0.0027 + 5 * Math.sqrt(0.0027 / scores.length))
  })
})
