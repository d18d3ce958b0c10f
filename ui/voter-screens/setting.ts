/** How the texts of one screen are set: in which language, how large, and how much room each takes in the real typeface. */
import type { Contest, Definition, Language } from '../../core/election/definition.ts'
import { RefusalError } from '../../core/result.ts'
import type { Piece } from '../drafts.ts'
import { isBold, textEdge } from '../screen.ts'
import { digitsIn } from '../strings.ts'
import { lineHeight, type Measure, placeWidth, textLines } from '../text-layout.ts'
import { TEXT_SIZE, type TextLevel, type TextSize } from '../tokens.ts'
import type { VoterTexts } from '../voter-texts.ts'

/** What all layouts of a screen are given. */
export interface Setting {
  /** Of the screen, for whoever must hear that something has no room on it. */
  readonly screen: string
  readonly definition: Definition
  /** Contests of the voter's ballot style. */
  readonly contests: readonly Contest[]
  readonly language: Language
  readonly texts: VoterTexts
  readonly level: TextLevel
  readonly measure: Measure
  /** For what a voter types: nothing of it is remembered. */
  readonly measureTyped: Measure
  /** Makes a thing once for these contests, this language and this size of text. */
  readonly once: <T>(what: string, make: () => T) => T
  /** Makes a thing once for these contests and this language. */
  readonly onceInAnySize: <T>(what: string, make: () => T) => T
}

/** The texts of a language that the package has. Throws where it has not all: provisioning builds no such package. */
export function textsOf({ languages }: Definition, language: Language): VoterTexts {
  const texts = languages.find((known) => known.language === language)?.texts
  if (texts === undefined) throw new Error(`the package has no language ${language}`)
  return texts as VoterTexts
}

/** Throws what a package is refused for: a screen of it has no room for what it must show. */
export function doesNotFit({ screen, language, level }: Setting, what: string): never {
  throw new RefusalError({
    code: 'package.screen-overflow',
    where: `screen ${screen} in ${language}, text size ${level}`,
    what: `there is no room for ${what}`,
    next: 'Shorten the text or name at its source and build the package again.',
  })
}

/** Text height in grid pixels. */
function pxOf({ level }: Setting, size: TextSize): number {
  return TEXT_SIZE[size][level]
}

/** Height of one line. */
export function lineOf(setting: Setting, size: TextSize): number {
  return lineHeight(pxOf(setting, size))
}

/** A number or code as the language writes it. */
export function digits({ language }: Setting, value: string | number): string {
  return digitsIn(language, value)
}

/** The lines of an element's text within a width of the element. */
export function linesOf(setting: Setting, piece: Piece, width: number): readonly string[] {
  const inner = width - 2 * textEdge(piece)
  return textLines(setting.measure, piece.name, inner, pxOf(setting, piece.size), isBold(piece))
}

/** How high an element must be within a width. */
export function heightOf(setting: Setting, piece: Piece, width: number): number {
  return linesOf(setting, piece, width).length * lineOf(setting, piece.size) + 2 * textEdge(piece)
}

/** Whether no word of a text has to be broken within a width. */
export function isUnbroken(setting: Setting, piece: Piece, width: number): boolean {
  return linesOf(setting, piece, width).join(' ') === piece.name.split(/\s+/).join(' ')
}

/** The first of some sizes in which an element has room without a broken word; undefined where it has in none. */
export function sizeFor(
  setting: Setting,
  piece: Piece,
  { width, height }: { readonly width: number; readonly height: number },
  sizes: readonly TextSize[] = ['large', 'normal', 'small'],
): TextSize | undefined {
  return sizes.find((size) => {
    const sized = { ...piece, size }
    return isUnbroken(setting, sized, width) && heightOf(setting, sized, width) <= height
  })
}

/** The piece in the first size in which it has room. Throws where it has in none. */
export function sized(
  setting: Setting,
  piece: Piece,
  place: { readonly width: number; readonly height: number },
  sizes?: readonly TextSize[],
): Piece {
  const size = sizeFor(setting, piece, place, sizes)
  return size === undefined ? doesNotFit(setting, `"${piece.name}"`) : { ...piece, size }
}

/** Width that an element needs for its text in one line. */
export function widthFor(setting: Setting, piece: Piece): number {
  const measured = setting.measure(piece.name, pxOf(setting, piece.size), isBold(piece))
  return placeWidth(measured) + 2 * textEdge(piece)
}

/** The widest of all codes of that length, as an element shows it: a code of the digit that is the widest in its script. */
export function widestCode(setting: Setting, length: number, shownIn: (code: string) => Piece): string {
  const codes = [...'0123456789'].map((digit) => digit.repeat(length))
  const widths = codes.map((code) => widthFor(setting, shownIn(code)))
  return codes[widths.indexOf(Math.max(...widths))] ?? ''
}

/** Digits of a code of the package. */
export function codeLength({ contests }: Setting): number {
  return contests[0]?.candidates[0]?.code.length ?? 0
}

/** The most lines that an element takes within a width, whichever of these texts it shows. */
export function mostLines(setting: Setting, piece: Piece, texts: Texts, width: number): number {
  const inner = width - 2 * textEdge(piece)
  const px = pxOf(setting, piece.size)
  let most = 1
  for (const { text, unit } of texts) {
    // Those that follow are narrower.
    if (placeWidth(unit * px) <= inner || mostLinesOf(unit * px, inner) <= most) break
    most = Math.max(most, textLines(setting.measure, text, inner, px, isBold(piece)).length)
  }
  return most
}

/** No text of that width takes more lines: two that follow each other are wider than the place, but for the end of a word that had to be broken. */
function mostLinesOf(width: number, place: number): number {
  return Math.floor((2 * width) / (0.9 * place)) + 2
}

/** Texts of a package, the widest first, each with its width at a text height of 1. */
export type Texts = readonly { readonly text: string; readonly unit: number }[]

/** Sorts texts for {@link mostLines}. */
export function byWidth(measure: Measure, texts: readonly string[], bold: boolean): Texts {
  return [...new Set(texts)]
    .map((text) => ({ text, unit: measure(text, 1, bold) }))
    .sort((a, b) => b.unit - a.unit)
}
