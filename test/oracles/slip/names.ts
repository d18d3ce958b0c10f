/** From the words that a reader of Persian found to the candidate that they most resemble. */
import { optionsOf } from '../../../core/election/ballot.ts'
import type { Contest } from '../../../core/election/definition.ts'

interface Known {
  readonly code: string
  readonly letters: string
}

/** The names of a contest, each folded once: a long list is asked for thousands of names. */
export class KnownNames {
  readonly #known: readonly Known[]

  constructor(contest: Contest) {
    this.#known = optionsOf(contest).map(({ code, name }) => ({ code, letters: fold(name.fa) }))
  }

  /**
   * The code of the option with the nearest name by edit distance; undefined where two are equally near, or where more than half of the name
   * would have to be changed.
   */
  nearest(words: string): string | undefined {
    const read = fold(words)
    let least = Number.POSITIVE_INFINITY
    let nearest: readonly Known[] = []
    for (const known of this.#known) {
      const distance = editDistance(read, known.letters, least)
      if (distance > least) continue
      nearest = distance < least ? [known] : [...nearest, known]
      least = distance
    }
    const [first, second] = nearest
    return first !== undefined && second === undefined && least <= first.letters.length / 2
      ? first.code
      : undefined
  }
}

/** Letters alone: no spaces, half spaces, direction marks or vowel signs; Arabic ي, ك, ة and carried hamza as their Persian base letters. */
function fold(text: string): string {
  const bases: Readonly<Record<string, string>> = {
    ي: 'ی',
    ئ: 'ی',
    ك: 'ک',
    ة: 'ه',
    أ: 'ا',
    إ: 'ا',
    آ: 'ا',
    ؤ: 'و',
  }
  return text.replace(/[يئكةأإآؤ]/g, (letter) => bases[letter] ?? letter).replace(/[^\p{Letter}]/gu, '')
}

/** Letters to be put in, taken out or changed (Levenshtein); where they are more than `most`, any number above it. */
function editDistance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 0; i < a.length; i += 1) {
    const next = [i + 1]
    for (let j = 0; j < b.length; j += 1) {
      const changed = (row[j] ?? 0) + (a[i] === b[j] ? 0 : 1)
      next.push(Math.min(changed, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1))
    }
    if (Math.min(...next) > most) return most + 1
    row = next
  }
  return row[b.length] ?? 0
}
