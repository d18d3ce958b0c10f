/** Public numbers of ballots as machines gave them, from the count of ballots before. For weakened builds, and for the attacker. */

/**
 * DVSorder (Crimmins, Narayanan, Springall and Halderman, "DVSorder: Ballot Randomization Flaws Threaten Voter Privacy", USENIX Security
 * 2024; dvsorder.org, whose program `DVSorder.py` gives the constants). Number n of a scanner is x = 864803 n mod 10^6, each
 * digit of x exchanged by a table, the digits put into another order.
 */
const STEP = 864_803
export const RECORD_IDS = 1_000_000
const EXCHANGED = [5, 0, 8, 3, 2, 6, 1, 9, 4, 7]
/** For each digit of the record id, units first: which digit of x, units first. */
const PRECINCT = [2, 3, 1, 5, 0, 4]
const EVOLUTION = [1, 5, 0, 4, 2, 3]
/** Where this scanner begins; a public counter need not be 0 at opening. */
const FIRST = 417_203

/** Record ids of an ImageCast Precinct. */
export function imageCastPrecinct(before: number): number {
  return recordId(FIRST + before, PRECINCT)
}

/** Record ids of an ImageCast Evolution. */
export function imageCastEvolution(before: number): number {
  return recordId(FIRST + before, EVOLUTION)
}

/** For each record id, which number of the sequence it is, for both scanners: the published attack needs no more. */
export function invertedRecordIds(): readonly { readonly scanner: string; readonly places: Uint32Array }[] {
  return [
    { scanner: 'ImageCast Precinct', order: PRECINCT },
    { scanner: 'ImageCast Evolution', order: EVOLUTION },
  ].map(({ scanner, order }) => {
    const places = new Uint32Array(RECORD_IDS)
    for (let n = 0; n < RECORD_IDS; n += 1) places[recordId(n, order)] = n
    return { scanner, places }
  })
}

function recordId(n: number, order: readonly number[]): number {
  const x = (STEP * n) % RECORD_IDS
  return order.reduce((id, digit, i) => id + (EXCHANGED[Math.floor(x / 10 ** digit) % 10] ?? 0) * 10 ** i, 0)
}

/** 1, 2, 3. */
export function runningNumber(before: number): number {
  return before + 1
}

/** One step after another, modulo 2^32, with a step and a beginning that the attacker is not told. */
export function unpublishedSteps(before: number): number {
  return (0x7c35_91d3 + before * 0x2545_f491) % 2 ** 32
}

/** State after state of C's example `rand` (ISO/IEC 9899, 7.22.2.2), from a beginning that the attacker is not told. */
export function exampleRand(before: number): number {
  let state = 0x5eed_0012
  for (let i = 0; i <= before; i += 1) state = nextExampleRand(state)
  return state
}

/** The state after this one. */
export function nextExampleRand(state: number): number {
  return (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
}
