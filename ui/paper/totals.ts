/**
 * The results, on a page of their own: those of a device, or, where a device of the station has too few ballots to be told apart, those of
 * its station together. Which of the two is for the caller to know (`releaseOf`), once every device of the station is closed.
 */

import { RELEASE_MINIMUM, type Release } from '../../core/bundle/sealed-tally.ts'
import type { Contest, Definition, Names, Station } from '../../core/election/definition.ts'
import { type ContestTally, candidateVotes, type Tally } from '../../core/election/tally.ts'
import { persianDigits } from '../../core/text/persian.ts'
import { stringsIn } from '../strings.ts'
import { lineHeight, type Measure, wrapText } from '../text-layout.ts'
import { PAPER_WIDTH, REPORT } from '../tokens.ts'
import {
  type PaperLayout,
  paragraph,
  rule,
  type Strip,
  space,
  stack,
  stackInPictures,
  textItem,
} from './layout.ts'
import {
  CENTRED,
  type Checkpoint,
  checkpointStrips,
  dayAndTime,
  heading,
  headStrips,
  labelled,
  placeStrips,
  RUNNING,
  signatureStrips,
  words,
} from './parts.ts'

/** Dots from the top of a row to its text; the hairline is among them. */
const TEXT_TOP = 5

export interface TotalsData {
  readonly definition: Definition
  readonly station: Station
  readonly of: Release
  /** The device that prints: its own results, or its station's. The journal's head is of its journal. */
  readonly device: string
  /** Ballots that the tally counts: of the device, or of all devices of the station. */
  readonly ballots: number
  readonly tally: Tally
  /** Devices of the station that were declared dead. */
  readonly without: readonly string[]
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly printedAt: number
  readonly checkpoint: Checkpoint
  /** The texts of the QR codes that hold the same, signed (`core/printed`). */
  readonly codes: readonly string[]
  /** What is typed where no photograph can be read. */
  readonly typedLines: readonly string[]
}

/** The page as pictures from top to bottom. */
export function totalsLayouts(data: TotalsData, measure: Measure): readonly PaperLayout[] {
  const { definition, station, device, of, without } = data
  const { paper } = stringsIn('fa')
  const devices = of === 'device' ? [device] : station.devices.filter((id) => !without.includes(id))
  return stackInPictures([
    ...headStrips(paper.totals[of], definition, measure),
    ...(of === 'station' ? [words(paper.together(RELEASE_MINIMUM), measure)] : []),
    ...(without.length === 0 ? [] : [words(paper.without(without.join(' ')), measure)]),
    ...placeStrips(definition, station, devices, measure),
    labelled(paper.printedAt, dayAndTime(data.printedAt, definition), measure),
    rule(2),
    labelled(paper.ballots, persianDigits(data.ballots), measure),
    ...definition.contests.flatMap((contest, i) => {
      const counts = data.tally[i]
      if (counts === undefined) throw new Error('a tally of another definition')
      return contestStrips(contest, counts, measure)
    }),
    rule(2),
    labelled(paper.journalOf, device, measure, 'ltr'),
    ...checkpointStrips(data.checkpoint, measure),
    rule(2),
    ...signatureStrips(measure),
  ])
}

/** What stands over the codes, and over each of them. */
export function codesLayout(measure: Measure): PaperLayout {
  return stack([rule(2), words(stringsIn('fa').paper.codes, measure)])
}

export function codeLayout(part: number, parts: number, measure: Measure): PaperLayout {
  const style = { ...CENTRED, size: REPORT.text }
  return stack([paragraph(stringsIn('fa').paper.codePart(part, parts), REPORT.margin, style, measure)])
}

/** The lines that are typed, as wide as they are readable. */
export function typedLayouts(typed: readonly string[], measure: Measure): readonly PaperLayout[] {
  const style = { align: 'left', direction: 'ltr', size: REPORT.text } as const
  return stackInPictures([
    rule(2),
    words(stringsIn('fa').paper.typedCode, measure),
    ...typed.map((line) => paragraph(line, REPORT.margin, style, measure)),
  ])
}

function contestStrips(contest: Contest, counts: ContestTally, measure: Measure): readonly Strip[] {
  const { paper } = stringsIn('fa')
  const { candidates, lists } = contest
  const votes = candidateVotes(contest, counts)
  const row = rowsFor([...candidates, ...lists], measure)
  return [
    rule(2),
    heading(contest.title.fa, measure),
    labelled(paper.valid, persianDigits(counts.valid), measure),
    labelled(paper.blank, persianDigits(counts.blank), measure),
    space(REPORT.rowGap),
    heading(paper.candidates, measure),
    ...candidates.map((candidate, position) => row(candidate, votes[position] ?? 0)),
    ...(lists.length === 0
      ? []
      : [
          space(2 * REPORT.rowGap),
          heading(paper.lists, measure),
          ...lists.map((list, i) => row(list, counts.options[candidates.length + i] ?? 0)),
          space(REPORT.rowGap),
          words(paper.includesLists, measure),
        ]),
  ]
}

interface Coded {
  readonly code: string
  readonly name: Names
}

/**
 * Rows of one contest, from the right: code in Persian and in Latin digits, each in a column as wide as its widest, name, votes; over each a
 * hairline that leads the eye across the paper.
 */
function rowsFor(options: readonly Coded[], measure: Measure): (option: Coded, votes: number) => Strip {
  const { heading: size, text: codeSize, small: latinSize, margin } = REPORT
  const gap = 14
  const persianWidth = Math.max(...options.map(({ code }) => measure(persianDigits(code), codeSize, true)))
  const latinWidth = Math.max(...options.map(({ code }) => measure(code, latinSize, false)))
  const codeX = PAPER_WIDTH - margin
  const latinX = codeX - persianWidth - gap
  const nameX = latinX - latinWidth - gap
  const high = lineHeight(size)
  /** Where a smaller line begins that stands in the middle of the row's first. */
  const topOf = (smaller: number) => TEXT_TOP + Math.round((high - lineHeight(smaller)) / 2)
  return ({ code, name }, votes) => {
    const counted = persianDigits(votes)
    const nameWidth = nameX - margin - measure(counted, size, true) - gap
    const lines = wrapText(name.fa, nameWidth, size, false, measure)
    return {
      height: TEXT_TOP + high * lines.length,
      items: [
        { is: 'bar', x: margin, y: 2, width: PAPER_WIDTH - 2 * margin, height: 1 },
        textItem(persianDigits(code), codeX, topOf(codeSize), { ...RUNNING, size: codeSize, bold: true }),
        textItem(code, latinX, topOf(latinSize), { align: 'right', direction: 'ltr', size: latinSize }),
        ...lines.map((line, i) => textItem(line, nameX, TEXT_TOP + i * high, { ...RUNNING, size })),
        textItem(counted, margin, TEXT_TOP, { ...RUNNING, align: 'left', size, bold: true }),
      ],
    }
  }
}
