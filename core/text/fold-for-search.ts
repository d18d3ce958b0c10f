/**
 * A name as it is searched for: whoever types does not know with which of several like letters, with which marks and with which kind of space
 * the list has it. Two texts are alike if they fold to the same.
 */

/** Digits of the Arabic and the Persian block, each ten in order. */
const DIGIT_ZEROS = [0x0660, 0x06f0]

/**
 * Letters without a decomposition that a keyboard of another language, an older file or Azerbaijani spelling has for the one that is searched.
 * What only carries a mark over or under it (أ إ آ ؤ ئ ۀ é) has lost it before.
 */
const SAME_LETTERS: Readonly<Record<string, string>> = {
  ك: 'ک',
  ڪ: 'ک',
  ي: 'ی',
  ى: 'ی',
  ې: 'ی',
  ێ: 'ی',
  ۍ: 'ی',
  ٱ: 'ا',
  ٲ: 'ا',
  ٳ: 'ا',
  ۆ: 'و',
  ۇ: 'و',
  ۈ: 'و',
  ۉ: 'و',
  ۋ: 'و',
  ة: 'ه',
  ھ: 'ه',
  ہ: 'ه',
  ە: 'ه',
  ı: 'i',
  ς: 'σ',
}

/** Marks; tatweel, which only stretches; a hamza that stands alone; apostrophes, which names have or have not. */
const UNWRITTEN = /[\p{M}ـء'’ʼʻʿʾ]/gu
/** Characters that are not seen, but for the zero-width non-joiner, which parts as a space does. */
const UNSEEN = /(?!\u200c)\p{Cf}/gu
const PARTING = /[\s\u200c\p{Z}\p{P}]+/gu

/** Folds a text for search. Folding again changes nothing. */
export function foldForSearch(text: string): string {
  return text
    .toWellFormed()
    .normalize('NFKC')
    .toLowerCase()
    .normalize('NFKD')
    .replace(UNSEEN, '')
    .replace(UNWRITTEN, '')
    .replace(/./gu, (character) => SAME_LETTERS[character] ?? asciiDigit(character))
    .replace(PARTING, ' ')
    .trim()
}

function asciiDigit(character: string): string {
  const code = character.charCodeAt(0)
  const zero = DIGIT_ZEROS.find((first) => code >= first && code < first + 10)
  return zero === undefined ? character : String(code - zero)
}
