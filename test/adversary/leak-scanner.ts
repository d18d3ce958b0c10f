/**
 * Looks for secrets in whatever a voting machine lets out, in every form in which a program might write them. What is itself an encoding of something
 * (base64 of either alphabet, hexadecimal, JSON, JSON in a string) is decoded and looked at again. What is looked for:
 *
 * | | in bytes | in texts |
 * |---|---|---|
 * | nonce, ballot id, key, card key | as they are, reversed (little-endian), either half | the same in hexadecimal and base64 wherever they begin; as a decimal number, big- and little-endian |
 * | whole choice of four options or more | as encoded, codes in 16 bits of either byte order | as those; any list of numbers at all |
 * | code | (two bytes mean anything) | a word by itself; as a number or the name of a member |
 * | name | UTF-8, UTF-16 of either byte order | anywhere, in any case; one of less than five letters as a word |
 * | PIN | digits | digits, also inside longer ones |
 * | national number | | ten digits by themselves whose check digit is right |
 *
 * Digits are Latin, Persian or Arabic. Every number in JSON must have a name that is known to hold a count, a size or a time, and no member may
 * be named like a secret.
 */
import type { Secrets } from './secrets.ts'

export interface Leak {
  readonly kind:
    | 'nonce'
    | 'ballot id'
    | 'key'
    | 'card key'
    | 'choice'
    | 'code'
    | 'name'
    | 'PIN'
    | 'national number'
    | 'number of unknown meaning'
    | 'member named like a secret'
  readonly where: string
  /** What it stands in, for whoever looks after it; never the secret's own value from the list. */
  readonly near: string
}

/** Bytes by which a byte string is known. A chance match among 10,000 of them in 10 MB has a probability below 1e-8. */
const WINDOW = 8
/** Characters by which an encoded one is known: at least 53 bits. */
const TEXT_WINDOW = 16
const DEEPEST = 5
/** Names shorter than this are looked for as words. */
const LONG_NAME = 5

/** Members that may hold a number: counts, sizes and times of the journal, the wire, the bundle and the program log. */
const NUMBERS = new Set([
  ...['seq', 'count', 'size', 'batch', 'casts', 'voids', 'batches', 'from', 'have', 'issued', 'returned'],
  ...['version', 'level', 'time', 'tries_left', 'openings', 'seconds'],
  // What passed over the peripherals' lines (device-agent/health).
  ...['frames', 'discarded_bytes', 'bad_checksums', 'timeouts', 'reconnects'],
  // What a device says of itself (core/messages/status.ts): powers of two, and for how many ballots there is storage.
  ...['discardedBytes', 'badChecksums', 'room'],
])
const SECRET_NAMES =
  /^(codes?|choices?|ballots?|nonces?|pins?|cards?|voters?|options?|selections?|chosen|national.*)$/i

const ENCODED = /[A-Za-z0-9+/_-]{16,}={0,2}/g
const HEXADECIMAL = /(?:[0-9a-fA-F]{2}){8,}/g
const TIMES = /[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?Z/g
const ADDRESSES = /[0-9]{1,3}(?:\.[0-9]{1,3}){3}/g
/** The size in a checkpoint stands by itself under the origin (C2SP tlog-checkpoint). */
const CHECKPOINT_SIZE = /^([a-z0-9.-]+\/[a-z0-9./-]+)\n[0-9]+\n/

/** Scans for the secrets of one day. */
export class LeakScanner {
  readonly #secrets: Secrets
  readonly #inBytes = new Map<string, Leak['kind']>()
  readonly #inText = new Map<string, Leak['kind']>()
  readonly #codes: ReadonlySet<string>
  readonly #namesInBytes: readonly Buffer[]

  constructor(secrets: Secrets) {
    this.#secrets = secrets
    this.#codes = new Set(secrets.codes)
    this.#namesInBytes = secrets.names
      .filter((name) => name.length >= LONG_NAME)
      .flatMap((name) => [
        Buffer.from(name),
        Buffer.from(name, 'utf16le'),
        Buffer.from(name, 'utf16le').swap16(),
      ])
    for (const [kind, list] of [
      ['nonce', secrets.nonces],
      ['ballot id', secrets.ids],
      ['key', secrets.keys],
      ['card key', secrets.cards],
    ] as const) {
      for (const text of list) this.#know(kind, Buffer.from(text, 'hex'))
    }
    for (const text of secrets.choices) this.#knowBytes('choice', Buffer.from(text, 'hex'))
  }

  /** Everything that one file or message lets out. */
  scan(where: string, bytes: Uint8Array): readonly Leak[] {
    const leaks = [...this.#scanBytes(where, Buffer.from(bytes), 0)]
    const seen = new Set<string>()
    return leaks.filter(({ kind, near }) => {
      const fresh = !seen.has(`${kind} ${near}`)
      seen.add(`${kind} ${near}`)
      return fresh
    })
  }

  #know(kind: Leak['kind'], secret: Buffer): void {
    const reversed = Buffer.from(secret).reverse()
    for (const bytes of [secret, reversed]) {
      this.#knowBytes(kind, bytes)
      this.#knowBytes(kind, bytes.subarray(bytes.length >> 1))
      const decimal = BigInt(`0x${bytes.toString('hex')}`).toString()
      if (decimal.length >= TEXT_WINDOW) this.#inText.set(decimal.slice(0, TEXT_WINDOW), kind)
      this.#inText.set(bytes.toString('hex').slice(0, TEXT_WINDOW), kind)
      // Base64 of something longer, in which the secret begins at the first, second or third byte of a group.
      for (const before of [0, 1, 2]) {
        const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64')
        const own = Math.ceil((before * 4) / 3)
        const begin = text.slice(own, own + TEXT_WINDOW)
        if (begin.length === TEXT_WINDOW && !begin.includes('=')) this.#inText.set(begin, kind)
      }
    }
  }

  #knowBytes(kind: Leak['kind'], bytes: Buffer): void {
    if (bytes.length >= WINDOW) this.#inBytes.set(bytes.toString('latin1', 0, WINDOW), kind)
  }

  *#scanBytes(where: string, bytes: Buffer, depth: number): Generator<Leak> {
    yield* windows(where, bytes.toString('latin1'), WINDOW, this.#inBytes)
    for (const name of this.#namesInBytes) if (bytes.includes(name)) yield leak('name', where, 'in bytes')
    for (const pin of this.#secrets.pins) if (bytes.includes(pin)) yield leak('PIN', where, 'in bytes')
    const text = bytes.toString('utf8')
    if (Buffer.from(text).equals(bytes)) yield* this.#scanText(where, text, depth)
  }

  /** A document, one a line, or words. */
  *#scanText(where: string, given: string, depth: number): Generator<Leak> {
    if (depth > DEEPEST) return
    const text = latinDigits(given)
    const documents = parseLines(text)
    if (documents === undefined) yield* this.#scanWords(where, text, depth)
    else for (const document of documents) yield* this.#scanJson(where, '', document, depth + 1)
  }

  *#scanJson(where: string, name: string, value: unknown, depth: number): Generator<Leak> {
    if (typeof value === 'string') yield* this.#scanText(where, value, depth)
    else if (typeof value === 'number') {
      if (!NUMBERS.has(name)) yield leak('number of unknown meaning', where, name)
    } else if (Array.isArray(value)) {
      if (value.some((item) => typeof item === 'number')) yield leak('choice', where, `list ${name}`)
      else for (const item of value) yield* this.#scanJson(where, name, item, depth)
    } else if (typeof value === 'object' && value !== null) {
      for (const [member, of] of Object.entries(value)) {
        if (this.#codes.has(member)) yield leak('code', where, `member of ${name}`)
        if (SECRET_NAMES.test(member)) yield leak('member named like a secret', where, member)
        yield* this.#scanJson(where, member, of, depth)
      }
    }
  }

  *#scanWords(where: string, text: string, depth: number): Generator<Leak> {
    yield* windows(where, text, TEXT_WINDOW, this.#inText)
    yield* windows(where, text.toLowerCase(), TEXT_WINDOW, this.#inText)
    const standard = text.replaceAll('-', '+').replaceAll('_', '/')
    yield* windows(where, standard, TEXT_WINDOW, this.#inText)
    for (const pin of this.#secrets.pins) if (text.includes(pin)) yield leak('PIN', where, 'digits')
    // Only a text that is nothing but an encoding or holds one is decoded; a hyphenated word decodes to noise, which harms nothing.
    for (const [run] of text.matchAll(HEXADECIMAL))
      yield* this.#scanBytes(where, Buffer.from(run, 'hex'), depth + 1)
    for (const [run] of text.matchAll(ENCODED))
      yield* this.#scanBytes(where, Buffer.from(run, 'base64'), depth + 1)

    const plain = text
      .replace(CHECKPOINT_SIZE, '$1\n')
      .replace(TIMES, ' ')
      .replace(ADDRESSES, ' ')
      .replace(ENCODED, ' ')
    const folded = plain.toLowerCase()
    const words = new Set(folded.split(/[^\p{L}\p{M}\p{N}\u200c]+/u))
    for (const name of this.#secrets.names) {
      const sought = name.toLowerCase()
      if (name.length < LONG_NAME ? words.has(sought) : folded.includes(sought))
        yield leak('name', where, 'words')
    }
    for (const word of plain.split(/[^0-9A-Za-z]+/)) {
      if (this.#codes.has(word)) yield leak('code', where, 'a word')
      if (isNationalNumber(word)) yield leak('national number', where, 'a word')
    }
  }
}

function leak(kind: Leak['kind'], where: string, near: string): Leak {
  return { kind, where, near }
}

/** Every stretch of a text that begins something known. */
function* windows(
  where: string,
  text: string,
  size: number,
  known: ReadonlyMap<string, Leak['kind']>,
): Generator<Leak> {
  for (let at = 0; at + size <= text.length; at += 1) {
    const kind = known.get(text.slice(at, at + size))
    if (kind !== undefined) yield leak(kind, where, size === WINDOW ? 'bytes' : 'encoded')
  }
}

/** Persian and Arabic digits as Latin ones. */
function latinDigits(text: string): string {
  return text.replace(/[\u06f0-\u06f9\u0660-\u0669]/g, (digit) => String(digit.charCodeAt(0) & 0x0f))
}

/** One JSON document, or one a line; undefined if it is neither. A number by itself is a word. */
function parseLines(text: string): readonly unknown[] | undefined {
  for (const parts of [[text], text.trimEnd().split('\n')]) {
    try {
      const documents = parts.map((part) => JSON.parse(part))
      if (documents.every((document) => typeof document !== 'number')) return documents
    } catch {
      // Not this; perhaps the next.
    }
  }
  return undefined
}

/** Ten digits with the check digit of an Iranian national number: the sum of each digit times its place from the right, modulo 11. */
export function isNationalNumber(word: string): boolean {
  if (!/^[0-9]{10}$/.test(word) || /^(.)\1*$/.test(word)) return false
  const digits = [...word].map(Number)
  const rest = digits.slice(0, 9).reduce((sum, digit, i) => sum + digit * (10 - i), 0) % 11
  return digits[9] === (rest < 2 ? rest : 11 - rest)
}
