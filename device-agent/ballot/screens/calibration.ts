/** The screens of the technician's calibration: a cross to be touched, or how it ended. */
import type { Definition } from '../../../core/election/definition.ts'
import { type NinePoints, TARGETS } from '../../../firmware/touchscreen/nine-points.ts'
import { type Draft, LEFT, WIDTH, words } from '../../../ui/drafts.ts'
import type { Screen } from '../../../ui/screen.ts'
import { type OfficerLanguage, stringsIn } from '../../../ui/strings.ts'
import { message, screenWith } from './parts.ts'

/** Side of the square that the cross is drawn in the middle of. */
const CROSS = 130

/** What the technician sees. Targets lie where they are in every language, so they are not turned. */
export function calibrationScreen(
  state: NinePoints,
  definition: Definition,
  language: OfficerLanguage,
): Screen {
  return screenWith(`calibration.${state.is}`, language, definition, draftsOf(state, language))
}

function draftsOf(state: NinePoints, language: OfficerLanguage): readonly Draft[] {
  const { calibration } = stringsIn(language)
  switch (state.is) {
    case 'point': {
      // Between the rows of targets.
      const row = (y: number, height: number) => ({ x: LEFT, y, width: WIDTH, height })
      const again = state.again === undefined ? [] : [calibration.again[state.again]]
      return [
        words(
          'heading',
          'heading',
          calibration.heading(state.point + 1, TARGETS.length),
          row(280, 140),
          'huge',
        ),
        words('hint', 'text', calibration.touch, row(440, 220), 'large'),
        ...again.map((text) => words('again', 'status', text, row(680, 200), 'large')),
        target(state.point),
      ]
    }
    case 'done':
      return message(calibration.done, calibration.doneHint)
    case 'refused':
      return message(
        calibration.refused,
        calibration.why[state.why],
        state.why === 'mirrored' ? calibration.mirroredHint : calibration.refusedHint,
      )
  }
}

function target(point: number): Draft {
  const middle = TARGETS[point]
  if (middle === undefined) throw new Error('a calibration at a point that there is not')
  const rect = { x: middle.x - CROSS / 2, y: middle.y - CROSS / 2, width: CROSS, height: CROSS }
  return { ...words(`target-${point + 1}`, 'text', '+', rect, 'huge'), turns: false }
}
