/**
 * Up, kind `status`: how a device is, on the timer of the sync until its polls are closed. Nothing in it is anybody's vote: counters of what goes wrong,
 * states, and how many ballots in round numbers. What goes well on a line is not counted, for each finger is some frames; and all messages are of one length,
 * so that a line that got worse is not seen by who listens. Nothing is decided by it, so nobody signs it: the broker vouches for whose it is.
 */
import { z } from 'zod'
import type { Result } from '../result.ts'
import { refuse, valueOrThrow } from '../result.ts'
import { canonicalJson, parseCanonicalJson } from '../text/canonical-json.ts'
import { NEXT, payloadText } from './payload.ts'

/** Every payload has so many bytes: the longest there can be needs fewer. */
export const STATUS_BYTES = 1_280

/** Counts of ballots are whole multiples of it. */
const ROUND_BALLOTS = 50
/** Beyond it there is room for a day, and it does not matter how much more. */
const MANY_BALLOTS = 2_000
/** Counters are 0 or a power of two up to this. */
const LARGEST_COUNTER = 2 ** 30

const counter = z
  .int()
  .min(0)
  .max(LARGEST_COUNTER)
  .refine((count) => roundCounter(count) === count)
const ballots = z.int().min(0).multipleOf(ROUND_BALLOTS)

const line = z.strictObject({
  state: z.enum(['connecting', 'identifying', 'ready', 'faulted']),
  discardedBytes: counter,
  badChecksums: counter,
  timeouts: counter,
  reconnects: counter,
})

const status = z.strictObject({
  /** Of the device's clock, to the second. */
  at: z.iso.datetime({ precision: 0 }).length(20),
  /** SHA-256 over the list of its program's files, base64. */
  program: z.base64().length(44),
  polls: z.enum(['closed', 'open', 'paused']),
  /** Ballots so far, rounded down. */
  casts: ballots.max(10_000_000),
  lines: z.strictObject({
    touchscreen: line,
    'card-reader': line,
    printer: line,
    'io-board': line,
    display: line,
  }),
  media: z.strictObject({ a: z.enum(['used', 'lost']), b: z.enum(['used', 'lost']) }),
  power: z.enum(['mains', 'battery', 'battery-low']),
  temperature: z.enum(['fine', 'hot', 'cold']),
  /** Ballots for which there is room, rounded down. */
  room: ballots.max(MANY_BALLOTS),
  paper: z.enum(['enough', 'low']),
  /** Whether the device's clock stands on the polling day. */
  clock: z.enum(['in-the-day', 'outside']),
})

const shape = status.extend({ version: z.literal(1), padding: z.string().regex(/^ *$/) })

export type DeviceStatus = z.infer<typeof status>

/** A count of what went wrong as it is told: which power of two it has reached. */
export function roundCounter(count: number): number {
  return count < 1 ? 0 : Math.min(LARGEST_COUNTER, 2 ** Math.floor(Math.log2(count)))
}

/** A number of ballots as it is told. */
export function roundBallots(count: number): number {
  return Math.floor(count / ROUND_BALLOTS) * ROUND_BALLOTS
}

/** Room for so many ballots as it is told. */
export function roundRoom(count: number): number {
  return roundBallots(Math.min(count, MANY_BALLOTS))
}

/** The payload. Throws on a status that {@link parseStatus} would refuse: ours must not be. */
export function encodeStatus(told: DeviceStatus): Uint8Array {
  const text = canonicalJson({ ...told, version: 1, padding: '' })
  const padding = ' '.repeat(Math.max(0, STATUS_BYTES - text.length))
  const payload = Buffer.from(canonicalJson({ ...told, version: 1, padding }))
  valueOrThrow(parseStatus(payload, 'own status'))
  return payload
}

/** Reads a payload. */
export function parseStatus(payload: Uint8Array, where: string): Result<DeviceStatus> {
  if (payload.length !== STATUS_BYTES)
    return refuse('message.status-size', where, `a status has ${STATUS_BYTES} bytes`, NEXT)
  const text = payloadText(payload, STATUS_BYTES, where)
  if (!text.ok) return text
  const json = parseCanonicalJson(text.value, where)
  if (!json.ok) return json
  const parsed = shape.safeParse(json.value)
  if (!parsed.success) return refuse('message.status', where, 'this is not the status of a device', NEXT)
  const { version, padding, ...told } = parsed.data
  return { ok: true, value: told }
}
