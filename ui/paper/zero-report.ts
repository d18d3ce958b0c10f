/** The zero report: proof to everyone in the station, before the first vote, that nothing is counted yet. */
import { optionsOf } from '../../core/election/ballot.ts'
import type { Definition, Station } from '../../core/election/definition.ts'
import type { Tally } from '../../core/election/tally.ts'
import { persianDigits } from '../../core/text/persian.ts'
import { clockTime } from '../../core/text/solar-date.ts'
import { stringsIn } from '../strings.ts'
import type { Measure } from '../text-layout.ts'
import { type PaperLayout, rule, stackInPictures } from './layout.ts'
import {
  type Checkpoint,
  checkpointStrips,
  heading,
  headStrips,
  labelled,
  placeStrips,
  signatureStrips,
  words,
} from './parts.ts'

export interface ZeroReportData {
  readonly definition: Definition
  readonly station: Station
  readonly device: string
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly printedAt: number
  /** What the counters really say; anything but zero is printed as it is. */
  readonly tally: Tally
  readonly checkpoint: Checkpoint
}

/** The report as pictures from top to bottom. */
export function zeroReportLayouts(data: ZeroReportData, measure: Measure): readonly PaperLayout[] {
  const { definition, tally } = data
  const { paper } = stringsIn('fa')
  const contests = definition.contests.flatMap((contest, i) => {
    const counts = tally[i]
    if (counts === undefined) throw new Error('a tally of another definition')
    return [
      rule(2),
      heading(contest.title.fa, measure),
      labelled(paper.valid, persianDigits(counts.valid), measure),
      labelled(paper.blank, persianDigits(counts.blank), measure),
      ...optionsOf(contest).map(({ code, name, position }) =>
        labelled(`${persianDigits(code)} ${name.fa}`, persianDigits(counts.options[position] ?? 0), measure),
      ),
    ]
  })
  return stackInPictures([
    ...headStrips(paper.zeroReport, definition, measure),
    words(paper.zeroStatement, measure),
    ...placeStrips(definition, data.station, [data.device], measure),
    labelled(paper.printedAt, clockTime(data.printedAt, definition.timeZone), measure),
    ...contests,
    rule(2),
    ...checkpointStrips(data.checkpoint, measure),
    rule(2),
    ...signatureStrips(measure),
  ])
}
