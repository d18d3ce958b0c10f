/**
 * A voter who remembers what they chose, and holds against it whatever a screen says: on the keypad, on the review, beside the slip, and what is
 * cast in the end. They learn of a choice only by seeing it.
 */
import { type Option, optionsOf } from '../../../core/election/ballot.ts'
import { LANGUAGES, type Language } from '../../../core/election/definition.ts'
import { persianDigits } from '../../../core/text/persian.ts'
import type { Screen } from '../../../ui/screen.ts'
import { nameIn, tagOf } from '../../../ui/strings.ts'
import type { Booth } from './booth.ts'

/** A screen said something else than what was chosen, or a vote was cast that was not seen. */
export class Betrayed extends Error {}

/** Whoever sees these has chosen nothing. */
const WITHOUT_VOTE = ['voter.idle', 'voter.ended-without-vote', 'voter.refused']

/** In which language names stand on a screen: beside the slip in that of the slip. */
function namesOn({ name, language }: Screen): Language {
  const spoken = LANGUAGES.find((known) => tagOf(known) === language)
  return name === 'voter.comparing' || spoken === undefined ? 'fa' : spoken
}

/** What one voter after another has in mind. */
export class VoterMind {
  readonly #options: ReadonlyMap<string, Option & { readonly list: string | undefined }>
  #meant = new Set<string>()
  /** Digits typed of the next code. */
  #typed = ''
  /** Rows read since the review, or the comparison, began. */
  #read = new Set<string>()
  #reading = ''
  #cast = 0

  constructor({ contests }: Booth) {
    const all = contests.flatMap((contest) =>
      optionsOf(contest).map((option) => ({ ...option, list: contest.candidates[option.position]?.list })),
    )
    this.#options = new Map(all.map((option) => [option.code, option]))
  }

  get meant(): readonly string[] {
    return [...this.#meant]
  }

  /** Codes that can be typed. */
  get codes(): readonly string[] {
    return [...this.#options.keys()]
  }

  nameOf(code: string, language: Language): string {
    return nameIn(language, this.#option(code).name).text
  }

  /** Something was done: the id of what was pressed, or anything else. What is shown now is judged. */
  after(booth: Booth, done: string): void {
    const { screen } = booth
    const asked = this.#asked(done)
    const [, removed] = /^remove-([0-9]+)$/.exec(done) ?? []
    if (removed !== undefined) this.#meant.delete(removed)
    if (done === 'blank' || WITHOUT_VOTE.includes(screen.name)) this.#meant.clear()
    this.#learn(screen, asked)
    this.#judge(booth)
  }

  /** The code that is asked for by what was done, if one is. */
  #asked(done: string): string | undefined {
    const digit = /^digit-([0-9])$/.exec(done)?.[1]
    if (digit !== undefined) this.#typed += digit
    else if (done === 'correct') this.#typed = this.#typed.slice(0, -1)
    else if (/^(remove|pick)-|^(blank|review|card out)$/.test(done)) this.#typed = ''
    if (this.#typed.length === this.codes[0]?.length) {
      const code = this.#typed
      this.#typed = ''
      return code
    }
    return /^pick-([0-9]+)$/.exec(done)?.[1]
  }

  /** What the screen says was added. It can only be what was just asked for. */
  #learn(screen: Screen, asked: string | undefined): void {
    const added = screen.elements.flatMap(({ id }) => /^added-code-([0-9]+)$/.exec(id)?.[1] ?? [])
    const listed = screen.name === 'voter.members' ? this.#codesIn(screen, 'remove') : []
    for (const code of [...added, ...listed]) {
      if (this.#meant.has(code)) continue
      if (code !== asked) throw new Betrayed(`${code} was added where ${asked} was asked for`)
      this.#meant.add(code)
    }
  }

  #judge(booth: Booth): void {
    const { screen, recorded, hanging } = booth
    switch (screen.name) {
      case 'voter.choosing':
        this.#judgeCodes(this.#codesIn(screen, 'remove'), screen.name)
        this.#judgeCount(screen)
        this.#judgeEntry(screen)
        break
      case 'voter.reviewing':
      case 'voter.comparing':
        this.#judgeRows(screen)
        break
      default:
        // Options and the question whether one is there interrupt reading; nothing else does.
        if (!['voter.options', 'voter.alert'].includes(screen.name)) this.#reading = ''
    }
    if (hanging !== undefined) this.#judgeBallot(booth, hanging, 'the slip')
    for (const ballot of recorded.slice(this.#cast)) {
      if (hanging !== undefined) throw new Betrayed('a slip hangs after its vote was cast')
      this.#judgeBallot(booth, ballot, 'the record')
    }
    this.#cast = recorded.length
  }

  /** Rows of one page: no other than what was chosen, each with its name and both codes, in the order of the package. */
  #judgeRows(screen: Screen): void {
    if (this.#reading !== screen.name) this.#read.clear()
    this.#reading = screen.name
    const codes = this.#codesIn(screen, 'name')
    this.#judgeCodes(codes, screen.name)
    for (const code of codes) {
      this.#read.add(code)
      const shown = (id: string) => screen.elements.find((element) => element.id === `${id}-${code}`)?.name
      const right = [this.nameOf(code, namesOn(screen)), persianDigits(code), code]
      if ([shown('name'), shown('code'), shown('latin')].join() !== right.join())
        throw new Betrayed(`${screen.name} shows ${code} as something else`)
    }
    const onward = screen.elements.find(({ id }) => id === 'finish' || id === 'accept')
    const unread = this.meant.filter((code) => !this.#read.has(code))
    if (onward?.enabled !== false && unread.length > 0)
      throw new Betrayed(`${screen.name} goes on though ${unread} was not shown`)
  }

  #judgeCodes(codes: readonly string[], where: string): void {
    const other = codes.find((code) => !this.#meant.has(code))
    if (other !== undefined) throw new Betrayed(`${where} shows ${other}, which was not chosen`)
    const inOrder = this.codes.filter((code) => codes.includes(code))
    if (inOrder.join() !== codes.join()) throw new Betrayed(`${where} shows choices in another order`)
  }

  /** How many names are chosen, members of lists included. */
  #judgeCount(screen: Screen): void {
    const count = screen.elements.find(({ id }) => id === 'count')?.name
    if (count === undefined) return
    const said = [...count.matchAll(/[0-9۰-۹]+/g)].map(([digits]) => digits)
    const names = [...this.#options.values()].filter(
      ({ kind, code, list }) =>
        kind === 'candidate' && (this.#meant.has(code) || (list !== undefined && this.#meant.has(list))),
    ).length
    if (!said.includes(String(names)) && !said.includes(persianDigits(names)))
      throw new Betrayed(`"${count}" is said of ${names} names`)
  }

  /** The digits typed so far, whichever way. */
  #judgeEntry({ elements }: Screen): void {
    const entry = elements.find(({ id }) => id === 'entry-latin')?.name ?? ''
    if (entry !== this.#typed) throw new Betrayed(`"${entry}" is said to be typed where ${this.#typed} was`)
  }

  #judgeBallot({ contests }: Booth, ballot: Booth['recorded'][number], what: string): void {
    const codes = contests.flatMap((contest, i) => {
      const options = optionsOf(contest)
      return (ballot[i] ?? []).map((position) => options[position]?.code ?? '?')
    })
    if (codes.toSorted().join() !== this.meant.toSorted().join())
      throw new Betrayed(`${what} holds ${codes} where ${this.meant} were chosen`)
    const unread = codes.filter((code) => !this.#read.has(code))
    if (unread.length > 0) throw new Betrayed(`${what} holds ${unread}, which was not shown before`)
  }

  #codesIn({ elements }: Screen, kind: 'remove' | 'name'): readonly string[] {
    const known = new RegExp(`^${kind}-([0-9]+)$`)
    return elements.flatMap(({ id }) => known.exec(id)?.[1] ?? [])
  }

  #option(code: string) {
    const option = this.#options.get(code)
    if (option === undefined) throw new Betrayed(`${code} stands for nobody`)
    return option
  }
}
