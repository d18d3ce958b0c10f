/** The alarms that the store keeps, for a terminal. Whatever a device could have had a say in is told by characters that are seen. */
import { toBase64 } from '../../core/keys/hash.ts'
import type { AlarmKind } from '../collector/alarm.ts'
import { type KeptAlarm, MOST_ALARMS } from '../store/store.ts'
import { shownLine } from './shown-line.ts'

/** Two accounts of one thing: the loudest first. Behind them come all others that want people. */
const LOUDEST: readonly string[] = [
  'equivocation',
  'second-journal',
  'further-journal',
  'takeover-fork',
  'not-dead',
  'second-sheet',
  'other-tally',
  'small-device',
] satisfies readonly AlarmKind[]

/** They come of bad lines and clocks too, and of a power cut by the hundred: so many are told, the latest. */
const QUIET: ReadonlySet<string> = new Set<AlarmKind>(['gap', 'clock', 'stale', 'flood'])
const MOST_QUIET = 200

/** Whether an alarm was raised that no bad line, clock or power cut explains. */
export function wantsPeople(alarms: readonly Pick<KeptAlarm, 'kind'>[]): boolean {
  return alarms.some(({ kind }) => !QUIET.has(kind))
}

/**
 * A line for each alarm, those that want people first, and one for how many there are of each kind; nothing if there is none.
 * @param every whether the others are told without end
 */
export function alarmsText(alarms: readonly KeptAlarm[], every = false): string {
  if (alarms.length === 0) return ''
  const rank = ({ kind }: KeptAlarm) => (LOUDEST.includes(kind) ? LOUDEST.indexOf(kind) : LOUDEST.length)
  const loud = alarms.filter(({ kind }) => !QUIET.has(kind)).toSorted((a, b) => rank(a) - rank(b))
  const quiet = alarms.filter(({ kind }) => QUIET.has(kind))
  const told = every ? quiet : quiet.slice(-MOST_QUIET)
  const left = quiet.length - told.length
  const lines = [
    ...loud.map(lineOf),
    ...(left > 0 ? [`ALARM  ${left} before these are kept too: --alarms tells them`] : []),
    ...told.map(lineOf),
  ]
  const kinds = [...Map.groupBy(alarms, ({ kind }) => kind)]
    .map(([kind, alike]) => `${alike.length} ${shownLine(kind)}`)
    .sort()
  const most = `of one kind and device the first ${MOST_ALARMS} are kept`
  return `${lines.join('\n')}\n${alarms.length} alarms: ${kinds.join(', ')}; ${most}\n`
}

function lineOf({ device, kind, at, what, evidence }: KeptAlarm): string {
  const when = new Date(at * 1000).toISOString().replace('.000', '')
  return shownLine(`ALARM  ${kind} of ${device}  ${when}  ${what}  evidence ${toBase64(evidence)}`)
}
