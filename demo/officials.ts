/** Two officials of the demonstration's election office, who can give orders to its devices together. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Random } from '../core/ports.ts'
import { valueOrThrow } from '../core/result.ts'
import { makeOfficial } from '../provisioning/official.ts'
import type { Provisioned } from './provisioned.ts'

/** Nobody of these names is meant. */
const NAMES = ['لیلا آزموده', 'رضا آزموده'] as const

/** Makes their key files, as `sandogh provision official` does. @returns their paths */
export function makeOfficials(
  out: string,
  provisioned: Pick<Provisioned, 'authority' | 'electionPackage'>,
  random: Random,
): readonly [string, string] {
  const folder = join(out, 'officials')
  mkdirSync(folder, { mode: 0o700 })
  const make = (name: string, file: string) => {
    const path = join(folder, file)
    valueOrThrow(makeOfficial({ name, out: path }, provisioned, random))
    return path
  }
  return [make(NAMES[0], 'leila.json'), make(NAMES[1], 'reza.json')]
}
