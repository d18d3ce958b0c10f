/** The search by letters in a package of Tehran's size: what it costs to make the screen that comes after a letter. */
import { toBase64 } from '../../core/keys/hash.ts'
import { tehranDefinition } from '../../demo/elections/tehran-invented.ts'
import { ALPHABETS } from '../../ui/alphabets.ts'
import { installedFontFiles, measureWith, registerFonts } from '../../ui/fonts.ts'
import { USUAL_LOOK } from '../../ui/screen.ts'
import type { VoterState } from '../../ui/voter-screens/view.ts'
import { VoterScreens } from '../../ui/voter-screens/voter-screens.ts'

const ROUNDS = 5

/** Milliseconds. */
export function measureSearch(): {
  readonly first: number
  readonly typed: readonly number[]
  readonly idle: readonly number[]
} {
  const key = new Uint8Array(32)
  const ceremony = {
    electionKey: toBase64(key),
    threshold: 3,
    shareHashes: Array.from({ length: 5 }, () => toBase64(key)),
    shares: [],
  }
  const witness = { name: 'centre.example/witness', key }
  const definition = tehranDefinition({ ceremony, executive: key, supervisory: key, witness })
  const screens = new VoterScreens(definition, measureWith(registerFonts(installedFontFiles())))
  const time = (state: VoterState): number => {
    const begun = performance.now()
    screens.screenOf({
      contests: definition.contests,
      state,
      language: 'fa',
      look: USUAL_LOOK,
      optionsOpen: false,
      glassBlocked: false,
      notes: [],
    })
    return performance.now() - begun
  }
  const search = (query: string) => time({ is: 'finding', query, first: 0, alert: false })
  const first = search('')
  const typed: number[] = []
  const idle: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const one of ALPHABETS.fa) {
      idle.push(time({ is: 'idle' }))
      for (const query of [one, one + one, `${one} ر`]) typed.push(search(query))
    }
  }
  return { first, typed, idle }
}
