/** Orders as people give them: officials are made, two sign, the broker carries it, devices answer. */
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { main } from '../../command.ts'
import { sha256 } from '../../core/keys/hash.ts'
import { drawP256Scalar, p256KeyFromScalar } from '../../core/keys/p256.ts'
import { parseOfficial } from '../../core/messages/official-file.ts'
import { countersignOrder, draftOrder, type OrderContent, readOrder } from '../../core/messages/order.ts'
import { signPackage } from '../../core/package/package.ts'
import { valueOrThrow } from '../../core/result.ts'
import { utcText } from '../../core/text/utc-second.ts'
import { OrderDesk } from '../../device-agent/ballot/orders/order-desk.ts'
import type { DeviceStore } from '../../device-agent/store/device-store.ts'
import { startBroker } from '../../fleet/broker/broker.ts'
import type { CentreHome } from '../../fleet/home.ts'
import { issueCardCertificate } from '../../provisioning/enrolment/certificates.ts'
import { writeOffice } from '../../provisioning/office.ts'
import { seededRandom } from '../../simulator/seeded-random.ts'
import { syncOf } from './broker-ends.ts'
import { SECOND, writeHome } from './brokers.ts'
import {
  authorityDer,
  authorityKey,
  CENTRE,
  centreTls,
  election,
  identity,
  messageSigner,
  Office,
  realClock,
  signerOf,
  silentLogger,
  TestDevice,
  YEARS,
} from './office.ts'

let office: Office
let home: CentreHome
const path = (name: string) => join(office.folder, name)

beforeEach(() => {
  office = new Office()
  home = writeHome(office)
  writeElectionOffice()
})
afterEach(() => office.close())

/** The folder in which the authority's keys are. */
function writeElectionOffice(): void {
  const random = seededRandom('election office')
  const authority = signerOf('authority')
  const issuing = { authority, random, ...YEARS }
  const cardAuthorityScalar = drawP256Scalar(random)
  const { publicKey } = p256KeyFromScalar(cardAuthorityScalar)
  const cards = { subject: 'card-authority', role: 'card-authority', publicKey } as const
  writeOffice(path('office'), {
    authoritySeed: sha256(Buffer.from('authority')),
    cardAuthorityScalar,
    packageText: signPackage(election.definition, authority),
    photos: new Map(),
    authorityDer,
    centreDer: identity(CENTRE, 'centre', { message: messageSigner }).der,
    cardAuthorityDer: valueOrThrow(issueCardCertificate(cards, election.definition, issuing)),
  })
}

async function run(...args: readonly string[]): Promise<{ readonly code: number; readonly text: string }> {
  let text = ''
  const keep = (words: string | Uint8Array) => {
    text += words
    return true
  }
  const spies = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, 'write').mockImplementation(keep),
  )
  try {
    return { code: await main(args), text }
  } finally {
    for (const spy of spies) spy.mockRestore()
  }
}

const pack = () => ['--package', join(home.folder, 'package.json')]
const official = (name: string, file: string) =>
  run('provision', 'official', '--office', path('office'), '--name', name, '--out', path(file))
const draft = (to: string, ...what: readonly string[]) => {
  const expires = `${new Date(Date.now() + 600_000).toISOString().slice(0, 19)}Z`
  const said = [
    '--to',
    to,
    '--number',
    '7',
    '--expires',
    expires,
    '--do',
    ...(what.length > 0 ? what : ['send-logs']),
  ]
  return run(
    'centre',
    'order',
    'draft',
    ...pack(),
    '--official',
    path('one'),
    ...said,
    '--out',
    path('draft'),
  )
}
const sign = (who: string) =>
  run('centre', 'order', 'sign', path('draft'), ...pack(), '--official', path(who), '--out', path('order'))

/** A device that takes orders as the real one does, with a journal that keeps nothing else. */
function listening(id: string, port: number) {
  const device = new TestDevice(id)
  const day = { orders: [] as object[], polls: 'open' }
  const store = { day, append: (entry: object) => void day.orders.push(entry) } as unknown as DeviceStore
  const desk = new OrderDesk({
    home: {
      config: { device: id, station: 's-1' } as never,
      electionPackage: election,
      authorityKey,
      certificateDer: device.certificate,
    },
    store,
    messageSigner: device.messageSigner,
    clock: realClock,
    logger: silentLogger,
    isVoterIn: () => false,
    taken: () => {},
  })
  desk.log.info({ line: 1 }, `hello of ${id}`)
  syncOf(office, device, port, (payload) => desk.take(payload))
  return day
}

it('two officials sign, absent devices get the order when they come, and their logs are filed', async () => {
  expect(await official('لیلا', 'one')).toEqual({ code: 0, text: '' })
  expect((await official('رضا', 'two')).code).toBe(0)
  expect(statSync(path('one')).mode & 0o777).toBe(0o600)
  expect((await draft('device:device-2')).code).toBe(0)
  expect((await sign('two')).text).toContain('signed by لیلا and رضا')
  const centre = await office.startCentre(await office.openStore())
  const broker = ['--broker', `mqtts://127.0.0.1:${centre.port}`, '--as', SECOND]
  const bystander = listening('device-1', centre.port)
  const day = listening('device-2', centre.port)
  const send = (...logs: readonly string[]) =>
    run('centre', 'order', 'send', path('order'), '--home', home.folder, ...broker, ...logs)
  for (const logs of [[], ['--logs', path('nowhere')], ['--logs', path('order')]])
    expect(await send(...logs), logs.join(' ')).toEqual({ code: 2, text: expect.stringContaining('--logs') })
  expect(day.orders).toEqual([])
  expect(await send('--logs', office.folder)).toEqual({ code: 0, text: 'device-2  accepted\n' })
  expect(day.orders).toMatchObject([
    { type: 'order.accepted', number: 7, by: [{ name: 'لیلا' }, { name: 'رضا' }] },
  ])
  expect(bystander.orders).toEqual([])
  expect(readFileSync(path('device-2-7.log'), 'utf8')).toContain('hello of device-2')
  expect(centre.counts()).toMatchObject({ malformed: 0, forged: 0 })
  const again = await send('--logs', office.folder)
  expect(again).toEqual({ code: 1, text: expect.stringContaining('there is such a file already') })
})

it('one run carries it to the devices of every broker, though one of them is never reached', async () => {
  await official('لیلا', 'one')
  await official('رضا', 'two')
  expect((await draft('all', 'lock')).code).toBe(0)
  expect((await sign('two')).code).toBe(0)
  const store = await office.openStore()
  const [first, second] = [await office.startCentre(store), await office.startCentre(store)]
  const ports = [first.port, second.port, 1, second.port]
  const brokers = ports.flatMap((port) => ['--broker', `mqtts://127.0.0.1:${port}`])
  const ids = ['device-1', 'device-2', 'device-3', 'device-8', 'device-9']
  const days = ids.map((id, i) => listening(id, i < 2 ? first.port : second.port))
  const send = ['centre', 'order', 'send', path('order'), '--home', home.folder, '--as', SECOND]
  const { code, text } = await run(...send, ...brokers)
  const lines = text.split('\n').filter((line) => !line.startsWith('{'))
  expect([code, lines.sort()]).toEqual([0, ['', ...ids.map((id) => `${id}  accepted`)]])
  for (const { orders } of days) expect(orders).toMatchObject([{ type: 'order.accepted', number: 7 }])
})

it('where one broker will not have it, people are told, though another carries it', async () => {
  await official('لیلا', 'one')
  await official('رضا', 'two')
  expect((await draft('all', 'lock')).code).toBe(0)
  expect((await sign('two')).code).toBe(0)
  const { port } = await office.startCentre(await office.openStore())
  const where = { host: '127.0.0.1', port: 0, tls: centreTls, authorityKey }
  const other = await startBroker({ ...where, electionId: 'another', clock: realClock, logger: silentLogger })
  office.later(() => other.close())
  const brokers = [port, other.port].flatMap((one) => ['--broker', `mqtts://127.0.0.1:${one}`])
  const send = ['centre', 'order', 'send', path('order'), '--home', home.folder, '--as', SECOND]
  expect(await run(...send, ...brokers)).toEqual({
    code: 2,
    text: expect.stringContaining('collector.not-heard'),
  })
})

it('one whose only broker is never reached ends when it expires', async () => {
  await official('لیلا', 'one')
  await official('رضا', 'two')
  const expires = `${new Date(Date.now() + 3_000).toISOString().slice(0, 19)}Z`
  expect((await draft('device:device-1', 'lock', '--expires', expires)).code).toBe(0)
  expect((await sign('two')).code).toBe(0)
  const nobody = ['--broker', 'mqtts://127.0.0.1:1', '--as', SECOND]
  const sent = await run('centre', 'order', 'send', path('order'), '--home', home.folder, ...nobody)
  expect(sent).toMatchObject({ code: 3, text: expect.stringContaining(`the order expired at ${expires}`) })
})

it('one that expires while a device is away says so', async () => {
  await official('لیلا', 'one')
  await official('رضا', 'two')
  const expires = `${new Date(Date.now() + 3_000).toISOString().slice(0, 19)}Z`
  expect((await draft('device:device-1', 'lock', '--expires', expires)).code).toBe(0)
  expect((await sign('two')).code).toBe(0)
  const centre = await office.startCentre(await office.openStore())
  const broker = ['--broker', `mqtts://127.0.0.1:${centre.port}`, '--as', SECOND]
  expect(await run('centre', 'order', 'send', path('order'), '--home', home.folder, ...broker)).toEqual({
    code: 3,
    text: `device-1  no answer\nthe order expired at ${expires}: who has not answered needs a new one\n`,
  })
})

it('one person alone gives no order, by whatever file, and nothing is written', async () => {
  await official('لیلا', 'one')
  await official('لیلا', 'again')
  await draft('all')
  for (const who of ['one', 'again']) {
    const { code, text } = await sign(who)
    expect(code).toBe(2)
    expect(text).toContain('order.one-person')
  }
  expect(existsSync(path('order'))).toBe(false)
})

it('what no device would take is not drafted', async () => {
  await official('لیلا', 'one')
  for (const [code, to, ...what] of [
    ['order.addressee', 'device:elsewhere'],
    ['order.times', 'all', 'lock', '--expires', '2020-01-01T00:00:00Z'],
    ['order.times', 'all', 'lock', '--expires', '2048-01-01T00:00:00Z'],
    ['order.until', 'all', 'extend-hours', '--until', '2031-01-01T00:00:00Z'],
    ['order.until', 'all', 'extend-hours', '--until', '2020-01-01T00:00:00Z'],
  ] as const) {
    const refused = await draft(to, ...what)
    expect(refused, what.join(' ')).toEqual({ code: 2, text: expect.stringContaining(`order 7: `) })
    expect(refused.text).toContain(`(${code}). `)
  }
  expect(existsSync(path('draft'))).toBe(false)
})

const at = (minutes: number) => utcText(Date.now() + minutes * 60_000)

it.each([
  ['order.expired', 'was good until', { issued: at(-60), expires: at(-30) }],
  ['order.not-yet', 'not good before', { issued: at(30), expires: at(60) }],
  ['order.times', 'more than 24 hours', { expires: at(2 * 24 * 60) }],
  ['order.until', '2031-01-01', { order: { do: 'extend-hours', until: '2031-01-01T00:00:00Z' } }],
  ['order.election', 'the election another', { election: 'another' }],
  ['order.addressee', 'no such device', { to: { station: 'elsewhere' } }],
] as const)('what no device would take (%s) is neither signed nor sent', async (code, why, changes) => {
  await official('لیلا', 'one')
  await official('رضا', 'two')
  const [one, two] = ['one', 'two'].map((file) =>
    valueOrThrow(parseOfficial(readFileSync(path(file), 'utf8'), file)),
  )
  if (one === undefined || two === undefined) throw new Error('two officials sign')
  const content: OrderContent = {
    election: election.definition.election,
    to: 'all',
    number: 7,
    issued: at(-1),
    expires: at(30),
    order: { do: 'lock' },
    ...changes,
  }
  const drafted = draftOrder(content, one)
  writeFileSync(path('draft'), drafted)
  const refused = { code: 2, text: expect.stringMatching(new RegExp(`${why}.*\\(${code}\\)\\. `)) }
  expect(await sign('two')).toEqual(refused)
  expect(existsSync(path('order'))).toBe(false)
  const signed = countersignOrder(valueOrThrow(readOrder(drafted, 'draft')), two, 'draft')
  writeFileSync(path('order'), valueOrThrow(signed))
  // Nobody is there to be asked: it is refused before anything is sent.
  const nobody = ['--broker', 'mqtts://127.0.0.1:1', '--as', SECOND]
  expect(await run('centre', 'order', 'send', path('order'), '--home', home.folder, ...nobody)).toEqual(
    refused,
  )
})

it('a policy that was drafted is said before it is signed, and what no device would take is not drafted', async () => {
  await official('لیلا', 'one')
  await official('رضا', 'two')
  for (const [what, why] of [
    ['reload-policy', '--every is missing'],
    ['reload-policy --every 300', '--window is missing'],
    ['reload-policy --every 9 --window 900', '--every takes whole seconds from 10 to 600'],
    ['reload-policy --every 300 --window 1e3', '--window takes whole seconds from 0 to 7200'],
    [
      'reload-policy --every 300 --window 900 --until 2026-06-19T17:30:00Z',
      '--until belongs to extend-hours',
    ],
    ['lock --every 300', '--every and --window belong to reload-policy'],
  ] as const) {
    const refused = await draft('all', ...what.split(' '))
    expect(refused, what).toEqual({ code: 2, text: expect.stringContaining(why) })
  }
  expect(existsSync(path('draft'))).toBe(false)
  expect((await draft('all', 'reload-policy', '--every', '600', '--window', '3600')).code).toBe(0)
  const { code, text } = await sign('two')
  expect([code, text]).toEqual([0, expect.stringContaining('"tellEverySeconds": 600')])
})
