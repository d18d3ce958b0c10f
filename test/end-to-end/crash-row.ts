/** What a crash in a voter's session left, held against the crash table of the casting protocol: every cell of a row, or no row. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { valueOrThrow } from '../../core/result.ts'
import type { LastVote } from '../../device-agent/ballot/screens/view.ts'
import { Medium, type SlipState } from '../../device-agent/store/medium.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { stringsIn } from '../../ui/strings.ts'

/** Everything that can be seen of a device that died in a session. */
export interface Scene {
  /** What stood on the glass when it died. */
  readonly glass: string
  /** Ballots on its media beyond those of the voters before. */
  readonly casts: number
  readonly slip: SlipState
  /** State byte of the voter's card (docs/card.md). */
  readonly card: number
  /** Void slips in the box beyond those in the journal, the ones of the voters before among them. */
  readonly untoldVoids: number
  /** Texts of the first screen after the restart. */
  readonly texts: readonly string[]
}

interface Row {
  readonly casts: number
  readonly slips: readonly SlipState[]
  readonly cards: readonly number[]
  readonly says: LastVote
  /** What becomes of the same card when it is put in again. */
  readonly again: 'goes-on' | 'refused'
}

const [ISSUED, CLAIMED, SPENT] = [1, 2, 3]

/** By the step after which the crash came; 0 is before the card was claimed. */
export const ROWS: Readonly<Record<string, Row>> = {
  '0 or 1': { casts: 0, slips: ['none'], cards: [ISSUED, CLAIMED], says: 'none', again: 'goes-on' },
  '2': {
    casts: 0,
    slips: ['printing', 'hanging', 'void'],
    cards: [CLAIMED],
    says: 'not-recorded',
    again: 'goes-on',
  },
  '3': { casts: 1, slips: ['accepted'], cards: [CLAIMED], says: 'recorded', again: 'refused' },
  '4': { casts: 1, slips: ['none'], cards: [CLAIMED, SPENT], says: 'none', again: 'refused' },
}

/** Screens that tell a voter that the vote is recorded. */
const ACKNOWLEDGING = ['voter.dropping', 'voter.thanks']

/** @returns the row, or what there is that stands in none */
export function rowOf({ glass, casts, slip, card, untoldVoids, texts }: Scene): string {
  const { lastVote } = stringsIn('fa').officers
  const found = Object.entries(ROWS).find(
    ([, row]) => row.casts === casts && row.slips.includes(slip) && row.cards.includes(card),
  )
  const scene = `${casts} votes, slip ${slip}, card ${card}, ${glass} on the glass`
  if (found === undefined) return `no row: ${scene}`
  const [name, { says }] = found
  if (!possibleUntold(slip).includes(untoldVoids))
    return `${untoldVoids} void slips in the box beyond the journal: ${scene}`
  if (casts === 0 && ACKNOWLEDGING.includes(glass)) return `acknowledged and not recorded: ${scene}`
  const said = Object.entries(lastVote).flatMap(([vote, text]) => (texts.includes(text) ? [vote] : []))
  return said.join() === says ? name : `the officers read ${said.join() || 'nothing'}: ${scene}`
}

/** A slip that bears its mark may have been cut, and is not counted yet: officers who resume the polls have it cut once more, and counted. */
function possibleUntold(slip: SlipState): readonly number[] {
  return slip === 'void' ? [0, 1] : [0]
}

/** What the media of a dead device hold, read from copies: that of the longer journal. */
export function leftOnMedia(folders: readonly string[]): {
  readonly casts: number
  readonly voids: number
  readonly slip: SlipState
} {
  const copies = mkdtempSync(join(tmpdir(), 'sandogh-left-'))
  try {
    const all = folders.map((folder, i) => {
      const copy = join(copies, String(i))
      cpSync(folder, copy, { recursive: true, filter: (path) => !path.endsWith('reserve.bin') })
      const medium = valueOrThrow(Medium.open(copy, seededRandom(copy)))
      const { journal, slips } = valueOrThrow(medium.records())
      medium.close()
      return { journal, slip: slips[0] ?? 'none' }
    })
    const [longest] = all.toSorted((a, b) => b.journal.length - a.journal.length)
    const entries = longest?.journal.map(({ entry }) => Buffer.from(entry)) ?? []
    const count = (type: string) => entries.filter((entry) => entry.includes(`"type":"${type}"`)).length
    return { casts: count('ballot.cast'), voids: count('slip.voided'), slip: longest?.slip ?? 'none' }
  } finally {
    rmSync(copies, { recursive: true })
  }
}
