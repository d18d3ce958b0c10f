import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { conditionOf, printerFormat, statusOf } from '../../../firmware/printer/decoder.ts'
import { processBytes } from '../../../firmware/printer/encoder.ts'
import {
  automaticStatus,
  type PrinterState,
  realTimeStatus,
} from '../../../simulator/peripherals/printer-status.ts'
import { printerState } from '../messages.ts'
import { framesOf, someBytes } from '../properties.ts'
import { bytes } from '../scripted-line.ts'

const proof = (process: number) => Uint8Array.of(0x37, 0x22, ...processBytes(process), 0x00)

describe('answers of the printer', () => {
  test('prove the process that was asked for, whatever its number', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffff }), (process) => {
        expect(framesOf(printerFormat, proof(process))).toEqual([{ is: 'process', process }])
      }),
    )
  })

  test('are found one behind the other', () => {
    expect(framesOf(printerFormat, bytes('12'), proof(7), bytes('37 25 00 16'))).toEqual([
      { is: 'status', byte: 0x12 },
      { is: 'process', process: 7 },
      { is: 'cleared' },
      { is: 'status', byte: 0x16 },
    ])
  })

  test('are found between noise', () => {
    // 37 begins an answer and may take the first byte of ours with it.
    const noise = someBytes(30).map((all) => all.filter((byte) => byte !== 0x37))
    fc.assert(
      fc.property(noise, fc.integer({ min: 0, max: 0xffff }), noise, (before, process, after) => {
        const proofs = framesOf(printerFormat, before, proof(process), after).filter(
          ({ is }) => is === 'process',
        )
        expect(proofs).toEqual([{ is: 'process', process }])
      }),
    )
  })

  test('torn in the middle leave no piece that looks like a status', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffff }), fc.integer({ min: 1, max: 6 }), (process, from) => {
        expect(framesOf(printerFormat, proof(process).slice(from))).toEqual([])
      }),
    )
  })
})

describe('the status of the printer', () => {
  /** How a printer is, in the driver's words. The gravest of its errors is told. */
  function inOurWords({ coverOpen, paper, errors }: PrinterState) {
    const grave = (['broken', 'cutter', 'mechanical', 'overheated'] as const).find((each) =>
      errors.includes(each),
    )
    const names = {
      broken: 'unrecoverable',
      cutter: 'cutter',
      mechanical: 'mechanical',
      overheated: 'recoverable',
    } as const
    return {
      offline: coverOpen || paper === 'out' || errors.length > 0,
      coverOpen,
      paperEnd: paper === 'out',
      paperNearEnd: paper !== 'enough',
      error: grave === undefined ? 'none' : names[grave],
    }
  }

  test('is read as the printer wrote it, asked for or not', () => {
    fc.assert(
      fc.property(printerState, (state) => {
        const asked = [1, 2, 3, 4].map((n) => realTimeStatus(state, n)) as [number, number, number, number]
        expect(statusOf(...asked)).toEqual(inOurWords(state))
        expect(framesOf(printerFormat, Uint8Array.from(asked))).toEqual(
          asked.map((byte) => ({ is: 'status', byte })),
        )
        expect(framesOf(printerFormat, automaticStatus(state))).toEqual([
          { is: 'automatic-status', status: inOurWords(state) },
        ])
      }),
    )
  })

  const READY = [0x12, 0x12, 0x12, 0x12] as const

  test('says nothing when nothing is wrong', () => {
    expect(statusOf(...READY)).toEqual({
      offline: false,
      coverOpen: false,
      paperEnd: false,
      paperNearEnd: false,
      error: 'none',
    })
    expect(conditionOf(statusOf(...READY))).toBeUndefined()
    expect(conditionOf(statusOf(0x12, 0x12, 0x12, 0x1e))).toBeUndefined()
    expect(statusOf(0x12, 0x12, 0x12, 0x1e).paperNearEnd).toBe(true)
  })

  test.each([
    [[0x1a, 0x16, 0x12, 0x12], 'cover-open'],
    [[0x1a, 0x32, 0x12, 0x12], 'paper-end'],
    [[0x1a, 0x12, 0x12, 0x7e], 'paper-end'],
    [[0x1a, 0x52, 0x1a, 0x12], 'cutter-error'],
    [[0x1a, 0x52, 0x16, 0x12], 'mechanical-error'],
    [[0x1a, 0x52, 0x32, 0x12], 'unrecoverable-error'],
    [[0x1a, 0x52, 0x52, 0x12], 'recoverable-error'],
    [[0x1a, 0x52, 0x12, 0x12], 'recoverable-error'],
    [[0x1a, 0x12, 0x12, 0x12], 'offline'],
  ] as const)('%j means %s', ([printer, offline, error, paper], condition) => {
    expect(conditionOf(statusOf(printer, offline, error, paper))).toBe(condition)
  })
})
