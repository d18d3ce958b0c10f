/**
 * Persian text as people type it and as it is shown. Keyboards write the same letter with two code points and the same digit
 * with three; nothing here changes what a reader sees.
 */

/** ۰ and ٠: the first digits of the Persian and of the Arabic-Indic block. */
const PERSIAN_ZERO = 0x06f0
const ARABIC_ZERO = 0x0660

/** Arabic letters that Persian keyboards of other systems send, and the Persian ones meant (NFKC leaves them apart). */
const LETTERS: Readonly<Record<string, string>> = { ك: 'ک', ي: 'ی', ى: 'ی' }

/** Persian and Arabic-Indic digits as ASCII; everything else stays. */
export function foldDigits(text: string): string {
  return text.replace(/[\u06F0-\u06F9\u0660-\u0669]/g, (digit) => {
    const point = digit.charCodeAt(0)
    return String(point - (point >= PERSIAN_ZERO ? PERSIAN_ZERO : ARABIC_ZERO))
  })
}

/**
 * Arabic kaf and yeh as Persian ones. A zero-width non-joiner stays between two letters, where it shapes them (سن‌ژوس), and goes
 * where it does nothing: doubled, at an end, beside a space.
 */
export function foldLetters(text: string): string {
  return text
    .replace(/[كيى]/g, (letter) => LETTERS[letter] ?? letter)
    .replace(/\u200C+/g, '\u200C')
    .replace(/(?<=^|\s)\u200C|\u200C(?=\s|$)/g, '')
}

/** ASCII digits as Persian ones; everything else stays. */
export function persianDigits(value: string | number): string {
  return String(value).replace(/[0-9]/g, (digit) => String.fromCharCode(PERSIAN_ZERO + Number(digit)))
}
