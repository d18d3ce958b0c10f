/** Whom a code stands for: photo, name, code and list, shown after the code was typed or the name was touched. */
import { type Option, optionsOf } from '../../core/election/ballot.ts'
import type { Contest } from '../../core/election/definition.ts'
import { type Draft, LEFT, type Piece, placed, WIDTH } from '../drafts.ts'
import { nameIn } from '../strings.ts'
import { SCREEN } from '../tokens.ts'
import { voterText } from '../voter-texts.ts'
import { type Block, blocksOf } from './flow.ts'
import { codePiece, largestForm, latinPiece, namePiece, optionRow, type RowKind } from './rows.ts'
import { heightOf, lineOf, type Setting } from './setting.ts'

/** Photos of candidates are 3 by 4. */
const PHOTO = { width: 150, height: 200 }
const ADDED: RowKind = { prefix: 'added-', role: 'status' }

/** Who it is, as one block, or as several where one would be too high for a page. */
export function addedBlocks(
  setting: Setting,
  contest: Contest,
  position: number,
  asOne: boolean,
): readonly Block[] {
  const option = optionsOf(contest)[position]
  if (option === undefined) throw new Error('a notice of an option that does not exist')
  const photo = photoPiece(setting, contest, option)
  const list = listPiece(setting, contest, option)
  if (asOne) return [wholeBlock(setting, option, photo, list)]
  const name = namePiece(
    `added-name-${option.code}`,
    nameIn(setting.language, option.name),
    'small',
    'status',
  )
  const texts = list === undefined ? [name] : [name, list]
  return [codeBlock(setting, option, photo), ...texts.flatMap((piece) => blocksOf(setting, piece))]
}

function wholeBlock(
  setting: Setting,
  option: Option,
  photo: Piece | undefined,
  list: Piece | undefined,
): Block {
  const x = besidePhoto(photo)
  const width = LEFT + WIDTH - x
  const form = largestForm(setting, width, PHOTO.height)
  const listHeight = list === undefined ? 0 : heightOf(setting, list, width)
  return {
    height: Math.max(photo === undefined ? 0 : PHOTO.height, form.height + listHeight),
    things: list === undefined ? 2 : 3,
    draw: (y) => [
      ...photoDrafts(photo, y),
      ...optionRow(setting, form, option, { x, y }, ADDED),
      ...(list === undefined ? [] : [placed(list, { x, y: y + form.height, width, height: listHeight })]),
    ],
  }
}

/** The code alone, beside the photo. */
function codeBlock(setting: Setting, option: Option, photo: Piece | undefined): Block {
  const code = codePiece(option.code, 'large', ADDED)
  const latin = latinPiece(option.code, 'normal', ADDED)
  const x = besidePhoto(photo)
  const height = lineOf(setting, code.size)
  const half = Math.floor((LEFT + WIDTH - x - SCREEN.gap) / 2)
  return {
    height: Math.max(photo === undefined ? 0 : PHOTO.height, height),
    things: 1,
    draw: (y) => [
      ...photoDrafts(photo, y),
      placed(code, { x, y, width: half, height }),
      placed(latin, { x: x + half + SCREEN.gap, y, width: half, height: lineOf(setting, latin.size) }),
    ],
  }
}

function besidePhoto(photo: Piece | undefined): number {
  return photo === undefined ? LEFT : LEFT + PHOTO.width + 2 * SCREEN.gap
}

function photoDrafts(photo: Piece | undefined, y: number): readonly Draft[] {
  return photo === undefined ? [] : [placed(photo, { x: LEFT, y, ...PHOTO })]
}

function photoPiece({ texts, language }: Setting, contest: Contest, option: Option): Piece | undefined {
  const hash = contest.candidates[option.position]?.photo
  if (option.kind === 'list' || hash === undefined) return undefined
  return {
    id: `added-photo-${option.code}`,
    role: 'picture',
    name: voterText(texts, 'photo-of', { name: nameIn(language, option.name).text }),
    size: 'small',
    press: false,
    photo: hexOfBase64(hash),
  }
}

/** On which list a candidate stands, in the language of the list's name; nothing where there are no lists, or of a list itself. */
function listPiece({ texts, language }: Setting, contest: Contest, option: Option): Piece | undefined {
  if (option.kind === 'list' || contest.lists.length === 0) return undefined
  const code = contest.candidates[option.position]?.list
  const list = contest.lists.find((known) => known.code === code)
  const base = { id: `added-list-${option.code}`, role: 'text', size: 'small', press: false } as const
  if (list === undefined) return { ...base, name: texts.independent }
  return { ...base, name: voterText(texts, 'on-list', { list: nameIn(language, list.name).text }) }
}

function hexOfBase64(base64: string): string {
  return Array.from(atob(base64), (byte) => byte.charCodeAt(0).toString(16).padStart(2, '0')).join('')
}
