import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { JournalEvent } from '../../../core/journal/catalogue.ts'
import { checkJournal, nameChangedEntry } from '../../../core/journal/check-journal.ts'
import { replayDay } from '../../../core/journal/day.ts'
import { type Entry, encodeEntry, MAX_ENTRY_BYTES, parseEntry } from '../../../core/journal/entry.ts'
import { toBase64 } from '../../../core/keys/hash.ts'
import { leafHash } from '../../../core/tlog/tree.ts'

const hash = toBase64(new Uint8Array(32))
const AT = Date.parse('2026-06-19T04:30:00Z')

const opened: JournalEvent = {
  type: 'journal.opened',
  version: 1,
  origin: 'a/b/device/c/0',
  certificate: hash,
  package: hash,
  software: 'sandogh 0.1.0',
  random: 'system',
}
const polls: JournalEvent = { type: 'polls.opened', executive: hash, supervisory: hash }
const cast = (count: number): JournalEvent => ({ type: 'ballot.cast', count })
const voided = (count: number): JournalEvent => ({ type: 'slip.voided', count })
const sealed = (batch: number, count: number): JournalEvent => ({
  type: 'batch.sealed',
  batch,
  count,
  root: hash,
})
const paused: JournalEvent = { type: 'polls.paused', reason: 'restart' }
const resumed: JournalEvent = {
  type: 'polls.resumed',
  by: [
    { role: 'executive', certificate: hash },
    { role: 'spare', certificate: hash },
  ],
}
const closed = (casts: number, voids: number, batches: number): JournalEvent => ({
  type: 'polls.closed',
  executive: hash,
  supervisory: hash,
  casts,
  voids,
  batches,
  spent: hash,
  tally: hash,
})
const minutes: JournalEvent = { type: 'report.printed', report: 'minutes' }

/** A day with everything in it. */
const LEGAL: readonly JournalEvent[] = [
  opened,
  { type: 'report.printed', report: 'zero' },
  polls,
  cast(1),
  { type: 'printer.trouble', trouble: 'paper-out' },
  voided(1),
  cast(2),
  sealed(1, 2),
  paused,
  { type: 'officer.pin_wrong', role: 'executive', tries_left: 4 },
  resumed,
  { type: 'card.refused', reason: 'already-used' },
  cast(3),
  sealed(2, 1),
  closed(3, 1, 2),
  minutes,
]

const bytesOf = (events: readonly JournalEvent[]) =>
  events.map((event, seq) => encodeEntry(event, seq, AT + 1000 * seq))

/** What replay says of these events one after another: `legal`, or the entry it names. */
function replay(events: readonly JournalEvent[]): string {
  const checked = checkJournal({ entries: bytesOf(events), where: 'journal' })
  return checked.ok ? 'legal' : `${checked.error.code} ${checked.error.where}`
}

describe('a day', () => {
  test('with everything in it is legal and counted', () => {
    const checked = checkJournal({ entries: bytesOf(LEGAL), where: 'journal' })
    if (!checked.ok) throw new Error(checked.error.what)
    const { day } = checked.value
    expect(day).toMatchObject({ size: 16, polls: 'finished', casts: 3, voids: 1, sealed: 3 })
    expect(day.batches.map(({ batch, count, seq }) => [batch, count, seq])).toEqual([
      [1, 2, 7],
      [2, 1, 13],
    ])
    expect(day.incidents.map(({ seq }) => seq)).toEqual([4, 8, 9, 10])
    expect(day.closing?.seq).toBe(14)
  })

  const illegal: readonly [string, readonly JournalEvent[], number][] = [
    ['begins with anything but its opening', [polls], 0],
    ['is opened a second time', [opened, opened], 1],
    ['has its polls opened twice', [opened, polls, polls], 2],
    ['has a ballot before the polls open', [opened, cast(1)], 1],
    ['has a ballot while paused', [opened, polls, paused, cast(1)], 3],
    ['counts a ballot twice', [opened, polls, cast(1), cast(1)], 3],
    ['leaves a ballot out', [opened, polls, cast(2)], 2],
    ['has a void slip before the polls open', [opened, voided(1)], 1],
    ['leaves a void slip out', [opened, polls, voided(2)], 2],
    ['is paused before it is open', [opened, paused], 1],
    ['is resumed when it was not paused', [opened, polls, resumed], 2],
    ['seals more ballots than were cast', [opened, polls, cast(1), sealed(1, 2)], 3],
    ['seals an empty batch', [opened, polls, cast(1), sealed(1, 0)], 3],
    ['leaves a batch out', [opened, polls, cast(1), sealed(2, 1)], 3],
    ['seals before the polls open', [opened, sealed(1, 1)], 1],
    ['closes what was not open', [opened, closed(0, 0, 0)], 1],
    ['closes with ballots unsealed', [opened, polls, cast(1), closed(1, 0, 0)], 3],
    ['closes with too few ballots', [opened, polls, cast(1), sealed(1, 1), closed(0, 0, 1)], 4],
    ['closes with a void slip too many', [opened, polls, closed(0, 1, 0)], 2],
    ['closes with a batch too many', [opened, polls, closed(0, 0, 1)], 2],
    ['goes on voting after its end', [opened, polls, closed(0, 0, 0), cast(1)], 3],
    ['is resumed after its end', [opened, polls, closed(0, 0, 0), resumed], 3],
    ['is opened again after its end', [opened, polls, closed(0, 0, 0), polls], 3],
    ['prints its minutes before the end', [opened, polls, minutes], 2],
    [
      'prints a zero report after its end',
      [opened, polls, closed(0, 0, 0), { type: 'report.printed', report: 'zero' }],
      3,
    ],
    ['is closed twice', [opened, polls, closed(0, 0, 0), closed(0, 0, 0)], 3],
    ['seals after its end', [opened, polls, closed(0, 0, 0), sealed(1, 1)], 3],
  ]
  test.each(illegal)('that %s is refused', (_, events, seq) => {
    expect(replay(events)).toBe(`journal.order journal entry ${seq} (${events[seq]?.type})`)
  })

  test('with any counted event left out or doubled is refused', () => {
    const counted = new Set(['polls.opened', 'ballot.cast', 'batch.sealed', 'slip.voided', 'polls.closed'])
    for (const [place, event] of LEGAL.entries()) {
      if (!counted.has(event.type)) continue
      expect(replay(LEGAL.toSpliced(place, 0, event))).not.toBe('legal')
      // Without its closing the day is legal and unfinished.
      if (event.type !== 'polls.closed') expect(replay(LEGAL.toSpliced(place, 1))).not.toBe('legal')
    }
  })

  test('whose entries are not in their places is refused', () => {
    const entries = bytesOf(LEGAL).map((bytes, seq) => {
      const entry = parseEntry(bytes, seq, 'journal')
      if (!entry.ok) throw new Error(entry.error.what)
      return entry.value
    })
    const replayed = replayDay(entries.toSpliced(4, 1), 'journal')
    expect(replayed.ok ? '' : replayed.error.where).toBe('journal entry 5 (slip.voided)')
    const none = replayDay([], 'journal')
    expect(none.ok ? '' : none.error.code).toBe('journal.empty')
  })
})

describe('an entry', () => {
  test('reads back as it was written', () => {
    for (const [seq, event] of LEGAL.entries()) {
      const parsed = parseEntry(encodeEntry(event, seq, AT + 999), seq, 'journal')
      const expected: Entry = { ...event, seq, at: '2026-06-19T04:30:00Z' }
      expect(parsed).toEqual({ ok: true, value: expected })
    }
  })

  test('of any bytes is refused or is one that would be written so, and nothing throws', () => {
    const bytes = encodeEntry(cast(7), 41, AT)
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 0, max: 255 }), (at, value) => {
        const changed = Uint8Array.from(bytes)
        changed[at] = value
        const parsed = parseEntry(changed, 41, 'journal')
        if (!parsed.ok) return
        const { seq, at: time, ...event } = parsed.value
        expect(Buffer.from(encodeEntry(event, seq, Date.parse(time)))).toEqual(Buffer.from(changed))
      }),
    )
    fc.assert(
      fc.property(fc.uint8Array(), (anything) => {
        expect(parseEntry(anything, 0, 'journal').ok).toBe(false)
      }),
    )
  })

  const codeOf = (text: string | Uint8Array, seq = 0) => {
    const parsed = parseEntry(Buffer.from(text), seq, 'journal')
    return parsed.ok ? 'taken' : parsed.error.code
  }
  test('is refused with a code for each fault', () => {
    const at = '"at":"2026-06-19T04:30:00Z"'
    expect(codeOf(`{${at},"count":1,"seq":0,"type":"ballot.cast"}`)).toBe('taken')
    expect(codeOf(`{${at},"count":1,"seq":0,"type":"ballot.cast"}`, 1)).toBe('journal.entry-seq')
    expect(codeOf(`{${at},"count":1,"seq":0,"style":"x","type":"ballot.cast"}`)).toBe('journal.entry-members')
    expect(codeOf(`{${at},"count":-1,"seq":0,"type":"ballot.cast"}`)).toBe('journal.entry-members')
    expect(codeOf(`{${at},"seq":0,"type":"ballot.read"}`)).toBe('journal.entry-type')
    expect(codeOf(`{${at},"seq":0,"type":"toString"}`)).toBe('journal.entry-type')
    expect(codeOf('{"at":"2026-06-19","seq":0,"type":"ballot.cast"}')).toBe('journal.entry-shape')
    expect(codeOf(`{"type":"ballot.cast",${at},"count":1,"seq":0}`)).toBe('json.not-canonical')
    expect(codeOf(Uint8Array.of(0xff, 0xfe))).toBe('journal.entry-text')
    expect(codeOf('x'.repeat(MAX_ENTRY_BYTES + 1))).toBe('journal.entry-size')
  })
})

describe('the changed entry', () => {
  const entries = bytesOf(LEGAL)
  const leaves = entries.map(leafHash)

  test('is named by its number, whatever was done', () => {
    expect(nameChangedEntry(entries, leaves)).toBeUndefined()
    expect(nameChangedEntry(entries.toSpliced(6, 1, Uint8Array.of(1)), leaves)).toBe(6)
    expect(nameChangedEntry(entries.toSpliced(6, 1), leaves)).toBe(6)
    expect(nameChangedEntry(entries.toSpliced(6, 0, Uint8Array.of(1)), leaves)).toBe(6)
    expect(nameChangedEntry(entries.slice(0, -1), leaves)).toBe(15)
    expect(nameChangedEntry([...entries, Uint8Array.of(1)], leaves)).toBe(16)
    expect(nameChangedEntry([], leaves)).toBe(0)
  })
})
