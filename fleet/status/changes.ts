/**
 * What was changed after it should have stood still. A device's journal names the program that ran when it began, and whenever another one ran
 * afterwards; a change is told as soon as its entry is held, and marks the result.
 */
import { sha256, toBase64 } from '../../core/keys/hash.ts'
import { valueOrThrow } from '../../core/result.ts'
import { readGivenFile } from '../import/read-stick.ts'
import type { HeldJournal } from '../store/store.ts'
import { shownLine } from './shown-line.ts'

export interface Change {
  readonly device: string
  readonly origin: string
  /** Base64 of SHA-256 over the lists of the programs' files, in the order in which they ran. */
  readonly programs: readonly string[]
  readonly what: 'changed after its journal began' | 'not the program that was meant to run'
}

/** @param meant the hash of the only program that was to run, if it is known */
export function findChanges(journals: readonly HeldJournal[], meant: string | undefined): readonly Change[] {
  return journals.flatMap(({ device, origin, programs }): Change[] => {
    if (programs.length > 1) return [{ device, origin, programs, what: 'changed after its journal began' }]
    const isOther = meant !== undefined && programs.some((program) => program !== meant)
    return isOther ? [{ device, origin, programs, what: 'not the program that was meant to run' }] : []
  })
}

/** What journals name a program by: the hash of the list of its files, which `--program` names; refusals are thrown. */
export function programIn(path: string): string {
  return toBase64(sha256(valueOrThrow(readGivenFile(path))))
}

/** A line for each change; nothing if there is none. */
export function changesText(changes: readonly Change[]): string {
  const lines = changes.map(
    ({ device, origin, programs, what }) =>
      `${shownLine(`MARKED  ${device}: ${what}: ${programs.join(', ')}  ${origin}`)}\n`,
  )
  const sum = `the result is MARKED: the program of ${changes.length} devices was changed\n`
  return changes.length === 0 ? '' : `${lines.join('')}${sum}`
}
