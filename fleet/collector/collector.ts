/**
 * The collector: one MQTT client that hears every device of the election and answers each. What is stored is stored before the
 * receipt goes out; what cannot be taken becomes an alarm.
 */
import { connect } from 'mqtt'
import { parseTopic, topicOf } from '../../core/messages/topic.ts'
import type { Logger } from '../../core/ports.ts'
import { centreFilter } from '../broker/access.ts'
import type { TlsIdentity } from '../broker/broker.ts'
import type { Alarm, AlarmKind } from './alarm.ts'
import type { Desk } from './desk.ts'
import type { Outcome } from './outcome.ts'
import { takeEntries } from './take-entries.ts'
import { takeTally } from './take-tally.ts'

/** Milliseconds until the collector tries again to reach its broker; one client on the broker's own network needs no jitter. */
const RECONNECT_MS = 1_000

/** How often each kind of reply went out and each kind of alarm was raised. */
export type Counts = Readonly<Record<'receipt' | 'answer' | AlarmKind, number>>

interface CollectorOptions extends Desk {
  readonly broker: {
    /** `mqtts://host:port`. */
    readonly url: string
    readonly tls: TlsIdentity
    /** Subject of the certificate that the broker must show. */
    readonly servername: string
    /** Subject of the collector's own certificate. */
    readonly clientId: string
  }
  readonly logger: Logger
  readonly onAlarm: (alarm: Alarm) => void
}

export interface Collector {
  counts(): Counts
  close(): Promise<void>
}

/** Starts the collector; resolves once it is subscribed for the first time. It goes on for ever when the link fails later. */
export async function startCollector(options: CollectorOptions): Promise<Collector> {
  const { broker, logger, onAlarm } = options
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
  const client = connect(broker.url, {
    ...broker.tls,
    servername: broker.servername,
    clientId: broker.clientId,
    protocolVersion: 4,
    clean: true,
    reconnectPeriod: RECONNECT_MS,
    resubscribe: false,
    timerVariant: 'native',
  })
  client.on('error', (error) => logger.warn({ error: error.message }, 'collector: link failed'))
  client.on('message', (topic, payload) => {
    const parsed = parseTopic(topic)
    if (parsed === undefined || parsed.election !== election || parsed.direction !== 'up') return
    const { device } = parsed
    const { reply, alarm } = take(options, device, parsed.kind, payload)
    if (alarm !== undefined) {
      counts[alarm.kind] += 1
      logger.warn({ device, alarm: alarm.kind }, 'collector: alarm')
      onAlarm(alarm)
    }
    if (reply === undefined) return
    counts[reply.kind] += 1
    client.publish(
      topicOf(election, device, 'down', reply.kind),
      Buffer.from(reply.payload),
      { qos: 1 },
      (error) => {
        if (error) logger.warn({ device, error: error.message }, 'collector: reply not sent')
      },
    )
  })
  await new Promise<void>((resolve) => {
    client.on('connect', () => {
      client.subscribe(centreFilter(election), { qos: 1 }, (error) => {
        if (error) logger.error({ error: error.message }, 'collector: subscription refused')
        else resolve()
      })
    })
  })
  return { counts: () => ({ ...counts }), close: () => client.endAsync(true) }
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
