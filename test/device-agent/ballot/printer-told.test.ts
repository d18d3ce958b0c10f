/** What the printer tells of itself, up to the screens that people read and the journal that auditors read. */
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { BallotDevice } from '../../../device-agent/ballot/device.ts'
import { fa } from '../../../ui/strings/voter/fa.ts'
import { stringsIn } from '../../../ui/strings.ts'
import { type Replacement, weakenedSources } from '../../end-to-end/weakened/build.ts'
import { clock } from '../store/voting.ts'
import { issuedCard, withOpenDevice } from './open-device.ts'

type Device = typeof BallotDevice

/** The seconds are not taken into the session; a thin roll is told each time that it is heard of, and never forgotten. */
const CARELESS: readonly Replacement[] = [
  {
    file: 'device-agent/ballot/session/slip.ts',
    line: 'return to({ ...state, secondsLeft: input.secondsLeft })',
    by: 'return to(state)',
  },
  {
    file: 'device-agent/ballot/paper.ts',
    line: 'return this.#isLow && !before',
    by: 'return this.#isLow',
  },
  {
    file: 'device-agent/ballot/paper.ts',
    line: 'paperNearEnd || (before && !this.#opened)',
    by: 'paperNearEnd || before',
  },
]

/** One build for all, since most of its cost is that a whole device is loaded anew. */
let careless: Device
beforeAll(async () => {
  const root = weakenedSources(...CARELESS)
  careless = (await import(/* @vite-ignore */ join(root, 'device-agent/ballot/device.ts'))).BallotDevice
})

/** The rest of the paper, the proof, the painting. */
const BEYOND_THE_LINE_S = 0.5

/** The seconds that a voter reads while the slip is printed, each with those that it then takes until there is something to compare. */
async function secondsRead(Device: Device) {
  const card = await issuedCard()
  return withOpenDevice(Device, async ({ bench, person }) => {
    const [before = '', after = ''] = fa['printing-left'].split('{seconds}')
    const read: { readonly seconds: number; readonly at: number }[] = []
    let comparedAt = 0
    bench.display.onScreen(({ name, elements }) => {
      const at = clock.elapsed()
      if (name === 'voter.comparing') comparedAt ||= at
      if (name !== 'voter.printing') return
      const left = elements.find((each) => each.name.startsWith(before) && each.name.endsWith(after))
      if (left !== undefined)
        read.push({ seconds: numberIn(left.name.slice(before.length, -after.length)), at })
    })
    await person.see('voter.idle')
    bench.reader.insertCard(card)
    await person.see('voter.choosing')
    await person.type('115')
    for (const id of ['review', 'finish', 'finish']) await person.press(id)
    await person.see('voter.comparing')
    return read.map(({ seconds, at }) => ({ seconds, takes: (comparedAt - at) / 1_000 }))
  })
}

/** A number in Persian digits. */
function numberIn(text: string): number {
  return Number([...text].map((digit) => '۰۱۲۳۴۵۶۷۸۹'.indexOf(digit)).join(''))
}

describe('a voter whose slip is printed', () => {
  test('reads how many seconds that still takes, counted down to the last one, and it is so', async () => {
    const read = await secondsRead(BallotDevice)
    const first = read[0]?.seconds ?? 0
    expect(first).toBeGreaterThan(2)
    expect(read.map(({ seconds }) => seconds)).toEqual(Array.from({ length: first }, (_, i) => first - i))
    for (const { seconds, takes } of read) {
      expect(takes).toBeGreaterThan(seconds - 1)
      expect(takes).toBeLessThan(seconds + BEYOND_THE_LINE_S)
    }
  })

  test('reads of none at a device that does not take it into its session', async () => {
    expect(await secondsRead(careless)).toEqual([])
  })
})

const note = stringsIn('fa').peripherals.notes['paper-low']
/** A status is on the screen long before. */
const TOLD_MS = 500
/** Between two connections a device waits up to ten seconds. */
const RECONNECTED_MS = 15_000
/** Automatic statuses that differ in the near-end sensor alone (Epson: GS a). */
const ENOUGH = Uint8Array.of(0x10, 0x00, 0x00, 0x00)
const LOW = Uint8Array.of(0x10, 0x00, 0x03, 0x00)

/** What people, journal and centre are told wrongly while rolls get thin and are changed. */
async function wrongTold(Device: Device): Promise<readonly string[]> {
  const wrong: string[] = []
  const card = await issuedCard()
  await withOpenDevice(Device, async ({ bench, plugs, person, device, read, journal }) => {
    const expectAfter = async (what: string, isLow: boolean, entries: number, ms = TOLD_MS) => {
      await person.pause(ms)
      if (read().includes(note) !== isLow) wrong.push(`${what}: the note is ${isLow ? 'missing' : 'there'}`)
      if (device.status?.paper !== (isLow ? 'low' : 'enough'))
        wrong.push(`${what}: the centre is told otherwise`)
      const told = journal().filter((type) => type === 'printer.paper_low').length
      if (told !== entries) wrong.push(`${what}: ${told} entries`)
    }
    const { printer } = bench
    await person.see('voter.idle')
    await expectAfter('a fresh roll', false, 0)
    printer.nearEnd()
    await expectAfter('a thin one', true, 1)
    plugs.printer.write(ENOUGH)
    await expectAfter('the sensor flickers', true, 1)
    plugs.printer.write(LOW)
    await expectAfter('the sensor sees it again', true, 1)
    printer.openCover()
    await person.pause(TOLD_MS)
    printer.closeCover()
    await expectAfter('somebody looked and left it in', true, 1)
    plugs.printer.unplug()
    await person.pause(TOLD_MS)
    plugs.printer.replug()
    await expectAfter('a fresh connection', true, 1, RECONNECTED_MS)
    bench.reader.insertCard(card)
    await person.see('voter.choosing')
    if (read().includes(note)) wrong.push('a voter reads the note')
    bench.reader.pullCard()
    await person.see('voter.idle')
    await expectAfter('between voters again', true, 1)
    printer.paperOut()
    await person.pause(TOLD_MS)
    printer.loadPaper()
    await expectAfter('a new roll', false, 1)
    printer.nearEnd()
    await expectAfter('that gets thin too', true, 2)
  })
  return wrong
}

describe('a roll that is near its end', () => {
  test('is in the journal once, and noted between voters until there is a new one', async () => {
    expect(await wrongTold(BallotDevice)).toEqual([])
  })

  test('at a start is in the journal behind it, once', async () => {
    const found = await withOpenDevice(
      BallotDevice,
      async ({ person, read, journal }) => {
        await person.see('voter.idle')
        await person.pause(RECONNECTED_MS)
        return { isNoted: read().includes(note), last: journal().slice(-2) }
      },
      ({ printer }) => printer.nearEnd(),
    )
    expect(found).toEqual({ isNoted: true, last: ['device.started', 'printer.paper_low'] })
  })

  test('is in the journal again and again, and noted for ever, at a device that only listens', async () => {
    expect(await wrongTold(careless)).toEqual(
      expect.arrayContaining(['the sensor sees it again: 3 entries', 'a new roll: the note is there']),
    )
  })
})
