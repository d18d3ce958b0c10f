/** A station that people use, on the real clock: its device is a process, its pages are programs here that say what a browser's would. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Clock } from '../../../core/ports.ts'
import { LiveStation } from '../../../demo/station/live-station.ts'
import { serveStationPage } from '../../../demo/station/station-page.ts'
import type { Act } from '../../../demo/web/acts.ts'
import type { StationView } from '../../../demo/web/messages.ts'
import { officersInWords } from '../../../demo/web/words.ts'
import type { PageServer } from '../../../device-agent/ballot/page/page-server.ts'
import { systemClock } from '../../../device-agent/system.ts'
import { seededRandom } from '../../../simulator/seeded-random.ts'
import { silent } from '../../end-to-end/station.ts'
import { PaintingPage, StationClient } from './page-client.ts'

/** Papers are printed at a printer's pace, and this computer may be busy. */
const LONGEST_MS = 200_000

/** People in a hurry look and reach faster, and are as patient as others. */
const people: Clock = {
  now: systemClock.now,
  elapsed: systemClock.elapsed,
  after: (ms, callback) => systemClock.after(ms < 1_000 ? ms / 20 : ms, callback),
}

const out = mkdtempSync(join(tmpdir(), 'sandogh-live-station-'))
let station: LiveStation
let address: string
const servers: PageServer[] = []
let display: PaintingPage
let officers: StationClient
let bench: StationClient

beforeAll(async () => {
  station = await LiveStation.open({
    out,
    random: seededRandom(out),
    seed: `${out} device`,
    logger: silent,
    people,
    displayPort: 0,
  })
  address = await station.started()
  const pageOf = async (name: 'officers' | 'bench') => {
    const server = await serveStationPage({ name, station, port: 0, opened: () => {} })
    servers.push(server)
    return StationClient.open(server.newAddress())
  }
  officers = await pageOf('officers')
  bench = await pageOf('bench')
})

afterAll(async () => {
  for (const server of servers) await server.close()
  await station.end()
  rmSync(out, { recursive: true, force: true })
})

const shows =
  (...names: readonly string[]) =>
  ({ device }: StationView) =>
    names.some((name) => device.screen?.name === name)

async function see(...names: readonly string[]): Promise<StationView> {
  return bench.see(names.join(' or '), shows(...names))
}

/** Presses an element of the glass with the mouse, and waits for the next screen. */
async function press(id: string): Promise<void> {
  const { device } = await bench.see(id, (view) => elementOf(view, id) !== undefined)
  const rect = device.screen?.elements.find((element) => element.id === id)?.rect
  if (rect === undefined) throw new Error(`no ${id} on the glass`)
  const place = { x: Math.round(rect.x + rect.width / 2), y: Math.round(rect.y + rect.height / 2) }
  bench.act({ do: 'finger-down', ...place })
  bench.act({ do: 'finger-up' })
  await bench.see(`what follows ${id}`, (view) => view.device.screen?.revision !== device.screen?.revision)
  // The controller reports the release after the screen has changed, at the latest one report later.
  await new Promise((resolve) => setTimeout(resolve, 50))
}

function elementOf({ device }: StationView, id: string) {
  return device.screen?.elements.find((element) => element.id === id)
}

async function choose(code: string): Promise<void> {
  await see('voter.choosing')
  for (const digit of code) await press(`digit-${digit}`)
}

async function finish(): Promise<void> {
  await press('review')
  await see('voter.reviewing')
  await press('finish')
  await press('finish')
  await see('voter.comparing')
}

async function letOfficers(duty: 'open' | 'resume' | 'close'): Promise<void> {
  officers.act({ do: 'officers', duty })
  const are =
    (is: 'working' | 'done') =>
    ({ officers: now }: StationView) =>
      now.is === is && now.duty === duty
  await officers.see(`officers at work: ${duty}`, are('working'))
  await officers.see(`officers done: ${duty}`, are('done'))
}

test('without a page that paints nobody can work: it is said what to do first', async () => {
  await officers.see('the device', ({ device }) => device.power === 'on')
  expect(officers.view?.device.screen).toBeUndefined()
  expect(officers.view?.device.address).toBe(address)
  officers.act({ do: 'officers', duty: 'open' })
  expect(await officers.refused()).toBe('the device shows nothing: open the voting device’s address first')
})

test(
  'once the page is there the polls are opened by virtual officers, and the zero report is among the papers',
  async () => {
    display = await PaintingPage.open(address)
    await officers.see('closed polls', shows('polls.closed'))
    officers.act({ do: 'count' })
    expect(await officers.refused()).toBe('the polls are not closed: there is nothing to count yet')
    await letOfficers('open')
    const { lamp, keys, printer } = await officers.see('an open device', ({ lamp }) => lamp)
    expect([lamp, keys]).toEqual([true, { executive: false, supervisory: false }])
    expect(printer.reports.map(({ kind }) => kind)).toEqual(['zero-report'])
  },
  LONGEST_MS,
)

test(
  'a voter votes with the mouse on the glass; the slip behind it is a picture that grows and then drops into the box',
  async () => {
    officers.act({ do: 'issue' })
    await officers.see('a card', ({ cards }) =>
      cards.some(({ id, state }) => id === 'voter-1' && state === 'issued'),
    )
    bench.act({ do: 'insert', card: 'voter-1' })
    await choose('239')
    await finish()
    const { printer } = await bench.see('a slip', (view) => view.printer.hanging !== undefined)
    expect(
      station
        .png(printer.hanging ?? '')
        ?.subarray(1, 4)
        .toString(),
    ).toBe('PNG')
    await press('accept')
    await see('voter.thanks')
    bench.act({ do: 'take-out' })
    const after = await bench.see('the slip in the box', (view) => view.printer.box.length === 1)
    expect(after.printer.hanging).toBeUndefined()
    expect(
      station
        .png(after.printer.box[0] ?? '')
        ?.subarray(1, 4)
        .toString(),
    ).toBe('PNG')
    await bench.see('a spent card', ({ cards }) =>
      cards.some(({ id, state }) => id === 'voter-1' && state === 'spent'),
    )
  },
  LONGEST_MS,
)

test(
  'the plug is pulled while a slip hangs: nothing is closed, two officers resume, the slip drops void and the voter votes again',
  async () => {
    officers.act({ do: 'issue' })
    await officers.see('another card', ({ cards }) => cards.some(({ id }) => id === 'voter-2'))
    bench.act({ do: 'insert', card: 'voter-2' })
    await choose('127')
    await finish()
    bench.act({ do: 'power', on: false })
    const dark = await bench.see('no power', ({ device }) => device.power === 'off')
    expect([dark.device.screen, dark.lamp, dark.lines.printer.health]).toEqual([undefined, false, undefined])
    expect([dark.device.address, dark.device.isStartedAgain]).toEqual([undefined, false])
    bench.act({ do: 'power', on: true })
    const { device } = await bench.see('power', (view) => view.device.power === 'on')
    expect(device.isStartedAgain).toBe(true)
    display.close()
    display = await PaintingPage.open(device.address ?? '')
    const paused = await see('polls.paused')
    const isIn = ({ cards }: StationView) => cards.find(({ id }) => id === 'voter-2')?.isInReader
    expect(isIn(paused)).toBe(true)
    // The card is still in the reader: the officers take it out, and the page says so.
    const resumed = letOfficers('resume')
    const working = await officers.see('officers at work', (view) => view.officers.is === 'working')
    expect(officersInWords(working)).toContain('First they took out what was in the reader: Voter card 2.')
    expect(isIn(working)).toBe(false)
    await resumed
    await bench.see('the void slip in the box', (view) => view.printer.box.length === 2)
    bench.act({ do: 'insert', card: 'voter-2' })
    await choose('127')
    await finish()
    await press('accept')
    await see('voter.thanks')
    bench.act({ do: 'take-out' })
    await see('voter.idle')
  },
  LONGEST_MS,
)

test(
  'each line can be unplugged and plugged in again, and its health is to be seen',
  async () => {
    for (const line of ['touchscreen', 'card-reader', 'printer', 'display'] as const) {
      const before = bench.view?.lines[line].health?.reconnects ?? 0
      bench.act({ do: 'plug', line, in: false })
      await bench.see(
        `${line} lost`,
        ({ lines }) => !lines[line].isPlugged && lines[line].health?.state !== 'ready',
      )
      bench.act({ do: 'plug', line, in: false })
      expect(await bench.refused()).toBe('the plug is out already')
      bench.act({ do: 'plug', line, in: true })
      const { lines } = await bench.see(`${line} back`, (view) => view.lines[line].health?.state === 'ready')
      expect(lines[line].health?.reconnects).toBeGreaterThan(before)
    }
    await see('voter.idle')
  },
  LONGEST_MS,
)

test(
  'an opened case stops the polls until officers resume them',
  async () => {
    bench.act({ do: 'case', open: true })
    await see('polls.paused')
    bench.act({ do: 'case', open: false })
    await bench.see('a closed case', ({ isCaseOpen }) => !isCaseOpen)
    await letOfficers('resume')
  },
  LONGEST_MS,
)

test('paper runs out, is torn and loaded; what cannot be done is said', async () => {
  const printed = (what: string, isSo: (printer: StationView['printer']) => boolean) =>
    bench.see(what, ({ printer }) => isSo(printer))
  bench.act({ do: 'printer', verb: 'near-end' })
  await printed('a low roll', ({ paper }) => paper === 'low')
  bench.act({ do: 'printer', verb: 'tear-paper' })
  await printed('no paper', ({ paper }) => paper === 'out')
  bench.act({ do: 'printer', verb: 'tear-paper' })
  expect(await bench.refused()).toBe('there is no paper')
  bench.act({ do: 'printer', verb: 'open-cover' })
  bench.act({ do: 'printer', verb: 'load-paper' })
  bench.act({ do: 'printer', verb: 'close-cover' })
  await printed('a new roll', ({ paper, isCoverOpen }) => paper === 'enough' && !isCoverOpen)
})

test('a finger of a page that is closed is lifted, and two pages see the same', async () => {
  const other = await bench.again(servers[1]?.newAddress() ?? '')
  await other.see('the device', shows('voter.idle'))
  other.act({ do: 'finger-down', x: 500, y: 500 })
  bench.act({ do: 'finger-down', x: 500, y: 500 })
  expect(await bench.refused()).toBe('the finger is down already')
  // Nobody lifts another's finger.
  bench.act({ do: 'finger-up' })
  bench.act({ do: 'finger-down', x: 500, y: 500 })
  expect(await bench.refused()).toBe('the finger is down already')
  other.close()
  await new Promise((resolve) => setTimeout(resolve, 200))
  bench.act({ do: 'finger-down', x: 500, y: 500 })
  bench.act({ do: 'finger-up' })
  await new Promise((resolve) => setTimeout(resolve, 200))
  expect(bench.refusals).toEqual([])
})

test('a page says only what it may: the officers’ hands do not reach into the device, and nonsense ends the line', async () => {
  const server = servers[0]
  const says = async (text: string) => {
    const page = await officers.again(server?.newAddress() ?? '')
    page.say(text)
    return page.ended()
  }
  const forbidden: readonly Act[] = [
    { do: 'power', on: false },
    { do: 'printer', verb: 'jam' },
    { do: 'finger-down', x: 1, y: 1 },
  ]
  for (const act of forbidden) expect(await says(JSON.stringify(act))).toBe(1008)
  for (const text of ['no JSON', '{}', '{"do":"insert","card":1}', '{"do":"key","key":"spare","on":true}'])
    expect(await says(text)).toBe(1008)
  expect(officers.view?.device.power).toBe('on')
})

test('officers who are sent away stop at once, and somebody else goes on by hand', async () => {
  officers.act({ do: 'officers', duty: 'close' })
  await officers.see('the first card', ({ cards }) => cards.some(({ isInReader }) => isInReader))
  officers.act({ do: 'dismiss' })
  const { officers: state } = await officers.see(
    'officers who stopped',
    (view) => view.officers.is === 'gave-up',
  )
  expect(state).toEqual({ is: 'gave-up', duty: 'close', why: 'they were sent away' })
  officers.act({ do: 'take-out' })
  for (const key of ['executive', 'supervisory'] as const) officers.act({ do: 'key', key, on: false })
  await see('voter.idle')
})

test(
  'after closing the real audit holds and counts both votes, once each',
  async () => {
    await letOfficers('close')
    await officers.see('a count that is possible', ({ count }) => count.is === 'possible')
    officers.act({ do: 'count' })
    const { count, printer } = await officers.see('the count', (view) => view.count.is === 'done')
    expect(printer.reports.map(({ kind }) => kind)).toEqual(['zero-report', 'minutes', 'results'])
    const runs = count.is === 'done' ? count.runs : []
    expect(runs.map(({ holds }) => holds)).toEqual([true, true])
    const [verified = '', opened = ''] = runs.map(({ text }) => text)
    expect(verified).toMatch(/^HOLDS: 1 bundle, 1 station, 2 ballots\n/)
    expect(verified).toContain('check-in: 2 issued, 2 ballots, 0 returned')
    expect(opened).toMatch(/^HOLDS: 2 ballots opened and recounted/)
    expect(opened).toMatch(/^ {2}239 +1 /m)
    expect(opened).toMatch(/^ {2}127 +1 /m)
    expect(opened).toContain('2 valid, 0 blank')
  },
  LONGEST_MS,
)
