/** One mutation after another, each from the seed and its number alone, given to verifiers and held against what they should say. */
import { join } from 'node:path'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { byteMutations } from './bytes.ts'
import { fieldMutations } from './fields.ts'
import { changesMeaning, fileMutations } from './files.ts'
import { type Original, removeFolders, writeFolders } from './folders.ts'
import { findFault } from './judge.ts'
import { Draw, type Mutate, type Mutated } from './mutation.ts'
import { resignedMutations } from './resigned.ts'
import { rowMutations } from './rows.ts'
import type { Verifier } from './verifiers.ts'

/** Each class is as likely as any other, and in it each kind. */
const CLASSES: readonly (readonly Mutate[])[] = [
  byteMutations,
  rowMutations,
  fieldMutations,
  fileMutations,
  resignedMutations,
]

/** A mutation and what was mutated. */
export interface Drawn {
  readonly original: Original
  readonly mutated: Mutated
  readonly isHarmless: boolean
}

/** What came of one. */
export interface Tried extends Drawn {
  /** What verifiers said that they should not have, or said apart from each other; a sentence each. */
  readonly faults: readonly string[]
  /** The first verifier's first finding. */
  readonly finding: string
}

/** The mutation of that number. */
export function drawMutation(originals: readonly Original[], seed: string, number: number): Drawn {
  const draw = new Draw(seededRandom(`${seed} ${number}`))
  for (;;) {
    const original = draw.of(originals)
    const mutated = draw.of(draw.of(CLASSES))(original, draw)
    if (mutated === undefined) continue
    const isHarmless = mutated.places.length === 0 || !changesMeaning(original, mutated)
    return { original, mutated, isHarmless }
  }
}

/**
 * Has verifiers judge a mutation.
 * @param scratch a folder to write in
 */
export async function tryMutation(
  drawn: Drawn,
  verifiers: readonly Verifier[],
  scratch: string,
): Promise<Tried> {
  const { original, mutated, isHarmless } = drawn
  const folder = join(scratch, 'bundles')
  writeFolders(folder, mutated.folders)
  try {
    const verdicts = await Promise.all(
      verifiers.map((verifier) => verifier.ask(folder, original.authorityKey)),
    )
    const faults = verdicts.flatMap((verdict, i) => {
      const fault = findFault(verdict, mutated, isHarmless)
      return fault === undefined ? [] : [`${verifiers[i]?.name}: ${fault}`]
    })
    const [first, ...others] = verdicts
    for (const other of others) {
      const [one, two] = [first?.findings.join(', '), other.findings.join(', ')]
      if (other.exitCode !== first?.exitCode || one !== two)
        faults.push(`the verifiers differ: "${one}" and "${two}"`)
    }
    return { ...drawn, faults, finding: first?.findings[0] ?? '' }
  } finally {
    removeFolders(folder)
  }
}
