/** The few statistics that the verdict rests on. Each docstring says what chance alone gives. */

/** Ranks from 0; equal values share the mean of their ranks. */
function ranks(values: readonly number[]): number[] {
  const order = [...values.keys()].sort((a, b) => (values[a] as number) - (values[b] as number))
  const result = new Array<number>(values.length).fill(0)
  for (let from = 0; from < order.length; ) {
    let to = from
    while (to + 1 < order.length && values[order[to + 1] as number] === values[order[from] as number]) to += 1
    for (let i = from; i <= to; i += 1) result[order[i] as number] = (from + to) / 2
    from = to + 1
  }
  return result
}

/**
 * Spearman's rank correlation times the root of n - 1. If one order is uniformly random against the other this has mean 0 and variance 1
 * exactly, ties or not. Undefined where one side is all ties: that says nothing.
 */
export function rankScore(a: readonly number[], b: readonly number[]): number | undefined {
  const n = a.length
  if (n < 2) return undefined
  const x = ranks(a)
  const y = ranks(b)
  const mean = (n - 1) / 2
  let product = 0
  let squareX = 0
  let squareY = 0
  for (let i = 0; i < n; i += 1) {
    const dx = (x[i] as number) - mean
    const dy = (y[i] as number) - mean
    product += dx * dy
    squareX += dx * dx
    squareY += dy * dy
  }
  if (squareX === 0 || squareY === 0) return undefined
  return (product / Math.sqrt(squareX * squareY)) * Math.sqrt(n - 1)
}

/** (x - np) / sqrt(npq): mean 0, variance 1 if each of n trials succeeds by itself with probability p. */
export function binomialScore(successes: number, trials: number, p: number): number {
  return (successes - trials * p) / Math.sqrt(trials * p * (1 - p))
}

/** P(X >= k) for a Poisson variable of that mean. */
export function poissonTail(mean: number, k: number): number {
  let term = Math.exp(-mean)
  let below = 0
  for (let i = 0; i < k; i += 1) {
    below += term
    term *= mean / (i + 1)
  }
  // Far out the difference from 1 is lost to rounding; there the terms themselves are summed.
  if (below < 0.999) return 1 - below
  let above = 0
  for (let i = k; term > above * 1e-17; i += 1) {
    above += term
    term *= mean / (i + 1)
  }
  return above
}

/** The smallest count that a Poisson variable of that mean reaches with a probability below `alarm`. */
export function poissonLimit(mean: number, alarm: number): number {
  let k = Math.ceil(mean)
  while (poissonTail(mean, k) >= alarm) k += 1
  return k
}
