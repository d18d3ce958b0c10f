/**
 * Reads the signed part of a certificate, byte by byte, in the one form that `docs/formats.md` draws. Certificates are issued through a library of
 * ASN.1 (`certificate-form.ts`); what reads them shares nothing with it, and takes a hundredth of its time.
 */
import { canonicalJson, type Json, parseCanonicalJson } from '../text/canonical-json.ts'
import { utf8Text } from '../text/utf8.ts'
import type { CertificateContent } from './certificate-form.ts'
import { equalBytes, fromBase64, sha256 } from './hash.ts'

const [SEQUENCE, SET, INTEGER, UTF8_STRING, OCTET_STRING] = [0x30, 0x31, 0x02, 0x0c, 0x04]
const [UTC_TIME, GENERALIZED_TIME, DNS_NAME, EXTENSIONS] = [0x17, 0x18, 0x82, 0xa3]

const hex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'))
const VERSION_3 = hex('a003020102')
const ED25519 = hex('300506032b6570')
const COMMON_NAME = hex('0603550403')
const BASIC_CONSTRAINTS = hex('300c0603551d130101ff04023000')
const KEY_USAGE = hex('300e0603551d0f0101ff040403020780')
const AUTHORITY_KEY_IDENTIFIER = hex('301f0603551d23041830168014')
const EXTENDED_KEY_USAGE = hex('301d0603551d250416301406082b0601050507030106082b06010505070302')
const SUBJECT_ALT_NAME = hex('0603551d11')
const ROLE = hex('06146981ca8ba7dca0b1caa8c3998e8fd5acb2c3fb35')

/** RFC 8410, 4; RFC 5480, 2.1.1, named curve P-256. */
const OWN_KEYS = [
  { prefix: hex('302a300506032b6570032100'), size: 32 },
  { prefix: hex('3059301306072a8648ce3d020106082a8648ce3d030107034200'), size: 65 },
] as const

/**
 * What a body says; undefined if it is not of the form.
 * @param forTls whether a role has a name and usages for node:tls
 */
export function readBody(
  body: Uint8Array,
  authorityPublicKey: Uint8Array,
  forTls: (role: string) => boolean,
): CertificateContent | undefined {
  try {
    return readWhole(new Reader(body), authorityPublicKey, forTls)
  } catch (error) {
    if (error instanceof OtherForm) return undefined
    throw error
  }
}

/** What is read is not of the form. */
class OtherForm extends Error {}

function readWhole(
  whole: Reader,
  authorityPublicKey: Uint8Array,
  forTls: (role: string) => boolean,
): CertificateContent {
  const body = whole.enter(SEQUENCE)
  whole.end()
  body.expect(VERSION_3)
  const serial = positive(body.take(INTEGER))
  body.expect(ED25519)
  const authorityName = readName(body)
  const validity = body.enter(SEQUENCE)
  const [notBefore, notAfter] = [readTime(validity), readTime(validity)]
  validity.end()
  const subject = readName(body)
  const publicKeySpki = readOwnKey(body)
  const outer = body.enter(EXTENSIONS)
  body.end()
  const extensions = outer.enter(SEQUENCE)
  outer.end()
  extensions.expect(BASIC_CONSTRAINTS)
  extensions.expect(KEY_USAGE)
  extensions.expect(AUTHORITY_KEY_IDENTIFIER)
  extensions.expect(sha256(authorityPublicKey).subarray(0, 20))
  const isForTls = extensions.startsWith(EXTENDED_KEY_USAGE)
  if (isForTls) readTlsExtensions(extensions, subject)
  const { role, keys } = readRole(extensions)
  extensions.end()
  if (isForTls !== forTls(role)) throw new OtherForm()
  return { authorityName, serial, notBefore, notAfter, subject, publicKeySpki, role, keys }
}

/** A distinguished name of a common name alone. */
function readName(from: Reader): string {
  const name = from.enter(SEQUENCE)
  const relative = name.enter(SET)
  name.end()
  const attribute = relative.enter(SEQUENCE)
  relative.end()
  attribute.expect(COMMON_NAME)
  const text = textIn(attribute.take(UTF8_STRING))
  attribute.end()
  return text
}

/** Ed25519 or P-256; whether it is sound is asked later. */
function readOwnKey(from: Reader): Uint8Array {
  const spki = from.takeWhole(SEQUENCE)
  const isKnown = OWN_KEYS.some(
    ({ prefix, size }) =>
      spki.length === prefix.length + size && equalBytes(spki.subarray(0, prefix.length), prefix),
  )
  if (!isKnown) throw new OtherForm()
  return spki
}

/** From 1950 to 2049 with two digits for the year, later with four (RFC 5280, 4.1.2.5). */
function readTime(from: Reader): Date {
  const isShort = from.startsWith(Uint8Array.of(UTC_TIME))
  const digits = textIn(from.take(isShort ? UTC_TIME : GENERALIZED_TIME))
  const parts = /^(\d{2}|\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(digits)
  if (parts === null) throw new OtherForm()
  const [, yearText = '', month, day, hour, minute, second] = parts
  if (yearText.length !== (isShort ? 2 : 4)) throw new OtherForm()
  const year = isShort ? (Number(yearText) < 50 ? 2000 : 1900) + Number(yearText) : Number(yearText)
  const text = `${String(year).padStart(4, '0')}-${month}-${day}T${hour}:${minute}:${second}.000Z`
  const time = new Date(text)
  const isReal = !Number.isNaN(time.getTime()) && time.toISOString() === text
  if (!isReal || (!isShort && year < 2050)) throw new OtherForm()
  return time
}

function readTlsExtensions(from: Reader, subject: string): void {
  from.expect(EXTENDED_KEY_USAGE)
  const extension = from.enter(SEQUENCE)
  extension.expect(SUBJECT_ALT_NAME)
  const value = extension.enter(OCTET_STRING)
  extension.end()
  const names = value.enter(SEQUENCE)
  value.end()
  const name = textIn(names.take(DNS_NAME))
  names.end()
  if (name !== subject) throw new OtherForm()
}

function readRole(from: Reader): Pick<CertificateContent, 'role' | 'keys'> {
  const extension = from.enter(SEQUENCE)
  extension.expect(ROLE)
  const value = extension.enter(OCTET_STRING)
  extension.end()
  const text = textIn(value.take(UTF8_STRING))
  value.end()
  const parsed = parseCanonicalJson(text, 'role')
  const { role, keys } = (parsed.ok ? (parsed.value ?? {}) : {}) as { readonly [member: string]: Json }
  if (typeof role !== 'string' || !isKeyByUse(keys) || canonicalJson({ keys, role }) !== text)
    throw new OtherForm()
  return { role, keys }
}

/** A number that is not negative as DER writes it: the fewest bytes, the highest bit clear. Whether it may be zero or so long is asked later. */
function positive(content: Uint8Array): Uint8Array {
  const [first = 0x80, second = 0x80] = content
  const isShortest = first !== 0 || second >= 0x80
  if (first >= 0x80 || !isShortest) throw new OtherForm()
  return content.slice()
}

function textIn(bytes: Uint8Array): string {
  const text = utf8Text(bytes)
  if (text === undefined) throw new OtherForm()
  return text
}

function isKeyByUse(value: Json | undefined): value is { readonly [use: string]: string } {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return Object.values(value).every((key) => typeof key === 'string' && fromBase64(key)?.length === 32)
}

/** DER from front to back: every method throws {@link OtherForm} if something else stands there. */
class Reader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  startsWith(bytes: Uint8Array): boolean {
    return equalBytes(this.#bytes.subarray(this.#at, this.#at + bytes.length), bytes)
  }

  /** Steps over these bytes. */
  expect(bytes: Uint8Array): void {
    if (!this.startsWith(bytes)) throw new OtherForm()
    this.#at += bytes.length
  }

  /** The content of the value of that tag that stands here. */
  take(tag: number): Uint8Array {
    if (this.#bytes[this.#at] !== tag) throw new OtherForm()
    const [head, length] = this.#readLength()
    const start = this.#at + head
    if (start + length > this.#bytes.length) throw new OtherForm()
    this.#at = start + length
    return this.#bytes.subarray(start, start + length)
  }

  /** The same with tag and length. */
  takeWhole(tag: number): Uint8Array {
    const start = this.#at
    this.take(tag)
    return this.#bytes.slice(start, this.#at)
  }

  /** A reader of the content of the value that stands here. */
  enter(tag: number): Reader {
    return new Reader(this.take(tag))
  }

  /** Nothing stands behind what was read. */
  end(): void {
    if (this.#at !== this.#bytes.length) throw new OtherForm()
  }

  /** Bytes of tag and length, and the length, which has its shortest form; no certificate needs more than two bytes for it. */
  #readLength(): readonly [head: number, length: number] {
    const [first = 0, second = 0, third = 0] = this.#bytes.subarray(this.#at + 1, this.#at + 4)
    if (first < 0x80) return [2, first]
    if (first === 0x81 && second >= 0x80) return [3, second]
    const long = (second << 8) | third
    if (first === 0x82 && long >= 0x100) return [4, long]
    throw new OtherForm()
  }
}
