/** What the minutes say of an entry of the journal that is an incident. */
import type { Entry } from '../core/journal/entry.ts'
import { type OfficerLanguage, stringsIn } from './strings.ts'

/** One line for a poll worker. Throws for an entry that is no incident: the journal's own list of them is asked first. */
export function incidentText(entry: Entry, language: OfficerLanguage): string {
  const { incidents, officers, peripherals } = stringsIn(language)
  const names = language === 'fa' ? ' و ' : ' and '
  switch (entry.type) {
    case 'takeover': {
      const slip = entry.slip === 'none' ? [] : [incidents.slipInHand[entry.slip]]
      const medium = entry.media === 'one' ? [incidents.oneMedium] : []
      const texts = [incidents.tookOver(entry.casts), ...medium, ...slip]
      return `${deviceOf(entry.origin)}: ${texts.join(language === 'fa' ? '؛ ' : '; ')}`
    }
    case 'polls.paused':
      return incidents.paused[entry.reason]
    case 'polls.resumed':
      return incidents.resumed
    case 'printer.trouble':
      return incidents.trouble[entry.trouble]
    case 'printer.paper_low':
      return incidents.paperLow
    case 'line.lost':
      return incidents.lost(peripherals.name[entry.peripheral])
    case 'line.restored':
      return incidents.restored(peripherals.name[entry.peripheral])
    case 'medium.lost':
      return `${incidents.medium[entry.medium]}: ${incidents.mediumLost[entry.why]}`
    case 'medium.restored':
      return `${incidents.medium[entry.medium]}: ${incidents.mediumRestored}`
    case 'tamper.opened':
      return incidents.tamper[entry.switch]
    case 'power.changed':
      return incidents.power[entry.power]
    case 'temperature.changed':
      return incidents.temperature[entry.temperature]
    case 'slip.miscounted':
      return incidents.slip[entry.what]
    case 'storage.changed':
      return incidents.room[entry.room]
    case 'storage.failed':
      return incidents.storageFailed[entry.what]
    case 'entries.left_out':
      return incidents.leftOut[entry.of](entry.count)
    case 'clock.jumped':
      return incidents.clock[entry.way](entry.seconds)
    case 'clock.checked':
      return incidents.clockStands[entry.stands]
    case 'witness.alarm':
      return `${entry.device}: ${incidents.witnessAlarm[entry.alarm]}`
    case 'device.stopped':
      return incidents.stopped[entry.why]
    case 'device.declared_dead':
      return `${entry.device}: ${incidents.declaredDead(entry.known?.size)}`
    case 'order.accepted':
      return incidents.ordered[entry.do](entry.number, entry.by.map(({ name }) => name).join(names))
    case 'officer.card_damaged':
      return incidents.carriedDamaged(officers.role[entry.role])
    case 'officer.pin_wrong':
      return incidents.pinWrong(officers.role[entry.role], entry.tries_left)
    default:
      throw new Error(`${entry.type} is no incident`)
  }
}

/** The device in the name of a journal, `…/device/<id>/<digits>`; a journal that is read may name anything. */
function deviceOf(origin: string): string {
  return /\/device\/([a-z0-9][a-z0-9.-]{0,63})\/[0-9a-f]{32}$/.exec(origin)?.[1] ?? '?'
}
