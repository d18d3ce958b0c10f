/** A device that is given orders: what it writes down first, what it answers, and what it does not do. */
import { expect, test } from 'vitest'
import { signerFromSeed } from '../../../core/keys/ed25519.ts'
import { toBase64 } from '../../../core/keys/hash.ts'
import { peekDocument, signDocument } from '../../../core/keys/signed-document.ts'
import { messageHash } from '../../../core/messages/answer.ts'
import type { OrderContent } from '../../../core/messages/order.ts'
import { openOrderAnswer } from '../../../core/messages/order-answer.ts'
import { valueOrThrow } from '../../../core/result.ts'
import { canonicalJson } from '../../../core/text/canonical-json.ts'
import { utcText } from '../../../core/text/utc-second.ts'
import { longerHours } from '../../../device-agent/ballot/orders/hours.ts'
import { OrderDesk } from '../../../device-agent/ballot/orders/order-desk.ts'
import { tellingPolicy } from '../../../device-agent/ballot/orders/telling.ts'
import { PollsPerformer } from '../../../device-agent/ballot/polls/perform.ts'
import { setUpStore } from '../../../device-agent/ballot/setup.ts'
import { seededRandom } from '../../../simulator/seeded-random.ts'
import { official, signed } from '../../core/messages/officials.ts'
import { PROGRAM } from '../../fixtures/program.ts'
import { signerOf } from '../../fleet/office.ts'
import { makeHome } from '../store/device.ts'
import { openHome } from '../store/home.ts'
import { clock, device, station } from '../store/voting.ts'

const { definition } = station.electionPackage
const NOON = Date.parse(`${definition.pollingDay}T12:00:00Z`)
const one = official('لیلا', 2, 'official', station.authority)
const other = official('رضا', 3, 'official', station.authority)

const order = (number: number, said: OrderContent['order'], changes: Partial<OrderContent> = {}) =>
  signed(
    {
      election: definition.election,
      to: { device: device.id },
      number,
      issued: utcText(NOON - 60_000),
      expires: utcText(NOON + 60_000),
      order: said,
      ...changes,
    },
    one,
    other,
  )

/** A medium that takes nothing any more. */
function failing(): never {
  throw new Error('not written')
}

function setUp(broken = false) {
  const home = openHome(makeHome())
  const store = valueOrThrow(setUpStore(home, clock, seededRandom('orders'), PROGRAM))
  let elapsed = 0
  const hall = { isVoterIn: false, taken: 0 }
  const told: string[] = []
  const note = (_: unknown, message: string) => void told.push(message)
  const desk = new OrderDesk({
    home,
    store: broken ? { day: store.day, append: failing } : store,
    messageSigner: signerFromSeed(device.keys.message),
    clock: { now: () => NOON + elapsed, elapsed: () => elapsed, after: clock.after },
    logger: { info: note, warn: note, error: note },
    isVoterIn: () => hall.isVoterIn,
    taken: () => void hall.taken++,
  })
  const say = (payload: Uint8Array) => {
    const answer = desk.take(payload)
    if (answer === undefined) return undefined
    const expected = { device: device.id, authority: station.authority.publicKey, at: NOON }
    const opened = valueOrThrow(openOrderAnswer(answer, expected, 'answer'))
    expect(opened.to).toBe(messageHash(payload))
    return opened.result
  }
  const wait = (ms: number) => {
    elapsed += ms
  }
  return { home, store, desk, hall, say, wait, told }
}

test('longer hours are in the journal before they hold, with both names, and are over when they are over', () => {
  const { store, say } = setUp()
  const until = utcText(NOON + 3_600_000)
  expect(say(order(4, { do: 'extend-hours', until }))).toEqual({ is: 'accepted', number: 4 })
  expect(store.day.last).toMatchObject({
    type: 'order.accepted',
    number: 4,
    until,
    by: [{ name: 'لیلا' }, { name: 'رضا' }],
  })
  const hours = { until: NOON + 3_600_000, number: 4, by: ['لیلا', 'رضا'] }
  expect(longerHours(store.day, definition, NOON)).toEqual(hours)
  expect(longerHours(store.day, definition, NOON + 3_600_000)).toBeUndefined()
  // A clock that is days off keeps nobody from closing.
  expect(longerHours(store.day, definition, NOON - 5 * 86_400_000)).toBeUndefined()
  const sooner = utcText(NOON + 60_000)
  say(order(5, { do: 'extend-hours', until: sooner }))
  expect(longerHours(store.day, definition, NOON)?.until).toBe(NOON + 60_000)
})

test('the log is sent, bounded, and the same order again is answered again and written down once', () => {
  const { store, desk, say } = setUp()
  for (let i = 0; i < 2_000; i += 1) desk.log.warn({ line: 'x'.repeat(900) }, 'told')
  const logs = order(1, { do: 'send-logs' })
  const answer = say(logs)
  expect(answer?.is === 'accepted' && answer.log?.length).toBeLessThanOrEqual(64 * 1024)
  expect(answer?.is === 'accepted' && answer.log).toContain('order accepted')
  expect(say(logs)).toMatchObject({ is: 'accepted', number: 1 })
  expect(store.day.orders).toHaveLength(1)
})

test('an order that was taken sends no log when somebody else signs it again, nor after it expired', () => {
  const { say, wait } = setUp()
  const logs = order(1, { do: 'send-logs' })
  say(logs)
  const outer = JSON.parse(Buffer.from(logs).toString('utf8'))
  const payload = valueOrThrow(peekDocument(outer.order, 'order', 'order'))
  const forged = {
    ...outer,
    order: signDocument('order', payload, [signerOf('stranger')]),
    certificates: [Buffer.alloc(10).toString('base64')],
  }
  expect(say(Buffer.from(canonicalJson(forged)))).toMatchObject({ is: 'refused' })
  wait(60_001)
  expect(say(logs)).toEqual({ is: 'accepted', number: 1 })
})

test('a new policy is in the journal before it holds, the last one counts, and without one the device tells as it was set up', () => {
  const { store, say } = setUp()
  expect(tellingPolicy(store.day, 900)).toEqual({ tellEverySeconds: 300, closingWindowSeconds: 900 })
  const calm = { tellEverySeconds: 600, closingWindowSeconds: 3_600 }
  const eager = { tellEverySeconds: 10, closingWindowSeconds: 0 }
  expect(say(order(1, { do: 'reload-policy', policy: calm }))).toEqual({ is: 'accepted', number: 1 })
  expect(store.day.last).toMatchObject({ type: 'order.accepted', do: 'reload-policy', policy: calm })
  expect(tellingPolicy(store.day, 900)).toEqual(calm)
  say(order(2, { do: 'send-logs' }))
  expect(tellingPolicy(store.day, 900)).toEqual(calm)
  say(order(3, { do: 'reload-policy', policy: eager }))
  expect(tellingPolicy(store.day, 900)).toEqual(eager)
})

test('a lock waits for the voter who is at it, is then the end of all votes, and an unlock lets the next one in', () => {
  const { store, desk, hall, say } = setUp()
  const [executive, supervisory] = [toBase64(new Uint8Array(32)), toBase64(new Uint8Array(32).fill(1))]
  store.append({ type: 'report.printed', report: 'zero' })
  store.append({ type: 'polls.opened', executive, supervisory })
  hall.isVoterIn = true
  const lock = order(1, { do: 'lock' })
  expect(say(lock)).toBeUndefined()
  store.append({ type: 'ballot.cast', count: 1 })
  expect([store.day.orders, hall.taken]).toEqual([[], 0])
  hall.isVoterIn = false
  desk.voterLeft()
  desk.voterLeft()
  expect([store.day.last.type, hall.taken]).toEqual(['order.accepted', 1])
  expect(say(lock)).toEqual({ is: 'accepted', number: 1 })
  expect(() => store.append({ type: 'ballot.cast', count: 2 })).toThrow('order 1 had locked the device')
  expect(say(order(2, { do: 'unlock' }))).toEqual({ is: 'accepted', number: 2 })
  store.append({ type: 'ballot.cast', count: 2 })
  expect(store.day.casts).toBe(2)
})

test('a lock that was overtaken while it waited is not taken, and keeps nobody from closing when it is', () => {
  const { store, desk, hall, say } = setUp()
  hall.isVoterIn = true
  const lock = order(1, { do: 'lock' })
  expect(say(lock)).toBeUndefined()
  say(order(2, { do: 'extend-hours', until: utcText(NOON + 3_600_000) }))
  hall.isVoterIn = false
  desk.voterLeft()
  expect(say(lock)).toMatchObject({ code: 'order.old' })
  expect(longerHours(store.day, definition, NOON)).toBeDefined()
  say(order(3, { do: 'lock' }))
  expect(longerHours(store.day, definition, NOON)).toBeUndefined()
})

test('what is refused is answered with the reason, and nothing of it is written down', () => {
  const { store, say } = setUp()
  const { size } = store.day
  expect(say(order(2, { do: 'send-logs' }, { to: { device: 'another' } }))).toMatchObject({
    code: 'order.addressee',
  })
  expect(say(Buffer.from('not an order'))).toMatchObject({ is: 'refused' })
  expect(store.day.size).toBe(size)
})

test('a flood of orders is not even looked at, and later ones are', () => {
  const { say, wait } = setUp()
  for (let i = 0; i < 10; i += 1) expect(say(Buffer.from(`${i}`))).toBeDefined()
  const good = order(3, { do: 'send-logs' })
  expect(say(good)).toBeUndefined()
  wait(60_000)
  expect(say(good)).toMatchObject({ is: 'accepted' })
})

test('the polls are not closed while they last, though officers were admitted before the order came', async () => {
  const { home, store, say } = setUp()
  say(order(4, { do: 'extend-hours', until: utcText(NOON + 3_600_000) }))
  const polls = new PollsPerformer({ home, store, clock: { now: () => NOON } } as never)
  expect(await polls.perform({ do: 'close-polls', by: [] })).toMatchObject({ is: 'kept-open', number: 4 })
  expect(store.day.polls).toBe('closed')
})

test('an order that cannot be written down is not obeyed and not answered', () => {
  const { store, say } = setUp(true)
  expect(() => say(order(4, { do: 'extend-hours', until: utcText(NOON + 3_600_000) }))).toThrow('not written')
  expect(longerHours(store.day, definition, NOON)).toBeUndefined()
})
