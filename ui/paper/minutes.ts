/**
 * The minutes of one device at closing: every ballot, slip and card accounted for, what happened, who signs. No votes: whether this
 * device's own may be told is known only when every device of the station is closed (`releaseOf`), and then they have a page of their
 * own (`totals.ts`).
 */

import type { Definition, Station } from '../../core/election/definition.ts'
import { persianDigits } from '../../core/text/persian.ts'
import { clockTime } from '../../core/text/solar-date.ts'
import { stringsIn } from '../strings.ts'
import type { Measure } from '../text-layout.ts'
import { type PaperLayout, rule, type Strip, stackInPictures } from './layout.ts'
import {
  type Checkpoint,
  checkpointStrips,
  dayAndTime,
  heading,
  headStrips,
  labelled,
  placeStrips,
  signatureStrips,
  words,
} from './parts.ts'

export interface MinutesData {
  readonly definition: Definition
  readonly station: Station
  readonly device: string
  /** Milliseconds since 1970-01-01T00:00:00Z, as every time here. */
  readonly openedAt: number
  readonly closedAt: number
  /** How many ballots the tally counts, contest by contest: blank ones and others together. */
  readonly counted: readonly number[]
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

/** So many incidents are told one by one; of more, each kind once, so that a day full of trouble ends with minutes that can be printed. */
const MOST_LINES = 40

/** The minutes as pictures from top to bottom; the QR code follows them. */
export function minutesLayouts(data: MinutesData, measure: Measure): readonly PaperLayout[] {
  const { definition } = data
  const { paper } = stringsIn('fa')
  const time = (at: number) => dayAndTime(at, definition)
  const count = (label: string, value: number) => labelled(label, persianDigits(value), measure)
  return stackInPictures([
    ...headStrips(paper.minutes, definition, measure),
    ...placeStrips(definition, data.station, [data.device], measure),
    labelled(paper.openedAt, time(data.openedAt), measure),
    labelled(paper.closedAt, time(data.closedAt), measure),
    rule(2),
    count(paper.ballots, data.ballots),
    count(paper.cardsSpent, data.cardsSpent),
    count(paper.slipsPrinted, data.slipsPrinted),
    count(paper.slipsVoid, data.voidSlips),
    count(paper.batches, data.batches),
    ...reconciliationStrips(data, measure),
    rule(2),
    words(paper.totalsApart, measure),
    rule(2),
    heading(paper.incidents, measure),
    ...incidentLines(data).map((line) => words(line, measure)),
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
  const { definition, ballots, cardsSpent, slipsPrinted, voidSlips } = data
  const { difference } = stringsIn('fa').paper
  return [
    ...(ballots === cardsSpent ? [] : [difference.cards(ballots, cardsSpent)]),
    ...(slipsPrinted === ballots + voidSlips ? [] : [difference.slips(slipsPrinted, ballots + voidSlips)]),
    ...definition.contests.flatMap(({ id, title }, i) => {
      const counted = data.counted[i]
      if (counted === undefined) throw new Error('a tally of another definition')
      const ofAllStyles = definition.styles.every(({ contests }) => contests.includes(id))
      const fits = ofAllStyles ? counted === ballots : counted <= ballots
      return fits ? [] : [`${title.fa}: ${difference.contest(counted, ballots)}`]
    }),
  ]
}

/** What happened, with its time; where it is too much, when each kind of thing was first and last and how often. The journal has every one. */
function incidentLines({ incidents, definition }: MinutesData): readonly string[] {
  const { paper } = stringsIn('fa')
  const time = (at: number) => clockTime(at, definition.timeZone)
  if (incidents.length === 0) return [paper.noIncidents]
  if (incidents.length <= MOST_LINES) return incidents.map(({ at, text }) => `${time(at)} ${text}`)
  return [...Map.groupBy(incidents, ({ text }) => text)].map(([text, alike]) => {
    const [first, last] = [alike[0]?.at ?? 0, alike.at(-1)?.at ?? 0]
    if (alike.length === 1) return `${time(first)} ${text}`
    return `${time(first)} – ${time(last)} ${text} (${paper.times(alike.length)})`
  })
}

function reconciliationStrips(data: MinutesData, measure: Measure): readonly Strip[] {
  const { paper } = stringsIn('fa')
  const differences = differencesIn(data)
  if (differences.length === 0) return [words(paper.agrees, measure)]
  return [words(paper.differs, measure), ...differences.map((difference) => words(difference, measure))]
}
