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
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw new TypeError(`not a whole number: ${value}`)
    return String(value === 0 ? 0 : value)
  }
  if (typeof value === 'string') {
    if (!value.isWellFormed()) throw new TypeError('string with a lone surrogate')
    return JSON.stringify(value)
  }
  if (isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  const members: string[] = []
  for (const key of Object.keys(value).sort()) {
    const member = value[key]
    if (member !== undefined) members.push(`${canonicalJson(key)}:${canonicalJson(member)}`)
  }
  return `{${members.join(',')}}`
}

/**
 * Reads text that must already be canonical. Refuses anything else: spaces, other key order, doubled keys, fractions,
 * escapes that need not be.
 */
export function parseCanonicalJson(text: string, where: string): Result<Json> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return refuse('json.syntax', where, 'this is not JSON', 'Get the file or message again from its source.')
  }
  if (!isCanonicalValue(value, MAX_DEPTH) || canonicalJson(value) !== text) {
    return refuse(
      'json.not-canonical',
      where,
      'the JSON is not in canonical form (RFC 8785)',
      'It was changed after it was written: get it again from its source.',
    )
  }
  return ok(value)
}

/** Reads bytes that must be canonical JSON in UTF-8. */
export function parseCanonicalBytes(bytes: Uint8Array, where: string): Result<Json> {
  // U+0000 is in no JSON.
  return parseCanonicalJson(utf8Text(bytes) ?? '\0', where)
}

/** Whether a parsed value is of the canonical subset and not deeper than `depth`. */
function isCanonicalValue(value: unknown, depth: number): value is Json {
  if (depth === 0) return false
  if (value === null || typeof value === 'boolean') return true
  if (typeof value === 'number') return Number.isSafeInteger(value)
  if (typeof value === 'string') return value.isWellFormed()
  if (Array.isArray(value)) return value.every((item) => isCanonicalValue(item, depth - 1))
  return Object.entries(value as object).every(
    // A schema that takes any name passes over this one unread: JavaScript has a use of its own for it.
    ([key, item]) => key !== '__proto__' && key.isWellFormed() && isCanonicalValue(item, depth - 1),
  )
}

/** `Array.isArray` does not narrow a readonly array. */
function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}
