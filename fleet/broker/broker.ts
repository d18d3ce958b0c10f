/**
 * The embedded MQTT broker (3.1.1): mutual TLS, and the access list of `access.ts`. It keeps nothing: no sessions, no retained
 * messages, for what a receipt has not confirmed is sent again anyway.
 */
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { createServer } from 'node:tls'
import { Aedes, type AuthenticateError, type Client } from 'aedes'
import { readTlsPeer } from '../../core/keys/certificate.ts'
import { MAX_DOWN_BYTES, MAX_UP_BYTES } from '../../core/messages/payload.ts'
import type { Clock, Logger } from '../../core/ports.ts'
import { mayPublish, maySubscribe, type Peer } from './access.ts'
import { limitFrames } from './frame-limit.ts'

/** All devices of the country, spares, and some room. */
const MAX_CONNECTIONS = 40_000
/** For the handshake, then again for the first packet. Milliseconds. */
const HANDSHAKE_MS = 10_000
/** Seconds; a client must agree to be heard from at least so often. */
const MAX_KEEPALIVE_S = 300
/**
 * A collector under load reads on, but its line is not empty for long; one that reads nothing at all is noticed by its missing keepalive.
 * Milliseconds.
 */
const DRAIN_MS = 600_000
/** A payload, its topic and what a publish packet has besides. */
const MAX_PACKET_BYTES = MAX_UP_BYTES + 1024
/** Of messages to one device that it has not read yet; there is one at a time to answer. */
const MAX_UNREAD_BYTES = 16 * MAX_DOWN_BYTES
/** Of messages to one collector that it has not read yet, as Mosquitto's configuration has it; what is lost behind them, devices send again. */
const MAX_WAITING_BYTES = 1024 ** 3
/** MQTT 3.1.1, 3.2.2.3. */
const NOT_AUTHORIZED = 5

/** Key, certificate and authority's certificate, PEM. */
export interface TlsIdentity {
  readonly key: string
  readonly cert: string
  readonly ca: string
}

interface BrokerOptions {
  readonly host: string
  /** 0 for any free one. */
  readonly port: number
  readonly tls: TlsIdentity
  readonly electionId: string
  /** Ed25519 key of the authority that issued the certificates. */
  readonly authorityKey: Uint8Array
  readonly clock: Clock
  readonly logger: Logger
  /** A collector for which more waits than so many bytes is hung up on; a gigabyte if absent. */
  readonly maxWaitingBytes?: number
}

export interface Broker {
  /** The port it listens on. */
  readonly port: number
  /** Drops every connection; resolves when the port is free. */
  close(): Promise<void>
}

/** Starts the broker; resolves when it listens, rejects if it cannot. */
export async function startBroker(options: BrokerOptions): Promise<Broker> {
  const { host, port, tls, electionId, authorityKey, clock, logger } = options
  const { maxWaitingBytes = MAX_WAITING_BYTES } = options
  const peers = new WeakMap<object, Peer>()
  const toldOf = new WeakSet<Peer>()
  const sockets = new Set<Socket>()
  const collectors = new Set<Duplex>()
  const peerOf = (client: Client | null): Peer | undefined => client?.conn && peers.get(client.conn)

  const aedes = await Aedes.createBroker({
    // No message waits in one queue for all: the centre's answers would stand behind everything that its collector has still to read, and when that collector
    // goes the queue is emptied by a recursion as deep as it is long (mqemitter 7, `released`), which ends the program.
    concurrency: 0,
    drainTimeout: DRAIN_MS,
    connectTimeout: HANDSHAKE_MS,
    keepaliveLimit: MAX_KEEPALIVE_S,
    authenticate: (client, _user, _password, done) => {
      const peer = peerOf(client)
      // With a name of its own choice a client could end another's connection (MQTT 3.1.1, 3.1.4-2), with a lasting session make the
      // broker collect messages for it.
      if (peer !== undefined && client.id === peer.subject && client.clean) return done(null, true)
      logger.warn({ subject: peer?.subject }, 'broker: connection refused')
      done(
        Object.assign(new Error('not authorised'), { returnCode: NOT_AUTHORIZED }) as AuthenticateError,
        false,
      )
    },
    authorizePublish: (client, packet, done) => {
      for (const collector of collectors)
        if (collector.writableLength > maxWaitingBytes)
          collector.destroy(new Error(`more than ${maxWaitingBytes} bytes wait for a collector`))
      const peer = peerOf(client)
      if (peer !== undefined && !packet.retain && mayPublish(electionId, peer, packet.topic))
        return done(null)
      logger.warn({ subject: peer?.subject }, 'broker: publication refused')
      done(new Error('not authorised'))
    },
    authorizeSubscribe: (client, subscription, done) => {
      const peer = peerOf(client)
      if (peer !== undefined && maySubscribe(electionId, peer, subscription.topic))
        return done(null, subscription)
      // Told once of each connection: a line is written before anything else is done, one packet has room for 200,000 filters, and the others would wait for as many lines.
      if (peer !== undefined && !toldOf.has(peer)) {
        toldOf.add(peer)
        logger.warn({ subject: peer.subject }, 'broker: subscription refused')
      }
      done(null, null)
    },
  })
  const note = (error: Error) => logger.warn({ error: error.message }, 'broker: connection ended')
  aedes.on('clientError', (_client, error) => note(error))
  aedes.on('connectionError', (_client, error) => note(error))

  const server = createServer(
    {
      ...tls,
      requestCert: true,
      rejectUnauthorized: true,
      minVersion: 'TLSv1.3',
      handshakeTimeout: HANDSHAKE_MS,
    },
    (socket) => {
      const der = socket.getPeerX509Certificate()?.raw
      const certificate = readTlsPeer(der ?? new Uint8Array(), authorityKey, clock.now(), 'TLS client')
      const role = certificate.ok ? certificate.value.role : undefined
      if (!certificate.ok || (role !== 'device' && role !== 'centre')) {
        logger.warn({ code: certificate.ok ? 'role' : certificate.error.code }, 'broker: certificate refused')
        socket.destroy()
        return
      }
      // A device that reads nothing would have the broker keep whatever it is told.
      const connection = limitFrames(
        socket,
        MAX_PACKET_BYTES,
        role === 'device' ? MAX_UNREAD_BYTES : undefined,
      )
      peers.set(connection, { subject: certificate.value.subject, role })
      if (role === 'centre') {
        collectors.add(connection)
        connection.once('close', () => collectors.delete(connection))
      }
      aedes.handle(connection)
    },
  )
  // The plain connection below TLS: it is there before any handshake is.
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.maxConnections = MAX_CONNECTIONS
  server.on('tlsClientError', (error, socket) => {
    note(error)
    // Node says that a handshake took too long, and leaves the connection open.
    socket.destroy()
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
  server.on('error', note)
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the broker has no port')

  return {
    port: address.port,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      await new Promise<void>((resolve) => aedes.close(resolve))
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}
