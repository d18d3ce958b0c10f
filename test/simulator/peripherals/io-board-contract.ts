/**
 * What an I/O board does, whatever drives it: the light one in this process, the real firmware in an emulated chip. A firmware that was
 * weakened breaks the promise by its name (test/firmware/io-board/weakened.test.ts).
 */
import assert from 'node:assert/strict'
import {
  type BoardStatus,
  decodeStatus,
  encodeAcknowledge,
  encodeBeep,
  encodeFeed,
  encodeStatusQuery,
} from '../../../firmware/io-board/status.ts'
import type { IoBoardBody } from '../../../simulator/peripherals/io-board-body.ts'
import { DeviceSide, hex } from '../device-side.ts'

/** Puts a board on a line. */
export type MakeBoard = (device: DeviceSide) => IoBoardBody

/** Longer than switches bounce. */
const SETTLED_MS = 40
/** Longer than a latch takes to be stored. */
const STORED_MS = 60
const LAMP_ON = hex('F4 0D 01 F5 0D 01')

/** A board and the host that talks to it. */
class Talk {
  readonly device: DeviceSide
  readonly board: IoBoardBody

  constructor(make: MakeBoard) {
    this.device = new DeviceSide()
    this.board = make(this.device)
  }

  /** What came since this was asked last, cut into messages. */
  messages(): number[][] {
    const messages: number[][] = []
    for (const byte of this.device.received()) {
      if (byte >= 0x80 && byte !== 0xf7) messages.push([])
      messages.at(-1)?.push(byte)
    }
    return messages
  }

  statuses(): BoardStatus[] {
    return this.messages().flatMap((message) => {
      const status = decodeStatus(Uint8Array.from(message))
      assert.notEqual(status, 'damaged')
      return status === undefined || status === 'damaged' ? [] : [status]
    })
  }

  /** The answer to one of our own messages. */
  async status(asked: Uint8Array = encodeStatusQuery(9)): Promise<BoardStatus> {
    this.device.received()
    const said = await this.device.ask(asked)
    const status = decodeStatus(Uint8Array.from(said))
    assert(status !== undefined && status !== 'damaged', `no status: ${Buffer.from(said).toString('hex')}`)
    assert.equal(status.number, asked[3])
    return status
  }
}

async function talk(make: MakeBoard): Promise<Talk> {
  const it = new Talk(make)
  await it.device.open()
  return it
}

const CLOSED = { chassis: false, 'ballot-box': false, seal: false }
const NAME = [...'sandogh-io'].flatMap((letter) => [letter.charCodeAt(0), 0])

/** Each promise, and what shows that it is kept: it throws otherwise. */
export const CONTRACT: Readonly<Record<string, (make: MakeBoard) => Promise<void>>> = {
  'says version, firmware and status when the line is opened, and the first two when asked': async (make) => {
    const { device, board } = await talk(make)
    const version = [0xf9, 2, 5]
    const firmware = [0xf0, 0x79, 2, 0, ...NAME, 0xf7]
    const said = device.received()
    assert.deepEqual(said.slice(0, version.length + firmware.length), [...version, ...firmware])
    const status = decodeStatus(Uint8Array.from(said.slice(version.length + firmware.length)))
    assert.deepEqual(status, {
      number: 0,
      keys: { executive: false, supervisory: false },
      open: CLOSED,
      latched: CLOSED,
      slipInSlot: false,
      watchdog: 'never fed',
      lapses: 0,
      hung: false,
      memory: 'new',
      sounding: false,
      lit: false,
      openings: 0,
      slips: 0,
      batteryMv: 12_597,
      supplyMv: 11_997,
      celsius: 24.7,
    })
    assert.deepEqual(await device.ask(hex('F9')), version)
    assert.deepEqual(await device.ask(hex('F0 79 F7')), firmware)
    assert.equal(board.lamp(), false)
  },

  'tells what its pins can do, and how each is set': async (make) => {
    const { device } = await talk(make)
    device.received()
    const capabilities = [
      ...hex('7F 7F'),
      ...Array(6).fill(hex('00 01 0B 01 7F')).flat(),
      ...hex('7F 7F 7F 01 01 03 08 7F 7F 01 01 7F 02 0A 7F 02 0A 7F 02 0A 7F 7F 7F 7F'),
    ]
    assert.deepEqual(await device.ask(hex('F0 6B F7')), [0xf0, 0x6c, ...capabilities, 0xf7])
    const channels = [...Array(14).fill(0x7f), 0, 1, 2, 0x7f, 0x7f, 0x7f]
    assert.deepEqual(await device.ask(hex('F0 69 F7')), [0xf0, 0x6a, ...channels, 0xf7])
    assert.deepEqual(await device.ask(hex('F0 6D 02 F7')), hex('F0 6E 02 0B 01 F7'))
    await device.ask(hex('F4 0B 03 EB 48 01'))
    assert.deepEqual(await device.ask(hex('F0 6D 0B F7')), hex('F0 6E 0B 03 48 01 F7'))
    await device.ask(LAMP_ON)
    assert.deepEqual(await device.ask(hex('F0 6D 0D F7')), hex('F0 6E 0D 01 01 F7'))
    assert.deepEqual(await device.ask(hex('F0 6D 63 F7')), [])
  },

  'reports a port when that is switched on, then each change: switches close to ground': async (make) => {
    const it = await talk(make)
    it.device.received()
    assert.deepEqual(await it.device.ask(hex('D0 01')), hex('90 0C 01'))
    it.board.turnKey('executive', true)
    await it.device.wait(SETTLED_MS)
    const [port, status] = it.messages()
    assert.deepEqual(port, hex('90 08 01'))
    assert.deepEqual(status?.slice(0, 3), hex('F0 01 41'))
    await it.device.ask(hex('D0 00'))
    it.board.turnKey('executive', false)
    await it.device.wait(SETTLED_MS)
    assert.deepEqual(
      it.messages().map(([first]) => first),
      [0xf0],
    )
  },

  'tells of keys, case, ballot box, seal and slips as they are': async (make) => {
    const it = await talk(make)
    it.board.turnKey('supervisory', true)
    it.board.openBox()
    await it.device.wait(SETTLED_MS)
    const first = await it.status()
    assert.deepEqual(first.keys, { executive: false, supervisory: true })
    assert.deepEqual(first.open, { ...CLOSED, 'ballot-box': true })
    it.board.cutSeal()
    it.board.closeBox()
    const slip = it.board.passSlip()
    await it.device.wait(SETTLED_MS)
    assert.equal((await it.status()).slipInSlot, true)
    await it.device.wait(300)
    await slip
    const last = await it.status()
    assert.deepEqual(last.open, { ...CLOSED, seal: true })
    assert.deepEqual(last.latched, { ...CLOSED, 'ballot-box': true, seal: true })
    assert.deepEqual([last.slipInSlot, last.slips, last.openings], [false, 1, 2])
  },

  'lets a switch that bounces count for nothing': async (make) => {
    const it = await talk(make)
    await it.device.ask(hex('D0 01'))
    it.messages()
    for (let bounces = 0; bounces < 20; bounces += 1) {
      it.board.openCase()
      await it.device.wait(4)
      it.board.closeCase()
      await it.device.wait(7)
    }
    await it.device.wait(SETTLED_MS)
    assert.deepEqual(it.messages(), [])
    const { openings, latched } = await it.status()
    assert.deepEqual([openings, latched], [0, CLOSED])
  },

  'tells once of a switch that bounces and then stays': async (make) => {
    const it = await talk(make)
    it.messages()
    for (let bounces = 0; bounces < 3; bounces += 1) {
      it.board.openCase()
      await it.device.wait(3)
      it.board.closeCase()
      await it.device.wait(3)
    }
    it.board.openCase()
    await it.device.wait(SETTLED_MS)
    const told = it.statuses()
    assert.equal(told.length, 1)
    assert.deepEqual([told[0]?.openings, told[0]?.open.chassis, told[0]?.number], [1, true, 0])
  },

  'keeps a tamper latch though the case is closed again, until it is acknowledged by who knows of every opening':
    async (make) => {
      const it = await talk(make)
      const move = async (...moves: readonly ('openCase' | 'closeCase' | 'openBox' | 'closeBox')[]) => {
        for (const each of moves) {
          it.board[each]()
          await it.device.wait(SETTLED_MS)
        }
      }
      await move('openCase', 'closeCase', 'openCase', 'closeCase')
      // One of the two openings is not known of: nothing ends.
      assert.equal((await it.status(encodeAcknowledge(5, 1))).latched.chassis, true)
      await move('openCase', 'openBox', 'closeBox')
      assert.deepEqual((await it.status()).latched, { ...CLOSED, chassis: true, 'ballot-box': true })
      // What is still open stays.
      assert.deepEqual((await it.status(encodeAcknowledge(6, 4))).latched, { ...CLOSED, chassis: true })
      await move('closeCase')
      const { latched, openings } = await it.status()
      assert.deepEqual([latched.chassis, openings], [true, 4])
      const after = await it.status(encodeAcknowledge(7, 4))
      assert.deepEqual([after.latched, after.openings], [CLOSED, 4])
    },

  'keeps latch and count over a restart, and shows them by itself': async (make) => {
    const it = await talk(make)
    it.board.openCase()
    await it.device.wait(STORED_MS)
    it.board.closeCase()
    await it.device.wait(SETTLED_MS)
    it.messages()
    it.board.powerCycle()
    await it.device.wait(STORED_MS)
    const [told] = it.statuses()
    assert.deepEqual(
      [told?.latched.chassis, told?.open.chassis, told?.openings, told?.memory],
      [true, false, 1, 'kept'],
    )
    await it.status(encodeAcknowledge(5, 1))
    await it.device.wait(STORED_MS)
    it.board.powerCycle()
    await it.device.wait(STORED_MS)
    assert.deepEqual([it.statuses()[0]?.latched, (await it.status()).openings], [CLOSED, 1])
  },

  'latches a case that was opened while it had no line': async (make) => {
    const it = new Talk(make)
    await it.device.wait(10)
    it.board.openCase()
    await it.device.wait(STORED_MS)
    it.board.closeCase()
    await it.device.wait(SETTLED_MS)
    await it.device.open()
    const [told] = it.statuses()
    assert.deepEqual([told?.latched.chassis, told?.openings], [true, 1])
  },

  'latches a case that it finds open when it starts, once': async (make) => {
    const it = new Talk(make)
    it.board.openCase()
    it.board.powerCycle()
    await it.device.wait(STORED_MS)
    await it.device.open()
    await it.device.wait(STORED_MS)
    assert.deepEqual(
      it.statuses().map(({ latched, openings }) => [latched.chassis, openings]),
      [[true, 1]],
    )
  },

  'lights its lamp and dims its light, once their pins are outputs': async (make) => {
    const { device, board } = await talk(make)
    const seen: boolean[] = []
    board.onLamp((on) => seen.push(on))
    await device.ask(hex('F5 0D 01'))
    assert.equal(board.lamp(), false)
    await device.ask(LAMP_ON)
    await device.ask(hex('91 00 00'))
    await device.ask(hex('91 20 00'))
    await device.ask(hex('F4 0B 03 EB 40 00'))
    assert.equal(board.light(), 64)
    await device.ask(hex('F0 6F 0B 7F 01 F7'))
    assert.equal(board.light(), 255)
    await device.ask(hex('F4 0B 01 F5 0B 01'))
    assert.equal(board.light(), 255)
    await device.ask(hex('FF'))
    assert.equal(board.light(), 0)
    assert.deepEqual(seen, [true, false, true, false])
  },

  'says whether its lamp is lit': async (make) => {
    const it = await talk(make)
    const isLit = async (...said: readonly string[]) => {
      for (const each of said) await it.device.ask(hex(each))
      return (await it.status()).lit
    }
    assert.equal(await isLit('F5 0D 01'), false)
    assert.equal(await isLit('F4 0D 01', 'F5 0D 01'), true)
    assert.equal(await isLit('FF'), false)
    assert.equal(await isLit('F4 0D 01', 'F5 0D 01', 'F4 0D 00'), false)
    assert.equal(await isLit('F4 0D 01', 'F5 0D 01'), true)
    await it.status(encodeFeed(3, 1))
    await it.device.wait(1_100)
    assert.equal(await isLit(), false)
  },

  'lets nobody make an output of a pin that is wired to a switch': async (make) => {
    const { device, board } = await talk(make)
    await device.ask(hex('F4 04 01 F5 04 00 90 00 00'))
    assert.deepEqual(await device.ask(hex('F0 6D 04 F7')), hex('F0 6E 04 0B 01 F7'))
    board.openCase()
    await device.wait(SETTLED_MS)
    assert.equal(await device.ask(encodeStatusQuery(1)).then((said) => said[5]), 4)
  },

  'measures battery, supply and temperature': async (make) => {
    const it = await talk(make)
    it.board.measure({ batteryMv: 9_300, supplyMv: 0, celsius: -20 })
    const { batteryMv, supplyMv, celsius } = await it.status()
    assert.ok(Math.abs(batteryMv - 9_300) < 20, `${batteryMv}`)
    assert.equal(supplyMv, 0)
    assert.ok(Math.abs(celsius + 20) < 1, `${celsius}`)
  },

  'samples analogue channels as often as it is told': async (make) => {
    const it = await talk(make)
    it.board.measure({ batteryMv: 7_500 })
    await it.device.ask(hex('F0 7A 64 00 F7 C0 01'))
    it.messages()
    await it.device.wait(1_000)
    const samples = it.messages()
    assert.ok(samples.length >= 9 && samples.length <= 10, `${samples.length} samples`)
    // 2.5 V of 5.
    for (const sample of samples) assert.deepEqual(sample, hex('E0 00 04'))
    await it.device.ask(hex('C0 00'))
    it.messages()
    await it.device.wait(1_000)
    assert.deepEqual(it.messages(), [])
  },

  'beeps so many milliseconds, and not for ever': async (make) => {
    const it = await talk(make)
    assert.equal((await it.status(encodeBeep(3, 200))).sounding, true)
    await it.device.wait(150)
    assert.equal(it.board.isSounding(), true)
    await it.device.wait(100)
    assert.equal(it.board.isSounding(), false)
    await it.status(encodeBeep(4, 16_383))
    await it.device.wait(4_900)
    assert.equal(it.board.isSounding(), true)
    await it.device.wait(200)
    assert.equal(it.board.isSounding(), false)
  },

  'unfed, switches its outputs off, says so, and obeys no more until it is fed': async (make) => {
    const it = await talk(make)
    await it.device.ask(LAMP_ON)
    assert.equal((await it.status(encodeFeed(2, 3))).watchdog, 'fed')
    await it.device.wait(2_000)
    await it.status(encodeFeed(3, 3))
    await it.device.wait(2_800)
    assert.equal(it.board.lamp(), true)
    await it.status(encodeBeep(4, 5_000))
    await it.device.wait(400)
    assert.deepEqual([it.board.lamp(), it.board.isSounding()], [false, false])
    assert.deepEqual(
      it.statuses().map(({ number, watchdog, lapses }) => [number, watchdog, lapses]),
      [[0, 'lapsed', 1]],
    )
    await it.device.ask(hex('F5 0D 01'))
    await it.status(encodeBeep(5, 100))
    assert.deepEqual([it.board.lamp(), it.board.isSounding()], [false, false])
    const fed = await it.status(encodeFeed(6, 3))
    assert.deepEqual([fed.watchdog, fed.lapses, it.board.lamp()], ['fed', 1, false])
    await it.device.ask(hex('F5 0D 01'))
    assert.equal(it.board.lamp(), true)
  },

  'obeys nothing of its own messages that is not whole': async (make) => {
    const it = await talk(make)
    it.board.openCase()
    await it.device.wait(SETTLED_MS)
    it.board.closeCase()
    await it.device.wait(SETTLED_MS)
    it.messages()
    const whole = encodeAcknowledge(5, 1)
    for (let place = 2; place < whole.length - 1; place += 1) {
      for (const bit of [1, 2, 4, 8, 16, 32, 64]) {
        await it.device.ask(whole.map((byte, i) => (i === place ? byte ^ bit : byte)))
      }
    }
    await it.device.ask(hex('F0 01 F7 F0 01 04 F7'))
    assert.deepEqual(it.messages(), [])
    assert.equal((await it.status()).latched.chassis, true)
  },

  'forgets what it was told when the line is opened anew, but for the latch': async (make) => {
    const it = await talk(make)
    await it.device.ask(LAMP_ON)
    it.device.plug.unplug()
    assert.equal(it.board.lamp(), true)
    it.device.plug.replug()
    await it.device.open()
    assert.equal(it.board.lamp(), false)
  },

  'takes noise of all kinds, and the next message after it': async (make) => {
    const it = await talk(make)
    let noise = 1
    for (let rounds = 0; rounds < 20; rounds += 1) {
      const bytes = Array.from({ length: 100 }, () => {
        noise = (noise * 1_103_515_245 + 12_345) % 2 ** 31
        return (noise >> 16) & 0xff
      })
      await it.device.ask(bytes, 100)
      await it.device.ask(hex('F9 FF'))
      it.device.received()
      assert.deepEqual(await it.device.ask(hex('F9')), [0xf9, 2, 5])
    }
    await it.device.ask([0xf0, ...Array(100).fill(1), 0xf7])
    it.device.received()
    assert.deepEqual(await it.device.ask(hex('F9')), [0xf9, 2, 5])
  },

  'lets hands do nothing that is so already': async (make) => {
    const { board } = await talk(make)
    assert.throws(() => board.turnKey('supervisory', false), /the supervisory key is so already/)
    assert.throws(() => board.closeCase(), /the case is so already/)
  },
}
