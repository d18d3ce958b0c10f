/** The audit of one station at a time, the same in this process and in each worker thread: what goes in and comes out are plain values. */
import type { Refusal } from '../../core/result.ts'
import { valueOrThrow } from '../../core/result.ts'
import { type OpenedStation, openStation } from '../open/open-station.ts'
import { type AskedEyes, askEyes } from '../policy/check-policy.ts'
import { parsePolicy } from '../policy/policy.ts'
import { type BundleContent, readBundle } from '../read-folders.ts'
import { systemRandom } from '../system-random.ts'
import type { IssuedFile } from '../verify/check-in.ts'
import { factsOf, type StationFacts } from '../verify/facts.ts'
import type { Finding } from '../verify/findings.ts'
import { openReference, type Reference } from '../verify/reference.ts'
import { verifyGiven } from '../verify/verify-count.ts'

/** What is the same for all stations. */
export interface AuditSetup {
  /** `package.json` of the count, opened before. */
  readonly packageBytes: Uint8Array
  readonly authorityKey: Uint8Array
  /** A policy file that was parsed before. */
  readonly policy?: Uint8Array
  /** Programs that may have run: SHA-256 over the list of their files, base64. */
  readonly programs?: readonly string[]
  readonly opening?: {
    /** The election's secret key; the one who gave it overwrites it when all is done. */
    readonly secretKey: Uint8Array
    readonly lost: readonly string[]
  }
}

/** What was given of one station. */
export interface StationOrder {
  readonly station: string | undefined
  /** Folders; with what is known to be wrong with one already. */
  readonly bundles: readonly { readonly where: string; readonly problem?: Refusal }[]
  readonly checkIns: readonly IssuedFile[]
  /** Folders that are not looked at, by device: there are too many of it. */
  readonly crowds: readonly (readonly string[])[]
}

/** What was found of one station. */
export interface StationOutcome {
  readonly findings: readonly Finding[]
  /** Folders of bundles that do not hold. */
  readonly spoiled: readonly string[]
  readonly facts?: StationFacts
  /** Only of a station of which everything holds. */
  readonly opened?: OpenedStation
}

export class StationAudit {
  readonly #setup: AuditSetup
  readonly #reference: Reference
  readonly #eyes: AskedEyes | undefined
  readonly #programs: ReadonlySet<string> | undefined

  /** Throws if package or policy do not open: whoever audits opened them before. */
  constructor(setup: AuditSetup) {
    const { packageBytes, authorityKey, policy, programs } = setup
    this.#setup = setup
    this.#reference = valueOrThrow(openReference(packageBytes, authorityKey, 'package.json'))
    this.#eyes = policy && askEyes(valueOrThrow(parsePolicy(policy, 'policy')))
    this.#programs = programs && new Set(programs)
  }

  /** Reads, verifies and, if it was set up so and everything holds, opens a station. */
  audit({ station, bundles: folders, checkIns, crowds }: StationOrder): StationOutcome {
    const bundles = folders.map(({ where, problem }): BundleContent => {
      const content = readBundle(where)
      // It could be read a moment ago.
      if (!content.ok) return { where, files: new Map(), problem: content.error }
      return problem === undefined ? content.value : { ...content.value, problem }
    })
    const demands = {
      ...(this.#eyes !== undefined && { eyes: this.#eyes }),
      ...(this.#programs !== undefined && { programs: this.#programs }),
    }
    const verdict = verifyGiven({ station, bundles, checkIns, crowds }, this.#reference, demands)
    const { findings, spoiled, verified } = verdict
    if (verified === undefined) return { findings, spoiled }
    const facts = factsOf(verified)
    const { opening } = this.#setup
    if (opening === undefined || findings.length > 0) return { findings, spoiled, facts }
    const opened = openStation(verified, bundles, this.#reference, { ...opening, random: systemRandom() })
    return { findings, spoiled, facts, opened }
  }
}
