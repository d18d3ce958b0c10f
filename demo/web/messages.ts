/** What the pages of a station are told: all that is to be seen of it. */
import type { Screen } from '../../ui/screen.ts'

/** The two pages. */
export const PAGE_NAMES = ['officers', 'bench'] as const
export type PageName = (typeof PAGE_NAMES)[number]

export const DUTIES = ['open', 'resume', 'close'] as const
export type Duty = (typeof DUTIES)[number]

export const KEYS = ['executive', 'supervisory'] as const
export type Key = (typeof KEYS)[number]

export const LINES = ['touchscreen', 'card-reader', 'printer', 'io-board', 'display'] as const
export type LineName = (typeof LINES)[number]

/** What hands do to the printer. */
export const PRINTER_VERBS = [
  'near-end',
  'paper-out',
  'tear-paper',
  'load-paper',
  'open-cover',
  'close-cover',
  'jam',
  'cutter-jam',
  'clear-jam',
] as const
export type PrinterVerb = (typeof PRINTER_VERBS)[number]

/** From the station to a page. */
export type ToPage =
  | { readonly is: 'view'; readonly view: StationView }
  /** What came of an act that could not be done. */
  | { readonly is: 'refused'; readonly why: string }

/** All that can be seen of a station by somebody who may see everything. */
export interface StationView {
  /** Where each page can be opened, once. */
  readonly pages: Readonly<Partial<Record<PageName, string>>>
  readonly election: { readonly title: string; readonly pollingDay: string }
  readonly device: {
    readonly id: string
    readonly power: 'off' | 'starting' | 'on' | 'stopped'
    /** Its power was away: a window that showed it before shows nothing of this start. */
    readonly isStartedAgain: boolean
    /** Why its program ended by itself. */
    readonly stopped?: string
    /** Where the browser that is its display begins; absent while it is not on. */
    readonly address?: string
    /** What is painted there; absent while nothing is known to be. */
    readonly screen?: PaintedScreen
  }
  readonly keys: Readonly<Record<Key, boolean>>
  readonly isCaseOpen: boolean
  readonly lamp: boolean
  readonly cards: readonly SeenCard[]
  readonly printer: SeenPrinter
  readonly lines: Readonly<Record<LineName, SeenLine>>
  readonly drift: { readonly x: number; readonly y: number }
  readonly officers: SeenOfficers
  readonly count: SeenCount
}

/** A screen under the number that it was painted under. */
export type PaintedScreen = Screen & { readonly revision: number }

export interface SeenCard {
  readonly id: string
  readonly of: 'executive' | 'supervisory' | 'spare' | 'voter'
  /** Of an officer's card; officers are invented. */
  readonly pin?: string
  /** Of a voter's card. */
  readonly state?: 'blank' | 'issued' | 'claimed' | 'spent'
  readonly isInReader: boolean
}

export interface SeenPrinter {
  readonly paper: 'enough' | 'low' | 'out'
  readonly isCoverOpen: boolean
  readonly isStuck: boolean
  /** It waits in error for the device to go on. */
  readonly isInError: boolean
  /** Picture of what hangs behind the glass. */
  readonly hanging?: string
  /** Pictures of what lies in the box: slips in no order. */
  readonly box: readonly string[]
  readonly reports: readonly { readonly kind: ReportKind; readonly picture: string }[]
}

export type ReportKind = 'zero-report' | 'minutes' | 'results'

export interface SeenLine {
  readonly isPlugged: boolean
  /** Absent while the device is off. */
  readonly health?: {
    readonly state: string
    readonly frames: number
    readonly discardedBytes: number
    readonly badChecksums: number
    readonly timeouts: number
    readonly reconnects: number
  }
}

/** What the virtual officers are doing, or how their last work ended. */
export type SeenOfficers =
  | { readonly is: 'resting' }
  /** A card that was in the reader they take out first. */
  | { readonly is: 'working'; readonly duty: Duty; readonly tookOut?: string }
  | { readonly is: 'done'; readonly duty: Duty }
  | { readonly is: 'gave-up'; readonly duty: Duty; readonly why: string }

/** The count: what each run of the audit printed. */
export type SeenCount =
  /** The polls are not closed, or the bundle is not written. */
  | { readonly is: 'too-early' }
  | { readonly is: 'possible' | 'running' }
  | { readonly is: 'done'; readonly runs: readonly SeenRun[] }

export interface SeenRun {
  /** What somebody could type. */
  readonly command: string
  readonly text: string
  readonly holds: boolean
}
