/** What an I/O board promises of its switches: that it counts, tells, latches and keeps what they do. */
import assert from 'node:assert/strict'
import { encodeAcknowledge } from '../../../firmware/io-board/status.ts'
import { hex } from '../device-side.ts'
import { CLOSED, type Contract, SETTLED_MS, STORED_MS, Talk, talk } from './io-board-talk.ts'

export const SWITCHES: Contract = {
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

  'lets hands do nothing that is so already': async (make) => {
    const { board } = await talk(make)
    assert.throws(() => board.turnKey('supervisory', false), /the supervisory key is so already/)
    assert.throws(() => board.closeCase(), /the case is so already/)
  },
}
