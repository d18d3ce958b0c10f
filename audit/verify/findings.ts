/** What does not hold, and the order in which it is told: that of the checks, whatever was done first. */
import type { Refusal } from '../../core/result.ts'

/** The steps of "What a verifier checks, in order" in `docs/formats.md`. */
export const STEP = { files: 2, bundle: 4, checkIn: 5, station: 6, policy: 7 } as const

export interface Finding {
  readonly step: (typeof STEP)[keyof typeof STEP]
  /** The folder it is in, where folders are gone through; else empty. */
  readonly folder: string
  readonly refusal: Refusal
}

/** What was known to be wrong with a folder before its bundle was verified, as a finding. */
export function folderFinding(folder: string, refusal: Refusal): Finding {
  return { step: refusal.code === 'bundle.files' ? STEP.files : STEP.bundle, folder, refusal }
}

/** In the order in which they are told: step by step; within a step folder by folder, else as they stand. */
export function sortFindings(findings: readonly Finding[]): readonly Refusal[] {
  const compareFolders = (a: string, b: string) => (a === b ? 0 : a < b ? -1 : 1)
  return findings
    .toSorted((a, b) => a.step - b.step || compareFolders(a.folder, b.folder))
    .map(({ refusal }) => refusal)
}
