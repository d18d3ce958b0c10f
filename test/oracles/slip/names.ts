/** From the words that a reader of Persian found to the candidate that they most resemble. */
import { optionsOf } from '../../../core/election/ballot.ts'
import type { Contest } from '../../../core/election/definition.ts'

/**
 * The code of the option with the nearest name by edit distance; undefined where two are equally near, or where more than half of the name would
 * have to be changed.
 */
export function nearestCode(contest: Contest, words: string): string | undefined {
  const read = fold(words)
  const [first, second] = optionsOf(contest)
    .map(({ code, name }) => ({
      code,
      length: fold(name.fa).length,
      distance: editDistance(read, fold(name.fa)),
    }))
    .sort((a, b) => a.distance - b.distance)
  if (first === undefined || first.distance === second?.distance) return undefined
  return first.distance <= first.length / 2 ? first.code : undefined
}

/** Letters alone: no spaces, half spaces, direction marks or vowel signs; Arabic ي, ك, ة and carried hamza as their Persian base letters. */
export function fold(text: string): string {
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

/** Letters to be put in, taken out or changed (Levenshtein). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1]
    for (const [j, other] of [...b].entries()) {
      const changed = (row[j] ?? 0) + (letter === other ? 0 : 1)
      next.push(Math.min(changed, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
