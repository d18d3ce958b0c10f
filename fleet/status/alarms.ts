/** The alarms that the store keeps, for a terminal. Whatever a device could have had a say in is told by characters that are seen. */
import { toBase64 } from '../../core/keys/hash.ts'
import { type KeptAlarm, MOST_ALARMS } from '../store/store.ts'
import { shownLine } from './shown-line.ts'

/** A terminal shows so many; of more the latest, and how many there are of each kind. */
const MOST_LINES = 200

/** A line for each alarm and one for each kind; nothing if there is none. */
export function alarmsText(alarms: readonly KeptAlarm[]): string {
  if (alarms.length === 0) return ''
  const lines = alarms.slice(-MOST_LINES).map(({ device, kind, at, what, evidence }) => {
    const when = new Date(at * 1000).toISOString().replace('.000', '')
    return shownLine(`ALARM  ${kind} of ${device}  ${when}  ${what}  evidence ${toBase64(evidence)}`)
  })
  const left = alarms.length - lines.length
  if (left > 0) lines.unshift(`ALARM  ${left} before these are kept too`)
  const kinds = [...Map.groupBy(alarms, ({ kind }) => kind)]
    .map(([kind, alike]) => `${alike.length} ${shownLine(kind)}`)
    .sort()
  const most = `of one kind and device the first ${MOST_ALARMS} are kept`
  return `${lines.join('\n')}\n${alarms.length} alarms: ${kinds.join(', ')}; ${most}\n`
}
