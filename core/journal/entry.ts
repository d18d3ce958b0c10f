/**
 * One journal entry: an event of the catalogue with its number and time, as canonical JSON. Its bytes are the leaf of the log.
 * `{"at":"2026-06-19T08:31:02Z","seq":412,"trouble":"paper-out","type":"printer.trouble"}`
 */
import { z } from 'zod'
import type { Result } from '../result.ts'
import { ok, refuse } from '../result.ts'
import { canonicalJson, type Json, parseCanonicalJson } from '../text/canonical-json.ts'
import { utf8Text } from '../text/utf8.ts'
import { CATALOGUE, isEventType, type JournalEvent } from './catalogue.ts'

/** No entry is longer; what is longer was not written by a device. */
export const MAX_ENTRY_BYTES = 4096

/** An event in its place. `seq` counts from 0 and is the leaf's index; `at` is UTC to the second. */
export type Entry = JournalEvent & { readonly seq: number; readonly at: string }

const head = z.object({
  seq: z.int().min(0),
  at: z.iso.datetime({ precision: 0 }).length(20),
  type: z.string(),
})

/** Each event with its place: what a whole entry is held against. Place and time are asked by themselves, which is faster. */
const entryShapes = Object.fromEntries(
  Object.entries(CATALOGUE).map(([type, members]) => [
    type,
    members.extend({ seq: z.any(), at: z.any(), type: z.any() }),
  ]),
) as unknown as Readonly<Record<string, z.ZodType>>
const TIME = z.regexes.datetime({ precision: 0 })

/** The bytes of an event at place `seq`, `atMs` milliseconds after the epoch (cut to the second). */
export function encodeEntry(event: JournalEvent, seq: number, atMs: number): Uint8Array {
  const at = `${new Date(atMs).toISOString().slice(0, 19)}Z`
  return Buffer.from(canonicalJson({ ...(event as unknown as { [key: string]: Json }), seq, at }))
}

/** Reads the bytes of the entry expected at place `seq`; anything a device would not have written there is refused. */
export function parseEntry(bytes: Uint8Array, seq: number, where: string): Result<Entry> {
  if (bytes.length > MAX_ENTRY_BYTES)
    return bad('journal.entry-size', where, `longer than ${MAX_ENTRY_BYTES} bytes`)
  const text = utf8Text(bytes)
  if (text === undefined) return bad('journal.entry-text', where, 'not UTF-8')
  return parseEntryText(text, seq, where)
}

/** {@link parseEntry} for who has the text of an entry of a size that may be. */
export function parseEntryText(text: string, seq: number, where: string): Result<Entry> {
  const json = parseCanonicalJson(text, where)
  if (!json.ok) return json
  const entry = json.value as Partial<Entry> | null
  const type = entry?.type
  const isWhole =
    isEventType(type) &&
    entry?.seq === seq &&
    typeof entry.at === 'string' &&
    entry.at.length === 20 &&
    TIME.test(entry.at) &&
    entryShapes[type]?.safeParse(entry).success === true
  return isWhole ? ok(entry as Entry) : notAnEntry(json.value, seq, where)
}

/** What of a value that is no entry of place `seq` is wrong. */
function notAnEntry(value: Json, seq: number, where: string) {
  if (!head.safeParse(value).success)
    return bad('journal.entry-shape', where, 'seq, at or type is missing or malformed')
  const { seq: given, type } = value as unknown as Entry
  if (given !== seq) return bad('journal.entry-seq', where, `it says it is entry ${given}`)
  if (!isEventType(type)) return bad('journal.entry-type', where, `there is no event ${JSON.stringify(type)}`)
  return bad('journal.entry-members', where, `not what ${type} holds`)
}

function bad(code: string, where: string, what: string) {
  const next = 'The journal was changed or damaged: keep it and compare it with another copy.'
  return refuse(code, where, what, next)
}
