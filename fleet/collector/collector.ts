/**
 * The collector: hears every device of the election and answers each. What is stored is stored before the receipt goes out; what cannot be
 * taken becomes an alarm.
 */
import type { Logger } from '../../core/ports.ts'
import { ok, type Result } from '../../core/result.ts'
import type { Alarm, AlarmKind } from './alarm.ts'
import { type BrokerAddress, openConnection } from './connection.ts'
import type { Desk } from './desk.ts'
import type { Outcome } from './outcome.ts'
import { takeEntries } from './take-entries.ts'
import { takeTally } from './take-tally.ts'

/** How often each kind of reply went out and each kind of alarm was raised. */
export type Counts = Readonly<Record<'receipt' | 'answer' | AlarmKind, number>>

interface CollectorOptions extends Desk {
  readonly broker: BrokerAddress
  /** Of several collectors that share the messages; absent for the only one. */
  readonly group?: string | undefined
  readonly logger: Logger
  readonly onAlarm: (alarm: Alarm) => void
}

export interface Collector {
  counts(): Counts
  close(): Promise<void>
}

/**
 * Starts the collector; resolves once it is subscribed for the first time. It goes on for ever when the link fails later.
 * @returns a refusal `collector.*` where the broker will not have it
 */
export async function startCollector(options: CollectorOptions): Promise<Result<Collector>> {
  const { broker, group, logger, onAlarm } = options
  const { election } = options.package.definition
  const counts = {
    receipt: 0,
    answer: 0,
    malformed: 0,
    forged: 0,
    inconsistent: 0,
    gap: 0,
    equivocation: 0,
    'other-tally': 0,
    'small-device': 0,
    'second-sheet': 0,
    'second-journal': 0,
    'takeover-fork': 0,
    'not-dead': 0,
    'not-stored': 0,
  }
  const connection = await openConnection({
    broker,
    election,
    group,
    logger,
    onMessage: async ({ device, kind, payload }, send) => {
      const { reply, alarm } = take(options, device, kind, payload)
      if (alarm !== undefined) {
        counts[alarm.kind] += 1
        logger.warn({ device, alarm: alarm.kind }, 'collector: alarm')
        onAlarm(alarm)
      }
      if (reply === undefined) return
      counts[reply.kind] += 1
      send(device, reply.kind, reply.payload)
    },
  })
  return connection.ok ? ok({ counts: () => ({ ...counts }), close: connection.value.close }) : connection
}

/** One message. Whatever the store throws means: not on disk, so no receipt. */
function take(
  options: CollectorOptions,
  device: string,
  kind: 'entries' | 'tally',
  payload: Uint8Array,
): Outcome {
  try {
    return kind === 'entries' ? takeEntries(options, device, payload) : takeTally(options, device, payload)
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown'
    options.logger.error({ device, reason }, 'collector: not stored')
    return { alarm: { kind: 'not-stored', device, reason } }
  }
}
