import { describe, expect, test } from 'vitest'
import { ok, type Result } from '../../../core/result.ts'
import { openCheckpoint } from '../../../core/tlog/checkpoint.ts'
import { openCosignature } from '../../../core/tlog/cosignature.ts'
import { ED25519_TYPE, formatVerifierKey, parseVerifierKey } from '../../../core/tlog/note.ts'
import { type BentNote, bentNotes, bentVerifierKeys, harmlessNotes } from './bent-notes.ts'
import { log, ORIGIN, root, SIZE, SOUND_NOTE, TIME, WITNESS, witness } from './cosigned-note.ts'
import { NOTE_CHECKS, type OpenedNote, weakOpen } from './weakened-notes.ts'

const tables = bentNotes()
const all = tables.flatMap(([, notes]) => notes)
const logKey = { name: ORIGIN, publicKey: log.publicKey }
const witnessKey = { name: WITNESS, publicKey: witness.publicKey }
const said: OpenedNote = { origin: ORIGIN, size: SIZE, root, time: TIME }

/** The checkpoint and its cosignature, as whoever needs both opens them. */
function openBoth(note: string): Result<OpenedNote> {
  const checkpoint = openCheckpoint(note, { origin: ORIGIN, publicKey: log.publicKey })
  if (!checkpoint.ok) return checkpoint
  const cosignature = openCosignature(note, witnessKey)
  return cosignature.ok ? ok({ ...checkpoint.value, ...cosignature.value }) : cosignature
}
const isOpen = (note: string) => openBoth(note).ok
const isWeaklyOpen = (check?: (typeof NOTE_CHECKS)[number]) => (note: string) =>
  weakOpen(note, logKey, witnessKey, check) !== undefined

/** What a verifier says to each note. */
function judge(notes: readonly BentNote[], verify: (note: string) => boolean) {
  const told: Record<'opened' | 'refused' | 'threw', string[]> = { opened: [], refused: [], threw: [] }
  for (const { name, note } of notes) {
    try {
      told[verify(note) ? 'opened' : 'refused'].push(name)
    } catch {
      told.threw.push(name)
    }
  }
  return told
}

describe('a cosigned checkpoint', () => {
  test('that is sound opens and says what was signed', () => {
    expect(openBoth(SOUND_NOTE)).toEqual({ ok: true, value: said })
    expect(weakOpen(SOUND_NOTE, logKey, witnessKey)).toEqual(said)
  })

  test('says the same in another order, with a line twice or with strangers beside', () => {
    for (const { name, note } of harmlessNotes())
      expect(openBoth(note), name).toEqual({ ok: true, value: said })
  })

  test('the tables are the same each time, and no case stands in them twice', () => {
    expect(tables.map(([, notes]) => notes.length)).toEqual([914, 122, 38])
    expect(bentNotes()).toEqual(tables)
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length)
    expect(new Set(all.map(({ note }) => note)).size).toBe(all.length)
  })

  for (const [how, notes] of tables) {
    test(`bent ${how}, ${notes.length} ways, is refused, and nothing is thrown`, () => {
      expect(judge(notes, isOpen)).toMatchObject({ opened: [], threw: [] })
    })
  }

  test('is cosigned for no text that is no checkpoint, even where nobody asks for the log', () => {
    const signed = tables.flatMap(([how, notes]) => (how === 'in what was signed' ? notes : []))
    const opened = judge(signed, (note) => openCosignature(note, witnessKey).ok).opened
    // A witness signs for any log; that it is this one is the business of whoever asks for the log.
    const others = ['other.example', `${ORIGIN}/`, `/${ORIGIN}`, ORIGIN.toUpperCase()]
    expect(opened).toEqual(others.map((origin) => `origin «${origin}»`))
  })

  test.each(NOTE_CHECKS)('opened without checking %s lets a bent one through', (check) => {
    expect(isWeaklyOpen(check)(SOUND_NOTE)).toBe(true)
    expect(judge(all, isWeaklyOpen(check)).opened).not.toEqual([])
  })

  test('opened with all those checks lets none through', () => {
    expect(judge(all, isWeaklyOpen())).toMatchObject({ opened: [], threw: [] })
  })
})

describe('a verifier key', () => {
  const keys = bentVerifierKeys()

  test(`bent in any of ${keys.length} ways is refused, and nothing is thrown`, () => {
    const sound = formatVerifierKey({ name: ORIGIN, type: ED25519_TYPE, publicKey: log.publicKey })
    expect(parseVerifierKey(sound).ok).toBe(true)
    expect(keys).toHaveLength(206)
    expect(keys.filter(({ key }) => parseVerifierKey(key).ok)).toEqual([])
  })
})
