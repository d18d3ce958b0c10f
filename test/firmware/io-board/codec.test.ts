/** The board's messages between the two ends of its line, each of which has a codec of its own. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { firmataFormat } from '../../../firmware/io-board/codec.ts'
import { decodeStatus, encodeAcknowledge, encodeBeep, encodeFeed } from '../../../firmware/io-board/status.ts'
import { FirmataReader } from '../../../simulator/peripherals/firmata.ts'
import {
  ASK,
  fromSevenBits,
  readAsked,
  STATE,
  statusMessage,
  USER_SYSEX,
} from '../../../simulator/peripherals/io-board-report.ts'
import { boardMessage, boardStatus } from '../messages.ts'
import { cut, framesOf } from '../properties.ts'

describe('the messages of the I/O board', () => {
  test('are handed on byte for byte', () => {
    fc.assert(
      fc.property(fc.array(boardMessage, { maxLength: 5 }), (messages) => {
        expect(framesOf(firmataFormat, ...messages)).toEqual(messages)
      }),
    )
  })

  test('tell what the board knows of itself, every bit of it', () => {
    fc.assert(
      fc.property(boardStatus, (sent) => {
        const { inputs, latched, state, temperature, ...told } = sent
        const has = (bit: number) => (state & bit) !== 0
        const tamper = (bits: number) => ({
          chassis: (bits & 4) !== 0,
          'ballot-box': (bits & 8) !== 0,
          seal: (bits & 16) !== 0,
        })
        expect(framesOf(firmataFormat, statusMessage(sent)).map(decodeStatus)).toEqual([
          {
            ...told,
            keys: { executive: (inputs & 1) !== 0, supervisory: (inputs & 2) !== 0 },
            open: tamper(inputs),
            latched: tamper(latched),
            slipInSlot: (inputs & 32) !== 0,
            watchdog: has(STATE.fed) ? 'fed' : has(STATE.lapsed) ? 'lapsed' : 'never fed',
            hung: has(STATE.hung),
            memory: has(STATE.damaged) ? 'damaged' : has(STATE.new) ? 'new' : 'kept',
            sounding: has(STATE.sounding),
            lit: has(STATE.lit),
            celsius: (temperature - 1_000) / 10,
          },
        ])
      }),
    )
  })

  test('to the board say there what they said here, however the line cuts them', () => {
    const number = fc.integer({ min: 1, max: 127 })
    const order = fc.oneof(
      fc.tuple(fc.constant(ASK.feed), number, fc.integer({ min: 1, max: 127 })),
      fc.tuple(fc.constant(ASK.beep), number, fc.nat(5_000)),
      fc.tuple(fc.constant(ASK.acknowledge), number, fc.nat(2 ** 28 - 1)),
    )
    const encode = { [ASK.feed]: encodeFeed, [ASK.beep]: encodeBeep, [ASK.acknowledge]: encodeAcknowledge }
    fc.assert(
      fc.property(fc.array(order, { maxLength: 5 }), fc.array(fc.nat()), (orders, places) => {
        const sent = Buffer.concat(orders.map(([kind, ...of]) => encode[kind](...of)))
        const board = new FirmataReader()
        const read = cut(sent, places)
          .flatMap((piece) => board.feed(piece))
          .map((input) => {
            if (input.is !== 'sysex' || input.command !== USER_SYSEX) return input
            const { kind, data } = readAsked(input.data) ?? {}
            return [kind, data?.[0], data && fromSevenBits(data.subarray(1))]
          })
        expect(read).toEqual(orders)
        expect(board.strayBytes).toBe(0)
      }),
    )
  })
})
