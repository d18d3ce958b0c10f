/** `sandogh centre order`: two officials sign an order to devices, and a collector's certificate carries it to them. */
import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { pollingNoon } from '../../core/election/polling-time.ts'
import { checkContent, checkOfficial, checkSignatories } from '../../core/messages/check-order.ts'
import { parseOfficial } from '../../core/messages/official-file.ts'
import { countersignOrder, draftOrder, type OrderContent, readOrder } from '../../core/messages/order.ts'
import type { OrderAnswer } from '../../core/messages/order-answer.ts'
import { openPackage } from '../../core/package/package.ts'
import { describeRefusal, ok, type Result, refuse, valueOrThrow } from '../../core/result.ts'
import { utcSecond, utcText } from '../../core/text/utc-second.ts'
import { parseBrokerUrl } from '../collector/command.ts'
import { homeOf, misuse } from '../command-line.ts'
import { readGivenFile } from '../import/read-stick.ts'
import { askedToEnd, processLogger, systemClock } from '../system.ts'
import { sendOrder } from './send-order.ts'

export const orderUsage = `  sandogh centre order draft --package <file> --official <file> --to all|device:<id>|station:<id> --number <n>
                       --expires <time> --do extend-hours|send-logs|lock|unlock|reload-policy [--until <time>]
                       [--every <seconds> --window <seconds>] --out <file>
      an order to devices with the signature of a first official. Numbers only grow; times are UTC, 2026-06-19T16:30:00Z.
      extend-hours: nobody closes the polls before --until. send-logs: the program's log is sent.
      lock: the voter who is at it is the last, and officers can close the polls; unlock: voters are let in again.
      reload-policy: devices tell the centre --every so many seconds (10 to 600, else 300) while polls are open, and
      spread what they say at closing over a --window of so many (0 to 7200)
  sandogh centre order sign <draft> --package <file> --official <file> --out <file>
      says what the draft orders, and signs it as the second official, who is another person, on a computer of his own
  sandogh centre order send <order> --home <folder> --broker mqtts://<host>:<port>… --as <name> [--logs <folder>]
      sends it until every device has answered or it expires, and says what each answered; --broker is given for each of
      the brokers that devices connect to; --as names keys of the home folder that no collector is using, --logs the folder
      in which logs that were ordered are kept
      An order that no device would take, as one that has expired, is not drafted, signed or sent.
`

type Values = Readonly<Record<string, string | undefined>>

/** @returns the exit code: 1 where a device refuses or its log cannot be kept, 3 where one has not answered; refusals are thrown */
export async function order(args: readonly string[]): Promise<number> {
  const names = [
    'package',
    'official',
    'to',
    'number',
    'expires',
    'do',
    'until',
    'every',
    'window',
    'out',
    'home',
    'as',
    'logs',
  ]
  const { values, positionals } = parseArgs({
    args: [...args],
    options: {
      ...Object.fromEntries(names.map((name) => [name, { type: 'string' as const }])),
      broker: { type: 'string', multiple: true, default: [] },
    },
    allowPositionals: true,
  })
  const [verb, file, ...more] = positionals
  const { broker: brokers, ...given } = values
  if (verb === 'draft' && file === undefined) return draft(given)
  if (more.length === 0 && file !== undefined && verb === 'sign') return sign(file, given)
  if (more.length === 0 && file !== undefined && verb === 'send') return send(file, given, brokers)
  throw misuse('order takes draft, sign <draft> or send <order>')
}

function draft(values: Values): number {
  const { official, definition } = signing(values)
  const content: OrderContent = {
    election: definition.election,
    to: addressee(need(values, 'to')),
    number: number(need(values, 'number')),
    issued: utcText(systemClock.now()),
    expires: time(values, 'expires'),
    order: command(values),
  }
  valueOrThrow(checkContent(content, { definition, now: systemClock.now() }, `order ${content.number}`))
  write(need(values, 'out'), draftOrder(content, official))
  return 0
}

function sign(file: string, values: Values): number {
  const { official, definition } = signing(values)
  const read = valueOrThrow(readOrder(valueOrThrow(readGivenFile(file)), file))
  process.stdout.write(`${JSON.stringify(read.content, undefined, 2)}\n`)
  valueOrThrow(checkContent(read.content, { definition, now: systemClock.now() }, file))
  const signed = valueOrThrow(countersignOrder(read, official, file))
  const by = valueOrThrow(
    checkSignatories(
      valueOrThrow(readOrder(signed, file)),
      { definition, authority: official.authority },
      file,
    ),
  )
  write(need(values, 'out'), signed)
  process.stdout.write(`signed by ${by.map(({ name }) => name).join(' and ')}\n`)
  return 0
}

async function send(file: string, values: Values, brokers: readonly string[]): Promise<number> {
  if (brokers.length === 0) throw misuse('--broker is missing')
  // One that is named twice would throw out whoever came first under this name: itself.
  const urls = new Set(brokers.map((broker) => valueOrThrow(parseBrokerUrl(broker))))
  const home = homeOf(need(values, 'home'), systemClock.now())
  const clientId = need(values, 'as')
  const tls = home.identities.get(clientId)
  if (tls === undefined) throw misuse(`the home folder has no keys of ${JSON.stringify(clientId)}`)
  const { definition } = home.package
  const payload = valueOrThrow(readGivenFile(file))
  const read = valueOrThrow(readOrder(payload, file))
  valueOrThrow(checkSignatories(read, { definition, authority: home.authorityKey }, file))
  const devices = valueOrThrow(checkContent(read.content, { definition, now: systemClock.now() }, file))
  const folder = values['logs']
  if (folder === undefined && read.content.order.do === 'send-logs')
    throw misuse('the order asks for logs: say where they are to be kept, --logs <folder>')
  if (folder !== undefined && !statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    throw misuse(`--logs takes a folder that is there, and ${JSON.stringify(folder)} is none`)
  let refusals = 0
  let unkept = 0
  const answered = ({ device, result }: OrderAnswer) => {
    if (result.is === 'refused') refusals += 1
    const said =
      result.is === 'accepted'
        ? 'accepted'
        : `REFUSED: ${JSON.stringify(result.what)} (${JSON.stringify(result.code)})`
    process.stdout.write(`${device}  ${said}\n`)
    if (result.is !== 'accepted' || result.log === undefined || folder === undefined) return
    const kept = put(join(folder, `${device}-${result.number}.log`), Buffer.from(result.log))
    if (kept.ok) return
    unkept += 1
    process.stderr.write(`${describeRefusal(kept.error)}\n`)
  }
  const until = utcSecond(read.content.expires) ?? 0
  const sent = await sendOrder({
    brokers: [...urls].map((url) => ({ url, tls, servername: home.name, clientId })),
    election: definition.election,
    authority: home.authorityKey,
    certificatesAt: pollingNoon(definition),
    payload,
    devices,
    until,
    clock: systemClock,
    logger: processLogger(),
    answered,
    end: askedToEnd(),
  })
  const silent = valueOrThrow(sent)
  for (const device of silent) process.stdout.write(`${device}  no answer\n`)
  if (silent.length > 0 && systemClock.now() > until)
    process.stdout.write(
      `the order expired at ${read.content.expires}: who has not answered needs a new one\n`,
    )
  if (refusals + unkept > 0) return 1
  return silent.length === 0 ? 0 : 3
}

/** The official who signs here, and the election. */
function signing(values: Values) {
  const path = need(values, 'official')
  const official = valueOrThrow(parseOfficial(textOf(path), path))
  const packagePath = need(values, 'package')
  const { definition } = valueOrThrow(openPackage(textOf(packagePath), official.authority, packagePath))
  valueOrThrow(checkOfficial(official.certificate, { definition, authority: official.authority }, path))
  return { official, definition }
}

function command(values: Values): OrderContent['order'] {
  const what = need(values, 'do')
  const isPolicy = what === 'reload-policy'
  if (what !== 'extend-hours' && values['until'] !== undefined)
    throw misuse('--until belongs to extend-hours')
  if (!isPolicy && (values['every'] ?? values['window']) !== undefined)
    throw misuse('--every and --window belong to reload-policy')
  if (what === 'extend-hours') return { do: what, until: time(values, 'until') }
  if (isPolicy) {
    const policy = {
      tellEverySeconds: seconds(values, 'every', 10, 600),
      closingWindowSeconds: seconds(values, 'window', 0, 7_200),
    }
    return { do: what, policy }
  }
  if (what !== 'send-logs' && what !== 'lock' && what !== 'unlock')
    throw misuse('--do takes extend-hours, send-logs, lock, unlock or reload-policy')
  return { do: what }
}

function addressee(text: string): OrderContent['to'] {
  if (text === 'all') return text
  const [, kind, id] = /^(device|station):([a-z0-9][a-z0-9.-]{0,63})$/.exec(text) ?? []
  if (id === undefined) throw misuse('--to takes all, device:<id> or station:<id>')
  return kind === 'device' ? { device: id } : { station: id }
}

function number(text: string): number {
  if (/^[1-9][0-9]{0,8}$/.test(text)) return Number(text)
  throw misuse('--number takes a whole number above that of the last order')
}

function seconds(values: Values, name: string, from: number, to: number): number {
  const text = need(values, name)
  const asked = Number(text)
  if (/^[0-9]{1,4}$/.test(text) && asked >= from && asked <= to) return asked
  throw misuse(`--${name} takes whole seconds from ${from} to ${to}`)
}

function time(values: Values, name: string): string {
  const text = need(values, name)
  if (utcSecond(text) !== undefined) return text
  throw misuse(`--${name} takes a time in UTC, as 2026-06-19T16:30:00Z`)
}

function need(values: Values, name: string): string {
  const value = values[name]
  if (value === undefined) throw misuse(`--${name} is missing`)
  return value
}

function textOf(path: string): string {
  return valueOrThrow(readGivenFile(path)).toString('utf8')
}

function write(path: string, content: Uint8Array): void {
  valueOrThrow(put(path, content))
}

/** Nothing that is there is overwritten. */
function put(path: string, content: Uint8Array): Result<void> {
  try {
    writeFileSync(path, content, { flag: 'wx', mode: 0o600 })
    return ok(undefined)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const what = code === 'EEXIST' ? 'there is such a file already' : `it cannot be written (${code})`
    return refuse('order.out', path, what, 'Name another file or folder.')
  }
}
