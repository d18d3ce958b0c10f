/**
 * Canonical JSON, RFC 8785 (JCS), for the values this project writes: strings, whole numbers, booleans, null, arrays, objects.
 * One value has exactly one form, so whoever holds the bytes can hash, sign and compare them.
 */
import type { Result } from '../result.ts'
import { ok, refuse } from '../result.ts'
import { utf8Text } from './utf8.ts'

/** A JSON value of the canonical subset: numbers are safe integers. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json | undefined }

/** Deeper values are refused on reading, so that no input can exhaust the stack. */
const MAX_DEPTH = 32

/**
 * The canonical text of a value. Keys are sorted by UTF-16 code units (RFC 8785, 3.2.3); absent (`undefined`) members are left out.
 * Throws on a number that is no safe integer and on a lone surrogate: our own code must not make such values.
 */
export function canonicalJson(value: Json): string {
  // Members that stand in order JSON.stringify writes in that order, several times as fast.
  return formOf(value, MAX_DEPTH) === 'in-order' ? JSON.stringify(value) : written(value)
}

function written(value: Json): string {
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw new TypeError(`not a whole number: ${value}`)
    return String(value === 0 ? 0 : value)
  }
  if (typeof value === 'string') {
    if (!value.isWellFormed()) throw new TypeError('string with a lone surrogate')
    return JSON.stringify(value)
  }
  if (isArray(value)) return `[${value.map(written).join(',')}]`
  const members: string[] = []
  for (const key of Object.keys(value).sort()) {
    const member = value[key]
    if (member !== undefined) members.push(`${written(key)}:${written(member)}`)
  }
  return `{${members.join(',')}}`
}

/**
 * Reads text that must already be canonical. Refuses anything else: spaces, other key order, doubled keys, fractions,
 * escapes that need not be.
 */
export function parseCanonicalJson(text: string, where: string): Result<Json> {
  if (text.length > LARGE && isTooDeepOrMany(text)) return notCanonical(where)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return refuse('json.syntax', where, 'this is not JSON', 'Get the file or message again from its source.')
  }
  return isCanonical(value, text) ? ok(value) : notCanonical(where)
}

/** Reads bytes that must be canonical JSON in UTF-8. */
export function parseCanonicalBytes(bytes: Uint8Array, where: string): Result<Json> {
  // U+0000 is in no JSON.
  return parseCanonicalJson(utf8Text(bytes) ?? '\0', where)
}

/** Longer texts are looked at before they are parsed: what they could become in memory is many times what they are. */
const LARGE = 65_536
/** Values in one text. The largest package has a quarter of it. */
const MAX_VALUES = 8_000_000

/** Whether a text has more levels or more values than any that is canonical, or written here; asked of its brackets and commas alone. */
function isTooDeepOrMany(text: string): boolean {
  let [depth, values, quoted] = [0, 1, false]
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i)
    if (unit === QUOTE) quoted = !quoted
    else if (quoted) i += unit === BACKSLASH ? 1 : 0
    else if (unit === COMMA) values += 1
    else if (unit === BRACKET || unit === BRACE) {
      depth += 1
      values += 1
    } else if (unit === BRACKET_END || unit === BRACE_END) depth -= 1
    // A scalar stands one level deeper than the array it is in.
    if (depth > MAX_DEPTH || values > MAX_VALUES) return true
  }
  return false
}

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c]
const [BRACKET, BRACKET_END, BRACE, BRACE_END] = [0x5b, 0x5d, 0x7b, 0x7d]

/** `JSON.stringify` writes members as they were read, so that what is in order and comes out the same is canonical. */
function isCanonical(value: unknown, text: string): value is Json {
  const form = formOf(value, MAX_DEPTH)
  if (form === 'other') return false
  // Names that are numbers it writes before others and by value, wherever they stood: then only the slower way tells.
  return (form === 'in-order' && JSON.stringify(value) === text) || canonicalJson(value as Json) === text
}

/** Whether a parsed value is of the canonical subset and not deeper than `depth`, and whether its members stand in order. */
function formOf(value: unknown, depth: number): 'in-order' | 'out-of-order' | 'other' {
  if (depth === 0) return 'other'
  if (typeof value === 'string') return value.isWellFormed() ? 'in-order' : 'other'
  if (typeof value === 'number') return Number.isSafeInteger(value) ? 'in-order' : 'other'
  if (value === null || typeof value === 'boolean') return 'in-order'
  if (typeof value !== 'object') return 'other'
  let inOrder = true
  if (Array.isArray(value)) {
    for (const item of value) {
      const form = formOf(item, depth - 1)
      if (form === 'other') return 'other'
      if (form === 'out-of-order') inOrder = false
    }
  } else {
    const members = value as { readonly [key: string]: unknown }
    let before = ''
    for (const key of Object.keys(members)) {
      // A schema that takes any name passes over __proto__ unread: JavaScript has a use of its own for it.
      const isName = key !== '__proto__' && key.isWellFormed()
      const form = isName ? formOf(members[key], depth - 1) : 'other'
      if (form === 'other') return 'other'
      if (form === 'out-of-order' || key < before) inOrder = false
      before = key
    }
  }
  return inOrder ? 'in-order' : 'out-of-order'
}

function notCanonical(where: string) {
  return refuse(
    'json.not-canonical',
    where,
    'the JSON is not in canonical form (RFC 8785)',
    'It was changed after it was written: get it again from its source.',
  )
}

/** `Array.isArray` does not narrow a readonly array. */
function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}
