import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { conditionOf, printerFormat, statusOf } from '../../../firmware/printer/decoder.ts'
import { processBytes } from '../../../firmware/printer/encoder.ts'
import { framesOf, holdsForAnyBytes, someBytes } from '../properties.ts'
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

  test('are found, however the bytes are cut', () => {
    expect(framesOf(printerFormat, bytes('12'), proof(7), bytes('37 25 00 16'))).toEqual([
      { is: 'status', byte: 0x12 },
      { is: 'process', process: 7 },
      { is: 'cleared' },
      { is: 'status', byte: 0x16 },
    ])
    holdsForAnyBytes(printerFormat, someBytes(40))
    const process = fc.integer({ min: 0, max: 0xffff }).map(proof)
    const stream = fc
      .array(fc.oneof(process, someBytes(4)))
      .map((parts) => Uint8Array.from(parts.flatMap((part) => [...part])))
    holdsForAnyBytes(printerFormat, stream)
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
