/** Looking for a name, for who does not know the code: leafing through all of them, or typing some of their letters. */
import type { Language } from '../../core/election/definition.ts'
import { ALPHABETS } from '../alphabets.ts'
import { BOTTOM, BUTTON_HEIGHT, type Draft, key, LEFT, type Piece, placed, WIDTH } from '../drafts.ts'
import { type Rect, textEdge } from '../screen.ts'
import { digitsIn, directionOf, type Shown, tagOf } from '../strings.ts'
import { SCREEN } from '../tokens.ts'
import { type Block, blockOf, keyRow, paged, pagesOf } from './flow.ts'
import { wideHead } from './frame.ts'
import { type Listed, listedNames, withLetters } from './names.ts'
import {
  byWidth,
  codeLength,
  heightOf,
  lineOf,
  mostLines,
  type Setting,
  sized,
  widestCode,
} from './setting.ts'
import { MOST_TYPED, type PagedDrafts, type StateOf } from './view.ts'

/** Letters lie in so many rows in every language. */
const LETTER_ROWS = 4

/** The names that have the letters typed so far, and the letters. */
export function finding(setting: Setting, state: StateOf<'finding'>, top: number): PagedDrafts {
  const { texts } = setting
  const around = wideHead(setting, top, texts['find-heading'])
  const foot = keyRow(setting, [
    key('close-find', texts['find-close'], 'plain', 'normal'),
    key('letter-space', texts['find-space'], 'plain', 'normal', mayTypeSpace(state.query)),
    key('erase', texts['find-erase'], 'plain', 'normal', state.query !== ''),
  ])
  const footTop = BOTTOM - foot.height
  const letters = letterKeys(setting, state.query, footTop - SCREEN.gap)
  const names = withLetters(listedNames(setting), state.query)
  const list =
    names.length > 0
      ? pickBlocks(setting, names)
      : [
          blockOf(setting, {
            id: 'none',
            role: 'status',
            name: texts['find-none'],
            size: 'normal',
            press: false,
          }),
        ]
  // The largest text has no room for the hint beside the longest names.
  const heads = [true, false].map((hinted) => queryDrafts(setting, state.query, around.edge, hinted))
  const roomUnder = (edge: number) => ({ top: edge, bottom: letters.top - SCREEN.gap })
  const shown = heads.find(({ edge }) => pagesOf(setting, roomUnder(edge), list) !== undefined) ?? heads[1]
  if (shown === undefined) throw new Error('a search without its letters')
  const { drafts, page } = paged(setting, roomUnder(shown.edge), list, state.first)
  return {
    drafts: [...around.drafts, ...shown.drafts, ...drafts, ...letters.drafts, ...foot.draw(footTop)],
    page,
  }
}

/** A space parts words: none stands first and none beside another. */
function mayTypeSpace(query: string): boolean {
  return query !== '' && !query.endsWith(' ') && query.length < MOST_TYPED
}

/** What was typed; before that, what to do. */
function queryDrafts(
  setting: Setting,
  query: string,
  top: number,
  hinted: boolean,
): { readonly drafts: readonly Draft[]; readonly edge: number } {
  const { texts } = setting
  const typed: Piece = {
    id: 'query',
    role: 'status',
    name: query === '' ? texts['find-all'] : `${query}_`,
    size: 'small',
    press: false,
  }
  // What a voter types is measured and forgotten.
  const own = query === '' ? setting : { ...setting, measure: setting.measureTyped }
  const below = top + heightOf(own, typed, WIDTH)
  const line = placed(typed, { x: LEFT, y: top, width: WIDTH, height: below - top })
  if (!hinted || query !== '') return { drafts: [line], edge: below + SCREEN.gap }
  const hint: Piece = { id: 'hint', role: 'text', name: texts['find-hint'], size: 'small', press: false }
  const height = heightOf(setting, hint, WIDTH)
  return {
    drafts: [line, placed(hint, { x: LEFT, y: below, width: WIDTH, height })],
    edge: below + height + SCREEN.gap,
  }
}

/** A key for each name, all of one height. */
function pickBlocks(setting: Setting, names: readonly Listed[]): readonly Block[] {
  const height = setting.once('picks', () => {
    const piece = pickPiece('', '', { text: '', language: 'fa' })
    const lines = mostLines(setting, piece, pickTexts(setting), WIDTH)
    return Math.max(BUTTON_HEIGHT, lines * lineOf(setting, piece.size) + 2 * textEdge(piece))
  })
  return names.map(({ option: { code }, shown }): Block => {
    return {
      height,
      things: 1,
      draw: (y) => [placed(pickPiece(`pick-${code}`, code, shown), { x: LEFT, y, width: WIDTH, height })],
    }
  })
}

/** Sorts, folds and measures the names before anybody searches. */
export function prepareSearch(setting: Setting): void {
  pickTexts(setting)
}

/** What the keys of all names say, with the widest code of each script. */
function pickTexts(setting: Setting) {
  return setting.onceInAnySize('pick texts', () => {
    const widest = (language: Language) =>
      widestCode(setting, codeLength(setting), (code) => pickPiece('', code, { text: '', language }))
    const codes = { fa: widest('fa'), en: widest('en') }
    const texts = listedNames(setting).map(({ shown }) => {
      return pickPiece('', shown.language === 'en' ? codes.en : codes.fa, shown).name
    })
    return byWidth(setting.measure, texts, true)
  })
}

/** No name reorders the code: one that holds a character for that is in no package (`core/text/drawable.ts`). */
function pickPiece(id: string, code: string, { text, language }: Shown): Piece {
  const name = `${text} · ${digitsIn(language, code)}`
  return {
    ...key(id, name, 'plain', 'small'),
    language: tagOf(language),
    direction: directionOf(language),
  }
}

/** The letters of the language, above `bottom`. */
function letterKeys(setting: Setting, query: string, bottom: number) {
  const letters = ALPHABETS[setting.language]
  const columns = Math.ceil(letters.length / LETTER_ROWS)
  const width = Math.floor((WIDTH - (columns - 1) * SCREEN.gap) / columns)
  const { pieces, height } = setting.once('letters', () => {
    const small = letters.map((letter) => key(`letter-${letter}`, letter, 'plain', 'small'))
    const height = Math.max(BUTTON_HEIGHT, ...small.map((piece) => heightOf(setting, piece, width)))
    return { pieces: small.map((piece) => sized(setting, piece, { width, height })), height }
  })
  const enabled = query.length < MOST_TYPED
  const top = bottom - LETTER_ROWS * height - (LETTER_ROWS - 1) * SCREEN.gap
  const rectOf = (i: number): Rect => ({
    x: LEFT + (i % columns) * (width + SCREEN.gap),
    y: top + Math.floor(i / columns) * (height + SCREEN.gap),
    width,
    height,
  })
  return {
    top,
    drafts: pieces.map((piece, i) => placed({ ...piece, enabled }, rectOf(i))),
  }
}
