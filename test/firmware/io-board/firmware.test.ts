/** The board's firmware: what is committed is what its sources make, and its logic holds on this computer too. */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { decodeStatus, encodeAcknowledge, encodeBeep, encodeFeed } from '../../../firmware/io-board/status.ts'
import { RELEASED_HEX } from '../../../simulator/peripherals/emulated-io-board.ts'
import { statusMessage } from '../../../simulator/peripherals/io-board-report.ts'
import { describeWith, FIRMWARE_TOOLS, GCC } from '../../oracles/needs.ts'
import { encodeStatusQuery } from '../../simulator/peripherals/status-query.ts'
import { boardStatus } from '../messages.ts'
import { compileNative, copySources, makeFirmware } from './native/build.ts'

const DOCS = fileURLToPath(new URL('../../../docs/io-board.md', import.meta.url))

const folders: string[] = []
const copied = (...patches: Parameters<typeof copySources>) => {
  const folder = copySources(...patches)
  folders.push(folder)
  return folder
}
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true })
})

describeWith(FIRMWARE_TOOLS, 'the firmware built anew', () => {
  test('is byte for byte the one that is committed, wherever it is built', () => {
    const committed = readFileSync(RELEASED_HEX, 'latin1')
    const folder = copied()
    expect(readFileSync(makeFirmware(folder), 'latin1')).toBe(committed)
    const elsewhere = join(folder, 'a', 'much', 'longer', 'path')
    mkdirSync(elsewhere, { recursive: true })
    cpSync(copied(), elsewhere, { recursive: true })
    expect(readFileSync(makeFirmware(elsewhere), 'latin1')).toBe(committed)
  })

  test('has the fuses and lock bits that docs/io-board.md has a programmer write', () => {
    const hex = makeFirmware(copied())
    const section = (name: string) => {
      const into = join(dirname(hex), name)
      const elf = hex.replace(/hex$/, 'elf')
      execFileSync('avr-objcopy', ['-O', 'binary', '-j', `.${name}`, elf, into])
      return [...readFileSync(into)]
    }
    const docs = readFileSync(DOCS, 'utf8')
    const written = (memory: string) => Number(docs.match(`-U ${memory}:w:(0x[0-9A-F]{2}):m`)?.[1])
    expect(section('fuse')).toEqual([written('lfuse'), written('hfuse'), written('efuse')])
    expect(section('lock')).toEqual([written('lock')])
  })
})

describeWith([GCC], "the firmware's logic on this computer", () => {
  test('keeps its promises', () => {
    const program = compileNative(copied(), 'logic-test.c')
    const names = execFileSync(program, { encoding: 'utf8' }).trim().split('\n')
    expect(names).toHaveLength(8)
  })

  test.each([
    {
      weakness: 'a record that is not whole is believed',
      file: 'latch.c',
      from: 'if (!is_whole(slot))',
      to: 'if (!is_whole(slot) && slot[0] == 0)',
    },
    {
      weakness: 'the record is written over the one that counts',
      file: 'latch.c',
      from: '    latch->slot = 1 - latch->slot;\n',
      to: '',
    },
    {
      weakness: 'three looks are enough',
      file: 'inputs.c',
      from: 'otherwise & inputs->low_bits & inputs->high_bits',
      to: 'otherwise & ~inputs->low_bits & inputs->high_bits',
    },
    { weakness: 'a message has no limit', file: 'frame.c', from: ' || frame->length == FRAME_LIMIT', to: '' },
  ])('does not where $weakness', ({ file, from, to }) => {
    const program = compileNative(copied([{ file, from, to }]), 'logic-test.c')
    expect(() => execFileSync(program, { stdio: 'pipe' })).toThrow()
  })

  test('reads and writes the same messages as the TypeScript on both ends of the line', () => {
    const program = compileNative(copied(), 'codec-host.c')
    const ask = (lines: readonly string[]) =>
      execFileSync(program, { input: `${lines.join('\n')}\n`, encoding: 'utf8' })
        .trimEnd()
        .split('\n')
    const bits = (count: number) => fc.integer({ min: 0, max: 2 ** count - 1 })
    fc.assert(
      fc.property(fc.array(boardStatus, { minLength: 50, maxLength: 50 }), (statuses) => {
        const told = ask(statuses.map((each) => `status ${Object.values(each).join(' ')}`))
        expect(told).toEqual(statuses.map((each) => Buffer.from(statusMessage(each)).toString('hex')))
        for (const [i, hex] of told.entries()) {
          const { number, openings, slips, batteryMv, lapses } = statuses[i] ?? {}
          expect(decodeStatus(Buffer.from(hex, 'hex'))).toMatchObject({
            number,
            openings,
            slips,
            batteryMv,
            lapses,
          })
        }
      }),
      { numRuns: 20 },
    )
    const asked = fc.oneof(
      bits(7).map(encodeStatusQuery),
      fc.tuple(bits(7), bits(7)).map(([number, seconds]) => encodeFeed(number, seconds)),
      fc.tuple(bits(7), bits(14)).map(([number, ms]) => encodeBeep(number, ms)),
      fc.tuple(bits(7), bits(28)).map(([number, openings]) => encodeAcknowledge(number, openings)),
    )
    const bent = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 6 }))
    fc.assert(
      fc.property(fc.array(fc.tuple(asked, bent), { minLength: 50, maxLength: 50 }), (messages) => {
        const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
        const whole = messages.map(([message]) => hex(message))
        expect(ask([`cut ${whole.join('')}`])).toEqual([`${whole.map((each) => `${each}+`).join(' ')}`])
        // A turned bit of anything between command and end is seen.
        const wrong = messages.map(([message, [place, bit]]) => {
          const at = 2 + (place % (message.length - 3))
          return hex(message.map((byte, i) => (i === at ? byte ^ (1 << bit) : byte)))
        })
        expect(ask([`cut ${wrong.join('')}`])).toEqual([wrong.join(' ')])
      }),
      { numRuns: 20 },
    )
  })
})
