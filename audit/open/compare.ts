/** Two parties' statements side by side: whether they saw the same bundles and counted the same. */
import { equalBytes, sha256, toHex } from '../../core/keys/hash.ts'
import type { Json } from '../../core/text/canonical-json.ts'
import { plural, type Report } from '../report.ts'
import { EXIT_CODES, type Verdict } from '../verdict.ts'
import type { Statement } from './statement.ts'

/** What stands in two statements and is not the same. */
interface Difference {
  /** `bundles[3].manifest`; what went in comes before what came out. */
  readonly at: string
  readonly a: string
  readonly b: string
}

/** What is compared, in this order. Two programs are the point of it. */
const MEMBERS = [
  'authority',
  'package',
  'policy',
  'programs',
  'lost',
  'bundles',
  'checkIns',
  'stations',
  'contests',
  'findings',
  'verdict',
] as const

/**
 * Compares two statements.
 * @returns the report, and as exit code the verdict of both, 1 if they differ or are one
 */
export function compareStatements(
  a: Statement,
  b: Statement,
): { readonly exitCode: (typeof EXIT_CODES)[Verdict]; readonly report: Report } {
  const difference = findDifference(a, b)
  const isOneParty = equalBytes(a.key, b.key)
  const { findings, verdict } = a.payload
  const lines = [
    difference !== undefined
      ? `DISAGREE at ${difference.at}: ${a.where} has ${difference.a}, ${b.where} has ${difference.b}`
      : isOneParty
        ? 'ONE PARTY: both statements are signed with the same key, which is not two people counting'
        : `AGREE: ${sayWhat(a)}`,
    ...(difference === undefined
      ? findings.map(({ code, where, what }) => `  ${where}: ${what} (${code})`)
      : []),
    ...[a, b].map(
      ({ where, key, payload }) =>
        `${where}: by ${payload.program}, signed with the key of fingerprint ${toHex(sha256(key))}`,
    ),
  ]
  const agree = difference === undefined && !isOneParty
  return {
    exitCode: agree ? EXIT_CODES[verdict] : 1,
    report: {
      text: `${lines.join('\n')}\n`,
      json: {
        agree,
        difference: difference === undefined ? null : { ...difference },
        oneParty: isOneParty,
        verdict,
        statements: [a, b].map(({ where, key, payload }) => ({
          where,
          program: payload.program,
          fingerprint: toHex(sha256(key)),
        })),
      },
    },
  }
}

const VERDICT_TEXTS = {
  holds: 'holds',
  'holds for what was given': 'holds for what was given: something of the election is missing',
  'does not hold': 'DOES NOT HOLD',
} as const satisfies Record<Verdict, string>

function sayWhat({ payload: { bundles, stations, verdict } }: Statement): string {
  const ballots = stations.flatMap(({ devices }) => devices).reduce((sum, device) => sum + device.ballots, 0)
  const what = `${plural(bundles.length, 'bundle')}, ${plural(ballots, 'ballot')} opened and recounted`
  return `${what}, and both say that it ${VERDICT_TEXTS[verdict]}`
}

function findDifference(a: Statement, b: Statement): Difference | undefined {
  for (const member of MEMBERS) {
    const found = differenceAt(member, a.payload[member] as Json, b.payload[member] as Json)
    if (found !== undefined) return found
  }
  return undefined
}

function differenceAt(at: string, a: Json | undefined, b: Json | undefined): Difference | undefined {
  if (isContainer(a) && isContainer(b) && Array.isArray(a) === Array.isArray(b)) {
    const [ofA, ofB] = [a, b] as { readonly [key: string]: Json }[]
    const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])]
    for (const key of keys) {
      const inside = Array.isArray(a) ? `${at}[${key}]` : `${at}.${key}`
      const found = differenceAt(inside, ofA?.[key], ofB?.[key])
      if (found !== undefined) return found
    }
    return undefined
  }
  return a === b ? undefined : { at, a: shortText(a), b: shortText(b) }
}

function isContainer(value: Json | undefined): value is Exclude<Json, string | number | boolean | null> {
  return typeof value === 'object' && value !== null
}

function shortText(value: Json | undefined): string {
  if (value === undefined) return 'nothing'
  const text = JSON.stringify(value)
  return text.length <= 100 ? text : `${text.slice(0, 100)}…`
}
