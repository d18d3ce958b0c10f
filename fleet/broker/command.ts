/** `sandogh centre broker` and `broker-config`: the embedded broker as a process of its own, and Mosquitto's configuration. */
import { dirname } from 'node:path'
import { parseArgs } from 'node:util'
import { ok, RefusalError, type Result, refuse, valueOrThrow } from '../../core/result.ts'
import { homeOf, misuse } from '../command-line.ts'
import { askedToEnd, processLogger, systemClock } from '../system.ts'
import { type Broker, startBroker } from './broker.ts'
import { type Listen, writeMosquitto } from './mosquitto.ts'

export const brokerUsage = `  sandogh centre broker --home <folder> [--listen <address>:<port>]
      runs the embedded broker (MQTT 3.1.1) for devices and one collector until it is told to end (Ctrl-C, SIGTERM)
  sandogh centre broker-config --home <folder> --out <folder> [--listen <address>:<port>]
      writes what Mosquitto 2 needs to be the broker of this election, for any number of collectors: configuration, access
      list, key and certificates
`

/** Loopback; the port is that of MQTT over TLS. */
const DEFAULT_LISTEN = '127.0.0.1:8883'

/** @returns the exit code; refusals are thrown */
export async function runBroker(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { home: { type: 'string' }, listen: { type: 'string', default: DEFAULT_LISTEN } },
    allowPositionals: true,
  })
  if (positionals.length > 0) throw misuse('broker takes nothing but --home and --listen')
  const { host, port } = valueOrThrow(parseListen(values.listen))
  const home = homeOf(values.home, systemClock.now())
  const tls = home.identities.get(home.name)
  if (tls === undefined) throw new Error('a home without an identity of its own')
  const { election } = home.package.definition
  const logger = processLogger()
  let broker: Broker
  try {
    broker = await startBroker({
      host,
      port,
      tls,
      electionId: election,
      authorityKey: home.authorityKey,
      clock: systemClock,
      logger,
    })
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    const what = REASONS[code] ?? `it cannot be listened on (${code})`
    const next = 'Name another: --listen <address>:<port>.'
    throw new RefusalError({ code: 'broker.listen', where: values.listen, what, next })
  }
  process.stdout.write(`${home.name}: broker of ${election} on mqtts://${host}:${broker.port}\n`)
  await askedToEnd()
  await broker.close()
  return 0
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program listens there already',
  EADDRNOTAVAIL: 'this computer has no such address',
  EACCES: 'this user may not listen there',
  ENOTFOUND: 'this computer has no such address',
}

/** @returns the exit code; refusals are thrown */
export function writeBrokerConfig(args: readonly string[]): number {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: {
      home: { type: 'string' },
      out: { type: 'string' },
      listen: { type: 'string', default: DEFAULT_LISTEN },
    },
    allowPositionals: true,
  })
  if (positionals.length > 0) throw misuse('broker-config takes nothing but --home, --out and --listen')
  const listen = valueOrThrow(parseListen(values.listen))
  if (listen.port === 0) throw misuse('Mosquitto takes no port 0: name one, --listen <address>:<port>')
  if (values.out === undefined) throw misuse('say where to write: --out <folder>')
  const home = homeOf(values.home, systemClock.now())
  const file = valueOrThrow(writeMosquitto(values.out, home, listen))
  process.stdout.write(
    `Mosquitto's configuration is written; start it with: mosquitto -c ${file}
As root give its user the folder first: chown -R mosquitto ${dirname(file)}
`,
  )
  return 0
}

/** `<address>:<port>`, an address of IPv6 in brackets. */
function parseListen(text: string): Result<Listen> {
  const [, bracketed, plain, port = ''] =
    /^(?:\[([0-9a-f:.]+)\]|([^\s:[\]]+)):([0-9]{1,5})$/i.exec(text) ?? []
  const host = bracketed ?? plain
  if (host === undefined || Number(port) > 65_535) {
    return refuse(
      'usage',
      '--listen',
      `${JSON.stringify(text)} is no address and port`,
      'Write 127.0.0.1:8883.',
    )
  }
  return ok({ host, port: Number(port) })
}
