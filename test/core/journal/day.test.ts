import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { JournalEvent } from '../../../core/journal/catalogue.ts'
import { checkJournal, nameChangedEntry } from '../../../core/journal/check-journal.ts'
import { replayDay } from '../../../core/journal/day.ts'
import { type Entry, encodeEntry, MAX_ENTRY_BYTES, parseEntry } from '../../../core/journal/entry.ts'
import { toBase64 } from '../../../core/keys/hash.ts'
import { leafHash } from '../../../core/tlog/tree.ts'
import { PROGRAM } from '../../fixtures/program.ts'

const hash = toBase64(new Uint8Array(32))
const executive = toBase64(new Uint8Array(32).fill(1))
const supervisory = toBase64(new Uint8Array(32).fill(2))
const AT = Date.parse('2026-06-19T04:30:00Z')

const opened: JournalEvent = {
  type: 'journal.opened',
  version: 1,
  origin: 'a/b/device/c/0',
  certificate: hash,
  package: hash,
  software: 'sandogh 0.1.0',
  program: PROGRAM,
  random: 'system',
}
const zero: JournalEvent = { type: 'report.printed', report: 'zero' }
const polls: JournalEvent = { type: 'polls.opened', executive, supervisory }
const cast = (count: number): JournalEvent => ({ type: 'ballot.cast', count })
/** The first `count` ballots of a day. */
const casts = (count: number) => Array.from({ length: count }, (_, i) => cast(i + 1))
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
    { role: 'executive', certificate: executive },
    { role: 'spare', certificate: hash },
  ],
}
const admitted: JournalEvent = {
  type: 'officer.admitted',
  role: 'executive',
  certificate: executive,
  purpose: 'opening',
}
const alarm: JournalEvent = { type: 'witness.alarm', device: 'device-2', alarm: 'forked' }
const closed = (casts: number, voids: number, batches: number): JournalEvent => ({
  type: 'polls.closed',
  executive,
  supervisory,
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
  admitted,
  zero,
  polls,
  ...casts(62),
  { type: 'printer.trouble', trouble: 'paper-out' },
  voided(1),
  cast(63),
  cast(64),
  sealed(1, 32),
  paused,
  { type: 'officer.pin_wrong', role: 'executive', tries_left: 4 },
  resumed,
  { type: 'card.refused', reason: 'already-used' },
  cast(65),
  alarm,
  sealed(2, 33),
  closed(65, 1, 2),
  minutes,
  admitted,
  alarm,
]

const bytesOf = (events: readonly JournalEvent[]) =>
  events.map((event, seq) => encodeEntry(event, seq, AT + 1000 * seq))

/** What replay says of these events one after another: `legal`, or the entry it names. */
function replay(events: readonly JournalEvent[]): string {
  const checked = checkJournal({ entries: bytesOf(events), where: 'journal' })
  return checked.ok ? 'legal' : `${checked.error.code} ${checked.error.where}`
}

/** A day as a device would have it, by pools counted here: at 64 ballots of a style 32 leave, at closing all. */
const drawnDay = fc
  .record({
    styles: fc.array(fc.nat(2), { maxLength: 260 }),
    noise: fc.array(fc.constantFrom(admitted, alarm, { type: 'card.refused', reason: 'blank' } as const), {
      maxLength: 20,
    }),
  })
  .map(({ styles, noise }) => {
    const events: JournalEvent[] = [opened, zero, polls]
    const pools = [0, 0, 0]
    let batches = 0
    for (const [i, style] of styles.entries()) {
      events.push(cast(i + 1))
      pools[style] = (pools[style] ?? 0) + 1
      if (pools[style] === 64) {
        batches += 1
        events.push(sealed(batches, 32))
        pools[style] = 32
      }
      if (i % 9 === 0) events.push(...noise.slice(i / 9, i / 9 + 1))
    }
    const rest = pools.reduce((sum, count) => sum + count, 0)
    if (rest > 0) events.push(sealed(batches + 1, rest))
    events.push(closed(styles.length, 0, batches + (rest > 0 ? 1 : 0)), minutes)
    return { events }
  })

describe('a day', () => {
  test('with everything in it is legal and counted', () => {
    const checked = checkJournal({ entries: bytesOf(LEGAL), where: 'journal' })
    if (!checked.ok) throw new Error(checked.error.what)
    const { day } = checked.value
    const size = LEGAL.length
    expect(day).toMatchObject({ size, polls: 'finished', casts: 65, voids: 1, sealed: 65 })
    expect(day.batches.map(({ batch, count, seq }) => [batch, count, seq])).toEqual([
      [1, 32, size - 12],
      [2, 33, size - 5],
    ])
    expect(day.incidents.map(({ type }) => type)).toEqual([
      'printer.trouble',
      'polls.paused',
      'officer.pin_wrong',
      'polls.resumed',
      'witness.alarm',
      'witness.alarm',
    ])
    expect(day.closing?.seq).toBe(size - 4)
    expect(day.clockWentBack).toBeUndefined()
  })

  test('without a ballot is legal, and has no batch', () => {
    expect(replay([opened, zero, polls, closed(0, 0, 0)])).toBe('legal')
  })

  test('of which the clock was set back is legal, and the anomaly is kept', () => {
    const entries = [opened, zero, polls, cast(1), sealed(1, 1), closed(1, 0, 1)].map((event, seq) =>
      encodeEntry(event, seq, AT + 1000 * ([0, 5, 4, 4, 9, 8][seq] ?? 0)),
    )
    const checked = checkJournal({ entries, where: 'journal' })
    expect(checked.ok && checked.value.day.clockWentBack).toEqual({ entry: 2, times: 2 })
  })

  test('with an alarm and officers admitted before, in and after it is legal', () => {
    for (const event of [alarm, admitted]) {
      for (const place of [1, 2, 3, 4, LEGAL.length])
        expect(replay(LEGAL.toSpliced(place, 0, event))).toBe('legal')
    }
  })

  const begun = [opened, zero, polls]
  const sameOfficer = { executive, supervisory: executive }
  const resumedBy = (...by: (JournalEvent & { type: 'polls.resumed' })['by']): JournalEvent => ({
    type: 'polls.resumed',
    by,
  })
  const illegal: readonly [string, readonly JournalEvent[], number][] = [
    ['begins with anything but its opening', [polls], 0],
    ['is opened a second time', [opened, opened], 1],
    ['has its polls opened without a zero report', [opened, polls], 1],
    ['has its polls opened by one officer', [opened, zero, { ...polls, ...sameOfficer }], 2],
    ['has its polls opened twice', [...begun, polls], 3],
    ['has a ballot before the polls open', [opened, cast(1)], 1],
    ['has a ballot while paused', [...begun, paused, cast(1)], 4],
    ['counts a ballot twice', [...begun, cast(1), cast(1)], 4],
    ['leaves a ballot out', [...begun, cast(2)], 3],
    ['has a void slip before the polls open', [opened, voided(1)], 1],
    ['leaves a void slip out', [...begun, voided(2)], 3],
    ['is paused before it is open', [opened, paused], 1],
    ['is resumed when it was not paused', [...begun, resumed], 3],
    [
      'is resumed with one certificate',
      [
        ...begun,
        paused,
        resumedBy({ role: 'executive', certificate: hash }, { role: 'spare', certificate: hash }),
      ],
      4,
    ],
    [
      'is resumed by two in one role',
      [
        ...begun,
        paused,
        resumedBy({ role: 'spare', certificate: executive }, { role: 'spare', certificate: hash }),
      ],
      4,
    ],
    ['seals more ballots than were cast', [...begun, cast(1), sealed(1, 2)], 4],
    ['seals an empty batch', [...begun, cast(1), sealed(1, 0)], 4],
    ['leaves a batch out', [...begun, cast(1), sealed(2, 1)], 4],
    ['seals before the polls open', [opened, sealed(1, 1)], 1],
    ['seals 31 before closing', [...begun, ...casts(64), sealed(1, 31)], 67],
    ['seals 33 before closing', [...begun, ...casts(64), sealed(1, 33)], 67],
    ['draws a batch from 63 ballots', [...begun, ...casts(63), sealed(1, 32)], 66],
    ['seals a batch long after the ballot', [...begun, ...casts(64), voided(1), sealed(1, 32)], 68],
    ['seals two batches at once', [...begun, ...casts(128), sealed(1, 32), sealed(2, 32)], 132],
    ['goes on voting after its last batch', [...begun, cast(1), sealed(1, 1), cast(2)], 5],
    ['is paused after its last batch', [...begun, cast(1), sealed(1, 1), paused], 5],
    ['raises an alarm after its last batch', [...begun, cast(1), sealed(1, 1), alarm], 5],
    ['closes what was not open', [opened, closed(0, 0, 0)], 1],
    ['closes with ballots unsealed', [...begun, cast(1), closed(1, 0, 0)], 4],
    ['closes with too few ballots', [...begun, cast(1), sealed(1, 1), closed(0, 0, 1)], 5],
    ['closes with a void slip too many', [...begun, closed(0, 1, 0)], 3],
    ['closes with a batch too many', [...begun, closed(0, 0, 1)], 3],
    ['is closed by one officer', [...begun, { ...closed(0, 0, 0), ...sameOfficer } as JournalEvent], 3],
    ['goes on voting after its end', [...begun, closed(0, 0, 0), cast(1)], 4],
    ['is resumed after its end', [...begun, closed(0, 0, 0), resumed], 4],
    ['is opened again after its end', [...begun, closed(0, 0, 0), polls], 4],
    ['prints its minutes before the end', [...begun, minutes], 3],
    ['prints a zero report after its end', [...begun, closed(0, 0, 0), zero], 4],
    ['is closed twice', [...begun, closed(0, 0, 0), closed(0, 0, 0)], 4],
    ['seals after its end', [...begun, closed(0, 0, 0), sealed(1, 1)], 4],
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

  test('of any number of ballots and styles, sealed as the pools fill, is legal to its last entry', () => {
    fc.assert(
      fc.property(drawnDay, ({ events }) => {
        expect(replay(events)).toBe('legal')
      }),
      { numRuns: 50 },
    )
  })

  test('of which any batch has another count, or stands an entry later, is refused', () => {
    fc.assert(
      fc.property(drawnDay, fc.nat(), fc.integer({ min: 1, max: 40 }), ({ events }, which, more) => {
        const places = events.flatMap(({ type }, seq) => (type === 'batch.sealed' ? [seq] : []))
        const place = places[which % places.length]
        const batch = place === undefined ? undefined : events[place]
        if (place === undefined || batch?.type !== 'batch.sealed') return
        const changed = { ...batch, count: batch.count + more }
        expect(replay(events.toSpliced(place, 1, changed))).not.toBe('legal')
        const fewer = { ...batch, count: batch.count - more }
        if (fewer.count > 0) expect(replay(events.toSpliced(place, 1, fewer))).not.toBe('legal')
        const later = events.toSpliced(place, 2, events[place + 1] ?? batch, batch)
        expect(replay(later)).not.toBe('legal')
      }),
      { numRuns: 50 },
    )
  })

  test('whose entries are not in their places is refused', () => {
    const entries = bytesOf(LEGAL).map((bytes, seq) => {
      const entry = parseEntry(bytes, seq, 'journal')
      if (!entry.ok) throw new Error(entry.error.what)
      return entry.value
    })
    const replayed = replayDay(entries.toSpliced(4, 1), 'journal')
    expect(replayed.ok ? '' : replayed.error.where).toBe('journal entry 5 (ballot.cast)')
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
    expect(nameChangedEntry(entries.slice(0, -1), leaves)).toBe(LEGAL.length - 1)
    expect(nameChangedEntry([...entries, Uint8Array.of(1)], leaves)).toBe(LEGAL.length)
    expect(nameChangedEntry([], leaves)).toBe(0)
  })
})
