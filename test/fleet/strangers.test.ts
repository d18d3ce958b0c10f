/**
 * What a device says of others that is none of their station: it may have a certificate of this authority for a rehearsal or another election. Nothing of an
 * honest device changes by it.
 */
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { encodeStatus } from '../../core/messages/status.ts'
import { valueOrThrow } from '../../core/result.ts'
import { type Desk, openDesk } from '../../fleet/collector/desk.ts'
import { watchSilence } from '../../fleet/collector/silence.ts'
import { takeMessage } from '../../fleet/collector/take-messages.ts'
import { resultOf } from '../../fleet/results/results.ts'
import { status } from '../../fleet/status/command.ts'
import type { CentreStore } from '../../fleet/store/store.ts'
import { VirtualClock } from '../../simulator/virtual-clock.ts'
import { soundStatus } from '../fixtures/status.ts'
import { addition, append } from './additions.ts'
import { writeHome } from './brokers.ts'
import { closingWith } from './disputed.ts'
import { election, Office, silentLogger, TestDevice, votes } from './office.ts'
import { hash, spareOf } from './spares.ts'
import { deskOn, hear } from './totals.ts'

const HOUR = 3_600_000

let office: Office
let store: CentreStore
let clock: VirtualClock
let desk: Desk
let home: string

beforeEach(async () => {
  office = new Office()
  store = await office.openStore()
  clock = new VirtualClock(Date.parse(soundStatus.at))
  desk = openDesk({ ...deskOn(store), clock })
  home = writeHome(office).folder
})
afterEach(async () => {
  vi.restoreAllMocks()
  await office.close()
})

/** An open device that is short of paper. */
async function honest(): Promise<TestDevice> {
  const device = new TestDevice('device-1').appendMany(5)
  await hear(desk, device)
  const payload = encodeStatus({ ...soundStatus, paper: 'low' })
  await takeMessage(desk, { device: device.deviceId, kind: 'status', payload })
  return device
}

async function statusLines(...words: readonly string[]): Promise<readonly string[]> {
  const out: string[] = []
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => out.push(String(text)) > 0)
  await status(['--store', office.storePath, ...words])
  vi.restoreAllMocks()
  return out.join('').split('\n')
}

/** All that the centre tells of device-1: in the result, in the status and by its silence. */
async function told() {
  const lines = await statusLines('--home', home)
  const { stations } = valueOrThrow(await resultOf(election.definition, store))
  const silent: string[] = []
  const watch = watchSilence(desk, HOUR, silentLogger, ({ device }) => silent.push(device))
  await clock.run(new Promise<void>((resolve) => clock.after(2 * HOUR, resolve)))
  for (let turn = 0; turn < 9; turn += 1) await new Promise((resolve) => setImmediate(resolve))
  watch.close()
  return {
    withheld: stations[0]?.withheld,
    itsLine: lines.find((line) => line.startsWith('device-1 ')),
    wantsSomebody: lines.some((line) => line.startsWith('LOOK  device-1: ')),
    isSilent: silent.includes('device-1'),
  }
}

const asItIs = ({ origin }: TestDevice) => ({
  withheld: [],
  itsLine: `device-1  6 entries  no tally yet  ${origin}`,
  wantsSomebody: true,
  isSilent: true,
})

it('that it took the place of a device is refused, and changes nothing of that device', async () => {
  const device = await honest()
  const stranger = spareOf(device, 2, 'spare-9')
  expect((await hear(desk, stranger)).alarm).toMatchObject({ refusal: { code: 'entries.takeover' } })
  expect(await told()).toEqual(asItIs(device))
})

it('that it took the place of a device is not believed either where a centre stored it that did not ask', async () => {
  const device = await honest()
  const stranger = spareOf(device, 2, 'spare-9')
  stranger.append(closingWith(stranger, votes(0)))
  await append(store, addition(stranger, 0, 3))
  expect(await told()).toEqual(asItIs(device))
})

it.each(['spare-9', 'device-8'])(
  'that a device is dead is not believed of %s, which has no place',
  async (id) => {
    const device = await honest()
    const stranger = new TestDevice(id).close().append({
      type: 'device.declared_dead',
      device: 'device-1',
      by: [
        { role: 'executive', certificate: hash('executive') },
        { role: 'supervisory', certificate: hash('supervisory') },
      ],
    })
    await append(store, addition(stranger, 0, stranger.entries.length))
    expect(await told()).toEqual(asItIs(device))
    // Without the definition nobody knows who may say so: it is told, and what the device says of itself is told as before.
    expect(await statusLines()).toContainEqual(expect.stringMatching(/^LOOK {2}device-1: /))
  },
)

it('the spare in its place speaks for a device of which the centre holds nothing', async () => {
  await hear(desk, spareOf(new TestDevice('device-1').appendMany(5), 6).appendMany(3))
  const payload = encodeStatus(soundStatus)
  const watch = watchSilence(desk, HOUR, silentLogger, ({ device }) => silent.push(device))
  const silent: string[] = []
  for (let round = 0; round < 6; round += 1) {
    await clock.run(new Promise<void>((resolve) => clock.after(HOUR / 4, resolve)))
    await takeMessage(desk, { device: 'device-8', kind: 'status', payload })
    for (let turn = 0; turn < 9; turn += 1) await new Promise((resolve) => setImmediate(resolve))
  }
  watch.close()
  expect(silent.sort()).toEqual(['device-2', 'device-3'])
})
