/** Times as journals and orders write them: UTC to the second, `2026-06-19T08:31:02Z`. */

/** Milliseconds since 1970-01-01T00:00:00Z; undefined for any other text, and for a day or hour that there is not. */
export function utcSecond(text: string): number | undefined {
  const ms = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text) ? Date.parse(text) : Number.NaN
  return !Number.isNaN(ms) && utcText(ms) === text ? ms : undefined
}

/** The text of a time, cut to the second. */
export function utcText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`
}
