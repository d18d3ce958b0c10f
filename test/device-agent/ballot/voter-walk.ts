/** What a voter may do at a booth, in any order, as commands of fast-check; after each the screen is judged. */
import fc from 'fast-check'
import { foldForSearch } from '../../../core/text/fold-for-search.ts'
import { ALPHABETS } from '../../../ui/alphabets.ts'
import type { Booth } from './booth.ts'
import type { VoterMind } from './voter-mind.ts'

type VoterCommand = fc.Command<VoterMind, Booth>

/** Looks at each screen of a walk. */
type Look = (booth: Booth) => void

/** Keys that lead on, and keys that lead back, the likeliest first. */
const ONWARD = [
  'still-here',
  'options-done',
  'go-on',
  'page-next',
  'finish',
  'accept',
  'review',
  'close-find',
]
const BACK = ['reject', 'back', 'page-previous', 'correct', 'erase', 'options-reset']

/** Presses ids one after another, as long as each is offered. */
class Presses implements VoterCommand {
  readonly #name: string
  readonly #ids: (booth: Booth, mind: VoterMind) => readonly string[]
  readonly #look: Look

  constructor(name: string, ids: (booth: Booth, mind: VoterMind) => readonly string[], look: Look) {
    this.#name = name
    this.#ids = ids
    this.#look = look
  }

  check(): boolean {
    return true
  }

  run(mind: VoterMind, booth: Booth): void {
    for (const id of this.#ids(booth, mind)) {
      if (!booth.offered.includes(id)) return
      booth.press(id)
      mind.after(booth, id)
      this.#look(booth)
    }
  }

  toString(): string {
    return this.#name
  }
}

/** What happens to a voter besides pressing. */
class Happens implements VoterCommand {
  readonly #name: string
  readonly #what: (booth: Booth) => string
  readonly #look: Look

  constructor(name: string, what: (booth: Booth) => string, look: Look) {
    this.#name = name
    this.#what = what
    this.#look = look
  }

  check(): boolean {
    return true
  }

  run(mind: VoterMind, booth: Booth): void {
    mind.after(booth, this.#what(booth))
    this.#look(booth)
  }

  toString(): string {
    return this.#name
  }
}

/** Walks of a voter. */
export function voterWalks(look: Look, maxCommands = 60): fc.Arbitrary<Iterable<VoterCommand>> {
  const press = (name: string, ids: (booth: Booth, mind: VoterMind) => readonly string[]) =>
    new Presses(name, ids, look)
  const happens = (name: string, what: (booth: Booth) => string) => new Happens(name, what, look)
  const first = (keys: readonly string[]) => (booth: Booth) =>
    keys.filter((id) => booth.offered.includes(id)).slice(0, 1)
  const typed = fc
    .nat()
    .map((n) => press(`type ${n}`, (_, { codes }) => [...at(codes, n)].map((digit) => `digit-${digit}`)))
  const found = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 3 })).map(([n, letters]) =>
    press(`find ${n} by ${letters} letters`, (booth, mind) => {
      const code = at(mind.codes, n)
      const name = mind.nameOf(code, booth.presentation.language)
      return ['find', ...lettersOf(name, booth).slice(0, letters), `pick-${code}`]
    }),
  )
  return fc.commands(
    [
      typed,
      typed,
      found,
      fc.nat().map((n) => press(`press ${n}`, ({ offered }) => [at(offered, n)])),
      fc.nat().map((n) => press(`remove ${n}`, ({ offered }) => [at(offered.filter(isRemove), n)])),
      fc.constant(press('onward', first(ONWARD))),
      fc.constant(press('onward again', first(ONWARD))),
      fc.constant(press('back', first(BACK))),
      fc.constantFrom('next' as const, 'previous' as const, 'choose' as const).map((key) =>
        happens(key, (booth) => {
          const { focus = '' } = booth.screen
          booth.switch(key)
          return key === 'choose' ? focus : key
        }),
      ),
      fc.constant(
        happens('card in, or time passes', (booth) => {
          if (['voter.idle', 'voter.ended-without-vote'].includes(booth.screen.name)) booth.insertCard()
          else booth.timeOut()
          return 'time'
        }),
      ),
      fc.constant(
        happens('card out', (booth) => {
          booth.pullCard()
          return 'card out'
        }),
      ),
    ],
    { maxCommands, size: 'max' },
  )
}

function isRemove(id: string): boolean {
  return id.startsWith('remove-')
}

function at<T>(items: readonly T[], n: number): T {
  return items[n % items.length] as T
}

/** The keys for the letters that a name begins with. */
function lettersOf(name: string, { presentation }: Booth): readonly string[] {
  const known = ALPHABETS[presentation.language]
  return [...foldForSearch(name)].flatMap((folded) => {
    const letter = known.find((each) => foldForSearch(each) === folded)
    return letter === undefined ? [] : [`letter-${letter}`]
  })
}
