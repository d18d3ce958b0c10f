/**
 * Every event a device may write into its journal, and all that each may contain. The one source of the types, the parser and
 * `docs/generated/events.md`. The journal is public: an event never holds a choice, a code, a number of selections, a ballot's hash,
 * size, style, language, corrections or duration, or who voted.
 */
import { z } from 'zod'

/** The last character before the padding holds four bits: 32 bytes have one base64. */
const hash = z
  .string()
  .regex(/^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/)
  .describe('32 bytes, base64')
const count = z.int().min(0).describe('a count')
const role = z.enum(['executive', 'supervisory', 'spare'])
const peripheral = z.enum(['touchscreen', 'card-reader', 'printer', 'io-board', 'display'])
const medium = z.enum(['a', 'b'])
const short = z.string().min(1).max(120)

/** How a device tells the centre; an order may bring another one. */
export const tellingPolicy = z.strictObject({
  tellEverySeconds: z.int().min(10).max(600).describe('between two messages while polls are open'),
  closingWindowSeconds: z.int().min(0).max(7_200).describe('over so long the devices spread at closing'),
})

/** What happened and the members beside `seq`, `at` and `type`; the description goes into the document. */
export const CATALOGUE = {
  'journal.opened': z
    .strictObject({
      version: z.literal(1),
      origin: z.string().min(1).max(256).describe('name of this journal, never issued twice'),
      certificate: hash.describe('SHA-256 of the device certificate'),
      package: hash.describe('SHA-256 of the election package'),
      software: short.describe('name and version of the program'),
      program: hash.describe("SHA-256 over the list of the program's files"),
      random: z.enum(['system', 'seeded, not secret']).describe('where random numbers come from'),
    })
    .describe('First entry, always: binds device, election and program.'),
  takeover: z
    .strictObject({
      origin: z.string().min(1).max(256).describe('name of the journal of the device that died'),
      size: count.describe('its entries, as found on its medium'),
      root: hash.describe('root over them'),
      casts: count.describe('ballots cast by then'),
      voids: count.describe('void slips by then'),
      batches: count.describe('batches sealed by then'),
      pooled: count.describe('ballots that waited in its pool and wait in this one now'),
      slip: z
        .enum(['none', 'recorded', 'not-recorded'])
        .describe('whether a slip was in hand on it, and whether its vote was recorded'),
      media: z
        .enum(['both', 'one'])
        .describe(
          'both: its two media were held against each other and the longer was taken; one: the two officers said that the other is lost or cannot be read',
        ),
      executive: hash,
      supervisory: hash,
      technician: hash,
    })
    .describe(
      'Second entry of a spare that took the place of a device of its station: with two officers and a technician (SHA-256 of their certificates) it goes on with that device’s ballots, spent authorizations and counts, and its polls are open.',
    ),
  'device.started': z
    .strictObject({
      peripherals: z.record(peripheral, short).describe('what each peripheral said of itself'),
      program: hash.describe("SHA-256 over the list of the program's files"),
    })
    .describe('The program started and its peripherals answered.'),
  'officer.pin_wrong': z
    .strictObject({ role, tries_left: count })
    .describe("A wrong PIN was typed for an officer's card."),
  'officer.admitted': z
    .strictObject({
      role,
      certificate: hash.describe("SHA-256 of the officer's certificate"),
      purpose: z.enum(['opening', 'resuming', 'closing', 'leaving', 'declaring']),
    })
    .describe('An officer proved the card with its PIN; for what.'),
  'day_key.drawn': z
    .strictObject({
      id: z
        .string()
        .regex(/^[0-9a-f]{32}$/)
        .describe('first 16 bytes of a hash of the key, hex'),
    })
    .describe("This device drew a day key and begins to share it over the officers' cards."),
  'day_key.shared': z
    .strictObject({
      id: z
        .string()
        .regex(/^[0-9a-f]{32}$/)
        .describe('first 16 bytes of a hash of the key, hex'),
    })
    .describe(
      "The executive's and the supervisor's card both took their share of a key that was drawn here: any device may open with it from now on.",
    ),
  'officer.card_damaged': z
    .strictObject({ role })
    .describe(
      "The heads of journals on an officer's card could not be read; they were left out when the card was written anew.",
    ),
  'report.printed': z
    .strictObject({ report: z.enum(['zero', 'minutes', 'totals']) })
    .describe('The printer proved that a report was printed.'),
  'polls.opened': z
    .strictObject({ executive: hash, supervisory: hash })
    .describe('Polls opened with two officers (SHA-256 of their certificates); every count was zero.'),
  'polls.paused': z
    .strictObject({ reason: z.enum(['restart', 'tamper', 'touch-drift']) })
    .describe('Voting stopped until two officers resume it.'),
  'polls.resumed': z
    .strictObject({ by: z.array(z.strictObject({ role, certificate: hash })).length(2) })
    .describe('Two officers resumed voting.'),
  'ballot.cast': z.strictObject({ count }).describe('A ballot was cast; the running count.'),
  'batch.sealed': z
    .strictObject({ batch: count, count, root: hash })
    .describe(
      'Ballots left the pool for good: number of the batch, how many, Merkle root over the sealed ballots.',
    ),
  'slip.voided': z
    .strictObject({ count })
    .describe('A slip was printed void and dropped without a vote; the running count.'),
  'card.refused': z
    .strictObject({
      reason: z.enum([
        'unreadable',
        'not-a-voter-card',
        'forged',
        'other-election',
        'other-station',
        'other-day',
        'unknown-style',
        'claimed-elsewhere',
        'already-used',
        'blank',
      ]),
    })
    .describe('A card was refused and opened no session.'),
  'card.released': z
    .strictObject({})
    .describe(
      "A voter's card was given free: this device had claimed it and recorded nothing with it. Any device of the station may take it.",
    ),
  'printer.trouble': z
    .strictObject({ trouble: z.enum(['paper-out', 'cover-open', 'error', 'hot', 'broken', 'silent']) })
    .describe('The printer could not print or cut; a poll worker was asked for help.'),
  'printer.paper_low': z
    .strictObject({})
    .describe("The printer's roll is near its end; a poll worker was asked for a new one between voters."),
  'line.lost': z.strictObject({ peripheral }).describe('A peripheral stopped answering or was unplugged.'),
  'line.restored': z.strictObject({ peripheral }).describe('A lost peripheral answers again.'),
  'medium.lost': z
    .strictObject({
      medium,
      why: z
        .enum(['failed', 'silent', 'missing', 'damaged', 'behind'])
        .describe(
          'it refused a step, did not answer in time, or at a start was not there, did not hold what it should, or held less than the other',
        ),
    })
    .describe(
      'One of the two storage media does not count any more: what follows is on the other alone, until `medium.restored`.',
    ),
  'medium.restored': z
    .strictObject({ medium })
    .describe('A lost storage medium holds everything again that the other holds, and counts from here on.'),
  'tamper.opened': z
    .strictObject({ switch: z.enum(['chassis', 'ballot-box', 'seal', 'unknown']) })
    .describe(
      'A tamper switch opened; unknown: the I/O board has counted an opening of which it keeps no latch, or is another board.',
    ),
  'tamper.counted': z
    .strictObject({ openings: count.describe('of all tamper switches, ever, as the I/O board counts them') })
    .describe("The I/O board's count of openings is another than the journal had last."),
  'power.changed': z
    .strictObject({ power: z.enum(['mains', 'battery', 'battery-low']) })
    .describe(
      'What the device runs on: supply, battery, or a battery that is nearly empty. With the last no new voter is let in.',
    ),
  'temperature.changed': z
    .strictObject({ temperature: z.enum(['fine', 'hot', 'cold']) })
    .describe('The temperature in the case left the range it should have, or came back to it.'),
  'slip.miscounted': z
    .strictObject({ what: z.enum(['not-seen', 'uncalled']) })
    .describe(
      'The sensor in the slot of the ballot box did not see a slip that was cut, or saw something pass that was not.',
    ),
  'storage.changed': z
    .strictObject({ room: z.enum(['enough', 'low', 'full']) })
    .describe(
      'How many more ballots there is room for: enough, few, or none; with the last no new voter is let in. The polls can still be closed.',
    ),
  'storage.failed': z
    .strictObject({ what: z.enum(['full', 'read-only', 'io-error']) })
    .describe(
      'The storage refused to write or to read and the program stopped; this is written once it can be.',
    ),
  'entries.left_out': z
    .strictObject({
      of: z.enum(['card.refused', 'printer.trouble', 'printer.paper_low', 'line.lost', 'slip.miscounted']),
      count,
    })
    .describe(
      'More entries of that kind than are written: within an hour it came again and again. With each `line.lost` its `line.restored` is left out too.',
    ),
  'clock.jumped': z
    .strictObject({ way: z.enum(['forward', 'back']), seconds: count })
    .describe(
      'The clock was set while the program ran, or had been set back before a start: times before and after do not compare.',
    ),
  'clock.checked': z
    .strictObject({ stands: z.enum(['in-the-day', 'outside']) })
    .describe(
      'Whether the clock stands in the polling day of the package or within six hours of it: while it is outside no new voter is let in and no polls are opened; they can still be resumed and closed.',
    ),
  'witness.alarm': z
    .strictObject({
      device: short.describe('id of the neighbour'),
      alarm: z.enum(['forked', 'other-journal', 'inconsistent', 'closed-after-all']),
    })
    .describe(
      "A neighbour's head on an officer's card does not go on from the one known before: two histories (forked), or two journals under one device id (other-journal); or the proof beside it does not hold (inconsistent), which may be the card's fault; or it closed although two officers declared it dead (closed-after-all).",
    ),
  'device.stopped': z
    .strictObject({ why: z.enum(['rolled-back', 'forked', 'other-journal', 'declared-dead']) })
    .describe(
      'Somebody holds a head that this device signed and that is not of this journal: larger (rolled-back), of another history (forked) or of another journal of this device (other-journal); or two officers declared this device dead (declared-dead). Nobody votes here any more.',
    ),
  'device.declared_dead': z
    .strictObject({
      device: short.describe('id of the device that the package lists for that place of the station'),
      known: z
        .strictObject({
          origin: z.string().min(1).max(256),
          size: count,
          root: hash,
        })
        .optional()
        .describe('the last head of it that was known here; absent if none was'),
      by: z.array(z.strictObject({ role, certificate: hash })).length(2),
    })
    .describe(
      'After its own closing: two officers declared that a neighbour is dead with its polls open and will never close. The station is complete without it; what was cast on it is in no count but that of its paper.',
    ),
  'order.accepted': z
    .strictObject({
      number: count.describe('the number of the order; each is above the one before'),
      order: hash.describe("SHA-256 of the order's canonical payload"),
      do: z.enum(['extend-hours', 'send-logs', 'lock', 'unlock', 'reload-policy']),
      until: z
        .string()
        .regex(/^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$/)
        .optional()
        .describe('of extend-hours: polls are not closed before; else absent'),
      policy: tellingPolicy
        .optional()
        .describe('of reload-policy: how often the device tells the centre; else absent'),
      by: z.array(z.strictObject({ name: short, certificate: hash })).length(2),
    })
    .describe(
      'An order of two officials of the election office (names and SHA-256 of their certificates) is taken, and has its effect from here on. The last one of a kind counts. Between `lock` and `unlock` no ballot is cast.',
    ),
  'polls.closed': z
    .strictObject({
      executive: hash,
      supervisory: hash,
      casts: count,
      voids: count.describe('void slips'),
      batches: count,
      spent: hash.describe('SHA-256 over the sorted tags of spent authorizations'),
      tally: hash.describe('SHA-256 of a 32-byte salt and the canonical tally'),
    })
    .describe('Polls closed for good with two officers; the tally is committed.'),
} as const

/** The two storage media of a device, by the order in which they are written. */
export type MediumName = z.infer<typeof medium>

export type EventType = keyof typeof CATALOGUE

/** An event as the device makes it: its type and exactly the members the catalogue gives it. */
export type JournalEvent = {
  [T in EventType]: { readonly type: T } & Members<z.infer<(typeof CATALOGUE)[T]>>
}[EventType]

/** An object without members is inferred as one whose every member is impossible, `type` too. */
type Members<M> = M extends Record<string, never> ? unknown : Readonly<M>

const EVENT_TYPES: ReadonlySet<string> = new Set(Object.keys(CATALOGUE))

/** Whether a text names an event of the catalogue. */
export function isEventType(type: unknown): type is EventType {
  return typeof type === 'string' && EVENT_TYPES.has(type)
}
