/**
 * A collector's connection to its broker: one MQTT client that hears every device of the election and can answer each, and comes back for
 * ever. As the only collector it speaks MQTT 3.1.1 and subscribes to everything; as one of several it speaks MQTT 5 and shares one subscription
 * with the others (MQTT 5, 4.8.2), so that each message comes to one of them. A message is acknowledged to the broker once it was handled.
 */
import { connect, type IPublishPacket, type MqttClient } from 'mqtt'
import { MAX_UP_BYTES } from '../../core/messages/payload.ts'
import { type Kind, parseTopic, topicOf } from '../../core/messages/topic.ts'
import type { Logger } from '../../core/ports.ts'
import { ok, type Refusal, type Result, refuse } from '../../core/result.ts'
import { centreFilter } from '../broker/access.ts'
import type { TlsIdentity } from '../broker/broker.ts'

/** Milliseconds until the collector tries again to reach its broker; one client on the broker's own network needs no jitter. */
const RECONNECT_MS = 1_000
/** So many messages at once may wait to be handled. Behind them the line is not read, and the broker waits. */
export const MAX_UNHANDLED = 1_000
/** A payload, its topic and what a publish packet has besides: an MQTT 5 broker keeps larger ones to itself. */
const MAX_PACKET_BYTES = MAX_UP_BYTES + 1024

/** CONNACK codes that waiting does not change: MQTT 3.1.1, 3.2.2.3 and MQTT 5, 3.2.2.2. A broker without MQTT 5 answers in 3.1.1. */
const OTHER_VERSION: readonly unknown[] = [1, 132]
const NOT_LET_IN: readonly unknown[] = [2, 4, 5, 133, 134, 135]

/** Links lost in a row without a message between them, and it is no longer the network: a broker gives a name to whoever came last. */
const THROWN_OUT = 3

/** Where the broker is, and how each side proves who it is. */
export interface BrokerAddress {
  /** `mqtts://host:port`. */
  readonly url: string
  readonly tls: TlsIdentity
  /** Subject of the certificate that the broker must show. */
  readonly servername: string
  /** Subject of the collector's own certificate. */
  readonly clientId: string
}

/** What came from a device, as the broker's access list vouches for it. */
export interface UpMessage {
  readonly device: string
  readonly kind: Kind<'up'>
  readonly payload: Uint8Array
}

interface ConnectionOptions {
  readonly broker: BrokerAddress
  readonly election: string
  /**
   * The name under which several collectors share the messages; absent for the only one. It is a secret: a broker that does not judge
   * subscriptions (Mosquitto) gives whoever knows the name its share of the messages, to be lost.
   */
  readonly group?: string | undefined
  readonly logger: Logger
  /** Handles one message. Until the promise is settled the message is not acknowledged to the broker; it never rejects. */
  readonly onMessage: (message: UpMessage, reply: Reply) => Promise<void>
  /** Nobody waits any more for the broker to be reached: the connection that is returned may hear nothing, and is to be closed. */
  readonly givenUp?: AbortSignal
}

type Reply = (device: string, kind: Kind<'down'>, payload: Uint8Array) => void

export interface Connection {
  readonly reply: Reply
  /** Hears no more, waits for what is being handled, and closes the line. */
  close(): Promise<void>
}

/**
 * Connects; resolves once subscribed for the first time, however long that takes.
 * @returns a refusal `collector.*` where the broker is reached and waiting would not help
 */
export async function openConnection(options: ConnectionOptions): Promise<Result<Connection>> {
  const { broker, election, group, logger } = options
  const client = connect(broker.url, {
    ...broker.tls,
    servername: broker.servername,
    clientId: broker.clientId,
    protocolVersion: group === undefined ? 4 : 5,
    ...(group === undefined
      ? {}
      : { properties: { receiveMaximum: MAX_UNHANDLED, maximumPacketSize: MAX_PACKET_BYTES } }),
    clean: true,
    reconnectPeriod: RECONNECT_MS,
    reconnectOnConnackError: true,
    resubscribe: false,
    timerVariant: 'native',
  })
  const reply: Reply = (device, kind, payload) => {
    const topic = topicOf(election, device, 'down', kind)
    client.publish(topic, Buffer.from(payload), { qos: 1 }, (error) => {
      if (error) logger.warn({ device, error: error.message }, 'collector: reply not sent')
    })
  }
  let isUp = false
  let lostInARow = 0
  let lastError: string | undefined
  const inbox = openInbox(client, election, (message) => {
    lostInARow = 0
    return options.onMessage(message, reply)
  })
  const filter = group === undefined ? centreFilter(election) : `$share/${group}/${centreFilter(election)}`
  let wasHeard = false
  const refusal = await new Promise<Refusal | undefined>((resolve) => {
    const settle = (found: Result<unknown>) => {
      if (found.ok) {
        wasHeard = true
        return resolve(undefined)
      }
      logger.error({ code: found.error.code }, 'collector: refused by the broker')
      resolve(found.error)
    }
    /** What a broker refuses that granted it before, it may grant again: the line is hung up, and comes back. */
    const refused = (found: Result<never>) => {
      settle(found)
      if (wasHeard) client.stream.destroy()
    }
    options.givenUp?.addEventListener('abort', () => resolve(undefined))
    client.on('error', (error) => {
      const found = findRefusal(error, broker)
      if (!found.ok) return settle(found)
      // mqtt.js tells of one failure twice, and the next try a second later fails in the same way.
      if (error.message !== lastError) logger.warn({ error: error.message }, 'collector: link failed')
      lastError = error.message
    })
    client.on('close', () => {
      if (!isUp) return
      isUp = false
      lostInARow += 1
      logger.warn({ broker: broker.url }, 'collector: link lost')
      if (lostInARow < THROWN_OUT) return
      logger.error(
        { name: broker.clientId },
        'collector: link lost again and again; is another program at work with this certificate?',
      )
    })
    client.on('connect', ({ properties }) => {
      isUp = true
      lastError = undefined
      if (group !== undefined && properties?.sharedSubscriptionAvailable === false) {
        return refused(cannotShare(broker))
      }
      client.subscribe(filter, { qos: 1 }, (error) => {
        if (!error) return settle(ok(undefined))
        // A line that breaks in between is one of many; what the broker says of the subscription stays.
        if (client.connected) refused(notHeard(broker))
      })
    })
  })
  if (refusal !== undefined) {
    await client.endAsync(true)
    return { ok: false, error: refusal }
  }
  return ok({
    reply,
    close: async () => {
      await inbox.close()
      isUp = false
      await client.endAsync(true)
    },
  })
}

/** A message that is not acknowledged yet. */
interface Unhandled {
  readonly stream: MqttClient['stream']
  /** Undefined for QoS 0, which knows no acknowledgement. */
  readonly id: number | undefined
  isHandled: boolean
}

/**
 * Hands messages on, many at once, and acknowledges each when it was handled, in the order in which they came (MQTT 3.1.1, 4.6). mqtt.js would read
 * no other message before it may acknowledge this one, and batches could not form: so it is told of an error, which makes
 * it read on without a word to the broker, and the acknowledgement is written here (MQTT 3.1.1 and 5, 3.4):
 *
 *     40 02 <identifier, two bytes>
 */
function openInbox(client: MqttClient, election: string, handle: (message: UpMessage) => Promise<void>) {
  const waiting: Unhandled[] = []
  let readOn: (() => void) | undefined
  let idle: (() => void) | undefined
  let isClosed = false
  let isScheduled = false

  /** Once for all that were handled in one go, as in a batch. */
  function schedule() {
    if (isScheduled) return
    isScheduled = true
    process.nextTick(() => {
      isScheduled = false
      acknowledge()
    })
  }

  function acknowledge() {
    const first = waiting.findIndex(({ isHandled }) => !isHandled)
    const done = waiting.splice(0, first === -1 ? waiting.length : first)
    const { stream } = client
    // An identifier belongs to the connection it came by.
    const ids = done.flatMap(({ stream: cameBy, id }) => (cameBy === stream && id !== undefined ? [id] : []))
    if (ids.length > 0 && !stream.destroyed) {
      stream.write(Buffer.from(ids.flatMap((id) => [0x40, 0x02, id >> 8, id & 0xff])))
    }
    if (waiting.length < MAX_UNHANDLED) {
      // Reading on may hand over the next message before it returns.
      const next = readOn
      readOn = undefined
      next?.()
    }
    if (waiting.length === 0) idle?.()
  }

  client.handleMessage = ({ topic, payload, qos, messageId }: IPublishPacket, done) => {
    if (isClosed) return
    const message: Unhandled = {
      stream: client.stream,
      id: qos === 0 ? undefined : messageId,
      isHandled: false,
    }
    waiting.push(message)
    const handled = () => {
      message.isHandled = true
      schedule()
    }
    const parsed = parseTopic(topic)
    if (parsed === undefined || parsed.election !== election || parsed.direction !== 'up') {
      handled()
    } else {
      const { device, kind } = parsed
      void handle({
        device,
        kind,
        payload: typeof payload === 'string' ? Buffer.from(payload) : payload,
      }).then(handled)
    }
    const next = () => done(new Error('acknowledged later'))
    if (waiting.length < MAX_UNHANDLED) next()
    else readOn = next
  }

  return {
    close: async () => {
      isClosed = true
      if (waiting.length === 0) return
      await new Promise<void>((resolve) => {
        idle = resolve
      })
    },
  }
}

function findRefusal(error: Error, broker: BrokerAddress): Result<undefined> {
  const code = 'code' in error ? error.code : undefined
  if (OTHER_VERSION.includes(code)) return cannotShare(broker)
  if (!NOT_LET_IN.includes(code)) return ok(undefined)
  return refuse(
    'collector.not-let-in',
    broker.url,
    `the broker does not let ${broker.clientId} in`,
    "Look whether the broker's access list is made for this election and this certificate.",
  )
}

function cannotShare(broker: BrokerAddress): Result<never> {
  return refuse(
    'collector.cannot-share',
    broker.url,
    'this broker cannot share messages among collectors (no shared subscriptions of MQTT 5)',
    'Run one collector alone, without sharing; for several use Mosquitto or another broker of MQTT 5.',
  )
}

function notHeard(broker: BrokerAddress): Result<never> {
  return refuse(
    'collector.not-heard',
    broker.url,
    `the broker does not let ${broker.clientId} hear the devices of this election`,
    'Only a certificate of the centre may; see which one the collector was given.',
  )
}
