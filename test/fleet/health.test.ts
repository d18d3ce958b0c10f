/** What the centre keeps and tells people of how devices are. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { main as run } from '../../command.ts'
import { type DeviceStatus, encodeStatus } from '../../core/messages/status.ts'
import { openDesk } from '../../fleet/collector/desk.ts'
import { startEngine } from '../../fleet/collector/engine.ts'
import { watchSilence } from '../../fleet/collector/silence.ts'
import { takeMessage } from '../../fleet/collector/take-messages.ts'
import { clocksText, healthOf, healthText } from '../../fleet/status/health.ts'
import { statusPage } from '../../fleet/status/page.ts'
import type { CentreStore, HeldStatus } from '../../fleet/store/store.ts'
import { VirtualClock } from '../../simulator/virtual-clock.ts'
import { soundStatus } from '../fixtures/status.ts'
import { addition, append } from './additions.ts'
import { everyDevice, Office, silentLogger, TestDevice } from './office.ts'
import { deskOn, hear } from './totals.ts'

const EIGHT = Date.parse(soundStatus.at)
const MINUTE = 60_000

let office: Office
let store: CentreStore

beforeEach(async () => {
  office = new Office()
  store = await office.openStore()
})
afterEach(async () => {
  vi.restoreAllMocks()
  await office.close()
})

const desk = (clock = new VirtualClock(EIGHT)) => openDesk({ ...deskOn(store), clock })
const statusOf = (device: string, payload: Uint8Array) => ({ device, kind: 'status' as const, payload })

/** What is told of a device that said this so many seconds ago, by a centre with the right time when it came. */
function told(over: Partial<DeviceStatus>, agoS = 0, meant?: string): readonly string[] {
  const document = Buffer.from(encodeStatus({ ...soundStatus, ...over })).toString()
  const held: HeldStatus = { device: 'device-1', receivedAt: EIGHT / 1000, document }
  return healthOf([held], new Set(), EIGHT / 1000 + agoS, meant).flatMap(({ troubles }) => troubles)
}

describe('the collector', () => {
  it('keeps the latest status of each device and answers none', async () => {
    const first = encodeStatus(soundStatus)
    const second = encodeStatus({ ...soundStatus, paper: 'low' })
    const clock = new VirtualClock(EIGHT)
    for (const payload of [first, second])
      expect(await takeMessage(desk(clock), statusOf('device-1', payload))).toEqual({})
    expect(await takeMessage(desk(clock), statusOf('device-8', first))).toEqual({})
    expect(await store.statuses()).toEqual([
      { device: 'device-1', receivedAt: EIGHT / 1000, document: Buffer.from(second).toString() },
      { device: 'device-8', receivedAt: EIGHT / 1000, document: Buffer.from(first).toString() },
    ])
  })

  it('keeps nothing that no device would write, or of a device that the election does not have', async () => {
    const good = encodeStatus(soundStatus)
    for (const bad of [Buffer.from('{}'), Buffer.alloc(good.length, '['), Buffer.concat([good, good])])
      expect((await takeMessage(desk(), statusOf('device-1', bad))).alarm?.kind).toBe('malformed')
    expect((await takeMessage(desk(), statusOf("x'; DROP TABLE statuses", good))).alarm?.kind).toBe('forged')
    expect(await store.statuses()).toEqual([])
  })

  it('is not filled by a device that floods it: one row, one alarm', async () => {
    const engine = startEngine(desk(), silentLogger)
    office.later(() => engine.close())
    const payload = encodeStatus(soundStatus)
    const outcomes = await Promise.all(
      Array.from({ length: 1_000 }, () => engine.take(statusOf('device-1', payload))),
    )
    expect(outcomes.filter(({ alarm }) => alarm?.kind === 'flood')).toHaveLength(1)
    expect(await store.statuses()).toHaveLength(1)
  })

  it('calls nobody silent who says how it is, although nobody votes there', async () => {
    const clock = new VirtualClock(EIGHT)
    const silent: string[] = []
    const watch = watchSilence(desk(clock), 30 * MINUTE, silentLogger, ({ device }) => silent.push(device))
    office.later(() => watch.close())
    for (let quarter = 1; quarter <= 4; quarter += 1) {
      await takeMessage(desk(clock), statusOf('device-1', encodeStatus(soundStatus)))
      await clock.run(new Promise<void>((resolve) => clock.after(15 * MINUTE, resolve)))
      for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve))
    }
    expect(silent).toEqual(['device-2', 'device-3'])
  })
})

describe('a collector whose own clock is off', () => {
  it('accuses no device that is right, and still the one that is wrong', async () => {
    const clock = new VirtualClock(EIGHT - 11 * MINUTE)
    const behind = desk(clock)
    const devices = ['device-1', 'device-2', 'device-3', 'device-8', 'device-9']
    for (const device of devices) await takeMessage(behind, statusOf(device, encodeStatus(soundStatus)))
    const kinds: unknown[] = []
    for (const [i, device] of ['device-1', 'device-2'].entries()) {
      const writing = new TestDevice(device).append(
        { type: 'card.refused', reason: 'unreadable' },
        EIGHT + i * 12 * MINUTE,
      )
      kinds.push((await hear(behind, writing)).alarm?.kind)
    }
    expect(kinds).toEqual([undefined, 'clock'])
  })

  it('makes nobody heard in an hour’s time: silence counts from when the store said something new', async () => {
    const clock = new VirtualClock(EIGHT)
    const silent: string[] = []
    const watch = watchSilence(desk(clock), 30 * MINUTE, silentLogger, ({ device }) => silent.push(device))
    office.later(() => watch.close())
    const ahead = desk(new VirtualClock(EIGHT + 60 * MINUTE))
    await takeMessage(ahead, statusOf('device-1', encodeStatus(soundStatus)))
    await takeMessage(
      desk(new VirtualClock(EIGHT - 60 * MINUTE)),
      statusOf('device-2', encodeStatus(soundStatus)),
    )
    const pass = async (minutes: number) => {
      await clock.run(new Promise<void>((resolve) => clock.after(minutes * MINUTE, resolve)))
      for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve))
    }
    await pass(31)
    expect(silent.splice(0)).toEqual(['device-2', 'device-3'])
    await takeMessage(
      desk(new VirtualClock(EIGHT - 50 * MINUTE)),
      statusOf('device-2', encodeStatus(soundStatus)),
    )
    for (let look = 0; look < 5; look += 1) await pass(8)
    expect(silent).toEqual(['device-1', 'device-2'])
  })

  it('is said once by the status, and of no device', () => {
    const held = ['1', '2', '3', '4', '5'].map((device) => ({
      device,
      receivedAt: EIGHT / 1000 + 3_600,
      document: Buffer.from(encodeStatus(soundStatus)).toString(),
    }))
    expect(healthOf(held, new Set(), EIGHT / 1000, undefined).flatMap(({ troubles }) => troubles)).toEqual([])
    expect(clocksText(held, EIGHT / 1000).split('\n')).toEqual([
      'CLOCK  the centre is 60 minutes ahead of most devices: look at the clocks of its collectors',
      'CLOCK  5 devices were heard at times still to come: look at the clocks of the collectors and of this computer',
      '',
    ])
    expect(clocksText(held.slice(0, 4), EIGHT / 1000 + 3_600)).toBe('')
  })
})

describe('people are told', () => {
  it('nothing of a device in good order', () => {
    expect(told({})).toEqual([])
    expect(told({}, 15 * 60)).toEqual([])
    expect(told({}, 0, soundStatus.program)).toEqual([])
  })

  it.each<[string, Partial<DeviceStatus>]>([
    ['votes are on one medium: b is lost', { media: { a: 'used', b: 'lost' } }],
    ['paper is low', { paper: 'low' }],
    ['storage for about 150 more ballots', { room: 150 }],
    ['on battery', { power: 'battery' }],
    ['its battery is nearly empty', { power: 'battery-low' }],
    ['too hot', { temperature: 'hot' }],
    ['its clock does not stand on the polling day', { clock: 'outside' }],
    ['its clock is 10 minutes ahead', { at: '2026-06-19T08:10:00Z' }],
    ['its clock is 61 s behind', { at: '2026-06-19T07:58:59Z' }],
    [
      'printer: faulted, 0 bytes discarded, 0 bad checksums, 128 timeouts, 4 times connected again, or more',
      {
        lines: {
          ...soundStatus.lines,
          printer: { ...soundStatus.lines.printer, state: 'faulted', timeouts: 128, reconnects: 4 },
        },
      },
    ],
  ])('%s', (trouble, over) => {
    expect(told(over)).toEqual([trouble])
  })

  it('who is silent for long, and who runs another program', () => {
    expect(told({}, 15 * 60 + 1)).toEqual(['silent for 15 minutes'])
    expect(told({}, 3 * 3600)).toEqual(['silent for 3 hours'])
    expect(told({}, 162 * 86_400)).toEqual(['silent for 162 days'])
    expect(told({}, 0, 'another')).toEqual([`runs another program: ${soundStatus.program}`])
  })

  it('nothing by a text that somebody wrote into the database', () => {
    const document = '\u001b[2J<script>'
    const health = healthOf([{ device: 'd\u001b[1A', receivedAt: 0, document }], new Set(), 1, undefined)
    expect(healthText(health)).not.toContain('\u001b')
    expect(healthText(health)).toContain('its status cannot be read')
  })

  it('by a page on which no text of a device is anything but text', () => {
    const device = '<script>alert(1)</script>'
    const health = [{ device, receivedAt: 0, casts: 0, troubles: [`"'><img src=x onerror=alert(1)>`] }]
    const page = statusPage({ election: '<b>', now: EIGHT, health, text: 'a </pre><script>\nb &amp; c' })
    expect(page).not.toMatch(/<(script|img|b)\b/)
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
    expect(page).toContain('a &lt;/pre&gt;&lt;script&gt;\nb &amp;amp; c')
  })

  it('by the status command, of devices that are open, whose sum it makes', async () => {
    const now = Math.floor(Date.now() / 1000)
    const at = `${new Date(now * 1000).toISOString().slice(0, 19)}Z`
    const document = (over: Partial<DeviceStatus>) =>
      Buffer.from(encodeStatus({ ...soundStatus, at, ...over })).toString()
    const closed = new TestDevice('device-3').close()
    await append(store, addition(closed, 0, closed.entries.length))
    await store.transact(everyDevice, async (held) => {
      held.storeStatus({ device: 'device-1', receivedAt: now, document: document({}) })
      held.storeStatus({ device: 'device-2', receivedAt: now, document: document({ paper: 'low' }) })
      held.storeStatus({ device: 'device-3', receivedAt: 0, document: document({}) })
    })
    const out: string[] = []
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => out.push(String(text)) > 0)
    expect(await run(['centre', 'status', '--store', office.storePath])).toBe(0)
    expect(out.join('')).toContain(
      'LOOK  device-2: paper is low\n2 open devices said how they are, with some 300 ballots; 1 of them want somebody\n',
    )
    expect(out.join('')).not.toContain('LOOK  device-3')
    const page = join(office.folder, 'status.html')
    expect(await run(['centre', 'status', '--store', office.storePath, '--page', page])).toBe(0)
    expect(readFileSync(page, 'utf8')).toMatch(/<td>device-2<.td>.*<td>paper is low<.td>/)
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => out.push(String(text)) > 0)
    const nowhere = join(office.folder, 'none', 'status.html')
    expect(await run(['centre', 'status', '--store', office.storePath, '--page', nowhere])).toBe(2)
    expect(out.join('')).toContain('Name a file in a folder that can be written')
  })
})
