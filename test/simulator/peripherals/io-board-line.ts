/** What an I/O board promises of its line: what it says of itself, what it measures, and what noise cannot do. */
import assert from 'node:assert/strict'
import { decodeStatus, encodeAcknowledge } from '../../../firmware/io-board/status.ts'
import { hex } from '../device-side.ts'
import { CLOSED, type Contract, LAMP_ON, SETTLED_MS, talk } from './io-board-talk.ts'

const NAME = [...'sandogh-io'].flatMap((letter) => [letter.charCodeAt(0), 0])

export const LINE: Contract = {
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
}
