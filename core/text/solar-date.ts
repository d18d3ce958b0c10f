/** Days and times as people in Iran write them: the solar calendar, the constituency's time zone. */

/**
 * The day of an instant in the solar Hijri calendar, `۱۴۰۵/۰۱/۰۱`, in Latin digits for any other language than Persian.
 * @param ms milliseconds since 1970-01-01T00:00:00Z
 * @param timeZone IANA name, always given: midnight is the station's, not the machine's
 */
export function solarDate(ms: number, timeZone: string, language: string): string {
  return new Intl.DateTimeFormat(`fa-IR-u-ca-persian-nu-${language === 'fa' ? 'arabext' : 'latn'}`, {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).format(ms)
}

/**
 * The time of day, `۰۸:۰۵`, 24 hours, in Latin digits for any other language than Persian.
 * @param ms milliseconds since 1970-01-01T00:00:00Z
 * @param timeZone IANA name
 */
export function clockTime(ms: number, timeZone: string, language = 'fa'): string {
  return new Intl.DateTimeFormat(`fa-IR-u-nu-${language === 'fa' ? 'arabext' : 'latn'}`, {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(ms)
}
