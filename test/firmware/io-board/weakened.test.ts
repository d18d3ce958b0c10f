/** A firmware that breaks one of the board's promises is found by the contract, under the promise's name. */
import { rmSync } from 'node:fs'
import { expect, test } from 'vitest'
import { EmulatedIoBoard } from '../../../simulator/peripherals/emulated-io-board.ts'
import { describeWith, FIRMWARE_TOOLS } from '../../oracles/needs.ts'
import { CONTRACT } from '../../simulator/peripherals/io-board-contract.ts'
import { CHIP_CONTRACT } from './chip-contract.ts'
import { copySources, makeFirmware, type Patch } from './native/build.ts'

const WEAKENED: readonly (Patch & { readonly weakness: string; readonly breaks: RegExp })[] = [
  {
    weakness: 'that stores no latch',
    breaks: /^keeps latch and count over a restart/,
    file: 'board.c',
    from: '        latch_open(&board->latch, opened);\n        board->storing.due = true;\n',
    to: '        latch_open(&board->latch, opened);\n',
  },
  {
    weakness: 'without debounce',
    breaks: /^lets a switch that bounces/,
    file: 'inputs.c',
    from: 'otherwise & inputs->low_bits & inputs->high_bits',
    to: 'otherwise',
  },
  {
    weakness: 'that unlatches when the case is closed',
    breaks: /^keeps a tamper latch though/,
    file: 'board.c',
    from: '    uint8_t opened = changed & tamper_open(board);\n',
    to: '    uint8_t opened = changed & tamper_open(board);\n    board->latch.latched = tamper_open(board);\n',
  },
  {
    weakness: 'that lets an acknowledgement end an opening which it does not know of',
    breaks: /^keeps a tamper latch though/,
    file: 'latch.c',
    from: 'openings != latch->openings || ',
    to: '(void)openings, ',
  },
  {
    weakness: 'that unlatches what is open',
    breaks: /^keeps a tamper latch though/,
    file: 'latch.c',
    from: 'latch->latched &= open;',
    to: 'latch->latched = 0;',
  },
  {
    weakness: 'that looks at nothing when it starts',
    breaks: /^latches a case that it finds open/,
    file: 'board.c',
    from: '    latch_open(&board->latch, unknown);\n',
    to: '',
  },
  {
    weakness: 'whose watchdog does not bite',
    breaks: /^unfed, switches its outputs off/,
    file: 'lease.c',
    from: 'lease->is != LEASE_FED ||',
    to: 'true || lease->is != LEASE_FED ||',
  },
  {
    weakness: 'that leaves the buzzer on when it was left unfed',
    breaks: /^unfed, switches its outputs off/,
    file: 'board.c',
    from: '        be_silent(board);\n        board_show(board);\n        told',
    to: '        board_show(board);\n        told',
  },
  {
    weakness: 'that obeys outputs unfed',
    breaks: /^unfed, switches its outputs off/,
    file: 'firmata.c',
    from: '    if (board->lease.is == LEASE_LAPSED) return;\n',
    to: '',
  },
  {
    weakness: 'that says its lamp is lit though its pin is no output',
    breaks: /^says whether its lamp is lit/,
    file: 'board.c',
    from: 'outputs->lamp_is_output && outputs->lamp;',
    to: 'outputs->light_mode == 0;',
  },
  {
    weakness: 'that does not mind a checksum',
    breaks: /^obeys nothing of its own messages/,
    file: 'report.c',
    from: 'return report_number(message + length - BEHIND, 3) == checksum(message + 1, length - 1 - BEHIND);',
    to: 'return message != 0;',
  },
  {
    weakness: 'that beeps for ever',
    breaks: /^beeps so many milliseconds/,
    file: 'board.c',
    from: '(int32_t)(now - board->outputs.silent_at) >= 0) be_silent(board);',
    to: 'false) be_silent(board);',
  },
  {
    weakness: 'that does nothing else while somebody talks',
    breaks: /^sees its case and takes its leave back/,
    file: 'main.c',
    from: 'if (chip_received(&byte)) board_take(&board, chip_now(), byte);',
    to: 'while (chip_received(&byte)) { board_take(&board, chip_now(), byte); wdt_reset(); }',
  },
  {
    weakness: 'that forgets, when it sets its alarm, what has changed since it looked',
    breaks: /^sees a case that is opened in any cycle/,
    file: 'hardware.c',
    from: 'void chip_alarm(uint16_t wait)\n{\n',
    to: 'void chip_alarm(uint16_t wait)\n{\n    woken = false;\n',
  },
  {
    weakness: 'that takes broken bytes for bytes',
    breaks: /^drops what comes in broken/,
    file: 'hardware.c',
    from: '    if (broken) return;\n',
    to: '    (void)broken;\n',
  },
  {
    weakness: 'that lets its line float',
    breaks: /^drops what comes in broken/,
    file: 'hardware.c',
    from: 'WIRED_PINS | RXD_BIT',
    to: 'WIRED_PINS',
  },
]

/** Every promise, each kept or broken by the firmware in a .hex file. */
const PROMISES: readonly (readonly [name: string, isKept: (hex: string) => Promise<void>])[] = [
  ...Object.entries(CONTRACT).map(
    ([name, isKept]) =>
      [
        name,
        (hex: string) => isKept(({ plug, clock }) => new EmulatedIoBoard({ line: plug, clock, hex })),
      ] as const,
  ),
  ...Object.entries(CHIP_CONTRACT).map(
    ([name, isKept]) => [name, async (hex: string) => isKept(hex)] as const,
  ),
]

describeWith(FIRMWARE_TOOLS, 'the contract finds a firmware', () => {
  test.each(WEAKENED)('$weakness', async ({ breaks, ...patch }) => {
    const folder = copySources([patch])
    try {
      const hex = makeFirmware(folder)
      const promises = PROMISES.filter(([name]) => breaks.test(name))
      expect(promises).toHaveLength(1)
      for (const [, isKept] of promises) await expect(isKept(hex)).rejects.toThrow()
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
