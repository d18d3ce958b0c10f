/**
 * Bytes as the texts of QR codes, as many as are needed, in any order:
 *
 *     SANDOGH1 <whole> <part>/<parts> <check> <data>
 *
 * `data` is base32, 480 characters or, in the last part, fewer; `whole` the first 5 bytes of SHA-256 of all bytes in base32; `part` and `parts` are two
 * digits; `check` is four characters: the first 20 bits of SHA-256 of `<whole> <part>/<parts> <data>`. At correction level M a code has 73 modules.
 */
import { sha256 } from '../keys/hash.ts'
import { ok, type Result, refuse } from '../result.ts'
import { asTyped, fromBase32, toBase32 } from './base32.ts'

const MARK = 'SANDOGH1'
const PART_CHARACTERS = 480
const MOST_PARTS = 99
const WHOLE_BYTES = 5
const CHECK_CHARACTERS = 4
const FORM = /^SANDOGH1 ([0-9A-Z]{8}) ([0-9]{2})\/([0-9]{2}) ([0-9A-Z]{4}) ([0-9A-Z]{1,480})$/

/** Whether a text says that it is such a code. */
export function isCodePart(text: string): boolean {
  return asTyped(text.trim().slice(0, MARK.length)) === asTyped(MARK)
}

/** The texts of the codes. Throws on more than fit into 99 of them: 29,700 bytes. */
export function splitIntoCodes(bytes: Uint8Array): readonly string[] {
  const all = toBase32(bytes)
  const parts = Math.ceil(all.length / PART_CHARACTERS)
  if (parts < 1 || parts > MOST_PARTS) throw new RangeError(`${bytes.length} bytes do not fit into codes`)
  const whole = wholeOf(bytes)
  return Array.from({ length: parts }, (_, i) => {
    const data = all.slice(i * PART_CHARACTERS, (i + 1) * PART_CHARACTERS)
    const of = `${whole} ${twoDigits(i + 1)}/${twoDigits(parts)}`
    return `${MARK} ${of} ${checkOf(of, data)} ${data}`
  })
}

interface Part {
  readonly whole: string
  readonly part: number
  readonly parts: number
  readonly data: string
}

/**
 * Puts codes together, of one printed page or of several.
 * @returns the bytes of each page; a refusal `printed.part` that names a damaged part, `printed.missing` with the parts that are missing
 */
export function joinCodes(texts: readonly string[], where: string): Result<readonly Uint8Array[]> {
  const read: Part[] = []
  for (const text of texts) {
    const part = readPart(text, where)
    if (!part.ok) return part
    read.push(part.value)
  }
  const pages: Uint8Array[] = []
  for (const [whole, found] of Map.groupBy(read, (part) => part.whole)) {
    const page = joinPage(whole, found, where)
    if (!page.ok) return page
    pages.push(page.value)
  }
  return ok(pages)
}

function readPart(text: string, where: string): Result<Part> {
  const [, whole = '', part = '', parts = '', check = '', data = ''] = FORM.exec(text.trim()) ?? []
  const next = 'Take a photograph of this code again, nearer and in even light.'
  const [number, count] = [Number(part), Number(parts)]
  if (whole === '' || number < 1 || number > count)
    return refuse('printed.part', where, 'a code that is none of the printed results', next)
  if (checkOf(`${whole} ${part}/${parts}`, data) !== check)
    return refuse('printed.part', where, `part ${number} of ${count} was read wrongly or is damaged`, next)
  return ok({ whole, part: number, parts: count, data })
}

function joinPage(whole: string, found: readonly Part[], where: string): Result<Uint8Array> {
  const parts = found[0]?.parts ?? 0
  const bad = (what: string) =>
    refuse('printed.part', where, what, 'Take photographs of all codes of one page again.')
  const data = new Map<number, string>()
  for (const one of found) {
    const before = data.get(one.part)
    if (one.parts !== parts || (before !== undefined && before !== one.data))
      return bad(`two different codes say that they are part ${one.part}`)
    data.set(one.part, one.data)
  }
  const numbers = Array.from({ length: parts }, (_, i) => i + 1)
  const missing = numbers.filter((number) => !data.has(number))
  if (missing.length > 0) {
    const what = `of ${parts} codes ${missing.length === 1 ? 'part' : 'parts'} ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing`
    return refuse('printed.missing', where, what, 'Give a photograph of these too, in the same command.')
  }
  const bytes = fromBase32(numbers.map((number) => data.get(number)).join(''))
  if (bytes === undefined || wholeOf(bytes) !== whole) return bad('the parts do not belong together')
  return ok(bytes)
}

function wholeOf(bytes: Uint8Array): string {
  return toBase32(sha256(bytes).subarray(0, WHOLE_BYTES))
}

function checkOf(of: string, data: string): string {
  return toBase32(sha256(Buffer.from(`${of} ${data}`))).slice(0, CHECK_CHARACTERS)
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0')
}
