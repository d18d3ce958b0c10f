/** Test vectors of journals: events in an order that tells a legal day, or the entry that cannot stand where it does. */
import { z } from 'zod'
import { CATALOGUE, type EventType, type JournalEvent } from '../../core/journal/catalogue.ts'
import { sha256, toBase64 } from '../../core/keys/hash.ts'
import type { Json } from '../../core/text/canonical-json.ts'

const PERIPHERALS = {
  touchscreen: 'a touchscreen',
  'card-reader': 'a card reader',
  printer: 'a printer',
  'io-board': 'a board',
  display: 'a display',
}
const hash = (name: string) => toBase64(sha256(Buffer.from(`vectors: ${name}`)))
const [one, two] = [hash('one officer'), hash('another officer')]
const KEY = '00112233445566778899aabbccddeeff'

const OPENED: JournalEvent = {
  type: 'journal.opened',
  version: 1,
  origin: 'council.example/rehearsal-1405/device/d-01/00112233445566778899aabbccddeeff',
  certificate: hash('certificate'),
  package: hash('package'),
  software: 'sandogh 0.1.0',
  program: hash('program'),
  random: 'seeded, not secret',
}
const ZERO: JournalEvent = { type: 'report.printed', report: 'zero' }
const MINUTES: JournalEvent = { type: 'report.printed', report: 'minutes' }
const OPEN: JournalEvent = { type: 'polls.opened', executive: one, supervisory: two }
const PAUSE: JournalEvent = { type: 'polls.paused', reason: 'restart' }
const STOP: JournalEvent = { type: 'device.stopped', why: 'forked' }
const dead = (device: string, certificates = [one, two]): JournalEvent => ({
  type: 'device.declared_dead',
  device,
  by: [
    { role: 'executive', certificate: certificates[0] ?? one },
    { role: 'supervisory', certificate: certificates[1] ?? one },
  ],
})
const KNOWN: JournalEvent = {
  type: 'device.declared_dead',
  device: 'd-03',
  known: {
    origin: 'council.example/rehearsal-1405/device/d-03/ffeeddccbbaa99887766554433221100',
    size: 12,
    root: hash('root'),
  },
  by: [
    { role: 'spare', certificate: two },
    { role: 'executive', certificate: one },
  ],
}
const PIN: JournalEvent = { type: 'officer.pin_wrong', role: 'executive', tries_left: 2 }
const REFUSED: JournalEvent = { type: 'card.refused', reason: 'blank' }
const DRAWN: JournalEvent = { type: 'day_key.drawn', id: KEY }
const SHARED: JournalEvent = { type: 'day_key.shared', id: KEY }
const cast = (count: number): JournalEvent => ({ type: 'ballot.cast', count })
const voided = (count: number): JournalEvent => ({ type: 'slip.voided', count })
const batch = (number: number, count: number): JournalEvent => ({
  type: 'batch.sealed',
  batch: number,
  count,
  root: hash(`batch ${number}`),
})
const resume = (
  roles: readonly ['executive' | 'spare', 'supervisory' | 'spare'],
  certificates = [one, two],
): JournalEvent => ({
  type: 'polls.resumed',
  by: roles.map((role, i) => ({ role, certificate: certificates[i] ?? one })),
})
const close = (casts: number, voids: number, batches: number, officers = [one, two]): JournalEvent => ({
  type: 'polls.closed',
  executive: officers[0] ?? one,
  supervisory: officers[1] ?? one,
  casts,
  voids,
  batches,
  spent: hash('spent'),
  tally: hash('tally'),
})
const takeover = (
  casts: number,
  pooled: number,
  batches: number,
  people = [one, two, hash('technician')],
  media: 'both' | 'one' = 'both',
): JournalEvent => ({
  type: 'takeover',
  origin: 'council.example/rehearsal-1405/device/d-02/ffeeddccbbaa99887766554433221100',
  size: 90,
  root: hash('root'),
  casts,
  voids: 1,
  batches,
  pooled,
  slip: 'none',
  media,
  executive: people[0] ?? one,
  supervisory: people[1] ?? one,
  technician: people[2] ?? one,
})
const casts = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => cast(from + i))
const MORNING = [OPENED, ZERO, OPEN]
type Lost = JournalEvent & { readonly type: 'medium.lost' }
const lost = (medium: Lost['medium'], why: Lost['why']): JournalEvent => ({
  type: 'medium.lost',
  medium,
  why,
})
const back = (medium: Lost['medium']): JournalEvent => ({ type: 'medium.restored', medium })
const LOST_AND_BACK = [lost('b', 'silent'), back('b'), lost('a', 'damaged'), close(0, 0, 0), back('a')]

/** One of each event that may befall a device at any time. */
const BEFALLING: readonly JournalEvent[] = [
  { type: 'tamper.opened', switch: 'chassis' },
  { type: 'tamper.counted', openings: 4 },
  { type: 'power.changed', power: 'battery' },
  { type: 'temperature.changed', temperature: 'hot' },
  { type: 'slip.miscounted', what: 'not-seen' },
  { type: 'storage.changed', room: 'low' },
  { type: 'storage.failed', what: 'full' },
  { type: 'entries.left_out', of: 'card.refused', count: 12 },
  { type: 'clock.jumped', way: 'forward', seconds: 3_600 },
  { type: 'clock.checked', stands: 'outside' },
]
/** One of each that may stand at any time between opening and closing, as often as it says. */
const ANY_TIME: readonly JournalEvent[] = [
  ...BEFALLING,
  { type: 'device.started', peripherals: PERIPHERALS, program: hash('program') },
  PIN,
  { type: 'officer.admitted', role: 'executive', certificate: one, purpose: 'opening' },
  { type: 'officer.card_damaged', role: 'executive' },
  PAUSE,
  REFUSED,
  { type: 'card.released' },
  { type: 'printer.trouble', trouble: 'paper-out' },
  { type: 'printer.paper_low' },
  { type: 'line.lost', peripheral: 'printer' },
  { type: 'line.restored', peripheral: 'printer' },
  { type: 'witness.alarm', device: 'd-02', alarm: 'forked' },
]
/** These stand where the other days have them. */
const IN_ITS_PLACE: readonly EventType[] = [
  'journal.opened',
  'takeover',
  'day_key.drawn',
  'day_key.shared',
  'report.printed',
  'polls.opened',
  'polls.resumed',
  'ballot.cast',
  'batch.sealed',
  'slip.voided',
  'medium.lost',
  'medium.restored',
  'device.stopped',
  'device.declared_dead',
  'order.accepted',
  'polls.closed',
]

type Ordered = JournalEvent & { readonly type: 'order.accepted' }
const ordered = (number: number, changes: Partial<Ordered> = {}): JournalEvent => ({
  type: 'order.accepted',
  number,
  order: hash(`order ${number}`),
  do: 'extend-hours',
  until: '2026-06-19T17:30:00Z',
  by: [
    { name: 'one', certificate: one },
    { name: 'two', certificate: two },
  ],
  ...changes,
})
/** The other kinds, which have no end. */
const endless = (number: number, what: Ordered['do']): JournalEvent => {
  const { until: _, ...event } = ordered(number) as Ordered
  return { ...event, do: what }
}
const TELLING = { tellEverySeconds: 300, closingWindowSeconds: 900 }
const policy = (number: number, tellEverySeconds: number, closingWindowSeconds: number): JournalEvent => ({
  ...(endless(number, 'reload-policy') as Ordered),
  policy: { tellEverySeconds, closingWindowSeconds },
})
const logs = (number: number) => endless(number, 'send-logs')
const lock = (number: number) => endless(number, 'lock')
const unlock = (number: number) => endless(number, 'unlock')

/** A medium is lost once until it is restored. */
const MEDIA = (['a', 'b'] as const).flatMap((medium) =>
  everyWord({ type: 'medium.lost', medium, why: 'failed' }).flatMap((lost): readonly JournalEvent[] =>
    lost.type === 'medium.lost' && lost.medium === medium ? [lost, { type: 'medium.restored', medium }] : [],
  ),
)

/** The event with each word that the catalogue lets it hold. */
function everyWord(event: JournalEvent): readonly JournalEvent[] {
  const members: Readonly<Record<string, z.ZodType>> = CATALOGUE[event.type].shape
  const words = Object.entries(members).flatMap(([name, form]) =>
    form instanceof z.ZodEnum ? form.options.map((word) => ({ ...event, [name]: word }) as JournalEvent) : [],
  )
  return words.length === 0 ? [event] : words
}

/** `refused` is the number of the entry that breaks a rule; null for a legal day. `seq` and `at` are left out. */
export function dayVectors(): Json {
  const day = (why: string, refused: number | null, ...events: readonly JournalEvent[]) => ({
    why,
    refused,
    events: events as unknown as Json,
  })
  const told = new Set<EventType>([...ANY_TIME.map(({ type }) => type), ...IN_ITS_PLACE])
  for (const type of Object.keys(CATALOGUE))
    if (!told.has(type as EventType)) throw new Error(`no day holds ${type}`)
  return [
    day(
      'every word that an event may hold',
      null,
      ...MORNING,
      ...ANY_TIME.flatMap(everyWord),
      ...MEDIA,
      ...everyWord(STOP),
    ),
    day(
      'orders before, on and after the day',
      null,
      OPENED,
      ordered(2),
      ZERO,
      OPEN,
      logs(3),
      ordered(9),
      close(0, 0, 0),
      logs(10),
    ),
    day(
      'locked, unlocked and locked again, with a pause and an order of another kind between, and closed',
      null,
      OPENED,
      lock(1),
      ZERO,
      OPEN,
      unlock(2),
      unlock(3),
      cast(1),
      lock(4),
      logs(5),
      PAUSE,
      resume(['executive', 'supervisory']),
      voided(1),
      batch(1, 1),
      close(1, 1, 1),
    ),
    day('a ballot while the device is locked', 4, ...MORNING, lock(1), cast(1)),
    day('a ballot on a device that was locked before it was opened', 4, OPENED, lock(1), ZERO, OPEN, cast(1)),
    day(
      'a ballot behind a lock and an order of another kind',
      6,
      ...MORNING,
      cast(1),
      lock(1),
      logs(2),
      cast(2),
    ),
    day('locked after closing', 4, ...MORNING, close(0, 0, 0), lock(1)),
    day('unlocked after closing', 4, ...MORNING, close(0, 0, 0), unlock(1)),
    day('locked until some time', 1, OPENED, ordered(1, { do: 'lock' })),
    day('an order without a number', 1, OPENED, ordered(0)),
    day('the same order twice', 2, OPENED, ordered(2), ordered(2)),
    day('an older order', 2, OPENED, ordered(2), logs(1)),
    day('longer hours after closing', 4, ...MORNING, close(0, 0, 0), ordered(1)),
    day(
      'another policy, and another',
      null,
      ...MORNING,
      policy(1, 300, 900),
      policy(2, 10, 7_200),
      close(0, 0, 0),
    ),
    day('a policy that says nothing', 1, OPENED, endless(1, 'reload-policy')),
    day('longer hours with a policy', 1, OPENED, ordered(1, { policy: TELLING })),
    day('another policy after closing', 4, ...MORNING, close(0, 0, 0), policy(1, 300, 900)),
    day('logs until some time', 1, OPENED, ordered(1, { do: 'send-logs' })),
    day(
      'an order of one name',
      1,
      OPENED,
      ordered(1, {
        by: [
          { name: 'one', certificate: one },
          { name: 'one', certificate: two },
        ],
      }),
    ),
    day(
      'an order of one certificate',
      1,
      OPENED,
      ordered(1, {
        by: [
          { name: 'one', certificate: one },
          { name: 'two', certificate: one },
        ],
      }),
    ),
    day('nobody votes', null, ...MORNING, close(0, 0, 0), MINUTES),
    day(
      'three ballots, a void slip, a pause',
      null,
      OPENED,
      PIN,
      DRAWN,
      SHARED,
      ZERO,
      OPEN,
      cast(1),
      PAUSE,
      PAUSE,
      voided(1),
      resume(['executive', 'supervisory']),
      cast(2),
      REFUSED,
      cast(3),
      batch(1, 3),
      close(3, 1, 1),
      MINUTES,
      PIN,
      STOP,
      MINUTES,
    ),
    day(
      '64 ballots: 32 leave, then the rest at closing',
      null,
      ...MORNING,
      ...casts(1, 64),
      batch(1, 32),
      batch(2, 32),
      close(64, 0, 2),
    ),
    day('closed while paused', null, ...MORNING, PAUSE, close(0, 0, 0)),
    day('never opened', null, OPENED, ZERO),
    day(
      'a spare goes on with 64 ballots, 32 of them waiting, and a void slip',
      null,
      OPENED,
      takeover(64, 32, 1),
      ...casts(65, 96),
      batch(2, 32),
      voided(2),
      batch(3, 32),
      close(96, 2, 3),
    ),
    day('a spare goes on with no ballots', null, OPENED, takeover(0, 0, 0), close(0, 1, 0)),
    day('a spare goes on with one medium', null, OPENED, takeover(3, 3, 0, undefined, 'one'), cast(4)),
    day('a takeover that is not the second entry', 2, OPENED, PIN, takeover(0, 0, 0)),
    day('a takeover of more waiting ballots than were cast', 1, OPENED, takeover(3, 4, 1)),
    day('a takeover of ballots of which none waits', 1, OPENED, takeover(32, 0, 1)),
    day('a takeover of ballots in batches, and of no batch', 1, OPENED, takeover(64, 32, 0)),
    day('a takeover of a batch, and of no ballots in one', 1, OPENED, takeover(3, 3, 1)),
    day('a takeover without a technician of its own', 1, OPENED, takeover(0, 0, 0, [one, two, two])),
    day('polls opened after a takeover', 3, OPENED, takeover(0, 0, 0), ZERO, OPEN),
    day('a takeover counted from nought', 2, OPENED, takeover(3, 3, 0), cast(1)),
    day('batches of a takeover counted from one', 2, OPENED, takeover(64, 32, 1), batch(1, 32)),
    day('begins with another event', 0, ZERO),
    day('opened a second time', 1, OPENED, OPENED),
    day('polls opened without a zero report', 1, OPENED, OPEN),
    day('polls opened by one officer', 2, OPENED, ZERO, {
      type: 'polls.opened',
      executive: one,
      supervisory: one,
    }),
    day('polls opened twice', 3, ...MORNING, OPEN),
    day('paused before opening', 1, OPENED, PAUSE),
    day('resumed without a pause', 3, ...MORNING, resume(['executive', 'supervisory'])),
    day('resumed by two of one role', 4, ...MORNING, PAUSE, resume(['spare', 'spare'])),
    day(
      'resumed by two of one certificate',
      4,
      ...MORNING,
      PAUSE,
      resume(['executive', 'supervisory'], [one, one]),
    ),
    day('a ballot before opening', 2, OPENED, ZERO, cast(1)),
    day('a ballot while paused', 4, ...MORNING, PAUSE, cast(1)),
    day('a ballot left out', 4, ...MORNING, cast(1), cast(3)),
    day('a void slip before opening', 1, OPENED, voided(1)),
    day('a void slip counted wrong', 3, ...MORNING, voided(2)),
    day('a batch of none', 3, ...MORNING, batch(1, 0)),
    day('a batch before opening', 1, OPENED, batch(1, 1)),
    day('a batch of more than wait', 4, ...MORNING, cast(1), batch(1, 2)),
    day('a batch of the wrong number', 4, ...MORNING, cast(1), batch(2, 1)),
    day('32 leave when 63 wait', 66, ...MORNING, ...casts(1, 63), batch(1, 32)),
    day('33 leave when 64 wait', 67, ...MORNING, ...casts(1, 64), batch(1, 33)),
    day('32 leave, but not directly after a ballot', 68, ...MORNING, ...casts(1, 64), REFUSED, batch(1, 32)),
    day('something between the last batch and closing', 5, ...MORNING, cast(1), batch(1, 1), REFUSED),
    day('a ballot after the last batch', 5, ...MORNING, cast(1), batch(1, 1), cast(2)),
    day('closed with a ballot in no batch', 4, ...MORNING, cast(1), close(1, 0, 0)),
    day('closed with other counts', 5, ...MORNING, cast(1), batch(1, 1), close(1, 1, 1)),
    day('closed by one officer', 3, ...MORNING, close(0, 0, 0, [one, one])),
    day('closed before opening', 1, OPENED, close(0, 0, 0)),
    day('closed twice', 4, ...MORNING, close(0, 0, 0), close(0, 0, 0)),
    day('a ballot after closing', 4, ...MORNING, close(0, 0, 0), cast(1)),
    day('a card refused after closing', 4, ...MORNING, close(0, 0, 0), REFUSED),
    day('a zero report after closing', 4, ...MORNING, close(0, 0, 0), ZERO),
    day('minutes before closing', 1, OPENED, MINUTES),
    day('a day key drawn after opening', 3, ...MORNING, DRAWN),
    day('a day key shared that was not drawn', 1, OPENED, SHARED),
    day('a medium lost and back, and the other until after closing', null, ...MORNING, ...LOST_AND_BACK),
    day('both media lost', 4, ...MORNING, lost('a', 'failed'), lost('b', 'missing')),
    day('a medium back that was not lost', 4, ...MORNING, lost('a', 'behind'), back('b')),
    day('opened after the device had to stop', 3, OPENED, ZERO, STOP, OPEN),
    day('a ballot after the device had to stop', 4, ...MORNING, STOP, cast(1)),
    day('closed after the device had to stop', 4, ...MORNING, STOP, close(0, 0, 0)),
    day('paused after the device had to stop', null, ...MORNING, STOP, PAUSE),
    day(
      'two neighbours declared dead, and the minutes once more',
      null,
      ...MORNING,
      close(0, 0, 0),
      MINUTES,
      dead('d-02'),
      KNOWN,
      MINUTES,
    ),
    day('a neighbour declared dead before closing', 3, ...MORNING, dead('d-02')),
    day('a neighbour declared dead before opening', 1, OPENED, dead('d-02')),
    day('a neighbour declared dead twice', 5, ...MORNING, close(0, 0, 0), dead('d-02'), dead('d-02')),
    day(
      'a neighbour declared dead by two of one certificate',
      4,
      ...MORNING,
      close(0, 0, 0),
      dead('d-02', [one, one]),
    ),
    day('a neighbour declared dead by two of one role', 4, ...MORNING, close(0, 0, 0), {
      type: 'device.declared_dead',
      device: 'd-02',
      by: [
        { role: 'spare', certificate: one },
        { role: 'spare', certificate: two },
      ],
    }),
    day(
      'what may happen to a device at any time',
      null,
      OPENED,
      ...BEFALLING.flatMap(everyWord),
      ZERO,
      OPEN,
      ...BEFALLING.flatMap(everyWord),
      PAUSE,
      ...BEFALLING.flatMap(everyWord),
      close(0, 0, 0),
      ...BEFALLING.flatMap(everyWord),
    ),
  ]
}
