/** What a voter's screen is a function of. Nothing here knows how a device comes by it. */
import type { Ballot } from '../../core/election/ballot.ts'
import type { Contest, Language } from '../../core/election/definition.ts'
import type { Draft } from '../drafts.ts'
import type { Look, Screen } from '../screen.ts'
import type { VoterText } from '../voter-texts.ts'

/** What stands after `prefix-` in the keys of the texts: `trouble-hot` is a text, so a printer's trouble may be `hot`. */
type After<Prefix extends string> = VoterText extends infer Key
  ? Key extends `${Prefix}-${infer Rest}`
    ? Rest
    : never
  : never

export type Trouble = After<'trouble'>
export type Refusal = Exclude<After<'refused'>, `heading-${string}`>
export type Problem = After<'problem'>

/** What the screen says beside the choices. */
type Notice =
  | { readonly is: 'added'; readonly contest: number; readonly position: number }
  | {
      readonly is: 'problem'
      readonly problem: { readonly is: Problem; readonly allowed?: number }
    }
  | { readonly is: 'removed'; readonly contest: number; readonly position: number }
  | { readonly is: 'slip-cancelled' }

/** A list that goes over several pages, by the position of the first thing shown: so the size of the text can change. */
interface Paged {
  readonly first: number
}

interface Asked {
  /** The voter is asked whether they are still there. */
  readonly alert: boolean
}

/** Letters and spaces that a voter may type in a search: the widest have room in one line of the largest text. */
export const MOST_TYPED = 14

/** What is read twice, on the screen and beside the slip; nothing goes on until all of it was shown. */
interface Read extends Paged, Asked {
  readonly ballot: Ballot
  /** So many things from the first on were shown on the pages before. */
  readonly seen: number
}

/** What a session is in, as far as it shows. */
export type VoterState =
  | { readonly is: 'idle' | 'reading' | 'releasing' | 'voiding' | 'thanks' | 'ended-without-vote' }
  | { readonly is: 'refused'; readonly why: Refusal }
  | ({
      readonly is: 'choosing'
      readonly ballot: Ballot
      readonly entry: string
      readonly notice?: Notice
    } & Paged &
      Asked)
  | ({ readonly is: 'members'; readonly contest: number; readonly position: number } & Paged & Asked)
  | ({ readonly is: 'finding'; readonly query: string } & Paged & Asked)
  | ({
      readonly is: 'reviewing'
      readonly repeated: readonly string[]
      readonly finishPressed: boolean
    } & Read)
  | ({ readonly is: 'comparing' } & Read)
  | { readonly is: 'printing'; readonly cardGone: boolean; readonly secondsLeft?: number }
  | { readonly is: 'recording' | 'dropping'; readonly cardGone: boolean }
  | {
      readonly is: 'held'
      readonly trouble: Trouble
      readonly at: { readonly step: 'printing' | 'voiding' | 'dropping' }
    }

export type StateOf<Is extends VoterState['is']> = VoterState & { readonly is: Is }

/** A voter before a screen. */
export interface VoterView {
  /** Contests of the voter's ballot style; empty while no card is accepted. */
  readonly contests: readonly Contest[]
  readonly state: VoterState
  readonly language: Language
  readonly look: Look
  /** Language, size and colours are being chosen. */
  readonly optionsOpen: boolean
  /** Something lies on the touchscreen and does not go away. */
  readonly glassBlocked: boolean
  /** For the poll worker; said where nobody is voting. */
  readonly notes: readonly PollWorkerNote[]
}

/** Something a poll worker sees to between voters, the gravest first. */
export const POLL_WORKER_NOTES = [
  'slip-not-seen',
  'slip-uncalled',
  'clock-wrong',
  'on-battery',
  'storage-low',
  'hot',
  'cold',
  'paper-low',
  'medium-lost',
] as const
export type PollWorkerNote = (typeof POLL_WORKER_NOTES)[number]

/** Of the element that says it: the first is `note`. */
export function noteId(place: number): string {
  return place === 0 ? 'note' : `note-${place + 1}`
}

/** Whatever stands on a screen together: the gravest, and always a medium that was lost, which no other hides. */
export const SHOWN_NOTES: readonly (readonly PollWorkerNote[])[] = POLL_WORKER_NOTES.flatMap((note) =>
  note === 'medium-lost' ? [[note]] : [[note], [note, 'medium-lost']],
)

/** Which part of a list a screen shows: from `first` to `end` (not included) of `total`. */
export interface Page {
  readonly first: number
  readonly end: number
  readonly total: number
  /** Where the page before begins. */
  readonly previous: number
}

/** Of a screen without a list. */
export const ONE_PAGE: Page = { first: 0, end: 1, total: 1, previous: 0 }

/** A screen, and where in its list it is. */
export interface PagedScreen {
  readonly screen: Screen
  readonly page: Page
}

/** The elements of a screen before they are turned, and where in its list it is. */
export interface PagedDrafts {
  readonly drafts: readonly Draft[]
  readonly page: Page
}

/** Whether everything of a list was shown once this page is. */
export function isAllSeen(seen: number, page: Page): boolean {
  return seenWith(seen, page) >= page.total
}

/** How much of a list, from its beginning, was shown once this page is. */
export function seenWith(seen: number, page: Page): number {
  return page.first <= seen ? Math.max(seen, page.end) : seen
}
