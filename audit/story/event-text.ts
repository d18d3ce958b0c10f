/** One event of a journal in words. What a device wrote in its own words is shown with care: nobody checked it. */
import { fromBase64, toHex } from '../../core/keys/hash.ts'
import { shownText } from '../../core/text/drawable.ts'
import { incidentText } from '../../ui/incidents.ts'
import type { Words } from '../strings.ts'
import type { ToldEntry, ToldEvent } from './day-story.ts'

/** The first bytes of a SHA-256 that is given in base64, as people compare them: `3f2a91bc…`. */
export function shortFingerprint(base64: string, { latin }: Words): string {
  return latin(`${toHex((fromBase64(base64) ?? new Uint8Array()).subarray(0, 4))}…`)
}

/** What happened, with how often, and how long what it ended had lasted. */
export function eventText(
  { entry, times, until, afterMs }: ToldEvent,
  isFirstStart: boolean,
  words: Words,
): string {
  const { strings, duration, time } = words
  const text = entryText(entry, isFirstStart, words)
  const after = afterMs === undefined ? '' : strings.after(duration(afterMs))
  return `${text}${after}${times === 1 ? '' : strings.repeated(times, time(until))}`
}

function entryText(entry: ToldEntry, isFirstStart: boolean, words: Words): string {
  const { strings, ui, latin, language } = words
  const { event } = strings
  const short = (hash: string) => shortFingerprint(hash, words)
  switch (entry.type) {
    case 'journal.opened':
      return event.journalOpened(latin(shownText(entry.software, 120)), event.random[entry.random])
    case 'device.started':
      return isFirstStart ? event.started : event.restarted
    case 'officer.admitted':
      return event.admitted[entry.purpose](ui.officers.role[entry.role], short(entry.certificate))
    case 'day_key.drawn':
      return event.dayKeyDrawn
    case 'day_key.shared':
      return event.dayKeyShared
    case 'report.printed':
      return event.printed[entry.report]
    case 'polls.opened':
      return event.opened(short(entry.executive), short(entry.supervisory))
    case 'polls.resumed':
    case 'device.declared_dead': {
      const own = 'device' in entry ? { ...entry, device: latin(shownText(entry.device, 64)) } : entry
      const officers = entry.by.map(
        ({ role, certificate }) => `${ui.officers.role[role]} ${short(certificate)}`,
      )
      return event.doneBy(incidentText(own, language), officers.join(ui.peripherals.comma))
    }
    case 'order.accepted': {
      const by = entry.by.map((one) => ({ ...one, name: latin(shownText(one.name, 64)) }))
      const officials = by.map(({ name, certificate }) => `${name} ${short(certificate)}`)
      return event.doneBy(incidentText({ ...entry, by }, language), officials.join(ui.peripherals.comma))
    }
    case 'slip.voided':
      return event.voided
    case 'polls.closed':
      return event.closed(short(entry.executive), short(entry.supervisory), entry.casts, entry.voids)
    case 'witness.alarm':
      return incidentText({ ...entry, device: latin(shownText(entry.device, 64)) }, language)
    default:
      return incidentText(entry, language)
  }
}
