/** What passes between the pages of a bench and its station: what people do there, and what is to be seen. */
import { z } from 'zod'
import { GRID, type Screen } from '../../ui/screen.ts'

/** The two pages. */
export type PageName = 'officers' | 'bench'

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

const place = {
  x: z
    .int()
    .min(0)
    .max(GRID.width - 1),
  y: z
    .int()
    .min(0)
    .max(GRID.height - 1),
}
const shift = z.int().min(-300).max(300)

const insert = z.strictObject({ do: z.literal('insert'), card: z.string().max(32) })
const takeOut = z.strictObject({ do: z.literal('take-out') })
const key = z.strictObject({ do: z.literal('key'), key: z.enum(KEYS), on: z.boolean() })

/** What officers do on their page. */
export const officersAct = z.discriminatedUnion('do', [
  insert,
  takeOut,
  key,
  /** Virtual officers do it. */
  z.strictObject({ do: z.literal('officers'), duty: z.enum(DUTIES) }),
  z.strictObject({ do: z.literal('dismiss') }),
  /** A voter card at the desk. */
  z.strictObject({ do: z.literal('issue') }),
  z.strictObject({ do: z.literal('count') }),
])

/** What hands do on the bench. */
export const benchAct = z.discriminatedUnion('do', [
  insert,
  takeOut,
  key,
  z.strictObject({ do: z.literal('finger-down'), ...place }),
  z.strictObject({ do: z.literal('finger-move'), ...place }),
  z.strictObject({ do: z.literal('finger-up') }),
  z.strictObject({ do: z.literal('palm'), ...place }),
  z.strictObject({ do: z.literal('two-fingers'), ...place }),
  /** How far the panel has shifted, in points of the grid. */
  z.strictObject({ do: z.literal('drift'), x: shift, y: shift }),
  z.strictObject({ do: z.literal('printer'), verb: z.enum(PRINTER_VERBS) }),
  z.strictObject({ do: z.literal('case'), open: z.boolean() }),
  z.strictObject({ do: z.literal('plug'), line: z.enum(LINES), in: z.boolean() }),
  z.strictObject({ do: z.literal('power'), on: z.boolean() }),
])

export type OfficersAct = z.infer<typeof officersAct>
export type BenchAct = z.infer<typeof benchAct>
export type Act = OfficersAct | BenchAct

/** From the station to a page. */
export type ToPage =
  | { readonly is: 'view'; readonly view: StationView }
  /** What came of an act that could not be done. */
  | { readonly is: 'refused'; readonly why: string }

/** All that can be seen of a station by somebody who may see everything. */
export interface StationView {
  readonly election: { readonly title: string; readonly pollingDay: string }
  readonly device: {
    readonly id: string
    readonly power: 'off' | 'starting' | 'on' | 'stopped'
    /** Why its program ended by itself. */
    readonly stopped?: string
    /** Where the browser that is its display begins. */
    readonly address?: string
    /** What is painted there; absent while nothing is known to be. */
    readonly screen?: Screen
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
  | { readonly is: 'working' | 'done'; readonly duty: Duty }
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
