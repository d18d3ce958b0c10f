/** What the verbs of `sandogh audit` are given on the command line, and how they end. */
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { fromBase64, sha256, toBase64 } from '../../core/keys/hash.ts'
import { ok, type Refusal, RefusalError, type Result, refuse, valueOrThrow } from '../../core/result.ts'
import type { CountOrder } from '../count/audit-count.ts'
import { parsePolicy } from '../policy/policy.ts'
import { checkGivenName, readSmallFile } from '../read-folders.ts'
import { type HeldAgainst, type HeldFile, type Report, refusalReport } from '../report.ts'

/** How a verb ended: 1 if something does not hold, 3 if something was not given. */
export interface Outcome {
  readonly exitCode: 0 | 1 | 3
  readonly report: Report
}

/** Options of every verb that audits a count. */
export const COUNT_OPTIONS = {
  authority: { type: 'string' },
  json: { type: 'boolean', default: false },
  policy: { type: 'string' },
  program: { type: 'string', multiple: true },
} as const

/** What they were given. */
export interface CountValues {
  readonly authority?: string | undefined
  readonly policy?: string | undefined
  readonly program?: readonly string[] | undefined
}

/** What a count is to be held against. Files are read now: one that cannot be is told before a long count. */
export function countInputs({ authority, policy, program: programs = [] }: CountValues): {
  readonly order: Pick<CountOrder, 'authorityKey' | 'policy' | 'programs' | 'workers' | 'progress'>
  readonly against: HeldAgainst
} {
  const authorityKey = parseAuthorityKey(authority)
  const policyBytes = policy === undefined ? undefined : valueOrThrow(readInput(policy))
  const lists = programs.map((path) => heldFile(path, valueOrThrow(readInput(path))))
  return {
    order: {
      authorityKey,
      policy: policyBytes,
      programs: lists.length === 0 ? undefined : lists.map(({ hash }) => hash),
      workers: availableParallelism(),
      progress: process.stderr,
    },
    against: {
      key: authorityKey === undefined ? 'package' : 'given',
      policy:
        policy === undefined || policyBytes === undefined
          ? undefined
          : {
              ...heldFile(policy, policyBytes),
              asksNobody: valueOrThrow(parsePolicy(policyBytes, policy)).quorum === undefined,
            },
      programs: lists,
    },
  }
}

function heldFile(name: string, bytes: Uint8Array): HeldFile {
  return { name, hash: toBase64(sha256(bytes)) }
}

/** An Ed25519 public key in base64; undefined if it is not given. */
export function parseAuthorityKey(text: string | undefined): Uint8Array | undefined {
  if (text === undefined) return undefined
  const key = fromBase64(text)
  if (key?.length === 32) return key
  throw misuse('--authority must be an Ed25519 public key, 32 bytes in base64')
}

/** `parseArgs` with its refusals as ours. */
export function parsed<T extends NonNullable<Parameters<typeof parseArgs>[0]>>(config: T) {
  try {
    return parseArgs<T>(config)
  } catch (error) {
    // Node adds a second sentence, on how to name a file that begins with a dash.
    throw misuse((error as Error).message.split('. ')[0] ?? '')
  }
}

/** Reads a file that was named. */
export function readInput(path: string): Result<Uint8Array> {
  const named = checkGivenName(path)
  if (!named.ok) return named
  const bytes = readSmallFile(path)
  if (bytes !== undefined) return ok(bytes)
  const what = 'there is no such file, or it cannot be read'
  return refuse('input.unreadable', path, what, 'Check the name of the file.')
}

/** A finding, unless what was given could not be judged at all. */
export function refused(refusal: Refusal): Outcome {
  if (!isFinding(refusal)) throw new RefusalError(refusal)
  return { exitCode: 1, report: refusalReport(refusal) }
}

/** Whether a refusal says something of what was audited, and not of what was typed. */
export function isFinding({ code }: Refusal): boolean {
  return !/^(input|share)\./.test(code)
}

/** A command that is none. */
export function misuse(what: string): RefusalError {
  return new RefusalError({
    code: 'usage',
    where: 'sandogh audit',
    what,
    next: 'See "sandogh audit --help".',
  })
}
