/** What went wrong on a device's day, a line each, and what is odd about its clock. */

import { shownText } from '../../core/text/drawable.ts'
import { incidentText } from '../../ui/incidents.ts'
import type { Words } from '../strings.ts'
import type { DeviceFacts } from '../verify/facts.ts'
import type { DayStory, Stretch, ToldEvent } from './day-story.ts'

/** Lines of one kind that are told; of a device that fails all day the rest is counted. */
const MOST = 20

/** Restarts, pauses, lost parts, printer, tampering, wrong PINs, alarms; empty for a day without any. */
export function faultLines(story: DayStory, words: Words): readonly string[] {
  const { strings, ui, time, latin, language } = words
  const { fault } = strings
  const ends = ({ from, until }: Stretch) =>
    [
      time(from),
      until === null ? undefined : time(until),
      until === null ? '' : words.duration(until - from),
    ] as const
  const alarms = alarmsOf(story).map(({ entry, times }) => {
    const own =
      entry.type !== 'device.stopped' ? { ...entry, device: latin(shownText(entry.device, 64)) } : entry
    return `${fault.alarm(incidentText(own, language))}${timesText(times, words)}`
  })
  return [
    ...(story.restarts.length === 0 ? [] : [fault.restarts(story.restarts.length)]),
    ...some(story.pauses, words, (pause) => {
      const [from, until, lasted] = ends(pause)
      return fault.pause(from, until, strings.pause[pause.reason], lasted)
    }),
    ...some(story.outages, words, (outage) =>
      fault.outage(ui.peripherals.name[outage.peripheral], ...ends(outage)),
    ),
    ...some(story.media, words, (lost) => {
      const { medium, mediumLost } = ui.incidents
      return fault.outage(`${medium[lost.medium]} (${mediumLost[lost.why]})`, ...ends(lost))
    }),
    ...[...story.troubles].map(
      ([trouble, times]) => `${fault.printer(strings.trouble[trouble])}${timesText(times, words)}`,
    ),
    ...some(story.tampers, words, (at) => fault.tamper(time(at))),
    ...(story.wrongPins === 0 ? [] : [fault.wrongPins(story.wrongPins)]),
    ...some(alarms, words, (alarm) => alarm),
    ...(story.day.voids === 0 ? [] : [fault.voids(story.day.voids)]),
  ]
}

const ALARMS = ['witness.alarm', 'device.stopped', 'device.declared_dead'] as const

type Alarm = ToldEvent['entry'] & { readonly type: (typeof ALARMS)[number] }

/** Alarms, why the device stopped for good and whom officers declared dead, those that say the same together. */
export function alarmsOf({ events }: DayStory): readonly { readonly entry: Alarm; readonly times: number }[] {
  const alarms = new Map<string, { entry: Alarm; times: number }>()
  for (const { entry, times } of events) {
    if (!isAlarm(entry)) continue
    const said = JSON.stringify({ ...entry, seq: 0, at: '' })
    const { times: before } = alarms.get(said) ?? { times: 0 }
    alarms.set(said, { entry: alarms.get(said)?.entry ?? entry, times: before + times })
  }
  return [...alarms.values()]
}

function isAlarm(entry: ToldEvent['entry']): entry is Alarm {
  return ALARMS.some((type) => type === entry.type)
}

/** From when to when a silence lasted. */
export function silenceLines(story: DayStory, words: Words): readonly string[] {
  const { stretch, duration } = words
  return some(
    story.silences,
    words,
    ({ from, until }) => `${stretch(from, until ?? from)}  (${duration((until ?? from) - from)})`,
  )
}

/** What is odd about the clock: of a journal that holds, also beside the clocks of those who signed it. */
export function clockLines(story: DayStory, facts: DeviceFacts | undefined, words: Words): readonly string[] {
  const { strings, duration, latin } = words
  const back = facts?.clock.wentBack ?? story.day.clockWentBack
  const outside = facts?.clock.outside
  return [
    ...(back ? [strings.wentBack(back.entry, back.times)] : []),
    ...(outside ? [strings.outside(outside.entry, outside.times)] : []),
    ...(facts?.clock.ahead ?? []).map(({ entry, seconds, witness }) => {
      const who = witness === undefined ? strings.centre : strings.neighbour(latin(witness))
      return strings.ahead(entry, duration(1000 * seconds), who)
    }),
    ...(story.castsOutside === 0 ? [] : [strings.outsideDay(story.castsOutside)]),
  ]
}

/** The first of many, each as a line, and how many more there are. */
export function some<T>(all: readonly T[], { strings }: Words, line: (one: T) => string): readonly string[] {
  const told = all.slice(0, MOST).map(line)
  return all.length <= MOST ? told : [...told, strings.moreOfThem(all.length - MOST)]
}

function timesText(times: number, { strings, ui }: Words): string {
  return times === 1 ? '' : `${ui.peripherals.comma}${strings.times(times)}`
}
