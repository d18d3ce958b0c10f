/** What the officers' and the technician's screens are put together from. */
import type { Definition } from '../../../core/election/definition.ts'
import {
  BOTTOM,
  type Draft,
  digitKeys,
  LEFT,
  placed,
  screenOfDrafts,
  WIDTH,
  words,
} from '../../../ui/drafts.ts'
import { GRID, OFFICERS_LOOK, type Rect, type Screen } from '../../../ui/screen.ts'
import { digitsIn, directionOf, type OfficerLanguage, stringsIn } from '../../../ui/strings.ts'
import { noteId, type PollWorkerNote } from '../../../ui/voter-screens/view.ts'

/** Under the banner. */
export const BODY_TOP = 104

/** A button under everything. */
export const WIDE_BUTTON: Rect = { x: LEFT, y: BOTTOM - 160, width: WIDTH, height: 160 }

/** The keypad on which a PIN is typed. */
export function pinKeys(language: OfficerLanguage): readonly Draft[] {
  const correct = { name: stringsIn(language).officers.correct, size: 'large' } as const
  return digitKeys((key) => digitsIn(language, key), 'huge', correct)
}

/** A large heading and up to three paragraphs: all that most screens are. */
export function message(heading: string, ...paragraphs: readonly string[]): readonly Draft[] {
  const rect = (y: number, height: number): Rect => ({ x: LEFT, y, width: WIDTH, height })
  return [
    words('heading', 'heading', heading, rect(420, 280), 'huge'),
    ...paragraphs.map((text, i) =>
      words(`text-${i + 1}`, i === 0 ? 'status' : 'text', text, rect(740 + i * 320, 300), 'large'),
    ),
  ]
}

/** For the poll worker, where nobody is voting: one large, two in the same place. */
export function noteDrafts(
  { notes, language }: { readonly notes: readonly PollWorkerNote[]; readonly language: OfficerLanguage },
  top: number,
): readonly Draft[] {
  const height = 280 / notes.length
  const size = notes.length > 1 ? 'normal' : 'large'
  return notes.map((note, place) => {
    const rect: Rect = { x: LEFT, y: top + place * height, width: WIDTH, height }
    return words(noteId(place), 'status', stringsIn(language).peripherals.notes[note], rect, size)
  })
}

/** The screen of these elements, with the banner of a rehearsal above. */
export function screenWith(
  name: string,
  language: OfficerLanguage,
  definition: Pick<Definition, 'rehearsal'>,
  drafts: readonly Draft[],
): Screen {
  const all = [...banner(definition), ...drafts]
  return screenOfDrafts(name, language, directionOf(language), OFFICERS_LOOK, all)
}

/** In both languages, whatever the screen's: a visitor must understand it too. */
function banner({ rehearsal }: Pick<Definition, 'rehearsal'>): readonly Draft[] {
  if (!rehearsal) return []
  const half = GRID.width / 2
  return (['en', 'fa'] as const).map((language, i): Draft => {
    const name = stringsIn(language).rehearsal
    return placed(
      {
        id: `rehearsal-${language}`,
        role: 'status',
        name,
        size: 'normal',
        press: false,
        emphasis: 'rehearsal',
        language,
        direction: directionOf(language),
      },
      { x: i * half, y: 0, width: half, height: 92 },
      false,
    )
  })
}
