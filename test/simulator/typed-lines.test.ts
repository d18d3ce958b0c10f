import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LONGEST_LINE, TypedLines } from '../../simulator/people/typed-lines.ts'

/** What is heard of a text that comes in such pieces. */
function heard(pieces: readonly string[]) {
  const lines: string[] = []
  let tooLong = 0
  const typed = new TypedLines(
    (line) => lines.push(line),
    () => {
      tooLong += 1
    },
  )
  for (const piece of pieces) typed.take(piece)
  typed.end()
  return { lines, tooLong }
}

const line = fc.oneof(
  fc.stringMatching(/^[a-z ]{0,12}$/),
  fc.integer({ min: LONGEST_LINE - 1, max: LONGEST_LINE + 2 }).map((length) => 'x'.repeat(length)),
)

test('in whatever pieces it comes, each line is heard once and in order, but those that are too long: these are told', () => {
  fc.assert(
    fc.property(
      fc.array(line),
      fc.constantFrom('\n', '\r\n'),
      fc.infiniteStream(fc.integer({ min: 1, max: 700 })),
      (lines, end, sizes) => {
        const text = lines.join(end)
        const pieces: string[] = []
        for (let at = 0; at < text.length; ) {
          const { value } = sizes.next()
          pieces.push(text.slice(at, at + value))
          at += value
        }
        // The end of a line counts, but for the last, which has none.
        const isHeard = (each: string, i: number) =>
          each.length + (i === lines.length - 1 ? 0 : end.length - 1) <= LONGEST_LINE
        const found = heard(pieces)
        expect(found.lines).toEqual(lines.filter((each, i) => isHeard(each, i) && each !== ''))
        expect(found.tooLong).toBe(lines.filter((each, i) => !isHeard(each, i)).length)
      },
    ),
  )
})
