/**
 * Results that somebody types from paper, where no photograph can be read: the printed figures, and some lines of characters that stand for what the
 * device signed:
 *
 * ```
 * 01 | 02, (01: salt(32)), signature(64), checks      of a device's tally | of a station's sheet; in base32
 * ```
 *
 * in lines `<line> <3 x 5 characters> <2 check characters>`. `checks` has for each 16 figures, in the order of the page, the first byte of SHA-256 of
 * them (`12,0,7`), so that a wrong figure is looked for among few. The check of a line is the first ten bits of SHA-256 of `<line> <characters>`.
 */
import { SALT_BYTES } from '../ballot-box/commitment.ts'
import { readReleasedTally } from '../bundle/bundle.ts'
import { readStationSheet } from '../bundle/station-sheet.ts'
import type { Definition } from '../election/definition.ts'
import { candidateVotes, parseTally, type Tally } from '../election/tally.ts'
import { concatBytes, sha256 } from '../keys/hash.ts'
import { takeApart } from '../keys/signed-document.ts'
import { fail, ok, type Result, refuse, valueOrThrow } from '../result.ts'
import type { Json } from '../text/canonical-json.ts'
import { asTyped, fromBase32, toBase32 } from './base32.ts'

const LINE_CHARACTERS = 15
const GROUP_CHARACTERS = 5
const FIGURES_A_CHECK = 16
const SIGNATURE_BYTES = 64
const PERSIAN_OR_ARABIC_DIGIT = /[\u06f0-\u06f9\u0660-\u0669]/g

/** What was typed, **unverified**. */
export interface TypedTotals {
  readonly of: 'device' | 'station'
  /** Id of the device, or of the station. */
  readonly id: string
  /** Devices that a station's page says it is without. */
  readonly without: readonly string[]
  readonly tally: Tally
  /** Of a device's tally. */
  readonly salt?: Uint8Array
  readonly signature: Uint8Array
}

/** The lines that are printed for a signed document of totals. Throws on what the device's own program did not make. */
export function typedLines(definition: Definition, document: string): readonly string[] {
  const own = takeApart(document, 'tally', 'own totals')
  const taken = own.ok ? own.value : valueOrThrow(takeApart(document, 'station-sheet', 'own sheet'))
  const released = own.ok ? valueOrThrow(readReleasedTally(taken.payload, 'own totals')) : undefined
  const json = released?.tally ?? valueOrThrow(readStationSheet(taken.payload, 'own sheet')).tally
  const tally = valueOrThrow(parseTally(definition, json as Json, 'own totals'))
  const [signature] = taken.signatures
  if (signature === undefined) throw new Error('totals that nobody signed')
  const kind = Uint8Array.of(released === undefined ? 2 : 1)
  const checks = checksOf(figuresOf(definition, tally))
  return linesOf(concatBytes(kind, released?.salt ?? new Uint8Array(), signature.signature, checks))
}

function linesOf(bytes: Uint8Array): readonly string[] {
  const all = toBase32(bytes)
  return Array.from({ length: Math.ceil(all.length / LINE_CHARACTERS) }, (_, i) => {
    const characters = all.slice(i * LINE_CHARACTERS, (i + 1) * LINE_CHARACTERS)
    const groups = characters.match(new RegExp(`.{1,${GROUP_CHARACTERS}}`, 'g')) ?? []
    const line = String(i + 1).padStart(2, '0')
    return `${line} ${groups.join(' ')} ${lineCheck(line, characters)}`
  })
}

function lineCheck(line: string, characters: string): string {
  return toBase32(sha256(Buffer.from(`${line} ${characters}`))).slice(0, 2)
}

interface Figure {
  /** As it is typed: a code, `valid` or `blank`. */
  readonly name: string
  readonly value: number
}

/** How what is counted beside the options is typed: of several contests with its number on the page, from 1. */
function nameOf({ contests }: Definition, contest: number, what: 'valid' | 'blank'): string {
  return contests.length === 1 ? what : `${contest + 1} ${what}`
}

/** The figures as they are printed, in the order of the page: a candidate's with the votes that came through the list. */
function figuresOf(definition: Definition, tally: Tally): readonly Figure[] {
  return definition.contests.flatMap((contest, i) => {
    const counts = tally[i] ?? { valid: 0, blank: 0, options: [] }
    const votes = candidateVotes(contest, counts)
    return [
      { name: nameOf(definition, i, 'valid'), value: counts.valid },
      { name: nameOf(definition, i, 'blank'), value: counts.blank },
      ...contest.candidates.map(({ code }, position) => ({ name: code, value: votes[position] ?? 0 })),
      ...contest.lists.map(({ code }, at) => ({
        name: code,
        value: counts.options[contest.candidates.length + at] ?? 0,
      })),
    ]
  })
}

function checksOf(figures: readonly Figure[]): Uint8Array {
  return Uint8Array.from({ length: Math.ceil(figures.length / FIGURES_A_CHECK) }, (_, i) => {
    const values = figures.slice(i * FIGURES_A_CHECK, (i + 1) * FIGURES_A_CHECK).map(({ value }) => value)
    return sha256(Buffer.from(values.join(',')))[0] ?? 0
  })
}

/** Whether a text says that somebody typed it from a page of results. */
export function isTypedTotals(text: string): boolean {
  return /^\s*totals of /i.test(text.slice(0, 200))
}

/**
 * Reads what was typed: `totals of device <id>` or `totals of station <id> [without <id>…]`, then in any order figures `<code> <votes>`,
 * `valid <n>`, `blank <n>` (of several contests `2 valid <n>`), and the printed lines of characters. A figure that is left out is 0. Persian digits are digits.
 * @returns a refusal `typed.*` that names the line, or the figures among which one is wrong
 */
export function readTypedTotals(definition: Definition, text: string, where: string): Result<TypedTotals> {
  const lines = text
    .replace(PERSIAN_OR_ARABIC_DIGIT, (digit) => String(digit.charCodeAt(0) & 0x0f))
    .split(/\r?\n/)
    .map((line) => line.trim().replace(/\s+/g, ' '))
  const zero = definition.contests.map((contest) => ({
    valid: 0,
    blank: 0,
    options: [...contest.candidates, ...contest.lists].map(() => 0),
  }))
  const figures = new Map(figuresOf(definition, zero).map(({ name }) => [name, 0]))
  const typed = new Set<string>()
  const code = new Map<number, string>()
  let title: Pick<TypedTotals, 'of' | 'id' | 'without'> | undefined
  for (const [i, line] of lines.entries()) {
    const bad = (what: string) =>
      refuse('typed.line', `${where} line ${i + 1}`, what, 'Hold this line against the paper.')
    if (line === '') continue
    if (title === undefined) {
      title = readTitle(line)
      if (title === undefined) return bad('it does not say "totals of device …" or "totals of station …"')
      continue
    }
    const figure = /^(.+) ([0-9]{1,10})$/.exec(line)
    const name = figure?.[1]?.toLowerCase() ?? ''
    if (figure !== null && figures.has(name)) {
      if (typed.has(name)) return bad('this figure was typed before')
      typed.add(name)
      figures.set(name, Number(figure[2]))
      continue
    }
    const read = readCodeLine(line)
    if (read === undefined) return bad('it is no figure of this election, or a character of it is wrong')
    if (code.has(read.line)) return bad('this line was typed before')
    code.set(read.line, read.characters)
  }
  if (title === undefined) return refuse('typed.line', where, 'nothing is typed there', 'Type the page.')
  const bytes = joinLines(code, where)
  return bytes.ok ? readAll(definition, title, figures, bytes.value, where) : bytes
}

function readTitle(line: string): Pick<TypedTotals, 'of' | 'id' | 'without'> | undefined {
  const [, of, id, without] =
    /^totals of (device|station) ([a-z0-9][a-z0-9.-]{0,63})(?: without ([a-z0-9. -]{1,600}))?$/.exec(
      line.toLowerCase(),
    ) ?? []
  if ((of !== 'device' && of !== 'station') || id === undefined) return undefined
  if (of === 'device' && without !== undefined) return undefined
  return { of, id, without: (without?.split(' ') ?? []).toSorted() }
}

function readCodeLine(line: string): { readonly line: number; readonly characters: string } | undefined {
  const [number = '', ...groups] = line.split(' ')
  const check = asTyped(groups.pop() ?? '')
  const characters = asTyped(groups.join(''))
  const isRight = /^[0-9]{2}$/.test(number) && characters !== '' && lineCheck(number, characters) === check
  return isRight && characters.length <= LINE_CHARACTERS ? { line: Number(number), characters } : undefined
}

function joinLines(code: ReadonlyMap<number, string>, where: string): Result<Uint8Array> {
  const last = Math.max(0, ...code.keys())
  const numbers = Array.from({ length: last }, (_, i) => i + 1)
  const missing = numbers.filter((number) => !code.has(number))
  const next = 'Type every line of characters that is printed below the figures.'
  if (missing.length > 0 || last === 0) {
    const what =
      last === 0 ? 'the lines of characters are missing' : `of these lines ${missing.join(', ')} are missing`
    return refuse('typed.missing', where, what, next)
  }
  const bytes = fromBase32(numbers.map((number) => code.get(number)).join(''))
  return bytes === undefined
    ? refuse('typed.missing', where, 'the last line of characters is missing', next)
    : ok(bytes)
}

function readAll(
  definition: Definition,
  title: Pick<TypedTotals, 'of' | 'id' | 'without'>,
  figures: ReadonlyMap<string, number>,
  bytes: Uint8Array,
  where: string,
): Result<TypedTotals> {
  const isDevice = title.of === 'device'
  const saltEnd = 1 + (isDevice ? SALT_BYTES : 0)
  const signatureEnd = saltEnd + SIGNATURE_BYTES
  const list = [...figures].map(([name, value]) => ({ name, value }))
  const checks = checksOf(list)
  if (bytes[0] !== (isDevice ? 1 : 2) || bytes.length !== signatureEnd + checks.length) {
    const what = `the lines of characters are not those of a ${title.of}, or the last is missing`
    return refuse(
      'typed.missing',
      where,
      what,
      'Hold the first line and the number of lines against the paper.',
    )
  }
  const wrong = checks.findIndex((check, i) => check !== bytes[signatureEnd + i])
  if (wrong !== -1) {
    const among = list.slice(wrong * FIGURES_A_CHECK, (wrong + 1) * FIGURES_A_CHECK)
    const what = `a figure from "${among[0]?.name}" to "${among.at(-1)?.name}" is wrong or missing`
    return refuse('typed.figure', where, what, 'Hold these figures against the paper.')
  }
  const tally = tallyOf(definition, figures)
  if (tally === undefined) {
    const what = 'a candidate has fewer votes than the list'
    return fail({ code: 'typed.figure', where, what, next: 'Hold the figures against the paper.' })
  }
  const signature = bytes.slice(saltEnd, signatureEnd)
  return ok({ ...title, tally, signature, ...(isDevice && { salt: bytes.slice(1, saltEnd) }) })
}

/** The votes that were given by each own code; undefined if they cannot be what was printed. */
function tallyOf(definition: Definition, figures: ReadonlyMap<string, number>): Tally | undefined {
  const votesOf = (name: string) => figures.get(name) ?? 0
  const tally = definition.contests.map(({ candidates, lists }, i) => {
    const own = candidates.map(({ code, list }) => votesOf(code) - (list === undefined ? 0 : votesOf(list)))
    return {
      valid: votesOf(nameOf(definition, i, 'valid')),
      blank: votesOf(nameOf(definition, i, 'blank')),
      options: [...own, ...lists.map(({ code }) => votesOf(code))],
    }
  })
  return tally.every(({ options }) => options.every((count) => count >= 0)) ? tally : undefined
}
