/** The minutes of one device at closing: every total, every slip and card accounted for, what happened, who signs. */

import type { Contest, Definition, Station } from '../../core/election/definition.ts'
import { ballotsIn, type ContestTally, candidateVotes, type Tally } from '../../core/election/tally.ts'
import { persianDigits } from '../../core/text/persian.ts'
import { clockTime, solarDate } from '../../core/text/solar-date.ts'
import { stringsIn } from '../strings.ts'
import { PAPER_WIDTH, REPORT } from '../tokens.ts'
import {
  lineHeight,
  type Measure,
  type PaperLayout,
  paragraph,
  rule,
  type Strip,
  space,
  stackInPictures,
  textItem,
  together,
} from './layout.ts'
import { heading, headStrips, labelled, RUNNING, words } from './parts.ts'

/** The journal's head when the paper was made. */
export interface Checkpoint {
  readonly size: number
  readonly rootBase64: string
}

export interface MinutesData {
  readonly definition: Definition
  readonly station: Station
  readonly device: string
  /** Milliseconds since 1970-01-01T00:00:00Z, as every time here. */
  readonly openedAt: number
  readonly closedAt: number
  readonly tally: Tally
  /** Sealed ballots as they lie in the batches. */
  readonly ballots: number
  /** Tags of spent authorizations. */
  readonly cardsSpent: number
  /** By the journal: one for each ballot cast and each void slip. */
  readonly slipsPrinted: number
  readonly voidSlips: number
  readonly batches: number
  readonly incidents: readonly { readonly at: number; readonly text: string }[]
  readonly checkpoint: Checkpoint
  /** Printed as a QR code under the pictures. */
  readonly qrText: string
}

/** The minutes as pictures from top to bottom; the QR code follows them. */
export function minutesLayouts(data: MinutesData, measure: Measure): readonly PaperLayout[] {
  const { definition } = data
  const { paper } = stringsIn('fa')
  const time = (at: number) =>
    `${solarDate(at, definition.timeZone, 'fa')}  ${clockTime(at, definition.timeZone)}`
  const count = (label: string, value: number) => labelled(label, persianDigits(value), measure)
  return stackInPictures([
    ...headStrips(paper.minutes, definition, measure),
    ...placeStrips(data, measure),
    labelled(paper.openedAt, time(data.openedAt), measure),
    labelled(paper.closedAt, time(data.closedAt), measure),
    rule(2),
    count(paper.ballots, data.ballots),
    count(paper.cardsSpent, data.cardsSpent),
    count(paper.slipsPrinted, data.slipsPrinted),
    count(paper.slipsVoid, data.voidSlips),
    count(paper.batches, data.batches),
    ...reconciliationStrips(data, measure),
    ...definition.contests.flatMap((contest, i) => {
      const counts = data.tally[i]
      if (counts === undefined) throw new Error('a tally of another definition')
      return contestStrips(contest, counts, measure)
    }),
    rule(2),
    heading(paper.incidents, measure),
    ...(data.incidents.length === 0
      ? [words(paper.noIncidents, measure)]
      : data.incidents.map(({ at, text }) =>
          words(`${clockTime(at, definition.timeZone)} ${text}`, measure),
        )),
    rule(2),
    ...checkpointStrips(data.checkpoint, measure),
    rule(2),
    ...signatureStrips(measure),
  ])
}

/**
 * Every difference between figures that come from records of their own, in words. Ballots are the cards spent, slips the ballots and the void
 * ones; a contest of all styles counts every ballot once, any other a ballot at most once.
 */
export function differencesIn(data: MinutesData): readonly string[] {
  const { definition, tally, ballots, cardsSpent, slipsPrinted, voidSlips } = data
  const { difference } = stringsIn('fa').paper
  return [
    ...(ballots === cardsSpent ? [] : [difference.cards(ballots, cardsSpent)]),
    ...(slipsPrinted === ballots + voidSlips ? [] : [difference.slips(slipsPrinted, ballots + voidSlips)]),
    ...definition.contests.flatMap(({ id, title }, i) => {
      const contest = tally[i]
      if (contest === undefined) throw new Error('a tally of another definition')
      const counted = ballotsIn(contest)
      const ofAllStyles = definition.styles.every(({ contests }) => contests.includes(id))
      const fits = ofAllStyles ? counted === ballots : counted <= ballots
      return fits ? [] : [`${title.fa}: ${difference.contest(counted, ballots)}`]
    }),
  ]
}

function reconciliationStrips(data: MinutesData, measure: Measure): readonly Strip[] {
  const { paper } = stringsIn('fa')
  const differences = differencesIn(data)
  if (differences.length === 0) return [words(paper.agrees, measure)]
  return [words(paper.differs, measure), ...differences.map((difference) => words(difference, measure))]
}

/** Where and when: constituency, station, device, polling day. */
export function placeStrips(
  { definition, station, device }: Pick<MinutesData, 'definition' | 'station' | 'device'>,
  measure: Measure,
): readonly Strip[] {
  const { paper } = stringsIn('fa')
  const day = solarDate(Date.parse(definition.pollingDay), 'UTC', 'fa')
  return [
    rule(2),
    labelled(paper.constituency, definition.constituency.name.fa, measure),
    labelled(paper.station, station.name.fa, measure),
    labelled(paper.device, device, measure, 'ltr'),
    labelled(paper.pollingDay, day, measure),
  ]
}

/** How long the journal is and its root, by which anybody finds this device's journal again. */
export function checkpointStrips({ size, rootBase64 }: Checkpoint, measure: Measure): readonly Strip[] {
  const { paper } = stringsIn('fa')
  const latin = { align: 'left', direction: 'ltr', size: REPORT.small } as const
  return [
    labelled(paper.entries, persianDigits(size), measure),
    together([words(paper.root, measure), paragraph(rootBase64, REPORT.margin, latin, measure)]),
  ]
}

/** A line for each of the two officers, with room for a pen. */
export function signatureStrips(measure: Measure): readonly Strip[] {
  const { paper } = stringsIn('fa')
  return [
    together([heading(paper.signatures, measure), signature(paper.executive), signature(paper.supervisory)]),
  ]
}

function signature(role: string): Strip {
  const height = 120
  const labelWidth = 190
  const style = { ...RUNNING, size: REPORT.text }
  return {
    height,
    items: [
      textItem(`${role}:`, PAPER_WIDTH - REPORT.margin, height - lineHeight(REPORT.text), style),
      { is: 'bar', x: REPORT.margin, y: height - 10, width: PAPER_WIDTH - labelWidth, height: 2 },
    ],
  }
}

function contestStrips(contest: Contest, counts: ContestTally, measure: Measure): readonly Strip[] {
  const { paper } = stringsIn('fa')
  const row = (code: string, name: string, votes: number) =>
    labelled(`${persianDigits(code)} ${name}`, persianDigits(votes), measure)
  const votes = candidateVotes(contest, counts)
  const lists = contest.lists.map(({ code, name }, i) =>
    row(code, name.fa, counts.options[contest.candidates.length + i] ?? 0),
  )
  return [
    rule(2),
    heading(contest.title.fa, measure),
    labelled(paper.valid, persianDigits(counts.valid), measure),
    labelled(paper.blank, persianDigits(counts.blank), measure),
    space(REPORT.rowGap),
    heading(paper.candidates, measure),
    ...contest.candidates.map(({ code, name }, position) => row(code, name.fa, votes[position] ?? 0)),
    ...(lists.length === 0
      ? []
      : [heading(paper.lists, measure), ...lists, words(paper.includesLists, measure)]),
  ]
}
