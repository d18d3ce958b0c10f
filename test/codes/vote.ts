/** One voter types codes and casts them. What stands on each screen, and what is recorded, is read on the way. */
import { openBallot } from '../../core/ballot-box/sealed-ballot.ts'
import type { Ballot } from '../../core/election/ballot.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import type { CodesBuild } from './build.ts'
import type { CodesElection, Vote } from './election.ts'
import { inOrder, type Reading } from './reading.ts'
import type { DocumentReader, ScreenDots } from './screen-readers.ts'
import { photograph, rowsOn, type Shown, type ShownRow } from './shown.ts'
import type { TouchedBooth } from './touched-booth.ts'

/** Who takes part in a vote. */
export interface Polling {
  readonly build: CodesBuild
  readonly election: CodesElection
  readonly booth: TouchedBooth
  readonly document: DocumentReader
  readonly dots: ScreenDots
  /** Prints the slip of this ballot, and keeps it. */
  readonly print: (ballot: Ballot) => Promise<void>
}

/** Where the sealed ballots of this test belong; nothing depends on it. */
const PLACE = { packageHash: new Uint8Array(32).fill(1), origin: 'sandogh.example/codes' }

/** From the card to the record. */
export async function cast(polling: Polling, vote: Vote): Promise<readonly Reading[]> {
  const { booth, election } = polling
  const codes = inPackageOrder(vote)
  const readings: Reading[] = []
  await booth.begin()
  for (const { code } of vote) readings.push(...(await typeCode(polling, code)))
  await booth.touch('review')
  readings.push(...(await readList(polling, 'review', codes)))
  await booth.touch('finish')
  await booth.touch('finish')
  const { hanging } = booth.booth
  if (hanging === undefined) throw new Error('no slip was printed')
  await polling.print(hanging)
  readings.push(...(await readList(polling, 'comparing', codes)))
  await booth.touch('accept')
  const recorded = booth.booth.recorded.at(-1) ?? []
  booth.booth.pullCard()
  return [
    ...readings,
    ...inOrder('record', 'session', codes, codesOf(election, hanging)),
    ...inOrder('record', 'opened', codes, codesOf(election, sealAndOpen(polling, recorded))),
  ]
}

/** The codes of a vote as the package lists them, which every list of choices does. */
export function inPackageOrder(vote: Vote): readonly string[] {
  return vote.toSorted((a, b) => a.position - b.position).map(({ code }) => code)
}

/** Types a code, reads the members if it is a list's, and whom it was taken for. */
async function typeCode(polling: Polling, code: string): Promise<readonly Reading[]> {
  const { booth, election, document } = polling
  const readings: Reading[] = []
  await booth.type(code)
  if ((await booth.shown()).some(({ id }) => id === 'go-on')) {
    const members = election.contest.candidates.filter(({ list }) => list === code)
    const rows: ShownRow[] = []
    await booth.leaf(async (shown) => {
      const here = rowsOn(shown, '')
      await lookAt(polling, 'member', members.slice(rows.length).map(codeOf), here)
      rows.push(...here)
    })
    readings.push(...document.readings('member', members.map(codeOf), rows))
    await booth.touch('go-on')
  }
  const added = rowsOn(await booth.shown(), 'added-')
  await lookAt(polling, 'added', [code], added)
  return [...readings, ...document.readings('added', [code], added)]
}

/** Takes a picture of rows and has their dots read. */
async function lookAt(
  { booth, dots }: Polling,
  place: 'added' | 'member',
  meant: readonly string[],
  rows: readonly ShownRow[],
): Promise<void> {
  if (rows.length === 0) return
  const cut = await photograph(booth.page, rows)
  for (const [i, row] of rows.entries()) dots.add(place, meant[i], row, cut)
}

/** The whole list, page by page, as the document says it. */
async function readList(
  polling: Polling,
  place: 'review' | 'comparing',
  codes: readonly string[],
): Promise<readonly Reading[]> {
  const rows: ShownRow[] = []
  await polling.booth.leaf((shown: readonly Shown[]) => {
    rows.push(...rowsOn(shown, ''))
  })
  return polling.document.readings(place, codes, rows)
}

/** What the trustees find of this ballot. */
function sealAndOpen({ build, election }: Polling, ballot: Ballot): Ballot {
  const { definition, style, secretKey } = election
  const place = { ...PLACE, definition }
  const sealed = build.sealBallot(place, style, ballot, seededRandom('sealed in a test'))
  const opened = openBallot(place, sealed, secretKey)
  if ('faulty' in opened) throw new Error(`a sealed ballot is faulty: ${opened.faulty}`)
  return opened.ballot
}

function codesOf({ options }: CodesElection, [choice = []]: Ballot): readonly (string | undefined)[] {
  return choice.map((position) => options[position]?.code)
}

function codeOf({ code }: { readonly code: string }): string {
  return code
}
