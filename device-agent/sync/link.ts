/**
 * One MQTT connection (3.1.1, mutual TLS) that comes back for ever. mqtt.js's own reconnecting is off: each connection is a new client with
 * no memory of the last, and the wait in between is ours, by the given clock and random numbers.
 */
import { connect } from 'mqtt'
import { FrameMeter } from '../../core/messages/frame-meter.ts'
import { MAX_DOWN_BYTES } from '../../core/messages/payload.ts'
import { deviceFilter, type Kind, parseTopic, topicOf } from '../../core/messages/topic.ts'
import type { Clock, Logger, Random, Timer } from '../../core/ports.ts'
import { backoffMs } from './backoff.ts'

/** Until the broker has accepted the connection. Milliseconds of real time. */
const CONNECT_MS = 10_000
/** A message to a device, its topic and what a packet has besides: whoever sends more would have the program that takes votes keep it. */
const MAX_PACKET_BYTES = MAX_DOWN_BYTES + 1024
/** Seconds between signs of life. */
const KEEPALIVE_S = 60

/** Where the centre is and how each side proves who it is. */
export interface CentreAddress {
  /** `mqtts://host:port`. */
  readonly url: string
  /** Subject of the certificate that the broker must show. */
  readonly servername: string
  /** The device's TLS key and certificate and the authority's certificate, PEM. */
  readonly tls: { readonly key: string; readonly cert: string; readonly ca: string }
}

interface LinkOptions {
  readonly address: CentreAddress
  readonly election: string
  readonly deviceId: string
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  /** Stops virtual time until the returned function is called. */
  readonly hold: () => () => void
  /** Connected and subscribed: messages may be sent. */
  readonly up: () => void
  readonly down: () => void
  readonly receive: (kind: Kind<'down'>, payload: Uint8Array) => void
}

interface Link {
  /** Hands a message over; whether it arrived only an answer of the centre tells. */
  publish(kind: Kind<'up'>, payload: Uint8Array): void
  /** The centre has answered: the next wait is a short one again. */
  proven(): void
  close(): Promise<void>
}

/** Starts connecting at once. Nothing here throws or rejects because of the network. */
export function startLink(options: LinkOptions): Link {
  const { address, election, deviceId, clock, random, logger } = options
  let failures = 0
  let closed = false
  let timer: Timer | undefined
  let client = open()

  function open() {
    let release: (() => void) | undefined = options.hold()
    let isUp = false
    let isTold = false
    const settled = () => {
      release?.()
      release = undefined
    }
    const opened = connect(address.url, {
      ...address.tls,
      servername: address.servername,
      clientId: deviceId,
      protocolVersion: 4,
      clean: true,
      keepalive: KEEPALIVE_S,
      connectTimeout: CONNECT_MS,
      reconnectPeriod: 0,
      timerVariant: 'native',
      // Its own log is made anew for every client, whether or not anybody reads it.
      log: () => {},
    })
    const meter = new FrameMeter(MAX_PACKET_BYTES)
    opened.stream.on('data', (chunk: Uint8Array) => {
      if (!meter.take(chunk))
        opened.stream.destroy(new Error(`a packet of more than ${MAX_PACKET_BYTES} bytes`))
    })
    opened.on('connect', () => {
      opened.subscribe(deviceFilter(election, deviceId), { qos: 1 }, (error) => {
        settled()
        if (error) {
          logger.warn({ error: error.message }, 'sync: subscription refused')
          opened.end(true)
        } else if (!closed) {
          isUp = true
          options.up()
        }
      })
    })
    opened.on('message', (topic, payload) => {
      const parsed = parseTopic(topic)
      if (parsed?.direction === 'down' && parsed.device === deviceId) options.receive(parsed.kind, payload)
    })
    // mqtt.js tells of one failed TLS connection twice.
    opened.on('error', (error) => {
      if (!isTold) logger.warn({ error: error.message }, 'sync: link failed')
      isTold = true
    })
    opened.once('close', () => {
      settled()
      if (isUp) options.down()
      opened.end(true)
      if (closed) return
      failures += 1
      timer = clock.after(backoffMs(failures, random), () => {
        client = open()
      })
    })
    return opened
  }

  return {
    publish: (kind, payload) => {
      client.publish(topicOf(election, deviceId, 'up', kind), Buffer.from(payload), { qos: 1 }, (error) => {
        if (error) logger.warn({ error: error.message }, 'sync: message not handed over')
      })
    },
    proven: () => {
      failures = 0
    },
    close: async () => {
      closed = true
      timer?.cancel()
      await client.endAsync(true)
    },
  }
}
