/** What an audit found, in a word and as an exit code: a script that takes nothing but 0 never takes a part of a count for the whole. */
export const VERDICTS = ['holds', 'holds for what was given', 'does not hold'] as const

export type Verdict = (typeof VERDICTS)[number]

/** The exit code that says the same. 2 is bad input. */
export const EXIT_CODES = { holds: 0, 'does not hold': 1, 'holds for what was given': 3 } as const

/** The verdict on a count. @param missing devices and check-ins of the package of which nothing was given */
export function verdictOn(findings: readonly unknown[], missing: readonly string[]): Verdict {
  if (findings.length > 0) return 'does not hold'
  return missing.length === 0 ? 'holds' : 'holds for what was given'
}
