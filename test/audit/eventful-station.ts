/**
 * A station whose days have everything that a story tells: cards refused, parts lost, pauses, a restart with another program, tampering, a gap, a
 * clock that went back, an alarm. The texts that a device writes itself are given, since they may be anything.
 */
import type { JournalEvent } from '../../core/journal/catalogue.ts'
import { encodeEntry, parseEntry } from '../../core/journal/entry.ts'
import { sha256, toBase64 } from '../../core/keys/hash.ts'
import { valueOrThrow } from '../../core/result.ts'
import { PROGRAM } from '../fixtures/program.ts'
import { makeStation, OPENING, type TestDevice, type TestStation, type Wishes } from './fixtures.ts'

const MINUTE = 60_000
/** Another program than the one before, as after an update that nobody ordered. */
export const OTHER_PROGRAM = toBase64(sha256(Buffer.from('another program')))

/** A station of one eventful device and one of a quiet day. */
export function eventfulStation(wishes: Wishes = {}, text = 'ESC/POS'): TestStation {
  const station = makeStation('eventful', { casts: [80, 40], ...wishes })
  const [first, ...others] = station.devices
  if (first === undefined) throw new Error('a station without devices')
  return { ...station, devices: [eventful(first, text), ...others] }
}

/** The same day with more events between, and the time of a polling day in all. */
function eventful(device: TestDevice, text: string): TestDevice {
  const officers = [
    { role: 'executive' as const, certificate: toBase64(sha256(Uint8Array.of(1))) },
    { role: 'supervisory' as const, certificate: toBase64(sha256(Uint8Array.of(2))) },
  ]
  const started = (program: string): JournalEvent => ({
    type: 'device.started',
    peripherals: {
      touchscreen: 'Elo AccuTouch',
      'card-reader': 'GemTwin',
      printer: text,
      'io-board': 'sandogh-io 1.0',
      display: 'line display',
    },
    program,
  })
  const admitted = (i: 0 | 1, purpose: 'opening' | 'resuming'): JournalEvent => ({
    type: 'officer.admitted',
    role: officers[i]?.role ?? 'executive',
    certificate: officers[i]?.certificate ?? '',
    purpose,
  })
  /** What happens before the ballot of that number, and how many minutes later than the one before it. */
  const before = new Map<number, readonly (readonly [number, JournalEvent])[]>([
    [0, []],
    [
      10,
      [
        [1, { type: 'card.refused', reason: 'already-used' }],
        [1, { type: 'card.refused', reason: 'already-used' }],
        [1, { type: 'card.refused', reason: 'unreadable' }],
      ],
    ],
    [
      20,
      [
        [1, { type: 'line.lost', peripheral: 'printer' }],
        [4, { type: 'line.restored', peripheral: 'printer' }],
      ],
    ],
    [
      30,
      [
        [2, { type: 'polls.paused', reason: 'restart' }],
        [0, started(OTHER_PROGRAM)],
        [3, { type: 'officer.pin_wrong', role: 'executive', tries_left: 4 }],
        [1, admitted(0, 'resuming')],
        [1, admitted(1, 'resuming')],
        [1, { type: 'polls.resumed', by: officers }],
      ],
    ],
    [45, [[75, { type: 'printer.paper_low' }]]],
    [55, [[-6, { type: 'card.refused', reason: 'forged' }]]],
    [
      60,
      [
        [1, { type: 'tamper.opened', switch: 'chassis' }],
        [0, { type: 'polls.paused', reason: 'tamper' }],
        [12, admitted(0, 'resuming')],
        [1, admitted(1, 'resuming')],
        [0, { type: 'polls.resumed', by: officers }],
      ],
    ],
    [70, [[1, { type: 'witness.alarm', device: 'd-02', alarm: 'inconsistent' }]]],
  ])
  const events: [number, JournalEvent][] = []
  for (const [seq, bytes] of device.entries.entries()) {
    const { seq: _, at: __, ...event } = valueOrThrow(parseEntry(bytes, seq, 'entry'))
    const own = event as JournalEvent
    if (own.type === 'report.printed' && own.report === 'zero')
      events.push([1, started(PROGRAM)], [2, admitted(0, 'opening')], [1, admitted(1, 'opening')])
    // Ballots leave the pool at once when the 64th was cast: nothing stands between.
    if (own.type === 'ballot.cast')
      for (const more of before.get(own.count) ?? []) events.push([more[0], more[1]])
    events.push([own.type === 'ballot.cast' ? 5 : 0, own])
  }
  let at = OPENING - 10 * MINUTE
  const entries = events.map(([minutes, event], seq) => {
    at += minutes * MINUTE
    return encodeEntry(event, seq, at)
  })
  return { ...device, entries }
}
