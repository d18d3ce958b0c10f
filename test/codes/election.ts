/** The election whose codes are typed: a council of Tehran's size, invented, and the votes that its codes are grouped into. */
import { shuffle } from '../../core/ballot-box/draw.ts'
import { addChoice, type Option, optionsOf } from '../../core/election/ballot.ts'
import type { Contest, Definition } from '../../core/election/definition.ts'
import { combineShares } from '../../core/keys/shares.ts'
import { valueOrThrow } from '../../core/result.ts'
import { tehranDefinition } from '../../demo/elections/tehran-invented.ts'
import { holdCeremony } from '../../provisioning/ceremony/hold-ceremony.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'

/** A package of one contest, and who can open what was sealed to it. */
export interface CodesElection {
  readonly definition: Definition
  readonly contest: Contest
  readonly options: readonly Option[]
  readonly style: string
  readonly secretKey: Uint8Array
}

/** Codes that one voter types, in that order. */
export type Vote = readonly Option[]

/** 2,722 candidates and their lists. */
export function tehran(): CodesElection {
  const random = seededRandom('codes of Tehran')
  const ceremony = holdCeremony({ trustees: 3, threshold: 2, random })
  const definition = tehranDefinition({
    ceremony,
    executive: random.bytes(32),
    supervisory: random.bytes(32),
    witness: { name: 'centre.example/witness', key: random.bytes(32) },
  })
  const [contest] = definition.contests
  const [style] = definition.styles
  if (contest === undefined || style === undefined) throw new Error('a package without contest or style')
  const secretKey = valueOrThrow(combineShares(ceremony.shares.slice(0, 2)))
  return { definition, contest, options: optionsOf(contest), style: style.id, secretKey }
}

/** All options in an order that no rule of the package knows. */
export function inAnyOrder({ options }: CodesElection, seed: string): readonly Option[] {
  return shuffle(options, seededRandom(`order of codes ${seed}`))
}

/** As few votes as hold these options in this order: where the rules refuse one, the next voter types it. */
export function votesFor({ contest }: CodesElection, options: readonly Option[]): readonly Vote[] {
  const votes: Option[][] = []
  let choice: readonly number[] = []
  for (const option of options) {
    const wider = addChoice(contest, choice, option.code)
    const vote = votes.at(-1)
    if (wider.ok && vote !== undefined) {
      vote.push(option)
      choice = wider.value
    } else {
      votes.push([option])
      choice = [option.position]
    }
  }
  return votes
}
