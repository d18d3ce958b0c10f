/**
 * Which characters a text that people are shown may hold. Others are not seen, break a line where nobody expects it or draw their neighbours in
 * another order: with U+202E a name could turn a code that stands beside it around.
 */

/** Controls and format characters, separators of lines and paragraphs, halves of a pair, and letters that are blank by definition. */
const UNSHOWN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu
/** The zero-width non-joiner and joiner: Persian is written with them. */
const JOINERS = ['\u200c', '\u200d']

/** The first character that a shown text may not hold, or undefined. */
export function unshownCharacter(text: string): string | undefined {
  return text.match(UNSHOWN)?.find((character) => !JOINERS.includes(character))
}

/** Whether there is something to be read: a letter or a digit. */
export function isReadable(text: string): boolean {
  return /[\p{L}\p{Nd}]/u.test(text)
}

/** How a refusal names a character, which may be one that nobody sees: `U+202E`. */
export function characterCode(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
}

/** A text that nobody checked, for people: cut at `limit` characters, and what is not seen named in its place. */
export function shownText(text: string, limit: number): string {
  const characters = [...text.slice(0, 2 * limit)]
  const whole = characters.length <= limit && text.length <= 2 * limit
  const shown = characters.slice(0, limit).map((character) => {
    const isUnshown = unshownCharacter(character) !== undefined
    return isUnshown ? `<${characterCode(character)}>` : character
  })
  return `${shown.join('')}${whole ? '' : '…'}`
}
