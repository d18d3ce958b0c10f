/**
 * Mosquitto as a broker of the centre: what its configuration has to say so that it keeps what the embedded broker keeps, and loses nothing
 * that it acknowledged while it runs. Written for Debian's 2.0.11; `docs/decisions/0024-brokers.md` says what it cannot do.
 */
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { MAX_UP_BYTES } from '../../core/messages/payload.ts'
import { KINDS } from '../../core/messages/topic.ts'
import { ok, type Result, refuse } from '../../core/result.ts'
import type { CentreHome } from '../home.ts'
import { centreFilter } from './access.ts'

/** A payload, its topic and what a publish packet has besides; as the embedded broker. */
const MAX_PACKET_BYTES = MAX_UP_BYTES + 1024

/** Of messages that wait for one client. */
const MAX_QUEUED_BYTES = 1024 ** 3

export interface Listen {
  readonly host: string
  readonly port: number
}

/**
 * Writes configuration, access list, key and certificates into a folder. An earlier configuration in it is replaced.
 * @returns the path of the configuration, or a refusal `broker.out`
 */
export function writeMosquitto(folder: string, home: CentreHome, listen: Listen): Result<string> {
  // Mosquitto takes a path that is not absolute from wherever it was started.
  const out = resolve(folder)
  const tls = home.identities.get(home.name)
  if (tls === undefined) throw new Error('a home without an identity of its own')
  const { election } = home.package.definition
  const next = 'Name another folder: --out <folder>.'
  if (/[\r\n]/.test(out)) return refuse('broker.out', JSON.stringify(out), 'its name has two lines', next)
  try {
    // Node's own `recursive` never returns where a file system, such as /proc, refuses with ENOENT.
    if (!existsSync(out)) mkdirSync(out, { mode: 0o700 })
    writeFileSync(join(out, 'authority.pem'), tls.ca)
    writeFileSync(join(out, 'broker.pem'), tls.cert)
    writeFileSync(join(out, 'broker.key'), tls.key, { mode: 0o600 })
    chmodSync(join(out, 'broker.key'), 0o600)
    writeFileSync(join(out, 'access-list'), accessList(election, [...home.identities.keys()]))
    writeFileSync(join(out, 'mosquitto.conf'), configuration(out, listen))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return refuse('broker.out', out, `it cannot be written (${code})`, next)
  }
  return ok(join(out, 'mosquitto.conf'))
}

/**
 * Who may write and read which topics, as `access.ts` has it. A device is known by its certificate's subject (`%u`); nothing else is granted.
 * @param collectors subjects of the certificates of the centre
 */
export function accessList(election: string, collectors: readonly string[]): string {
  const centre = collectors.flatMap((name) => [
    `user ${name}`,
    `topic read ${centreFilter(election)}`,
    `topic write sandogh/${election}/+/down/+`,
    '',
  ])
  return [
    '# Written by "sandogh centre broker-config". The centre hears every device and answers it.',
    ...centre,
    '# A device writes its own topics and reads what is for it.',
    ...KINDS.up.map((kind) => `pattern write sandogh/${election}/%u/up/${kind}`),
    `pattern read sandogh/${election}/%u/down/+`,
    '',
  ].join('\n')
}

function configuration(out: string, { host, port }: Listen): string {
  return `# Written by "sandogh centre broker-config" for Mosquitto 2. Start it with: mosquitto -c ${out}/mosquitto.conf
# If root starts it, Mosquitto becomes the user "mosquitto" first, and that user must own this folder.

# --- Who may connect

# No client without a certificate of the election authority, and no older TLS. The name in the certificate is the user's name for the access
# list and takes the place of whatever client id was sent: with a name of its choice a client could end another's connection.
listener ${port} ${host}
tls_version tlsv1.3
cafile ${out}/authority.pem
certfile ${out}/broker.pem
keyfile ${out}/broker.key
require_certificate true
use_identity_as_username true
use_username_as_clientid true
allow_anonymous false
acl_file ${out}/access-list
# All devices of the country, spares, and some room; the limit of open files (ulimit -n) must be above it, or it is the limit.
max_connections 40000
# QoS 2 is used by nobody.
max_qos 1
# What aliases save is not worth memory for each of the connections.
max_topic_alias 0

# --- Nothing that was acknowledged is dropped

# By default 20 messages are under way to a collector and 1,000 wait; what comes then is acknowledged to the device and dropped without a word.
# 0: no number is too many. A collector that hangs is bounded by bytes: what is dropped behind a gigabyte, devices send again, as without a receipt they always do.
max_inflight_messages 1000
max_queued_messages 0
max_queued_bytes ${MAX_QUEUED_BYTES}

# --- Nobody fills the memory

# It grants every filter and keeps each, and nothing else bounds how many. Whoever asks for memory beyond this is hung up on, and what it held is free again.
# Above what a hanging collector may keep; a machine of less memory than this has no bound.
memory_limit ${4 * MAX_QUEUED_BYTES}

# --- Nothing larger than any message, nothing that lasts

# A larger packet ends the connection it came by. (message_size_limit would acknowledge the message and then drop it.)
max_packet_size ${MAX_PACKET_BYTES}
# Clients of MQTT 5 must let themselves be heard of as often; one of 3.1.1 says itself how often.
max_keepalive 300
# Who sends a retained message is hung up on: it would be given to whoever subscribes later.
retain_available false
# A session that lasts collects messages for a client that is away. Ours do not; one of somebody else's is forgotten after an hour.
persistent_client_expiration 1h
queue_qos0_messages false
# Nothing on the disk: what no receipt confirms is sent again anyway.
persistence false
# Answers are small and waited for.
set_tcp_nodelay true

# --- What it tells

# Clients are told nothing of the broker's state or log.
sys_interval 0
log_dest stderr
log_type error
log_type warning
log_type notice
# Not each of 32,000 devices that comes and goes.
connection_messages false
`
}
