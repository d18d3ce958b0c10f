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
  /** When something was, in the time zone: `۰۸:۰۵`; of another day than the polling day with its date, `۱۴۰۵/۰۳/۲۸ ۰۸:۰۵`. */
  readonly time: (ms: number) => string
  /** From when to when: `۰۸:۰۵–۰۹:۱۰`. */
  readonly stretch: (from: number, until: number) => string
  /** An hour of the polling day, `۰۸:۰۵`. */
  readonly hour: (ms: number) => string
  readonly duration: (ms: number) => string
  /** A text that runs from left to right whatever it holds. Among Persian it is isolated: digits at its start would be drawn behind it. */
  readonly latin: (text: string) => string
  /** A name or text of either direction. */
  readonly either: (text: string) => string
}

/** Left-to-right isolate, first strong isolate, pop directional isolate (UAX #9, 2.5). */
const [LRI, FSI, PDI] = ['\u2066', '\u2068', '\u2069']

/** Where times are told, and the day whose times need no date. */
export interface ToldDay {
  readonly timeZone: string
  /** Milliseconds since 1970, until the first instant after the day; without it times have no date. */
  readonly from?: number
  readonly until?: number
}

/** How to write in a language, times of that day. */
export function wordsIn(language: AuditLanguage, { timeZone, from, until }: ToldDay): Words {
  const hour = (ms: number) => clockTime(ms, timeZone, language)
  const isOther = (ms: number) => from !== undefined && until !== undefined && (ms < from || ms >= until)
  const time = (ms: number) => (isOther(ms) ? `${dateText(ms, timeZone, language)} ${hour(ms)}` : hour(ms))
  const strings = language === 'fa' ? fa : en
  const isolate = (mark: string | undefined) => (text: string) =>
    language === 'fa' ? `${mark}${text}${PDI}` : text
  return {
    language,
    strings,
    ui: stringsIn(language),
    number: (value) => digitsIn(language, value),
    time,
    stretch: (start, end) => [time(start), time(end)].join(isOther(start) || isOther(end) ? ' – ' : '–'),
    hour,
    duration: (ms) => durationText(ms, strings),
    latin: isolate(LRI),
    either: isolate(FSI),
  }
}

/** `polling day 2026-06-19 (1405/03/29), times of Asia/Tehran`. */
export function dayLine({ language, strings, latin }: Words, pollingDay: string, timeZone: string): string {
  const solar = solarDate(Date.parse(pollingDay), 'UTC', language)
  return strings.clockOf(pollingDay, solar, latin(timeZone))
}

function dateText(ms: number, timeZone: string, language: AuditLanguage): string {
  if (language === 'fa') return solarDate(ms, timeZone, language)
  return new Intl.DateTimeFormat('en-CA', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).format(ms)
}

function durationText(ms: number, { duration }: AuditStrings): string {
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return duration.seconds(seconds)
  const minutes = Math.floor(seconds / 60)
  return minutes < 60 ? duration.minutes(minutes) : duration.hours(Math.floor(minutes / 60), minutes % 60)
}
