/**
 * What the batches' sizes and times tell by themselves, as the design admits: which voters' ballots may lie in a batch, and how likely each.
 * From it come the best guess and the rate of right guesses that pure chance gives.
 */

/** A batch as the journal names it. */
export interface NamedBatch {
  readonly count: number
  /** Ballots cast when it was sealed. */
  readonly after: number
}

const POOL_PLACES = 64
const BATCH_SIZE = 32

/**
 * For each batch and each voter the probability that the voter's ballot lies in it. A batch of 32 sealed at a cast that makes 64 of one style
 * takes half of that style; any other takes its share of everything that waits.
 * @param styles by voter, in the order of casting
 */
export function chancesByBatch(
  styles: readonly number[],
  batches: readonly NamedBatch[],
): readonly (readonly number[])[] {
  const waits = new Array<number>(styles.length).fill(0)
  const waiting = new Map<number, number>()
  let arrived = 0
  return batches.map(({ count, after }) => {
    for (; arrived < after; arrived += 1) {
      const style = styles[arrived] ?? 0
      waits[arrived] = 1
      waiting.set(style, (waiting.get(style) ?? 0) + 1)
    }
    const last = styles[after - 1] ?? 0
    const ofStyle = waiting.get(last) ?? 0
    const drawn = count === BATCH_SIZE && ofStyle === POOL_PLACES
    const all = [...waiting.values()].reduce((sum, n) => sum + n, 0)
    const share = drawn ? count / ofStyle : count / all
    if (drawn) waiting.set(last, ofStyle - count)
    else for (const [style, n] of waiting) waiting.set(style, n * (1 - share))
    return waits.map((wait, voter) => {
      if (drawn && styles[voter] !== last) return 0
      waits[voter] = wait * (1 - share)
      return wait * share
    })
  })
}

/** For each voter the probability that the ballot still waits in the pool after `casts` ballots, when it holds only what was not drawn. */
export function chancesInPool(
  styles: readonly number[],
  batches: readonly NamedBatch[],
  casts: number,
): readonly number[] {
  const left = chancesByBatch(
    styles,
    batches.filter(({ after }) => after <= casts),
  )
  return styles.map((_, voter) =>
    voter < casts ? 1 - left.reduce((sum, chances) => sum + (chances[voter] ?? 0), 0) : 0,
  )
}

/**
 * Names a voter for each of the ballots of a set when only an order of them is guessed: the i-th ballot gets the voter below whom i + 1/2 ballots of the
 * set are expected. No voter is named twice.
 * @param chances by voter, that the ballot is in the set; they sum to `count`
 */
export function namesInOrder(chances: readonly number[], count: number): readonly number[] {
  const names: number[] = []
  let sum = 0
  for (const [voter, chance] of chances.entries()) {
    sum += chance
    if (sum > names.length + 0.5 && names.length < count) names.push(voter)
  }
  return names
}

/** How many of these guesses are right on average if the order within the set says nothing: the sum of P(voter in the set) / size. */
export function expectedHits(chances: readonly number[], names: readonly number[], count: number): number {
  return names.reduce((sum, voter) => sum + (chances[voter] ?? 0) / count, 0)
}
