/** The auditor's stories and reports in Persian and English: texts, and how numbers, times and names are written among them. */
import { clockTime, solarDate } from '../core/text/solar-date.ts'
import { digitsIn, type OfficerLanguage, stringsIn, type Strings as UiStrings } from '../ui/strings.ts'
import { en } from './strings/en.ts'
import { fa } from './strings/fa.ts'

export type AuditStrings = typeof fa
/** Languages of stories and reports. */
export type AuditLanguage = OfficerLanguage

/** All that is needed to write in a language, at a place. */
export interface Words {
  readonly language: AuditLanguage
  readonly strings: AuditStrings
  /** What officers' screens and minutes call things. */
  readonly ui: UiStrings
  readonly number: (value: number) => string
  /** `۰۸:۰۵`, in the time zone. */
  readonly time: (ms: number) => string
  readonly duration: (ms: number) => string
  /** A text that runs from left to right whatever it holds. Among Persian it is isolated: digits at its start would be drawn behind it. */
  readonly latin: (text: string) => string
  /** A name or text of either direction. */
  readonly either: (text: string) => string
}

/** Left-to-right isolate, first strong isolate, pop directional isolate (UAX #9, 2.5). */
const [LRI, FSI, PDI] = ['\u2066', '\u2068', '\u2069']

/** How to write in a language, times in that zone. */
export function wordsIn(language: AuditLanguage, timeZone: string): Words {
  const strings = language === 'fa' ? fa : en
  const isolate = (mark: string | undefined) => (text: string) =>
    language === 'fa' ? `${mark}${text}${PDI}` : text
  return {
    language,
    strings,
    ui: stringsIn(language),
    number: (value) => digitsIn(language, value),
    time: (ms) => clockTime(ms, timeZone, language),
    duration: (ms) => durationText(ms, strings),
    latin: isolate(LRI),
    either: isolate(FSI),
  }
}

/** `polling day 2026-06-19 (1405/03/29), times of Asia/Tehran`. */
export function dayLine({ language, strings, latin }: Words, pollingDay: string, timeZone: string): string {
  return strings.clockOf(pollingDay, solarDate(Date.parse(pollingDay), 'UTC', language), latin(timeZone))
}

function durationText(ms: number, { duration }: AuditStrings): string {
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return duration.seconds(seconds)
  const minutes = Math.floor(seconds / 60)
  return minutes < 60 ? duration.minutes(minutes) : duration.hours(Math.floor(minutes / 60), minutes % 60)
}
