/** The screens on which a voter only reads and waits, and what is said before a card comes in. */
import { BOTTOM, type Draft, key, LEFT, type Piece, placed, WIDTH } from '../drafts.ts'
import { directionOf, nameIn, stringsIn, tagOf } from '../strings.ts'
import { SCREEN } from '../tokens.ts'
import { type VoterText, voterText } from '../voter-texts.ts'
import { blockOf, heightOfAll, stacked } from './flow.ts'
import { corner, message, messageIn, wideBars } from './frame.ts'
import { keyBlocks, languageKeys } from './options.ts'
import { namePiece } from './rows.ts'
import { digits, doesNotFit, heightOf, lineOf, type Setting } from './setting.ts'
import { noteId, type StateOf, type VoterState, type VoterView } from './view.ts'

/** States whose screens are words alone. */
type Waiting = Exclude<VoterState['is'], 'choosing' | 'members' | 'finding' | 'reviewing' | 'comparing'>

/** What the poll worker is told where nobody is voting. */
/** What the voter reads. */
export function waiting(
  setting: Setting,
  state: StateOf<Waiting>,
  notes: VoterView['notes'],
  top: number,
): readonly Draft[] {
  const { texts } = setting
  switch (state.is) {
    case 'idle':
      return idle(setting, notes, top)
    case 'reading':
      return said(setting, top, 'reading', 'reading-hint')
    case 'printing': {
      const { cardGone, secondsLeft } = state
      if (cardGone) return said(setting, top, 'printing', 'card-gone-void-hint')
      if (secondsLeft === undefined) return said(setting, top, 'printing', 'printing-hint')
      const left = voterText(texts, 'printing-left', { seconds: digits(setting, secondsLeft) })
      return told(setting, top, texts.printing, [left])
    }
    case 'releasing':
      return said(setting, top, 'releasing', 'reading-hint')
    case 'voiding':
      return said(setting, top, 'voiding', 'voiding-hint')
    case 'recording':
      return said(setting, top, 'recording', state.cardGone ? 'card-gone-hint' : 'recording-hint')
    case 'dropping':
      return said(setting, top, 'dropping', state.cardGone ? 'card-gone-hint' : 'dropping-hint')
    case 'held': {
      const { at, trouble } = state
      const lines = [texts[`held-${at.step}`], texts['held-worker'], texts[`trouble-${trouble}`]]
      const retry = key('retry', texts.retry, 'primary', 'large')
      // Nothing hangs yet and nothing is recorded: nobody has to wait for this printer.
      const leave = at.step === 'printing' ? [key('leave', texts.leave, 'plain', 'normal')] : []
      return withKeys(setting, top, [...leave, retry], texts.held, lines)
    }
    case 'thanks':
      return said(setting, top, 'thanks', 'thanks-hint')
    case 'ended-without-vote':
      return said(setting, top, 'ended', 'ended-hint')
    case 'refused': {
      const { why } = state
      const heading = why === 'unreadable' || why === 'released' || why === 'kept' ? why : 'card'
      return said(setting, top, `refused-heading-${heading}`, `refused-${why}`)
    }
  }
}

/** Whether the voter is still there. */
export function alert(setting: Setting, top: number): readonly Draft[] {
  const { texts } = setting
  const stillHere = key('still-here', texts['still-here'], 'primary', 'large')
  return withKeys(setting, top, [stillHere], texts.alert, [texts['alert-hint']])
}

/** Something lies on the glass. */
export function glassBlocked(setting: Setting, top: number): readonly Draft[] {
  return said(setting, top, 'glass-blocked', 'glass-blocked-hint', 'glass-blocked-worker')
}

/** A text without places. */
type Plain = Exclude<VoterText, 'chosen-of' | 'page' | 'missing' | 'typed-twice' | 'printing-left'>

function said(
  setting: Setting,
  top: number,
  heading: Plain,
  ...paragraphs: readonly Plain[]
): readonly Draft[] {
  const { texts } = setting
  return told(
    setting,
    top,
    texts[heading],
    paragraphs.map((text) => texts[text]),
  )
}

function told(
  setting: Setting,
  top: number,
  heading: string,
  paragraphs: readonly string[],
): readonly Draft[] {
  return message(setting, { top, bottom: BOTTOM }, heading, paragraphs.map(paragraph))
}

/** The same with keys over the full width below, the usual one at the bottom. */
function withKeys(
  setting: Setting,
  top: number,
  keys: readonly Piece[],
  heading: string,
  paragraphs: readonly string[],
): readonly Draft[] {
  const foot = wideBars(setting, keys)
  const room = { top, bottom: foot.edge }
  return [...message(setting, room, heading, paragraphs.map(paragraph)), ...foot.drafts]
}

/** The first paragraph is news. */
function paragraph(name: string, index: number): Piece {
  const role = index === 0 ? 'status' : 'text'
  return { id: `text-${index + 1}`, role, name, size: 'large', press: false }
}

/** Which election it is, what to do first, and each language in its own words. */
function idle(setting: Setting, notes: VoterView['notes'], top: number): readonly Draft[] {
  for (const texts of textsOf(notes)) {
    const drafts = idleWith(setting, texts, top)
    if (drafts !== undefined) return drafts
  }
  return doesNotFit(setting, 'the title of the election and its texts')
}

function idleWith(setting: Setting, notes: readonly string[], top: number): readonly Draft[] | undefined {
  const { definition, language, texts } = setting
  const { draft, beside, edge } = corner(setting, top)
  const languages = languageKeys(definition, language)
  const below = [
    ...notes.map((text, place) => blockOf(setting, notePiece(text, place))),
    ...(languages.length > 1 ? keyBlocks(setting, languages) : []),
  ]
  const bottom = BOTTOM - heightOfAll(below)
  const title = namePiece('election', nameIn(language, definition.title), 'normal', 'text')
  const titleIn = (x: Piece, width: number, y: number) => {
    return placed(x, { x: LEFT, y, width, height: heightOf(setting, x, width) })
  }
  // A short title stands beside the key in the corner, a longer one below it.
  const isShort = heightOf(setting, title, beside) <= 3 * lineOf(setting, 'normal')
  const small: Piece = { ...title, size: 'small' }
  const titles = isShort
    ? [titleIn(title, beside, top)]
    : [titleIn(title, WIDTH, edge + SCREEN.gap), titleIn(small, WIDTH, edge + SCREEN.gap)]
  for (const shown of titles) {
    const { rect } = shown.element
    const room = { top: Math.max(edge, rect.y + rect.height) + SCREEN.gap, bottom: bottom - SCREEN.gap }
    const words = messageIn(setting, room, texts.idle, [paragraph(texts['idle-hint'], 0)])
    if (words === undefined) continue
    return [shown, draft, ...words, ...stacked(setting, { top: bottom, bottom: BOTTOM }, below)]
  }
  return undefined
}

/** What the notes say: in full, and where a voter's large letters leave no room for two, the less urgent in a few words behind the other. */
function textsOf(notes: VoterView['notes']): readonly (readonly string[])[] {
  const { notes: full, mediumLostToo } = stringsIn('fa').peripherals
  const texts = notes.map((note) => full[note])
  return texts.length > 1 ? [texts, [`${texts[0]} ${mediumLostToo}`]] : [texts]
}

/** For the poll worker, who reads Persian. */
function notePiece(name: string, place: number): Piece {
  const persian = { language: tagOf('fa'), direction: directionOf('fa') }
  return { id: noteId(place), role: 'status', name, size: 'small', press: false, ...persian }
}
