/**
 * What the firmware does on its chip, cycle by cycle, with a line that never pauses: the board's own contract cannot see it, for there the chip
 * finishes each message before the next one comes (simulator/peripherals/emulated-io-board.ts).
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { EEPROMMemoryBackend } from 'avr8js'
import { encodeFeed } from '../../../firmware/io-board/status.ts'
import { Atmega328p, CYCLES_PER_MS, EEPROM_BYTES, FLASH_BYTES } from '../../../simulator/avr/atmega328p.ts'
import { readIntelHex } from '../../../simulator/avr/intel-hex.ts'
import { SWITCH } from '../../../simulator/peripherals/io-board-body.ts'
import { hex } from '../../simulator/device-side.ts'
import { encodeStatusQuery } from '../../simulator/peripherals/status-query.ts'

const CASE_CLOSED = 0x8c
const CASE_OPEN = CASE_CLOSED | SWITCH.case
const LAMP = 5
/** Of port D: the line's own, and those that are wired to switches. 1 is the line's output. */
const INPUTS = [0, 2, 3, 4, 5, 6, 7]
/** As many bytes as a line of 57600 8N1 brings in 5 ms, rounded up. */
const BYTES_IN_5_MS = 29

/** What somebody says without pause. */
const FLOODS: Readonly<Record<string, readonly number[]>> = {
  version: hex('F9'),
  capabilities: hex('F0 6B F7'),
  status: [...encodeStatusQuery(5)],
  'nothing that is a message': hex('00'),
  'a message without end': hex('F0 01'),
}

/** One chip, its case closed, and the time since it was switched on. */
class Bench {
  readonly chip: Atmega328p
  readonly said: number[] = []
  readonly #eeprom = new EEPROMMemoryBackend(EEPROM_BYTES)
  #ms = 0
  #flooded = 0

  constructor(flash: Uint8Array) {
    this.chip = new Atmega328p(flash, this.#eeprom, 'power', (byte) => this.said.push(byte))
    this.chip.setLevels(CASE_CLOSED)
    for (let channel = 0; channel < 3; channel += 1) this.chip.setVoltage(channel, 1)
  }

  /** A latch was stored: a byte of the EEPROM is no longer as from the factory. */
  get hasStored(): boolean {
    return Array.from({ length: 16 }, (_, at) => this.#eeprom.readMemory(at)).some((byte) => byte !== 0xff)
  }

  /** So long, with somebody saying this over and over. */
  pass(ms: number, flood: readonly number[] = []): void {
    for (const until = this.#ms + ms; this.#ms < until; this.#ms += 5) {
      if (flood.length > 0)
        this.chip.receive(Uint8Array.from({ length: BYTES_IN_5_MS }, () => this.#next(flood)))
      this.chip.run(CYCLES_PER_MS * (this.#ms + 5))
    }
  }

  #next(flood: readonly number[]): number {
    this.#flooded += 1
    return flood[this.#flooded % flood.length] ?? 0
  }
}

/** Each promise, and what shows that it is kept: it throws otherwise. */
export const CHIP_CONTRACT: Readonly<Record<string, (path: string) => void>> = {
  'sees its case and takes its leave back while somebody talks to it without pause': (path) => {
    const flash = flashOf(path)
    for (const [name, flood] of Object.entries(FLOODS)) {
      const bench = new Bench(flash)
      bench.pass(100)
      bench.chip.receive(Uint8Array.from([...encodeFeed(3, 1), ...hex('F4 0D 01 F5 0D 01')]))
      bench.pass(100)
      assert.equal(bench.chip.output(LAMP), 255)
      bench.pass(300, flood)
      bench.chip.setLevels(CASE_OPEN)
      bench.pass(200, flood)
      assert.equal(bench.hasStored, true, `nothing is stored in a flood of ${name}`)
      bench.pass(700, flood)
      assert.equal(bench.chip.output(LAMP), 0, `unfed in a flood of ${name}, the lamp stays on`)
      assert.equal(bench.chip.hasEnded, false)
      // Until it has answered all that it took in.
      bench.pass(1_000)
      bench.said.length = 0
      bench.chip.receive(Uint8Array.from(hex('F7 F9')))
      bench.pass(10)
      assert.deepEqual(bench.said, [0xf9, 2, 5])
    }
  },

  'sees a case that is opened in any cycle of its going to sleep': (path) => {
    const flash = flashOf(path)
    let offset = 0
    for (let isAsleep = false; !isAsleep; offset += 1) {
      const opened = openedAfterWaking(flash, offset)
      isAsleep = opened.wasAsleep
      assert.equal(opened.isStored, true, `an opening ${offset} cycles after it woke is lost`)
    }
    assert.ok(offset > 100, `it slept after ${offset} cycles`)
  },

  'drops what comes in broken, and lets no input float': (path) => {
    const bench = new Bench(flashOf(path))
    bench.pass(100)
    for (const pin of INPUTS) assert.equal(bench.chip.isPulledUp(pin), true, `pin ${pin} floats`)
    bench.said.length = 0
    bench.chip.receiveBroken(Uint8Array.from(hex('F9 F0 79 F7 F9')))
    bench.pass(50)
    assert.deepEqual(bench.said, [])
    bench.chip.receive(Uint8Array.of(0xf9))
    bench.pass(10)
    assert.deepEqual(bench.said, [0xf9, 2, 5])
  },
}

/** It sleeps, its alarm wakes it, and so many cycles later the case is opened for 800 ms: less than it sleeps at a time. */
function openedAfterWaking(flash: Uint8Array, offset: number) {
  const bench = new Bench(flash)
  const { chip } = bench
  chip.run(1_500 * CYCLES_PER_MS)
  const woken = chip.nextEvent
  chip.run(woken + offset)
  const wasAsleep = chip.isQuiet
  chip.setLevels(CASE_OPEN)
  const closed = woken + offset + 800 * CYCLES_PER_MS
  chip.run(closed)
  chip.setLevels(CASE_CLOSED)
  chip.run(closed + 100 * CYCLES_PER_MS)
  return { wasAsleep, isStored: bench.hasStored }
}

function flashOf(path: string): Uint8Array {
  return readIntelHex(readFileSync(path, 'latin1'), FLASH_BYTES)
}
