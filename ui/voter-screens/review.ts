/** Reading the vote once more: on the screen before printing, and beside the slip behind the glass. */
import { namesChosen } from '../ballot-rows.ts'
import { key, LEFT, type Piece, placed, WIDTH } from '../drafts.ts'
import { SCREEN } from '../tokens.ts'
import { voterText } from '../voter-texts.ts'
import { type Block, blockOf, heightOfAll, paged, type Room } from './flow.ts'
import { bar, type Framed, head } from './frame.ts'
import { ballotBlocks, titleBlocks } from './rows.ts'
import { digits, heightOf, type Setting, textsOf } from './setting.ts'
import { isAllSeen, type PagedDrafts, type StateOf } from './view.ts'

/**
 * The vote and what is missing from it. `finish` lies where neither `review` lay before nor `accept` comes after: a hand that
 * taps twice goes nowhere by surprise.
 */
export function reviewing(setting: Setting, state: StateOf<'reviewing'>, top: number): PagedDrafts {
  const { texts } = setting
  const around = head(setting, top, texts.reviewing)
  const said = [missingText(setting, state), ...repeatedText(setting, state)].map((name, i) =>
    blockOf(setting, { id: `missing-${i + 1}`, role: 'status', name, size: 'normal', press: false }),
  )
  return read(setting, setting, state, around, said, {
    hints: [texts['finish-first'], texts['finish-again']],
    hint: state.finishPressed ? texts['finish-again'] : texts['finish-first'],
    keys: (allSeen) => [
      key('finish', texts.finish, 'primary', 'large', allSeen),
      key('back', texts.back, 'plain', 'large'),
    ],
  })
}

/** What the slip must say, in the words that the slip has: it is Persian in every language. The two answers lie at the two edges. */
export function comparing(setting: Setting, state: StateOf<'comparing'>, top: number): PagedDrafts {
  const { texts } = setting
  const around = head(setting, top, texts.comparing)
  const hint = texts['comparing-hint']
  return read(setting, asOnPaper(setting), state, around, [], {
    hints: [hint],
    hint,
    keys: (allSeen) => [
      key('reject', texts.reject, 'danger', 'large'),
      key('accept', texts.accept, 'primary', 'large', allSeen),
    ],
  })
}

/** Names and words of the slip. What is made once for them is made apart from what the voter's own language needs. */
function asOnPaper(setting: Setting): Setting {
  return {
    ...setting,
    language: 'fa',
    texts: textsOf(setting.definition, 'fa'),
    once: (what, make) => setting.once(`on paper ${what}`, make),
    onceInAnySize: (what, make) => setting.onceInAnySize(`on paper ${what}`, make),
  }
}

/** What is under the list. */
interface Foot {
  /** All that may stand there, so that the list has the same room whichever does. */
  readonly hints: readonly string[]
  readonly hint: string
  readonly keys: (allSeen: boolean) => readonly [Piece, Piece]
}

/** The list, in the words of `listed`, and what to do once all of it was seen. */
function read(
  setting: Setting,
  listed: Setting,
  state: StateOf<'reviewing' | 'comparing'>,
  around: Framed,
  said: readonly Block[],
  { hints, hint, keys }: Foot,
): PagedDrafts {
  const unseen = setting.texts['pages-first']
  const note = (name: string): Piece => ({ id: 'hint', role: 'status', name, size: 'normal', press: false })
  const noteHeight = Math.max(...[...hints, unseen].map((text) => heightOf(setting, note(text), WIDTH)))
  const foot = bar(setting, ...keys(true))
  const noteTop = foot.edge - noteHeight
  const room: Room = { top: around.edge, bottom: noteTop - SCREEN.gap }
  const free = room.bottom - room.top - heightOfAll([...said, ...titleBlocks(listed)]) - SCREEN.gap
  const rows = ballotBlocks(listed, state.ballot, free)
  const { drafts, page } = paged(setting, room, [...said, ...rows], state.first)
  const allSeen = isAllSeen(state.seen, page)
  return {
    drafts: [
      ...around.drafts,
      ...drafts,
      placed(note(allSeen ? hint : unseen), { x: LEFT, y: noteTop, width: WIDTH, height: noteHeight }),
      ...bar(setting, ...keys(allSeen)).drafts,
    ],
    page,
  }
}

function missingText(setting: Setting, { ballot }: StateOf<'reviewing'>): string {
  const { contests, texts } = setting
  const chosen = contests.reduce((sum, contest, i) => sum + namesChosen(contest, ballot, i), 0)
  const allowed = contests.reduce((sum, { choices }) => sum + choices, 0)
  if (chosen === 0) return texts['blank-whole']
  const numbers = { chosen: digits(setting, chosen), allowed: digits(setting, allowed) }
  const count = `${voterText(texts, 'chosen-of', numbers)}.`
  const left = { left: digits(setting, allowed - chosen) }
  return chosen === allowed ? count : `${count} ${voterText(texts, 'missing', left)}`
}

function repeatedText(setting: Setting, { repeated }: StateOf<'reviewing'>): readonly string[] {
  if (repeated.length === 0) return []
  const codes = repeated.map((code) => digits(setting, code)).join(setting.language === 'en' ? ', ' : '، ')
  return [voterText(setting.texts, 'typed-twice', { codes })]
}
