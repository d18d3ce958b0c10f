/** A verifier's verdict on a mutation, held against what it should be. */
import type { Mutated } from './mutation.ts'

/** What a verifier said. */
export interface Verdict {
  readonly exitCode: number
  /** `code place` of each finding, or of bad input; empty if all holds. */
  readonly findings: readonly string[]
}

/**
 * What is wrong with a verdict, as a sentence.
 * @param isHarmless whether nothing was changed that means anything
 */
export function findFault(
  { exitCode, findings: [finding = ''] }: Verdict,
  { places, mayHold = false, isPart = false }: Mutated,
  isHarmless: boolean,
): string | undefined {
  if (isHarmless && isPart)
    return exitCode === 3 ? undefined : `a part is judged with exit code ${exitCode}: ${finding}`
  if (isHarmless) return exitCode === 0 ? undefined : `a harmless change is refused: ${finding}`
  if (exitCode === 0 && mayHold) return undefined
  if (exitCode === 0) return 'a change of meaning is taken'
  if (exitCode !== 1 && exitCode !== 2) return `exit code ${exitCode}`
  const [, place = ''] = /^\S+ (.*)$/.exec(finding) ?? []
  // A number must be the whole one: entry 5 is not entry 57.
  const isNamed = places.some(
    (wanted) => place.startsWith(wanted) && !/^\d/.test(/\d$/.test(wanted) ? place.slice(wanted.length) : ''),
  )
  return isNamed ? undefined : `named at "${finding}" and not at ${places.join(' or ')}`
}
