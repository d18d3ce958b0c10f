/** Choosing language, size of text and colours. What is in use now stands out. */
import type { Definition } from '../../core/election/definition.ts'
import { BOTTOM, BUTTON_HEIGHT, type Draft, key, LEFT, type Piece, placed, WIDTH } from '../drafts.ts'
import type { Element, Look } from '../screen.ts'
import { directionOf, tagOf } from '../strings.ts'
import { CONTRASTS, type Contrast, SCREEN, TEXT_LEVELS, type TextSize } from '../tokens.ts'
import { type Block, blockOf, heightOfAll, keyRow, stacked } from './flow.ts'
import { wideHead } from './frame.ts'
import { doesNotFit, heightOf, isUnbroken, type Setting } from './setting.ts'

const COLUMN_WIDTH = Math.floor((WIDTH - SCREEN.gap) / 2)
/** The contrasts in the order in which they are offered. */
const OFFERED = Object.keys(CONTRASTS) as readonly Contrast[]

/** The screen of the options. */
export function options(setting: Setting, look: Look, top: number): readonly Draft[] {
  const { definition, language, texts } = setting
  const around = wideHead(setting, top, texts['options-heading'])
  const foot = keyRow(setting, [
    key('options-reset', texts['options-reset'], 'plain', 'normal'),
    key('options-done', texts['options-done'], 'primary', 'normal'),
  ])
  const room = { top: around.edge, bottom: BOTTOM - foot.height - SCREEN.gap }
  const levels = TEXT_LEVELS.map((level) =>
    key(`text-${level}`, texts[`text-level-${level}`], emphasisOf(level === look.textLevel), 'normal'),
  )
  const contrasts = OFFERED.map((contrast) =>
    key(
      `contrast-${contrast}`,
      texts[`contrast-${contrast}`],
      emphasisOf(contrast === look.contrast),
      'normal',
    ),
  )
  const languages = languageKeys(definition, language)
  const blocksIn = (sizes: readonly TextSize[], isLabelled: boolean) => {
    const titled = (text: Label, keys: readonly Piece[]) => [
      ...(isLabelled ? [blockOf(setting, label(text, texts[text]))] : []),
      ...keyBlocks(setting, keys, sizes),
    ]
    return [
      ...(languages.length > 1 ? titled('options-language', languages) : []),
      ...titled('options-text-size', levels),
      ...titled('options-contrast', contrasts),
    ]
  }
  // In the largest text the heading alone may have to say what the keys are for.
  const tries = [blocksIn(['normal', 'small'], true), blocksIn(['small'], true), blocksIn(['small'], false)]
  const height = room.bottom - room.top
  const blocks = tries.find((some) => heightOfAll(some) <= height) ?? doesNotFit(setting, 'its keys')
  return [...around.drafts, ...stacked(setting, room, blocks), ...foot.draw(BOTTOM - foot.height)]
}

/** A key for each language of the package, in that language. */
export function languageKeys({ languages }: Definition, current?: string): readonly Piece[] {
  return languages.map(({ language, name }) => ({
    ...key(`language-${language}`, name, emphasisOf(language === current), 'normal'),
    language: tagOf(language),
    direction: directionOf(language),
  }))
}

/** Keys in two columns, all in the first size in which each has room in two lines. */
export function keyBlocks(
  setting: Setting,
  pieces: readonly Piece[],
  sizes: readonly TextSize[] = ['normal', 'small'],
): readonly Block[] {
  const size = sizes.find((tried) =>
    pieces.every((piece) => isUnbroken(setting, { ...piece, size: tried }, COLUMN_WIDTH)),
  )
  if (size === undefined) return doesNotFit(setting, `"${pieces.map(({ name }) => name).join('", "')}"`)
  const rows = Array.from({ length: Math.ceil(pieces.length / 2) }, (_, row) =>
    pieces.slice(2 * row, 2 * row + 2).map((piece): Piece => ({ ...piece, size })),
  )
  return rows.map((inRow): Block => {
    const height = Math.max(BUTTON_HEIGHT, ...inRow.map((piece) => heightOf(setting, piece, COLUMN_WIDTH)))
    return {
      height,
      things: inRow.length,
      draw: (y) =>
        inRow.map((piece, i) => {
          const x = LEFT + i * (COLUMN_WIDTH + SCREEN.gap)
          return placed(piece, { x, y, width: COLUMN_WIDTH, height })
        }),
    }
  })
}

type Label = 'options-language' | 'options-text-size' | 'options-contrast'

function label(id: Label, name: string): Piece {
  return { id, role: 'text', name, size: 'small', press: false }
}

function emphasisOf(isCurrent: boolean): NonNullable<Element['emphasis']> {
  return isCurrent ? 'primary' : 'plain'
}
