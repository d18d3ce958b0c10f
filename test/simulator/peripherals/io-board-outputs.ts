/** What an I/O board promises of lamp, light and buzzer: whom they obey, and when no longer. */
import assert from 'node:assert/strict'
import { encodeBeep, encodeFeed } from '../../../firmware/io-board/status.ts'
import { hex } from '../device-side.ts'
import { type Contract, LAMP_ON, SETTLED_MS, talk } from './io-board-talk.ts'
import { encodeStatusQuery } from './status-query.ts'

export const OUTPUTS: Contract = {
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

  'forgets what it was told when the line is opened anew, but for the latch': async (make) => {
    const it = await talk(make)
    await it.device.ask(LAMP_ON)
    it.device.plug.unplug()
    assert.equal(it.board.lamp(), true)
    it.device.plug.replug()
    await it.device.open()
    assert.equal(it.board.lamp(), false)
  },
}
