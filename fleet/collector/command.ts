/** `sandogh centre collect`: a collector as a process of its own. */
import { parseArgs } from 'node:util'
import { ok, type Result, refuse, valueOrThrow } from '../../core/result.ts'
import { anyStore, homeOf, misuse } from '../command-line.ts'
import { openCentreStore } from '../store/store.ts'
import { askedToEnd, processLogger, systemClock } from '../system.ts'
import { startCollector } from './collector.ts'
import { SILENT_MS } from './silence.ts'

export const collectUsage = `  sandogh centre collect --home <folder> --broker mqtts://<host>:<port> --store <store> [--share [--as <name>]]
                         [--silence <minutes>|off]
      hears the devices at a broker, stores what they send and answers them, until it is told to end (Ctrl-C, SIGTERM). Alone
      unless --share is given: then any number share the messages, at a broker of MQTT 5 such as Mosquitto, each --as another
      of the names whose keys the home folder has. A device of the election of which nothing new was heard for a quarter of
      an hour, or for as long as --silence says, is an alarm; with "off" nobody asks
`

/** @returns the exit code; refusals are thrown */
export async function collect(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: {
      home: { type: 'string' },
      broker: { type: 'string' },
      store: { type: 'string' },
      share: { type: 'boolean', default: false },
      as: { type: 'string' },
      silence: { type: 'string' },
    },
    allowPositionals: true,
  })
  if (positionals.length > 0) throw misuse('collect takes no words behind it, only options')
  if (values.broker === undefined) throw misuse('say where the broker is: --broker mqtts://<host>:<port>')
  const url = valueOrThrow(parseBrokerUrl(values.broker))
  const location = anyStore(values.store)
  if (values.as !== undefined && !values.share) throw misuse('--as names one of several: give --share too')
  const silenceMs = values.silence === undefined ? SILENT_MS : parseSilence(values.silence)
  const home = homeOf(values.home, systemClock.now())
  const clientId = values.as ?? home.name
  const tls = home.identities.get(clientId)
  if (tls === undefined) {
    const names = [...home.identities.keys()].join(', ')
    throw misuse(`the home folder has no keys of ${JSON.stringify(clientId)}, only of ${names}`)
  }
  // The database and what SQLite puts beside it are for this user alone.
  process.umask(0o077)
  const store = valueOrThrow(await openCentreStore(location, 'heads'))
  const logger = processLogger()
  const end = askedToEnd()
  const starting = startCollector({
    package: home.package,
    authorityKey: home.authorityKey,
    witness: home.witness,
    messageSigner: home.messageSigner,
    store,
    clock: systemClock,
    logger,
    onAlarm: () => {},
    broker: { url, tls, servername: home.name, clientId },
    silenceMs,
    group: values.share ? home.group : undefined,
  })
  process.stdout.write(`${clientId}: connecting to ${url}\n`)
  const started = await Promise.race([starting, end.then(() => undefined)])
  if (started !== undefined) {
    const collector = valueOrThrow(started)
    process.stdout.write(`${clientId}: hears the devices of ${home.package.definition.election}\n`)
    await end
    await collector.close()
  }
  await store.close()
  return 0
}

/** Whole minutes, a day at most; undefined if nobody is to ask. */
function parseSilence(text: string): number | undefined {
  if (text === 'off') return undefined
  const minutes = /^[1-9][0-9]{0,3}$/.test(text) ? Number(text) : Number.NaN
  if (minutes <= 1_440) return minutes * 60_000
  throw misuse('--silence takes whole minutes, from 1 to 1440, or off')
}

/** MQTT over TLS at a host and port; who the collector is its certificate says. */
export function parseBrokerUrl(text: string): Result<string> {
  const wrong = (what: string) =>
    refuse('usage', '--broker', what, 'Write mqtts://<host>:<port>, as mqtts://127.0.0.1:8883.')
  let url: URL
  try {
    url = new URL(text)
  } catch {
    return wrong('this is no address of a broker')
  }
  if (url.username !== '' || url.password !== '') {
    return wrong('it has a user or password in it, and the centre shows a certificate instead')
  }
  if (url.protocol !== 'mqtts:') return wrong(`${JSON.stringify(url.protocol)} is not MQTT over TLS`)
  if (url.hostname === '' || url.port === '' || url.port === '0')
    return wrong('it lacks the host or the port')
  if ((url.pathname !== '' && url.pathname !== '/') || url.search !== '' || url.hash !== '') {
    return wrong('there is something behind the port')
  }
  return ok(`mqtts://${url.host}`)
}
