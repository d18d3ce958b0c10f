/** What was read where, beside what should have stood there. Each way of reading stands by itself. */

/** Who reads: what the browser's document says, what a sealed ballot opens to, readers of QR codes, and what is made out of dots. */
type Reader =
  | 'document: name'
  | 'document: Persian digits'
  | 'document: Latin digits'
  | 'dots: name'
  | 'dots: Persian digits'
  | 'dots: Latin digits'
  | 'session'
  | 'opened'
  | 'zbar'
  | 'jsQR'

/** Where it stands. */
type Place = 'added' | 'member' | 'review' | 'comparing' | 'record' | 'slip'

export interface Reading {
  readonly place: Place
  readonly reader: Reader
  /** The code that the voter meant; undefined where something stands that nobody chose. */
  readonly meant: string | undefined
  /** The code that what stands there leads to; undefined where nothing does. */
  readonly read: string | undefined
  /** For whoever looks at a failure. */
  readonly words?: string
}

/** What a reading comes to. Only who reads dots may say that they do not know. */
export type Verdict = 'right' | 'unclear' | 'other'

export function verdictOf({ reader, meant, read }: Reading): Verdict {
  if (meant !== undefined && meant === read) return 'right'
  return meant !== undefined && read === undefined && reader.startsWith('dots') ? 'unclear' : 'other'
}

/** A reading for each code that should stand there in this order, and for each that stands there besides. */
export function inOrder(
  place: Place,
  reader: Reader,
  meant: readonly string[],
  read: readonly (string | undefined)[],
): readonly Reading[] {
  return Array.from({ length: Math.max(meant.length, read.length) }, (_, i) => ({
    place,
    reader,
    meant: meant[i],
    read: read[i],
  }))
}

/** How often a way of reading came to each verdict. */
export interface Sum extends Record<Verdict, number> {
  readonly way: string
}

export function sumsOf(readings: readonly Reading[]): readonly Sum[] {
  const ways = Map.groupBy(readings, ({ place, reader }) => `${place}, ${reader}`)
  return [...ways].map(([way, of]) => {
    const count = (verdict: Verdict) => of.filter((reading) => verdictOf(reading) === verdict).length
    return { way, right: count('right'), unclear: count('unclear'), other: count('other') }
  })
}
