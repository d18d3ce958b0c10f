/**
 * What can be said of a message by itself, before anything is known of its journal: its form, its signatures, whose it is. It needs no store and takes
 * most of the time, so worker threads do it (`examiners.ts`); what comes out is plain data.
 */
import { messageHash } from '../../core/messages/answer.ts'
import { parseStatus } from '../../core/messages/status.ts'
import type { Kind } from '../../core/messages/topic.ts'
import type { Refusal } from '../../core/result.ts'
import type { Scope } from '../store/store.ts'
import type { Alarm } from './alarm.ts'
import type { Ground } from './desk.ts'
import { type ExaminedEntries, examineEntries } from './examine-entries.ts'
import { type ExaminedSheet, type ExaminedTally, examineTotals } from './examine-totals.ts'

/** A message as it came. */
export interface Inbound {
  /** The device whose topic it came on, as the broker's access list vouches for it. */
  readonly device: string
  /** Answers to orders are for who sent the order. */
  readonly kind: Exclude<Kind<'up'>, 'order-answer'>
  readonly payload: Uint8Array
}

/** A message of which nothing more is to be found out: it is refused, and nobody is answered. */
export interface Refused {
  readonly is: 'refused'
  readonly alarm: Alarm
}

export type Examined = {
  readonly device: string
  /** What answers name the message by. */
  readonly hash: string
  /** The stations that it touches. */
  readonly scopes: readonly Scope[]
} & (Refused | Found)

/** What is decided on in the store. */
type Found = ExaminedEntries | ExaminedTally | ExaminedSheet | ExaminedStatus

/** Of a device of the definition how it is, in the form that devices write. */
export interface ExaminedStatus {
  readonly is: 'status'
  readonly document: string
  /** By the device's clock, milliseconds since 1970. */
  readonly at: number
  readonly alsoOf: readonly string[]
}

/**
 * What can be said of a message. Never throws.
 * @param now milliseconds since 1970
 */
export function examine(ground: Ground, { device, kind, payload }: Inbound, now: number): Examined {
  const hash = messageHash(payload)
  const examined = {
    entries: () => examineEntries(ground, device, payload, now),
    tally: () => examineTotals(ground, device, payload),
    status: () => examineStatus(ground, device, payload),
  }
  try {
    return withScopes(ground, device, hash, examined[kind]())
  } catch (error) {
    // A fault of this program. Those beside the message have nothing to do with it, and are taken.
    const reason = `the collector's program failed on message ${hash}: ${placeOf(error)}`
    return withScopes(ground, device, hash, { is: 'refused', alarm: { kind: 'not-stored', device, reason } })
  }
}

/** What kind of error it was and where, in no word of its own: these may be what was sent. */
function placeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'no error'
  const [, file = 'an unknown place'] = /^ {4}at .*?([\w.-]+:\d+:\d+)\)?$/m.exec(error.stack ?? '') ?? []
  return `${error.name} at ${file}`
}

/** A device that the definition does not name fills no table. */
function examineStatus({ stations }: Ground, device: string, payload: Uint8Array): Refused | ExaminedStatus {
  const where = `status of ${device}`
  const status = parseStatus(payload, where)
  if (!status.ok) return refused('malformed', device, status.error)
  const document = Buffer.from(payload).toString('utf8')
  if (stations.of(device).length > 0)
    return { is: 'status', document, at: Date.parse(status.value.at), alsoOf: [] }
  const next = 'Look at whom this certificate was given to.'
  return refused('forged', device, {
    code: 'message.status-device',
    where,
    what: 'the election has no such device',
    next,
  })
}

/** What was found of a message, with the stations that it touches. */
export function withScopes(ground: Ground, device: string, hash: string, found: Refused | Found): Examined {
  // What is refused touches its device alone: the alarm is kept with it.
  const touched = found.is === 'refused' ? [device] : [device, ...found.alsoOf]
  return { ...found, device, hash, scopes: ground.stations.scopesOf(touched) }
}

export function refused(kind: 'malformed' | 'forged', device: string, refusal: Refusal): Refused {
  return { is: 'refused', alarm: { kind, device, refusal } }
}
