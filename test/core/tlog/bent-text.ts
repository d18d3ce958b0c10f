/** Ways to bend a line of text: where it stands, what is around it, and its characters, class by class. */

/** What was done, and the text that came of it. */
export type BentText = readonly [what: string, text: string]

/** The lines as one text with line `i` bent in every way. */
export function bentLine(lines: readonly string[], i: number): BentText[] {
  const line = lines[i] ?? ''
  const put = (...instead: readonly string[]) => `${lines.toSpliced(i, 1, ...instead).join('\n')}\n`
  const ended = (end: string) =>
    `${[...lines.slice(0, i), ''].join('\n')}${line}${end}${lines.slice(i + 1).join('\n')}\n`
  const exchanged = lines.toSpliced(i, 2, ...lines.slice(i + 1, i + 2), line)
  return [
    ['removed', put()],
    ['emptied', put('')],
    ['twice', put(line, line)],
    ['after a blank line', put('', line)],
    ['before a blank line', put(line, '')],
    ['after another line', put('another', line)],
    ['turned round', put([...line].reverse().join(''))],
    ['in capitals', put(line.toUpperCase())],
    ['in small letters', put(line.toLowerCase())],
    ['exchanged with the next', `${exchanged.join('\n')}\n`],
    ...[' ', '\t', '\r', '\0', '\u00a0', '\u200b', '\ufeff'].flatMap((extra): BentText[] => [
      [`with ${codePoint(extra)} in front`, put(`${extra}${line}`)],
      [`with ${codePoint(extra)} behind`, put(`${line}${extra}`)],
    ]),
    ...['', ' ', '\r\n', '\r', '\u0085', '\u2028', '\v', '\0'].map((end): BentText => {
      return [`ended by ${end === '' ? 'nothing' : [...end].map(codePoint).join(' ')}`, ended(end)]
    }),
    ...bentCharacters(line).map(([what, bent]): BentText => [what, put(bent)]),
  ]
}

/** A line with one character bent: the first, the middle and the last of each class, in every way. */
export function bentCharacters(line: string): BentText[] {
  return placesByClass(line).flatMap(([kind, at]) =>
    insteadOf(line.charAt(at)).map(([what, instead]): BentText => {
      return [`${kind} at ${at} ${what}`, `${line.slice(0, at)}${instead}${line.slice(at + 1)}`]
    }),
  )
}

/** First, middle and last place of each class of characters in a line. */
function placesByClass(line: string): [string, number][] {
  const classes: [string, RegExp][] = [
    ['small letter', /[a-z]/],
    ['capital', /[A-Z]/],
    ['digit', /[0-9]/],
    ['sign', /[^A-Za-z0-9]/],
  ]
  return classes.flatMap(([kind, pattern]) => {
    const places = [...line].flatMap((character, at) => (pattern.test(character) ? [at] : []))
    const chosen = [places[0], places[places.length >> 1], places.at(-1)]
    return [...new Set(chosen)].flatMap((at): [string, number][] => (at === undefined ? [] : [[kind, at]]))
  })
}

/** What may stand in the place of a character. */
function insteadOf(character: string): BentText[] {
  const next = String.fromCharCode(character.charCodeAt(0) + (/[zZ9]/.test(character) ? -1 : 1))
  const others = [next, ' ', '+', '/', '=', '\n', '\0', '\x7f', '\u00a0', '۱', 'а', '\ufffd', '\ud800', '😀']
  return [
    ['removed', ''],
    ['twice', `${character}${character}`],
    ...others.map((other): BentText => [`as ${codePoint(other)}`, other]),
  ]
}

function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`
}
