/**
 * One journal entry: an event of the catalogue with its number and time, as canonical JSON. Its bytes are the leaf of the log.
 * `{"at":"2026-06-19T08:31:02Z","seq":412,"trouble":"paper-out","type":"printer.trouble"}`
 */
import { z } from 'zod'
import type { Result } from '../result.ts'
import { ok, refuse } from '../result.ts'
import { canonicalJson, type Json, parseCanonicalJson } from '../text/canonical-json.ts'
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

/** The bytes of an event at place `seq`, `atMs` milliseconds after the epoch (cut to the second). */
export function encodeEntry(event: JournalEvent, seq: number, atMs: number): Uint8Array {
  const at = `${new Date(atMs).toISOString().slice(0, 19)}Z`
  return Buffer.from(canonicalJson({ ...(event as unknown as { [key: string]: Json }), seq, at }))
}

/** Reads the bytes of the entry expected at place `seq`; anything a device would not have written there is refused. */
export function parseEntry(bytes: Uint8Array, seq: number, where: string): Result<Entry> {
  const bad = (code: string, what: string) =>
    refuse(code, where, what, 'The journal was changed or damaged: keep it and compare it with another copy.')
  if (bytes.length > MAX_ENTRY_BYTES) return bad('journal.entry-size', `longer than ${MAX_ENTRY_BYTES} bytes`)
  const text = Buffer.from(bytes).toString('utf8')
  if (!Buffer.from(text).equals(bytes)) return bad('journal.entry-text', 'not UTF-8')
  const json = parseCanonicalJson(text, where)
  if (!json.ok) return json
  const parsed = head.safeParse(json.value)
  if (!parsed.success) return bad('journal.entry-shape', 'seq, at or type is missing or malformed')
  const { seq: given, at, type, ...members } = json.value as Entry & { [key: string]: unknown }
  if (given !== seq) return bad('journal.entry-seq', `it says it is entry ${given}`)
  if (!isEventType(type)) return bad('journal.entry-type', `there is no event ${JSON.stringify(type)}`)
  if (!CATALOGUE[type].safeParse(members).success)
    return bad('journal.entry-members', `not what ${type} holds`)
  return ok(json.value as Entry)
}
